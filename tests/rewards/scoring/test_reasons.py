"""Why an award is what it is, in words an employee reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rewards.amounts import amount_text
from rewards.document import load_document
from rewards.events import Event
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.award import PersonFacts, PersonState, award
from rewards.scoring.reasons import Reason, explain
from rewards.scoring.tables import compile_scheme

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def whys(rule: str, *quantities: int, rest: str = "") -> list[str]:
    """The sentences for events of these quantities, a minute apart."""
    text = f"name: s\ntitle: S\nrules: [{{id: share, title: Share, on: share, {rule}}}]\n{rest}"
    compiled = compile_scheme(load_document(text, IncentiveScheme, "s"))
    state, told = PersonState.new(compiled), []
    for number, quantity in enumerate(quantities):
        event = Event(
            source="s", id=str(number), kind="share", subject="ana", occurred_at=AT + timedelta(minutes=number),
            quantity=quantity, owner="ben", object="o",
        )  # fmt: skip
        state, outcome = award(compiled, state, event, PersonFacts())
        told += [entry.why for entry in outcome.entries]
    return told


def test_a_capped_award_says_how_much_it_was_of_what_and_which_limit_it_met() -> None:
    assert whys("points: 10, per: unit, caps: [{window: day, points: 25}]", 2, 3, 1) == [
        "20 points for “Share”.",
        "5 of 30 points for “Share”, because of the daily limit of 25 points.",
        "None of 10 points for “Share”, because of the daily limit of 25 points. Nothing else was used up.",
    ]


@pytest.mark.parametrize(
    ("caps", "rest", "limit"),
    [
        ("[{window: week, points: 9}, {window: month, points: 30}]", "", "the weekly limit of 9 points"),
        ("[{window: day, points: 30}, {window: month, points: 8}]", "", "the monthly limit of 8 points"),
        ("[{window: total, points: 1}]", "", "the limit of 1 point ever"),
        ("[{window: day, points: 7, scope: object}]", "", "the daily limit of 7 points for one item"),
        ("[{window: day, points: 7, scope: pair}]", "", "the daily limit of 7 points with one person"),
        ("[{window: day, points: 7}]", "caps: [{window: day, points: 5}]",
         "the daily limit of 5 points for all rules together"),
        ("[{window: day, points: 5}]", "caps: [{window: day, points: 5}]", "the daily limit of 5 points"),
        ("[{window: day, points: 9}, {window: day, points: 8}, {window: week, points: 3}]", "",
         "the weekly limit of 3 points"),
        ("[{window: day, points: 9}, {window: day, points: 4}]", "caps: [{window: month, points: 6}]",
         "the daily limit of 4 points"),
    ],
)  # fmt: skip
def test_the_limit_that_is_named_is_the_one_that_was_met(caps: str, rest: str, limit: str) -> None:
    (why,) = whys(f"points: 10, caps: {caps}", 1, rest=rest)
    assert why.endswith(f"of 10 points for “Share”, because of {limit}.")


def test_what_just_fits_under_a_limit_was_not_limited() -> None:
    assert whys("points: 10, caps: [{window: day, points: 20}]", 1, 1)[1] == "10 points for “Share”."


def test_one_of_something_is_one() -> None:
    assert whys("points: 1, cooldown_minutes: 1, hold_hours: 1", 1) == [
        "1 point for “Share”, spendable after 1 hour."
    ]
    assert whys("points: 2, cooldown_minutes: 2", 1, 1)[1] == (
        "No points for “Share”: the rule waits 2 minutes after an award before it pays again."
    )
    badge = "badges: [{id: b, title: B, points: 1, groups: [[{metric: awards, of: share, at_least: 1}]]}]"
    assert whys("points: 0.5", 1, rest=badge) == [
        "0.5 points for “Share”.",
        "You earned the badge “B” and 1 point.",
    ]
    assert [amount_text(n) for n in (0, 1, 1000, 2500)] == [
        "0 points",
        "0.001 points",
        "1 point",
        "2.5 points",
    ]


def test_what_entries_of_long_ago_say_is_put_right() -> None:
    assert (
        explain(Reason.ON_HOLD, {"points": "1", "title": "S", "hold": "1 hours"})
        == "1 point for “S”, spendable after 1 hour."
    )
    assert "1 minute after" in explain(Reason.COOLDOWN, {"title": "S", "cooldown": "1 minutes"})


def test_every_reason_is_a_sentence() -> None:
    for reason in Reason:
        text = explain(reason, {"points": "2"})
        assert text[-1] in ".…", reason
        assert "{" not in text
