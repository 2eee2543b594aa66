"""What a rollback would take back: the same in pieces as whole, counted at once or by the worker. On SQLite and on PostgreSQL."""

from typing import Any

import pytest

from rewards.faults import Conflict, NotFound
from rewards.publishing import foreseeing
from rewards.publishing.foreseeing import ask_foresight, count_asked, foresee_roll_back, foresight
from rewards.publishing.publication import roll_back
from tests.conformance.helpers import DAY, DOUBLE, HALF, HOUR, MINUTE, publish


@pytest.fixture
def lived(world: Any) -> Any:
    """Some points under a first version, more under a second that looks back, and a top-up."""
    world.record(world.event("ana"), world.event("ben"), world.event("ben", world.now - MINUTE))
    publish(world, HALF, world.now - DAY, "exact")
    world.now += HOUR
    publish(world, DOUBLE, world.now - DAY, "top_up")
    world.now += HOUR
    world.record(world.event("ana"), world.event("cleo"), world.event("eva", world.now - MINUTE))
    return world


def earned(world: Any) -> dict[str, int]:
    return {one: world.earned(one) for one in world.people}


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("piece", [1, 2, 500])
def test_pieces_give_what_the_rollback_does(
    lived: Any, version: int, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreseeing, "PIECE", piece)
    before = earned(lived)
    found = foresee_roll_back(lived.db, lived.organisation, version, lived.now)
    known = foresight(lived.db, lived.organisation, version, lived.now)
    assert earned(lived) == before
    lived.sound()
    with lived.db.begin() as tx:
        roll_back(tx, lived.organisation, version, "hr", "mistake", now=lived.now)
    after = earned(lived)
    changes = {one: after[one] - before[one] for one in lived.people if after[one] != before[one]}
    assert dict(found.by_person) == changes
    assert dict(found.by_segment) == ({"sales": sum(changes.values())} if changes else {})
    assert (known.fallen, known.risen) == (
        sum(one < 0 for one in changes.values()),
        sum(one > 0 for one in changes.values()),
    )
    assert known.whole == sum(changes.values())
    with pytest.raises(Conflict):
        foresight(lived.db, lived.organisation, version, lived.now)


def test_the_worker_counts_for_many(lived: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = foresight(lived.db, lived.organisation, 2, lived.now)
    monkeypatch.setattr(foreseeing, "AT_ONCE", 2)
    monkeypatch.setattr(foreseeing, "PIECE", 2)
    assert foresight(lived.db, lived.organisation, 2, lived.now) is None
    assert count_asked(lived.db) == 0
    for _ in range(2):
        with lived.db.begin() as tx:
            ask_foresight(tx, lived.organisation, 2, lived.now)
    begun = foresight(lived.db, lived.organisation, 2, lived.now)
    assert (begun.done, begun.people, begun.counted_at) == (0, 5, None)
    assert foreseeing._go_on(lived.db, lived.organisation) == 2
    with lived.db.begin() as tx:
        ask_foresight(tx, lived.organisation, 2, lived.now)
    assert foresight(lived.db, lived.organisation, 2, lived.now).done == 2
    assert count_asked(lived.db) == 3
    done = foresight(lived.db, lived.organisation, 2, lived.now)
    assert (done.done, done.fallen, done.risen, done.whole) == (
        5,
        at_once.fallen,
        at_once.risen,
        at_once.whole,
    )
    assert done.counted_at is not None
    assert foresight(lived.db, lived.organisation, 3, lived.now) is None
    lived.sound()


def test_among_other_versions_it_is_asked_anew(lived: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreseeing, "AT_ONCE", 2)
    with lived.db.begin() as tx:
        ask_foresight(tx, lived.organisation, 2, lived.now)
        roll_back(tx, lived.organisation, 3, "hr", "mistake", now=lived.now)
    assert count_asked(lived.db) == 0
    assert foresight(lived.db, lived.organisation, 2, lived.now) is None
    with lived.db.begin() as tx:
        with pytest.raises(Conflict):
            ask_foresight(tx, lived.organisation, 3, lived.now)
        with pytest.raises(NotFound):
            ask_foresight(tx, lived.organisation, 9, lived.now)
