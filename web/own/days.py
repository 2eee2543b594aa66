"""One's own calendar: the time zone that defines days, and days off during which streaks pause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Fault
from rewards.fields import day_of
from rewards.language import gettext, msg
from rewards.language import gettext as _
from rewards.people.accounts import Account
from rewards.people.days_off import DaysOff, days_off, give_back_days_off, take_days_off
from rewards.people.people import Person, get_person
from rewards.people.zones import change_zone
from rewards.store.session import Database
from web.problems import refused
from web.session import Employee, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
NOTES = {
    "zone": msg("Saved. Your new time zone holds from tomorrow on."),
    "taken": msg("Saved. Enjoy your days off; your streaks wait for you."),
    "back": msg("Given back."),
}
MOST_ZONE = 64
Typed = Annotated[Plain, Form(max_length=64)]


@dataclass(frozen=True)
class DaysContext:
    """Page context: `zones`: the choices; `fault` with the dates typed, where they were refused."""

    account: Account
    person: Person
    zones: Sequence[str]
    spans: Sequence[DaysOff]
    note: str
    fault: str
    first: str
    last: str


def _page(
    request: Request, store: Database, account: Account, fault: Fault | None = None, *typed: str
) -> Response:
    org, me = account.organisation, account.person
    with store.read() as tx:
        person, spans = get_person(tx, org, me), days_off(tx, org, me, now())
    done = request.query_params.get("done", "")
    first, last = typed or ("", "")
    context = DaysContext(
        account=account,
        person=person,
        zones=sorted(available_timezones()),
        spans=spans,
        note="" if fault or done not in NOTES else gettext(NOTES[done]),
        fault="" if fault is None else str(fault),
        first=first,
        last=last,
    )
    return page(request, "own/days.html", context, 200 if fault is None else refused(fault))


def _day(text: str, what: str) -> date:
    try:
        return day_of(text.strip())
    except ValueError as error:
        raise BadValue(
            "{what}: got {value!r}; {error}", what=what, value=text, error=gettext(str(error))
        ) from None


@router.get("/account/days")
def days(request: Request, store: Store, account: Employee) -> Response:
    """The current time zone and coming days off."""
    return _page(request, store, account)


@router.post("/account/zone")
def zone(
    request: Request, store: Store, account: Employee, zone: Annotated[Plain, Form(max_length=MOST_ZONE)] = ""
) -> Response:
    """Change the time zone from the next day on."""
    try:
        with store.begin() as tx:
            change_zone(tx, account.organisation, account.person, zone, now())
    except Fault as fault:
        return _page(request, store, account, fault)
    return RedirectResponse("/account/days?done=zone", 303)


@router.post("/account/days")
def take(
    request: Request,
    store: Store,
    account: Employee,
    first: Typed = "",
    last: Typed = "",
) -> Response:
    """Add days off."""
    try:
        begins, ends = _day(first, _("first day")), _day(last, _("last day"))
        with store.begin() as tx:
            take_days_off(tx, account.organisation, account.person, begins, ends, now=now())
    except Fault as fault:
        return _page(request, store, account, fault, first, last)
    return RedirectResponse("/account/days?done=taken", 303)


@router.post("/account/days/back")
def give_back(request: Request, store: Store, account: Employee, first: Typed = "") -> Response:
    """Remove days off that have not begun."""
    try:
        with store.begin() as tx:
            give_back_days_off(tx, account.organisation, account.person, _day(first, _("first day")), now())
    except Fault as fault:
        return _page(request, store, account, fault)
    return RedirectResponse("/account/days?done=back", 303)
