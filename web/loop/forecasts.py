"""Forecasts of the live program.

Forecasts published and sealed, their scores with misses first, and recalibrations for people to decide about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault
from rewards.forecasts.recalibrations import Recalibration, belief_of, list_recalibrations
from rewards.jobs.queue import DONE, Job, cancel, get_job, jobs_before, list_jobs
from rewards.language import gettext as _
from rewards.language import said
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.store.results import StoredResult, get_result, latest_result, list_results
from rewards.store.session import Database, Transaction
from sims.loop.asking import DRIFT_WEEKS, KIND, RUNS, ask_for_forecast
from sims.rehearsal.asking import Assumptions
from sims.rehearsal.measured import measured
from web.beliefs import recalibration_of, went_by
from web.loop.brought_words import BroughtRow, brought_rows
from web.loop.forecast_view import (
    NAIVE,
    PERCENTS,
    TITLES,
    OutcomeChart,
    ScoreRow,
    chart_of,
    miss_of,
    score_row,
)
from web.loop.typed import whole
from web.problems import Problem, refused
from web.progress import progress_of
from web.rehearsal.sheets import sheet
from web.sealed import GENERAL, in_words
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
PATH = "/forecasts"
MOST_ID = 2**53
MOST_SHOWN = 10
USUAL_WEEKS = 8
Id = Annotated[int, Path(ge=1, le=MOST_ID)]


@dataclass(frozen=True)
class PublishedRow:
    """A published forecast: `missed` of `points` scored weekly numbers lie outside their 90 % interval (None: not scored yet)."""

    id: int
    title: str
    published_at: datetime
    first: date
    weeks: int
    points: int
    missed: int | None
    over: bool


@dataclass(frozen=True)
class ForecastsContext:
    """Page context. `drift`: outcomes that drift from the forecast; `under_way`: forecast jobs with their progress.

    `believed`: the accepted recalibration used by simulations (None: published findings alone).
    """

    account: Account
    person: Person
    published: Sequence[PublishedRow]
    under_way: Sequence[tuple[Job, str]]
    drift: Sequence[str]
    recalibrations: Sequence[Recalibration]
    believed: int | None
    names: Mapping[str, str]
    brought: Sequence[BroughtRow]
    weeks: str
    runs: str
    fault: str
    mine: bool


@dataclass(frozen=True)
class ForecastContext:
    """Page context of one published forecast and its score."""

    account: Account
    person: Person
    title: str
    id: int
    forecast: Mapping[str, Any]
    cut_off: date | None
    published_at: datetime
    charts: Sequence[OutcomeChart]
    misses: Sequence[tuple[str, date, str, str, str]]
    scores: Sequence[ScoreRow]
    naive: Sequence[str]
    scored: bool
    over: bool
    not_scored: Sequence[str]
    warnings: Sequence[str]
    went_by: str
    recalibration: int | None


def room(
    request: Request,
    store: Database,
    account: Account,
    fault: str = "",
    *,
    status: int = 422,
    weeks: str = "",
    runs: str = "",
) -> Response:
    """The page of forecasts; `fault` is a one-line error message, returned with `status`."""
    org = account.organisation
    with store.read() as tx:
        published = list_results(tx, org, KIND, MOST_SHOWN)
        scores = {one.id: score_of(tx, org, one.id) for one in published}
        jobs = [job for job in list_jobs(tx, org, KIND, MOST_SHOWN) if job.status != DONE]
        proposals = list_recalibrations(tx, org)
        belief = belief_of(tx, org)
        people = {one.actor for one in proposals} | {one.decider for one in proposals if one.decider}
        context = ForecastsContext(
            account=account,
            person=get_person(tx, org, account.person),
            published=[_published(one, scores[one.id]) for one in published],
            under_way=[(job, progress_of(job, jobs_before(tx, org, job.id))) for job in jobs],
            drift=drifting(tx, org),
            recalibrations=proposals,
            believed=None if belief is None else belief["recalibration"],
            names=names_of(tx, org, people),
            brought=brought_rows(tx, org, now()),
            weeks=weeks or str(USUAL_WEEKS),
            runs=runs or str(RUNS),
            fault=fault,
            mine=account.may(Right.REHEARSE),
        )
    return page(request, "loop/forecasts.html", context, status if fault else 200)


@router.get(PATH)
def forecasts(request: Request, store: Store, account: ForecastReader) -> Response:
    """Published forecasts, their scores, and proposed recalibrations."""
    return room(request, store, account)


@router.post(PATH)
def publish(
    request: Request,
    store: Store,
    account: Rehearser,
    weeks: Annotated[Plain, Form(max_length=40)] = "",
    runs: Annotated[Plain, Form(max_length=40)] = "",
) -> Response:
    """Queue a forecast job; the forecast is published when the job ends."""
    try:
        ahead = whole("weeks", weeks.strip(), 1, 26) if weeks.strip() else USUAL_WEEKS
        count = whole("runs", runs.strip(), 20, 400) if runs.strip() else RUNS
        with store.begin() as tx:
            assumed = Assumptions.model_validate(measured(tx, account.organisation, now()).values)
            ask_for_forecast(tx, account.organisation, ahead, assumed, count, actor=account.person, now=now())
    except Fault as fault:
        return room(request, store, account, str(fault), status=refused(fault), weeks=weeks, runs=runs)
    return RedirectResponse(PATH, 303)


@router.post(PATH + "/jobs/{id}/cancel")
def end(store: Store, account: Rehearser, id: Id) -> Response:
    """Cancel a forecast job."""
    with store.begin() as tx:
        job = get_job(tx, account.organisation, id)
        if job.kind != KIND:
            raise Problem(404, said("job {id}: is another kind of work", id=id))
        cancel(tx, account.organisation, id, account.person, now())
    return RedirectResponse(PATH, 303)


@router.get(PATH + "/{id}")
def forecast(request: Request, store: Store, account: ForecastReader, id: Id) -> Response:
    """One published forecast."""
    with store.read() as tx:
        kept = _kept(tx, account.organisation, id)
        score = score_of(tx, account.organisation, id)
        person = get_person(tx, account.organisation, account.person)
    whole_body = json.loads(kept.body_json)
    body = whole_body["forecast"]
    cut = body["provenance"]["cut_off"]
    outcomes = {} if score is None else score["outcomes"]
    naive = list(dict.fromkeys(name for one in outcomes.values() for name in one["skill"]))
    context = ForecastContext(
        account=account,
        person=person,
        title=kept.title,
        id=id,
        forecast=body,
        cut_off=None if cut is None else date.fromisoformat(cut),
        published_at=kept.saved_at,
        charts=[chart_of(name, body, outcomes.get(name)) for name in body["weekly"]],
        misses=[] if score is None else [miss_of(one, body) for one in score["misses"]],
        scores=[score_row(name, one, naive) for name, one in outcomes.items()],
        naive=[_(NAIVE.get(name, name)) for name in naive],
        scored=score is not None,
        over=_over(body),
        not_scored=[_(TITLES[name]) for name in (score or {}).get("not_scored", ()) if name in TITLES],
        # The page names the posterior used with a link, so that this warning would repeat it.
        warnings=[in_words(text) for text in body["warnings"] if text != GENERAL],
        went_by=went_by(whole_body),
        recalibration=recalibration_of(whole_body),
    )
    return page(request, "loop/forecast.html", context)


@router.get(PATH + "/{id}/forecast.json")
def file(store: Store, account: ForecastReader, id: Id) -> Response:
    """The sealed forecast as JSON, the input of `groundswell score`."""
    with store.read() as tx:
        kept = _kept(tx, account.organisation, id)
    text = json.dumps(json.loads(kept.body_json)["forecast"], ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": f'attachment; filename="forecast-{id}.json"'}
    return Response(text + "\n", media_type="application/json", headers=headers)


@router.get(PATH + "/{id}/weeks.csv")
def weeks_file(store: Store, account: ForecastReader, id: Id) -> Response:
    """Every outcome by week as CSV: forecast, and observed values where known."""
    with store.read() as tx:
        kept = _kept(tx, account.organisation, id)
        score = score_of(tx, account.organisation, id)
    body = json.loads(kept.body_json)["forecast"]
    outcomes = {} if score is None else score["outcomes"]
    first = date.fromisoformat(body["first"])
    rows = []
    for name, weeks in body["weekly"].items():
        came = {one["date"]: one["actual"] for one in outcomes.get(name, {"weeks": ()})["weeks"]}
        for at, week in enumerate(weeks):
            day = date.fromordinal(first.toordinal() + 7 * at).isoformat()
            rows.append(
                [name, day, week["median"], *week["p50"], *week["p80"], *week["p90"], came.get(day, "")]
            )
    ends = [f"p{percent}_{end}" for percent in PERCENTS for end in ("low", "high")]
    headers = {"Content-Disposition": f'attachment; filename="forecast-{id}-weeks.csv"'}
    made = sheet(["outcome", "week_from", "median", *ends, "came"], rows)
    return Response(made, media_type="text/csv; charset=utf-8", headers=headers)


def score_of(tx: Transaction, organisation: str, forecast: int) -> Mapping[str, Any] | None:
    """The latest score of a forecast; None while no week of it has been scored."""
    kept = latest_result(tx, organisation, f"score:{forecast}")
    return None if kept is None else dict(json.loads(kept.body_json))


def drifting(tx: Transaction, organisation: str) -> list[str]:
    """Display names of the outcomes that drift from the latest published forecast."""
    newest = latest_result(tx, organisation, KIND)
    found = newest and score_of(tx, organisation, newest.id)
    return [_way(name, found) for name in found["drift"]] if found else []


def _way(name: str, score: Mapping[str, Any]) -> str:
    """An outcome with the direction of its drift; every week of a detected drift lies on the same side."""
    last = score["outcomes"][name]["weeks"][-DRIFT_WEEKS:]
    more = 2 * sum(week["actual"] > week["median"] for week in last) > len(last)
    text = _("{title} (more than forecast)") if more else _("{title} (less than forecast)")
    return text.format(title=_(TITLES[name]))


def _kept(tx: Transaction, organisation: str, id: int) -> StoredResult:
    found = get_result(tx, organisation, id)
    if found is None or found.kind != KIND:
        raise Problem(404, said("forecast {id}: was not published here; look at the list", id=id))
    return found


def _published(kept: StoredResult, score: Mapping[str, Any] | None) -> PublishedRow:
    body = json.loads(kept.body_json)["forecast"]
    return PublishedRow(
        kept.id,
        kept.title,
        kept.saved_at,
        date.fromisoformat(body["first"]),
        body["weeks"],
        0 if score is None else score["points"],
        None if score is None else len(score["misses"]),
        _over(body),
    )


def _over(forecast: Mapping[str, Any]) -> bool:
    """True where the first week of the forecast is over, so that it can be scored."""
    return date.fromisoformat(forecast["first"]) + timedelta(days=7) <= now().date()
