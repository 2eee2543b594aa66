"""Randomised rollouts over the API: power, registration, analysis, and stopping."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from rewards.jobs.queue import get_job, outcome_of
from rewards.language import said
from rewards.people.accounts import ApiToken
from rewards.rollout.rollouts import Rollout, get_rollout, list_rollouts, stop
from rewards.store.session import Transaction
from sims.rehearsal.asking import Assumptions
from sims.rollout.asking import FEWEST_RUNS, KIND, MOST_RUNS, RUNS, ask_for_power, opened
from sims.rollout.live import analysis_of, register
from sims.rollout.plan import Wish
from web.api.shared import IdempotencyKey, RowId, Strict, Words, actor_of, once, problems
from web.problems import Problem
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/rollouts", tags=["rollouts"])
Strategist = Annotated[ApiToken, Depends(token_with("schemes:write", "admin"))]


class PowerAsked(Strict):
    """Designs to be compared on the company's people. `draft`: its number, instead of the scheme in force."""

    designs: Annotated[list[Wish], Field(min_length=1, max_length=6)]
    draft: Annotated[int, Field(ge=1, le=2**53)] | None = None
    runs: Annotated[int, Field(ge=FEWEST_RUNS, le=MOST_RUNS)] = RUNS
    assumptions: Assumptions = Assumptions()


class PowerOut(Strict):
    """The progress of a power analysis. `power`: the interim result, as `groundswell rollout design --json` writes it."""

    job: int
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int
    total: int
    power: dict[str, Any] | None


class Registration(Strict):
    """A registration. `power`: the job that simulated this design; without it the analysis states that none was simulated."""

    design: Wish
    first: date
    title: Annotated[str, Field(min_length=1, max_length=200)]
    power: Annotated[int, Field(ge=1, le=2**53)] | None = None


class RolloutOut(Strict):
    """A rollout. `plan`: as it was registered, sealed; `analysis`: what may be shown of it now."""

    id: int
    title: str
    gives: Literal["programme", "digests"]
    status: Literal["waiting", "running", "over", "stopped"]
    first: date
    last: date
    hash: str
    registered_at: datetime
    stopped_at: datetime | None
    stop_reason: str
    plan: dict[str, Any] | None = None
    analysis: dict[str, Any] | None = None


class Rollouts(Strict):
    """The newest first, without plans and analyses."""

    rollouts: list[RolloutOut]


class Stop(Strict):
    """Why it is ended by hand; the reason stays with it."""

    reason: Words


def _out(found: Rollout, today: date, **more: Any) -> RolloutOut:
    return RolloutOut.model_validate(
        {
            "id": found.id,
            "title": found.title,
            "gives": found.gives,
            "status": found.standing(today),
            "first": found.first,
            "last": found.last,
            "hash": found.content_hash,
            "registered_at": found.registered_at,
            "stopped_at": found.stopped_at,
            "stop_reason": found.stop_reason,
            **more,
        }
    )


def _whole(tx: Transaction, organisation: str, number: int) -> RolloutOut:
    found = get_rollout(tx, organisation, number)
    return _out(found, now().date(), plan=json.loads(found.document), analysis=analysis_of(tx, found, now()))


@router.post(
    "/power",
    summary="Ask how sure designs would be",
    status_code=202,
    response_model=PowerOut,
    responses=problems(404, 409),
)
def ask_power(
    request: Request, store: Store, token: Strategist, body: PowerAsked, key: IdempotencyKey = None
) -> Response:
    """The workers simulate it; look again under `GET /rollouts/power/{id}`."""

    def work(tx: Transaction) -> tuple[int, PowerOut, dict[str, str]]:
        job = ask_for_power(
            tx, token.organisation, body.draft, body.designs, body.assumptions, runs=body.runs, actor=actor_of(token), now=now()
        )  # fmt: skip
        return 202, _power(tx, token.organisation, job), {"Location": f"{router.prefix}/power/{job}"}

    return once(request, store, token, key, body, work=work)


@router.get("/power/{id}", summary="How far it is, and what is known", responses=problems(404))
def power(store: Store, token: Strategist, id: RowId) -> PowerOut:
    """Numbers of each design, in the order asked for."""
    with store.read() as tx:
        return _power(tx, token.organisation, id)


def _power(tx: Transaction, organisation: str, id: int) -> PowerOut:
    job = get_job(tx, organisation, id)
    if job.kind != KIND:
        raise Problem(404, said("job {id}: is another kind of work", id=id))
    found = opened(outcome_of(tx, organisation, id)[0])
    return PowerOut.model_validate(
        {"job": id, "status": job.status, "done": job.done, "total": job.total, "power": found}
    )


@router.get("", summary="Rollouts", responses=problems())
def rollouts(store: Store, token: Strategist) -> Rollouts:
    """The newest first."""
    with store.read() as tx:
        return Rollouts(rollouts=[_out(one, now().date()) for one in list_rollouts(tx, token.organisation)])


@router.post(
    "",
    summary="Register one",
    status_code=201,
    response_model=RolloutOut,
    responses=problems(403, 404, 409),
)
def begin(
    request: Request, store: Store, token: Strategist, body: Registration, key: IdempotencyKey = None
) -> Response:
    """Chance draws the teams; from its first day on it carries itself out. Another one under way is a 409."""

    def work(tx: Transaction) -> tuple[int, RolloutOut, dict[str, str]]:
        expected = None if body.power is None else _simulated(tx, token.organisation, body.power, body.design)
        number = register(
            tx, token.organisation, body.design, body.first, title=body.title, expected=expected, actor=actor_of(token), now=now()
        )  # fmt: skip
        return 201, _whole(tx, token.organisation, number), {"Location": f"{router.prefix}/{number}"}

    return once(request, store, token, key, body, work=work)


def _simulated(tx: Transaction, organisation: str, id: int, design: Wish) -> dict[str, Any]:
    """The result of a job for a design. Raises Problem where it simulated another one, or is not done."""
    known = _power(tx, organisation, id)
    asked = design.model_dump(mode="json")
    found = known.power if known.status == "done" else None
    for wish, one in zip(found["wishes"], found["designs"], strict=True) if found else ():
        if wish == asked:
            return dict(one)
    raise Problem(
        422,
        said("power: job {id} did not simulate this very design to its end; name the one that did", id=id),
    )


@router.get("/{id}", summary="One, with its plan and what may be told of it", responses=problems(404))
def rollout(store: Store, token: Strategist, id: RowId) -> RolloutOut:
    """Before its last day is over nothing is shown of an effect."""
    with store.read() as tx:
        return _whole(tx, token.organisation, id)


@router.post("/{id}/stop", summary="End it by hand", responses=problems(404, 409))
def end(store: Store, token: Strategist, id: RowId, body: Stop) -> RolloutOut:
    """Stops the rollout: nobody is held back any more, and its analysis says so."""
    with store.begin() as tx:
        stop(tx, token.organisation, id, body.reason, actor=actor_of(token), now=now())
        return _whole(tx, token.organisation, id)
