"""What a rollback would take back, and a draft give: the same in pieces as whole, counted at once or by the worker. On both databases."""

from datetime import datetime
from typing import Any

import pytest

from rewards.faults import Conflict, NotFound
from rewards.publishing import counting, foreseeing
from rewards.publishing.counting import Count, ask, counted, go_on
from rewards.publishing.drafts import create_draft, edit_draft
from rewards.publishing.foreseeing import ROLLBACK, SHADOW, count_asked, foresee_roll_back
from rewards.publishing.publication import roll_back, shadow
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


def foresight(world: Any, version: int) -> Count | None:
    return counted(world.db, ROLLBACK, world.organisation, str(version), world.now)


def ask_foresight(world: Any, version: int) -> None:
    with world.db.begin() as tx:
        ask(tx, ROLLBACK, world.organisation, str(version), world.now)


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
    known = foresight(lived, version)
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
        foresight(lived, version)


def test_the_worker_counts_for_many(lived: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = foresight(lived, 2)
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    monkeypatch.setattr(foreseeing, "PIECE", 2)
    assert foresight(lived, 2) is None
    assert count_asked(lived.db) == 0
    for _ in range(2):
        ask_foresight(lived, 2)
    begun = foresight(lived, 2)
    assert (begun.done, begun.people, begun.counted_at) == (0, 5, None)
    assert go_on(lived.db, ROLLBACK, lived.organisation) == 2
    ask_foresight(lived, 2)
    assert foresight(lived, 2).done == 2
    assert count_asked(lived.db) == 3
    done = foresight(lived, 2)
    assert (done.done, done.fallen, done.risen, done.whole) == (
        5,
        at_once.fallen,
        at_once.risen,
        at_once.whole,
    )
    assert done.counted_at is not None
    assert foresight(lived, 3) is None
    lived.sound()


def test_among_other_versions_it_is_asked_anew(lived: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    ask_foresight(lived, 2)
    with lived.db.begin() as tx:
        roll_back(tx, lived.organisation, 3, "hr", "mistake", now=lived.now)
    assert count_asked(lived.db) == 0
    assert foresight(lived, 2) is None
    with pytest.raises(Conflict):
        ask_foresight(lived, 3)
    with pytest.raises(NotFound):
        ask_foresight(lived, 9)


def test_who_asks_for_another_version_takes_nothing_from_the_first(
    lived: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    ask_foresight(lived, 2)
    ask_foresight(lived, 3)
    assert count_asked(lived.db) == 2 * len(lived.people)
    assert all(foresight(lived, version).counted_at for version in (2, 3))


@pytest.mark.parametrize("piece", [1, 2, 2000])
def test_pieces_of_a_draft_are_its_whole_shadow(
    lived: Any, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    since, before = lived.now - 2 * DAY, earned(lived)
    with lived.db.begin() as tx:
        draft = create_draft(tx, lived.organisation, lived.scheme(DOUBLE.replace("40", "7")), "hr", lived.now)
        whole = shadow(tx, lived.organisation, draft.scheme, since, lived.now)
    at_once = counted(lived.db, SHADOW, lived.organisation, str(draft.id), lived.now, since=since.isoformat())
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    monkeypatch.setattr(foreseeing, "READ_PIECE", piece)
    with lived.db.begin() as tx:
        ask(tx, SHADOW, lived.organisation, str(draft.id), lived.now, since=since.isoformat())
    assert count_asked(lived.db) == len(lived.people)
    found = counted(lived.db, SHADOW, lived.organisation, str(draft.id), lived.now)
    changes = list(whole.by_person.values())
    for one in (at_once, found):
        assert dict(one.by_segment) == dict(whole.by_segment)
        assert (one.fallen, one.risen, one.whole) == (
            sum(change < 0 for change in changes),
            sum(change > 0 for change in changes),
            sum(changes),
        )
        assert datetime.fromisoformat(one.since) == since
    assert found.whole != 0
    assert earned(lived) == before


def test_of_a_draft_that_was_changed_it_is_asked_anew(lived: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "AT_ONCE", 2)
    with lived.db.begin() as tx:
        draft = create_draft(tx, lived.organisation, lived.scheme(DOUBLE), "hr", lived.now)
        ask(tx, SHADOW, lived.organisation, str(draft.id), lived.now, since=lived.now.isoformat())
        edit_draft(tx, lived.organisation, draft.id, lived.scheme(HALF), "hr", now=lived.now)
    assert count_asked(lived.db) == 0
    assert counted(lived.db, SHADOW, lived.organisation, str(draft.id), lived.now) is None
