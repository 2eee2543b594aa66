"""HR's page of awards by nomination: nominees with their reasons, and the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault
from rewards.fields import Day
from rewards.nominations.decisions import RoundView, decide_round, rounds_decided, rounds_to_decide
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.store.session import Database
from web.problems import refused
from web.session import Reviewer, Store, now
from web.templating import page
from web.text import MOST_REASON, MOST_TYPED, Plain, within

router = APIRouter(include_in_schema=False)
MOST_WINNERS = 1000


@dataclass(frozen=True)
class NominationsContext:
    """Page context: undecided and decided rounds, with the error message and the words typed."""

    account: Account
    person: Person
    rounds: Sequence[RoundView]
    decided: Sequence[RoundView]
    fault: str
    words: str
    done: bool


def _page(
    request: Request,
    store: Database,
    account: Account,
    fault: str = "",
    words: str = "",
    *,
    status: int = 200,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        context = NominationsContext(
            account=account,
            person=get_person(tx, org, account.person),
            rounds=rounds_to_decide(tx, org, now()),
            decided=rounds_decided(tx, org, now()),
            fault=fault,
            words=words,
            done=status == 200 and "decided" in request.query_params,
        )
    return page(request, "hr/nominations.html", context, status)


@router.get("/hr/nominations")
def nominations(request: Request, store: Store, account: Reviewer) -> Response:
    """Rounds that wait for a decision, that are open, and that were decided."""
    return _page(request, store, account)


@router.post("/hr/nominations")
def decide(
    request: Request,
    store: Store,
    account: Reviewer,
    award: Annotated[Plain, Form(max_length=64)],
    first_day: Annotated[Day, Form()],
    reason: Annotated[Plain, Form(max_length=MOST_TYPED)],
    winners: Annotated[list[Plain] | None, Form(max_length=MOST_WINNERS)] = None,
) -> Response:
    """Decide a round; a round is decided once."""
    org, chosen = account.organisation, winners or []
    try:
        within(reason, MOST_REASON, "reason")
        with store.begin() as tx:
            decide_round(tx, org, award, first_day, chosen, actor=account.person, reason=reason, now=now())
    except Fault as fault:
        return _page(request, store, account, fault=str(fault), words=reason, status=refused(fault))
    return RedirectResponse("/hr/nominations?decided=1", 303)
