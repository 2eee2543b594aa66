"""Days off that somebody takes for herself, from two windows at once too."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from rewards.faults import Conflict
from rewards.people.days_off import DaysOff, days_off, take_days_off
from tests.conftest import World

AT_ONCE = 4


def test_days_off_asked_for_at_the_same_instant_are_taken_once(world: World) -> None:
    first = world.now.date() + timedelta(days=3)
    gate = threading.Barrier(AT_ONCE, timeout=30)

    def take(later: int) -> str:
        # SQLite lets one writer begin at a time, so that there all meet before it.
        if world.db.dialect == "sqlite":
            gate.wait()
        with world.db.begin() as tx:
            if world.db.dialect != "sqlite":
                gate.wait()
            span = first + timedelta(days=later), first + timedelta(days=AT_ONCE + later)
            try:
                take_days_off(tx, world.organisation, "ana", *span, now=world.now)
            except Conflict as fault:
                return str(fault)
        return "taken"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(take, range(AT_ONCE)))
    assert sorted(one == "taken" for one in answers) == [False] * (AT_ONCE - 1) + [True], answers
    with world.db.read() as tx:
        assert len(days_off(tx, world.organisation, "ana", world.now)) == 1


def test_spans_that_do_not_overlap_are_all_taken(world: World) -> None:
    day = world.now.date() + timedelta(days=10)
    with world.db.begin() as tx:
        for start in (0, 7):
            first: date = day + timedelta(days=start)
            take_days_off(tx, world.organisation, "ana", first, first + timedelta(days=2), now=world.now)
        found = days_off(tx, world.organisation, "ana", world.now)
    assert [one.first for one in found] == [day, day + timedelta(days=7)]
    assert isinstance(found[0], DaysOff)
