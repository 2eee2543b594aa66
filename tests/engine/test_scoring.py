"""The kernel: compiled, uncompiled and a slow reference give equal entries, badges and streaks for random schemes and streams."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import scoring_tables as codes
from rewards.document import parse_data
from rewards.events import Event
from rewards.people_file import PersonRow
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.award import PersonFacts, PersonState, award
from rewards.scoring.replay import Replay, replay
from rewards.scoring.tables import CompiledScheme, compile_scheme
from tests.engine.scoring_reference import Person, Reference
from tests.engine.scoring_strategies import SEGMENTS, ZONES, events, schemes

LEAVE = [(), ((date(2026, 10, 23), date(2026, 10, 28)),)]
Line = tuple[str, str, str, str, int, str]


def row(name: str, zone: str, segment: str, leave: Any) -> PersonRow:
    return PersonRow(id=name, segment=segment, team="t", timezone=zone, contacts=0, leave=leave)


people = st.tuples(
    *(st.builds(row, st.just(name), st.sampled_from(ZONES), st.sampled_from(SEGMENTS), st.sampled_from(LEAVE)) for name in ("ana", "ben"))
)  # fmt: skip


def as_event(event: dict[str, Any]) -> Event:
    return Event(occurred_at=event["time"], **{key: value for key, value in event.items() if key != "time"})


def lines(found: Replay) -> list[Line]:
    return [
        (one.person, f"{one.occasion.event.source}/{one.occasion.event.id}", one.entry.item, one.entry.kind,
         one.entry.amount_millipoints, one.entry.reason.value)
        for one in found.entries
    ]  # fmt: skip


def one_by_one(compiled: CompiledScheme, found: Replay, rows: tuple[PersonRow, ...]) -> list[Line]:
    """The live way: every occasion scored by itself, uncompiled, the state going through bytes each time."""
    stored = {person.id: PersonState.new(compiled).to_bytes() for person in rows}
    got: list[Line] = []
    for occasion in found.occasions:
        person = rows[occasion.row]
        leave = tuple((first.toordinal(), last.toordinal()) for first, last in person.leave)
        facts = PersonFacts(person.segment, person.team, person.timezone, leave)
        event = occasion.event.model_copy(update={"local_date": occasion.day})
        state, outcome = award(
            compiled, PersonState.from_bytes(stored[person.id], compiled), event, facts, "owner" if occasion.role else "subject"
        )  # fmt: skip
        stored[person.id] = state.to_bytes()
        name = f"{event.source}/{event.id}"
        got += [
            (person.id, name, e.item, e.kind, e.amount_millipoints, e.reason.value) for e in outcome.entries
        ]
    for standing in found.standings:
        state = PersonState.from_bytes(stored[standing.person], compiled)
        assert state.badges(compiled) == standing.badges
        days = state.columns(compiled).streak[0, :, codes.LENGTH].tolist()
        assert dict(zip((s.id for s in compiled.scheme.streaks), days, strict=True)) == standing.streaks
        assert state.earned_millipoints == standing.millipoints
    return got


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=schemes(), stream=events(), rows=people)
def test_compiled_is_uncompiled_is_reference(
    data: dict[str, Any], stream: list[dict[str, Any]], rows: tuple[PersonRow, ...]
) -> None:
    compiled = compile_scheme(parse_data(data, IncentiveScheme, "random"))
    reference = Reference(data, [Person(r.id, r.timezone, r.segment, list(r.leave)) for r in rows])
    reference.run(stream)
    found = replay([as_event(event) for event in stream], compiled, rows)
    assert lines(found) == reference.entries
    for standing in found.standings:
        person = reference.people[standing.person]
        assert standing.millipoints == person.earned
        assert set(standing.badges) == {name for name, how in person.held.items() if how == "held"}
        walked = {streak["id"]: reference.streak(streak["id"], person) for streak in data["streaks"]}
        assert standing.streaks == {name: length for name, (length, _) in walked.items()}
        assert standing.longest_streaks == {name: longest for name, (_, longest) in walked.items()}
    assert one_by_one(compiled, found, rows) == lines(found)
