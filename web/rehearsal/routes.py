"""Pages of rehearsals: requests, progress and results. Workers run them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError

from rewards.faults import BadValue, Fault
from rewards.forecasts.recalibrations import Belief, belief_of
from rewards.jobs.queue import Job, get_job, list_jobs, outcome_of
from rewards.language import said
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.publishing.drafts import OPEN, SchemeDraft, list_drafts
from rewards.publishing.publication import scheme_in_force
from rewards.publishing.rehearsals import LOOSEST_PERCENT
from rewards.store.session import Database, Transaction
from sims.rehearsal.asking import KIND, Assumptions, ask_for_rehearsal, turning_of
from sims.rehearsal.measured import Measured, measured
from web.jobs import page_of
from web.problems import Problem, refused
from web.rehearsal.beside import gaming_csv, waterfall_csv
from web.rehearsal.turns import turning_csv
from web.rehearsal.view import Outcome, chart_svg, fairness_csv, weeks_csv
from web.rehearsal.view import outcome_of as view_of
from web.runs import (
    FileKind,
    FileName,
    Sheets,
    Standing,
    cancelled,
    opened,
    repeated,
    standing_of,
    stream_of,
    taken_away,
)
from web.session import ForecastReader, Rehearser, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
PATH = "/rehearsals"
MOST_ID = 2**53
MOST_SHOWN = 20
SHEETS: Sheets = {
    "weeks": weeks_csv,
    "fairness": fairness_csv,
    "gaming": gaming_csv,
    "waterfall": waterfall_csv,
}
JobId = Annotated[int, Path(ge=1, le=MOST_ID)]
Typed = Annotated[Plain, Field(max_length=40)]
FIELDS: tuple[tuple[str, str, str, str, str], ...] = (
    ("weeks", "4", "104", "1", "weeks"),
    ("quiet_weeks", "0", "26", "1", "quiet"),
    ("audience", "100", "1000000", "1", "audience"),
    ("items_per_week", "0.1", "1000", "0.1", "items"),
    ("approval_delay_days", "0", "90", "1", "delay"),
    ("strictness", "0", "1", "0.05", "strictness"),
    ("training", "0", "1", "0.05", "training"),
    ("friction", "0", "1", "0.05", "friction"),
    ("precision_percent", "0.5", f"{LOOSEST_PERCENT:g}", "0.5", "precision"),
    ("most_runs", "12", "1000", "1", "runs"),
    ("seed", "0", "9007199254740992", "1", "seed"),
)


@dataclass(frozen=True)
class RoomContext:
    """Page context. `drafts`: open ones, `chosen`: those ticked; `live`: title of the scheme in force ("": none), `with_live`: ticked.

    `believed`: the accepted recalibration (None: none), and `posterior`: use it.
    `values`: assumptions as typed; `found`: measured values; `mine`: the reader may rehearse.
    """

    account: Account
    person: Person
    drafts: Sequence[SchemeDraft]
    chosen: frozenset[int]
    live: str
    with_live: bool
    with_tool: bool
    believed: int | None
    posterior: Belief
    values: dict[str, str]
    fields: Sequence[tuple[str, str, str, str, str]]
    found: Measured
    fault: str
    jobs: Sequence[Job]
    names: dict[str, str]
    mine: bool


@dataclass(frozen=True)
class RehearsalContext:
    """Page context of one rehearsal. `outcome`: results known so far (None: none yet).

    `turning`: the search for turning points of risks is running; `turned`: length of its partial result.
    """

    account: Account
    person: Person
    standing: Standing
    outcome: Outcome | None
    turning: bool
    turned: int
    publishes: bool


def _room(
    request: Request,
    store: Database,
    account: Account,
    chosen: Sequence[int] = (),
    with_live: bool = True,
    *,
    with_tool: bool = True,
    posterior: Belief = "accepted",
    values: dict[str, str] | None = None,
    fault: str = "",
    status: int = 200,
) -> Response:
    org = account.organisation
    with store.read() as tx:
        jobs = list_jobs(tx, org, KIND, MOST_SHOWN)
        version = scheme_in_force(tx, org, now())
        found = measured(tx, org, now())
        assumed = {**Assumptions().model_dump(), **found.values}
        belief = belief_of(tx, org)
        context = RoomContext(
            account=account,
            person=get_person(tx, org, account.person),
            drafts=[one for one in list_drafts(tx, org) if one.status == OPEN],
            chosen=frozenset(chosen),
            live="" if version is None else version.scheme.title,
            with_live=with_live,
            with_tool=with_tool,
            believed=None if belief is None else belief["recalibration"],
            posterior=posterior,
            values=values or {name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in assumed.items()},
            fields=FIELDS,
            found=found,
            fault=fault,
            jobs=jobs,
            names=names_of(tx, org, {job.actor for job in jobs}),
            mine=account.may(Right.REHEARSE),
        )  # fmt: skip
    return page(request, "rehearsal/room.html", context, status)


@router.get(PATH)
def room(
    request: Request,
    store: Store,
    account: ForecastReader,
    draft: Annotated[int, Query(ge=0, le=MOST_ID)] = 0,
) -> Response:
    """The form of a rehearsal, and past rehearsals."""
    return _room(request, store, account, [draft] if draft else [])


class Wished(BaseModel):
    """The form as sent; empty fields take their defaults."""

    draft: Annotated[list[Annotated[int, Field(ge=1, le=MOST_ID)]], Field(max_length=20)] = []
    live: bool = False
    tool: bool = False
    posterior: Belief = "accepted"
    weeks: Typed = ""
    quiet_weeks: Typed = ""
    audience: Typed = ""
    items_per_week: Typed = ""
    approval_delay_days: Typed = ""
    strictness: Typed = ""
    training: Typed = ""
    friction: Typed = ""
    precision_percent: Typed = ""
    most_runs: Typed = ""
    seed: Typed = ""


@router.post(PATH)
def begin(request: Request, store: Store, account: Rehearser, wished: Annotated[Wished, Form()]) -> Response:
    """Queue a rehearsal."""
    picked, live = wished.draft, wished.live
    values = {name: str(getattr(wished, name)).strip() for name, *_rest in FIELDS}
    try:
        assumed = assumptions_of(values, wished.tool, wished.posterior)
        with store.begin() as tx:
            job = ask_for_rehearsal(
                tx, account.organisation, picked, live, assumed, actor=account.person, now=now()
            )
    except Fault as fault:
        return _room(
            request,
            store,
            account,
            picked,
            live,
            with_tool=wished.tool,
            posterior=wished.posterior,
            values=values,
            fault=str(fault),
            status=refused(fault),
        )
    return RedirectResponse(f"{PATH}/{job}", 303)


def assumptions_of(values: dict[str, str], tool: bool, posterior: Belief = "accepted") -> Assumptions:
    """The assumptions typed, with a decimal point or comma. Raises BadValue, which names the first invalid one."""
    typed = {name: text.replace(",", ".") for name, text in values.items() if text}
    try:
        return Assumptions.model_validate({**typed, "tool": tool, "posterior": posterior})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        least, most = next((low, high) for field, low, high, *_rest in FIELDS if field == name)
        raise BadValue(
            "{name}: got {value!r}; limit {least} to {most}; write a number",
            name=name,
            value=values.get(name, ""),
            least=least,
            most=most,
        ) from None


@router.get(PATH + "/{id}")
def rehearsal(request: Request, store: Store, account: ForecastReader, id: JobId) -> Response:
    """The progress of a rehearsal and its interim results."""
    org = account.organisation
    with store.read() as tx:
        job = get_job(tx, org, id)
        where = page_of(tx, org, job)
        if where is not None and job.kind != KIND:
            # A job that belongs to a rehearsal is shown on the rehearsal's page.
            return RedirectResponse(where, 303)
        job = _job(tx, org, id)
        standing, body = standing_of(tx, account, job, PATH)
        turning, words = _turning(tx, org, job)
        turns = opened(words)
        context = RehearsalContext(
            account=account,
            person=get_person(tx, org, account.person),
            standing=standing,
            outcome=None if body is None else view_of(body, turns),
            turning=turning is not None and not turning.ended,
            turned=len(words),
            publishes=account.may(Right.SCHEME_WRITE),
        )
    return page(request, "rehearsal/rehearsal.html", context)


@router.post(PATH + "/{id}/cancel")
def end(store: Store, account: Rehearser, id: JobId) -> Response:
    """Cancel a rehearsal."""
    return cancelled(store, account, id, PATH, _job)


@router.post(PATH + "/{id}/again")
def repeat(store: Store, account: Rehearser, id: JobId) -> Response:
    """Queue a repetition of a rehearsal."""
    return repeated(store, account, id, PATH, _job)


@router.get(PATH + "/{id}/stream")
async def stream(request: Request, store: Store, account: ForecastReader, id: JobId) -> Response:
    """Progress as server-sent events, until the job has ended or the page must reconnect."""
    return await stream_of(request, store, account, id, _job)


@router.get(PATH + "/{id}/{name}.{kind}")
def file(store: Store, account: ForecastReader, id: JobId, name: FileName, kind: FileKind) -> Response:
    """The complete result as JSON, its tables as CSV, a chart as SVG."""
    with store.read() as tx:
        job = _job(tx, account.organisation, id)
        text, kept = outcome_of(tx, account.organisation, id)
        turns = opened(_turning(tx, account.organisation, job)[1])
    sheets: Sheets = {**SHEETS, "turning": lambda _body: None if turns is None else turning_csv(turns)}
    return taken_away(
        "rehearsal", id, text, name, kind, sheets=sheets, chart=chart_svg, whole=kept is not None
    )


def _turning(tx: Transaction, organisation: str, job: Job) -> tuple[Job | None, str]:
    """The job that searches where the risks of a rehearsal cross their limits, and its partial result as JSON text."""
    found = turning_of(tx, organisation, job.spec_hash)
    return found, "" if found is None else outcome_of(tx, organisation, found.id)[0]


def _job(tx: Transaction, organisation: str, id: int) -> Job:
    job = get_job(tx, organisation, id)
    if job.kind != KIND:
        raise Problem(404, said("rehearsal {id}: is another kind of job", id=id))
    return job
