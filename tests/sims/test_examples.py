"""Every example loads, and runs for a few days."""

from pathlib import Path

import pytest

from rewards.document import load_document
from rewards.scheme.scheme import IncentiveScheme
from sims.ensemble.run import simulate
from sims.scenario.scenario import Scenario

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SCENARIOS = sorted(path.name for path in EXAMPLES.glob("*.yaml"))
SCHEMES = sorted(path.name for path in (EXAMPLES / "schemes").glob("*.yaml"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_runs(name: str) -> None:
    scenario = Scenario.load(EXAMPLES / name)
    short = scenario.model_copy(update={"horizon_days": 7, "burn_in_days": 0})
    assert simulate(short, runs=1).total("shares").shape == (1,)


@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_is_named_after_its_file(name: str) -> None:
    assert load_document(EXAMPLES / "schemes" / name, IncentiveScheme).name == Path(name).stem


def test_the_compared_companies_are_one_company() -> None:
    loaded = [Scenario.load(path) for path in sorted(EXAMPLES.glob("midsize*.yaml"))]
    assert len(loaded) == 3
    assert len({scenario.without_schemes().content_hash() for scenario in loaded}) == 1
