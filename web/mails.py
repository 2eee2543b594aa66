"""Targets of links in mails: unsubscribing without signing in (RFC 8058), and pages reached from a digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.content.content import get_item
from rewards.digests import visit
from rewards.faults import NotFound
from rewards.language import said
from rewards.mail.choices import unsubscribe
from rewards.people.accounts import Account
from rewards.store.session import Transaction
from web.problems import Problem
from web.session import Employee, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
MOST_TOKEN = 200
Token = Annotated[str, Path(max_length=MOST_TOKEN)]
Item = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9._-]{1,64}$")]


@dataclass(frozen=True)
class UnsubscribeContext:
    """Page context; `done`: the kind of mail was ended."""

    token: str
    done: bool


@router.get("/mail/unsubscribe/{token}")
def ask(request: Request, token: Token) -> Response:
    """A page with one button: a program that follows links in mails unsubscribes nobody."""
    return page(request, "unsubscribe.html", UnsubscribeContext(token, done=False))


@router.post("/mail/unsubscribe/{token}")
def leave_list(request: Request, store: Store, token: Token) -> Response:
    """Unsubscribe the token's person from this kind of mail. Idempotent."""
    with store.begin() as tx:
        if not unsubscribe(tx, token, now()):
            raise Problem(404, said("this link is not whole; open it from the mail again"))
    return page(request, "unsubscribe.html", UnsubscribeContext(token, done=True))


def _by_digest(store: Store, account: Account, token: str) -> None:
    with store.begin() as tx:
        visit(tx, account.organisation, account.person, token, now())


@router.get("/digest/{token}")
def open_page(store: Store, account: Employee, token: Token) -> Response:
    """Redirect to the reader's start page, as a visit from a digest."""
    _by_digest(store, account, token)
    return RedirectResponse("/", 303)


@router.get("/digest/{token}/{item}")
def open_item(store: Store, account: Employee, token: Token, item: Item) -> Response:
    """An item named in a digest, ready to share if allowed; the start page where it is gone."""
    _by_digest(store, account, token)
    with store.read() as tx:
        return RedirectResponse(_place(tx, account.organisation, item), 303)


def _place(tx: Transaction, organisation: str, item: str) -> str:
    try:
        found = get_item(tx, organisation, item)
    except NotFound:
        return "/"
    open_to = [name for name, channel in found.channels.items() if channel.status != "red"]
    return f"/share/{item}/{open_to[0]}" if open_to else "/"
