"""A replay of what was exported comes to what the ledger holds, entry by entry, whatever happened. On SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from rewards.events import Event
from rewards.faults import Fault
from rewards.merging import merge_people
from rewards.organisations import create_organisation
from rewards.people import change_zone, erase, import_people, set_leave
from rewards.people_file import PersonRow
from rewards.program import close_period, record, release_due, reverse_entry
from rewards.publication import publish_scheme, roll_back
from rewards.recorded import RecordedProgram
from rewards.replay import replay
from rewards.review import decide, open_reviews
from rewards.store import people as people_rows
from rewards.store import schema
from rewards.store.history import export_events, export_program
from rewards.store.session import Database
from rewards.tables import compile_scheme
from tests.conformance.helpers import DAY
from tests.conftest import NOON, World

PEOPLE = ("ana", "ben", "cleo", "dan")
WAITED = {"on_hold", "held_for_review", "released", "approved"}
Line = tuple[str, str, str, str, int, str]


def reason_of(reason: str, amount: int) -> str:
    """What somebody had to look at, or what waited, does not say in the ledger which limit it met."""
    return "awarded" if amount > 0 or reason in WAITED else reason


def in_ledger(db: Database, name: str) -> Counter[Line]:
    """What stands in the ledger of what events gave, a merge of accounts aside."""
    journal, event = schema.journal, schema.event
    query = (
        select(journal, event.c.source, event.c.event_id)
        .join(event, event.c.id == journal.c.event_ref)
        .where(journal.c.organisation_id == name)
    )
    with db.read() as tx:
        rows = list(tx.execute(query))
        names = people_rows.names(tx, name, people_rows.every_id(tx, name))
    undone = {row.reverses for row in rows if row.reverses is not None and row.origin != "merge"}
    found: Counter[Line] = Counter()
    for row in rows:
        if row.reverses is None and row.id not in undone and row.origin != "merge":
            who = names[row.person_id][0] if row.person_id in names else f"erased-{row.person_id}"
            found[
                who,
                f"{row.source}/{row.event_id}",
                row.rule,
                row.kind,
                row.amount,
                reason_of(row.reason, row.amount),
            ] += 1
    return found


def replayed(events: Sequence[Event], program: RecordedProgram) -> Counter[Line]:
    versions = {one.version: compile_scheme(one.scheme) for one in program.versions}
    found = replay(events, versions[program.in_force or max(versions)], program.people, numbered=versions)
    lines: Counter[Line] = Counter()
    for one in found.entries:
        event, entry = one.occasion.event, one.entry
        reason = reason_of(entry.reason.value, entry.amount_millipoints)
        lines[
            one.person, f"{event.source}/{event.id}", entry.item, entry.kind, entry.amount_millipoints, reason
        ] += 1
    return lines


def exported(db: Database, name: str, now: datetime) -> tuple[list[Event], RecordedProgram]:
    with db.read() as tx:
        return list(export_events(tx, name)), export_program(tx, name, now)


def assert_replay_is_the_ledger(db: Database, name: str, now: datetime) -> None:
    events, program = exported(db, name, now)
    ledger, again = in_ledger(db, name), replayed(events, program)
    missing, more = ledger - again, again - ledger
    assert (missing, more) == (Counter(), Counter())


BODY = """
rules:
  - {{id: share, title: Share, on: share, points: {points}, per_object: {once}, cooldown_minutes: 30,
     decay: {{factor: 1/2, window: day}}, caps: [{{window: day, points: 45}}]}}
  - {{id: click, title: Click, on: click, points: 3, per: unit, when: {{segment: [{segment}]}}, hold_hours: {hold}}}
  - {{id: read, title: Read, on: share, beneficiary: owner, points: 1, caps: [{{window: day, points: 3}}]}}
{badges}
streaks: [{{id: daily, title: Daily, kinds: [share]}}]
calendar: {{grace_hours: {grace}, holidays: [{{date: 2026-11-23, title: Fair, segments: [sales]}}]}}
fair_play: {{review_above_per_hour: 3}}
"""
BADGES = """badges:
  - {{id: first, title: First, points: 5, groups: [[{{metric: awards, of: share, at_least: 2}}]]}}
  - {{id: loud, title: Loud, permanent: false, points: 1, groups: [[{{metric: points, at_least: 30}}]]}}
  - {{id: steady, title: Steady, permanent: false, groups: [[{{metric: streak, of: daily, at_least: 2}}]]}}
  - {{id: each, title: Each, once_per: object, groups: [[{{metric: events, of: share, scope: object, at_least: 2}}]]}}
"""


def text_of(points: int, once: str, segment: str, hold: int, badges: bool, grace: int) -> str:
    body = BODY.format(
        points=points,
        once=once,
        segment=segment,
        hold=hold,
        grace=grace,
        badges=BADGES.format() if badges else "",
    )
    return f"name: s\ntitle: S\n{body}"


texts = st.builds(
    text_of,
    st.sampled_from([5, 20, 40]),
    st.sampled_from(["once", "each"]),
    st.sampled_from(["sales", "lab"]),
    st.sampled_from([0, 24]),
    st.booleans(),
    st.sampled_from([12, 72]),
)
FIRST = text_of(20, "each", "sales", 0, True, 72)


class History:
    """One organisation to which things happen; refusals are fine."""

    def __init__(self, db: Database, name: str, text: str = FIRST) -> None:
        self.db, self.name, self.now = db, name, NOON - 4 * DAY
        self.count = 0
        self.entries: list[int] = []
        with db.begin() as tx:
            create_organisation(tx, name, name.title(), "UTC", self.now)
            self._import(tx, "sales", *PEOPLE)
            publish_scheme(tx, name, World.scheme(text), self.now - 9 * DAY, "hr", "start", self.now)

    def _import(self, tx: Any, segment: str, *people: str) -> None:
        rows = [PersonRow(id=one, segment=segment, team="t", timezone="UTC", contacts=1) for one in people]
        import_people(tx, self.name, rows, self.now)

    def attempt(self, work: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
        try:
            with self.db.begin() as tx:
                return work(tx, self.name, *arguments, **more)
        except Fault:
            return None

    def happens(
        self, who: str, ago: int, kind: str, item: str, owner: str | None, backfill: bool = False
    ) -> None:
        self.count += 1
        event = Event(
            source="s", id=f"e{self.count:03d}", kind=kind, subject=who, owner=owner, object=item, quantity=2,
            occurred_at=self.now - timedelta(minutes=ago),
        )  # fmt: skip
        for receipt in self.attempt(record, [event], received_at=self.now, backfill=backfill) or ():
            self.entries += [entry.id for entry in receipt.entries]

    def do(self, step: tuple[Any, ...]) -> None:
        what, *rest = step
        self.now += timedelta(minutes=7)
        match what:
            case "happens":
                self.happens(*rest)
            case "passes":
                self.now += timedelta(hours=rest[0])
                self.attempt(release_due, self.now)
            case "published":
                text, mode, hours = rest
                at = self.now if mode == "prospective" else self.now - timedelta(hours=hours)
                self.attempt(publish_scheme, World.scheme(text), at, "hr", "test", self.now, mode)
            case "withdrawn":
                self.attempt(roll_back, rest[0], "hr", "test", self.now)
            case "closed":
                self.attempt(close_period, self.now - timedelta(hours=rest[0]), "hr", self.now)
            case "taken_back" if self.entries:
                self.attempt(reverse_entry, self.entries[rest[0] % len(self.entries)], "hr", "test", self.now)
            case "merged":
                self.attempt(merge_people, *rest, self.now)
            case "erased":
                self.attempt(erase, rest[0], self.now)
            case "away":
                day = self.now.date() + timedelta(days=rest[1])
                self.attempt(set_leave, rest[0], day, day, self.now)
            case "moved":
                with self.db.begin() as tx:
                    self._import(tx, rest[1], rest[0])
            case "travels":
                self.attempt(change_zone, rest[0], rest[1], self.now)
            case "looked_at":
                with self.db.read() as tx:
                    waiting = open_reviews(tx, self.name)
                if waiting:
                    self.attempt(decide, waiting[0].id, rest[0], "hr", "test", self.now)


people = st.sampled_from(PEOPLE)
happening = st.tuples(
    st.just("happens"), people, st.one_of(st.integers(0, 90), st.integers(0, 4000)),
    st.sampled_from(["share", "share", "click"]), st.sampled_from(["", "o1", "o2"]), st.none() | people, st.booleans(),
)  # fmt: skip
steps = st.lists(
    st.one_of(
        happening,
        happening,
        happening,
        happening,
        st.tuples(st.just("passes"), st.sampled_from([1, 5, 26])),
        st.tuples(
            st.just("published"),
            texts,
            st.sampled_from(["prospective", "exact", "top_up"]),
            st.integers(0, 60),
        ),
        st.tuples(st.just("withdrawn"), st.integers(2, 4)),
        st.tuples(st.just("closed"), st.integers(1, 40)),
        st.tuples(st.just("taken_back"), st.integers(0, 30)),
        st.tuples(st.just("merged"), people, people),
        st.tuples(st.just("erased"), people),
        st.tuples(st.just("away"), people, st.integers(-3, 1)),
        st.tuples(st.just("moved"), people, st.sampled_from(["sales", "lab"])),
        st.tuples(st.just("travels"), people, st.sampled_from(["Asia/Tokyo", "Pacific/Honolulu"])),
        st.tuples(st.just("looked_at"), st.sampled_from(["approve", "decline"])),
    ),
    max_size=25,
)
homes = itertools.count()


@given(done=steps)
@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
def test_a_replay_of_any_export_is_the_ledger(
    sqlite_db: Database, postgresql_db: Database, done: list[tuple[Any, ...]]
) -> None:
    for db in (sqlite_db, postgresql_db):
        history = History(db, f"home{next(homes)}")
        for step in done:
            history.do(step)
        assert_replay_is_the_ledger(db, history.name, history.now)
