"""Nominating a colleague for an award, from the page of thanks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Fault
from rewards.nominations.nominations import nominate, withdraw
from rewards.people.directory import MOST_QUERY_CHARACTERS
from web.employee.routes import MOST_ID, Typed, thanks_page
from web.problems import refused
from web.session import Employee, Store, now
from web.text import MOST_REASON, MOST_TYPED, Plain, within

router = APIRouter(include_in_schema=False)
Name = Annotated[Plain, Form(max_length=64)]


@router.post("/nominations/find")
def find(
    request: Request,
    store: Store,
    account: Employee,
    find: Annotated[Plain, Form(max_length=MOST_QUERY_CHARACTERS)] = "",
    award: Name = "",
    nominee: Name = "",
    reason: Annotated[Plain, Form(max_length=MOST_TYPED)] = "",
) -> Response:
    """The nomination form with matching colleagues, for browsers without JavaScript."""
    typed = Typed(reason=reason, nominee=nominee, award=award, find=find, asking="nominee")
    return thanks_page(request, store, account, typed=typed)


@router.post("/nominations")
def name(
    request: Request,
    store: Store,
    account: Employee,
    award: Name,
    reason: Annotated[Plain, Form(max_length=MOST_TYPED)],
    nominee: Name = "",
    find: Annotated[Plain, Form(max_length=MOST_QUERY_CHARACTERS)] = "",
) -> Response:
    """Nominate a colleague. Posting a form twice nominates once."""
    typed = Typed(reason=reason, nominee=nominee, award=award, find=find, asking="nominee")
    try:
        within(reason, MOST_REASON, "reason")
        if not nominee:
            raise BadValue("colleague: nobody is chosen; find somebody by name and choose them")
        with store.begin() as tx:
            nominate(tx, account.organisation, account.person, award, nominee, message=reason, now=now())
    except Fault as fault:
        return thanks_page(
            request, store, account, naming_fault=str(fault), typed=typed, status=refused(fault)
        )
    return RedirectResponse("/thanks?named=1#awards", 303)


@router.post("/nominations/{id}/withdraw")
def take_back(
    request: Request, store: Store, account: Employee, id: Annotated[int, Path(ge=1, le=MOST_ID)]
) -> Response:
    """Withdraw one's own nomination."""
    try:
        with store.begin() as tx:
            withdraw(tx, account.organisation, account.person, id, now())
    except Fault as fault:
        return thanks_page(request, store, account, naming_fault=str(fault), status=409)
    return RedirectResponse("/thanks#awards", 303)
