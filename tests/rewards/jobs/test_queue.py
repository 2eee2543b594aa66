"""The queue: leases, priorities, limits, cancelling, and workers that were given up for dead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rewards.faults import Conflict, NotFound, Refused
from rewards.jobs import work
from rewards.jobs.queue import (
    MOST_OF_ONE,
    PATIENT,
    URGENT,
    again,
    ask,
    cancel,
    get_job,
    job_of_spec,
    jobs_before,
    list_jobs,
    outcome_of,
)
from rewards.jobs.work import COMPLETING, LEASE, MOST_ATTEMPTS, WHOLE, Held, Lost
from rewards.store import jobs as rows
from rewards.store.session import Transaction
from rewards.store.units import digest
from tests.conftest import World


def put(world: World, actor: str = "hal", priority: int = 5) -> int:
    with world.db.begin() as tx:
        return ask(
            tx,
            "acme",
            "test",
            "A test",
            {"b": 2, "a": 1},
            total=3,
            actor=actor,
            now=world.now,
            priority=priority,
        )


def take(world: World, worker: str) -> Held:
    found = work.take(world.db, worker, world.now)
    assert found is not None
    return found


def status(world: World, job: int) -> str:
    with world.db.read() as tx:
        return get_job(tx, "acme", job).status


def test_the_most_urgent_goes_first_and_nobody_takes_what_is_taken(world: World) -> None:
    patient, usual, urgent = put(world, priority=PATIENT), put(world), put(world, priority=URGENT)
    with world.db.read() as tx:
        assert [jobs_before(tx, "acme", one) for one in (urgent, usual, patient)] == [0, 1, 2]
    assert [take(world, name).id for name in ("a", "b", "c")] == [urgent, usual, patient]
    assert work.take(world.db, "d", world.now) is None


def test_one_person_does_not_fill_the_queue(world: World) -> None:
    for _ in range(MOST_OF_ONE):
        put(world)
    with pytest.raises(Refused, match="3 of yours wait or run already"):
        put(world)
    put(world, actor="ida")


def test_pieces_outlive_the_worker_and_a_dead_one_changes_nothing(world: World) -> None:
    job = put(world)
    first = take(world, "first")
    work.keep(world.db, first, 0, b"one", world.now)
    world.now += LEASE / 2
    assert work.take(world.db, "second", world.now) is None
    assert work.beat(world.db, first, world.now)
    world.now += LEASE + timedelta(seconds=1)
    second = take(world, "second")
    assert (second.id, second.attempt, second.chunks) == (job, 2, {0: b"one"})
    for act in (
        lambda: work.keep(world.db, first, 1, b"two", world.now),
        lambda: work.beat(world.db, first, world.now),
        lambda: work.show(world.db, first, "{}", 3, world.now),
        lambda: work.give_up(world.db, first, "no", world.now),
    ):
        with pytest.raises(Lost):
            act()
    work.keep(world.db, second, 1, b"two", world.now)
    with world.db.begin() as tx:
        number = work.finish(tx, second, '{"x": 1}', "A test", world.now)
    with world.db.read() as tx:
        text, kept = outcome_of(tx, "acme", job)
        assert (text, kept and kept.id) == ('{"x": 1}', number)
        assert rows.chunks(tx, job) == {}
        assert get_job(tx, "acme", job).done == 2


def test_a_clock_set_back_leaves_no_job_with_a_dead_worker(world: World) -> None:
    job = put(world)
    first = take(world, "first")
    world.now -= timedelta(hours=1)
    second = take(world, "second")
    assert (second.id, second.attempt) == (job, 2)
    with pytest.raises(Lost):
        work.beat(world.db, first, world.now)
    assert work.beat(world.db, second, world.now)
    assert work.take(world.db, "third", world.now) is None
    assert WHOLE / timedelta(microseconds=1) < rows.FARTHEST_LEASE_US, (
        "a lease that is given is never taken for one of before"
    )


def test_what_takes_its_workers_with_it_fails(world: World) -> None:
    job = put(world)
    for number in range(MOST_ATTEMPTS):
        assert take(world, f"w{number}").attempt == number + 1
        world.now += LEASE + timedelta(seconds=1)
    assert work.take(world.db, "last", world.now) is None
    with world.db.read() as tx:
        found = get_job(tx, "acme", job)
    assert (found.status, found.ended) == ("failed", True)
    assert "died 4 times" in found.fault


def test_cancelling(world: World) -> None:
    waiting, running = put(world), put(world, priority=URGENT)
    held = take(world, "w")
    with world.db.begin() as tx:
        cancel(tx, "acme", waiting, "hal", world.now)
        cancel(tx, "acme", running, "hal", world.now)
    assert status(world, waiting) == "cancelled"
    assert not work.wanted(world.db, held)
    assert not work.beat(world.db, held, world.now)
    with world.db.read() as tx:
        assert get_job(tx, "acme", running).cancelling
    work.stop(world.db, held, world.now)
    assert status(world, running) == "cancelled"
    with pytest.raises(Conflict, match="nothing to cancel"), world.db.begin() as tx:
        cancel(tx, "acme", running, "hal", world.now)
    assert work.take(world.db, "w", world.now) is None


def test_what_was_cancelled_while_its_worker_died_is_not_begun_again(world: World) -> None:
    job = put(world)
    take(world, "w")
    with world.db.begin() as tx:
        cancel(tx, "acme", job, "hal", world.now)
    world.now += LEASE + timedelta(seconds=1)
    assert work.take(world.db, "other", world.now) is None
    assert status(world, job) == "cancelled"


def test_again_asks_the_very_same(world: World) -> None:
    job = put(world)
    with pytest.raises(Conflict, match="is under way"), world.db.begin() as tx:
        again(tx, "acme", job, "ida", world.now)
    held = take(world, "w")
    with world.db.begin() as tx:
        work.finish(tx, held, "{}", "A test", world.now)
    with world.db.begin() as tx:
        second = again(tx, "acme", job, "ida", world.now)
    assert take(world, "w").spec == held.spec == '{"a":1,"b":2}'
    with world.db.read() as tx:
        assert get_job(tx, "acme", second).again_of == job
        assert [one.id for one in list_jobs(tx, "acme", "test")] == [second, job]
        with pytest.raises(NotFound):
            get_job(tx, "other", job)


def test_what_only_the_worker_reads_is_written_down_once(world: World) -> None:
    job = put(world)

    def completed(_tx: Transaction, organisation: str, spec: str) -> str:
        return spec if "people" in spec else spec.replace("}", f',"people":"{organisation}"}}')

    first = take(world, "w")
    held = work.complete(world.db, first, completed, world.now)
    assert held.spec == '{"a":1,"b":2,"people":"acme"}'
    with world.db.read() as tx:
        assert get_job(tx, "acme", job).spec_hash == digest(held.spec)
    assert work.complete(world.db, held, completed, world.now) == held
    world.now += COMPLETING + timedelta(seconds=1)
    assert take(world, "other").spec == held.spec
    with pytest.raises(Lost):
        work.complete(world.db, first, completed, world.now)


def test_a_worker_that_is_told_to_end_gives_its_job_back(world: World) -> None:
    job = put(world)
    work.put_back(world.db, take(world, "w"))
    assert status(world, job) == "waiting"
    assert take(world, "x").attempt == 1


def test_a_patient_job_gives_way_and_goes_on_from_its_pieces(world: World) -> None:
    patient = put(world, priority=PATIENT)
    held = take(world, "w")
    work.keep(world.db, held, 0, b"one", world.now)
    put(world, actor="ida", priority=PATIENT)
    assert not work.outranked(world.db, held, world.now)
    urgent = put(world, priority=URGENT)
    assert work.outranked(world.db, held, world.now)
    work.put_back(world.db, held)
    first = take(world, "w")
    assert first.id == urgent
    assert not work.outranked(world.db, first, world.now)
    again_held = take(world, "x")
    assert (again_held.id, again_held.chunks) == (patient, {0: b"one"})
    assert not work.outranked(world.db, again_held, world.now)


def test_the_job_of_a_specification_is_one_that_may_still_say_something(world: World) -> None:
    def found() -> int | None:
        with world.db.read() as tx:
            known = job_of_spec(tx, "acme", "test", spec_hash)
        return None if known is None else known.id

    job = put(world)
    with world.db.read() as tx:
        spec_hash = get_job(tx, "acme", job).spec_hash
        assert job_of_spec(tx, "acme", "other", spec_hash) is None
    assert found() == job
    held = take(world, "w")
    with world.db.begin() as tx:
        cancel(tx, "acme", job, "hal", world.now)
    assert found() is None
    work.stop(world.db, held, world.now)
    assert found() is None
    second = put(world)
    held = take(world, "w")
    with world.db.begin() as tx:
        work.finish(tx, held, "{}", "A test", world.now)
    assert found() == second


def test_time_left_follows_the_pace(world: World) -> None:
    job = put(world)
    held = take(world, "w")
    later = world.now + timedelta(seconds=10)
    with world.db.read() as tx:
        assert get_job(tx, "acme", job).seconds_left(later) is None
    work.keep(world.db, held, 0, b"x", world.now)
    with world.db.read() as tx:
        assert get_job(tx, "acme", job).seconds_left(later) == pytest.approx(20.0)
