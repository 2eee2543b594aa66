"""Forecasts, their scores, recalibrations and what the programme brought, over the API."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from rewards.document import parse_data
from rewards.forecasts.recalibrations import (
    Recalibration,
    belief_of,
    decide,
    document_of,
    get_recalibration,
    list_recalibrations,
    propose,
    withdraw,
)
from rewards.jobs.queue import get_job
from rewards.language import said
from rewards.people.accounts import ApiToken
from rewards.store.results import get_result, latest_result, list_results
from rewards.store.session import Transaction
from sims.calibration.runs import LEAST_RUNS as LEAST_CALIBRATING
from sims.forecasting.posterior import Posterior
from sims.loop.asking import FEWEST_RUNS, KIND, MOST_RUNS, MOST_WEEKS, RUNS, ask_for_forecast
from sims.loop.brought import brought
from sims.loop.calibrating import MOST_RUNS as MOST_CALIBRATING
from sims.loop.calibrating import RUNS as CALIBRATING
from sims.loop.calibrating import ask_for_calibration
from sims.rehearsal.asking import Assumptions
from web.api.shared import IdempotencyKey, RowId, Strict, Words, actor_of, once, problems
from web.problems import Problem
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["forecasts"])
Strategist = Annotated[ApiToken, Depends(token_with("schemes:write", "admin"))]


class ForecastAsked(Strict):
    """The horizon, the number of runs, and the assumptions besides people, schemes and posterior."""

    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)] = 8
    runs: Annotated[int, Field(ge=FEWEST_RUNS, le=MOST_RUNS)] = RUNS
    assumptions: Assumptions = Assumptions()


class AskedOut(Strict):
    """The job that makes it; look under `/jobs/{id}`."""

    job: int
    status: str


class ForecastOut(Strict):
    """A published forecast. `forecast`: sealed, as `groundswell score` reads it; `score`: None while nothing of it is over."""

    id: int
    title: str
    published_at: datetime
    hash: str
    forecast: dict[str, Any] | None = None
    score: dict[str, Any] | None = None


class ForecastsOut(Strict):
    """The newest first, without their numbers."""

    forecasts: list[ForecastOut]


class RecalibrationOut(Strict):
    """A posterior that was proposed, and what became of it. `counts`: simulations go by it now; `posterior`: the document, of one alone."""

    id: int
    hash: str
    vectors: int
    parameters: int
    status: Literal["open", "accepted", "rejected", "withdrawn"]
    proposer: str
    proposed_at: datetime
    decider: str | None
    reason: str
    decided_at: datetime | None
    counts: bool
    posterior: dict[str, Any] | None = None


class RecalibrationsOut(Strict):
    """The newest first."""

    recalibrations: list[RecalibrationOut]


class Verdict(Strict):
    """A decision and its reason. `withdraw` revokes an acceptance."""

    decision: Literal["accept", "reject", "withdraw"]
    reason: Words


class Proposal(Strict):
    """A posterior as `groundswell calibrate` wrote it."""

    posterior: dict[str, Any]


class CalibrationAsked(Strict):
    """The number of model runs, and the assumptions besides people, schemes and history."""

    runs: Annotated[int, Field(ge=LEAST_CALIBRATING, le=MOST_CALIBRATING)] = CALIBRATING
    assumptions: Assumptions = Assumptions()


class BroughtOut(Strict):
    """Human clicks that would not have come, with the middle `percent` of what is possible. `label` says how far it can be trusted."""

    label: Literal["randomised", "calibrated", "general", "implausible"]
    against: Literal["nothing", "tool", "teams"]
    first: date
    last: date
    estimate: float
    low: float | None
    high: float | None
    percent: float
    clicks: float | None
    title: str
    recalibration: int | None


class BroughtsOut(Strict):
    """The most trustworthy first."""

    brought: list[BroughtOut]


@router.post(
    "/forecasts",
    summary="Have one made and published",
    status_code=202,
    response_model=AskedOut,
    responses=problems(404, 409),
)
def ask_forecast(
    request: Request, store: Store, token: Strategist, body: ForecastAsked, key: IdempotencyKey = None
) -> Response:
    """A worker makes it of everything known up to yesterday."""

    def work(tx: Transaction) -> tuple[int, AskedOut, dict[str, str]]:
        job = ask_for_forecast(
            tx, token.organisation, body.weeks, body.assumptions, body.runs, actor=actor_of(token), now=now()
        )
        status = get_job(tx, token.organisation, job).status
        return 202, AskedOut(job=job, status=status), {"Location": f"/api/v1/jobs/{job}"}

    return once(request, store, token, key, body, work=work)


@router.get("/forecasts", summary="Published forecasts", responses=problems())
def forecasts(store: Store, token: Strategist) -> ForecastsOut:
    """The newest first."""
    with store.read() as tx:
        found = list_results(tx, token.organisation, KIND, 50)
    return ForecastsOut(
        forecasts=[
            ForecastOut(
                id=one.id,
                title=one.title,
                published_at=one.saved_at,
                hash=json.loads(one.body_json)["forecast"]["hash"],
            )
            for one in found
        ]
    )


@router.get("/forecasts/{id}", summary="One, with its score", responses=problems(404))
def forecast(store: Store, token: Strategist, id: RowId) -> ForecastOut:
    """Sealed as it was published."""
    with store.read() as tx:
        found = get_result(tx, token.organisation, id)
        score = latest_result(tx, token.organisation, f"score:{id}")
    if found is None or found.kind != KIND:
        raise Problem(404, said("forecast {id}: was not published here; look at the list", id=id))
    body = json.loads(found.body_json)["forecast"]
    return ForecastOut(
        id=found.id,
        title=found.title,
        published_at=found.saved_at,
        hash=body["hash"],
        forecast=body,
        score=None if score is None else json.loads(score.body_json),
    )


@router.get("/recalibrations", summary="Recalibrations", responses=problems())
def recalibrations(store: Store, token: Strategist) -> RecalibrationsOut:
    """Proposed recalibrations and decisions."""
    with store.read() as tx:
        found, counts = list_recalibrations(tx, token.organisation, 50), _counting(tx, token)
    return RecalibrationsOut(recalibrations=[_recalibration(one, counts) for one in found])


@router.get("/recalibrations/{id}", summary="One, with its posterior", responses=problems(404))
def recalibration(store: Store, token: Strategist, id: RowId) -> RecalibrationOut:
    """The posterior as `--posterior` of every command takes it."""
    with store.read() as tx:
        return _whole(tx, token, id)


@router.post(
    "/recalibrations",
    summary="Propose one",
    status_code=201,
    response_model=RecalibrationOut,
    responses=problems(),
)
def bring(
    request: Request, store: Store, token: Strategist, body: Proposal, key: IdempotencyKey = None
) -> Response:
    """A proposal that waits for a decision; until then nothing uses it."""
    posterior = parse_data(body.posterior, Posterior, "posterior").model_dump(mode="json")

    def work(tx: Transaction) -> tuple[int, RecalibrationOut, dict[str, str]]:
        number = propose(tx, token.organisation, posterior, actor=actor_of(token), now=now())
        told = _recalibration(get_recalibration(tx, token.organisation, number), _counting(tx, token))
        return 201, told, {"Location": f"/api/v1/recalibrations/{number}"}

    return once(request, store, token, key, body, work=work)


@router.post(
    "/calibrations",
    summary="Have the model calibrated",
    status_code=202,
    response_model=AskedOut,
    responses=problems(404, 409),
)
def ask_calibration(
    request: Request, store: Store, token: Strategist, body: CalibrationAsked, key: IdempotencyKey = None
) -> Response:
    """A worker does it on what happened here up to yesterday, and proposes what it learns as a recalibration."""

    def work(tx: Transaction) -> tuple[int, AskedOut, dict[str, str]]:
        job = ask_for_calibration(
            tx, token.organisation, body.assumptions, body.runs, actor=actor_of(token), now=now()
        )
        status = get_job(tx, token.organisation, job).status
        return 202, AskedOut(job=job, status=status), {"Location": f"/api/v1/jobs/{job}"}

    return once(request, store, token, key, body, work=work)


@router.post("/recalibrations/{id}/decision", summary="Accept or reject one", responses=problems(404, 409))
def decision(store: Store, token: Strategist, id: RowId, body: Verdict) -> RecalibrationOut:
    """Once, with a reason that stays with it; forecasts go by the one accepted last."""
    org, actor = token.organisation, actor_of(token)
    with store.begin() as tx:
        if body.decision == "withdraw":
            withdraw(tx, org, id, body.reason, actor=actor, now=now())
        else:
            decide(tx, org, id, body.decision == "accept", body.reason, actor=actor, now=now())
        return _recalibration(get_recalibration(tx, org, id), _counting(tx, token))


@router.get("/brought", summary="What the program brought", responses=problems())
def what_it_brought(store: Store, token: Strategist) -> BroughtsOut:
    """After the fact: from rollouts drawn at random where there were any, else from the model."""
    with store.read() as tx:
        found = brought(tx, token.organisation, now())
    return BroughtsOut(brought=[BroughtOut.model_validate(one.as_json()) for one in found])


def _counting(tx: Transaction, token: ApiToken) -> int | None:
    """The recalibration that simulations go by."""
    found = belief_of(tx, token.organisation)
    return None if found is None else int(found["recalibration"])


def _whole(tx: Transaction, token: ApiToken, id: int) -> RecalibrationOut:
    told = _recalibration(get_recalibration(tx, token.organisation, id), _counting(tx, token))
    document = json.loads(document_of(tx, token.organisation, id))
    return told.model_copy(update={"posterior": document})


def _recalibration(one: Recalibration, counts: int | None) -> RecalibrationOut:
    return RecalibrationOut.model_validate(
        {
            "id": one.id,
            "hash": one.content_hash,
            "vectors": one.about["vectors"],
            "parameters": one.about["parameters"],
            "status": one.status,
            "proposer": one.actor,
            "proposed_at": one.proposed_at,
            "decider": one.decider,
            "reason": one.reason,
            "decided_at": one.decided_at,
            "counts": one.id == counts,
        }
    )
