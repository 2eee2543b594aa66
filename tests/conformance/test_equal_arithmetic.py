"""Case 51: live on SQLite, live on PostgreSQL, the kernel over arrays and replay give equal entries for whatever scheme and stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.scoring import score_batch
from engine.scoring_tables import EventBatch, new_state
from rewards.document import parse_data
from rewards.events import Event
from rewards.ledger.entries import badges_for, entries_for
from rewards.ledger.intake import record
from rewards.ledger.undo import reverse_entry
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people, set_leave
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.award import PersonFacts, batch_of, entry_of
from rewards.scoring.replay import Occasion, Replay, replay
from rewards.scoring.tables import CompiledScheme, compile_scheme
from rewards.store.session import Database
from rewards.store.verify import verify
from tests.engine.scoring_strategies import events, schemes
from tests.engine.test_scoring import as_event, people

LONG_AGO, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
Line = tuple[str, str, str, str, int, str]
cuts = st.lists(st.integers(0, 25), max_size=3)
homes = count()


def over_arrays(
    compiled: CompiledScheme, occasions: tuple[Occasion, ...], rows: tuple[PersonRow, ...]
) -> list[Line]:
    """The simulation's way: everybody's events in one array, compiled, a call a day, the state going from call to call."""
    state, got = new_state(compiled.tables, len(rows)), []
    starts = [0, *(n for n, (a, b) in enumerate(pairwise(occasions), 1) if a.day != b.day), len(occasions)]
    leave = [(n, a.toordinal(), b.toordinal()) for n, row in enumerate(rows) for a, b in row.leave]
    for first, end in pairwise(starts):
        today = occasions[first:end]
        numbers = np.array([_numbers(compiled, one, rows) for one in today], dtype=np.int64)
        if not today:
            continue
        batch = EventBatch(*numbers.T.copy(), leave=np.array(leave, dtype=np.int64).reshape(-1, 3))
        state, awards = score_batch(compiled.tables, state, batch)
        for at, item, amount, reason in zip(*(column.tolist() for column in awards), strict=True):
            one, entry = today[at], entry_of(compiled, item, amount, reason)
            name = f"{one.event.source}/{one.event.id}"
            got.append((rows[one.row].id, name, entry.item, entry.kind, amount, entry.reason.value))
    return got


def _numbers(compiled: CompiledScheme, one: Occasion, rows: tuple[PersonRow, ...]) -> list[int]:
    facts = PersonFacts(rows[one.row].segment)
    event = one.event.model_copy(update={"local_date": one.day})
    (told,), (kind,), (role,), _ = batch_of(compiled, event, facts, "owner" if one.role else "subject")
    return [one.row, kind, *told[1:], role]


def live(
    db: Database,
    scheme: IncentiveScheme,
    rows: tuple[PersonRow, ...],
    batches: list[list[Event]],
    later: tuple[tuple[datetime, IncentiveScheme], ...] = (),
    undone: Collection[tuple[str, str]] = (),
) -> tuple[list[Line], dict[str, set[str]]]:
    """What stands in the ledger of a new organisation once the batches came in and some events were undone, and who holds which badges.

    `later` are versions with the instants from which they are in force, `undone` sources and ids.
    """
    home = f"home{next(homes)}"
    with db.begin() as tx:
        create_organisation(tx, home, home, "UTC", LONG_AGO)
        import_people(tx, home, list(rows), LONG_AGO)
        for row in rows:
            for first, last in row.leave:
                set_leave(tx, home, row.id, first, last, now=LONG_AGO)
        for since, version in ((LONG_AGO, scheme), *later):
            publish_scheme(tx, home, version, since, "test", "a version", LONG_AGO)
    for batch in batches:
        with db.begin() as tx:
            receipts = record(tx, home, batch, received_at=LATER, backfill=True)
        for receipt in receipts:
            if (receipt.source, receipt.id) in undone:
                with db.begin() as tx:
                    reverse_entry(tx, home, receipt.entries[0].id, "test", "in error", now=LATER)
    found, held = [], {}
    with db.read() as tx:
        for row in rows:
            views = entries_for(tx, home, row.id, 500)
            assert len(views) < 500
            undone = {view.reverses for view in views}
            standing = [view for view in views if view.reverses is None and view.id not in undone]
            found += [
                (row.id, f"{v.source}/{v.event_id}", v.rule, v.kind, v.amount_millipoints, v.reason)
                for v in standing
            ]
            held[row.id] = {b.badge for b in badges_for(tx, home, row.id) if b.revoked_at is None}
    return found, held


def lines(found: Replay) -> list[Line]:
    """The entries of a replay."""
    return [
        (one.person, f"{one.occasion.event.source}/{one.occasion.event.id}", one.entry.item, one.entry.kind,
         one.entry.amount_millipoints, one.entry.reason.value)
        for one in found.entries
    ]  # fmt: skip


@given(data=schemes(), stream=events(), rows=people, cut=cuts, shuffle=st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
def test_case_51_live_replay_and_arrays_give_equal_entries(
    sqlite_db: Database, postgresql_db: Database, data: dict[str, Any], stream: list[dict[str, Any]],
    rows: tuple[PersonRow, ...], cut: list[int], shuffle: Any,
) -> None:  # fmt: skip
    scheme = parse_data(data, IncentiveScheme, "random")
    told = [as_event(event) for event in stream]
    found = replay(told, compile_scheme(scheme), rows)
    wanted = lines(found)
    # The kernel has no entry for what no rule and no badge concerns; the others say so.
    assert over_arrays(found.compiled, found.occasions, rows) == [one for one in wanted if one[2]]
    ends = [0, *sorted(set(cut) & set(range(1, len(told)))), len(told)]
    in_order = sorted(told, key=lambda event: (event.occurred_at, event.source, event.id))
    for db in (sqlite_db, postgresql_db):
        got, held = live(db, scheme, rows, [in_order[a:b] for a, b in pairwise(ends) if a < b])
        assert Counter(got) == Counter(wanted)
        assert held == {one.person: set(one.badges) for one in found.standings}
    mixed = shuffle.sample(told, len(told))
    for db in (sqlite_db, postgresql_db):
        got, held = live(db, scheme, rows, [mixed[a:b] for a, b in pairwise(ends) if a < b])
        assert Counter(got) == Counter(wanted)
        assert held == {one.person: set(one.badges) for one in found.standings}
    assert verify(sqlite_db) == []
    assert verify(postgresql_db) == []


@given(
    data=st.tuples(schemes(), schemes()),
    stream=events(),
    rows=people,
    change=st.integers(0, 25),
    drop=st.sets(st.integers(0, 25), max_size=3),
    cut=cuts,
)
@settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
def test_case_51_with_a_second_version_and_events_undone(
    sqlite_db: Database, postgresql_db: Database, data: tuple[dict[str, Any], dict[str, Any]],
    stream: list[dict[str, Any]], rows: tuple[PersonRow, ...], change: int, drop: set[int], cut: list[int],
) -> None:  # fmt: skip
    first, second = (parse_data(one, IncentiveScheme, "random") for one in data)
    told = sorted(map(as_event, stream), key=lambda event: (event.occurred_at, event.source, event.id))
    since = told[change].occurred_at if change < len(told) else LATER
    undone = {(told[n].source, told[n].id) for n in drop if n < len(told)}
    left = [event for event in told if (event.source, event.id) not in undone]
    found = replay(left, compile_scheme(first), rows, [(since, compile_scheme(second))])
    wanted = Counter(lines(found))
    keeps = {
        badge.id for scheme in (first, second) for badge in compile_scheme(scheme).badges if badge.permanent
    }
    ends = [0, *sorted(set(cut) & set(range(1, len(told)))), len(told)]
    for db in (sqlite_db, postgresql_db):
        batches = [told[a:b] for a, b in pairwise(ends) if a < b]
        got, _ = live(db, first, rows, batches, ((since, second),), undone)
        assert not wanted - Counter(got)
        # What is permanent is kept although the event that earned it was undone.
        assert {(kind, item in keeps) for _, _, item, kind, _, _ in Counter(got) - wanted} <= {
            ("badge", True)
        }
    assert verify(sqlite_db) == []
    assert verify(postgresql_db) == []
