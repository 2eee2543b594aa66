"""The administrator's pages of accounts: sign-ins with their roles; invitations, password resets, and their end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Fault, NotFound
from rewards.language import gettext as _
from rewards.language import msg
from rewards.people.account_desk import Listed, account_of, accounts, end_account, set_roles
from rewards.people.accounts import Account
from rewards.people.invitations import Link, invite, reset
from rewards.people.people import Person, get_person
from rewards.people.rights import ROLES, TITLES
from rewards.store.session import Database, Transaction
from web.problems import refused
from web.session import Administrator, Store, now
from web.slips import Handing, Slip, Way, sends_mail, slips
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
Roles = Annotated[list[Plain], Form(default_factory=list, max_length=len(ROLES))]
MOST_ID = 64
STATES = {
    "none": msg("no sign-in yet"),
    "invited": msg("invited"),
    "expired": msg("invitation over"),
    "active": msg("can sign in"),
    "ended": msg("sign-in ended"),
    "gone": msg("left"),
}
DONE = {"roles": msg("The roles are changed."), "ended": msg("The sign-in is ended, with all its sessions, links and tokens.")}  # fmt: skip


@dataclass(frozen=True)
class AccountsContext:
    """One page of accounts. `after`: cursor of the next page ('' at the end); `titles` and `states`: names of roles and states."""

    account: Account
    person: Person
    rows: list[Listed]
    search: str
    role: str
    after: str
    titles: dict[str, str]
    states: dict[str, str]
    fault: str


@dataclass(frozen=True)
class OneAccountContext:
    """One account. `chosen`: the roles ticked; `slips`: the link just created; `done`: the action just completed."""

    account: Account
    person: Person
    row: Listed
    chosen: list[str]
    titles: dict[str, str]
    states: dict[str, str]
    slips: list[Slip]
    mail: bool
    done: str
    fault: str


def _titles() -> dict[str, str]:
    return {role: _(title) for role, title in TITLES.items()}


def _states() -> dict[str, str]:
    return {state: _(words) for state, words in STATES.items()}


@router.get("/admin/accounts")
def listed(
    request: Request,
    store: Store,
    account: Administrator,
    search: Annotated[Plain, Query(max_length=200)] = "",
    role: Annotated[Plain, Query(max_length=32)] = "",
    after: Annotated[Plain, Query(max_length=MOST_ID)] = "",
) -> Response:
    """People with their accounts, by id."""
    org, fault = account.organisation, ""
    with store.read() as tx:
        try:
            rows, following = accounts(tx, org, now(), search, role, after=after)
        except BadValue as wrong:
            rows, following, fault = [], "", str(wrong)
        context = AccountsContext(
            account=account,
            person=get_person(tx, org, account.person),
            rows=rows,
            search=search,
            role=role,
            after=following,
            titles=_titles(),
            states=_states(),
            fault=fault,
        )
    return page(request, "admin/accounts.html", context, 422 if fault else 200)


def _one(
    request: Request,
    store: Database,
    account: Account,
    whom: str,
    fault: str = "",
    *,
    status: int = 200,
    chosen: list[str] | None = None,
    made: list[Slip] | None = None,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        row = account_of(tx, org, whom, now())
        context = OneAccountContext(
            account=account,
            person=get_person(tx, org, account.person),
            row=row,
            chosen=chosen if chosen is not None else list(row.roles or ("employee",)),
            titles=_titles(),
            states=_states(),
            slips=made or [],
            mail=sends_mail(request),
            done=_(DONE.get(request.query_params.get("done", ""), "")) if not fault and not made else "",
            fault=fault,
        )
    return page(request, "admin/account.html", context, status)


@router.get("/admin/accounts/{person}")
def one(request: Request, store: Store, account: Administrator, person: Plain) -> Response:
    """One person's account."""
    return _one(request, store, account, person)


@router.post("/admin/accounts/{person}/roles")
def roles(request: Request, store: Store, account: Administrator, person: Plain, role: Roles) -> Response:
    """Replace the account's roles."""
    try:
        with store.begin() as tx:
            set_roles(tx, account.organisation, person, role, now(), by=account)
    except NotFound:
        raise
    except Fault as fault:
        return _one(request, store, account, person, str(fault), status=refused(fault), chosen=role)
    return RedirectResponse(f"/admin/accounts/{person}?done=roles", 303)


@router.post("/admin/accounts/{person}/invitation")
def invitation(
    request: Request, store: Store, account: Administrator, way: Handing, person: Plain, role: Roles
) -> Response:
    """Invite a person with these roles; the link is shown only once."""
    return _handed(
        request, store, account, way, person,
        make=lambda tx: invite(tx, account.organisation, person, role, now(), by=account), chosen=role,
    )  # fmt: skip


@router.post("/admin/accounts/{person}/reset")
def another_password(
    request: Request, store: Store, account: Administrator, way: Handing, person: Plain
) -> Response:
    """Create a link to reset the password; it is shown only once."""
    return _handed(
        request, store, account, way, person,
        make=lambda tx: reset(tx, account.organisation, person, now(), account),
    )  # fmt: skip


def _handed(
    request: Request,
    store: Database,
    account: Account,
    way: Way,
    person: str,
    *,
    make: Callable[[Transaction], Link],
    chosen: list[str] | None = None,
) -> Response:
    try:
        with store.begin() as tx:
            made = slips(tx, account.organisation, [make(tx)], way.public, way.mail)
    except NotFound:
        raise
    except Fault as fault:
        return _one(request, store, account, person, str(fault), status=refused(fault), chosen=chosen)
    return _one(request, store, account, person, made=made)


@router.post("/admin/accounts/{person}/end")
def end(request: Request, store: Store, account: Administrator, person: Plain) -> Response:
    """End the account; the person can no longer sign in."""
    try:
        with store.begin() as tx:
            end_account(tx, account.organisation, person, now(), account)
    except NotFound:
        raise
    except Fault as fault:
        return _one(request, store, account, person, str(fault), status=refused(fault))
    return RedirectResponse(f"/admin/accounts/{person}?done=ended", 303)
