"""The administrator's page of API tokens: created, listed with their last use, revoked. A secret is shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Fault, NotFound
from rewards.language import gettext as _
from rewards.people.accounts import MOST_NAME_CHARACTERS, SCOPES, Account, revoke_token
from rewards.people.people import Person, get_person
from rewards.people.rights import Right
from rewards.people.scopes import MEANINGS
from rewards.people.tokens import TokenView, make_token, scopes_for, tokens_of
from rewards.store.session import Database
from web.problems import refused
from web.session import Needs, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Account, Depends(Needs(Right.TOKENS))]
ROWS = 50
DAYS = (30, 90, 365)
FOREVER = "never"


@dataclass(frozen=True)
class Typed:
    """The values of a form that was refused."""

    name: str = ""
    scopes: tuple[str, ...] = ()
    own: bool = False
    days: str = "90"


@dataclass(frozen=True)
class TokensContext:
    """Page context. `secret`: the token just created, with its name, shown only once.

    `offered`: scopes that the reader may grant, each with its meaning; `next`: the name after which the next page begins.
    """

    account: Account
    person: Person
    tokens: list[TokenView]
    offered: list[tuple[str, str]]
    days: tuple[int, ...]
    secret: str
    made: str
    next: str
    done: bool
    fault: str
    typed: Typed = field(default_factory=Typed)


def _page(
    request: Request,
    store: Database,
    account: Account,
    *,
    after: str = "",
    secret: str = "",
    fault: str = "",
    typed: Typed | None = None,
    status: int = 200,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        found = tokens_of(tx, org, now(), ROWS + 1, after)
        shown = found[:ROWS]
        context = TokensContext(
            account=account,
            person=get_person(tx, org, account.person),
            tokens=shown,
            offered=[(scope, _(MEANINGS[scope])) for scope in SCOPES if scope in scopes_for(account)],
            days=DAYS,
            secret=secret,
            made=typed.name if typed is not None and secret else "",
            next=shown[-1].name if len(found) > ROWS else "",
            done=status == 200 and not secret and "ended" in request.query_params,
            fault=fault,
            typed=Typed() if typed is None or secret else typed,
        )
    return page(request, "admin/tokens.html", context, status)


@router.get("/admin/tokens")
def tokens(
    request: Request, store: Store, account: Administrator, after: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Tokens by name."""
    return _page(request, store, account, after=after)


@router.post("/admin/tokens")
def make(
    request: Request,
    store: Store,
    account: Administrator,
    name: Annotated[Plain, Form(max_length=MOST_TYPED)] = "",
    scopes: Annotated[list[str] | None, Form()] = None,
    whose: Annotated[Literal["organisation", "me"], Form()] = "organisation",
    days: Annotated[str, Form(max_length=20)] = "90",
) -> Response:
    """Create a token; its secret is in the response and never in a URL, which the browser's history would keep."""
    chosen = tuple(scope for scope in SCOPES if scope in (scopes or ()))
    typed = Typed(name.strip()[: MOST_NAME_CHARACTERS + 1], chosen, whose == "me", days)
    try:
        if days != FOREVER and not (days.isascii() and days.isdecimal()):
            raise BadValue(_("The number of days must be a whole number, or never."))
        lasting = None if days == FOREVER else int(days)
        with store.begin() as tx:
            secret = make_token(tx, account, name, chosen, now(), own=typed.own, days=lasting)
    except Fault as fault:
        return _page(request, store, account, fault=str(fault), typed=typed, status=refused(fault))
    return _page(request, store, account, secret=secret, typed=typed)


@router.post("/admin/tokens/revoke")
def revoke(
    request: Request, store: Store, account: Administrator, name: Annotated[Plain, Form(max_length=200)]
) -> Response:
    """Revoke a token at once."""
    try:
        with store.begin() as tx:
            revoke_token(tx, account.organisation, name, now(), account.person)
    except NotFound:
        fault = _("No token of this name is in force any more.")
        return _page(request, store, account, fault=fault, status=404)
    return RedirectResponse("/admin/tokens?ended=1", 303)
