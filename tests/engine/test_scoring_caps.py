"""Caps of one item and of one colleague, by hand: what the limits leave, by the compiled kernel and by the live one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import rewards.scoring.award as award_module
import rewards.scoring.replay as replay_module
from rewards.document import load_document
from rewards.events import Event
from rewards.people_file import PersonRow
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.award import PersonFacts, PersonState, award
from rewards.scoring.replay import replay
from rewards.scoring.tables import CompiledScheme, compile_scheme

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
PEOPLE = tuple(
    PersonRow(id=name, segment="sales", team="t", timezone="UTC", contacts=0)
    for name in ("ana", "ben", "eva")
)
# (days after Monday, item, whose content it is)
Act = tuple[int, str, str | None]


def replayed(compiled: CompiledScheme, events: list[Event]) -> list[int]:
    return [entry.entry.amount_millipoints for entry in replay(events, compiled, PEOPLE).entries]


def live(compiled: CompiledScheme, events: list[Event]) -> list[int]:
    state, paid = PersonState.new(compiled), []
    for event in events:
        state, outcome = award(
            compiled, PersonState.from_bytes(state.to_bytes(), compiled), event, PersonFacts()
        )
        paid += [entry.amount_millipoints for entry in outcome.entries]
    return paid


@pytest.fixture(params=[replayed, live])
def paid(request: pytest.FixtureRequest):
    def points(caps: str, *acts: Act, rest: str = "") -> list[float]:
        text = f"name: s\ntitle: S\nrules: [{{id: share, title: Share, on: share, points: 5, caps: {caps}}}]\n{rest}"
        compiled = compile_scheme(load_document(text, IncentiveScheme, "s"))
        events = [
            Event(
                source="s", id=str(number), kind="share", subject="ana", object=item, owner=owner,
                occurred_at=MONDAY + timedelta(days=day, minutes=number),
            )
            for number, (day, item, owner) in enumerate(acts)
        ]  # fmt: skip
        return [amount / 1000 for amount in request.param(compiled, events)]

    return points


def test_a_colleague_with_any_number_has_a_limit(paid, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"ben": 0, "i": 1, "eva": 2, "ana": 3}
    for module in (award_module, replay_module):
        monkeypatch.setattr(module, "object_key", numbers.__getitem__)
    caps = "[{window: total, points: 8, scope: pair}]"
    acts = [(0, "i", who) for who in ("ben", "ben", "ben", "eva", "eva", "eva")]
    assert paid(caps, *acts) == [5, 3, 0, 5, 3, 0]


def test_a_limit_begins_anew_with_its_window(paid) -> None:
    acts = [(day, "i", None) for day in (0, 0, 1, 1, 1, 3, 3)]
    assert paid("[{window: day, points: 8}]", *acts) == [5, 3, 5, 3, 0, 5, 3]


def test_what_belongs_to_nobody_has_no_limit_with_one_person(paid) -> None:
    assert paid("[{window: total, points: 8, scope: pair}]", *[(0, "i", None)] * 3) == [5, 5, 5]


def test_two_limits_of_one_item_are_counted_each_for_itself(paid) -> None:
    caps = "[{window: day, points: 7, scope: object}, {window: month, points: 13, scope: object}]"
    acts = [
        (day, item, None)
        for day, times in ((0, 3), (1, 2), (2, 1))
        for item in ("one", "two")
        for _ in range(times)
    ]
    assert paid(caps, *acts) == [5, 2, 0] * 2 + [5, 1] * 2 + [0] * 2


def test_a_limit_of_an_item_and_one_of_a_colleague_do_not_take_each_others_place(paid) -> None:
    caps = "[{window: total, points: 9, scope: object}, {window: total, points: 12, scope: pair}]"
    acts = [(0, "one", "ben"), (0, "one", "ben"), (0, "two", "ben"), (0, "two", "ben"), (0, "two", "eva")]
    assert paid(caps, *acts) == [5, 4, 3, 0, 5]


def test_a_limit_of_all_rules_stands_behind_those_of_the_rule(paid) -> None:
    caps = "[{window: day, points: 7, scope: object}, {window: week, points: 30}]"
    acts = [(0, "one", None), (0, "one", None), (0, "two", None), (0, "three", None), (1, "three", None)]
    assert paid(caps, *acts, rest="caps: [{window: day, points: 14}]") == [5, 2, 5, 2, 5]
