"""Employees' suggestions, and the content desk's decisions about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from rewards.content.answering import accept, decline
from rewards.content.suggestions import Suggestion, suggestions, suggestions_waiting
from rewards.faults import Fault, NotFound
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.store.session import Database
from web.content.desk import Reason, Writer
from web.content.grid import Reader
from web.problems import refused
from web.session import Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
MOST_ID = 2**63 - 1


@dataclass(frozen=True)
class QueueContext:
    """Page context: open suggestions from a number on; `typed`: the reason typed, by suggestion."""

    account: Account
    person: Person
    waiting: Sequence[Suggestion]
    after: int | None
    done: bool
    fault: str
    typed: dict[int, str]


def _page(
    request: Request,
    store: Database,
    account: Account,
    after: int = 0,
    fault: str = "",
    *,
    typed: dict[int, str] | None = None,
    status: int = 200,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        found, count = suggestions(tx, org, after=after), suggestions_waiting(tx, org)
        person = get_person(tx, org, account.person)
    more = found[-1].id if found and count > len(found) else None
    done = status == 200 and "done" in request.query_params
    context = QueueContext(account, person, found, more, done, fault, typed or {})
    return page(request, "content/suggestions.html", context, status)


@router.get("/content/suggestions")
def waiting(
    request: Request, store: Store, account: Reader, after: Annotated[int, Query(ge=0, le=MOST_ID)] = 0
) -> Response:
    """Open suggestions, oldest first."""
    return _page(request, store, account, after)


@router.post("/content/suggestions/{id}")
def answer(
    request: Request,
    store: Store,
    account: Writer,
    id: Annotated[int, Path(ge=1, le=MOST_ID)],
    decision: Annotated[Literal["accept", "decline"], Form()],
    reason: Reason = "",
) -> Response:
    """Accept a suggestion, which creates a draft, or decline it with a reason."""
    org = account.organisation
    try:
        with store.begin() as tx:
            if decision == "decline":
                decline(tx, org, id, account.person, reason, now=now())
                return RedirectResponse("/content/suggestions?done=1", 303)
            draft = accept(tx, org, id, account.person, reason, now=now())
    except NotFound:
        raise
    except Fault as fault:
        return _page(request, store, account, 0, str(fault), typed={id: reason}, status=refused(fault))
    return RedirectResponse(f"/content/items/{draft.item.id}/edit", 303)
