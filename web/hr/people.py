"""HR's list of people with search and filters, and the form that adds a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault
from rewards.language import msg
from rewards.people.accounts import Account
from rewards.people.changing import add_person
from rewards.people.directory import STATES, Listed, Wanted, find_people, segments_of
from rewards.people.organisations import get_organisation
from rewards.people.people import Person, get_person
from rewards.people.rights import ROLES, TITLES, Right
from rewards.store.session import Transaction
from web.problems import refused
from web.session import PeopleReader, PeopleWriter, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
STATE_TITLES: Mapping[str, str] = MappingProxyType(
    {"with us": msg("With the company"), "deactivated": msg("Deactivated"), "all": msg("Everybody")}
)
MOST_TYPED = 300
Asked = Annotated[Plain, Query(max_length=MOST_TYPED)]
Field = Annotated[Plain, Form(max_length=MOST_TYPED)]
FIELDS = (
    "id",
    "name",
    "email",
    "segment",
    "team",
    "timezone",
    "contacts",
    "locale",
    "manager",
    "desk",
    "hours_share",
    "first_day",
)


@dataclass(frozen=True)
class PeopleContext:
    """Page context: `older`: address of the next page (None: this is the last); `filtered`: a filter is set."""

    account: Account
    person: Person
    wanted: Wanted
    rows: tuple[Listed, ...]
    older: str | None
    filtered: bool
    segments: list[str]
    states: Mapping[str, str]
    roles: tuple[str, ...]
    titles: Mapping[str, str]
    may_write: bool
    fault: str
    done: str


@dataclass(frozen=True)
class NewPersonContext:
    """Page context of the form; `typed`: the values of its fields."""

    account: Account
    person: Person
    typed: Mapping[str, str]
    segments: list[str]
    fault: str


@router.get("/hr/people")
def people(
    request: Request,
    store: Store,
    account: PeopleReader,
    q: Asked = "",
    state: Asked = "with us",
    segment: Asked = "",
    team: Asked = "",
    role: Asked = "",
    after: Asked = "",
    done: Asked = "",
) -> Response:
    """One page of the people found."""
    wanted = Wanted(q, state, team, segment, role)
    with store.read() as tx:
        try:
            found, fault = find_people(tx, account.organisation, wanted, after or None), ""
        except Fault as error:
            wanted = replace(wanted, text=q[:50], state=state if state in STATES else "with us")
            found, fault = find_people(tx, account.organisation, Wanted()), str(error)
        asked = {"q": q, "state": state, "segment": segment, "team": team, "role": role}
        kept = {
            name: value for name, value in asked.items() if value and (name, value) != ("state", "with us")
        }
        context = PeopleContext(
            account=account,
            person=get_person(tx, account.organisation, account.person),
            wanted=wanted,
            rows=found.rows,
            older=None if found.next is None else f"/hr/people?{urlencode({**kept, 'after': found.next})}",
            filtered=bool(kept or after),
            segments=segments_of(tx, account.organisation),
            states=STATE_TITLES,
            roles=ROLES,
            titles=TITLES,
            may_write=account.may(Right.PEOPLE_WRITE),
            fault=fault,
            done=done,
        )
    return page(request, "hr/people.html", context, 422 if fault else 200)


@router.get("/hr/people/new")
def new(request: Request, store: Store, account: PeopleWriter) -> Response:
    """The form that adds a person."""
    with store.read() as tx:
        home = get_organisation(tx, account.organisation)
        typed = {
            "timezone": home.timezone if home else "",
            "contacts": "100",
            "hours_share": "1",
            "locale": home.languages[0] if home else "",
        }
        return _new(request, tx, account, typed)


@router.post("/hr/people/new")
def add(
    request: Request,
    store: Store,
    account: PeopleWriter,
    id: Field = "",
    segment: Field = "",
    team: Field = "",
    timezone: Field = "",
    name: Field = "",
    email: Field = "",
    contacts: Field = "0",
    locale: Field = "",
    manager: Field = "",
    desk: Field = "desk",
    hours_share: Field = "1",
    first_day: Field = "",
) -> Response:
    """Add a person. Posting a form twice adds one person: the second time the id is taken."""
    given = (
        id,
        name,
        email,
        segment,
        team,
        timezone,
        contacts,
        locale,
        manager,
        desk,
        hours_share,
        first_day,
    )
    typed = dict(zip(FIELDS, given, strict=True))
    record = {
        field: value
        for field, value in typed.items()
        if value.strip() or field in ("segment", "team", "timezone")
    }
    try:
        with store.begin() as tx:
            made = add_person(tx, account.organisation, record, account.person, now())
    except Fault as fault:
        with store.read() as tx:
            return _new(request, tx, account, typed, str(fault), status=refused(fault))
    return RedirectResponse(f"/hr/person/{made}?done=added", 303)


def _new(
    request: Request,
    tx: Transaction,
    account: Account,
    typed: Mapping[str, str],
    fault: str = "",
    *,
    status: int = 200,
) -> Response:
    context = NewPersonContext(
        account=account,
        person=get_person(tx, account.organisation, account.person),
        typed={**dict.fromkeys(FIELDS, ""), **typed},
        segments=segments_of(tx, account.organisation),
        fault=fault,
    )
    return page(request, "hr/person_new.html", context, status)
