"""Rows of scheme drafts, rehearsals and publishing decisions."""

from collections.abc import Mapping

from sqlalchemy import and_, insert, select, update

from rewards.store import schema
from rewards.store.rows import DraftTextRow, SchemeDecisionRow, SchemeDraftRow, SchemeRehearsalRow
from rewards.store.session import Transaction

DRAFT, TEXT, AUDIT = schema.scheme_draft, schema.draft_text, schema.audit
REHEARSAL, DECISION = schema.scheme_rehearsal, schema.scheme_decision


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert a draft; returns its id."""
    return int(tx.execute(insert(DRAFT).returning(DRAFT.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, draft: int, *, lock: bool = False) -> SchemeDraftRow | None:
    """One draft, locked until the transaction ends on request."""
    query = select(DRAFT).where(and_(DRAFT.c.organisation_id == organisation, DRAFT.c.id == draft))
    return tx.row(SchemeDraftRow, tx.for_update(query) if lock else query)


def page(tx: Transaction, organisation: str, limit: int, before: int | None) -> list[SchemeDraftRow]:
    """Drafts, newest first."""
    query = select(DRAFT).where(DRAFT.c.organisation_id == organisation)
    if before is not None:
        query = query.where(DRAFT.c.id < before)
    return tx.rows(SchemeDraftRow, query.order_by(DRAFT.c.id.desc()).limit(limit))


def change(tx: Transaction, draft: int, values: Mapping[str, object]) -> None:
    """Update one draft."""
    tx.execute(update(DRAFT).where(DRAFT.c.id == draft).values(**values))


def of_hash(tx: Transaction, organisation: str, content: str) -> list[SchemeDraftRow]:
    """Drafts with this hash of the text, open or closed."""
    where = and_(DRAFT.c.organisation_id == organisation, DRAFT.c.content_hash == content)
    return tx.rows(SchemeDraftRow, select(DRAFT).where(where).order_by(DRAFT.c.id))


def add_rehearsal(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert the rehearsal of a text."""
    return int(tx.execute(insert(REHEARSAL).returning(REHEARSAL.c.id), dict(row)).scalar_one())


def latest_rehearsal(tx: Transaction, organisation: str, content: str) -> SchemeRehearsalRow | None:
    """The newest rehearsal of a text, by its hash."""
    where = and_(REHEARSAL.c.organisation_id == organisation, REHEARSAL.c.content_hash == content)
    query = select(REHEARSAL).where(where).order_by(REHEARSAL.c.id.desc()).limit(1)
    return tx.row(SchemeRehearsalRow, query)


def find_rehearsal(tx: Transaction, rehearsal: int) -> SchemeRehearsalRow | None:
    """One rehearsal."""
    return tx.row(SchemeRehearsalRow, select(REHEARSAL).where(REHEARSAL.c.id == rehearsal))


def add_decision(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert a proposal; returns its id."""
    return int(tx.execute(insert(DECISION).returning(DECISION.c.id), dict(row)).scalar_one())


def find_decision(
    tx: Transaction, organisation: str, decision: int, *, lock: bool = False
) -> SchemeDecisionRow | None:
    """One decision, locked until the transaction ends on request."""
    query = select(DECISION).where(
        and_(DECISION.c.organisation_id == organisation, DECISION.c.id == decision)
    )
    return tx.row(SchemeDecisionRow, tx.for_update(query) if lock else query)


def decisions(
    tx: Transaction, organisation: str, status: str | None = None, draft: int | None = None, limit: int = 50
) -> list[SchemeDecisionRow]:
    """Decisions, newest first."""
    query = select(DECISION).where(DECISION.c.organisation_id == organisation)
    if status is not None:
        query = query.where(DECISION.c.status == status)
    if draft is not None:
        query = query.where(DECISION.c.draft_id == draft)
    return tx.rows(SchemeDecisionRow, query.order_by(DECISION.c.id.desc()).limit(limit))


def decided(tx: Transaction, organisation: str, version: int) -> SchemeDecisionRow | None:
    """The decision that published a version."""
    where = and_(DECISION.c.organisation_id == organisation, DECISION.c.version == version)
    return tx.row(SchemeDecisionRow, select(DECISION).where(where).order_by(DECISION.c.id.desc()).limit(1))


def change_decision(tx: Transaction, decision: int, values: Mapping[str, object]) -> None:
    """Update one decision."""
    tx.execute(update(DECISION).where(DECISION.c.id == decision).values(**values))


def authors(tx: Transaction, organisation: str, draft: int) -> set[str]:
    """All authors of a draft."""
    where = and_(
        AUDIT.c.organisation_id == organisation,
        AUDIT.c.action.in_(("scheme.draft", "scheme.edit")),
        AUDIT.c.subject == str(draft),
    )
    return set(tx.execute(select(AUDIT.c.actor).where(where).distinct()).scalars())


def add_text(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert the text of a revision."""
    tx.execute(insert(TEXT), dict(row))


def find_text(tx: Transaction, organisation: str, draft: int, revision: int) -> DraftTextRow | None:
    """The text of one revision, if it was written as text."""
    query = select(TEXT).where(
        TEXT.c.organisation_id == organisation, TEXT.c.draft_id == draft, TEXT.c.revision == revision
    )
    return tx.row(DraftTextRow, query)


def texts(tx: Transaction, organisation: str, draft: int, limit: int) -> list[DraftTextRow]:
    """The texts of a draft, newest first."""
    query = select(TEXT).where(TEXT.c.organisation_id == organisation, TEXT.c.draft_id == draft)
    return tx.rows(DraftTextRow, query.order_by(TEXT.c.revision.desc()).limit(limit))
