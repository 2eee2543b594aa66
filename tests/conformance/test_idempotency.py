"""Cases 1 to 10: idempotency and order. On SQLite and on PostgreSQL."""

import itertools
from typing import Any

import pytest
from sqlalchemy import update

from rewards.events import Event
from rewards.ledger.holds import release_due
from rewards.ledger.periods import close_period
from rewards.store import schema
from rewards.store.rebuild import stored
from tests.conformance.helpers import (
    DAY,
    HOUR,
    MINUTE,
    in_threads,
    standing_views,
)


def test_case_01_the_same_event_twice_gives_one_award(world: Any) -> None:
    event = world.event()
    (first,), (second,) = world.record(event), world.record(event)
    assert (first.status, second.status) == ("awarded", "duplicate")
    assert [e.id for e in second.entries] == [e.id for e in first.entries]
    assert second.entries[0].why == first.entries[0].why == "20 points for “Share”."
    both = world.event()
    assert [r.status for r in world.record(both, both)] == ["awarded", "duplicate"]
    assert world.earned() == 30_000
    world.sound()


def test_case_02_the_same_id_with_another_payload_conflicts(world: Any) -> None:
    event = world.event()
    world.record(event)
    (receipt,) = world.record(event.model_copy(update={"quantity": 2}))
    assert receipt.status == "conflict"
    assert receipt.entries == ()
    assert world.earned() == 20_000


def test_case_03_the_same_id_from_two_sources_is_two_events(world: Any) -> None:
    event = world.event(at=world.now - DAY)
    other = event.model_copy(update={"source": "other", "occurred_at": world.now})
    assert [r.status for r in world.record(event, other)] == ["awarded", "awarded"]
    assert world.earned() == 40_000


def test_case_04_sixteen_simultaneous_posts_of_one_key_make_one_row(world: Any) -> None:
    event = world.event()
    results = in_threads(16, lambda _: world.record(event)[0].status)
    assert sorted(results) == ["awarded"] + ["duplicate"] * 15
    assert world.earned() == 20_000
    world.sound()


def test_case_05_a_crash_between_inbox_and_journal_then_a_retry_awards_once(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = world.event()

    def crash(*_: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("rewards.store.journal.add_entries", crash)
        with pytest.raises(RuntimeError, match="power cut"):
            world.record(event)
    assert world.record(event)[0].status == "awarded"
    assert world.record(event)[0].status == "duplicate"
    assert world.earned() == 20_000


CAPPED = """
name: capped
title: Capped
rules:
  - {id: share, title: Share, on: share, points: 1, per: unit, caps: [{window: day, points: 30}]}
"""


def test_case_06_all_arrival_orders_give_the_same_entries(empty_world: Any) -> None:
    world = empty_world
    world.people = tuple(f"p{n}" for n in range(6))
    world.found(CAPPED)
    for person, order in zip(world.people, itertools.permutations(range(3)), strict=True):
        events = [
            world.event(person, world.now - (3 - n) * HOUR, id=f"{person}-{n}", quantity=amount)
            for n, amount in enumerate((20, 15, 5))
        ]
        for n in order:
            world.record(events[n])
        assert [(amount, reason) for _, _, amount, reason in world.standing(person)] == [
            (20_000, "awarded"), (10_000, "cap_partial"), (0, "cap_reached"),
        ]  # fmt: skip
        assert world.earned(person) == 30_000
    world.sound()


def test_case_07_an_event_after_the_grace_period_is_recorded_with_zero(world: Any) -> None:
    (receipt,) = world.record(world.event(at=world.now - 73 * HOUR))
    assert (receipt.status, receipt.reason) == ("late", "late")
    assert [(e.amount_millipoints, e.reason) for e in receipt.entries] == [(0, "late")]
    assert "72 hours" in receipt.entries[0].why
    assert world.record(world.event(at=world.now - 73 * HOUR), backfill=True)[0].status == "awarded"
    world.sound()


def test_case_08_a_future_event_waits_and_clock_skew_is_accepted(world: Any) -> None:
    future = world.event(at=world.now + 10 * MINUTE)
    assert world.record(future)[0].status == "quarantined"
    assert world.record(world.event(at=world.now + MINUTE))[0].status == "awarded"
    assert world.earned() == 20_000
    world.now += 11 * MINUTE
    with world.db.begin() as tx:
        assert release_due(tx, world.organisation, world.now) == 1
    assert world.earned() == 30_000
    assert world.record(future)[0].status == "duplicate"
    world.sound()


def test_case_09_a_late_event_of_a_closed_period_changes_no_rank(world: Any) -> None:
    world.record(world.event("ana", world.now - DAY), world.event("ben", world.now - 3 * HOUR))
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now - HOUR, "hr", world.now)
        before = stored(tx, world.organisation)
    (receipt,) = world.record(world.event("ben", world.now - 2 * HOUR), backfill=True)
    assert (receipt.status, receipt.reason) == ("late", "closed_period")
    with world.db.read() as tx:
        assert stored(tx, world.organisation) == before
    assert world.record(world.event("ana", world.now - MINUTE))[0].status == "awarded"
    world.sound()


def test_case_10_equal_times_go_by_source_then_id(world: Any) -> None:
    events = [
        world.event(source=source, id=id_) for source, id_ in (("b", "1"), ("a", "2"), ("a", "1"))
    ]  # fmt: skip
    for event in events:
        world.record(event)
    amounts = {(e.source, e.event_id): e.amount_millipoints for e in standing_views(world)}
    assert amounts == {("a", "1"): 20_000, ("a", "2"): 10_000, ("b", "1"): 0}


def test_what_means_the_same_is_the_same_event(world: Any) -> None:
    event = world.event(tags=("launch", "data"), object="Re\u0301sume\u0301", id="Cafe\u0301 1")
    world.record(event)
    same = Event(
        **(event.model_dump() | {"tags": ("data", "launch", "data"), "object": "Résumé", "id": "Café 1"})
    )
    assert world.record(same)[0].status == "duplicate"
    # Stored before tags had an order of their own.
    with world.db.begin() as tx:
        tx.execute(update(schema.event).values(tags='["launch","data"]', payload_hash="0" * 64))
    assert world.record(same)[0].status == "duplicate"
    assert world.record(same.model_copy(update={"tags": ("launch",)}))[0].status == "conflict"


@pytest.mark.parametrize("id_", ["№ 1/2?#%", "日本語", "a b", "é", "\u202e", "😀" * 200, "'; --"])
def test_any_text_is_an_id_and_a_source(world: Any, id_: str) -> None:
    event = world.event(id=id_, source=id_)
    assert world.record(event)[0].status == "awarded"
    assert world.record(event)[0].status == "duplicate"
    assert world.entries()[0].event_id == world.entries()[0].source == id_
    world.record(world.event(at=world.now - HOUR))
    world.sound()
