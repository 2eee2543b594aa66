"""What follows where the rules meet: lateness, undoing, closing, versions, merging, leaving. On both databases."""

from datetime import timedelta
from typing import Any
from unicodedata import normalize

import pytest

from rewards.faults import BadValue, Insufficient
from rewards.ledger.entries import badges_for
from rewards.ledger.holds import release_due
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.people.people import deactivate, erase, import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import roll_back, shadow
from rewards.review import decide, open_reviews
from rewards.shop.claims import claim_reward
from rewards.store import schema
from tests.conformance.helpers import DAY, DOUBLE, HALF, HOUR, MINUTE, kudos, publish
from tests.soundness import assert_sound

TRIPLE = DOUBLE.replace("double", "triple").replace("40", "60")
BONUS = """
name: bonus
title: Bonus
rules: [{id: share, title: Share, on: share, points: 1}]
badges: [{id: first, title: First, points: 5, groups: [[{metric: awards, of: share, at_least: 1}]]}]
"""
HELD = """
name: held
title: Held
rules:
  - {id: share, title: Share, on: share, points: 10, hold_hours: 24}
  - {id: read, title: Read, on: share, beneficiary: owner, points: 2}
fair_play: {review_above_per_hour: 2}
"""


@pytest.fixture(autouse=True)
def _sound(request: pytest.FixtureRequest) -> Any:
    """Every test ends with sound books."""
    name = "world" if "world" in request.fixturenames else "empty_world"
    world = request.getfixturevalue(name)
    yield
    assert_sound(world.db, "acme", world.now)


def reverse(world: Any, entry: int) -> None:
    with world.db.begin() as tx:
        reverse_entry(tx, "acme", entry, "hr", "test", now=world.now)


def test_room_freed_by_a_reversal_goes_to_later_events(world: Any) -> None:
    events = [world.event(at=world.now - n * HOUR) for n in (3, 2, 1)]
    receipts = world.record(*events)
    assert [r.entries[0].amount_millipoints for r in receipts] == [20_000, 10_000, 0]
    reverse(world, receipts[0].entries[0].id)
    assert [amount for _, _, amount, _ in world.standing()] == [20_000, 10_000]
    world.record(world.event(at=world.now - 4 * HOUR))
    assert [amount for _, _, amount, _ in world.standing()] == [10_000, 0, 20_000]
    assert world.earned() == 30_000


def test_a_permanent_badge_is_paid_once_although_its_events_were_undone(empty_world: Any) -> None:
    world = empty_world.found(BONUS)
    (receipt,) = world.record(world.event(at=world.now - HOUR))
    reverse(world, receipt.entries[0].id)
    assert world.earned() == 5_000
    world.record(world.event())
    assert world.earned() == 6_000
    with world.db.begin() as tx:
        close_period(tx, "acme", world.now, "hr", world.now)
    world.now += HOUR
    world.record(world.event())
    assert world.earned() == 7_000


def test_a_permanent_badge_outlives_the_closing_of_its_period(empty_world: Any) -> None:
    world = empty_world.found(BONUS)
    (receipt,) = world.record(world.event(at=world.now - HOUR))
    reverse(world, receipt.entries[0].id)
    with world.db.begin() as tx:
        close_period(tx, "acme", world.now, "hr", world.now)
    world.now += HOUR
    world.record(world.event())
    assert world.earned() == 6_000


def test_undoing_in_a_closed_period_leaves_the_permanent_badge(world: Any) -> None:
    (receipt,) = world.record(world.event(at=world.now - HOUR))
    with world.db.begin() as tx:
        close_period(tx, "acme", world.now, "hr", world.now)
        with pytest.raises(BadValue, match="after the last closing"):
            close_period(tx, "acme", world.now, "hr", world.now)
    reverse(world, receipt.entries[0].id)
    with world.db.read() as tx:
        assert [b.revoked_at for b in badges_for(tx, "acme", "ana")] == [None]
    assert world.balances().spendable == 0


def test_a_second_top_up_does_not_pay_the_first_ones_share_again(world: Any) -> None:
    world.record(world.event("ana", world.now - HOUR))
    publish(world, DOUBLE, world.now - DAY, "top_up")
    with world.db.read() as tx:
        seen = shadow(tx, "acme", world.scheme(TRIPLE), world.now - DAY, world.now, mode="top_up")
    publish(world, TRIPLE, world.now - DAY, "top_up")
    assert world.earned() == 60_000
    assert seen.by_person == {"ana": 20_000}
    assert seen.by_segment == {"sales": 20_000}


def test_a_top_up_follows_late_events_reversals_and_rollbacks(world: Any) -> None:
    (receipt,) = world.record(world.event("ana", world.now - HOUR))
    version = publish(world, DOUBLE, world.now - DAY, "top_up")
    world.record(world.event("ana", world.now - 2 * HOUR))
    assert world.earned() == 80_000
    reverse(world, receipt.entries[0].id)
    assert world.earned() == 40_000
    with world.db.begin() as tx:
        roll_back(tx, "acme", version.version, "hr", "test", now=world.now)
    assert world.earned() == 20_000


def test_an_exact_version_takes_the_place_of_a_top_up(world: Any) -> None:
    world.record(world.event("ana", world.now - HOUR))
    publish(world, DOUBLE, world.now - DAY, "top_up")
    exact = publish(world, HALF, world.now - DAY, "exact")
    assert world.earned() == 10_000
    with world.db.begin() as tx:
        roll_back(tx, "acme", exact.version, "hr", "test", now=world.now)
    assert world.earned() == 40_000


def test_a_late_event_is_scored_by_the_version_of_its_own_time(world: Any) -> None:
    publish(world, DOUBLE, world.now)
    noon = world.now
    world.now += HOUR
    world.record(world.event(at=noon + MINUTE), world.event(at=noon - MINUTE))
    assert sorted(amount for _, _, amount, _ in world.standing()) == [20_000, 40_000]


def test_a_quarantined_event_keeps_its_date_and_is_taken_in_time(world: Any) -> None:
    event = world.event(at=world.now + HOUR)
    assert world.record(event)[0].status == "quarantined"
    assert world.record(event)[0].status == "duplicate"
    # The job came round a week late: the event itself was never late.
    world.now += 7 * DAY
    with world.db.begin() as tx:
        release_due(tx, "acme", world.now)
    assert world.earned() == 20_000


def test_a_quarantined_event_of_a_period_closed_since_says_so(world: Any) -> None:
    event = world.event(at=world.now + HOUR)
    world.record(event)
    world.now += DAY
    with world.db.begin() as tx:
        close_period(tx, "acme", world.now, "hr", world.now)
        release_due(tx, "acme", world.now)
        assert release_due(tx, "acme", world.now) == 0
    assert world.earned() == 0
    assert [view.reason for view in world.entries()] == ["closed_period"]


def test_held_points_come_by_time_and_go_by_reversal(empty_world: Any) -> None:
    world = empty_world.found(HELD)
    first, second = (world.record(world.event(at=world.now - n * MINUTE))[0] for n in (2, 1))
    assert (world.balances().held, world.earned()) == (20_000, 0)
    reverse(world, first.entries[0].id)
    world.now += 25 * HOUR
    with world.db.begin() as tx:
        assert release_due(tx, "acme", world.now) == 1
        assert release_due(tx, "acme", world.now) == 0
    assert world.balances() == type(world.balances())(10_000, 10_000, 0)
    reverse(world, second.entries[0].id)
    assert world.balances() == type(world.balances())(0, 0, 0)


@pytest.mark.parametrize(("decision", "owner"), [("approve", 6_000), ("decline", 4_000)])
def test_a_review_decides_for_everybody_the_event_pays(empty_world: Any, decision: Any, owner: int) -> None:
    world = empty_world.found(HELD)
    for n in (3, 2, 1):
        world.record(world.event(at=world.now - n * MINUTE, owner="ben"))
    assert (world.earned("ben"), world.balances("ben").held) == (4_000, 2_000)
    with world.db.begin() as tx:
        (review,) = open_reviews(tx, "acme")
        decide(tx, "acme", review.id, decision, "hr", reason="looked at", now=world.now)
    assert (world.earned("ben"), world.balances("ben").held) == (owner, 0)


def test_what_happened_before_somebody_left_still_counts(world: Any) -> None:
    with world.db.begin() as tx:
        deactivate(tx, "acme", "ana", world.now)
    before, after = world.record(world.event(at=world.now - HOUR), world.event(at=world.now + MINUTE))
    assert (before.status, after.status, after.reason) == ("awarded", "rejected", "inactive_person")


def test_merged_accounts_share_caps_badges_and_undoing(world: Any) -> None:
    (receipt,) = world.record(world.event("ben", world.now - 2 * HOUR))
    with world.db.begin() as tx:
        close_period(tx, "acme", world.now - HOUR, "hr", world.now)
        merge_people(tx, "acme", "ana", "ben", world.now)
        assert [b.badge for b in badges_for(tx, "acme", "ana") if b.revoked_at is None] == ["first"]
    assert world.earned("ana") == 20_000
    reverse(world, receipt.entries[0].id)
    assert world.earned("ana") == 0


def test_an_empty_budget_leaves_stock_and_key_untouched(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"))
    with world.db.begin() as tx:
        claim_reward(tx, "acme", "ana", "trip", "k", now=world.now)
        with pytest.raises(Insufficient, match="budget"):
            claim_reward(tx, "acme", "ben", "trip", "k", now=world.now)
    world.now += timedelta(days=31)
    with world.db.begin() as tx:
        assert claim_reward(tx, "acme", "ben", "trip", "k", now=world.now).status == "requested"


def test_erasing_reaches_free_text_event_ids_and_other_peoples_words(world: Any) -> None:
    row = PersonRow(
        id="zoe.quill", name="Zoe Quillfeather", segment="sales", team="north", timezone="UTC", contacts=1
    )
    with world.db.begin() as tx:
        import_people(tx, "acme", [row], world.now)
    event = world.event(
        "zoe.quill", source="crm:zoe.quill", id="ZOE.QUILL-1", object="profile of quillfeather"
    )
    (receipt,) = world.record(event)
    kudos(world, "ana", "ben", "k", "As Quillfeather said: well done")
    with world.db.begin() as tx:
        reverse_entry(tx, "acme", receipt.entries[0].id, "zoe.quill", "Zoe Quillfeather asked", now=world.now)
        erase(tx, "acme", "zoe.quill", world.now, "zoe.quill")
    with world.db.read() as tx:
        for table in schema.metadata.sorted_tables:
            for found in tx.execute(table.select()):
                assert "quill" not in str(found).lower(), table.name


@pytest.mark.parametrize(("known", "written"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_erasing_reaches_a_name_in_either_unicode_form(world: Any, known: Any, written: Any) -> None:
    name = "Zoë Åkerström"
    row = PersonRow(
        id="zoe", name=normalize(known, name), segment="sales", team="north", timezone="UTC", contacts=1
    )
    with world.db.begin() as tx:
        import_people(tx, "acme", [row], world.now)
    world.record(world.event("ana", object=normalize(written, "talk of Åkerström"), id=f"by {name}"))
    kudos(world, "ana", "ben", "k", normalize(written, "Åkerström's idea"))
    with world.db.begin() as tx:
        erase(tx, "acme", "zoe", world.now, "zoe")
    with world.db.read() as tx:
        for table in schema.metadata.sorted_tables:
            for found in tx.execute(table.select()):
                assert "kerstr" not in str(found), table.name
