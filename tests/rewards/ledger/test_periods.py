"""Closing a period: until when, what it freezes to the microsecond, and how its entries are undone."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.faults import BadValue, Conflict, NotFound, Refused
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.shop.claims import claim_reward
from rewards.store import schema
from tests.conformance.helpers import DAY, DOUBLE, HOUR, MINUTE, publish

INSTANT = timedelta(microseconds=1)


def close(world: Any, until: Any, organisation: str = "acme") -> None:
    with world.db.begin() as tx:
        close_period(tx, organisation, until, "hr", world.now)


def reverse(world: Any, entry: int, organisation: str = "acme") -> list[Any]:
    with world.db.begin() as tx:
        return reverse_entry(tx, organisation, entry, "hr", "test", now=world.now)


def lines(world: Any) -> list[tuple[str, int]]:
    """Rule and millipoints of what stands, by event."""
    return [(rule, amount) for _, rule, amount, _ in world.standing()]


def test_a_period_ends_after_the_last_closing_and_not_in_the_future(world: Any) -> None:
    with pytest.raises(BadValue, match="not in the future"):
        close(world, world.now + INSTANT)
    close(world, world.now - INSTANT)
    with pytest.raises(BadValue, match="after the last closing"):
        close(world, world.now - INSTANT)
    close(world, world.now)
    with world.db.read() as tx:
        actions = [row.action for row in tx.execute(schema.audit.select())]
    assert actions.count("period.close") == 2
    with pytest.raises(NotFound, match="elsewhere"):
        close(world, world.now, "elsewhere")


def test_what_occurred_before_its_end_is_frozen_and_what_occurred_then_is_not(world: Any) -> None:
    noon = world.now
    world.record(world.event(at=noon - INSTANT), world.event("ben", noon))
    world.now += HOUR
    close(world, noon)
    late, open_ = world.record(world.event(at=noon - INSTANT), world.event("ben", noon))
    assert (late.reason, open_.status) == ("closed_period", "awarded")
    assert [entry.amount_millipoints for entry in (*late.entries, *open_.entries)] == [0, 10_000, 0]


def test_the_fold_goes_on_from_where_the_period_ended(world: Any) -> None:
    noon = world.now
    world.record(world.event(at=noon - 2 * MINUTE), world.event(at=noon + MINUTE))
    world.now += HOUR
    close(world, noon)
    # Of the day's thirty points twenty were used in the closed period: a late event is folded after them.
    world.record(world.event(at=noon))
    assert lines(world) == [("share", 20_000), ("share", 0), ("share", 10_000)]
    world.sound()


def test_an_entry_of_a_closed_period_is_undone_today_and_keeps_what_is_permanent(world: Any) -> None:
    (first, second) = world.record(world.event(at=world.now - DAY), world.event(at=world.now - HOUR))
    share, badge = first.entries
    assert (badge.rule, badge.kind) == ("first", "badge")
    world.now += DAY
    close(world, world.now)
    (undone,) = reverse(world, share.id)
    assert (undone.reverses, undone.amount_millipoints, undone.reason) == (share.id, -20_000, "reversed")
    with world.db.read() as tx:
        row = tx.execute(schema.journal.select().where(schema.journal.c.id == undone.id)).one()
    assert (row.local_date, row.board_date) == (world.now.toordinal(), world.now.toordinal())
    # The later event of the closed period is not counted again.
    assert [entry.amount_millipoints for entry in second.entries if entry.kind == "points"] == [20_000]
    assert world.earned() == 20_000
    with pytest.raises(Conflict, match="already undone"):
        reverse(world, share.id)
    world.sound()


def test_what_is_no_award_or_is_not_there_is_not_undone(world: Any) -> None:
    world.record(world.event())
    with world.db.begin() as tx:
        claim_reward(tx, "acme", "ana", "mug", "k", now=world.now)
    redeemed = next(entry for entry in world.entries() if entry.reason == "redeemed")
    with pytest.raises(Refused, match="only awards are undone"):
        reverse(world, redeemed.id)
    with pytest.raises(NotFound, match="entry 9999"):
        reverse(world, 9999)
    with pytest.raises(NotFound, match="elsewhere"):
        reverse(world, redeemed.id, "elsewhere")


def test_a_top_up_is_undone_once_and_stays_so(world: Any) -> None:
    world.record(world.event())
    publish(world, DOUBLE, world.now - DAY, "top_up")
    assert world.earned() == 40_000
    (top_up,) = [entry for entry in world.entries() if entry.reason == "top_up"]
    (undone,) = reverse(world, top_up.id)
    assert (undone.reverses, undone.amount_millipoints) == (top_up.id, -20_000)
    assert world.earned() == 20_000
    with pytest.raises(Conflict, match="already undone"):
        reverse(world, top_up.id)
    world.now += HOUR
    world.record(world.event("ana", world.now - DAY))
    assert len([entry for entry in world.entries() if entry.reason == "top_up"]) == 1
    world.sound()


def test_an_event_that_came_too_late_is_undone_by_its_entry_of_zero(world: Any) -> None:
    (late,) = world.record(world.event(at=world.now - 4 * DAY))
    assert (late.status, late.entries[0].amount_millipoints) == ("late", 0)
    (undone,) = reverse(world, late.entries[0].id)
    assert (undone.reverses, undone.amount_millipoints) == (late.entries[0].id, 0)
    with pytest.raises(Conflict, match="already undone"):
        reverse(world, late.entries[0].id)
    world.sound()


def test_an_event_is_undone_for_its_owner_too(world: Any) -> None:
    (thanked,) = world.record(world.event(kind="kudos", owner="ben"))
    assert world.earned("ben") == 1_000
    reverse(world, next(entry.id for entry in world.entries("ben")))
    assert (world.earned("ana"), world.earned("ben")) == (0, 0)
    assert thanked.status == "awarded"
    world.sound()


def test_what_a_merge_moved_already_is_undone_once(world: Any) -> None:
    world.record(world.event("ben", world.now - 4 * DAY))
    with world.db.begin() as tx:
        merge_people(tx, "acme", "ana", "ben", world.now)
    before = world.entries()
    undone = {entry.reverses for entry in before}
    (standing,) = [entry for entry in before if entry.reverses is None and entry.id not in undone]
    assert [entry.reverses for entry in reverse(world, standing.id)] == [standing.id]
    world.sound()


@pytest.mark.parametrize(("beyond", "today"), [(timedelta(), False), (INSTANT, True)])
def test_a_top_up_of_a_closed_period_is_undone_on_todays_date(world: Any, beyond: Any, today: bool) -> None:
    world.record(world.event())
    publish(world, DOUBLE, world.now - DAY, "top_up")
    (top_up,) = [entry for entry in world.entries() if entry.reason == "top_up"]
    given = world.now
    world.now += DAY
    close(world, given + beyond)
    (undone,) = reverse(world, top_up.id)
    with world.db.read() as tx:
        row = tx.execute(schema.journal.select().where(schema.journal.c.id == undone.id)).one()
    day = (world.now if today else given).toordinal()
    assert (row.local_date, row.board_date) == (day, day)
    world.sound()


def test_who_did_nothing_since_goes_on_from_the_end_of_the_period_too(world: Any) -> None:
    world.record(world.event(at=world.now - HOUR))
    close(world, world.now)
    world.now += HOUR
    world.record(world.event(at=world.now, id="z"))
    # Out of order: the open period is folded again, after the twenty of thirty points that the closed one used.
    world.record(world.event(at=world.now - MINUTE, id="y"))
    assert lines(world) == [("share", 20_000), ("share", 10_000), ("share", 0)]
    world.sound()
