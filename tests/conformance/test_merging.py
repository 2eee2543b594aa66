"""Two accounts that become one: nothing is left behind, nothing is paid twice, and the old id goes on working."""

from datetime import timedelta
from typing import Any

import pytest

from rewards.badges.credentials import credential_for, verify_credential
from rewards.boards.boards import leaderboard
from rewards.content.content import ChannelStatus, ContentItem, publish_item
from rewards.content.links import clicks_for, declare_share, follow_link, prepare_share
from rewards.faults import Refused
from rewards.ledger.entries import badges_for
from rewards.ledger.history import export_events
from rewards.ledger.holds import release_due
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.people.accounts import (
    account_for_session,
    authenticate_tokens,
    create_account,
    create_token,
    hash_password,
    open_session,
    sign_in,
)
from rewards.people.export import export_person
from rewards.people.people import get_person, import_people, link_people, set_leave, set_opt_out
from rewards.people_file import PersonRow
from rewards.review import decide, open_reviews
from rewards.shop.claims import cancel_claim, claim_reward, claims_for
from rewards.store.journal import balance_of
from rewards.store.persons import find_row
from rewards.thanks.recognition import THANKED, kudos_allowance_left, kudos_received
from tests.conformance.helpers import DAY, HOUR, MINUTE, board, kudos
from tests.soundness import assert_sound

SCHEME = """
name: s
title: S
rules:
  - {id: share, title: Share, on: share, points: 20, caps: [{window: month, scope: pair, points: 20}]}
  - {id: read, title: Read, on: share, beneficiary: owner, points: 1}
  - {id: lead, title: Lead, on: lead, points: 10, hold_hours: 48}
  - {id: sales, title: Sales, on: training, points: 7, when: {segment: [sales]}}
badges: [{id: first, title: First, points: 5, groups: [[{metric: awards, of: share, at_least: 1}]]}]
leaderboards: [{id: week, title: Week, window: week, minimum_group: 2}]
recognition: {kudos: {allowance: 100, gift: 10, per_pair: 2, reciprocal_limit: 1, spendable: false}}
rewards: [{id: trip, title: Trip, points: 10, stock: 5, budget_points: 100, approval: true}]
fair_play: {review_above_per_hour: 2}
privacy: {minimum_group: 2}
"""
ORG = "acme"


@pytest.fixture
def world(empty_world: Any) -> Any:
    return empty_world.found(SCHEME)


def merge(world: Any, keep: str = "ana", drop: str = "ben") -> None:
    with world.db.begin() as tx:
        merge_people(tx, ORG, keep, drop, world.now)
    assert_sound(world.db, ORG, world.now)


def test_the_old_id_goes_on_working(world: Any) -> None:
    before = world.event("ben", world.now - HOUR)
    world.record(before)
    with world.db.begin() as tx:
        create_account(tx, ORG, "ben", ["employee", "hr"], hash_password("a long enough phrase"), world.now)
        session = open_session(tx, ORG, "ben", world.now)
        token = create_token(tx, ORG, "own", ("me:read",), world.now, person="ben")
    merge(world)
    assert world.record(before)[0].status == "duplicate"
    assert world.record(before.model_copy(update={"subject": "ana"}))[0].status == "duplicate"
    (receipt,) = world.record(world.event("ben", owner="cleo"))
    assert (receipt.status, receipt.entries[0].person) == ("awarded", "ana")
    assert world.record(world.event("cleo", owner="ben"))[0].status == "awarded"
    assert kudos(world, "ben", "dan", "k").status != "refused"
    assert world.earned("ben") == world.earned("ana")
    with world.db.begin() as tx:
        assert get_person(tx, ORG, "ben").id == "ana"
        found = authenticate_tokens(tx, [token], world.now)[0]
        account = account_for_session(tx, session, world.now)
        assert (found.person, account.person) == ("ana", "ana")  # type: ignore[union-attr]
        assert set(account.roles) == {"employee", "hr"}  # type: ignore[union-attr]
        with pytest.raises(Refused, match="itself"):
            merge_people(tx, ORG, "ana", "ben", world.now)
    assert_sound(world.db, ORG, world.now)


def test_signing_in_by_the_old_id_reaches_the_account(world: Any) -> None:
    with world.db.begin() as tx:
        create_account(tx, ORG, "ben", ["employee"], hash_password("a long enough phrase"), world.now)
    merge(world)
    for name in ("ana", "ben"):
        token = sign_in(world.db, ORG, name, "a long enough phrase", world.now)
        with world.db.begin() as tx:
            assert account_for_session(tx, token or "", world.now).person == "ana"  # type: ignore[union-attr]


def test_a_chain_of_merges_leads_to_the_last(world: Any) -> None:
    world.record(world.event("ben"), world.event("cleo", world.now - MINUTE))
    merge(world, "cleo", "ben")
    merge(world, "ana", "cleo")
    for name in ("ben", "cleo"):
        assert world.record(world.event(name, kind="lead"))[0].entries[0].person == "ana"
    with world.db.read() as tx:
        assert {event.subject for event in export_events(tx, ORG)} == {"ana"}


def test_a_claim_moves_with_its_refund_and_its_key(world: Any) -> None:
    world.record(world.event("ben"))
    with world.db.begin() as tx:
        claim = claim_reward(tx, ORG, "ben", "trip", "k", now=world.now)
    merge(world)
    with world.db.begin() as tx:
        assert claim_reward(tx, ORG, "ana", "trip", "k", now=world.now).id == claim.id
        assert [one.id for one in claims_for(tx, ORG, "ana")] == [claim.id]
        cancel_claim(tx, ORG, claim.id, "hr", "changed her mind", now=world.now)
    assert world.balances("ana").spendable == 25_000
    assert_sound(world.db, ORG, world.now)


def test_nobody_approves_what_was_hers_before_the_merge(world: Any) -> None:
    from rewards.shop.claims import approve_claim

    world.record(world.event("ben", world.now - 5 * HOUR), *(world.event("ben") for _ in range(3)))
    with world.db.begin() as tx:
        claim = claim_reward(tx, ORG, "ben", "trip", "k", now=world.now)
        (review, *_) = open_reviews(tx, ORG)
    merge(world)
    for actor in ("ana", "ben"):
        with world.db.begin() as tx:
            with pytest.raises(Refused, match="your own"):
                approve_claim(tx, ORG, claim.id, actor, "mine", now=world.now)
            with pytest.raises(Refused, match="your own"):
                decide(tx, ORG, review.id, "approve", actor, reason="mine", now=world.now)


def test_who_was_linked_with_the_one_is_linked_with_the_other(world: Any) -> None:
    with world.db.begin() as tx:
        link_people(tx, ORG, "ben", "cleo", world.now)
    merge(world)
    with pytest.raises(Refused, match="linked"):
        kudos(world, "cleo", "ana", "k")


def test_what_waits_for_a_review_is_not_paid_unseen(world: Any) -> None:
    world.record(*(world.event("ben", world.now - n * MINUTE) for n in (4, 3, 2)))
    held = world.balances("ben").held
    assert held > 0
    merge(world)
    assert world.balances("ana").held == held
    # Out of order: her open period is folded again.
    world.record(world.event("ana", world.now - 3 * HOUR, kind="lead"))
    assert world.balances("ana").held == held + 10_000
    with world.db.begin() as tx:
        (review,) = open_reviews(tx, ORG)
        assert review.person == "ana"
        decide(tx, ORG, review.id, "approve", "hr", reason="fine", now=world.now)
    assert world.balances("ana").held == 10_000
    assert_sound(world.db, ORG, world.now)


def test_an_owners_part_of_what_is_held_stays_held_too(world: Any) -> None:
    world.record(*(world.event("ben", world.now - n * MINUTE, owner="cleo") for n in (4, 3, 2)))
    assert world.balances("cleo").held == 1_000
    merge(world, "ana", "cleo")
    assert world.balances("ana").held == 1_000


@pytest.mark.parametrize("closed", [False, True])
def test_what_waits_for_its_time_is_released_once(world: Any, closed: bool) -> None:
    world.record(world.event("ben", world.now - HOUR, kind="lead"))
    if closed:
        with world.db.begin() as tx:
            close_period(tx, ORG, world.now, "hr", world.now)
    merge(world)
    assert (world.balances("ana").held, world.balances("ana").spendable) == (10_000, 0)
    world.now += 3 * DAY
    with world.db.begin() as tx:
        assert [release_due(tx, ORG, world.now) for _ in range(2)] == [1, 0]
    assert (world.balances("ana").held, world.balances("ana").spendable) == (0, 10_000)
    assert_sound(world.db, ORG, world.now)


def test_limits_of_a_third_person_count_both_as_one(world: Any) -> None:
    world.record(world.event("cleo", world.now - HOUR, owner="ana"))
    world.record(world.event("cleo", owner="ben"))
    assert world.earned("cleo") == 45_000
    merge(world)
    # One pair by now, and its month has a cap of 20.
    assert world.earned("cleo") == 25_000


def test_thanks_and_what_is_left_of_them_are_one_humans(world: Any) -> None:
    kudos(world, "ana", "cleo", "k1")
    kudos(world, "ben", "cleo", "k2", "Once more")
    kudos(world, "dan", "ben", "k3", "Well done")
    merge(world)
    with world.db.read() as tx:
        assert kudos_allowance_left(tx, ORG, "ana", world.now) == 80_000
        assert [one.message for one in kudos_received(tx, ORG, "ana")] == ["Well done"]
        assert {one.giver for one in kudos_received(tx, ORG, "cleo")} == {"ana"}
    with pytest.raises(Refused, match="limit 2"):
        kudos(world, "ana", "cleo", "k4")
    assert kudos(world, "ana", "cleo", "k2", "Once more").status == "duplicate"
    assert kudos(world, "dan", "ana", "k3", "Well done").status == "duplicate"
    world.sound()


@pytest.mark.parametrize("keep", ["ana", "ben"])
def test_an_allowance_untouched_by_one_is_not_given_twice(world: Any, keep: str) -> None:
    kudos(world, "ben", "cleo", "k1")
    merge(world, keep, "ben" if keep == "ana" else "ana")
    kudos(world, keep, "dan", "k2")
    with world.db.read() as tx:
        assert kudos_allowance_left(tx, ORG, keep, world.now) == 80_000
    world.sound()


def test_held_thanks_are_decided_for_who_took_over(world: Any) -> None:
    for n in range(2):
        kudos(world, "ben", "cleo", f"b{n}")
        receipt = kudos(world, "cleo", "ben", f"c{n}")
    assert receipt.status == "held"
    merge(world)
    with world.db.begin() as tx:
        (review,) = open_reviews(tx, ORG)
        decide(tx, ORG, review.id, "approve", "hr", reason="fine", now=world.now)
        assert len(kudos_received(tx, ORG, "ana")) == 2
    world.sound()


def test_thanks_between_the_two_count_for_nobody(world: Any) -> None:
    kudos(world, "ana", "ben", "k")
    merge(world)
    with world.db.read() as tx:
        assert kudos_received(tx, ORG, "ana") == []
        assert kudos_allowance_left(tx, ORG, "ana", world.now) == 100_000
    world.sound()


def test_each_event_keeps_the_segment_it_happened_in(empty_world: Any) -> None:
    world = empty_world.found(SCHEME)
    row = PersonRow(
        id="zoe", name="Zoe", segment="lab", team="south", timezone="Pacific/Honolulu", contacts=1
    )
    with world.db.begin() as tx:
        import_people(tx, ORG, [row], world.now - DAY)
    world.record(world.event("ben", world.now - HOUR, kind="training"))
    merge(world, "zoe", "ben")
    assert world.earned("zoe") == 7_000
    world.record(
        world.event("zoe", kind="training"), world.event("zoe", world.now - 2 * HOUR, kind="training")
    )
    assert world.earned("zoe") == 7_000
    assert_sound(world.db, ORG, world.now)


def test_a_signed_badge_goes_on_being_valid(world: Any) -> None:
    world.record(world.event("ben", world.now - 2 * HOUR))
    with world.db.begin() as tx:
        signed = credential_for(tx, ORG, "ben", "first", "https://a.example", now=world.now)
        close_period(tx, ORG, world.now - HOUR, "hr", world.now)
    world.record(world.event("ana", kind="lead"))
    merge(world)
    with world.db.begin() as tx:
        assert verify_credential(tx, signed.token).valid
        assert credential_for(tx, ORG, "ana", "first", "https://a.example", now=world.now).id == signed.id
        (badge,) = badges_for(tx, ORG, "ana")
        reverse_entry(tx, ORG, world.entries("ana")[0].id, "hr", "test", now=world.now)
        assert (badge.revoked_at, verify_credential(tx, signed.token).valid) == (None, True)
    world.sound()


def test_closed_boards_and_weeks_change_by_the_name_alone(world: Any) -> None:
    long_ago = (world.event(who, world.now - 10 * DAY) for who in ("ben", "dan"))
    world.record(*long_ago, world.event("cleo"), world.event("dan"), backfill=True)
    with world.db.begin() as tx:
        close_period(tx, ORG, world.now - DAY, "hr", world.now)
    before = board(world, "week", "ana").rows
    merge(world)
    assert world.earned("ana") == 25_000
    assert board(world, "week", "ana").rows == before
    with world.db.read() as tx:
        then = leaderboard(tx, ORG, "week", "ana", world.now - 10 * DAY)
    assert sorted((row.label, row.amount_millipoints) for row in then.rows) == [
        ("Ana", 25_000),
        ("Dan", 25_000),
    ]
    world.sound()


def test_thanks_that_buy_nothing_are_kept_as_thanks(world: Any) -> None:
    kudos(world, "dan", "ben", "k1")
    kudos(world, "cleo", "ana", "k2")
    merge(world)
    with world.db.read() as tx:
        who = find_row(tx, ORG, "ana").id
        assert balance_of(tx, ORG, THANKED, who) == 20_000


def test_her_own_data_are_those_of_both_accounts(world: Any) -> None:
    world.record(world.event("ben", world.now - 2 * HOUR), world.event("ana"))
    with world.db.begin() as tx:
        close_period(tx, ORG, world.now - HOUR, "hr", world.now)
    merge(world)
    with world.db.begin() as tx:
        found = export_person(tx, ORG, "ben", "ana", world.now)
    assert found.person == "ana"
    assert len(found.tables["event"]) == 2
    assert {row["external_id"] for row in found.tables["person_alias"]} == {"ben"}
    assert len(found.tables["person"]) == 2


def test_who_opted_out_stays_out(world: Any) -> None:
    with world.db.begin() as tx:
        set_opt_out(tx, ORG, "ben", True, world.now)
    world.record(world.event("ana"), world.event("cleo"), world.event("dan"))
    merge(world)
    assert "Ana" not in [row.label for row in board(world, "week", "cleo").rows]
    world.sound()


def test_links_of_both_lead_on_and_count_for_who_took_over(world: Any) -> None:
    item = ContentItem(
        id="launch", title="L", url="https://x.org", channels={"x": ChannelStatus(status="green", reason="")}
    )
    with world.db.begin() as tx:
        publish_item(tx, ORG, item, world.now)
        codes = {
            who: prepare_share(tx, ORG, who, "launch", "x", now=world.now).code for who in ("ana", "ben")
        }
        declare_share(tx, ORG, "ben", codes["ben"], world.now)
    merge(world)
    with world.db.begin() as tx:
        for who, code in codes.items():
            assert follow_link(tx, code, "", who, world.now).counted
        assert declare_share(tx, ORG, "ana", codes["ben"], world.now).status == "duplicate"
        assert sum(counted for *_, counted in clicks_for(tx, ORG, "ana")) == 2
        clicks = [event.subject for event in export_events(tx, ORG) if event.kind == "click"]
    assert clicks == ["ana", "ana"]


def test_days_off_of_both_count(world: Any) -> None:
    with world.db.begin() as tx:
        set_leave(tx, ORG, "ben", world.now.date(), world.now.date() + timedelta(days=3), now=world.now)
    merge(world)
    with world.db.begin() as tx:
        row = PersonRow(id="ben", name="Ben", segment="other", team="other", timezone="UTC", contacts=1)
        summary = import_people(tx, ORG, [row], world.now)
        assert get_person(tx, ORG, "ana").segment == "sales"
    (told,) = summary.not_taken
    assert (summary.updated, told.person, told.column, told.value) == (0, "ben", "id", "ben")
    assert "'ana'" in told.why
