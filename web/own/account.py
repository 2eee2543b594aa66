"""The page of one's own account: roles, their rights, and open sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import NotFound
from rewards.language import gettext as _
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.people.rights import MEANINGS, TITLES
from rewards.people.sessions import OpenSession, end_other_sessions, end_session, sessions_of
from rewards.store.session import Database
from web.problems import COOKIE
from web.session import SignedIn, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
DONE = ("ended", "others")


@dataclass(frozen=True)
class AccountContext:
    """Page context: `roles`: their titles; `allowed`: descriptions of the rights they grant, in the order of the matrix.

    `sessions`: the current one first. `done`: what was just ended; `fault`: error message.
    """

    account: Account
    person: Person
    roles: list[str]
    allowed: list[str]
    sessions: list[OpenSession]
    done: str
    fault: str


def _page(
    request: Request, store: Database, account: Account, fault: str = "", status: int = 200
) -> Response:
    asked, held = request.query_params.get("done", ""), account.rights
    with store.read() as tx:
        context = AccountContext(
            account=account,
            person=get_person(tx, account.organisation, account.person),
            roles=[_(TITLES[role]) for role in account.roles if role in TITLES],
            allowed=[_(words) for right, words in MEANINGS.items() if right in held],
            sessions=sessions_of(
                tx, account.organisation, account.person, request.cookies.get(COOKIE, ""), now()
            ),
            done=asked if asked in DONE and not fault else "",
            fault=fault,
        )
    return page(request, "own/account.html", context, status)


@router.get("/account")
def own_account(request: Request, store: Store, account: SignedIn) -> Response:
    """The reader's account, roles and sessions."""
    return _page(request, store, account)


@router.post("/account/sessions/end")
def end(
    request: Request, store: Store, account: SignedIn, session: Annotated[str, Form(max_length=64)]
) -> Response:
    """End one session. Where it has ended already, the page says so with status 404."""
    try:
        with store.begin() as tx:
            end_session(tx, account.organisation, account.person, session, now())
    except NotFound as fault:
        return _page(request, store, account, str(fault), 404)
    return RedirectResponse("/account?done=ended", 303)


@router.post("/account/sessions/end-others")
def end_others(request: Request, store: Store, account: SignedIn) -> Response:
    """End all sessions except the current one."""
    with store.begin() as tx:
        end_other_sessions(tx, account.organisation, account.person, request.cookies.get(COOKIE, ""), now())
    return RedirectResponse("/account?done=others", 303)
