"""The page of one's own sign-in: which roles one has, and what they allow."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.language import gettext as _
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.people.rights import MEANINGS, TITLES
from web.session import SignedIn, Store
from web.templating import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class AccountContext:
    """`roles` have their titles; `allowed` says in words what they allow, in the order of the matrix."""

    account: Account
    person: Person
    roles: list[str]
    allowed: list[str]


@router.get("/account")
def own_account(request: Request, store: Store, account: SignedIn) -> Response:
    """Who is signed in, with which roles."""
    held = account.rights
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
    roles = [_(TITLES[role]) for role in account.roles if role in TITLES]
    allowed = [_(words) for right, words in MEANINGS.items() if right in held]
    return page(request, "own/account.html", AccountContext(account, person, roles, allowed))
