"""Who left earns nothing, as owner too; whoever an event names in vain costs the others nothing."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.challenges.challenges import finish_challenges
from rewards.faults import BadValue, Refused
from rewards.ledger.history import export_events
from rewards.people.accounts import authenticate_tokens, create_token
from rewards.people.people import deactivate, erase, get_person, pause, reactivate, resume, set_opt_out
from tests.conformance.helpers import DAY, HOUR, MINUTE

OWNED = """
name: s
title: S
rules:
  - {id: share, title: Share, on: share, points: 20, caps: [{window: day, scope: pair, points: 20}]}
  - {id: read, title: Read, on: share, beneficiary: owner, points: 1}
challenges: [{id: go, title: Go, metric: events, of: share, goal: 2, days: 62, unit: everyone, points: 5}]
"""


def leave(world: Any, who: str) -> None:
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, who, world.now)


def comes_back(world: Any, who: str) -> None:
    with world.db.begin() as tx:
        reactivate(tx, world.organisation, who, world.now)


def test_an_owner_who_left_earns_nothing_and_the_subject_does(empty_world: Any) -> None:
    world = empty_world.found(OWNED)
    leave(world, "ben")
    (receipt,) = world.record(world.event("ana", world.now + MINUTE, owner="ben"))
    assert receipt.status == "awarded"
    assert "owner 'ben'" in receipt.note
    assert (world.earned("ana"), world.earned("ben")) == (20_000, 0)
    (before,) = world.record(world.event("cleo", world.now - HOUR, owner="ben"))
    assert (before.note, world.earned("ben")) == ("", 1_000)
    world.sound()


@pytest.mark.parametrize("erased", [False, True])
def test_an_owner_nobody_knows_costs_the_subject_nothing(empty_world: Any, erased: bool) -> None:
    world = empty_world.found(OWNED)
    if erased:
        with world.db.begin() as tx:
            erase(tx, world.organisation, "ben", world.now)
    event = world.event("ana", owner="ben" if erased else "zed")
    (receipt,) = world.record(event)
    assert (receipt.status, world.earned("ana")) == ("awarded", 20_000)
    assert f"owner {event.owner!r}" in receipt.note
    (again,) = world.record(event)
    assert (again.status, again.note) == ("duplicate", receipt.note)
    world.sound()


def test_an_unknown_subject_is_named(empty_world: Any) -> None:
    world = empty_world.found(OWNED)
    (receipt,) = world.record(world.event("zed", owner="ana"))
    assert receipt.status == "unknown_person"
    assert "subject 'zed'" in receipt.note
    assert world.earned("ana") == 0


@pytest.mark.parametrize("role", ["subject", "owner"])
def test_what_happened_while_away_stays_out_for_good(empty_world: Any, role: str) -> None:
    world = empty_world.found(OWNED)
    away = world.now
    leave(world, "ana")
    world.now += DAY
    comes_back(world, "ana")
    subject, owner = ("ana", None) if role == "subject" else ("ben", "ana")
    receipts = world.record(
        *(world.event(subject, at, owner=owner) for at in (away - HOUR, away, away + HOUR, world.now))
    )
    worth = 20_000 if role == "subject" else 1_000
    assert world.earned("ana") == 2 * worth
    assert [receipt.status == "awarded" for receipt in receipts] == (
        [True, False, False, True] if role == "subject" else [True] * 4
    )
    with world.db.read() as tx:
        told = [event.owner for event in export_events(tx, world.organisation)]
    assert told == ([None, None] if role == "subject" else ["ana", None, None, "ana"])
    world.sound()


def test_a_break_revives_nobody(world: Any) -> None:
    leave(world, "ana")
    for use in (pause, resume):
        with pytest.raises(Refused, match="deactivated"), world.db.begin() as tx:
            use(tx, world.organisation, "ana", world.now)
    with world.db.begin() as tx:
        set_opt_out(tx, world.organisation, "ana", False, world.now)
    with world.db.read() as tx:
        assert get_person(tx, world.organisation, "ana").status == "inactive"
    assert world.record(world.event("ana"))[0].reason == "inactive_person"
    world.sound()


def test_bringing_back_who_is_there_ends_no_break(world: Any) -> None:
    with world.db.begin() as tx:
        pause(tx, world.organisation, "ana", world.now)
        reactivate(tx, world.organisation, "ana", world.now)
        assert get_person(tx, world.organisation, "ana").status == "paused"


def test_nobody_comes_back_before_she_left(world: Any) -> None:
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, "ana", world.now)
    with pytest.raises(BadValue, match="limit 2026-11-24T12:00:00"), world.db.begin() as tx:
        reactivate(tx, world.organisation, "ana", world.now - HOUR)
    with world.db.begin() as tx:
        assert get_person(tx, world.organisation, "ana").status == "inactive"
        reactivate(tx, world.organisation, "ana", world.now)
    assert world.record(world.event())[0].status == "awarded"


def test_a_leavers_own_token_opens_nothing_until_the_return(world: Any) -> None:
    with world.db.begin() as tx:
        token = create_token(tx, world.organisation, "own", ("me:read",), world.now, person="ana")
    leave(world, "ana")
    with world.db.read() as tx:
        assert authenticate_tokens(tx, [token], world.now)[0] is None
    comes_back(world, "ana")
    with world.db.read() as tx:
        assert authenticate_tokens(tx, [token], world.now)[0] is not None


def test_who_left_gets_no_bonus_of_a_challenge(empty_world: Any) -> None:
    world = empty_world.found(OWNED)
    world.record(world.event("ana"), world.event("ben"))
    leave(world, "ben")
    world.now += timedelta(days=20)
    with world.db.begin() as tx:
        finish_challenges(tx, world.organisation, world.now)
    assert (world.earned("ana"), world.earned("ben")) == (25_000, 20_000)
    world.sound()
