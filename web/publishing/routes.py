"""Publishing a scheme: a draft's status at the gate, its proposal, the second person's decision, rollback, and the gate's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.digits import Told, told
from rewards.faults import BadValue, Fault
from rewards.language import gettext as _
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.people.rights import Right
from rewards.publishing.conditions import Condition, Plan, Rules, conditions, rules_of, went_by
from rewards.publishing.counting import ask
from rewards.publishing.drafts import OPEN, SchemeDraft, get_draft, list_drafts
from rewards.publishing.foreseeing import ROLLBACK
from rewards.publishing.gate import Decision, approve, change_rules, decline, list_decisions, propose, publish
from rewards.publishing.notices import changes
from rewards.publishing.publication import SchemeVersion, roll_back, scheme_in_force, versions
from rewards.publishing.rehearsals import Forecast, latest_rehearsal
from rewards.store.session import Database
from web.problems import refused
from web.publishing.foreseen import Foreseen, foreseen
from web.session import Approver, PastGate, SchemeWriter, Settler, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(include_in_schema=False)
PATH = "/publishing"
MOST_ID = 2**53
Number = Annotated[int, Path(ge=1, le=MOST_ID)]
Words = Annotated[Plain, Form(max_length=MOST_TYPED)]


@dataclass(frozen=True)
class Promised:
    """A forecast as shown; `went_by`: the posterior used by its runs ("": not stored)."""

    clicks: Told
    forecast: Forecast
    went_by: str


@dataclass(frozen=True)
class DeskContext:
    """Page context. `waiting`: open proposals; `past`: decided ones, each with its forecast; `titles`: titles of drafts by number.

    `drafts`: open and not proposed; `history`: versions, newest first; `live` and `coming`: numbers of the versions in force and announced.
    """

    account: Account
    person: Person
    waiting: Sequence[tuple[Decision, Promised | None]]
    past: Sequence[tuple[Decision, Promised | None]]
    titles: dict[int, str]
    drafts: Sequence[SchemeDraft]
    history: Sequence[SchemeVersion]
    live: int
    coming: frozenset[int]
    names: dict[str, str]
    rules: Rules
    settles: bool
    writes: bool
    fault: str
    words: str
    done: bool


@dataclass(frozen=True)
class GateContext:
    """Page context of one draft at the gate. `promised`: its rehearsal's forecast; `told`: sentences that are new to employees."""

    account: Account
    person: Person
    draft: SchemeDraft
    conditions: Sequence[Condition]
    promised: Promised | None
    told: Sequence[str]
    rules: Rules
    effective: str
    reason: str
    exception: str
    writes: bool
    past_gate: bool
    fault: str


@dataclass(frozen=True)
class RollbackContext:
    """Page context: the effects of rolling back a version."""

    account: Account
    person: Person
    version: SchemeVersion
    found: Foreseen
    fault: str
    words: str


def _promised(forecast: Forecast | None) -> Promised | None:
    if forecast is None:
        return None
    median, low, high = forecast.clicks
    words = went_by(forecast.recalibration, forecast.posterior) if forecast.posterior else ""
    return Promised(told({"median": median, "p80": (low, high)}), forecast, words)


def _desk(
    request: Request,
    store: Database,
    account: Account,
    fault: str = "",
    words: str = "",
    *,
    status: int = 200,
) -> Response:
    org, at = account.organisation, now()
    with store.read() as tx:
        found = list_decisions(tx, org)
        drafts = list_drafts(tx, org)
        history = versions(tx, org)[::-1]
        live = scheme_in_force(tx, org, at)
        titles = {one.id: one.scheme.title for one in drafts}
        titles |= {
            one.draft: get_draft(tx, org, one.draft).scheme.title for one in found if one.draft not in titles
        }
        proposed = {one.draft for one in found if one.status == "open"}
        actors = {one.proposer for one in found} | {one.decider for one in found if one.decider}
        context = DeskContext(
            account=account,
            person=get_person(tx, org, account.person),
            waiting=[(one, _promised(one.forecast)) for one in found if one.status == "open"],
            past=[(one, _promised(one.forecast)) for one in found if one.status != "open"],
            titles=titles,
            drafts=[one for one in drafts if one.status == OPEN and one.id not in proposed],
            history=history,
            live=0 if live is None else live.version,
            coming=frozenset(
                one.version for one in history if one.effective_at > at and not one.rolled_back_at
            ),
            names=names_of(tx, org, actors | {one.actor for one in history}),
            rules=rules_of(tx, org),
            settles=account.may(Right.SETTINGS),
            writes=account.may(Right.SCHEME_WRITE),
            fault=fault,
            words=words,
            done=status == 200 and "done" in request.query_params,
        )
    return page(request, "publishing/desk.html", context, status)


@router.get(PATH)
def desk(request: Request, store: Store, account: Approver) -> Response:
    """Open proposals and past decisions."""
    return _desk(request, store, account)


@router.post(PATH + "/rules")
def settle(
    request: Request,
    store: Store,
    account: Settler,
    rehearsal_days: Annotated[int, Form(ge=-MOST_ID, le=MOST_ID)],
    notice_hours: Annotated[int, Form(ge=-MOST_ID, le=MOST_ID)],
    on: Annotated[bool, Form()] = False,
) -> Response:
    """Set the rules of the gate."""
    try:
        with store.begin() as tx:
            change_rules(
                tx, account.organisation, Rules(on, rehearsal_days, notice_hours), account.person, now()
            )
    except Fault as fault:
        return _desk(request, store, account, str(fault), status=refused(fault))
    return RedirectResponse(f"{PATH}?done=1", 303)


@router.post(PATH + "/decisions/{id}")
def decide(
    request: Request,
    store: Store,
    account: Approver,
    id: Number,
    decision: Annotated[Literal["approve", "decline"], Form()],
    reason: Words = "",
) -> Response:
    """Record the second person's decision; an approval publishes the draft."""
    act = approve if decision == "approve" else decline
    try:
        with store.begin() as tx:
            act(tx, account.organisation, id, account.person, reason, now=now())
    except Fault as fault:
        return _desk(request, store, account, str(fault), reason, status=refused(fault))
    return RedirectResponse(f"{PATH}?done=1", 303)


def _gate(
    request: Request,
    store: Database,
    account: Account,
    number: int,
    plan: Plan | None = None,
    *,
    typed: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    org, at = account.organisation, now()
    with store.read() as tx:
        draft = get_draft(tx, org, number)
        person = get_person(tx, org, account.person)
        rules = rules_of(tx, org)
        if plan is None:
            plan = Plan("prospective", _soonest(at, rules, person), "")
        former = scheme_in_force(tx, org, at)
        context = GateContext(
            account=account,
            person=person,
            draft=draft,
            conditions=conditions(tx, org, draft, plan, at),
            promised=_promised(latest_rehearsal(tx, org, draft.hash)),
            told=[] if former is None else changes(former.scheme, draft.scheme),
            rules=rules,
            effective=typed
            or plan.effective_at.astimezone(ZoneInfo(person.timezone)).strftime("%Y-%m-%dT%H:%M"),
            reason=plan.reason,
            exception=plan.exception,
            writes=account.may(Right.SCHEME_WRITE),
            past_gate=account.may(Right.PAST_GATE),
            fault=fault,
        )
    return page(request, "publishing/gate.html", context, status)


def _soonest(at: datetime, rules: Rules, person: Person) -> datetime:
    """The first midnight in the reader's time zone that leaves time for the notice period."""
    zone = ZoneInfo(person.timezone)
    day = (at + timedelta(hours=rules.notice_hours)).astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), zone)


def _instant(typed: str, person: Person) -> datetime:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(person.timezone))
    except ValueError:
        raise BadValue(
            "counts from: got {value!r}; a day and a time are needed, such as 2027-01-04T00:00; choose one",
            value=typed[:40],
        ) from None


@router.get(PATH + "/{draft}")
def gate(request: Request, store: Store, account: Approver, draft: Number) -> Response:
    """A draft's status at the gate, and the form that proposes it."""
    return _gate(request, store, account, draft)


@router.post(PATH + "/{draft}")
def ask_second(
    request: Request,
    store: Store,
    account: SchemeWriter,
    draft: Number,
    effective: Annotated[Plain, Form(max_length=40)] = "",
    reason: Words = "",
    exception: Words = "",
    revision: Annotated[int, Form(ge=0, le=MOST_ID)] = 0,
) -> Response:
    """Propose a draft for a second person's approval."""
    org, at = account.organisation, now()
    plan: Plan | None = None
    try:
        with store.begin() as tx:
            plan = Plan(
                "prospective", _instant(effective, get_person(tx, org, account.person)), reason, exception
            )
            act = propose if rules_of(tx, org).on else publish
            act(tx, org, draft, plan, account.person, now=at, revision=revision or None)
    except Fault as fault:
        return _gate(
            request, store, account, draft, plan, typed=effective, fault=str(fault), status=refused(fault)
        )
    return RedirectResponse(f"{PATH}?done=1", 303)


@router.post(PATH + "/{draft}/past-gate")
def emergency(
    request: Request, store: Store, account: PastGate, draft: Number, reason: Words = ""
) -> Response:
    """Publish at once in an emergency, past the gate's conditions; the exception is recorded with the decision."""
    plan = Plan("prospective", now(), reason)
    try:
        with store.begin() as tx:
            publish(
                tx, account.organisation, draft, plan, account.person, now=plan.effective_at, past_gate=True
            )
    except Fault as fault:
        return _gate(request, store, account, draft, plan, typed="", fault=str(fault), status=refused(fault))
    return RedirectResponse(f"{PATH}?done=1", 303)


@router.get(PATH + "/versions/{version}/rollback")
def look_back(request: Request, store: Store, account: SchemeWriter, version: Number) -> Response:
    """The effects of a rollback."""
    return _rollback(request, store, account, version)


@router.post(PATH + "/versions/{version}/rollback/count")
def count(store: Store, account: SchemeWriter, version: Number) -> Response:
    """Have a worker count the effects of a rollback."""
    with store.begin() as tx:
        ask(tx, ROLLBACK, account.organisation, str(version), now())
    return RedirectResponse(f"{PATH}/versions/{version}/rollback", 303)


@router.post(PATH + "/versions/{version}/rollback")
def take_back(
    request: Request, store: Store, account: SchemeWriter, version: Number, reason: Words = ""
) -> Response:
    """Roll a version back."""
    try:
        if len(reason.strip()) < 3:
            raise BadValue(_("Say why, in a sentence."))
        with store.begin() as tx:
            roll_back(tx, account.organisation, version, account.person, reason, now=now())
    except Fault as fault:
        return _rollback(request, store, account, version, str(fault), words=reason, status=refused(fault))
    return RedirectResponse(f"{PATH}?done=1", 303)


def _rollback(
    request: Request,
    store: Database,
    account: Account,
    version: int,
    fault: str = "",
    *,
    words: str = "",
    status: int = 200,
) -> Response:
    found = foreseen(store, account.organisation, version, now())
    with store.read() as tx:
        context = RollbackContext(
            account=account,
            person=get_person(tx, account.organisation, account.person),
            version=found.version,
            found=found,
            fault=fault,
            words=words,
        )
    return page(request, "publishing/rollback.html", context, status)
