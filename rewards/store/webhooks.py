"""Rows of webhook and webhook_delivery: subscriptions, and the messages to deliver to them."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import and_, delete, insert, select, update

from rewards.store import schema
from rewards.store.rows import DueRow, OutboxRow, SentRow, WebhookRow
from rewards.store.session import SelectT, Transaction

OUTBOX = schema.outbox
WEBHOOK = schema.webhook
DELIVERY = schema.webhook_delivery
ACTIVE, PAUSED, GONE = "active", "paused", "gone"
_LOOKED_AT = 16
WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert a subscription; returns its id."""
    return int(tx.execute(insert(WEBHOOK).returning(WEBHOOK.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, webhook: int) -> WebhookRow | None:
    """One subscription."""
    where = and_(WEBHOOK.c.organisation_id == organisation, WEBHOOK.c.id == webhook)
    return tx.row(WebhookRow, select(WEBHOOK).where(where))


def lock(tx: Transaction, organisation: str, webhook: int) -> None:
    """Lock one subscription until the transaction ends: of two concurrent rotations the second secret counts."""
    where = and_(WEBHOOK.c.organisation_id == organisation, WEBHOOK.c.id == webhook)
    tx.execute(tx.for_update(select(WEBHOOK.c.id).where(where)))


def page(tx: Transaction, organisation: str, limit: int, after: int) -> list[WebhookRow]:
    """Subscriptions by id."""
    where = and_(WEBHOOK.c.organisation_id == organisation, WEBHOOK.c.id > after)
    return tx.rows(WebhookRow, select(WEBHOOK).where(where).order_by(WEBHOOK.c.id).limit(limit))


def change(tx: Transaction, webhook: int, values: Mapping[str, object]) -> None:
    """Update one subscription."""
    tx.execute(update(WEBHOOK).where(WEBHOOK.c.id == webhook).values(**values))


def end_of(tx: Transaction, person_id: int) -> None:
    """Stop the subscriptions of a person who left: nothing is sent until somebody else rotates their secret."""
    where = and_(WEBHOOK.c.person_id == person_id, WEBHOOK.c.status != GONE)
    tx.execute(update(WEBHOOK).where(where).values(status=GONE))


def give(tx: Transaction, webhook: int, person_id: int | None) -> None:
    """Set the person responsible for a subscription: the last one who rotated its secret."""
    tx.execute(update(WEBHOOK).where(WEBHOOK.c.id == webhook).values(person_id=person_id))


def drop(tx: Transaction, webhook: int) -> None:
    """Delete a subscription and its pending messages."""
    tx.execute(delete(DELIVERY).where(DELIVERY.c.webhook_id == webhook))
    tx.execute(delete(WEBHOOK).where(WEBHOOK.c.id == webhook))


def deliveries(
    tx: Transaction, organisation: str, webhook: int, limit: int, before: int | None
) -> list[SentRow]:
    """Messages to one subscription, newest first, with their topics."""
    query = (
        select(DELIVERY, OUTBOX.c.topic)
        .join(OUTBOX, OUTBOX.c.id == DELIVERY.c.outbox_id)
        .where(DELIVERY.c.organisation_id == organisation, DELIVERY.c.webhook_id == webhook)
    )
    if before is not None:
        query = query.where(DELIVERY.c.id < before)
    return tx.rows(SentRow, query.order_by(DELIVERY.c.id.desc()).limit(limit))


def take_from_outbox(tx: Transaction, limit: int, now_us: int) -> list[OutboxRow]:
    """Undispatched outbox messages, marked as dispatched."""
    query = select(OUTBOX).where(OUTBOX.c.dispatched_at_us.is_(None)).order_by(OUTBOX.c.id).limit(limit)
    found = tx.rows(OutboxRow, _skip_locked(tx, query))
    if found:
        where = OUTBOX.c.id.in_([row.id for row in found])
        tx.execute(update(OUTBOX).where(where).values(dispatched_at_us=now_us))
    return found


def told(tx: Transaction) -> list[WebhookRow]:
    """Subscriptions that messages are queued for; paused ones receive them later."""
    return tx.rows(WebhookRow, select(WEBHOOK).where(WEBHOOK.c.status != GONE).order_by(WEBHOOK.c.id))


def send_later(tx: Transaction, pairs: Sequence[tuple[WebhookRow, OutboxRow]], now_us: int) -> None:
    """Queue (subscription, message) pairs. The message's id is drawn here, so that every attempt carries the same one."""
    rows = [
        {
            "organisation_id": webhook.organisation_id,
            "webhook_id": webhook.id,
            "outbox_id": message.id,
            "message_id": f"msg_{secrets.token_hex(12)}",
            "status": WAITING,
            "attempts": 0,
            "next_us": now_us,
            "delivered_us": None,
            "answer": "",
        }
        for webhook, message in pairs
    ]
    if rows:
        tx.execute(insert(DELIVERY), rows)


def hold_back(tx: Transaction, webhook: int, until_us: int) -> None:
    """Postpone all waiting messages of a receiver to an instant."""
    where = and_(
        DELIVERY.c.webhook_id == webhook, DELIVERY.c.status == WAITING, DELIVERY.c.next_us < until_us
    )
    tx.execute(update(DELIVERY).where(where).values(next_us=until_us))


def claim_due(tx: Transaction, limit: int, per_webhook: int, now_us: int, until_us: int) -> list[DueRow]:
    """Due messages, leased to the caller until `until_us`: without a report they become due again.

    At most `per_webhook` of one subscription, so that a long queue does not delay the others.
    """
    query = (
        select(DELIVERY.c.id, DELIVERY.c.webhook_id)
        .where(DELIVERY.c.status == WAITING, DELIVERY.c.next_us <= now_us)
        .where(DELIVERY.c.webhook_id.not_in(select(WEBHOOK.c.id).where(WEBHOOK.c.status == PAUSED)))
        .order_by(DELIVERY.c.next_us, DELIVERY.c.id)
        .limit(_LOOKED_AT * limit)
    )
    taken: Counter[int] = Counter()
    ids: list[int] = []
    for row in tx.execute(_skip_locked(tx, query)):
        taken[row.webhook_id] += 1
        if taken[row.webhook_id] <= per_webhook and len(ids) < limit:
            ids.append(row.id)
    if not ids:
        return []
    where = DELIVERY.c.id.in_(ids)
    tx.execute(update(DELIVERY).where(where).values(next_us=until_us, attempts=DELIVERY.c.attempts + 1))
    joined = (
        select(
            DELIVERY.c.id, DELIVERY.c.organisation_id, DELIVERY.c.webhook_id, DELIVERY.c.message_id, DELIVERY.c.attempts,
            WEBHOOK.c.url, WEBHOOK.c.secret, WEBHOOK.c.former_secret, WEBHOOK.c.former_until_us,
            WEBHOOK.c.status.label("webhook_status"), OUTBOX.c.topic, OUTBOX.c.payload, OUTBOX.c.created_at_us,
        )
        .join(WEBHOOK, WEBHOOK.c.id == DELIVERY.c.webhook_id)
        .join(OUTBOX, OUTBOX.c.id == DELIVERY.c.outbox_id)
        .where(where)
        .order_by(DELIVERY.c.id)
    )  # fmt: skip
    return tx.rows(DueRow, joined)


def report(tx: Transaction, delivery: int, attempt: int, values: Mapping[str, object]) -> bool:
    """Store an attempt's outcome; False when a later attempt has begun, whose outcome counts instead."""
    where = and_(DELIVERY.c.id == delivery, DELIVERY.c.attempts == attempt, DELIVERY.c.status == WAITING)
    return tx.execute(update(DELIVERY).where(where).values(**values)).rowcount == 1


def again(
    tx: Transaction,
    organisation: str,
    webhook: int,
    delivery: int | None,
    now_us: int,
    *,
    states: Sequence[str] = (FAILED, DELIVERED),
) -> int:
    """Requeue one ended message under its old id, or (None) all messages in these states; returns how many."""
    where = [
        DELIVERY.c.organisation_id == organisation,
        DELIVERY.c.webhook_id == webhook,
        DELIVERY.c.status.in_(states),
    ]
    if delivery is not None:
        where.append(DELIVERY.c.id == delivery)
    values = {"status": WAITING, "attempts": 0, "next_us": now_us}
    return tx.execute(update(DELIVERY).where(*where).values(**values)).rowcount


def _skip_locked(tx: Transaction, query: SelectT) -> SelectT:
    """Rows locked by another worker are skipped; SQLite has only one writer at a time."""
    return query.with_for_update(skip_locked=True) if tx.dialect == "postgresql" else query
