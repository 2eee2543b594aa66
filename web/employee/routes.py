"""The employee's pages: share, points with their reasons, badges, thanks."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.content import get_item, green_lit_for
from rewards.faults import Fault
from rewards.links import clicks_for, declare_share, prepare_share
from rewards.people import get_person, list_people
from rewards.program import badges_for, balances, entries_for
from rewards.publication import scheme_in_force
from rewards.recognition import give_kudos, kudos_allowance_left, kudos_given, kudos_received
from web.employee.contexts import HomeContext, ShareContext, channel_title, next_goal, trend_of
from web.session import Config, Employee, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
MOST_ENTRIES = 100
TREND_ENTRIES = 500


def base_url(request: Request, configured: str) -> str:
    """The public address that tracked links begin with."""
    return configured.rstrip("/") or str(request.base_url).rstrip("/")


@router.get("/")
def home(request: Request, store: Store, account: Employee) -> Response:
    """Something worth sharing, own points, own trend, next goal."""
    at, org, me = now(), account.organisation, account.person
    with store.read() as tx:
        version = scheme_in_force(tx, org, at)
        held = balances(tx, org, me)
        context = HomeContext(
            account=account,
            person=get_person(tx, org, me),
            items=green_lit_for(tx, org, me, at),
            balances=held,
            trend=trend_of(entries_for(tx, org, me, TREND_ENTRIES), at),
            goal=next_goal(version.scheme if version else None, held.earned),
            kudos=kudos_received(tx, org, me, 3),
        )
    return page(request, "employee/home.html", {**vars(context), "channel_title": channel_title})


@router.get("/share/{item}/{channel}")
def share(
    request: Request,
    store: Store,
    config: Config,
    account: Employee,
    item: str,
    channel: str,
    declared: bool = False,
) -> Response:
    """One item on one channel: own words, disclosure filled in, the network's own dialogue, then “I shared it”."""
    org = account.organisation
    with store.begin() as tx:
        draft = prepare_share(
            tx, org, account.person, item, channel, now(), base_url(request, config.base_url)
        )
        content = get_item(tx, org, item)
    status = content.channels[channel]
    context = ShareContext(account, content, draft, status.status, status.reason, declared)
    return page(request, "employee/share.html", {**vars(context), "channel_title": channel_title})


@router.post("/share/{code}/declare")
def declare(store: Store, account: Employee, code: str) -> Response:
    """The employee says the post is out."""
    with store.begin() as tx:
        declare_share(tx, account.organisation, account.person, code, now())
    return RedirectResponse("/points?shared=1", 303)


@router.get("/points")
def points(
    request: Request, store: Store, account: Employee, before: int | None = None, shared: bool = False
) -> Response:
    """Every entry with its reason."""
    org, me = account.organisation, account.person
    with store.read() as tx:
        entries = entries_for(tx, org, me, MOST_ENTRIES, before)
        context = {
            "account": account,
            "balances": balances(tx, org, me),
            "entries": entries,
            "clicks": clicks_for(tx, org, me),
            "older": entries[-1].id if len(entries) == MOST_ENTRIES else None,
            "shared": shared,
            "channel_title": channel_title,
        }
    return page(request, "employee/points.html", context)


@router.get("/badges")
def badges(request: Request, store: Store, account: Employee) -> Response:
    """Badges held, and those the scheme offers."""
    org, me = account.organisation, account.person
    with store.read() as tx:
        version = scheme_in_force(tx, org, now())
        held = badges_for(tx, org, me)
        mine = {badge.badge for badge in held if badge.revoked_at is None}
        open_ones = [b for b in (version.scheme.badges if version else ()) if b.id not in mine]
    context = {"account": account, "held": [b for b in held if b.revoked_at is None], "open": open_ones}
    return page(request, "employee/badges.html", context)


def _thanks(
    request: Request, store: Store, account: Employee, fault: str = "", thanked: str = "", status: int = 200
) -> Response:
    org, me = account.organisation, account.person
    with store.read() as tx:
        context = {
            "account": account,
            "people": [p for p in list_people(tx, org) if p.id != me],
            "left": kudos_allowance_left(tx, org, me, now()),
            "received": kudos_received(tx, org, me, 20),
            "given": kudos_given(tx, org, me, 10),
            "key": secrets.token_urlsafe(12),
            "fault": fault,
            "thanked": thanked,
        }
    return page(request, "employee/thanks.html", context, status)


@router.get("/thanks")
def thanks(request: Request, store: Store, account: Employee, thanked: str = "") -> Response:
    """Thank a colleague; thanks received."""
    return _thanks(request, store, account, thanked=thanked)


@router.post("/thanks")
def give(
    request: Request,
    store: Store,
    account: Employee,
    receiver: Annotated[str, Form(max_length=64)],
    message: Annotated[str, Form(max_length=500)],
    key: Annotated[str, Form(min_length=8, max_length=64)],
) -> Response:
    """Send thanks. A form sent twice thanks once."""
    org = account.organisation
    try:
        with store.begin() as tx:
            give_kudos(tx, org, account.person, receiver, message, (), key, now())
    except Fault as fault:
        return _thanks(request, store, account, fault=str(fault), status=409)
    return RedirectResponse(f"/thanks?thanked={receiver}", 303)
