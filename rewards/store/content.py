"""Rows of content_item."""

from sqlalchemy import and_, select, update

from rewards.store import schema
from rewards.store.rows import ContentItemRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

ITEM = schema.content_item


def save(
    tx: Transaction, organisation: str, item: str, document: str, at_us: int, expires_us: int | None
) -> None:
    """Publish or publish anew; a recall is lifted."""
    row = {
        "organisation_id": organisation,
        "item": item,
        "document": document,
        "published_us": at_us,
        "expires_us": expires_us,
        "recalled_us": None,
        "recall_reason": None,
    }
    changed = {name: value for name, value in row.items() if name not in ("organisation_id", "item")}
    tx.execute(
        upsert(tx, ITEM).on_conflict_do_update(index_elements=["organisation_id", "item"], set_=changed), row
    )


def find(tx: Transaction, organisation: str, item: str) -> ContentItemRow | None:
    """One item."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.item == item)
    return tx.row(ContentItemRow, select(ITEM).where(where))


def every(tx: Transaction, organisation: str) -> list[ContentItemRow]:
    """All items, the newest first."""
    query = select(ITEM).where(ITEM.c.organisation_id == organisation)
    return tx.rows(ContentItemRow, query.order_by(ITEM.c.published_us.desc(), ITEM.c.item))


def recall(tx: Transaction, organisation: str, item: str, reason: str, at_us: int) -> int:
    """Withdraw an item; returns how many were withdrawn."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.item == item)
    return tx.execute(update(ITEM).where(where).values(recalled_us=at_us, recall_reason=reason)).rowcount
