"""Recorded events become a history: counted once, on the local day, for whoever they belong to, in every group."""

from datetime import UTC, date, datetime

import pytest

from rewards.events import Event, Frozen
from sims.history.counting import HistoryError, Member
from sims.history.of_events import About, history_of_events
from sims.history.series import ALL, History

MEMBERS = {
    "ana": Member("sales", "north", "pilot", 100, "UTC"),
    "ben": Member("sales", "south", None, 300, "Pacific/Auckland"),
}


def event(number: int, kind: str, subject: str = "ana", day: int = 2, hour: int = 9, **rest: object) -> Event:
    at = datetime(2026, 3, day, hour, tzinfo=UTC)
    return Event.model_validate(
        {"source": "test", "id": f"e{number}", "kind": kind, "subject": subject, "occurred_at": at, **rest}
    )


def test_what_is_counted_and_where() -> None:
    events = [
        event(1, "share"),
        event(2, "share"),
        event(2, "share"),
        event(3, "click", day=4, quantity=5),
        event(4, "kudos", "ben", hour=3, day=3),
        event(5, "reaction.celebrate", day=3),
        event(6, "training", day=3),
        event(7, "digest_visit", day=3),
    ]
    found = history_of_events(events, About(members=MEMBERS))
    assert (found.first, found.last) == (date(2026, 3, 2), date(2026, 3, 4))
    whole = found.series[ALL]
    assert whole["shares"] == (2.0, 0.0, 0.0)
    assert whole["active_sharers"] == (1.0, 0.0, 0.0)
    assert whole["clicks"] == (0.0, 0.0, 5.0)
    assert (whole["reactions"], whole["opens"]) == ((0.0, 1.0, 0.0), (0.0, 1.0, 0.0))
    assert "badges" not in whole
    for split in ("segment=sales", "team=north", "arm=pilot", "contacts=q1"):
        assert found.series[split]["shares"] == (2.0, 0.0, 0.0)
    assert found.series["contacts=q4"]["thanks"] == (0.0, 1.0, 0.0)
    assert History.model_validate_json(found.model_dump_json()) == found


def test_an_event_that_was_undone_does_not_count_and_a_moved_person_counts_where_she_was() -> None:
    undone = Frozen(reversed_at=datetime(2026, 3, 9, tzinfo=UTC))
    events = [
        event(1, "share", frozen=undone),
        event(2, "share", frozen=Frozen(segment="labs"), local_date=date(2026, 3, 3)),
    ]
    found = history_of_events(events, About(members=MEMBERS))
    assert (found.first, found.series[ALL]["shares"]) == (date(2026, 3, 3), (1.0,))
    assert found.series["segment=labs"]["shares"] == (1.0,)


def test_clicks_count_for_the_owner_on_her_day() -> None:
    click = event(1, "click", "ana", hour=20, owner="ben")
    found = history_of_events([click], About(members=MEMBERS))
    assert found.first == date(2026, 3, 3)
    assert found.series["team=south"]["clicks"] == (1.0,)


def test_the_local_day_is_that_of_the_persons_zone() -> None:
    found = history_of_events([event(1, "share", "ben", hour=20)], About(members=MEMBERS))
    assert found.first == date(2026, 3, 3)


def test_enrolment_is_a_level_and_a_return_joins_again() -> None:
    events = [
        event(1, "membership.enrolled", "ana", 2),
        event(2, "membership.enrolled", "ben", 2),
        event(3, "membership.paused", "ana", 4),
        event(4, "membership.enrolled", "ana", 5),
    ]
    found = history_of_events(events, About(members=MEMBERS))
    # Ben's morning in Auckland is the same date; his evening would be the next.
    assert found.series[ALL]["enrolled"] == (2.0, 2.0, 1.0, 2.0)
    assert found.series[ALL]["joined"] == (2.0, 0.0, 0.0, 1.0)
    assert found.series["team=south"]["enrolled"] == (1.0, 1.0, 1.0, 1.0)


def test_days_up_to_the_cut_off_are_zeros_and_what_is_after_it_is_none() -> None:
    found = history_of_events([event(1, "share"), event(2, "share", day=9)], About(until=date(2026, 3, 5)))
    assert found.series[ALL]["shares"] == (1.0, 0.0, 0.0, 0.0)
    assert "without people" in found.warnings[0]


def test_nothing_is_no_history() -> None:
    with pytest.raises(HistoryError, match="at least one"):
        history_of_events([event(1, "training")], About())
    with pytest.raises(HistoryError, match="at most 3660 days"):
        history_of_events([event(1, "share"), event(2, "share", local_date=date(1999, 1, 1))], About())


def test_weekly_sharers_shared_in_the_last_seven_days_and_count_once() -> None:
    events = [event(1, "share", day=2), event(2, "share", day=4), event(3, "share", "ben", day=4, hour=1)]
    found = history_of_events(events, About(members=MEMBERS, until=date(2026, 3, 12)))
    assert found.series[ALL]["weekly_sharers"] == (1.0, 1.0, *[2.0] * 7, 0.0, 0.0)
    assert found.series["team=north"]["weekly_sharers"] == (*[1.0] * 9, 0.0, 0.0)
    assert found.headcount == 2
    assert history_of_events(events, About()).headcount is None


def test_a_click_keeps_the_segment_and_day_that_its_owner_had() -> None:
    frozen = Frozen(segment="sales", owner_segment="labs", owner_date=date(2026, 3, 9))
    of_ben = event(1, "click", "ana", owner="ben", frozen=frozen, local_date=date(2026, 3, 2))
    of_ana = event(2, "click", "ana", owner="ana", frozen=frozen, local_date=date(2026, 3, 2))
    found = history_of_events([of_ben, of_ana], About(members=MEMBERS))
    assert (found.first, found.last) == (date(2026, 3, 2), date(2026, 3, 9))
    assert found.series["segment=sales"]["clicks"] == (1.0, *[0.0] * 7)
    assert found.series["segment=labs"]["clicks"] == (*[0.0] * 7, 1.0)


def test_a_history_of_zeros_alone_says_so() -> None:
    about = About(members=MEMBERS)
    assert "every value is zero" in history_of_events([event(1, "click", quantity=0)], about).warnings[0]
    assert history_of_events([event(1, "click"), event(2, "click", day=5)], about).warnings == ()


def test_who_only_left_has_joined_in_no_day_that_is_known() -> None:
    found = history_of_events([event(1, "membership.left")], About(members=MEMBERS))
    assert (found.series[ALL]["joined"], found.series[ALL]["enrolled"]) == ((0.0,), (0.0,))
