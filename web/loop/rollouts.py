"""Randomised rollouts: power analysis, the plan registered before the start, and the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from rewards.faults import BadValue, Fault
from rewards.jobs.queue import Job, cancel, get_job, jobs_before, list_jobs, outcome_of, spec_of
from rewards.language import gettext as _
from rewards.language import said
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.people.rights import Right
from rewards.publishing.drafts import OPEN, SchemeDraft, list_drafts
from rewards.publishing.publication import scheme_in_force
from rewards.rollout.rollouts import GIVES, Rollout, get_rollout, list_rollouts, stop
from rewards.store.session import Database
from sims.rehearsal.asking import Assumptions
from sims.rehearsal.measured import measured
from sims.rollout.asking import KIND, RUNS, ask_for_power, opened, wishes_of
from sims.rollout.live import Drawn, analysis_of, plan_of, register, to_draw
from sims.rollout.plan import DESIGNS, METRICS, Plan, Wish, fewest_teams
from web.beliefs import went_by
from web.loop.rollout_words import DESIGN_TITLES, METRIC_TITLES, NOTES, STANDINGS, VERDICTS
from web.loop.typed import day_of, whole, wish_of
from web.problems import Problem, refused
from web.progress import progress_of
from web.session import ForecastReader, Inviter, Rehearser, Store, now
from web.templating import page
from web.text import MOST_REASON, Plain

router = APIRouter(include_in_schema=False)
PATH = "/rollouts"
MOST_ID = 2**53
MOST_SHOWN = 20
Id = Annotated[int, Path(ge=1, le=MOST_ID)]
Typed = Annotated[Plain, Field(max_length=40)]


@dataclass(frozen=True)
class RolloutsContext:
    """Page context: schemes that can be rolled out (`drafts`; `live`: title of the scheme in force), and treatments that can be withheld.

    `fewest`: minimum number of teams; `mends`: the reader may add and move people.
    """

    account: Account
    person: Person
    rollouts: Sequence[tuple[Rollout, str]]
    jobs: Sequence[Job]
    drafts: Sequence[SchemeDraft]
    live: str
    offers: Sequence[Offer]
    fewest: int
    metrics: Mapping[str, str]
    values: Mapping[str, str]
    fault: str
    mine: bool
    mends: bool


@dataclass(frozen=True)
class Offer:
    """A treatment that can be withheld; `could`: teams and people that can be drawn; `possible`: the teams suffice."""

    name: str
    title: str
    could: Drawn
    possible: bool


@dataclass(frozen=True)
class DesignRow:
    """One design with its numbers; `usable` False where the company has too few teams for it."""

    name: str
    title: str
    usable: bool
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class PowerContext:
    """Page context of a power analysis; `registers`: the reader may register one of its designs from `first` on."""

    account: Account
    person: Person
    job: Job
    progress: str
    metric: str
    gives: str
    weeks: int
    baseline_weeks: int
    went_by: str
    designs: Sequence[DesignRow]
    first: date
    fault: str
    mine: bool
    registers: bool


@dataclass(frozen=True)
class ArmRow:
    """One arm: its start (None: control), teams and people."""

    title: str
    day: date | None
    teams: int
    people: int


@dataclass(frozen=True)
class RolloutContext:
    """Page context of one registered rollout, with the results that may be shown."""

    account: Account
    person: Person
    rollout: Rollout
    standing: str
    metric: str
    design: str
    gives: str
    alpha: float
    arms: Sequence[ArmRow]
    verdict: str
    notes: Sequence[str]
    analysis: Mapping[str, Any]
    fault: str
    registers: bool


class Asked(BaseModel):
    """The form of a power analysis as sent."""

    scheme: Typed = ""
    metric: Typed = "shares"
    gives: Typed = "programme"
    baseline_weeks: Typed = ""
    weeks: Typed = ""
    steps: Typed = ""
    holdout: Typed = ""
    runs: Typed = ""


def _list(request: Request, store: Database, account: Account, values: Mapping[str, str],
    fault: Fault | None = None) -> Response:  # fmt: skip
    org, at = account.organisation, now()
    usual = {name: str(value) for name, value in Wish().model_dump().items()} | {"runs": str(RUNS)}
    fewest = fewest_teams([Wish(design=design) for design in DESIGNS])
    with store.read() as tx:
        version = scheme_in_force(tx, org, at)
        offers = [
            Offer(name, _(GIVES[name]), could, could.teams >= fewest)
            for name, could in to_draw(tx, org).items()
        ]
        usual["gives"] = next((one.name for one in offers if one.possible), usual["gives"])
        context = RolloutsContext(
            account=account,
            person=get_person(tx, org, account.person),
            rollouts=[
                (one, _(STANDINGS[one.standing(at.date())])) for one in list_rollouts(tx, org, MOST_SHOWN)
            ],
            jobs=list_jobs(tx, org, KIND, MOST_SHOWN),
            drafts=[one for one in list_drafts(tx, org) if one.status == OPEN],
            live="" if version is None else version.scheme.title,
            offers=offers,
            fewest=fewest,
            metrics={name: _(METRIC_TITLES[name]) for name in METRICS},
            values={**usual, "scheme": "", "metric": "shares", **values},
            fault="" if fault is None else str(fault),
            mine=account.may(Right.REHEARSE),
            mends=account.may(Right.PEOPLE_WRITE),
        )
    return page(request, "loop/rollouts.html", context, 200 if fault is None else refused(fault))


@router.get(PATH)
def rollouts(request: Request, store: Store, account: ForecastReader) -> Response:
    """Registered rollouts, and the form of a power analysis."""
    return _list(request, store, account, {})


@router.post(PATH)
def ask_power(
    request: Request, store: Store, account: Rehearser, asked: Annotated[Asked, Form()]
) -> Response:
    """Queue a power analysis of every design."""
    values = {name: str(value).strip() for name, value in asked.model_dump().items()}
    try:
        wishes = [wish_of({**values, "design": design}) for design in DESIGNS]
        draft = whole("scheme", values["scheme"], 1, MOST_ID) if values["scheme"] else None
        runs = whole("runs", values["runs"], 20, 400) if values["runs"] else RUNS
        with store.begin() as tx:
            assumed = Assumptions.model_validate(measured(tx, account.organisation, now()).values)
            job = ask_for_power(
                tx, account.organisation, draft, wishes, assumed, runs=runs, actor=account.person, now=now()
            )
    except Fault as fault:
        return _list(request, store, account, values, fault)
    return RedirectResponse(f"{PATH}/power/{job}", 303)


def _power(
    request: Request, store: Database, account: Account, id: int, fault: Fault | None = None
) -> Response:
    org = account.organisation
    with store.read() as tx:
        job = _job(get_job(tx, org, id))
        body, wishes = opened(outcome_of(tx, org, id)[0]), wishes_of(opened(spec_of(tx, org, id)) or {})
        context = PowerContext(
            account=account,
            person=get_person(tx, org, account.person),
            job=job,
            progress=progress_of(job, jobs_before(tx, org, id)),
            metric=_(METRIC_TITLES[wishes[0].metric]),
            gives=_(GIVES[wishes[0].gives]),
            weeks=wishes[0].weeks,
            baseline_weeks=wishes[0].baseline_weeks,
            went_by=went_by(body or {}),
            designs=[] if body is None else [_design(one, wish) for one, wish in zip(body["designs"], wishes, strict=True)],
            first=_next_monday(),
            fault="" if fault is None else str(fault),
            mine=account.may(Right.REHEARSE),
            registers=account.may(Right.INVITE) and job.status == "done",
        )  # fmt: skip
    return page(request, "loop/power.html", context, 200 if fault is None else refused(fault))


@router.get(PATH + "/power/{id}")
def power(request: Request, store: Store, account: ForecastReader, id: Id) -> Response:
    """The power of each design."""
    return _power(request, store, account, id)


@router.post(PATH + "/power/{id}/cancel")
def end_power(store: Store, account: Rehearser, id: Id) -> Response:
    """Cancel a power analysis."""
    with store.begin() as tx:
        _job(get_job(tx, account.organisation, id))
        cancel(tx, account.organisation, id, account.person, now())
    return RedirectResponse(f"{PATH}/power/{id}", 303)


class Registered(BaseModel):
    """The form of a registration: a design of the power analysis, and its start."""

    design: Typed = ""
    first: Typed = ""
    title: Annotated[Plain, Field(max_length=200)] = ""


@router.post(PATH + "/power/{id}/register")
def begin(
    request: Request, store: Store, account: Inviter, id: Id, asked: Annotated[Registered, Form()]
) -> Response:
    """Draw the teams, seal the plan and store it; from its start the worker carries it out."""
    org = account.organisation
    try:
        first = day_of(asked.first)
        with store.begin() as tx:
            job = _job(get_job(tx, org, id))
            body, wishes = opened(outcome_of(tx, org, id)[0]), wishes_of(opened(spec_of(tx, org, id)) or {})
            place = next((at for at, one in enumerate(wishes) if one.design == asked.design), None)
            if place is None or body is None or job.status != "done":
                raise BadValue(
                    "design: got {design!r}; known are {designs}, once their power is known; choose one",
                    design=asked.design,
                    designs=", ".join(DESIGNS),
                )
            number = register(
                tx,
                org,
                wishes[place],
                first,
                title=asked.title.strip() or job.title,
                expected=body["designs"][place],
                actor=account.person,
                now=now(),
            )
    except Fault as fault:
        return _power(request, store, account, id, fault)
    return RedirectResponse(f"{PATH}/{number}", 303)


def _rollout(
    request: Request, store: Database, account: Account, id: int, fault: Fault | None = None
) -> Response:
    org, at = account.organisation, now()
    with store.read() as tx:
        found = get_rollout(tx, org, id)
        plan = plan_of(found)
        body = analysis_of(tx, found, at)
        person = get_person(tx, org, account.person)
    standing = found.standing(at.date())
    context = RolloutContext(
        account=account,
        person=person,
        rollout=found,
        standing=_(STANDINGS[standing]),
        metric=_(METRIC_TITLES[plan.wish.metric]),
        design=_(DESIGN_TITLES[plan.wish.design]),
        gives=_(GIVES[plan.wish.gives]),
        alpha=plan.wish.alpha,
        arms=_arms(plan),
        verdict=_(VERDICTS[body["verdict"]]),
        notes=[_(NOTES[one]) for one in body["notes"]],
        analysis=body,
        fault="" if fault is None else str(fault),
        registers=account.may(Right.INVITE) and standing in ("waiting", "running"),
    )
    return page(request, "loop/rollout.html", context, 200 if fault is None else refused(fault))


@router.get(PATH + "/{id}")
def rollout(request: Request, store: Store, account: ForecastReader, id: Id) -> Response:
    """The registered plan, and the results that may be shown."""
    return _rollout(request, store, account, id)


@router.post(PATH + "/{id}/stop")
def stop_rollout(
    request: Request,
    store: Store,
    account: Inviter,
    id: Id,
    reason: Annotated[Plain, Form(max_length=4 * MOST_REASON)] = "",
) -> Response:
    """Stop a rollout, with a reason that is recorded."""
    try:
        with store.begin() as tx:
            stop(tx, account.organisation, id, reason, actor=account.person, now=now())
    except Fault as fault:
        return _rollout(request, store, account, id, fault)
    return RedirectResponse(f"{PATH}/{id}", 303)


@router.get(PATH + "/{id}/plan.json")
def plan_file(store: Store, account: ForecastReader, id: Id) -> Response:
    """The plan's file, byte for byte as registered."""
    with store.read() as tx:
        found = get_rollout(tx, account.organisation, id)
    headers = {"Content-Disposition": f'attachment; filename="rollout-{id}.json"'}
    return Response(found.document, media_type="application/json", headers=headers)


def _arms(plan: Plan) -> list[ArmRow]:
    rows = []
    for number, name in enumerate(plan.wish.starts, start=1):
        teams = [one for one in plan.clusters if one.arm == name]
        day = plan.day_of(name)
        if plan.wish.design == "stepped-wedge":
            title = _("Group {number}").format(number=number)
        else:
            title = _("Not treated") if day is None else _("Treated")
        rows.append(ArmRow(title, day, len(teams), sum(one.people for one in teams)))
    return rows


def _design(numbers: Mapping[str, Any], wish: Wish) -> DesignRow:
    return DesignRow(wish.design, _(DESIGN_TITLES[wish.design]), numbers["power"] is not None, numbers)


def _next_monday() -> date:
    return now().date() + timedelta(days=7 - now().weekday())


def _job(job: Job) -> Job:
    if job.kind != KIND:
        raise Problem(404, said("job {id}: is another kind of work", id=job.id))
    return job
