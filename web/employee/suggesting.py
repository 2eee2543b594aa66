"""Suggesting an item, or a text for an item, and the content desk's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from rewards.content.content import ContentItem, item_for
from rewards.content.suggestions import Suggestion, suggest, suggestions_of
from rewards.faults import Fault, NotFound
from rewards.people.accounts import Account
from rewards.people.people import Person, find_row, get_person
from rewards.store.session import Database
from web.problems import refused
from web.session import Employee, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(include_in_schema=False)
Typed = Annotated[Plain, Form(max_length=MOST_TYPED)]


@dataclass(frozen=True)
class SuggestContext:
    """Page context: the form with its values and error message, and the reader's suggestions. `item`: the item of a suggested text."""

    account: Account
    person: Person
    item: ContentItem | None
    mine: Sequence[Suggestion]
    url: str
    title: str
    words: str
    sent: bool
    fault: str


def _page(
    request: Request,
    store: Database,
    account: Account,
    item: str = "",
    url: str = "",
    *,
    title: str = "",
    words: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    org, me = account.organisation, account.person
    with store.read() as tx:
        about = item_for(tx, org, find_row(tx, org, me), item) if item else None
        context = SuggestContext(
            account, get_person(tx, org, me), about, suggestions_of(tx, org, me), url, title, words,
            status == 200 and "sent" in request.query_params, fault,
        )  # fmt: skip
    return page(request, "employee/suggest.html", context, status)


@router.get("/suggest")
def form(
    request: Request, store: Store, account: Employee, item: Annotated[Plain, Query(max_length=64)] = ""
) -> Response:
    """The form for a new item or for a text of an existing one."""
    return _page(request, store, account, item)


@router.post("/suggest")
def send(
    request: Request,
    store: Store,
    account: Employee,
    item: Typed = "",
    url: Typed = "",
    title: Typed = "",
    words: Typed = "",
) -> Response:
    """Submit the suggestion to the content desk."""
    try:
        with store.begin() as tx:
            suggest(
                tx,
                account.organisation,
                account.person,
                now(),
                url=url,
                title=title,
                words=words,
                item=item or None,
            )
    except NotFound:
        raise
    except Fault as fault:
        return _page(
            request,
            store,
            account,
            item,
            url,
            title=title,
            words=words,
            fault=str(fault),
            status=refused(fault),
        )
    return RedirectResponse("/suggest?sent=1", 303)
