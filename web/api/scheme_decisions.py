"""Rehearsing and deciding over the API: the same queue and the same gate that the pages have."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from rewards.faults import Conflict, NotFound
from rewards.jobs.queue import Job, cancel, get_job, jobs_before, outcome_of
from rewards.publishing.conditions import conditions
from rewards.publishing.drafts import get_draft
from rewards.publishing.gate import (
    Decision,
    approve,
    decline,
    get_decision,
    list_decisions,
    propose,
)
from rewards.store.session import Transaction
from sims.rehearsal.asking import Assumptions, ask_for_rehearsal
from web.api.scheme_models import Publication, SchemeOut, Why, version_out
from web.api.schemes import Author, SchemeId, draft_number, in_force_now, plan_of
from web.api.shared import IdempotencyKey, RowId, Strict, actor_of, once, person_of, problems
from web.jobs import is_told, page_of
from web.session import Store, now

router = APIRouter(prefix="/api/v1", tags=["schemes"])


class Rehearsal(Strict):
    """Other drafts to rehearse with this one, whether to add the scheme in force, and the assumptions."""

    beside: Annotated[list[SchemeId], Field(max_length=5)] = Field(default_factory=list)
    live: bool = True
    assumptions: Assumptions = Assumptions()


class JobOut(Strict):
    """Long work. `seconds_left`: None where it is not known; `ahead`: jobs that are taken before it; `result`: the page on which people
    read what it gave, `numbers`: where a token reads them, once it is done."""

    id: int
    kind: str
    title: str
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    seconds_left: float | None
    ahead: int
    fault: str
    result: str | None
    numbers: str | None


class ConditionOut(Strict):
    """One thing that the gate asks for."""

    name: str
    kept: bool
    words: str


class DecisionOut(Strict):
    """A proposal and what became of it. `forecast`: human clicks more than doing nothing, median and the middle 80 % of the runs;
    `posterior`: what these went by, and `recalibration` its number where the company accepted it.
    """

    id: int
    draft: str
    hash: str
    status: str
    mode: str
    effective_at: datetime
    reason: str
    exception: str
    proposer: str
    proposed_at: datetime
    decider: str | None
    words: str
    decided_at: datetime | None
    past_gate: bool
    forecast: tuple[float, float, float] | None
    posterior: str | None
    recalibration: int | None
    published_as: str | None


class Decisions(Strict):
    """Decisions, the newest first."""

    decisions: list[DecisionOut]


class Gate(Strict):
    """The status of a draft at the gate."""

    conditions: list[ConditionOut]


@router.post(
    "/schemes/{id}/rehearse",
    status_code=202,
    response_model=JobOut,
    summary="Rehearse a draft",
    responses=problems(400, 403, 404, 409),
)
def rehearse(
    request: Request, store: Store, token: Author, id: SchemeId, body: Rehearsal, key: IdempotencyKey = None
) -> Response:
    """A worker carries it out; the draft counts as rehearsed when the job is done."""
    drafts = [draft_number(one) for one in (id, *body.beside)]

    def work(tx: Transaction) -> tuple[int, JobOut, dict[str, str]]:
        at = now()
        number = ask_for_rehearsal(
            tx, token.organisation, drafts, body.live, body.assumptions, actor=actor_of(token), now=at
        )
        found = get_job(tx, token.organisation, number)
        return 202, _job(tx, token.organisation, found), {"Location": f"/api/v1/jobs/{number}"}

    return once(request, store, token, key, body, work=work)


@router.get("/jobs/{id}", summary="How far long work is", responses=problems(404))
def job(store: Store, token: Author, id: RowId) -> JobOut:
    """Ask again until `status` is done, failed or cancelled."""
    with store.read() as tx:
        return _job(tx, token.organisation, get_job(tx, token.organisation, id))


@router.get("/jobs/{id}/result", summary="What long work gave", responses=problems(404, 409))
def numbers(store: Store, token: Author, id: RowId) -> dict[str, Any]:
    """The whole JSON that is kept for good; 409 until the work is done."""
    with store.read() as tx:
        found = get_job(tx, token.organisation, id)
        text, kept = outcome_of(tx, token.organisation, id)
    if not is_told(found):
        raise NotFound("job {job}: not in this organisation; look at the list of jobs", job=id)
    if kept is None:
        raise Conflict(
            "job {job}: is {status} and has no result; ask for it when the job is done",
            job=id,
            status=found.status,
        )
    body: dict[str, Any] = json.loads(text)
    return body


@router.post("/jobs/{id}/cancel", summary="End long work", responses=problems(404, 409))
def end(store: Store, token: Author, id: RowId) -> JobOut:
    """One that waits ends at once, one that runs within a second."""
    with store.begin() as tx:
        cancel(tx, token.organisation, id, actor_of(token), now())
        return _job(tx, token.organisation, get_job(tx, token.organisation, id))


@router.get("/schemes/{id}/gate", summary="What is missing", responses=problems(404, 409))
def gate(store: Store, token: Author, id: SchemeId) -> Gate:
    """As if it were to count as soon as everybody can be notified."""
    with store.read() as tx:
        draft = get_draft(tx, token.organisation, draft_number(id))
        found = conditions(tx, token.organisation, draft, plan_of(Publication(reason="-"), now()), now())
    return Gate(conditions=[ConditionOut(name=one.name, kept=one.kept, words=one.words) for one in found])


@router.post(
    "/schemes/{id}/propose",
    status_code=201,
    response_model=DecisionOut,
    summary="Ask for the second person's yes",
    responses=problems(400, 403, 404, 409),
)
def propose_draft(
    request: Request,
    store: Store,
    token: Author,
    id: SchemeId,
    body: Publication,
    key: IdempotencyKey = None,
) -> Response:
    """403 says everything that is missing."""
    number = draft_number(id)

    def work(tx: Transaction) -> tuple[int, DecisionOut, dict[str, str]]:
        at = now()
        made = propose(tx, token.organisation, number, plan_of(body, at), actor_of(token), now=at)
        return 201, _out(made), {"Location": f"/api/v1/scheme-decisions/{made.id}"}

    return once(request, store, token, key, body, work=work)


@router.get("/scheme-decisions", summary="Decisions about schemes", responses=problems())
def listed(
    store: Store,
    token: Author,
    status: Annotated[Literal["open", "published", "declined", "withdrawn"] | None, Query()] = None,
) -> Decisions:
    """The newest 50."""
    with store.read() as tx:
        return Decisions(decisions=[_out(one) for one in list_decisions(tx, token.organisation, status)])


@router.get("/scheme-decisions/{id}", summary="One decision", responses=problems(404))
def one(store: Store, token: Author, id: RowId) -> DecisionOut:
    """With its forecast, who decided, and why."""
    with store.read() as tx:
        return _out(get_decision(tx, token.organisation, id))


@router.post(
    "/scheme-decisions/{id}/approve",
    status_code=201,
    response_model=SchemeOut,
    summary="Agree, and publish",
    responses=problems(400, 403, 404, 409),
)
def agree(
    request: Request, store: Store, token: Author, id: RowId, body: Why, key: IdempotencyKey = None
) -> Response:
    """The token has to speak for somebody who may approve schemes, and who neither wrote nor proposed this one."""
    person = person_of(token)

    def work(tx: Transaction) -> tuple[int, SchemeOut, dict[str, str]]:
        version = approve(tx, token.organisation, id, person, body.reason, now=now())
        told = version_out(version, in_force_now(tx, token.organisation), whole=True)
        return 201, told, {"Location": f"/api/v1/schemes/{told.id}"}

    return once(request, store, token, key, body, work=work)


@router.post(
    "/scheme-decisions/{id}/decline", summary="Decline, or withdraw", responses=problems(403, 404, 409)
)
def refuse(store: Store, token: Author, id: RowId, body: Why) -> DecisionOut:
    """The proposer withdraws a proposal; others need the right to approve schemes."""
    with store.begin() as tx:
        return _out(decline(tx, token.organisation, id, actor_of(token), body.reason, now=now()))


def _job(tx: Transaction, organisation: str, found: Job) -> JobOut:
    return JobOut(
        id=found.id,
        kind=found.kind,
        title=found.title,
        status=found.status,
        done=found.done,
        total=found.total,
        seconds_left=found.seconds_left(now()),
        ahead=jobs_before(tx, organisation, found.id),
        fault=found.fault,
        result=None if found.result is None else page_of(tx, organisation, found),
        numbers=None if found.result is None or not is_told(found) else f"/api/v1/jobs/{found.id}/result",
    )


def _out(found: Decision) -> DecisionOut:
    return DecisionOut(
        id=found.id,
        draft=f"d{found.draft}",
        hash=found.hash,
        status=found.status,
        mode=found.plan.mode,
        effective_at=found.plan.effective_at,
        reason=found.plan.reason,
        exception=found.plan.exception,
        proposer=found.proposer,
        proposed_at=found.proposed_at,
        decider=found.decider,
        words=found.words,
        decided_at=found.decided_at,
        past_gate=found.past_gate,
        forecast=None if found.forecast is None else found.forecast.clicks,
        posterior=None if found.forecast is None else found.forecast.posterior or None,
        recalibration=None if found.forecast is None else found.forecast.recalibration,
        published_as=None if found.version is None else f"v{found.version}",
    )
