"""The conformance cases of the live program, each named by its number, on SQLite and on PostgreSQL."""

import itertools
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from rewards.boards import leaderboard
from rewards.claims import cancel_claim, claim_reward
from rewards.faults import Conflict, Fault, Insufficient, Refused
from rewards.merging import merge_people
from rewards.people import (
    change_zone,
    deactivate,
    erase,
    get_person,
    import_people,
    link_people,
    list_people,
    reactivate,
    set_leave,
    set_opt_out,
)
from rewards.people_file import PersonRow
from rewards.program import badges_for, close_period, participation, release_due, reverse_entry
from rewards.publication import publish_scheme, roll_back, scheme_in_force, shadow
from rewards.recognition import give_kudos, kudos_allowance_left, kudos_given, kudos_received
from rewards.review import decide, open_reviews
from rewards.store import schema
from rewards.store.history import export_events
from rewards.store.rebuild import rebuild, stored
from rewards.store.units import dump

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DOUBLE = "{name: double, title: Double, rules: [{id: share, title: Share, on: share, points: 40}]}"
HALF = "{name: half, title: Half, rules: [{id: share, title: Share, on: share, points: 10}]}"


def in_threads(count: int, work: Callable[[int], Any]) -> list[Any]:
    """The results (or exceptions) of `count` threads that start together."""
    results: list[Any] = [None] * count
    gate = threading.Barrier(count)

    def run(index: int) -> None:
        gate.wait()
        try:
            results[index] = work(index)
        except Fault as fault:
            results[index] = fault

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


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
    amounts = {(e.source, e.event_id): e.amount_millipoints for e in _standing_views(world)}
    assert amounts == {("a", "1"): 20_000, ("a", "2"): 10_000, ("b", "1"): 0}


def _standing_views(world: Any, person: str = "ana") -> list[Any]:
    found = world.entries(person)
    undone = {view.reverses for view in found}
    return [v for v in found if v.kind == "points" and v.reverses is None and v.id not in undone]


def test_case_21_reversing_restores_the_balance_once(world: Any) -> None:
    first, second = world.record(world.event(at=world.now - HOUR), world.event())
    assert world.earned() == 30_000
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, first.entries[0].id, "hr", "posted in error", world.now)
    assert world.earned() == 20_000
    assert [e.amount_millipoints for e in _standing_views(world)] == [20_000]
    for entry in (first.entries[0].id, _standing_views(world)[0].id):
        if entry == first.entries[0].id:
            with pytest.raises(Conflict, match="already undone"), world.db.begin() as tx:
                reverse_entry(tx, world.organisation, entry, "hr", "again", world.now)
    undoing = next(view for view in world.entries() if view.reverses is not None)
    with pytest.raises(Refused, match="cannot be undone itself"), world.db.begin() as tx:
        reverse_entry(tx, world.organisation, undoing.id, "hr", "again", world.now)
    assert second.entries[0].amount_millipoints == 10_000
    world.sound()


def test_case_21_sixteen_simultaneous_reversals_undo_once(world: Any) -> None:
    (receipt,) = world.record(world.event())

    def reverse(_: int) -> str:
        with world.db.begin() as tx:
            reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "twice", world.now)
        return "done"

    results = in_threads(16, reverse)
    assert results.count("done") == 1
    assert world.balances().spendable == 0
    world.sound()


def test_case_22_a_temporary_badge_goes_and_a_permanent_one_stays(world: Any) -> None:
    world.record(world.event(at=world.now - HOUR))
    (second,) = world.record(world.event())
    (only,) = world.record(world.event("ben"))
    with world.db.begin() as tx:
        assert {b.badge for b in badges_for(tx, world.organisation, "ana")} == {"first", "loud"}
        reverse_entry(tx, world.organisation, second.entries[0].id, "hr", "withdrawn", world.now)
        reverse_entry(tx, world.organisation, only.entries[0].id, "hr", "withdrawn", world.now)
        found = {b.badge: b.revoked_at for b in badges_for(tx, world.organisation, "ana")}
        assert found == {"first": None, "loud": world.now}
        assert [b.revoked_at for b in badges_for(tx, world.organisation, "ben")] == [None]
    world.sound()


def test_case_23_reverted_and_earned_again_is_allowed(world: Any) -> None:
    (receipt,) = world.record(world.event(at=world.now - HOUR, object="post"))
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "deleted", world.now)
    assert world.record(world.event(object="post"))[0].status == "awarded"
    assert world.earned() == 20_000
    world.sound()


def test_case_24_redeemed_then_reversed_goes_negative_until_repaid(world: Any) -> None:
    (receipt,) = world.record(world.event())
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "mug", "k1", world.now)
        reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "fraud", world.now)
    assert world.balances().spendable == -15_000
    assert world.earned() == 0
    with pytest.raises(Insufficient, match="spendable"), world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "trip", "k2", world.now)
    world.record(world.event(at=world.now - DAY), world.event(at=world.now))
    assert world.balances().spendable == 25_000
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "trip", "k3", world.now)
    world.sound()


def test_case_20_an_empty_budget_refuses_the_points_and_leaves_the_badge(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"))
    with world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ana", "trip", "k", world.now)
    with pytest.raises(Insufficient, match="budget"), world.db.begin() as tx:
        claim_reward(tx, world.organisation, "ben", "trip", "k", world.now)
    with world.db.begin() as tx:
        assert {b.badge for b in badges_for(tx, world.organisation, "ben")} == {"first"}
    assert world.balances("ben").spendable == 20_000
    world.sound()


def test_case_27_a_date_repeated_by_travel_has_no_second_cap(empty_world: Any) -> None:
    world = empty_world.found(zone="Asia/Tokyo")
    with world.db.begin() as tx:
        change_zone(tx, world.organisation, "ana", "Pacific/Honolulu", world.now)
    first, second, third = (world.event(at=world.now + step) for step in (-HOUR, HOUR, 10 * HOUR))
    world.now += 11 * HOUR
    receipts = world.record(first, second, third)
    assert [sum(e.amount_millipoints for e in r.entries) for r in receipts] == [20_000, 10_000, 0]
    with world.db.read() as tx:
        dates = {event.local_date for event in export_events(tx, world.organisation)}
    assert dates == {date(2026, 11, 24)}
    world.sound()


def test_case_30_leave_is_known_to_the_fold(world: Any) -> None:
    with world.db.begin() as tx:
        set_leave(tx, world.organisation, "ana", date(2026, 11, 16), date(2026, 11, 20), world.now)
    assert world.record(world.event())[0].status == "awarded"


def test_case_31_an_unknown_zone_becomes_the_organisations_and_is_flagged(world: Any) -> None:
    row = PersonRow.model_construct(
        id="zed", name="Zed", email="", segment="sales", team="north", timezone="Mars/Olympus", contacts=1, locale="en",
        role="employee", manager="", desk="desk", hours_share=1.0,
    )  # fmt: skip
    with world.db.begin() as tx:
        import_people(tx, world.organisation, [row], world.now)
        person = get_person(tx, world.organisation, "zed")
    assert (person.timezone, person.zone_flagged) == ("UTC", True)


def kudos(world: Any, giver: str, receiver: str, key: str, message: str = "Thank you") -> Any:
    with world.db.begin() as tx:
        return give_kudos(tx, world.organisation, giver, receiver, message, ["teamwork"], key, world.now)


def test_case_32_kudos_to_oneself_or_a_linked_account_are_refused(world: Any) -> None:
    with world.db.begin() as tx:
        link_people(tx, world.organisation, "ana", "ben", world.now)
    for receiver in ("ana", "ben"):
        with pytest.raises(Refused, match="oneself or to a linked"):
            kudos(world, "ana", receiver, "k")


def test_case_33_eighty_concurrent_gifts_send_exactly_the_allowance(world: Any) -> None:
    results = in_threads(80, lambda n: kudos(world, "ana", world.people[1 + n % 4], f"k{n}").status)
    assert sum(not isinstance(result, Fault) for result in results) == 10
    assert all(isinstance(result, str | Insufficient) for result in results)
    with world.db.read() as tx:
        assert kudos_allowance_left(tx, world.organisation, "ana", world.now) == 0
        assert len(kudos_given(tx, world.organisation, "ana", 100)) == 10
    world.sound()


def test_case_34_the_allowance_is_granted_once_a_period(world: Any) -> None:
    in_threads(8, lambda n: kudos(world, "ana", world.people[1 + n % 4], f"k{n}").status)
    with world.db.read() as tx:
        assert kudos_allowance_left(tx, world.organisation, "ana", world.now) == 20_000
        assert kudos_allowance_left(tx, world.organisation, "ana", world.now + 30 * DAY) == 100_000
    assert [e.origin for e in world.entries()].count("allowance") == 1


def test_case_35_a_reciprocal_pair_beyond_its_limit_is_held(world: Any) -> None:
    for n in range(2):
        kudos(world, "ana", "ben", f"a{n}")
        kudos(world, "ben", "ana", f"b{n}")
    assert kudos(world, "ana", "ben", "a3").status == "awarded"
    held = kudos(world, "ben", "ana", "b3")
    assert (held.status, held.reason) == ("held", "held_for_review")
    with world.db.begin() as tx:
        assert len(kudos_received(tx, world.organisation, "ana")) == 2
        (review,) = open_reviews(tx, world.organisation)
        decide(tx, world.organisation, review.id, "decline", "hr", "swapped", world.now)
        assert kudos_allowance_left(tx, world.organisation, "ben", world.now) == 80_000
        with pytest.raises(Conflict, match="already"):
            decide(tx, world.organisation, review.id, "approve", "hr", "again", world.now)
    world.sound()


def test_case_36_the_last_reward_goes_to_one_of_two_claimants(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"))

    def claim(n: int) -> str:
        with world.db.begin() as tx:
            return claim_reward(tx, world.organisation, ("ana", "ben")[n], "mug", "k", world.now).status

    results = in_threads(2, claim)
    loser = ("ana", "ben")[next(n for n, result in enumerate(results) if isinstance(result, Insufficient))]
    assert "approved" in results
    assert world.balances(loser).spendable == 20_000
    world.sound()


def test_case_37_a_cancelled_reward_returns_balance_and_stock(world: Any) -> None:
    world.record(world.event("ana"))
    with world.db.begin() as tx:
        claim = claim_reward(tx, world.organisation, "ana", "mug", "k", world.now)
        assert claim_reward(tx, world.organisation, "ana", "mug", "k", world.now) == claim
        cancel_claim(tx, world.organisation, claim.id, "ana", "changed my mind", world.now)
        with pytest.raises(Conflict):
            cancel_claim(tx, world.organisation, claim.id, "ana", "again", world.now)
        claim_reward(tx, world.organisation, "ana", "mug", "k2", world.now)
    assert world.balances() == type(world.balances())(20_000, 5_000, 0)
    world.sound()


def test_case_38_a_message_is_kept_as_plain_text(world: Any) -> None:
    kudos(world, "ana", "ben", "k", "<script>alert(1)</script>")
    with world.db.read() as tx:
        (found,) = kudos_received(tx, world.organisation, "ben")
    assert found.message == "<script>alert(1)</script>"


def board(world: Any, name: str = "week", person: str | None = "ana") -> Any:
    with world.db.read() as tx:
        return leaderboard(tx, world.organisation, name, person, world.now)


def test_case_39_ties_rank_1_2_2_4(world: Any) -> None:
    tracked = {"kind": "click", "verification": "tracked"}
    counts = {"ana": 1, "ben": 2, "cleo": 2, "dan": 3}
    world.record(*(world.event(person, **tracked) for person, n in counts.items() for _ in range(n)))
    assert [(row.rank, row.label) for row in board(world).rows] == [
        (1, "Dan"),
        (2, "Cleo"),
        (2, "Ben"),
        (4, "Ana"),
    ]
    assert board(world).me.rank == 4
    assert board(world, person="eva").me.rank == 5


def test_case_40_the_week_equals_the_ledger_for_everybody(world: Any) -> None:
    receipts = world.record(
        *(world.event(person, world.now - n * HOUR) for person in world.people for n in (0, 30, 60))
    )
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipts[0].entries[0].id, "hr", "test", world.now)
        week = {
            row.label.lower(): row.amount_millipoints
            for row in leaderboard(tx, world.organisation, "week", None, world.now).rows
        }
    for person in world.people:
        own = sum(e.amount_millipoints for e in world.entries(person) if e.occurred_at.isocalendar()[1] == 48)
        assert week[person] == own
    world.sound()


def test_case_41_contributions_follow_membership_at_event_time(world: Any) -> None:
    world.record(world.event("ana", world.now - DAY))
    rows = [
        PersonRow(id=id_, name=id_, segment="sales", team="south", timezone="UTC", contacts=1)
        for id_ in ("ana", "ben")
    ]
    with world.db.begin() as tx:
        import_people(tx, world.organisation, rows, world.now)
    world.now += HOUR
    world.record(world.event("ana"), world.event("ana", world.now - 25 * HOUR))
    teams = {row.label: row.amount_millipoints for row in board(world, "teams").rows}
    assert teams == {"north": 30_000 // 3, "south": 20_000 // 2}
    world.sound()


def test_case_42_a_deactivated_person_is_hidden_and_comes_back_whole(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"), world.event("cleo"))
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, "ana", world.now)
        assert "ana" not in {p.id for p in list_people(tx, world.organisation)}
    assert "Ana" not in {row.label for row in board(world, person="ben").rows}
    assert world.record(world.event("ana"))[0].status == "rejected"
    with world.db.begin() as tx:
        reactivate(tx, world.organisation, "ana", world.now)
    assert "Ana" in {row.label for row in board(world, person="ben").rows}
    assert world.earned("ana") == 20_000


def test_case_43_who_opts_out_is_off_the_boards_and_sees_her_own_rank(world: Any) -> None:
    tracked = {"kind": "click", "verification": "tracked"}
    world.record(*(world.event(p, **tracked) for p in ("ana", "ana", "ben", "cleo")))
    with world.db.begin() as tx:
        set_opt_out(tx, world.organisation, "ana", True, world.now)
    shown = board(world, person="ben")
    assert {row.label for row in shown.rows} == {"Ben", "Cleo"}
    assert "Ana" not in {row.label for row in shown.neighbours}
    assert shown.me.rank == 1
    assert (board(world).me.rank, board(world).me.amount_millipoints) == (1, 20_000)


def test_case_44_a_group_below_the_minimum_is_suppressed(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"))
    shown = board(world, "hidden")
    assert (shown.rows, shown.neighbours, shown.suppressed) == ((), (), "fewer than 50 people take part")
    assert shown.me.rank == 1
    with world.db.read() as tx:
        assert participation(tx, world.organisation, world.now).by_segment == (("sales", 5, 2),)


def test_case_45_a_rebuild_is_byte_identical(world: Any) -> None:
    receipts = world.record(*(world.event(p, world.now - n * HOUR) for p in world.people for n in (3, 2, 1)))
    world.record(*(world.event(p, world.now - 5 * HOUR) for p in world.people))
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipts[4].entries[0].id, "hr", "test", world.now)
    kudos(world, "ana", "ben", "k")
    with world.db.begin() as tx:
        before = dump(
            sorted(
                (name, sorted(map(str, rows.items())))
                for name, rows in stored(tx, world.organisation).items()
            )
        )
        rebuild(tx, world.organisation)
        after = dump(
            sorted(
                (name, sorted(map(str, rows.items())))
                for name, rows in stored(tx, world.organisation).items()
            )
        )
    assert before == after
    world.sound()


def publish(world: Any, text: str, at: Any, mode: str = "prospective") -> Any:
    with world.db.begin() as tx:
        return publish_scheme(
            tx, world.organisation, world.scheme(text), at, "hr", "test", world.now, mode=mode
        )


def test_case_46_events_are_scored_by_the_version_in_force_when_they_occurred(world: Any) -> None:
    publish(world, DOUBLE, world.now)
    world.now += HOUR
    before, after = world.record(world.event("ana", world.now - 2 * HOUR), world.event("ben", world.now))
    assert [r.entries[0].amount_millipoints for r in (before, after)] == [20_000, 40_000]
    assert [r.entries[0].scheme_version for r in (before, after)] == [1, 2]
    with world.db.read() as tx:
        assert scheme_in_force(tx, world.organisation, world.now - 2 * HOUR).version == 1


def test_case_47_a_top_up_lets_nobody_fall(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben"), world.event("ben", world.now - MINUTE))
    with world.db.read() as tx:
        seen = shadow(tx, world.organisation, world.scheme(DOUBLE), world.now - DAY, world.now)
    assert seen.by_person == {"ana": 20_000, "ben": 50_000}
    assert seen.by_segment == {"sales": 70_000}
    publish(world, DOUBLE, world.now - DAY, "top_up")
    assert (world.earned("ana"), world.earned("ben")) == (40_000, 80_000)
    publish(world, HALF, world.now - DAY, "top_up")
    assert (world.earned("ana"), world.earned("ben")) == (40_000, 80_000)
    world.sound()


def test_case_47_an_exact_version_goes_up_and_down(world: Any) -> None:
    world.record(world.event("ana"))
    publish(world, HALF, world.now - DAY, "exact")
    assert world.earned("ana") == 10_000
    publish(world, DOUBLE, world.now - DAY, "exact")
    assert world.earned("ana") == 40_000
    world.sound()


@pytest.mark.parametrize("mode", ["prospective", "top_up", "exact"])
def test_case_48_a_rollback_leaves_balances_as_if_never_published(world: Any, mode: str) -> None:
    world.record(world.event("ana"))
    version = publish(world, DOUBLE, world.now if mode == "prospective" else world.now - DAY, mode)
    world.now += HOUR
    world.record(world.event("ana"), world.event("ben"))
    with world.db.begin() as tx:
        roll_back(tx, world.organisation, version.version, "hr", "mistake", world.now)
    assert (world.earned("ana"), world.earned("ben")) == (30_000, 20_000)
    with pytest.raises(Conflict), world.db.begin() as tx:
        roll_back(tx, world.organisation, version.version, "hr", "again", world.now)
    world.sound()


def test_case_49_two_organisations_never_meet(world: Any) -> None:
    world.found(organisation="bolt")
    event = world.event("ana")
    assert world.record(event)[0].status == "awarded"
    assert world.earned("ana", "bolt") == 0
    assert world.record(event, organisation="bolt")[0].status == "awarded"
    with pytest.raises(Fault), world.db.begin() as tx:
        reverse_entry(tx, "bolt", world.entries("ana")[0].id, "hr", "not mine", world.now)
    assert world.earned("ana") == world.earned("ana", "bolt") == 20_000
    world.sound()


def test_case_50_an_erased_name_is_nowhere_and_totals_stay(world: Any) -> None:
    row = PersonRow(
        id="zoe.quillfeather",
        name="Zoe Quillfeather",
        email="zoe@x.org",
        segment="sales",
        team="north",
        timezone="UTC",
        contacts=1,
    )
    with world.db.begin() as tx:
        import_people(tx, world.organisation, [row], world.now)
    world.record(world.event("zoe.quillfeather"), world.event("ana"))
    kudos(world, "ana", "zoe.quillfeather", "k", "Thanks, Zoe Quillfeather")
    with world.db.begin() as tx:
        before = stored(tx, world.organisation)
        erase(tx, world.organisation, "zoe.quillfeather", world.now, "zoe.quillfeather")
        assert stored(tx, world.organisation) == before
        assert [e.subject for e in export_events(tx, world.organisation)].count("ana") == 2
        assert "Zoe" not in str(kudos_given(tx, world.organisation, "ana"))
    with world.db.read() as tx:
        for table in schema.metadata.sorted_tables:
            for found in tx.execute(table.select()):
                assert "uillfeather" not in str(found), table.name
    assert world.record(world.event("zoe.quillfeather"))[0].status == "unknown_person"
    world.sound()


def test_merge_of_two_accounts_holds_one_cap_over_both(world: Any) -> None:
    world.record(world.event("ana"), world.event("ben", world.now - HOUR))
    with world.db.begin() as tx:
        merge_people(tx, world.organisation, "ana", "ben", world.now)
    assert world.balances("ana") == type(world.balances("ana"))(30_000, 30_000, 0)
    assert world.record(world.event("ana", world.now - 2 * HOUR))[0].status == "awarded"
    assert world.earned("ana") == 30_000
    world.sound()
