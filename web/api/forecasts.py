"""Forecasts, their scores, recalibrations and what the programme brought, over the API."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from rewards.forecasts.recalibrations import Recalibration, decide, get_recalibration, list_recalibrations
from rewards.jobs.queue import get_job
from rewards.language import said
from rewards.people.accounts import ApiToken
from rewards.store.results import get_result, latest_result, list_results
from rewards.store.session import Transaction
from sims.loop.asking import FEWEST_RUNS, KIND, MOST_RUNS, MOST_WEEKS, RUNS, ask_for_forecast
from sims.loop.brought import brought
from sims.rehearsal.asking import Assumptions
from web.api.shared import IdempotencyKey, RowId, Strict, Words, actor_of, once, problems
from web.problems import Problem
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["forecasts"])
Strategist = Annotated[ApiToken, Depends(token_with("schemes:write", "admin"))]


class ForecastAsked(Strict):
    """How far ahead, from how many runs, and what is assumed beside people, schemes and posterior."""

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
    """A posterior that was proposed, and what became of it."""

    id: int
    hash: str
    vectors: int
    parameters: int
    status: Literal["open", "accepted", "rejected"]
    proposer: str
    proposed_at: datetime
    decider: str | None
    reason: str
    decided_at: datetime | None


class RecalibrationsOut(Strict):
    """The newest first."""

    recalibrations: list[RecalibrationOut]


class Verdict(Strict):
    """What is decided, and why."""

    decision: Literal["accept", "reject"]
    reason: Words


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
    """What was proposed, and what was decided."""
    with store.read() as tx:
        found = list_recalibrations(tx, token.organisation, 50)
    return RecalibrationsOut(recalibrations=[_recalibration(one) for one in found])


@router.post("/recalibrations/{id}/decision", summary="Accept or reject one", responses=problems(404, 409))
def decision(store: Store, token: Strategist, id: RowId, body: Verdict) -> RecalibrationOut:
    """Once, with a reason that stays with it; forecasts go by the one accepted last."""
    with store.begin() as tx:
        decide(
            tx,
            token.organisation,
            id,
            body.decision == "accept",
            body.reason,
            actor=actor_of(token),
            now=now(),
        )
        return _recalibration(get_recalibration(tx, token.organisation, id))


@router.get("/brought", summary="What the programme brought", responses=problems())
def what_it_brought(store: Store, token: Strategist) -> BroughtsOut:
    """After the fact: from rollouts drawn at random where there were any, else from the model."""
    with store.read() as tx:
        found = brought(tx, token.organisation, now())
    return BroughtsOut(brought=[BroughtOut.model_validate(one.as_json()) for one in found])


def _recalibration(one: Recalibration) -> RecalibrationOut:
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
        }
    )
