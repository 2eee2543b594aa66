"""Whatever order events arrive in, the same stands: entries, badges, and what waits for a human look. On SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from rewards.events import Event
from rewards.ledger.entries import badges_for, balances, entries_for
from rewards.ledger.intake import record
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.review import decide, open_reviews
from rewards.store import schema
from rewards.store.session import Database
from rewards.store.verify import verify
from tests.conformance.helpers import HOUR, MINUTE
from tests.conftest import NOON, World

PEOPLE = ("ana", "ben", "cleo")
SCHEME = """
name: busy
title: Busy
rules:
  - {id: share, title: Share, on: share, points: 20, cooldown_minutes: 10, decay: {factor: 1/2, window: day},
     caps: [{window: day, points: 50}]}
  - {id: once, title: Once, on: share, points: 3, per_object: once}
  - {id: read, title: Read, on: share, beneficiary: owner, points: 1, caps: [{window: day, points: 4, scope: pair}]}
badges:
  - {id: loud, title: Loud, permanent: false, points: 1, groups: [[{metric: points, at_least: 30}]]}
  - {id: wide, title: Wide, permanent: false, groups: [[{metric: events, of: share, per_object: once, at_least: 2}]],
     penalties: [{on: slip, takes: all}]}
  - {id: each, title: Each, once_per: object, groups: [[{metric: events, of: share, scope: object, at_least: 2}]]}
  - {id: keeps, title: Keeps, points: 2, groups: [[{metric: events, of: share, at_least: 2}]], penalties: [{on: slip, takes: all}]}
  - {id: busy, title: Busy, points: 1, groups: [[{metric: awards, of: share, at_least: 3}]]}
fair_play: {review_above_per_hour: 2}
"""
Standing = tuple[Counter[Any], set[Any], dict[str, Any]]


def found(db: Database, name: str, text: str = SCHEME) -> None:
    with db.begin() as tx:
        create_organisation(tx, name, name.title(), "UTC", NOON)
        rows = [PersonRow(id=one, segment="s", team="t", timezone="UTC", contacts=1) for one in PEOPLE]
        import_people(tx, name, rows, NOON)
        publish_scheme(tx, name, World.scheme(text), NOON - timedelta(days=9), "hr", "start", NOON)


def take(
    db: Database, name: str, events: Sequence[Event], at: datetime = NOON, backfill: bool = False
) -> None:
    with db.begin() as tx:
        record(tx, name, list(events), received_at=at, backfill=backfill)


def stands(db: Database, name: str) -> Standing:
    """Standing entries, the events that wait for a look, and balances with badges."""
    entries: Counter[Any] = Counter()
    have: dict[str, Any] = {}
    with db.read() as tx:
        for person in PEOPLE:
            views = entries_for(tx, name, person, 500)
            undone = {view.reverses for view in views}
            entries.update(
                (person, v.event_id, v.rule, v.kind, v.amount_millipoints, v.reason)
                for v in views
                if v.reverses is None and v.id not in undone
            )
            held = {badge.badge for badge in badges_for(tx, name, person) if badge.revoked_at is None}
            have[person] = (balances(tx, name, person), held)
        review, event = schema.review, schema.event
        query = (
            select(event.c.event_id, review.c.kind, review.c.status)
            .join(event, event.c.id == review.c.event_ref)
            .where(review.c.organisation_id == name)
        )
        return entries, {tuple(row) for row in tx.execute(query)}, have


def share(number: int, minute: int, **rest: Any) -> Event:
    said = {"subject": "ana", "object": f"o{number}", "kind": "share"} | rest
    return Event(source="s", id=f"e{number}", occurred_at=NOON - 3 * HOUR + minute * MINUTE, **said)


def test_all_orders_hold_the_same_events(db: Database) -> None:
    events = [share(n, 10 * n, owner="ben") for n in range(4)]
    seen = []
    for number, order in enumerate(itertools.permutations(events)):
        name = f"home{number}"
        found(db, name)
        for event in order:
            take(db, name, [event])
        seen.append(stands(db, name))
    assert all(one == seen[0] for one in seen)
    assert seen[0][1] == {("e2", "velocity", "open"), ("e3", "velocity", "open")}
    assert {line[1] for line in seen[0][0] if line[-1] == "held_for_review"} == {"e2", "e3"}
    assert verify(db) == []


def test_who_came_first_at_one_instant_does_not_matter(db: Database) -> None:
    for name, order in (("one", (0, 1, 2)), ("other", (2, 1, 0))):
        found(db, name)
        for number in order:
            take(db, name, [share(number, 0)])
    assert stands(db, "one") == stands(db, "other")
    assert stands(db, "one")[1] == {("e2", "velocity", "open")}


def test_what_was_looked_at_does_not_wait_again_and_history_never_waits(db: Database) -> None:
    found(db, "acme")
    take(db, "acme", [share(n, 10 * n) for n in (1, 2, 3)])
    with db.begin() as tx:
        (review,) = open_reviews(tx, "acme")
        decide(tx, "acme", review.id, "approve", "hr", reason="fine", now=NOON)
    take(db, "acme", [share(0, 5)])
    assert stands(db, "acme")[1] == {("e3", "velocity", "approved"), ("e2", "velocity", "open")}
    take(db, "acme", [share(9, 35)], backfill=True)
    take(db, "acme", [share(8, 1)])
    assert {event for event, _, _ in stands(db, "acme")[1]} == {"e1", "e2", "e3"}
    assert verify(db) == []


def test_the_limit_is_that_of_the_version_in_force_when_it_happened(db: Database) -> None:
    found(db, "acme")
    with db.begin() as tx:
        at = NOON - 2 * HOUR - 35 * MINUTE
        text = SCHEME.replace("review_above_per_hour: 2", "review_above_per_hour: 9")
        publish_scheme(tx, "acme", World.scheme(text), at, "hr", "more", NOON, "exact")
    take(db, "acme", [share(n, 10 * n) for n in range(4)])
    assert stands(db, "acme")[1] == {("e2", "velocity", "open")}


shares = st.lists(
    st.builds(
        lambda minute, subject, owner, item, kind: {
            "minute": minute, "subject": subject, "owner": owner, "object": item, "kind": kind
        },
        st.integers(0, 130),
        st.sampled_from(PEOPLE[:2]),
        st.sampled_from([None, "cleo", "ana"]),
        st.sampled_from(["", "o1", "o2"]),
        st.sampled_from(["share", "share", "slip"]),
    ),
    min_size=1,
    max_size=9,
)  # fmt: skip
homes = itertools.count()


@given(told=shares, shuffle=st.randoms(use_true_random=False), cuts=st.sets(st.integers(1, 8), max_size=4))
@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))  # fmt: skip
def test_any_order_and_any_batches_give_the_same(
    sqlite_db: Database, postgresql_db: Database, told: list[dict[str, Any]], shuffle: Any, cuts: set[int]
) -> None:
    events = [share(n, one.pop("minute"), **one) for n, one in enumerate(map(dict, told))]
    mixed = shuffle.sample(events, len(events))
    ends = [0, *sorted(cut for cut in cuts if cut < len(events)), len(events)]
    seen = []
    for db in (sqlite_db, postgresql_db):
        for batches in ([[one] for one in events], [mixed[a:b] for a, b in itertools.pairwise(ends)]):
            name = f"any{next(homes)}"
            found(db, name)
            for batch in batches:
                take(db, name, batch)
            seen.append(stands(db, name))
        assert verify(db) == []
    assert all(one == seen[0] for one in seen), json.dumps([str(one) for one in seen], indent=1)
