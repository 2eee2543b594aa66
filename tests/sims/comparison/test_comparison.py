"""Paired comparison beside doing nothing."""

import json

import numpy as np
import pytest

from sims.comparison.comparison import compare
from sims.scenario.scenario import Scenario


def test_differences_are_paired_run_by_run(small: Scenario) -> None:
    found = compare([small], runs=3)
    paired = found.difference("small", "nothing", "human_clicks")
    by_hand = found.results[0].total("human_clicks") - found.control.total("human_clicks")
    assert np.array_equal(paired, by_hand)


def test_a_scenario_does_not_differ_from_its_twin(small: Scenario) -> None:
    twin = small.model_copy(update={"name": "twin"})
    found = compare([small, twin], runs=2)
    assert found.pairs() == [("small", "nothing"), ("twin", "nothing"), ("twin", "small")]
    assert not found.difference("twin", "small", "human_clicks").any()
    body = found.difference_json("twin", "small", "human_clicks")
    assert body["interval"]["p90"] == [0.0, 0.0]
    assert body["share_of_runs_better"] == 0.5


def test_json_has_every_part_that_pages_read(small: Scenario) -> None:
    body = json.loads(json.dumps(compare([small], runs=2).as_json(), allow_nan=False))
    assert [each["role"] for each in body["scenarios"]] == ["control", "candidate"]
    assert {each["outcome"] for each in body["differences"]} == {each["name"] for each in body["outcomes"]}
    assert len(body["scenarios"][0]["weekly"]["human_clicks"]) == 2
    assert body["choice"]["candidates"][0]["scenario"] == "small"
    assert body["provenance"]["scenarios"][0]["schemes"] == {}


def test_scenarios_that_cannot_be_paired_are_refused(small: Scenario) -> None:
    with pytest.raises(ValueError, match="names must differ"):
        compare([small, small])
    with pytest.raises(ValueError, match="give all the same horizon_days"):
        compare([small, small.model_copy(update={"name": "long", "horizon_days": 28})])
    with pytest.raises(ValueError, match="from 1 to 20"):
        compare([])
