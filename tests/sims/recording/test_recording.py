"""A recorded run: the same run gives the same recording, and its reasons add up to the chances."""

from __future__ import annotations

import json
import math

import pytest

from rewards.publishing.behaviour import behaviour, keep_behaviour
from rewards.scheme.presets import PRESETS
from sims.jobs.kinds import KINDS, REHEARSAL
from sims.recording.kept import keep_recording, latest_recording
from sims.recording.recording import CURVES, EXPLAINED, Recording, record
from sims.scenario.scenario import Scenario
from tests.conftest import NOON, World


def scenario(days: int = 42) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "watched",
            "title": "Watched",
            "organisation": {"headcount": 60, "audience": {"size": 2000}},
            "horizon_days": days,
            "phases": [{"day": 0, "scheme": PRESETS["clicks"].model_dump(mode="json")}],
        }
    )


@pytest.fixture(scope="module")
def found() -> Recording:
    return record(scenario())


def test_the_same_run_gives_the_same_recording(found: Recording) -> None:
    assert record(scenario()) == found


def test_shares_are_those_that_the_model_counted(found: Recording) -> None:
    days = found.body["days"]
    assert len(days) == 42
    at = CURVES.index("shares")
    assert [len(day["shares"]) for day in days] == [round(day["curves"][at]) for day in days]
    assert sum(len(day["shares"]) for day in days) > 0
    assert all(0 <= share[1] < len(found.body["items"]) for day in days for share in day["shares"])
    assert all(deep <= reposts for day in days for *_, reposts, deep in day["shares"])


def test_reasons_add_up_to_the_chance(found: Recording) -> None:
    assert found.body["reasons"]
    assert len(found.body["explained"]) == EXPLAINED
    for _, person, _, chance, _, *terms in found.body["reasons"]:
        assert person in found.body["explained"]
        assert chance == pytest.approx(1 / (1 + math.exp(-sum(terms))), rel=0.15, abs=1e-4)
        assert len(terms) == 1 + len(found.body["terms"])


def test_nobody_is_named(found: Recording) -> None:
    assert all(isinstance(number, int) for one in found.body["people"] for number in one)


def test_behaviour_is_that_of_the_last_weeks_and_is_kept(found: Recording, world: World) -> None:
    now = NOON
    assert sum(found.behaviour.people.values()) == 60
    shares = sum(len(day["shares"]) for day in found.body["days"][-28:])
    assert sum(act.kind == "share" for one in found.behaviour.actors for act in one.acts) == shares
    with world.db.begin() as tx:
        for _ in range(2):
            keep_behaviour(tx, world.organisation, found.behaviour, now)
            keep_recording(tx, world.organisation, found.body, now)
        assert behaviour(tx, world.organisation, now) == found.behaviour
        kept = latest_recording(tx, world.organisation)
        assert kept is not None
        assert kept.body == found.body


def test_a_rehearsal_leaves_a_recording_of_its_first_draft(world: World) -> None:
    people = list(range(12))
    spec = {
        "people": [{"id": f"n{at}", "segment": "a", "team": "a", "timezone": "UTC", "contacts": 50, "desk": "desk"} for at in people],
        "timezone": "UTC",
        "assumptions": {
            "audience": 200, "items_per_week": 5.0, "strictness": 0.3, "training": 0.2, "approval_delay_days": 0, "friction": 0.3,
            "weeks": 5, "seed": 1, "quiet_weeks": 1, "tool": True,
        },
        "schemes": [
            {"name": "in-force", "role": "live", "title": "Live", "document": PRESETS["habit"].model_dump(mode="json")},
            {"name": "draft-1", "role": "draft", "title": "Mine", "document": PRESETS["clicks"].model_dump(mode="json")},
        ],
        "chunks": [[0, 2]],
    }  # fmt: skip
    KINDS[REHEARSAL].afterwards(world.db, world.organisation, json.dumps(spec), NOON)
    with world.db.read() as tx:
        kept = latest_recording(tx, world.organisation)
        assert kept is not None
        assert (kept.title, kept.body["staff"], len(kept.body["days"])) == ("Mine", 12, 35)
        assert behaviour(tx, world.organisation, NOON).origin == "rehearsal"
