"""Forecasts of the live programme.

Published and sealed, held against what came with the misses first, and recalibrations that people decide about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from rewards.faults import Fault
from rewards.forecasts.recalibrations import Recalibration, decide, list_recalibrations
from rewards.jobs.queue import DONE, Job, cancel, get_job, jobs_before, list_jobs
from rewards.language import gettext as _
from rewards.language import msg, said
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.store.results import StoredResult, get_result, latest_result, list_results
from rewards.store.session import Database, Transaction
from sims.loop.asking import KIND, RUNS, ask_for_forecast
from sims.loop.brought import Brought, brought
from sims.rehearsal.asking import Assumptions
from web.loop.rollouts import whole
from web.problems import Problem, refused
from web.progress import progress_of
from web.rehearsal.chart import bands, scale_of
from web.rehearsal.measured import measured
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page
from web.text import MOST_REASON, Plain

router = APIRouter(include_in_schema=False)
PATH = "/forecasts"
MOST_ID = 2**53
MOST_SHOWN = 10
USUAL_WEEKS = 8
Id = Annotated[int, Path(ge=1, le=MOST_ID)]
TITLES = {
    "enrolled": msg("Enrolled, part of everybody"),
    "weekly_sharers": msg("People who share in a week, part of everybody"),
    "shares": msg("Shares"),
    "human_clicks": msg("Human clicks"),
    "cost": msg("Spend"),
    "peer_trust": msg("Trust in employees"),
}
LABELS = {
    "randomised": msg("Drawn at random: the comparison that can be trusted most."),
    "calibrated": msg(
        "The model's word, calibrated on this company: what it knows is that it fits what came, not that there is no other reason for it."
    ),
    "general": msg(
        "The model's word, from published findings alone: nothing of this company has gone into it but its people and its clicks."
    ),
    "implausible": msg(
        "The model's clicks are far from those that came. Calibrate it before you use this number."
    ),
}
AGAINST = {
    "nothing": msg("Beside nothing at all"),
    "tool": msg("Beside the tool alone, without points"),
    "teams": msg("Beside teams that went without"),
}


@dataclass(frozen=True)
class PublishedRow:
    """A published forecast: of `points` scored weekly numbers `missed` lie outside their 90 % interval (None: nothing is scored yet)."""

    id: int
    title: str
    published_at: datetime
    first: date
    weeks: int
    points: int
    missed: int | None


@dataclass(frozen=True)
class ForecastsContext:
    """`drift`: outcomes that run away from the forecast; `open` says how far forecasts under way are."""

    account: Account
    person: Person
    published: Sequence[PublishedRow]
    under_way: Sequence[tuple[Job, str]]
    drift: Sequence[str]
    recalibrations: Sequence[Recalibration]
    names: Mapping[str, str]
    brought: Sequence[BroughtRow]
    weeks: str
    runs: str
    fault: str
    mine: bool


@dataclass(frozen=True)
class BroughtRow:
    """What the programme brought, in words."""

    one: Brought
    against: str
    label: str


@dataclass(frozen=True)
class OutcomeChart:
    """One outcome: a picture, and the table behind it: (week, median, low, high, what came or None)."""

    name: str
    title: str
    svg: Markup
    rows: Sequence[tuple[date, float, float, float, float | None]]


@dataclass(frozen=True)
class ScoreRow:
    """How one outcome was met. `skill`: over naive forecasts, None where it is not known."""

    title: str
    points: int
    coverage: Sequence[float]
    crps: float
    skill: Sequence[float | None]


@dataclass(frozen=True)
class ForecastContext:
    """One forecast as it was published, and its score."""

    account: Account
    person: Person
    title: str
    id: int
    forecast: Mapping[str, Any]
    published_at: datetime
    charts: Sequence[OutcomeChart]
    misses: Sequence[tuple[str, date, float, float, float]]
    scores: Sequence[ScoreRow]
    naive: Sequence[str]
    scored: bool
    warnings: Sequence[str]


def _room(request: Request, store: Database, account: Account, fault: Fault | None = None, *, weeks: str = "",
    runs: str = "") -> Response:  # fmt: skip
    org = account.organisation
    with store.read() as tx:
        published = list_results(tx, org, KIND, MOST_SHOWN)
        scores = {one.id: score_of(tx, org, one.id) for one in published}
        jobs = [job for job in list_jobs(tx, org, KIND, MOST_SHOWN) if job.status != DONE]
        proposals = list_recalibrations(tx, org)
        people = {one.actor for one in proposals} | {one.decider for one in proposals if one.decider}
        context = ForecastsContext(
            account=account,
            person=get_person(tx, org, account.person),
            published=[_published(one, scores[one.id]) for one in published],
            under_way=[(job, progress_of(job, jobs_before(tx, org, job.id))) for job in jobs],
            drift=drifting(tx, org),
            recalibrations=proposals,
            names=names_of(tx, org, people),
            brought=brought_rows(tx, org, now()),
            weeks=weeks or str(USUAL_WEEKS),
            runs=runs or str(RUNS),
            fault="" if fault is None else str(fault),
            mine=account.may(Right.REHEARSE),
        )
    return page(request, "loop/forecasts.html", context, 200 if fault is None else refused(fault))


@router.get(PATH)
def forecasts(request: Request, store: Store, account: ForecastReader) -> Response:
    """What was published, how it was met, and what is proposed."""
    return _room(request, store, account)


@router.post(PATH)
def publish(
    request: Request,
    store: Store,
    account: Rehearser,
    weeks: Annotated[Plain, Form(max_length=40)] = "",
    runs: Annotated[Plain, Form(max_length=40)] = "",
) -> Response:
    """Ask the workers for one; it is published as soon as it is made."""
    try:
        ahead = whole("weeks", weeks.strip(), 1, 26) if weeks.strip() else USUAL_WEEKS
        count = whole("runs", runs.strip(), 20, 400) if runs.strip() else RUNS
        with store.begin() as tx:
            assumed = Assumptions.model_validate(measured(tx, account.organisation, now()).values)
            ask_for_forecast(tx, account.organisation, ahead, assumed, count, actor=account.person, now=now())
    except Fault as fault:
        return _room(request, store, account, fault, weeks=weeks, runs=runs)
    return RedirectResponse(PATH, 303)


@router.post(PATH + "/jobs/{id}/cancel")
def end(store: Store, account: Rehearser, id: Id) -> Response:
    """End one that is under way."""
    with store.begin() as tx:
        job = get_job(tx, account.organisation, id)
        if job.kind != KIND:
            raise Problem(404, said("job {id}: is another kind of work", id=id))
        cancel(tx, account.organisation, id, account.person, now())
    return RedirectResponse(PATH, 303)


@router.post(PATH + "/recalibrations/{id}")
def decide_one(
    request: Request,
    store: Store,
    account: Rehearser,
    id: Id,
    decision: Annotated[Literal["accept", "reject"], Form()],
    reason: Annotated[Plain, Form(max_length=4 * MOST_REASON)] = "",
) -> Response:
    """Accept or reject a recalibration, with a reason that stays with it."""
    try:
        with store.begin() as tx:
            decide(
                tx, account.organisation, id, decision == "accept", reason, actor=account.person, now=now()
            )
    except Fault as fault:
        return _room(request, store, account, fault)
    return RedirectResponse(PATH, 303)


@router.get(PATH + "/{id}")
def forecast(request: Request, store: Store, account: ForecastReader, id: Id) -> Response:
    """One of them."""
    with store.read() as tx:
        kept = _kept(tx, account.organisation, id)
        score = score_of(tx, account.organisation, id)
        person = get_person(tx, account.organisation, account.person)
    body = json.loads(kept.body_json)["forecast"]
    outcomes = {} if score is None else score["outcomes"]
    naive = list(dict.fromkeys(name for one in outcomes.values() for name in one["skill"]))
    context = ForecastContext(
        account=account,
        person=person,
        title=kept.title,
        id=id,
        forecast=body,
        published_at=kept.saved_at,
        charts=[_chart(name, body, outcomes.get(name)) for name in body["weekly"]],
        misses=[] if score is None else [_miss(one) for one in score["misses"]],
        scores=[_score(name, one, naive) for name, one in outcomes.items()],
        naive=[_(NAIVE.get(name, name)) for name in naive],
        scored=score is not None,
        warnings=body["warnings"],
    )
    return page(request, "loop/forecast.html", context)


@router.get(PATH + "/{id}/forecast.json")
def file(store: Store, account: ForecastReader, id: Id) -> Response:
    """The sealed forecast, as `groundswell score` reads it."""
    with store.read() as tx:
        kept = _kept(tx, account.organisation, id)
    text = json.dumps(json.loads(kept.body_json)["forecast"], ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": f'attachment; filename="forecast-{id}.json"'}
    return Response(text + "\n", media_type="application/json", headers=headers)


NAIVE = {
    "last value": msg("the last value"),
    "seasonal mean": msg("the mean of before"),
    "autoregression": msg("an autoregression"),
    "exponential smoothing": msg("exponential smoothing"),
}


def score_of(tx: Transaction, organisation: str, forecast: int) -> Mapping[str, Any] | None:
    """The score of a forecast, where something of it has happened."""
    kept = latest_result(tx, organisation, f"score:{forecast}")
    found: Mapping[str, Any] | None = None if kept is None else json.loads(kept.body_json)
    return found


def drifting(tx: Transaction, organisation: str) -> list[str]:
    """The outcomes that run away from the forecast published last, as pages call them."""
    newest = latest_result(tx, organisation, KIND)
    found = None if newest is None else score_of(tx, organisation, newest.id)
    return [] if found is None else [_(TITLES[name]) for name in found["drift"]]


def brought_rows(tx: Transaction, organisation: str, at: datetime) -> list[BroughtRow]:
    """What the programme brought, in words, the most trustworthy first."""
    return [
        BroughtRow(one, _(AGAINST[one.against]), _(LABELS[one.label]))
        for one in brought(tx, organisation, at)
    ]


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
    )


def _chart(name: str, body: Mapping[str, Any], score: Mapping[str, Any] | None) -> OutcomeChart:
    weeks, title = body["weekly"][name], _(TITLES[name])
    came = {} if score is None else {one["date"]: one["actual"] for one in score["weeks"]}
    first = date.fromisoformat(body["first"])
    days = [date.fromordinal(first.toordinal() + 7 * at) for at in range(len(weeks))]
    label = _("{title}, week by week: the median and the middle 50, 80 and 90 % of the runs").format(
        title=title
    )
    return OutcomeChart(
        name,
        title,
        Markup(bands(weeks, scale_of([weeks]), label, _("Week"))),  # noqa: S704 - drawn here, labels escaped
        [
            (day, week["median"], *week["p80"], came.get(day.isoformat()))
            for day, week in zip(days, weeks, strict=True)
        ],
    )


def _miss(one: Mapping[str, Any]) -> tuple[str, date, float, float, float]:
    low, high = one["p90"]
    return _(TITLES[one["outcome"]]), date.fromisoformat(one["date"]), one["actual"], low, high


def _score(name: str, one: Mapping[str, Any], naive: Sequence[str]) -> ScoreRow:
    coverage = [one["coverage"][f"p{percent}"] for percent in (50, 80, 90)]
    return ScoreRow(
        _(TITLES[name]), one["points"], coverage, one["crps"], [one["skill"].get(each) for each in naive]
    )
