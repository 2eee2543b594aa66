"""A run of the lab: pieces that are pure functions, what they amount to, and where a lever turns."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from rewards.scheme.presets import PRESETS
from rewards.store.units import dump
from sims.jobs.kinds import KINDS
from sims.lab.asking import chunk_plan, scenarios_in, specification
from sims.lab.document import read
from sims.lab.summary import _turn

SMALL = """title: Small
note: Ask Ana about it
scenario:
  organisation:
    headcount: 30
    audience: {size: 300}
    corporate_accounts: [{followers: 200, posts_per_week: 3}]
  horizon_days: 28
  burn_in_days: 7
  runs: 6
  phases: [{day: 0}, {day: 7, tool: {}}]
"""
VARIANTS = """variants:
  - {name: strict, title: Strict, changes: {policy: {strictness: 1.0}}}
  - {name: paid, changes: {phases: [{day: 7, scheme: clicks}]}}
"""
SWEEP = "sweep: {lever: page-posts, least: 0, most: 6, steps: 3}\n"


def spec_of(text: str) -> str:
    found = read(text, PRESETS.get)
    assert found.written is not None, found.faults
    named = {name: one for name, one in PRESETS.items() if f"scheme: {name}" in text}
    return dump({**specification(found.written, named, "UTC"), "people": []})


def body_of(spec: str) -> dict[str, Any]:
    kind = KINDS["lab"]
    gathering = kind.gathering(spec, "0" * 64)
    for number in range(kind.pieces(spec)):
        gathering.take(kind.compute(spec, number))
    assert gathering.title == "Small"
    found: dict[str, Any] = json.loads(gathering.body())
    return found


def test_variants_stand_beside_doing_nothing() -> None:
    spec = spec_of(SMALL + VARIANTS)
    # What a reader notes down is no part of what the numbers follow from.
    assert "Ana" not in spec
    body = body_of(spec)
    assert [one["name"] for one in body["scenarios"]] == ["nothing", "as-it-is", "strict", "paid"]
    assert [one["role"] for one in body["scenarios"]] == ["nothing", "base", "variant", "variant"]
    assert body["scenarios"][2]["title"] == "Strict"
    assert body["provenance"]["runs"] == 6
    assert body["provenance"]["scenarios"][3]["schemes"].keys() == {"clicks"}
    for one in body["scenarios"]:
        for outcome in body["outcomes"]:
            assert one["totals"][outcome["name"]].keys() == {"mean", "median", "p50", "p80", "p90"}
        both = [one["totals"][name]["mean"] for name in ("human_clicks", "corporate_clicks", "all_clicks")]
        assert both[0] + both[1] == pytest.approx(both[2])
        assert len(one["weekly_more"]["all_clicks"]) == 4
        weeks = sum(week["mean"] for week in one["weekly_more"]["all_clicks"])
        assert weeks == pytest.approx(one["more"]["all_clicks"]["mean"])
    nothing, base, strict, paid = body["scenarios"]
    assert nothing["more"]["shares"]["mean"] == 0.0
    assert strict["totals"]["fear"]["mean"] > base["totals"]["fear"]["mean"]
    assert (paid["totals"]["points"]["mean"] > 0.0, base["totals"]["points"]["mean"]) == (True, 0.0)
    assert body["sweep"] is None


def test_a_piece_is_the_same_wherever_it_is_computed() -> None:
    spec = spec_of(SMALL + VARIANTS)
    assert KINDS["lab"].compute(spec, 1) == KINDS["lab"].compute(str(spec), 1)
    assert body_of(spec) == body_of(spec)


def test_runs_go_by_the_posterior_that_was_accepted_and_say_so() -> None:
    spec = spec_of(SMALL + VARIANTS)
    vectors = {"provenance": {}, "names": ["base_log_odds"], "values": [[-11.0], [-10.5]]}
    own = dump({**json.loads(spec), "posterior": {"recalibration": 7, "hash": "a" * 64, "document": vectors}})
    plain, quiet = body_of(spec), body_of(own)
    assert (
        quiet["scenarios"][1]["totals"]["shares"]["mean"] < plain["scenarios"][1]["totals"]["shares"]["mean"]
    )
    assert "2 vectors of a calibrated posterior" in quiet["provenance"]["posterior"]
    assert "calibrated posterior" not in plain["provenance"]["posterior"]


def test_a_sweep_is_one_scenario_a_setting() -> None:
    body = body_of(spec_of(SMALL + SWEEP))
    settings = [one for one in body["scenarios"] if one["role"] == "setting"]
    assert [one["setting"] for one in settings] == [0.0, 3.0, 6.0]
    assert body["sweep"]["settings"] == [0.0, 3.0, 6.0]
    page = [one["totals"]["corporate_clicks"]["mean"] for one in settings]
    assert page[0] == 0.0 < page[1] < page[2]
    turn = next(one for one in body["sweep"]["turns"] if one["outcome"] == "corporate_clicks")
    # Doing nothing has a page of three posts a week: fewer bring less than it, more bring more.
    assert turn["gain"]["at"] == 3.0
    assert turn["marginal"]["at"] is None


def test_of_a_variant_one_lever_is_pulled() -> None:
    text = SMALL + VARIANTS + "sweep: {lever: points, of: paid, steps: 3}\n"
    found = read(text, PRESETS.get)
    assert found.written is not None
    assert scenarios_in(found.written) == 4
    names = [one["schemes"].keys() for one in body_of(spec_of(text))["provenance"]["scenarios"]]
    assert names == [set(), {"clicks"}, {"clicks"}, {"clicks"}]


def test_without_a_program_the_company_as_it_is_does_nothing() -> None:
    text = SMALL.replace("  phases: [{day: 0}, {day: 7, tool: {}}]\n", "")
    body = body_of(spec_of(text + "variants:\n  - {name: strict, changes: {policy: {strictness: 1.0}}}\n"))
    assert [one["name"] for one in body["scenarios"]] == ["nothing", "strict"]


@pytest.mark.parametrize("most", [1, 11, 12, 13, 64, 1000])
@pytest.mark.parametrize("scenarios", [2, 6, 7, 22])
def test_chunks_hold_every_run_once(most: int, scenarios: int) -> None:
    plan = chunk_plan(most, scenarios)
    assert [first for first, _ in plan] == [0, *(after for _, after in plan[:-1])]
    assert plan[-1][1] == most


@pytest.mark.parametrize(
    ("gains", "gain", "marginal"),
    [
        ([10.0, 0.0, -10.0], 1.0, 0.0),
        ([-10.0, -2.0, 2.0], 1.5, None),
        ([1.0, 2.0, 3.0], None, None),
        ([1.0, 5.0, 1.0], None, 1.0),
        ([0.0, 0.0, 0.0], None, None),
    ],
)
def test_where_it_turns(gains: list[float], gain: float | None, marginal: float | None) -> None:
    settings, runs = np.array([0.0, 1.0, 2.0]), np.tile(gains, (8, 1))
    found = _turn(settings, runs, False)
    assert found["at"] == gain
    assert found["interval_80"] == (None if gain is None else [gain, gain])
    assert _turn(settings, runs, True)["at"] == marginal


def test_what_would_never_end_is_refused_before_it_is_lived() -> None:
    text = SMALL.replace("  phases",
        "  content: {channels: [{name: x, visibility: 1.0}]}\n  parameters: {values: {repost_base: 0.9}}\n  phases")  # fmt: skip
    from sims.lab.pieces import check

    with pytest.raises(ValueError, match="cascades never end"):
        check(json.loads(spec_of(text)))
