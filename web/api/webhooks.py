"""Webhooks over the API: who is notified of what, rotating a secret, and what became of each message."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from rewards.fields import Whole
from rewards.outside.webhooks import (
    MOST_OVERLAP_HOURS,
    MOST_TOPICS,
    Subscription,
    deliveries_of,
    pause_webhook,
    resume_webhook,
    rotate_secret,
    send_again,
    subscribe,
    subscriptions,
    unsubscribe,
)
from rewards.people.accounts import ApiToken
from web.api.shared import (
    Cursor,
    Limit,
    RowId,
    Strict,
    actor_of,
    cursor_of,
    link_next,
    number_of,
    problems,
)
from web.session import Config, Store, now, token_with

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])
Admin = Annotated[ApiToken, Depends(token_with("admin"))]


class NewWebhook(Strict):
    """Address and topics (event.awarded, claim.*, …) of a subscription; empty: all topics."""

    url: Annotated[str, Field(min_length=1, max_length=2000)]
    topics: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=MOST_TOPICS)] = Field(
        default_factory=list
    )


class WebhookOut(Strict):
    """A subscription. Until `overlap_until` the former secret signs too. `status`: active; paused, which keeps messages for
    it; gone, when the receiver said 410 or who made it left."""

    id: int
    url: str
    topics: list[str]
    status: str
    created_at: datetime
    overlap_until: datetime | None


class WebhookSecret(Strict):
    """A subscription with its new secret, which is shown this once."""

    webhook: WebhookOut
    secret: str


class Webhooks(Strict):
    """Subscriptions by id; `next` is the cursor of the following page, None on the last."""

    webhooks: list[WebhookOut]
    next: str | None


class Rotation(Strict):
    """How long the former secret still signs in addition to the new one."""

    overlap_hours: Annotated[int, Field(ge=0, le=MOST_OVERLAP_HOURS, strict=True), Whole] = 24


class DeliveryOut(Strict):
    """One message; `message_id` is the `webhook-id` of all its attempts."""

    id: int
    message_id: str
    topic: str
    status: str
    attempts: int
    next_at: datetime
    delivered_at: datetime | None
    answer: str


class Deliveries(Strict):
    """Messages, the newest first; `next` is the cursor of the following page, None on the last."""

    deliveries: list[DeliveryOut]
    next: str | None


def _webhook(one: Subscription) -> WebhookOut:
    return WebhookOut(
        id=one.id,
        url=one.url,
        topics=list(one.topics),
        status=one.status,
        created_at=one.created_at,
        overlap_until=one.overlap_until,
    )


@router.post("", status_code=201, summary="Subscribe", responses=problems(400, 409))
def create(store: Store, config: Config, token: Admin, response: Response, body: NewWebhook) -> WebhookSecret:
    """Public https addresses only. Messages are signed after the Standard Webhooks specification."""
    with store.begin() as tx:
        made, secret = subscribe(
            tx,
            token.organisation,
            body.url,
            body.topics,
            actor_of(token),
            now=now(),
            allow_loopback=config.webhook_loopback,
        )
    response.headers["Location"] = f"/api/v1/webhooks/{made.id}"
    return WebhookSecret(webhook=_webhook(made), secret=secret)


@router.get("", summary="Who is told", responses=problems())
def listed(
    request: Request,
    response: Response,
    store: Store,
    token: Admin,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Webhooks:
    """By id, without secrets."""
    with store.read() as tx:
        found = subscriptions(tx, token.organisation, limit + 1, number_of(cursor) or 0)
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    link_next(request, response, following)
    return Webhooks(webhooks=[_webhook(one) for one in found[:limit]], next=following)


@router.post("/{id}/rotate", summary="A new secret", responses=problems(400, 404))
def rotate(store: Store, token: Admin, id: RowId, body: Rotation) -> WebhookSecret:
    """Both secrets sign until the overlap ends. A subscription that was gone is active again."""
    with store.begin() as tx:
        made, secret = rotate_secret(
            tx, token.organisation, id, actor_of(token), now(), overlap_hours=body.overlap_hours
        )
    return WebhookSecret(webhook=_webhook(made), secret=secret)


@router.post("/{id}/pause", summary="Send nothing for a while", responses=problems(404, 409))
def pause(store: Store, token: Admin, id: RowId) -> WebhookOut:
    """Pause a subscription; messages are kept for it meanwhile."""
    with store.begin() as tx:
        return _webhook(pause_webhook(tx, token.organisation, id, actor_of(token), now()))


@router.post("/{id}/resume", summary="Send again", responses=problems(404, 409))
def resume(store: Store, token: Admin, id: RowId) -> WebhookOut:
    """Resume a subscription, with kept messages first."""
    with store.begin() as tx:
        return _webhook(resume_webhook(tx, token.organisation, id, actor_of(token), now()))


@router.delete("/{id}", status_code=204, summary="Unsubscribe", responses=problems(404))
def remove(store: Store, token: Admin, id: RowId) -> None:
    """Pending messages are dropped."""
    with store.begin() as tx:
        unsubscribe(tx, token.organisation, id, actor_of(token), now())


@router.get("/{id}/deliveries", summary="What became of the messages", responses=problems(404))
def deliveries(
    request: Request,
    response: Response,
    store: Store,
    token: Admin,
    id: RowId,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Deliveries:
    """The newest first."""
    with store.read() as tx:
        found = deliveries_of(tx, token.organisation, id, limit + 1, number_of(cursor))
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    link_next(request, response, following)
    shown = [
        DeliveryOut(
            id=one.id,
            message_id=one.message_id,
            topic=one.topic,
            status=one.status,
            attempts=one.attempts,
            next_at=one.next_at,
            delivered_at=one.delivered_at,
            answer=one.answer,
        )
        for one in found[:limit]
    ]
    return Deliveries(deliveries=shown, next=following)


@router.post(
    "/{id}/deliveries/{delivery}/retry",
    status_code=202,
    response_class=Response,
    summary="Send once more",
    responses=problems(404, 409),
)
def retry(store: Store, token: Admin, id: RowId, delivery: RowId) -> None:
    """A message that failed or arrived, under its old id."""
    with store.begin() as tx:
        send_again(tx, token.organisation, id, delivery, now(), actor=actor_of(token))
