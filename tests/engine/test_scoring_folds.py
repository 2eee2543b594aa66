"""Counters, streaks and badges, by hand: by the compiled kernel and by the live one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine import scoring_tables as codes
from engine.scoring_plain import Occasions, PlainState, score_plain
from rewards.scoring.absences import with_absences
from rewards.scoring.award import PersonFacts, PersonState, award, batch_of
from tests.engine.by_hand import Came, Spans, Way, compiled, events_of, live, on, replayed

DAILY = "days: [mon, tue, wed, thu, fri, sat, sun]"
EVERY_DAY = f"streaks: [{{id: s, title: S, kinds: [share], {DAILY}%s}}]\n"
WORKING = "streaks: [{id: s, title: S, kinds: [share]%s}]\n"


@pytest.fixture(params=[replayed, live])
def came(request: pytest.FixtureRequest):
    way: Way = request.param

    def of(text: str, *acts: dict[str, Any], leave: Spans = (), segment: str = "sales") -> Came:
        return way(compiled(text), events_of(acts), leave, segment)

    return of


def days(*numbers: int) -> list[dict[str, Any]]:
    return [on(number) for number in numbers]


def badge(needs: str, rest: str = "", name: str = "b") -> str:
    return f"{{id: {name}, title: B, groups: [{needs}]{rest}}}"


def badges(*lines: str) -> str:
    return f"badges: [{', '.join(lines)}]\n"


def moves(found: Came) -> list[tuple[str, str]]:
    """(badge, won or lost) in order."""
    return [(item, reason) for item, _, reason in found.entries if reason.startswith("badge")]


# --- counters


def test_only_events_that_meet_the_condition_count(came) -> None:
    text = badges(
        badge(
            "[{metric: events, of: share, at_least: 2, when: {compare: {field: quantity, op: '>=', value: 3}}}]"
        )
    )
    assert came(text, on(2, quantity=3), on(2, quantity=2)).badges == ()
    assert came(text, on(2, quantity=3), on(2, quantity=4)).badges == ("b",)


def test_quantities_add_up_and_a_penalty_takes_its_quantity(came) -> None:
    text = badges(
        badge(
            "[{metric: quantity, of: share, at_least: 5}]",
            ", permanent: false, penalties: [{on: complaint, takes: quantity}]",
        )
    )
    acts = [
        on(2, quantity=4),
        on(2, quantity=3),
        on(2, "complaint", quantity=2),
        on(2, "complaint"),
        on(2, quantity=1),
    ]
    assert [came(text, *acts[:n]).badges for n in range(1, 6)] == [(), ("b",), ("b",), (), ("b",)]


def test_an_object_counted_once_is_not_counted_again_after_a_penalty(came) -> None:
    text = badges(
        badge(
            "[{metric: events, of: share, at_least: 2, per_object: once}]",
            ", permanent: false, penalties: [{on: complaint}]",
        )
    )
    acts = [
        on(2, kind, object=name)
        for kind, name in (
            ("share", "x"), ("share", "x"), ("share", "y"), ("complaint", "x"), ("complaint", "x"), ("share", "x"), ("share", "z"),
            ("share", "w"),
        )
    ]  # fmt: skip
    assert moves(came(text, *acts[:-1])) == [("b", "badge"), ("b", "badge_lost")]
    assert moves(came(text, *acts)) == [("b", "badge"), ("b", "badge_lost"), ("b", "badge")]


def test_a_penalty_leaves_its_object_to_be_counted(came) -> None:
    needs = "[{metric: events, of: share, at_least: 1, per_object: once}]"
    text = badges(badge(needs, ", penalties: [{on: complaint, takes: all}]"))
    assert came(text, on(2, "complaint", object="x"), on(2, object="x")).badges == ("b",)


@pytest.mark.parametrize(
    ("window", "apart", "together"),
    [
        ("day", (2, 3), (2, 2)),
        ("week", (8, 9), (9, 15)),
        ("month", (30, 31), (1, 30)),
        ("total", (), (1, 60)),
    ],
)
def test_a_count_begins_anew_with_its_window(
    came, window: str, apart: tuple[int, ...], together: tuple[int, ...]
) -> None:
    text = badges(badge(f"[{{metric: events, of: share, at_least: 2, window: {window}}}]"))
    assert came(text, *days(*apart)).badges == ()
    assert came(text, *days(*together)).badges == ("b",)


def test_what_a_window_counted_is_gone_with_it(came) -> None:
    text = badges(
        badge("[{metric: events, of: share, at_least: 2, window: week}]", ", permanent: false"),
        badge("[{metric: events, of: click, at_least: 3}]", name="c"),
    )
    acts = [on(2, "click"), on(4), on(5), on(9, "click"), on(10), on(12), on(12, "click")]
    assert moves(came(text, *acts)) == [
        ("b", "badge"), ("b", "badge_lost"), ("b", "badge"), ("c", "badge"),
    ]  # fmt: skip


def test_objects_are_counted_each_for_itself_and_emptied_each_for_itself(came) -> None:
    needs = "[{metric: quantity, of: share, at_least: 4, scope: object}]"
    text = badges(badge(needs, ", penalties: [{on: complaint, takes: all}]"))
    acts = [
        on(2, quantity=2, object="x"), on(2, quantity=3, object="y"), on(2, "complaint", object="x"), on(2, quantity=3, object="x"),
    ]  # fmt: skip
    assert came(text, *acts).badges == ()
    assert came(text, *acts, on(2, object="y")).badges == ("b",)
    assert came(text, *acts, on(2, object="x")).badges == ("b",)


def test_all_that_was_counted_is_taken_within_the_window(came) -> None:
    text = badges(
        badge("[{metric: events, of: share, at_least: 2}]", ", penalties: [{on: complaint, takes: all}]")
    )
    assert came(text, on(2), on(2, "complaint"), on(2)).badges == ()
    assert came(text, on(2), on(2, "complaint"), on(2), on(2)).badges == ("b",)


# --- streaks


def test_a_streak_grows_by_required_dates_and_keeps_its_longest(came) -> None:
    found = came(EVERY_DAY % "", *days(2, 3, 3, 4, 6, 7))
    assert (found.streaks, found.longest) == ({"s": 2}, {"s": 3})


def test_only_what_meets_its_condition_moves_a_streak(came) -> None:
    text = EVERY_DAY % ", when: {compare: {field: quantity, op: '>', value: 1}}"
    assert came(text, on(2, quantity=2), on(3), on(3, quantity=2)).streaks == {"s": 2}
    assert came(text, on(2, quantity=2), on(3), on(4, quantity=2)).streaks == {"s": 1}


def test_freezes_cover_a_gap_in_full_or_are_kept(came) -> None:
    text = EVERY_DAY % ", freezes: 2"
    assert came(text, *days(2, 4, 6)).streaks == {"s": 3}
    assert came(text, *days(2, 5)).streaks == {"s": 2}
    assert came(text, *days(2, 4, 7)).streaks == {"s": 1}
    # Four dates are missed at once: both freezes are there still for the next gap.
    assert came(text, *days(2, 7, 10)).streaks == {"s": 2}


@pytest.mark.parametrize(("window", "last"), [("week", (8, 10)), ("month", (29, 31)), ("day", (4, 6))])
def test_freezes_are_filled_up_with_the_window_of_who_comes_back(
    came, window: str, last: tuple[int, int]
) -> None:
    first = last[0] - 2
    anew = EVERY_DAY % f", freezes: 1, freeze_window: {window}"
    assert came(anew, *days(first, *last)).streaks == {"s": 3}
    assert came(EVERY_DAY % ", freezes: 1", *days(first, *last)).streaks == {"s": 1}


def test_freezes_are_not_filled_up_within_a_window(came) -> None:
    assert came(EVERY_DAY % ", freezes: 1, freeze_window: week", *days(2, 4, 6)).streaks == {"s": 1}


def test_a_break_is_repaired_by_enough_events_of_the_day_of_return(came) -> None:
    text = EVERY_DAY % ", repair: {missed_days: 2, events: 3}"
    back = days(2, 3, 6, 6, 6)
    assert [came(text, *back[:n]).streaks["s"] for n in (3, 4, 5)] == [1, 1, 3]
    found = came(text, *back, on(6), on(7))
    assert (found.streaks, found.longest) == ({"s": 4}, {"s": 4})
    assert came(text, *back).longest == {"s": 3}
    # Three dates are one too many, and what was not repaired on that day is not repaired on the next.
    assert came(text, *days(2, 3, 7, 7, 7)).streaks == {"s": 1}
    assert came(text, *days(2, 3, 6, 7, 7, 7)).streaks == {"s": 2}


def test_a_break_that_freezes_cover_needs_no_repair(came) -> None:
    text = EVERY_DAY % ", freezes: 1, repair: {missed_days: 3, events: 2}"
    assert came(text, *days(2, 4, 4)).streaks == {"s": 2}
    assert came(text, *days(2, 5, 5)).streaks == {"s": 2}
    assert came(text, *days(2, 6, 6)).streaks == {"s": 2}
    assert came(text, *days(2, 7, 7)).streaks == {"s": 1}


def test_an_earlier_date_after_a_later_one_changes_nothing() -> None:
    scheme, west = (
        compiled(EVERY_DAY % ", repair: {missed_days: 1, events: 2}"),
        on(4, local_date=date(2026, 11, 3)),
    )
    for last, length in ((None, 1), (on(4), 2), (on(5), 2)):
        acts = (on(2), on(4), west, *([last] if last else []))
        assert live(scheme, events_of(acts)).streaks == {"s": length}


def test_a_day_off_neither_lengthens_nor_breaks(came) -> None:
    assert came(WORKING % "", *days(7)).streaks == {"s": 0}
    assert came(WORKING % "", *days(6, 7, 8, 9)).streaks == {"s": 2}
    assert came(WORKING % "", *days(5, 9)).streaks == {"s": 1}


def test_leave_excuses_its_first_and_its_last_date_and_none_beside(came) -> None:
    away = ((date(2026, 11, 4), date(2026, 11, 6)),)
    assert came(EVERY_DAY % "", *days(3, 7), leave=away).streaks == {"s": 2}
    assert came(EVERY_DAY % "", *days(2, 7), leave=away).streaks == {"s": 1}
    assert came(EVERY_DAY % "", *days(3, 8), leave=away).streaks == {"s": 1}
    assert came(EVERY_DAY % "", *days(3, 4, 6, 7), leave=away).streaks == {"s": 2}


def test_several_leaves_each_excuse(came) -> None:
    away = tuple((date(2026, 11, day), date(2026, 11, day)) for day in (3, 5, 7))
    assert came(EVERY_DAY % "", *days(2, 4, 6, 8), leave=away).streaks == {"s": 4}


def test_holidays_excuse_everybody_or_their_segments(came) -> None:
    text = EVERY_DAY % "" + (
        "calendar: {holidays: [{date: 2026-11-03, title: A}, {date: 2026-11-05, title: B, segments: [sales]}, "
        "{date: 2026-11-07, title: C, segments: [lab, sales]}, {date: 2026-11-09, title: D}]}\n"
    )
    assert came(text, *days(2, 4, 6, 8, 10)).streaks == {"s": 5}
    assert came(text, *days(2, 4, 6, 8, 10), segment="lab").streaks == {"s": 3}
    assert came(text, *days(2, 4, 6, 8, 10), segment="shop").streaks == {"s": 2}
    assert came(text, *days(2, 3, 4)).streaks == {"s": 2}


def test_everybody_has_leave_of_their_own() -> None:
    scheme = compiled(EVERY_DAY % "")
    for person, length in ((0, 1), (1, 2), (2, 1), (3, 2)):
        state = PlainState.of([scheme.fresh_row] * 4)
        first, second = (date(2026, 11, day).toordinal() for day in (3, 4))
        leave = [
            (0, first - 9, first - 8),
            (1, first, second),
            (2, second, second + 9),
            (3, first, first),
            (3, second, second),
        ]
        ones = [batch_of(scheme, event, PersonFacts()) for event in events_of((on(2), on(5)))]
        occasions = Occasions(
            [one.events[0]._replace(person=person) for one in ones],
            [one.kinds[0] for one in ones],
            [0, 0],
            leave,
        )
        score_plain(scheme.plain_tables, state, occasions)
        at = len(scheme.fresh_row) - codes.STREAK_WIDTH
        assert state.people[person][at + codes.LENGTH] == length


def test_who_moved_has_the_holidays_of_the_segment_of_that_day() -> None:
    text = EVERY_DAY % "" + "calendar: {holidays: [{date: 2026-11-03, title: A, segments: [sales]}]}\n"
    scheme, holiday = compiled(text), date(2026, 11, 3).toordinal()
    for last, length in ((codes.NOT_OFF, 1), (holiday, 2)):
        state = PersonState.new(scheme)
        for event in events_of((on(2), on(4))):
            state, _ = award(scheme, state, event, PersonFacts(segment="sales", leave=((holiday, last),)))
        assert state.columns(scheme).streak[0, 0, codes.LENGTH] == length


def test_dates_on_which_no_version_had_a_streak_are_not_missed() -> None:
    text = f"streaks: [{{id: s, title: S, kinds: [share], {DAILY}}}, {{id: t, title: T, kinds: [share], {DAILY}}}]\n"
    first, last = date(2026, 11, 3).toordinal(), date(2026, 11, 5).toordinal()
    scheme = with_absences(compiled(text), ((1, first, last),))
    assert live(scheme, events_of(tuple(days(2, 6)))).streaks == {"s": 1, "t": 2}
    assert live(scheme, events_of(tuple(days(1, 6)))).streaks == {"s": 1, "t": 1}
    assert live(scheme, events_of(tuple(days(2, 7)))).streaks == {"s": 1, "t": 1}


def test_fewer_freezes_than_were_used_break_nothing_that_was_not_missed() -> None:
    two, one = (compiled(EVERY_DAY % f", freezes: {number}") for number in (2, 1))
    events = events_of(tuple(days(2, 5, 6)))
    state = PersonState.new(two)
    for event in events[:2]:
        state, _ = award(two, state, event, PersonFacts())
    state, _ = award(one, state.carried(two, one), events[2], PersonFacts())
    assert state.columns(one).streak[0, 0, codes.LENGTH] == 3


# --- badges


def test_each_metric_is_compared_with_its_own_count(came) -> None:
    text = (
        "rules: [{id: share, title: Share, on: share, points: 2}, {id: click, title: Click, on: click, points: 1}]\n"
        + EVERY_DAY % ""
        + badges(
            badge("[{metric: points, at_least: 5}]", name="points"),
            badge("[{metric: awards, of: click, at_least: 2}]", name="awards"),
            badge("[{metric: events, of: share, at_least: 4}]", name="events"),
            badge("[{metric: streak, of: s, at_least: 3}]", name="streak"),
        )
    )
    acts = [on(2), on(3), on(3, "click"), on(4), on(4, "click"), on(4)]
    assert [came(text, *acts[:n]).badges for n in range(2, 7)] == [
        (), ("points",), ("points", "streak"), ("points", "awards", "streak"), ("points", "awards", "events", "streak"),
    ]  # fmt: skip


def test_one_group_is_enough_and_all_of_it_is_needed(came) -> None:
    one = "[{metric: events, of: share, at_least: 2}, {metric: events, of: click, at_least: 1}]"
    text = badges(badge(f"{one}, [{{metric: events, of: lead, at_least: 2}}]"))
    assert came(text, on(2), on(2), on(2, "lead")).badges == ()
    assert came(text, on(2), on(2, "click"), on(2, "lead")).badges == ()
    assert came(text, on(2), on(2), on(2, "click")).badges == ("b",)
    assert came(text, on(2, "lead"), on(2, "lead")).badges == ("b",)
    other = badges(badge(f"[{{metric: events, of: lead, at_least: 2}}], {one}"))
    assert came(other, on(2), on(2, "click")).badges == ()
    assert came(other, on(2, "lead"), on(2, "lead")).badges == ("b",)
    assert came(other, on(2), on(2), on(2, "click")).badges == ("b",)


def test_the_points_of_a_badge_are_paid_once_and_reach_the_next(came) -> None:
    text = badges(
        badge("[{metric: points, at_least: 5}]", ", points: 2", name="second"),
        badge("[{metric: points, at_least: 7}]", name="third"),
        badge(
            "[{metric: events, of: share, at_least: 2}]",
            ", points: 5, permanent: false, penalties: [{on: complaint}]",
            name="first",
        ),
    )
    acts = [on(2), on(2), on(2, "complaint"), on(2)]
    assert [line for line in came(text, *acts).entries if line[2].startswith("badge")] == [
        ("first", 5_000, "badge"), ("second", 2_000, "badge"), ("third", 0, "badge"), ("first", 0, "badge_lost"), ("first", 0, "badge"),
    ]  # fmt: skip


def test_a_permanent_badge_is_won_once_and_never_lost(came) -> None:
    text = badges(
        badge("[{metric: events, of: share, at_least: 1}]", ", points: 3, penalties: [{on: complaint}]")
    )
    found = came(text, on(2), on(2), on(2, "complaint"), on(2, "complaint"), on(2))
    assert moves(found) == [("b", "badge")]
    assert sum(found.paid) == 3_000
    assert found.badges == ("b",)


def test_a_badge_of_every_object_is_won_once_with_each(came) -> None:
    text = badges(
        badge("[{metric: events, of: share, at_least: 2, scope: object}]", ", once_per: object, points: 3")
    )
    acts = [on(2, object=name) for name in ("x", "y", "x", "x", "y", "y", "z")]
    found = came(text, *acts)
    assert [amount for item, amount, _ in found.entries if item == "b"] == [3_000, 3_000]
    assert found.badges == ("b",)


def test_an_object_that_was_never_counted_counts_nothing(came) -> None:
    needs = (
        "[{metric: events, of: click, at_least: 1, scope: object}, {metric: events, of: share, at_least: 1}]"
    )
    text = badges(badge(needs))
    assert came(text, on(2, object="x"), on(2, "click", object="y"), on(2, object="x")).badges == ("b",)
    assert came(text, on(2, object="x"), on(2, object="x")).badges == ()
    assert came(text, on(2, "click", object="y"), on(2, object="x")).badges == ()
    assert came(text, on(2, "click", object="y"), on(2, object="y")).badges == ("b",)


def test_an_event_that_nothing_asks_for_moves_nothing(came) -> None:
    text = badges(badge("[{metric: events, of: share, at_least: 1}]", ", permanent: false"))
    assert came(text, on(2, "click")).badges == ()
    assert moves(came(text, on(2), on(2, "click"), on(2))) == [("b", "badge")]
