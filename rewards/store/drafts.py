"""Rows of scheme_draft."""

from collections.abc import Mapping

from sqlalchemy import and_, insert, select, update

from rewards.store import schema
from rewards.store.rows import DraftTextRow, SchemeDraftRow
from rewards.store.session import Transaction

DRAFT = schema.scheme_draft
TEXT = schema.draft_text


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Keep a draft; returns its id."""
    return int(tx.execute(insert(DRAFT).returning(DRAFT.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, draft: int, *, lock: bool = False) -> SchemeDraftRow | None:
    """One draft, locked until the transaction ends if it is to be changed."""
    query = select(DRAFT).where(and_(DRAFT.c.organisation_id == organisation, DRAFT.c.id == draft))
    return tx.row(SchemeDraftRow, tx.for_update(query) if lock else query)


def page(tx: Transaction, organisation: str, limit: int, before: int | None) -> list[SchemeDraftRow]:
    """Drafts, the newest first."""
    query = select(DRAFT).where(DRAFT.c.organisation_id == organisation)
    if before is not None:
        query = query.where(DRAFT.c.id < before)
    return tx.rows(SchemeDraftRow, query.order_by(DRAFT.c.id.desc()).limit(limit))


def change(tx: Transaction, draft: int, values: Mapping[str, object]) -> None:
    """Update one draft."""
    tx.execute(update(DRAFT).where(DRAFT.c.id == draft).values(**values))


def add_text(tx: Transaction, row: Mapping[str, object]) -> None:
    """Keep what was written of a revision."""
    tx.execute(insert(TEXT), dict(row))


def find_text(tx: Transaction, organisation: str, draft: int, revision: int) -> DraftTextRow | None:
    """What was written of one revision, if it was written as a text."""
    query = select(TEXT).where(
        TEXT.c.organisation_id == organisation, TEXT.c.draft_id == draft, TEXT.c.revision == revision
    )
    return tx.row(DraftTextRow, query)


def texts(tx: Transaction, organisation: str, draft: int, limit: int) -> list[DraftTextRow]:
    """What was written of a draft, the newest first."""
    query = select(TEXT).where(TEXT.c.organisation_id == organisation, TEXT.c.draft_id == draft)
    return tx.rows(DraftTextRow, query.order_by(TEXT.c.revision.desc()).limit(limit))
