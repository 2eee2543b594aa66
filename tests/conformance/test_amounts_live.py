"""Cases 11 to 19 through `record`: what the ledger holds, on SQLite and on PostgreSQL."""

from typing import Any

import pytest
from pydantic import ValidationError

from rewards.document import DocumentError
from rewards.ledger.entries import badges_for
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import SchemeError
from tests.conformance.helpers import DAY, HOUR, MINUTE


def scheme(*rules: str, rest: str = "") -> str:
    lines = "".join(f"  - {{{rule}}}\n" for rule in rules)
    return f"name: s\ntitle: S\nrules:\n{lines}{rest}"


def amounts(world: Any, person: str = "ana") -> list[tuple[int, str]]:
    return [(amount, reason) for _, _, amount, reason in world.standing(person)]


def test_case_11_five_of_ten_where_five_are_left_and_the_reason_says_so(empty_world: Any) -> None:
    world = empty_world.found(
        scheme("id: s, title: Share, on: share, points: 1, per: unit, caps: [{window: day, points: 30}]")
    )
    world.record(world.event(at=world.now - HOUR, quantity=25))
    (receipt,) = world.record(world.event(quantity=10))
    (entry,) = receipt.entries
    assert (entry.amount_millipoints, entry.reason) == (5_000, "cap_partial")
    assert entry.why.startswith("5 of ")


def test_case_12_at_the_cap_nothing_is_paid_and_no_cooldown_begins(empty_world: Any) -> None:
    world = empty_world.found(
        scheme(
            "id: s, title: Share, on: share, points: 30, cooldown_minutes: 30, caps: [{window: day, points: 30}]"
        )
    )
    midnight = world.now.replace(hour=0) + DAY
    events = [
        world.event(at=at) for at in (midnight - 10 * HOUR, midnight - 10 * MINUTE, midnight + 5 * MINUTE)
    ]
    world.now = midnight + HOUR
    for event in events:
        world.record(event)
    assert amounts(world) == [(30_000, "awarded"), (0, "cap_reached"), (30_000, "awarded")]


def test_case_13_a_half_each_time_to_the_millipoint(empty_world: Any) -> None:
    world = empty_world.found(
        scheme("id: s, title: Share, on: share, points: 10, decay: {factor: 1/2, window: day}")
    )
    for n in range(4):
        world.record(world.event(at=world.now - (4 - n) * MINUTE))
    assert [amount for amount, _ in amounts(world)] == [10_000, 5_000, 2_500, 1_250]


def test_case_14_multipliers_come_before_caps(empty_world: Any) -> None:
    world = empty_world.found(
        scheme(
            "id: s, title: Share, on: share, points: 20, multipliers: [{factor: 2}], caps: [{window: day, points: 30}]"
        )
    )
    world.record(world.event())
    assert amounts(world) == [(30_000, "cap_partial")]


def test_case_15_the_tighter_of_two_caps_wins(empty_world: Any) -> None:
    caps = "caps: [{window: day, points: 30}, {window: week, points: 50}]"
    world = empty_world.found(scheme(f"id: s, title: Share, on: share, points: 30, {caps}"))
    tuesday = world.now
    for at in (tuesday, tuesday + DAY, tuesday + 6 * DAY):
        world.now = at
        world.record(world.event())
    assert [amount for amount, _ in amounts(world)] == [30_000, 20_000, 30_000]


@pytest.mark.parametrize("times", [2, 10])
def test_cases_16_and_17_toggling_one_object_pays_once(empty_world: Any, times: int) -> None:
    world = empty_world.found(scheme("id: s, title: Like, on: share, points: 3, per_object: once"))
    for n in range(times):
        world.record(world.event(at=world.now - n * MINUTE, object="post"))
    assert world.earned() == 3_000
    assert sorted(reason for _, reason in amounts(world)) == ["already_awarded"] * (times - 1) + ["awarded"]


@pytest.mark.parametrize("quantity", [-1, float("nan"), 10**9, 1.5, True, "3"])
def test_case_18_a_senseless_quantity_is_refused_by_the_schema(world: Any, quantity: Any) -> None:
    with pytest.raises(ValidationError):
        world.event(quantity=quantity)


def test_case_19_a_scheme_that_could_overflow_is_refused_at_publication(world: Any) -> None:
    huge = "id: s, title: Share, on: share, points: 1000000, per: unit, multipliers: [{factor: 1000}]"
    with pytest.raises((SchemeError, DocumentError), match=r"2\^62"), world.db.begin() as tx:
        publish_scheme(tx, "acme", world.scheme(scheme(huge)), world.now, "hr", "too much", world.now)
    assert world.record(world.event())[0].entries[0].scheme_version == 1


def test_events_without_an_object_are_not_one_object(empty_world: Any) -> None:
    world = empty_world.found("""
name: plain
title: Plain
rules:
  - {id: course, title: Course, on: training, points: 5, per_object: once, caps: [{window: total, points: 5, scope: object}]}
badges:
  - {id: keen, title: Keen, groups: [[{metric: events, of: training, per_object: once, at_least: 2}]]}
""")
    for _ in range(3):
        world.record(world.event(kind="training", object=""))
    again = world.event(kind="training", object="first-aid")
    world.record(again, again.model_copy(update={"id": "again"}))
    assert [amount for _, _, amount, _ in world.standing()] == [5000, 5000, 5000, 5000, 0]
    with world.db.read() as tx:
        assert [badge.badge for badge in badges_for(tx, "acme", "ana")] == ["keen"]
    world.sound()
