"""A replay of what was exported comes to what the ledger holds, entry by entry, whatever happened. On SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from typer.testing import CliRunner

from rewards.events import Event
from rewards.faults import Conflict, Fault
from rewards.ledger.entries import entries_for
from rewards.ledger.expiry import expire_due
from rewards.ledger.history import export_events, export_program
from rewards.ledger.holds import release_due
from rewards.ledger.intake import record
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.people.membership import invite, join, leave, pause, resume
from rewards.people.organisations import create_organisation
from rewards.people.people import change_zone, deactivate, erase, import_people, reactivate, set_leave
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme, roll_back
from rewards.review import decide, open_reviews
from rewards.scoring.reasons import Reason
from rewards.scoring.recorded import RecordedProgram
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from rewards.store import people as people_rows
from rewards.store import schema
from rewards.store.session import Database
from rewards.thanks.recognition import give_kudos
from sims.cli import app
from sims.commands.replaying import load_program, replay_file, replay_recorded
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
    found = replay_recorded(events, program, Path("export"))
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
    assert {"only in the ledger": ledger - again, "only in the replay": again - ledger} == {
        "only in the ledger": Counter(),
        "only in the replay": Counter(),
    }


BODY = """
rules:
  - {{id: share, title: Share, on: share, points: {points}, per_object: {once}, cooldown_minutes: 30,
     decay: {{factor: 1/2, window: day}}, caps: [{{window: day, points: 45}}]}}
  - {{id: click, title: Click, on: click, points: 3, per: unit, when: {{segment: [{segment}]}}, hold_hours: {hold}}}
  - {{id: thanked, title: Thanked, on: kudos, beneficiary: owner, points: 2, caps: [{{window: total, points: 4, scope: pair}}]}}
  - {{id: read, title: Read, on: share, beneficiary: owner, points: 1, caps: [{{window: day, points: 3}}]}}
{badges}
streaks: [{{id: daily, title: Daily, kinds: [share]}}]
recognition: {{kudos: {{allowance: 100, gift: 5, reciprocal_limit: 1}}}}
calendar: {{grace_hours: {grace}, redemption_expiry_days: 1, holidays: [{{date: 2026-11-23, title: Fair, segments: [sales]}}]}}
fair_play: {{review_above_per_hour: 3}}
"""
BADGES = """badges:
  - {{id: first, title: First, points: 5, groups: [[{{metric: awards, of: share, at_least: 2}}]]}}
  - {{id: loud, title: Loud, permanent: false, points: 1, groups: [[{{metric: points, at_least: 30}}]]}}
  - {{id: steady, title: Steady, permanent: false, groups: [[{{metric: streak, of: daily, at_least: 2}}]]}}
  - {{id: each, title: Each, once_per: object, groups: [[{{metric: events, of: share, scope: object, at_least: 2}}]]}}
"""


def text_of(
    points: int, once: str, segment: str, hold: int, badges: bool, grace: int, membership: str = "everybody"
) -> str:
    body = BODY.format(
        points=points,
        once=once,
        segment=segment,
        hold=hold,
        grace=grace,
        badges=BADGES.format() if badges else "",
    )
    return f"name: s\ntitle: S\nmembership: {membership}\n{body}"


texts = st.builds(
    text_of,
    st.sampled_from([5, 20, 40]),
    st.sampled_from(["once", "each"]),
    st.sampled_from(["sales", "lab"]),
    st.sampled_from([0, 24]),
    st.booleans(),
    st.sampled_from([12, 72]),
    st.sampled_from(["everybody", "everybody", "enrolled"]),
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
                self.attempt(expire_due, self.now)
            case "published":
                text, mode, hours = rest
                at = self.now if mode == "prospective" else self.now - timedelta(hours=hours)
                self.attempt(publish_scheme, World.scheme(text), at, "hr", "test", self.now, mode)
            case "withdrawn":
                self.attempt(roll_back, rest[0], "hr", "test", now=self.now)
            case "closed":
                self.attempt(close_period, self.now - timedelta(hours=rest[0]), "hr", self.now)
            case "taken_back" if self.entries:
                self.attempt(
                    reverse_entry, self.entries[rest[0] % len(self.entries)], "hr", "test", now=self.now
                )
            case "merged":
                self.attempt(merge_people, *rest, self.now)
            case "erased":
                self.attempt(erase, rest[0], self.now)
            case "away":
                day = self.now.date() + timedelta(days=rest[1])
                self.attempt(set_leave, rest[0], day, day, now=self.now)
            case "moved":
                with self.db.begin() as tx:
                    self._import(tx, rest[1], rest[0])
            case "travels":
                self.attempt(change_zone, rest[0], rest[1], self.now)
            case "stands":
                self.attempt(invite, self.now, "hr", people=[rest[0]])
                self.attempt(rest[1], rest[0], self.now)
            case "leaves":
                self.attempt(deactivate, rest[0], self.now)
            case "returns":
                self.attempt(reactivate, rest[0], self.now)
            case "thanks":
                self.count += 1
                self.attempt(give_kudos, *rest, "Thank you", tags=[], key=f"k{self.count}", now=self.now)
            case "looked_at":
                with self.db.read() as tx:
                    waiting = open_reviews(tx, self.name)
                if waiting:
                    self.attempt(decide, waiting[0].id, rest[0], "hr", reason="test", now=self.now)


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
        st.tuples(st.just("stands"), people, st.sampled_from([join, join, pause, resume, leave])),
        st.tuples(st.just("leaves"), people),
        st.tuples(st.just("returns"), people),
        st.tuples(st.just("thanks"), people, people),
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


def told(history: History) -> set[tuple[str, str]]:
    """How the exported events were taken: (id, status)."""
    events, _ = exported(history.db, history.name, history.now)
    return {(event.id, event.frozen.taken) for event in events if event.frozen is not None}


def test_late_backfilled_and_closed_events_are_exported_as_they_were_taken(db: Database) -> None:
    history = History(db, "acme")
    for step in (
        ("happens", "ana", 5, "share", "a", "ben", False),
        ("happens", "ana", 73 * 60, "share", "b", None, False),
        ("happens", "ana", 73 * 60, "share", "c", None, True),
        ("closed", 24),
        ("happens", "ben", 25 * 60, "share", "d", "ana", True),
    ):
        history.do(step)
    assert told(history) == {
        ("e001", "scored"), ("e002", "late"), ("e003", "scored"), ("e004", "closed_period")
    }  # fmt: skip
    events, _ = exported(db, "acme", history.now)
    assert all(event.recorded_at is not None and event.recorded_at >= event.occurred_at for event in events)
    assert_replay_is_the_ledger(db, "acme", history.now)
    # The events alone are enough where one version held all along.
    found = replay(events, compile_scheme(World.scheme(FIRST)))
    reasons = {one.occasion.event.id: one.entry.reason for one in found.entries if not one.entry.item}
    assert reasons == {"e002": Reason.LATE, "e004": Reason.CLOSED_PERIOD}


def test_what_was_undone_in_a_closed_period_stays_counted_and_gives_nothing(db: Database) -> None:
    history = History(db, "acme")
    for step in (
        ("happens", "ana", 120, "share", "a", None, False),
        ("happens", "ana", 60, "share", "b", None, False),
        ("passes", 5),
        ("closed", 1),
        ("taken_back", 0),
        ("happens", "ana", 0, "share", "c", None, False),
    ):
        history.do(step)
    events, _ = exported(db, "acme", history.now)
    assert [event.frozen is not None and event.frozen.reversed_at is not None for event in events] == [
        True,
        False,
        False,
    ]
    assert_replay_is_the_ledger(db, "acme", history.now)
    assert ("ana", "s/e002", "first", "badge", 5000, "awarded") in in_ledger(db, "acme")


def test_a_late_event_moves_with_its_account_and_what_told_of_it_is_undone_with_it(db: Database) -> None:
    history = History(db, "acme")
    history.do(("happens", "ben", 80 * 60, "share", "a", None, False))
    history.do(("merged", "ana", "ben"))
    assert told(history) == {("e001", "late")}
    assert_replay_is_the_ledger(db, "acme", history.now)
    with db.begin() as tx:
        (entry,) = [one for one in entries_for(tx, "acme", "ana") if one.reverses is None]
        assert (entry.reason, entry.event_id) == ("late", "e001")
        (undone,) = reverse_entry(tx, "acme", entry.id, "hr", "test", now=history.now)
        assert undone.reverses == entry.id
    assert_replay_is_the_ledger(db, "acme", history.now)
    with pytest.raises(Conflict), db.begin() as tx:
        reverse_entry(tx, "acme", entry.id, "hr", "test", now=history.now)


def test_a_badge_for_good_outlives_its_event_in_the_export_too(db: Database) -> None:
    history = History(db, "acme")
    for step in (
        ("happens", "ana", 120, "share", "a", None, False),
        ("happens", "ana", 60, "share", "b", None, False),
        ("taken_back", 1),
    ):
        history.do(step)
    _, program = exported(db, "acme", history.now)
    assert [(one.person, one.badge) for one in program.kept] == [("ana", "first")]
    assert_replay_is_the_ledger(db, "acme", history.now)


def test_a_badge_for_good_of_a_closed_period_is_not_won_again_in_the_replay_either(db: Database) -> None:
    history = History(db, "acme")
    for step in (
        ("happens", "ana", 150, "share", "a", None, False),
        ("happens", "ana", 90, "share", "b", None, False),
        ("taken_back", 0),
        ("closed", 1),
        ("happens", "ana", 0, "share", "c", None, False),
    ):
        history.do(step)
    assert [line[1] for line in in_ledger(db, "acme") if line[2] == "first"] == ["s/e002"]
    assert_replay_is_the_ledger(db, "acme", history.now)


def test_closed_periods_keep_the_version_that_they_were_closed_under(db: Database) -> None:
    history = History(db, "acme")
    dear = text_of(40, "each", "sales", 0, True, 72)
    for step in (
        ("published", dear, "exact", 50),
        ("happens", "ana", 10, "share", "a", None, False),
        ("passes", 26),
        ("closed", 20),
        ("withdrawn", 2),
        ("published", text_of(5, "once", "lab", 24, False, 12), "exact", 60),
        ("happens", "ana", 0, "share", "b", None, False),
    ):
        history.do(step)
    events, program = exported(db, "acme", history.now)
    assert [event.frozen and event.frozen.version for event in events] == [2, 3]
    assert program.closings
    assert_replay_is_the_ledger(db, "acme", history.now)


def test_who_was_merged_erased_or_moved_is_scored_as_then(db: Database) -> None:
    history = History(db, "acme")
    for step in (
        ("happens", "ana", 30, "click", "a", None, False),
        ("happens", "ben", 20, "share", "a", "ana", False),
        ("moved", "ana", "lab"),
        ("happens", "ana", 0, "click", "b", None, False),
        ("merged", "ben", "cleo"),
        ("merged", "ana", "ben"),
        ("erased", "dan"),
        ("happens", "ana", 0, "share", "c", None, False),
    ):
        history.do(step)
    events, program = exported(db, "acme", history.now)
    assert "dan" not in program.model_dump_json()
    assert [event.frozen and event.frozen.segment for event in events] == ["sales", "sales", "lab", "lab"]
    assert_replay_is_the_ledger(db, "acme", history.now)


def test_the_commands_export_and_replay(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(db, "acme")
    for step in (
        ("happens", "ana", 30, "share", "a", "ben", False),
        ("published", text_of(40, "each", "lab", 0, True, 72), "exact", 5),
        ("happens", "ana", 80 * 60, "share", "b", None, False),
        ("closed", 0),
        ("happens", "ben", 30, "share", "Ünïcode №", None, False),
        ("taken_back", 0),
    ):
        history.do(step)
    url = db.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    out = tmp_path / "history.jsonl"
    result = CliRunner().invoke(app, ["events", "export", str(out), "--organisation", "acme"])
    assert result.exit_code == 0, result.output
    assert f"3 events of acme in {out}" in result.stdout
    body = replay_file(out, (), None)
    lines: Counter[Line] = Counter()
    for one in body["entries"]:
        reason = reason_of(one["reason"], one["millipoints"])
        lines[
            one["person"],
            f"{one['source']}/{one['event']}",
            one["item"],
            one["kind"],
            one["millipoints"],
            reason,
        ] += 1
    assert lines == in_ledger(db, "acme")
    assert load_program(tmp_path / "history.program.json").organisation == "acme"
    # A replay by another scheme takes the same file.
    scheme = tmp_path / "s.yaml"
    scheme.write_text(FIRST)
    assert replay_file(out, [scheme], None)["entries"]
    printed = CliRunner().invoke(app, ["events", "export", "--organisation", "acme"])
    assert printed.stdout == out.read_text("utf-8")
    for arguments, why in (
        (["events", "export", "--organisation", "nobody"], "not in this database"),
        (["events", "export", "--since", "20260101"], "RFC 3339"),
        (["replay", str(tmp_path / "other.jsonl")], "name the scheme"),
        (["replay", str(out), "--people", str(scheme)], "no --scheme"),
        (["replay", str(out), "--scheme", str(scheme), "--program", str(scheme)], "--program"),
        (["replay", str(out), "--program", str(scheme)], "not JSON"),
    ):
        refused = CliRunner().invoke(app, arguments)
        assert (refused.exit_code, refused.stderr.count("\n"), why in refused.stderr) == (2, 1, True), (
            refused.output
        )
