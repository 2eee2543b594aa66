"""The administrator's pages of webhooks: subscriptions by topic, the delivery log, and retries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault, NotFound
from rewards.language import gettext as _
from rewards.outside.webhooks import (
    FAMILIES,
    Delivery,
    Subscription,
    deliveries_of,
    get_subscription,
    pause_webhook,
    resume_webhook,
    rotate_secret,
    send_again,
    send_failed_again,
    subscribe,
    subscriptions,
    unsubscribe,
)
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.people.rights import Right
from rewards.store.session import Database, Transaction
from web.problems import Problem, refused
from web.session import Config, Needs, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Account, Depends(Needs(Right.TOKENS))]
MOST_ID = 2**63 - 1
RowId = Annotated[int, Path(ge=1, le=MOST_ID)]
MOST_URL = 2000
ROWS = 50
LIST = "/admin/webhooks"
OVERLAPS = (0, 24, 168)


@dataclass(frozen=True)
class WebhooksContext:
    """Page context. `families`: groups of topics with their names; `url` and `topics`: values of a form that was refused."""

    account: Account
    person: Person
    webhooks: list[Subscription]
    families: list[tuple[str, str]]
    secret: str
    url: str
    topics: tuple[str, ...]
    done: bool
    fault: str


@dataclass(frozen=True)
class WebhookContext:
    """Page context of one subscription. `secret`: the new secret, shown only once.

    `deliveries`: newest first; `next`: the id before which the next page begins, 0 on the last page.
    """

    account: Account
    person: Person
    webhook: Subscription
    deliveries: list[Delivery]
    overlaps: tuple[int, ...]
    next: int
    secret: str
    done: str
    fault: str


def _list(
    request: Request,
    store: Database,
    account: Account,
    *,
    secret: str = "",
    fault: str = "",
    url: str = "",
    topics: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        context = WebhooksContext(
            account=account,
            person=get_person(tx, org, account.person),
            webhooks=subscriptions(tx, org),
            families=[(topic, _(words)) for topic, words in FAMILIES.items()],
            secret=secret,
            url=url,
            topics=topics,
            done=status == 200 and not secret and "deleted" in request.query_params,
            fault=fault,
        )
    return page(request, "admin/webhooks.html", context, status)


def _one(
    request: Request,
    store: Database,
    account: Account,
    id: int,
    *,
    before: int | None = None,
    secret: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    org = account.organisation
    done = {
        "paused": _("Nothing is sent until it is resumed; what happens is kept for it."),
        "resumed": _("Messages go out again, what was kept first."),
        "again": _("It is on its way again. The worker sends it in a moment."),
    }
    with store.read() as tx:
        found = deliveries_of(tx, org, id, ROWS + 1, before)
        shown = found[:ROWS]
        context = WebhookContext(
            account=account,
            person=get_person(tx, org, account.person),
            webhook=get_subscription(tx, org, id),
            deliveries=shown,
            overlaps=OVERLAPS,
            next=shown[-1].id if len(found) > ROWS else 0,
            secret=secret,
            done="" if fault or secret else done.get(request.query_params.get("done", ""), ""),
            fault=fault,
        )
    return page(request, "admin/webhook.html", context, status)


def _act(
    request: Request,
    store: Database,
    account: Account,
    id: int,
    act: Callable[[Transaction], Any],
    *,
    there: str,
) -> Response:
    """Act on a subscription and redirect; where the action is refused, its page shows the error."""
    try:
        with store.begin() as tx:
            act(tx)
    except NotFound:
        raise Problem(404, _("This webhook is not there any more; the list shows those that are.")) from None
    except Fault as fault:
        return _one(request, store, account, id, fault=str(fault), status=refused(fault))
    return RedirectResponse(there, 303)


@router.get(LIST)
def webhooks(request: Request, store: Store, account: Administrator) -> Response:
    """The subscriptions and their topics."""
    return _list(request, store, account)


@router.post(LIST)
def add(
    request: Request,
    store: Store,
    config: Config,
    account: Administrator,
    url: Annotated[Plain, Form(max_length=MOST_URL)] = "",
    topics: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Create a subscription; its secret is in the response."""
    wanted = tuple(topic for topic in FAMILIES if topic in (topics or ()))
    try:
        with store.begin() as tx:
            made, secret = subscribe(
                tx,
                account.organisation,
                url.strip(),
                wanted,
                account.person,
                now=now(),
                allow_loopback=config.webhook_loopback,
                once=True,
            )
    except Fault as fault:
        return _list(request, store, account, fault=str(fault), url=url, topics=wanted, status=refused(fault))
    return _list(request, store, account, secret=secret, url=made.url)


@router.get(LIST + "/{id}")
def webhook(
    request: Request,
    store: Store,
    account: Administrator,
    id: RowId,
    before: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
) -> Response:
    """One subscription and its delivery log."""
    return _one(request, store, account, id, before=before)


@router.post(LIST + "/{id}/pause")
def pause(request: Request, store: Store, account: Administrator, id: RowId) -> Response:
    """Pause deliveries."""
    org, actor = account.organisation, account.person
    there = f"{LIST}/{id}?done=paused"
    return _act(request, store, account, id, lambda tx: pause_webhook(tx, org, id, actor, now()), there=there)


@router.post(LIST + "/{id}/resume")
def resume(request: Request, store: Store, account: Administrator, id: RowId) -> Response:
    """Resume deliveries."""
    org, actor = account.organisation, account.person
    there = f"{LIST}/{id}?done=resumed"
    return _act(
        request, store, account, id, lambda tx: resume_webhook(tx, org, id, actor, now()), there=there
    )


@router.post(LIST + "/{id}/delete")
def delete(request: Request, store: Store, account: Administrator, id: RowId) -> Response:
    """Delete a subscription."""
    org, actor = account.organisation, account.person
    there = f"{LIST}?deleted=1"
    return _act(request, store, account, id, lambda tx: unsubscribe(tx, org, id, actor, now()), there=there)


@router.post(LIST + "/{id}/rotate")
def rotate(
    request: Request,
    store: Store,
    account: Administrator,
    id: RowId,
    overlap_hours: Annotated[int, Form(ge=0, le=1000)] = 24,
) -> Response:
    """Rotate the secret; the new one is in the response."""
    try:
        with store.begin() as tx:
            _made, secret = rotate_secret(
                tx, account.organisation, id, account.person, now(), overlap_hours=overlap_hours
            )
    except NotFound:
        raise Problem(404, _("This webhook is not there any more; the list shows those that are.")) from None
    except Fault as fault:
        return _one(request, store, account, id, fault=str(fault), status=refused(fault))
    return _one(request, store, account, id, secret=secret)


@router.post(LIST + "/{id}/again")
def all_again(request: Request, store: Store, account: Administrator, id: RowId) -> Response:
    """Retry every failed message."""
    org, actor = account.organisation, account.person
    there = f"{LIST}/{id}?done=again"
    return _act(
        request, store, account, id, lambda tx: send_failed_again(tx, org, id, actor, now()), there=there
    )


@router.post(LIST + "/{id}/deliveries/{delivery}/again")
def again(request: Request, store: Store, account: Administrator, id: RowId, delivery: RowId) -> Response:
    """Retry one message."""
    org, actor = account.organisation, account.person
    there = f"{LIST}/{id}?done=again"
    return _act(
        request,
        store,
        account,
        id,
        lambda tx: send_again(tx, org, id, delivery, now(), actor=actor),
        there=there,
    )
