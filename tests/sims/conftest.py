"""A small company that runs in a moment, and the folder of examples."""

from pathlib import Path

import pytest

from sims.scenario.scenario import Scenario

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

SMALL = """\
name: small
seed: 3
runs: 3
horizon_days: 14
burn_in_days: 7
organisation:
  headcount: 40
  segments:
    - {name: desk, share: 0.5, teams: 2}
    - {name: shop, share: 0.5, teams: 2, desk: non-desk, part_time: 0.5, timezone: Asia/Tokyo}
  contacts: {median: 60}
  audience: {size: 2000}
parameters:
  values: {opportunities_per_week: 8, base_log_odds: -5}
phases:
  - {day: 0, scheme: none}
  - {day: 7, scheme: points.yaml}
"""


@pytest.fixture
def examples() -> Path:
    return EXAMPLES


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    """A scenario file of forty people, its scheme beside it."""
    (tmp_path / "points.yaml").write_text((EXAMPLES / "schemes" / "clicks.yaml").read_text("utf-8"))
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def small(small_file: Path) -> Scenario:
    return Scenario.load(small_file)
