"""A large file of people in the hands of a worker: looked at, applied whole or not at all, cancelled, taken over."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from rewards.faults import NotFound
from rewards.jobs import importing, work
from rewards.jobs.importing import APPLY, LOOK, ask_to_apply, ask_to_look, carry_out, is_large, upload_of
from rewards.jobs.queue import cancel, get_job, outcome_of, spec_of
from rewards.people.file_rows import Told
from rewards.people.people import list_people
from rewards.people.preview import Looked, read
from rewards.people.uploads import Upload, find_upload, keep_upload
from rewards.roles import ROLES
from tests.conftest import World

ORG = "acme"
COUNT = 3000
SHEET = "id,name,segment,team,timezone,contacts\n" + "".join(
    f"n{number},New {number},sales,north,UTC,5\n" for number in range(COUNT)
)
LACKS = Told({"id": 0, "name": 1}, segment="sales", team="south")


@pytest.fixture
def kept(world: World, monkeypatch: pytest.MonkeyPatch) -> Upload:
    monkeypatch.setattr(importing, "_TELL_SECONDS", 0.0)
    with world.db.begin() as tx:
        return keep_upload(tx, ORG, "ana", "people.csv", SHEET.encode(), now=world.now)


def carried_out(world: World, worker: str = "w") -> None:
    held = work.take(world.db, worker, world.now)
    assert held is not None
    carry_out(world.db, held, lambda: world.now)


def looked_at(world: World, kept: Upload, told: Told | None = None) -> Looked:
    with world.db.begin() as tx:
        job = ask_to_look(tx, ORG, kept, told, gives=ROLES, actor="ana", now=world.now)
    carried_out(world)
    with world.db.read() as tx:
        assert get_job(tx, ORG, job).status == "done"
        assert upload_of(spec_of(tx, ORG, job)) == (kept.id, LOOK)
        found = find_upload(tx, ORG, kept.id, world.now)
    assert found.looked is not None
    return read(found.looked)


def asked_to_apply(world: World, kept: Upload, looked: Looked, told: Told | None = None) -> int:
    assert looked.shown is not None
    told = told or Told(looked.columns)
    with world.db.begin() as tx:
        return ask_to_apply(
            tx, ORG, kept, told, stamp=looked.shown.stamp, leave_out=False, deactivate_missing=False, gives=ROLES, actor="ana",
            now=world.now,
        )  # fmt: skip


def people(world: World) -> int:
    with world.db.read() as tx:
        return len(list_people(tx, ORG))


def test_what_was_looked_at_is_applied_and_the_file_is_forgotten(world: World, kept: Upload) -> None:
    looked = looked_at(world, kept)
    assert (looked.rows, looked.header[:2], looked.fault) == (COUNT, ("id", "name"), "")
    assert looked.shown is not None
    assert (looked.shown.count["added"], looked.shown.count["missing"]) == (COUNT, 5)
    assert len(looked.shown.added) == 100
    assert people(world) == 5
    job = asked_to_apply(world, kept, looked)
    carried_out(world)
    assert people(world) == 5 + COUNT
    with world.db.read() as tx:
        assert get_job(tx, ORG, job).status == "done"
        assert upload_of(spec_of(tx, ORG, job))[1] == APPLY
        assert json.loads(outcome_of(tx, ORG, job)[0])["added"] == COUNT
        with pytest.raises(NotFound, match="no longer kept"):
            find_upload(tx, ORG, kept.id, world.now)


def test_columns_are_told_anew_and_what_cannot_be_read_is_told(world: World, kept: Upload) -> None:
    again = looked_at(world, kept, LACKS)
    assert again.shown is not None
    assert (again.shown.added[0].team, dict(again.columns)) == ("south", {"id": 0, "name": 1})
    with world.db.begin() as tx:
        other = keep_upload(tx, ORG, "ana", "x.csv", b"name,team\nAna,t\n", now=world.now)
    none = looked_at(world, other)
    assert none.shown is None
    assert none.fault.startswith("id: no column")


def test_a_job_that_is_cancelled_while_it_writes_leaves_everybody_as_before(
    world: World, kept: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = looked_at(world, kept)
    job = asked_to_apply(world, kept, looked)
    written = importing.work.wanted if world.db.dialect == "sqlite" else importing.work.advance
    told: list[int] = []

    def no_more(*given: object) -> bool:
        told.append(1)
        # Reading takes three words; by the fifth people are written.
        return written(*given) if len(told) < 5 else False  # type: ignore[arg-type]

    monkeypatch.setattr(importing.work, written.__name__, no_more)
    carried_out(world)
    assert len(told) == 5
    assert people(world) == 5
    with world.db.read() as tx:
        assert get_job(tx, ORG, job).status == "cancelled"
        assert find_upload(tx, ORG, kept.id, world.now).looked is not None


def test_one_that_waits_is_cancelled_at_once(world: World, kept: Upload) -> None:
    with world.db.begin() as tx:
        job = ask_to_look(tx, ORG, kept, None, gives=ROLES, actor="ana", now=world.now)
        cancel(tx, ORG, job, "ana", world.now)
    assert work.take(world.db, "w", world.now) is None


def test_people_who_changed_since_are_not_written_over(world: World, kept: Upload) -> None:
    looked = looked_at(world, kept)
    with world.db.begin() as tx:
        from rewards.people.changing import add_person

        record = {"id": "n1", "name": "N", "segment": "s", "team": "t", "timezone": "UTC", "contacts": "1"}
        add_person(tx, ORG, record, "ana", world.now)
    job = asked_to_apply(world, kept, looked)
    carried_out(world)
    assert people(world) == 6
    with world.db.read() as tx:
        found = get_job(tx, ORG, job)
    assert found.status == "failed"
    assert "changed since this was shown; nothing was applied" in found.fault


def test_a_worker_that_was_given_up_for_dead_changes_nothing(world: World, kept: Upload) -> None:
    looked = looked_at(world, kept)
    job = asked_to_apply(world, kept, looked)
    first = work.take(world.db, "first", world.now)
    assert first is not None
    later = world.now + timedelta(minutes=5)
    second = work.take(world.db, "second", later)
    assert second is not None
    with pytest.raises(work.Lost):
        carry_out(world.db, first, lambda: later)
    assert people(world) == 5
    carry_out(world.db, second, lambda: later)
    assert people(world) == 5 + COUNT
    with world.db.read() as tx:
        assert get_job(tx, ORG, job).status == "done"


def test_what_is_large_takes_longer_than_one_waits_for_a_page() -> None:
    assert not is_large(SHEET.encode())
    assert is_large(SHEET.encode() * 20)
    assert is_large(b"PK\x03\x04" + b"x" * 300_000)
