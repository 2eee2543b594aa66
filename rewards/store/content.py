"""Rows of content_item, and of the content desk: drafts, decisions, policy."""

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy import delete as deleting

from rewards.store import facts, schema
from rewards.store.rows import ContentDecisionRow, ContentDraftRow, ContentItemRow, ContentPolicyRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

ITEM, DRAFT = schema.content_item, schema.content_draft
DECISION, POLICY = schema.content_decision, schema.content_policy


def save(
    tx: Transaction, organisation: str, item: str, document: str, at_us: int, *, expires_us: int | None
) -> None:
    """Publish an item, again or for the first time, which lifts a recall; while it stays on the grid it keeps its publication time."""
    row = {
        "organisation_id": organisation,
        "item": item,
        "document": document,
        "published_us": at_us,
        "expires_us": expires_us,
        "recalled_us": None,
        "recall_reason": None,
        "recall_notice": None,
        "told_until": None,
    }
    changed = {name: value for name, value in row.items() if name not in ("organisation_id", "item")}
    before = find(tx, organisation, item)
    if before is not None and before.recalled_us is None:
        changed["published_us"] = before.published_us
    tx.execute(
        upsert(tx, ITEM).on_conflict_do_update(index_elements=["organisation_id", "item"], set_=changed), row
    )
    facts.note(tx, organisation, item, document, drafted=False)


def find(tx: Transaction, organisation: str, item: str) -> ContentItemRow | None:
    """One item."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.item == item)
    return tx.row(ContentItemRow, select(ITEM).where(where))


def some(tx: Transaction, organisation: str, items: list[str]) -> list[ContentItemRow]:
    """The named items that are on the grid."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.item.in_(items))
    return tx.rows(ContentItemRow, select(ITEM).where(where))


def published_since(tx: Transaction, organisation: str, since_us: int) -> int:
    """Number of items published since an instant."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.published_us >= since_us)
    return int(tx.execute(select(func.count()).select_from(ITEM).where(where)).scalar_one())


def first_published(tx: Transaction, organisation: str) -> int | None:
    """Publication time of the first item; None without any."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.published_us.is_not(None))
    found = tx.execute(select(func.min(ITEM.c.published_us)).where(where)).scalar_one()
    return None if found is None else int(found)


def recall(tx: Transaction, organisation: str, item: str, reason: str, notice: str, *, at_us: int) -> int:
    """Recall an item; returns how many were recalled: none where it is recalled already."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.item == item, ITEM.c.recalled_us.is_(None))
    values = {"recalled_us": at_us, "recall_reason": reason, "recall_notice": notice, "told_until": 0}
    return tx.execute(update(ITEM).where(where).values(**values)).rowcount


def to_tell(tx: Transaction, organisation: str) -> list[ContentItemRow]:
    """Recalled items whose sharers have not all been notified."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.told_until.is_not(None))
    return tx.rows(ContentItemRow, tx.for_update(select(ITEM).where(where).order_by(ITEM.c.recalled_us)))


def told(tx: Transaction, organisation: str, item: str, until: int | None) -> None:
    """Store the progress of an item's recall notices: the last sharer notified; None: all are."""
    where = and_(ITEM.c.organisation_id == organisation, ITEM.c.item == item)
    tx.execute(update(ITEM).where(where).values(told_until=until))


def draft(tx: Transaction, organisation: str, item: str, lock: bool = False) -> ContentDraftRow | None:
    """The draft of an item, locked until the transaction ends on request."""
    query = select(DRAFT).where(DRAFT.c.organisation_id == organisation, DRAFT.c.item == item)
    return tx.row(ContentDraftRow, tx.for_update(query) if lock else query)


def add_draft(tx: Transaction, row: dict[str, object]) -> bool:
    """Insert a draft; False where the item has one already."""
    made = upsert(tx, DRAFT).on_conflict_do_nothing(index_elements=["organisation_id", "item"])
    if tx.execute(made.returning(DRAFT.c.item), row).first() is None:
        return False
    facts.note(tx, str(row["organisation_id"]), str(row["item"]), str(row["document"]), drafted=True)
    return True


def change_draft(
    tx: Transaction, organisation: str, item: str, revision: int, values: dict[str, object]
) -> bool:
    """Update a draft of this revision; False where its revision has changed."""
    where = and_(DRAFT.c.organisation_id == organisation, DRAFT.c.item == item, DRAFT.c.revision == revision)
    if tx.execute(update(DRAFT).where(where).values(**values)).rowcount != 1:
        return False
    if "document" in values:
        facts.note(tx, organisation, item, str(values["document"]), drafted=True)
    return True


def drop_draft(tx: Transaction, organisation: str, item: str) -> None:
    """Delete a draft."""
    tx.execute(deleting(DRAFT).where(DRAFT.c.organisation_id == organisation, DRAFT.c.item == item))
    facts.drop_drafted(tx, organisation, item)


def decide(
    tx: Transaction,
    organisation: str,
    item: str,
    revision: int,
    decision: str,
    *,
    actor: str,
    reason: str,
    at_us: int,
) -> None:
    """Insert one decision about an item."""
    row = {
        "organisation_id": organisation,
        "item": item,
        "revision": revision,
        "decision": decision,
        "actor": actor,
        "reason": reason,
        "decided_us": at_us,
    }
    tx.execute(insert(DECISION), row)


def decisions(tx: Transaction, organisation: str, item: str) -> list[ContentDecisionRow]:
    """An item's decisions, oldest first."""
    where = and_(DECISION.c.organisation_id == organisation, DECISION.c.item == item)
    return tx.rows(ContentDecisionRow, select(DECISION).where(where).order_by(DECISION.c.id))


def decisions_of_published(tx: Transaction, organisation: str, since_us: int) -> list[ContentDecisionRow]:
    """Decisions, oldest first, about items published at the desk since an instant."""
    lately = select(DECISION.c.item).where(
        DECISION.c.organisation_id == organisation,
        DECISION.c.decision == "publish",
        DECISION.c.decided_us >= since_us,
    )
    where = and_(DECISION.c.organisation_id == organisation, DECISION.c.item.in_(lately))
    return tx.rows(ContentDecisionRow, select(DECISION).where(where).order_by(DECISION.c.id))


def last_revision(tx: Transaction, organisation: str, item: str) -> int:
    """The highest revision in an item's decisions, so that no revision number is reused."""
    where = and_(DECISION.c.organisation_id == organisation, DECISION.c.item == item)
    return int(tx.execute(select(func.coalesce(func.max(DECISION.c.revision), 0)).where(where)).scalar_one())


def policy(tx: Transaction, organisation: str) -> ContentPolicyRow | None:
    """The organisation's content policy."""
    return tx.row(ContentPolicyRow, select(POLICY).where(POLICY.c.organisation_id == organisation))


def save_policy(tx: Transaction, organisation: str, document: str, before: int, at_us: int) -> bool:
    """Replace the policy of revision `before`; False where it was changed concurrently."""
    values = {"document": document, "revision": before + 1, "changed_us": at_us}
    if before == 0:
        made = upsert(tx, POLICY).on_conflict_do_nothing(index_elements=["organisation_id"])
        new = {"organisation_id": organisation, **values}
        return tx.execute(made.returning(POLICY.c.revision), new).first() is not None
    where = and_(POLICY.c.organisation_id == organisation, POLICY.c.revision == before)
    return tx.execute(update(POLICY).where(where).values(**values)).rowcount == 1
