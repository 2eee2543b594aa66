"""Recalibrations: a posterior is uploaded or computed, reviewed, and accepted, rejected or withdrawn by a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from rewards.document import DocumentError
from rewards.faults import BadValue, Fault, NotFound
from rewards.forecasts.recalibrations import (
    Recalibration,
    belief_of,
    decide,
    document_of,
    get_recalibration,
    propose,
    withdraw,
)
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.store.session import Database
from sims.forecasting.posterior import posterior_of_bytes, units
from web.loop.forecasts import PATH as FORECASTS
from web.loop.forecasts import room
from web.loop.posterior_view import PosteriorView, view_of
from web.problems import refused
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page
from web.text import MOST_REASON, Plain
from web.uploads import printable, sent_file

router = APIRouter(include_in_schema=False)
PATH = FORECASTS + "/recalibrations"
MOST_ID = 2**53
Id = Annotated[int, Path(ge=1, le=MOST_ID)]


@dataclass(frozen=True)
class RecalibrationContext:
    """Page context of one proposal and its content; `counts`: simulations use it now."""

    account: Account
    person: Person
    one: Recalibration
    view: PosteriorView
    warnings: Sequence[str]
    names: Mapping[str, str]
    counts: bool
    reason: str
    fault: str
    mine: bool


@router.post(PATH)
async def bring(request: Request, store: Store, account: Rehearser) -> Response:
    """Propose an uploaded posterior of `groundswell calibrate`. The body is read only after authorisation."""
    name, data = await sent_file(request, most_fields=2)
    return await run_in_threadpool(_bring, request, store, account, printable(name[-80:]), data)


def _bring(request: Request, store: Database, account: Account, name: str, data: bytes) -> Response:
    try:
        if not data:
            raise BadValue("no file came, or an empty one; choose what `groundswell calibrate --out` wrote")
        posterior = posterior_of_bytes(data, name or "posterior")
        with store.begin() as tx:
            number = propose(
                tx,
                account.organisation,
                posterior.model_dump(mode="json"),
                actor=account.person,
                now=now(),
            )
    except DocumentError as error:
        return room(request, store, account, str(error))
    except Fault as fault:
        return room(request, store, account, str(fault), status=refused(fault))
    return RedirectResponse(f"{PATH}/{number}", 303)


@router.get(PATH + "/{id}")
def shown(request: Request, store: Store, account: ForecastReader, id: Id) -> Response:
    """One recalibration: its content and decisions."""
    return _page(request, store, account, id)


def _page(
    request: Request,
    store: Database,
    account: Account,
    id: int,
    reason: str = "",
    *,
    fault: str = "",
    status: int = 200,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        found = get_recalibration(tx, org, id)
        believed = belief_of(tx, org)
        context = RecalibrationContext(
            account=account,
            person=get_person(tx, org, account.person),
            one=found,
            view=view_of(json.loads(document_of(tx, org, id)), units()),
            warnings=found.about["warnings"],
            names=names_of(tx, org, {found.actor, *([found.decider] if found.decider else [])}),
            counts=believed is not None and believed["recalibration"] == id,
            reason=reason,
            fault=fault,
            mine=account.may(Right.REHEARSE),
        )
    return page(request, "loop/recalibration.html", context, status)


@router.post(PATH + "/{id}")
def decide_one(
    request: Request,
    store: Store,
    account: Rehearser,
    id: Id,
    decision: Annotated[Literal["accept", "reject", "withdraw"], Form()],
    reason: Annotated[Plain, Form(max_length=4 * MOST_REASON)] = "",
) -> Response:
    """Accept or reject a proposal, or withdraw an acceptance, with a reason that is recorded."""
    org, me = account.organisation, account.person
    try:
        with store.begin() as tx:
            if decision == "withdraw":
                withdraw(tx, org, id, reason, actor=me, now=now())
            else:
                decide(tx, org, id, decision == "accept", reason, actor=me, now=now())
    except NotFound:
        raise
    except Fault as fault:
        return _page(request, store, account, id, reason, fault=str(fault), status=refused(fault))
    return RedirectResponse(f"{PATH}/{id}", 303)


@router.get(PATH + "/{id}/posterior.json")
def file(store: Store, account: ForecastReader, id: Id) -> Response:
    """The posterior as JSON, the input of every command's `--posterior`."""
    with store.read() as tx:
        text = document_of(tx, account.organisation, id)
    headers = {"Content-Disposition": f'attachment; filename="posterior-{id}.json"'}
    return Response(text + "\n", media_type="application/json", headers=headers)
