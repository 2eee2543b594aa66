"""`db verify`: the ledger sums to zero, is append-only, and agrees with its projections."""

from dataclasses import dataclass

from sqlalchemy import func, select

from rewards.store import organisations, schema
from rewards.store.guards import installed, trigger_names
from rewards.store.migrate import CURRENT, WHAT_TO_DO, state
from rewards.store.rebuild import (
    BADGE,
    BUCKET,
    SUMMED,
    expected_badges,
    expected_buckets,
    expected_sums,
    stored,
)
from rewards.store.session import Database, Transaction

JOURNAL, POSTING, EVENT = schema.journal, schema.posting, schema.event
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """A violated invariant. `organisation` None: the database as a whole."""

    check: str
    organisation: str | None
    detail: str


def verify(db: Database) -> list[Finding]:
    """Check every invariant; an empty list means that all hold."""
    found_state = state(db)
    if found_state != CURRENT:
        return [Finding("schema", None, WHAT_TO_DO[found_state])]
    found: list[Finding] = []
    with db.read() as tx:
        missing = sorted(trigger_names(db.dialect) - installed(tx.connection))
        if missing:
            found.append(Finding("append-only", None, f"triggers missing: {', '.join(missing)}"))
        for home in organisations.every(tx):
            found += _organisation(tx, home.organisation_id)
    return found


def _organisation(tx: Transaction, organisation: str) -> list[Finding]:
    found: list[Finding] = []
    unbalanced = (
        select(POSTING.c.journal_id)
        .where(POSTING.c.organisation_id == organisation)
        .group_by(POSTING.c.journal_id)
        .having(func.sum(POSTING.c.amount) != 0)
    )
    for entry in tx.execute(unbalanced.limit(SHOWN)).scalars():
        found.append(Finding("zero-sum", organisation, f"entry {entry}: postings do not sum to zero"))
    other = JOURNAL.alias()
    unequal = (
        select(JOURNAL.c.id)
        .join(other, other.c.id == JOURNAL.c.reverses)
        .where(JOURNAL.c.organisation_id == organisation, JOURNAL.c.amount != -other.c.amount)
    )
    for entry in tx.execute(unequal.limit(SHOWN)).scalars():
        found.append(
            Finding("opposites", organisation, f"entry {entry}: is not the opposite of what it undoes")
        )
    answered = select(JOURNAL.c.event_ref).where(JOURNAL.c.event_ref.is_not(None))
    unanswered = (
        select(func.count())
        .select_from(EVENT)
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.status.in_(("late", "closed_period")),
            EVENT.c.id.not_in(answered),
        )
    )
    missing = tx.execute(unanswered).scalar_one()
    if missing:
        found.append(
            Finding("reasons", organisation, f"{missing} events were refused without an entry that says why")
        )
    return found + _projections(tx, organisation)


def _projections(tx: Transaction, organisation: str) -> list[Finding]:
    found: list[Finding] = []
    for table in SUMMED:
        there = select(*table.columns).where(table.c.organisation_id == organisation)
        should = expected_sums(tx, organisation, table)
        for said, one, other in (("lacks", should, there), ("has beyond it", there, should)):
            rows = tx.execute(one.except_(other).limit(SHOWN)).all()
            if rows:
                shown = "; ".join(str(tuple(row)[1:]) for row in rows)
                found.append(
                    Finding("projections", organisation, f"{table.name} {said} what the ledger says: {shown}")
                )
    for table, rows_wanted in (
        (BUCKET, expected_buckets(tx, organisation)),
        (BADGE, expected_badges(tx, organisation)),
    ):
        held = stored(tx, organisation, (table,))[table.name]
        keys = sorted(
            (key for key in rows_wanted.keys() | held.keys() if rows_wanted.get(key) != held.get(key)),
            key=str,
        )
        if keys:
            shown = "; ".join(f"{key}: {held.get(key)} for {rows_wanted.get(key)}" for key in keys[:SHOWN])
            found.append(
                Finding("projections", organisation, f"{table.name}: {len(keys)} rows differ: {shown}")
            )
    return found
