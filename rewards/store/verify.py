"""`db verify`: the ledger sums to zero, cannot be changed, and says what the projections say."""

from dataclasses import dataclass

from sqlalchemy import func, select

from rewards.store import organisations, schema
from rewards.store.guards import installed, trigger_names
from rewards.store.migrate import is_current
from rewards.store.rebuild import expected, stored
from rewards.store.session import Database, Transaction

JOURNAL, POSTING, EVENT = schema.journal, schema.posting, schema.event
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be. `organisation` None: the database as a whole."""

    check: str
    organisation: str | None
    detail: str


def verify(db: Database) -> list[Finding]:
    """Check everything; an empty list is a clean bill."""
    if not is_current(db):
        return [Finding("schema", None, "migrations are missing; run `groundswell db upgrade`")]
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
    should, there = expected(tx, organisation), stored(tx, organisation)
    for table, rows in should.items():
        if rows != there[table]:
            keys = sorted(
                (key for key in rows.keys() | there[table].keys() if rows.get(key) != there[table].get(key)),
                key=str,
            )
            shown = "; ".join(f"{key}: {there[table].get(key)} for {rows.get(key)}" for key in keys[:SHOWN])
            found.append(Finding("projections", organisation, f"{table}: {len(keys)} rows differ: {shown}"))
    return found
