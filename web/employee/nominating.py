"""Naming a colleague for an award, from the page of thanks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault
from rewards.nominations.nominations import nominate, withdraw
from web.employee.routes import MOST_ID, thanks_page
from web.problems import refused
from web.session import Employee, Store, now
from web.text import MOST_REASON, MOST_TYPED, Plain, within

router = APIRouter(include_in_schema=False)


@router.post("/nominations")
def name(
    request: Request,
    store: Store,
    account: Employee,
    award: Annotated[Plain, Form(max_length=64)],
    nominee: Annotated[Plain, Form(max_length=64)],
    reason: Annotated[Plain, Form(max_length=MOST_TYPED)],
) -> Response:
    """Name somebody. A form sent twice names once."""
    try:
        within(reason, MOST_REASON, "reason")
        with store.begin() as tx:
            nominate(tx, account.organisation, account.person, award, nominee, reason, now())
    except Fault as fault:
        return thanks_page(
            request,
            store,
            account,
            naming_fault=str(fault),
            reason=reason,
            chosen=[nominee],
            status=refused(fault),
        )
    return RedirectResponse("/thanks?named=1#awards", 303)


@router.post("/nominations/{id}/withdraw")
def take_back(
    request: Request, store: Store, account: Employee, id: Annotated[int, Path(ge=1, le=MOST_ID)]
) -> Response:
    """Take one's own nomination back."""
    try:
        with store.begin() as tx:
            withdraw(tx, account.organisation, account.person, id, now())
    except Fault as fault:
        return thanks_page(request, store, account, naming_fault=str(fault), status=409)
    return RedirectResponse("/thanks#awards", 303)
