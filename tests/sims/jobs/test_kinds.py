"""A kind's pieces are pure functions, whatever the process; warming up does what the first piece would."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from rewards.jobs.queue import spec_of
from rewards.people.people import deactivate, list_people
from rewards.people.tenure import months_before
from rewards.people_file import PersonRow
from rewards.scheme.presets import PRESETS
from rewards.store.units import dump
from sims.jobs.children import Child, answering
from sims.jobs.kinds import KINDS, warm
from sims.rehearsal.asking import (
    BEGINNING,
    KIND,
    LIVE,
    Assumptions,
    Chosen,
    ask_for_rehearsal,
    chunk_plan,
    specification,
    with_people,
)
from tests.conftest import SHARES, World

ASSUMED = Assumptions(weeks=4, quiet_weeks=1, audience=300, most_runs=12)


def spec() -> str:
    people = [
        PersonRow(id=f"p{number}", segment="sales", team="a", timezone="UTC", contacts=50)
        for number in range(8)
    ]
    chosen = [Chosen("draft-1", "draft", PRESETS["recognition"], 1)]
    body = with_people(specification("UTC", chosen, ASSUMED), people, 0)  # type: ignore[arg-type]
    assert "p3" not in json.dumps(body)
    return json.dumps(body, sort_keys=True)


def test_people_are_compared_by_their_time_with_the_company_where_it_is_known() -> None:
    def told(*days: date | None) -> tuple[str, list[str]]:
        people = [
            PersonRow(id=f"p{at}", segment="sales", team="a", timezone="UTC", contacts=50, first_day=day)
            for at, day in enumerate(day for day in days for _ in range(6))
        ]
        chosen = [Chosen("draft-1", "draft", PRESETS["recognition"], 1)]
        text = dump(with_people(specification("UTC", chosen, ASSUMED), people, 0))  # type: ignore[arg-type]
        gathering = KINDS[KIND].gathering(text, "0" * 64)
        gathering.take(KINDS[KIND].compute(text, 0))
        rows = json.loads(gathering.body())["fairness"]
        return text, [row["group"] for row in rows if row["group"].startswith("tenure=")]

    today = datetime.now(UTC).date()
    long, lately = months_before(today, 150), months_before(today, 3)
    text, groups = told(long, lately, None)
    assert groups == ["tenure=under-1-year", "tenure=10-years-or-more", "tenure=longer"]
    # Whole months alone are told, and of nobody the day itself.
    days = {one.get("first_day") for one in json.loads(text)["people"]}
    assert days == {months_before(BEGINNING, 150).isoformat(), months_before(BEGINNING, 3).isoformat(), None}
    text, groups = told(None, None)
    assert (groups, "first_day" in text) == ([], False)


def test_scenarios_begin_when_a_rehearsal_thinks_they_do() -> None:
    from sims.scenario.scenario import Scenario

    assert Scenario.model_fields["start_date"].default == BEGINNING


def test_it_warms_up() -> None:
    warm()


def test_another_process_gives_the_same_bytes_also_after_it_died() -> None:
    kind, text = KINDS[KIND], spec()
    here = kind.compute(text, 0)
    child = Child()
    try:
        child._process.kill()
        child._process.join()
        child.give(KIND, text, 0)
        found: list[Child] = []
        while not found:
            found = answering([child], 1.0)
        assert child.answer() == (0, here)
    finally:
        child.end()


def test_the_pieces_together_are_all_runs() -> None:
    kind, text = KINDS[KIND], spec()
    assert kind.pieces(text) == len(chunk_plan(12))
    gathering = kind.gathering(text, "0" * 64)
    for number in range(kind.pieces(text)):
        enough = gathering.take(kind.compute(text, number))
    body = json.loads(gathering.body())
    assert body["provenance"]["runs"] == 12
    assert body["precision"]["reached"] == enough
    assert [one["scenario"] for one in body["lift"]] == ["tool-only", "draft-1"]
    # The rule and the page say the same of the same runs.
    ruled = {one["scenario"]: one["share_of_runs_above_nothing"] for one in body["choice"]["candidates"]}
    assert {one["scenario"]: one["share_of_runs_above"] for one in body["lift"]} == ruled


def test_people_are_read_by_the_worker_and_not_by_whoever_asks(world: World) -> None:
    now = datetime.now(UTC)
    with world.db.begin() as tx:
        job = ask_for_rehearsal(tx, "acme", [], True, ASSUMED, actor="hal", now=now)
        asked = spec_of(tx, "acme", job)
        before = json.loads(asked)
        assert "people" not in before
        whole = json.loads(KINDS[KIND].completed(tx, "acme", asked))
        chosen = [Chosen(LIVE, "live", world.scheme(SHARES))]
        wanted = with_people(specification("UTC", chosen, ASSUMED), list_people(tx, "acme"), 0)
        assert whole == json.loads(dump(wanted))
        assert KINDS[KIND].completed(tx, "acme", dump(whole)) == dump(whole)
        for one in world.people:
            deactivate(tx, "acme", one, now)
        with pytest.raises(ValueError, match="no active people"):
            KINDS[KIND].completed(tx, "acme", asked)
        with pytest.raises(ValueError, match="no active people"):
            ask_for_rehearsal(tx, "acme", [], True, ASSUMED, actor="hal", now=now)
