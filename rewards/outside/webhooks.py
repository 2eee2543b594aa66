"""Webhooks: signed notifications of other systems by the Standard Webhooks specification.

A message carries one `webhook-id` for all its attempts. After a rotation both secrets sign until the overlap ends.
"""

import base64
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from standardwebhooks.webhooks import Webhook as Signer

from rewards.faults import BadValue, Conflict, NotFound
from rewards.language import msg
from rewards.outside.addresses import parse_target
from rewards.people.people import acting
from rewards.store import trail
from rewards.store import webhooks as rows
from rewards.store.rows import DueRow, WebhookRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us

TOPIC = re.compile(r"[a-z]{1,30}\.(\*|[a-z_]{1,30})")
FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "event.*": msg("events: taken in, awarded, held"),
        "kudos.*": msg("thanks taken back"),
        "claim.*": msg("rewards asked for"),
        "challenge.*": msg("results of challenges"),
        "highlight.*": msg("highlights given"),
        "nomination.*": msg("nominations decided"),
        "scheme.*": msg("schemes published and rolled back"),
    }
)
"""The kinds of topics, in words."""
MOST_TOPICS = 32
MOST_WEBHOOKS = 50
MOST_OVERLAP_HOURS = 168
AGAIN = timedelta(minutes=1)
"""A form sent twice within this time is taken as one."""
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. `topics` empty: all topics. `status` is active, paused (what happens is kept for it), or gone once the receiver
    answered 410 or who made it left."""

    id: int
    url: str
    topics: tuple[str, ...]
    status: str
    created_at: datetime
    overlap_until: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one subscription; `status` is waiting, delivered or failed, `answer` the last one."""

    id: int
    message_id: str
    topic: str
    status: str
    attempts: int
    next_at: datetime
    delivered_at: datetime | None
    answer: str


def subscribe(
    tx: Transaction,
    organisation: str,
    url: str,
    topics: Sequence[str],
    actor: str,
    *,
    now: datetime,
    allow_loopback: bool = False,
    once: bool = False,
) -> tuple[Subscription, str]:
    """A new subscription and its secret, which is shown this once. Raises BadValue, Conflict when there are too many.

    `once`: a form sent twice makes one subscription; its secret, which nobody has seen, is replaced.
    """
    parse_target(url, allow_loopback)
    wanted = tuple(dict.fromkeys(topics))
    strange = next((topic for topic in wanted if not TOPIC.fullmatch(topic)), None)
    if strange is not None or len(wanted) > MOST_TOPICS:
        raise BadValue(
            "topic {value!r}: limit {most_topics} topics like event.awarded or event.*; correct the list",
            value=(strange or "")[:40],
            most_topics=MOST_TOPICS,
        )
    if len(rows.page(tx, organisation, MOST_WEBHOOKS, 0)) >= MOST_WEBHOOKS:
        raise Conflict(
            "webhooks: limit {most_webhooks} an organisation; remove one first", most_webhooks=MOST_WEBHOOKS
        )
    secret = new_secret()
    maker = acting(tx, organisation, actor)
    if once:
        twin = _twin(tx, organisation, url, wanted, maker, now=now)
        if twin is not None:
            rows.change(tx, twin, {"secret": secret})
            return _view(_find(tx, organisation, twin)), secret
    row = {
        "organisation_id": organisation,
        "url": url,
        "topics": " ".join(wanted),
        "secret": secret,
        "former_secret": None,
        "former_until_us": None,
        "status": rows.ACTIVE,
        "person_id": maker,
        "created_us": to_us(now),
    }
    webhook = rows.add(tx, row)
    trail.log(tx, organisation, actor, "webhook.subscribe", str(webhook), reason="", at_us=to_us(now))
    return _view(_find(tx, organisation, webhook)), secret


def _twin(
    tx: Transaction, organisation: str, url: str, topics: Sequence[str], maker: int | None, *, now: datetime
) -> int | None:
    """The subscription that the same person made of the same form a moment ago."""
    since = to_us(now - AGAIN)
    for row in rows.page(tx, organisation, MOST_WEBHOOKS, 0):
        same = (row.url, row.topics, row.person_id) == (url, " ".join(topics), maker)
        if same and row.created_us > since and row.former_secret is None:
            return int(row.id)
    return None


def get_subscription(tx: Transaction, organisation: str, webhook: int) -> Subscription:
    """One subscription. Raises NotFound."""
    return _view(_find(tx, organisation, webhook))


def subscriptions(tx: Transaction, organisation: str, limit: int = 100, after: int = 0) -> list[Subscription]:
    """Subscriptions by id, those after `after`."""
    return [_view(row) for row in rows.page(tx, organisation, limit, after)]


def rotate_secret(
    tx: Transaction, organisation: str, webhook: int, actor: str, now: datetime, *, overlap_hours: int = 24
) -> tuple[Subscription, str]:
    """A new secret; the former one signs too until the overlap ends. Raises NotFound, BadValue."""
    if not 0 <= overlap_hours <= MOST_OVERLAP_HOURS:
        raise BadValue(
            "overlap of {overlap_hours} hours: limit 0 to {most_overlap_hours}; choose fewer",
            overlap_hours=overlap_hours,
            most_overlap_hours=MOST_OVERLAP_HOURS,
        )
    rows.lock(tx, organisation, webhook)
    row = _find(tx, organisation, webhook)
    secret = new_secret()
    until = to_us(now + timedelta(hours=overlap_hours))
    rows.change(
        tx,
        webhook,
        {
            "secret": secret,
            "former_secret": row.secret,
            "former_until_us": until,
            "status": rows.PAUSED if row.status == rows.PAUSED else rows.ACTIVE,
        },
    )
    rows.give(tx, webhook, acting(tx, organisation, actor))
    trail.log(tx, organisation, actor, "webhook.rotate", str(webhook), reason="", at_us=to_us(now))
    return _view(_find(tx, organisation, webhook)), secret


def unsubscribe(tx: Transaction, organisation: str, webhook: int, actor: str, now: datetime) -> None:
    """End a subscription; its pending messages are dropped. Raises NotFound."""
    _find(tx, organisation, webhook)
    rows.drop(tx, webhook)
    trail.log(tx, organisation, actor, "webhook.unsubscribe", str(webhook), reason="", at_us=to_us(now))


def deliveries_of(
    tx: Transaction, organisation: str, webhook: int, limit: int = 100, before: int | None = None
) -> list[Delivery]:
    """Messages to a subscription, the newest first. Raises NotFound."""
    _find(tx, organisation, webhook)
    return [
        Delivery(
            row.id, row.message_id, row.topic, row.status, row.attempts, from_us(row.next_us),
            maybe_us(row.delivered_us), row.answer,
        )
        for row in rows.deliveries(tx, organisation, webhook, limit, before)
    ]  # fmt: skip


def send_again(
    tx: Transaction, organisation: str, webhook: int, delivery: int, now: datetime, *, actor: str = "system"
) -> None:
    """Send a failed or delivered message again, under its old id. Raises NotFound, Conflict while it is pending."""
    _find(tx, organisation, webhook)
    if not rows.again(tx, organisation, webhook, delivery, to_us(now)):
        raise Conflict(
            "delivery {delivery}: not one that has failed or arrived; nothing to do", delivery=delivery
        )
    trail.log(
        tx, organisation, actor, "webhook.send_again", str(webhook), reason=str(delivery), at_us=to_us(now)
    )


def send_failed_again(tx: Transaction, organisation: str, webhook: int, actor: str, now: datetime) -> int:
    """Send every message that failed once more; returns how many. Raises NotFound."""
    _find(tx, organisation, webhook)
    found = rows.again(tx, organisation, webhook, None, to_us(now), states=(rows.FAILED,))
    if found:
        trail.log(
            tx,
            organisation,
            actor,
            "webhook.send_again",
            str(webhook),
            reason=f"{found} failed",
            at_us=to_us(now),
        )
    return found


def pause_webhook(
    tx: Transaction, organisation: str, webhook: int, actor: str, now: datetime
) -> Subscription:
    """Pause deliveries; messages stay queued. Raises NotFound, Conflict for a subscription that has ended."""
    return _turn(tx, organisation, webhook, rows.PAUSED, actor, now=now)


def resume_webhook(
    tx: Transaction, organisation: str, webhook: int, actor: str, now: datetime
) -> Subscription:
    """Resume deliveries, starting with the queued ones. Raises NotFound, Conflict for a subscription that has ended."""
    return _turn(tx, organisation, webhook, rows.ACTIVE, actor, now=now)


def _turn(
    tx: Transaction, organisation: str, webhook: int, status: str, actor: str, *, now: datetime
) -> Subscription:
    rows.lock(tx, organisation, webhook)
    row = _find(tx, organisation, webhook)
    if row.status == rows.GONE:
        raise Conflict(
            "webhook {webhook}: its receiver or its maker is gone; rotate its secret to begin anew",
            webhook=webhook,
        )
    if row.status != status:
        rows.change(tx, webhook, {"status": status})
        action = "webhook.pause" if status == rows.PAUSED else "webhook.resume"
        trail.log(tx, organisation, actor, action, str(webhook), reason="", at_us=to_us(now))
    return _view(_find(tx, organisation, webhook))


def wants(row: WebhookRow, topic: str) -> bool:
    """True where a subscription (its row) includes a topic."""
    wanted = row.topics.split()
    return not wanted or topic in wanted or f"{topic.partition('.')[0]}.*" in wanted


def body_of(row: DueRow) -> str:
    """The message's text, the same at every attempt. It holds ids of records, and nothing about persons."""
    message = {
        "type": row.topic,
        "timestamp": from_us(row.created_at_us).isoformat().replace("+00:00", "Z"),
        "data": json.loads(row.payload),
    }
    return json.dumps(message, sort_keys=True, separators=(",", ":"))


def signed_headers(row: DueRow, body: str, now: datetime) -> dict[str, str]:
    """The three headers of the specification; during an overlap the signature of each secret, the new one first."""
    keys = [row.secret]
    if row.former_secret is not None and (row.former_until_us or 0) > to_us(now):
        keys.append(row.former_secret)
    return {
        "content-type": "application/json",
        "user-agent": "groundswell-webhooks",
        "webhook-id": row.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(key).sign(row.message_id, now, body) for key in keys),
    }


def new_secret() -> str:
    """A secret in the form that the specification's libraries take."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _find(tx: Transaction, organisation: str, webhook: int) -> WebhookRow:
    row = rows.find(tx, organisation, webhook)
    if row is None:
        raise NotFound(
            "webhook {webhook}: not in organisation {organisation!r}; list the webhooks",
            webhook=webhook,
            organisation=organisation,
        )
    return row


def _view(row: WebhookRow) -> Subscription:
    return Subscription(
        row.id,
        row.url,
        tuple(row.topics.split()),
        row.status,
        from_us(row.created_us),
        maybe_us(row.former_until_us),
    )
