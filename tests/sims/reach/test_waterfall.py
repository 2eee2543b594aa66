"""The waterfall: exact at its top, every factor what it says, and frictionless in the limit."""

import json
from pathlib import Path

import pytest

from sims.reach.waterfall import waterfall
from sims.scenario.scenario import Scenario


def test_the_essays_company_starts_from_the_essays_figure(examples: Path) -> None:
    walk = waterfall(Scenario.load(examples / "essay.yaml"))
    assert (walk.employees, walk.contacts, walk.networks, walk.naive) == (100, 100_000, 2, 200_000)
    assert [int(figure.value) for figure in walk.essay] == [50, 5_000, 200_000, 600_000, 250_000, 2_500_000]


def test_every_step_multiplies_the_one_before(examples: Path) -> None:
    walk = waterfall(Scenario.load(examples / "essay.yaml"))
    names = [step.name for step in walk.steps]
    assert names == ["x visibility", "- overlap", "x amplification", "x click-through", "x peer premium"]
    assert walk.steps[0].value.mean == pytest.approx(walk.naive * walk.steps[0].factor.mean)
    assert 1.11 <= walk.steps[2].factor.p90[0] <= walk.steps[2].factor.p90[1] <= 1.34
    assert walk.steps[-1].value.p90[1] < walk.naive / 100


def test_a_stated_parameter_has_no_interval(examples: Path) -> None:
    scenario = Scenario.load(examples / "essay.yaml")
    stated = scenario.parameters.model_copy(update={"values": {"peer_premium": 3.0}})
    premium = waterfall(scenario.model_copy(update={"parameters": stated})).steps[-1]
    assert (premium.factor.p90, premium.mark) == ((3.0, 3.0), "S")


def test_json_is_the_same_every_time(examples: Path) -> None:
    scenario = Scenario.load(examples / "essay.yaml")
    first = json.dumps(waterfall(scenario).as_json(), allow_nan=False)
    assert first == json.dumps(waterfall(scenario).as_json())
    assert first != json.dumps(waterfall(scenario, seed=2).as_json())
