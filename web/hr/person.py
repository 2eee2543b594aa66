"""HR's page of one person: the stored data, and every change to it with a confirmation of the values seen before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Fault, NotFound
from rewards.fields import day_of, instant_of
from rewards.language import msg, said
from rewards.ledger.places import today
from rewards.merging import merge_people
from rewards.people import people
from rewards.people.accounts import Account
from rewards.people.changing import deactivate, edit_person, erase, move_person, move_zone, take_back_move
from rewards.people.directory import segments_of
from rewards.people.people import Person, get_person, refuse_own
from rewards.people.profile import Profile, check_stamp, get_profile
from rewards.people.rights import TITLES, Right
from rewards.store.persons import find_row
from rewards.store.session import Database, Transaction
from rewards.store.units import to_us
from web.problems import refused
from web.session import PeopleReader, PeopleWriter, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
MOST_TYPED = 300
PersonId = Annotated[Plain, "the person's id in the address"]
Field = Annotated[Plain, Form(max_length=MOST_TYPED)]
Asked = Annotated[Plain, Query(max_length=64)]
Work = Callable[[Transaction], Any]


@dataclass(frozen=True)
class PersonContext:
    """Page context: `typed` holds the values of a refused form, by field; `today` and `tomorrow` are dates in the person's time zone."""

    account: Account
    person: Person
    seen: Profile
    typed: Mapping[str, str]
    today: date
    tomorrow: date
    segments: list[str]
    titles: Mapping[str, str]
    may_write: bool
    own: bool
    fault: str
    done: str


@dataclass(frozen=True)
class ConfirmContext:
    """Page context before an irreversible step. `other`: the account that would be merged into this one."""

    account: Account
    person: Person
    seen: Profile
    other: Profile | None
    other_id: str
    fault: str


def _page(
    request: Request,
    store: Database,
    account: Account,
    id: str,
    fault: str = "",
    *,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
    done: str = "",
) -> Response:
    org = account.organisation
    with store.read() as tx:
        seen = get_profile(tx, org, id)
        day = today(to_us(now()), seen.person.timezone)
        context = PersonContext(
            account=account,
            person=get_person(tx, org, account.person),
            seen=seen,
            typed=typed or {},
            today=day,
            tomorrow=day + timedelta(days=1),
            segments=segments_of(tx, org),
            titles=TITLES,
            may_write=account.may(Right.PEOPLE_WRITE),
            own=seen.person.id == account.person,
            fault=fault,
            done=done,
        )
    return page(request, "hr/person.html", context, status)


@router.get("/hr/person/{id}")
def person(request: Request, store: Store, account: PeopleReader, id: PersonId, done: Asked = "") -> Response:
    """One person."""
    return _page(request, store, account, id, done=done)


def _act(
    request: Request,
    store: Database,
    account: Account,
    id: str,
    done: str,
    *,
    typed: Mapping[str, str],
    work: Work,
) -> Response:
    try:
        with store.begin() as tx:
            work(tx)
    except Fault as fault:
        return _page(request, store, account, id, str(fault), typed=typed, status=refused(fault))
    return RedirectResponse(f"/hr/person/{id}?done={done}", 303)


@router.post("/hr/person/{id}")
def edit(
    request: Request,
    store: Store,
    account: PeopleWriter,
    id: PersonId,
    stamp: Field = "",
    name: Field = "",
    email: Field = "",
    manager: Field = "",
    locale: Field = "",
    desk: Field = "",
    hours_share: Field = "",
    first_day: Field = "",
    contacts: Field = "",
) -> Response:
    """Change the person's master data."""
    typed = {
        "name": name, "email": email, "manager": manager, "locale": locale, "desk": desk, "hours_share": hours_share,
        "first_day": first_day, "contacts": contacts,
    }  # fmt: skip
    org = account.organisation
    changes = {field: value.strip() for field, value in typed.items()}
    return _act(
        request, store, account, id, "saved", typed=typed,
        work=lambda tx: edit_person(tx, org, id, changes, stamp, actor=account.person, now=now())
    )  # fmt: skip


@router.post("/hr/person/{id}/move")
def move(
    request: Request, store: Store, account: PeopleWriter, id: PersonId, stamp: Field = "", segment: Field = "", team: Field = "",
    day: Field = ""
) -> Response:  # fmt: skip
    """Set another team or segment from a day on."""
    org, who = account.organisation, account.person
    typed = {"segment": segment, "team": team, "move_day": day}
    return _act(
        request, store, account, id, "moved", typed=typed,
        work=lambda tx: move_person(tx, org, id, segment.strip(), team.strip(), first=_day(day, msg("move on: got {value!r}; {error}")),
            stamp=stamp, actor=who, now=now()),
    )  # fmt: skip


@router.post("/hr/person/{id}/move/back")
def move_back(
    request: Request, store: Store, account: PeopleWriter, id: PersonId, begins: Field = ""
) -> Response:
    """Cancel a future move."""
    org, who = account.organisation, account.person
    return _act(
        request, store, account, id, "saved", typed={}, work=lambda tx: take_back_move(tx, org, id, _instant(begins), who, now=now())
    )  # fmt: skip


@router.post("/hr/person/{id}/zone")
def zone(
    request: Request, store: Store, account: PeopleWriter, id: PersonId, stamp: Field = "", zone: Field = "", day: Field = ""
) -> Response:  # fmt: skip
    """Set another time zone from a day on."""
    org, who, typed = account.organisation, account.person, {"zone": zone, "zone_day": day}
    return _act(
        request, store, account, id, "moved", typed=typed,
        work=lambda tx: move_zone(tx, org, id, zone.strip(), _day(day, msg("time zone from: got {value!r}; {error}")), stamp=stamp,
            actor=who, now=now()),
    )  # fmt: skip


@router.post("/hr/person/{id}/leave")
def leave(
    request: Request, store: Store, account: PeopleWriter, id: PersonId, first: Field = "", last: Field = "",
    change: Annotated[Literal["add", "remove"], Form()] = "add",
) -> Response:  # fmt: skip
    """Add days off, or remove them."""
    act = people.set_leave if change == "add" else people.drop_leave
    org, who, typed = account.organisation, account.person, {"first": first, "last": last}
    return _act(
        request, store, account, id, "leave", typed=typed,
        work=lambda tx: act(tx, org, id, _day(first, msg("leave from: got {value!r}; {error}")),
            _day(last, msg("leave until: got {value!r}; {error}")), now=now(), actor=who),
    )  # fmt: skip


@router.post("/hr/person/{id}/state")
def state(
    request: Request, store: Store, account: PeopleWriter, id: PersonId,
    change: Annotated[Literal["deactivate", "reactivate"], Form()], stamp: Field = "",
) -> Response:  # fmt: skip
    """Record that the person left, or returned."""
    org, who = account.organisation, account.person

    def work(tx: Transaction) -> None:
        if change == "deactivate":
            deactivate(tx, org, id, stamp, who, now=now())
        else:
            check_stamp(find_row(tx, org, id), stamp)
            people.reactivate(tx, org, id, now(), who)

    return _act(request, store, account, id, "state", typed={}, work=work)


@router.post("/hr/person/{id}/link")
def link(
    request: Request, store: Store, account: PeopleWriter, id: PersonId, other: Field = "",
    change: Annotated[Literal["add", "remove"], Form()] = "add",
) -> Response:  # fmt: skip
    """Link another account of the same human, or remove a link."""
    act = people.link_people if change == "add" else people.unlink_people
    org, who = account.organisation, account.person
    return _act(
        request, store, account, id, "linked", typed={"other": other}, work=lambda tx: act(tx, org, id, other.strip(), now(), actor=who)
    )  # fmt: skip


@router.get("/hr/person/{id}/merge")
def ask_merge(
    request: Request, store: Store, account: PeopleWriter, id: PersonId, other: Asked = ""
) -> Response:
    """The effects of a merge, before it is done."""
    return _confirm(request, store, account, id, "hr/person_merge.html", other=other)


@router.post("/hr/person/{id}/merge")
def merge(
    request: Request, store: Store, account: PeopleWriter, id: PersonId, stamp: Field = "", other: Field = "", other_stamp: Field = ""
) -> Response:  # fmt: skip
    """Merge another account into this one."""
    org, who = account.organisation, account.person
    try:
        with store.begin() as tx:
            kept, gone = find_row(tx, org, id), find_row(tx, org, other)
            refuse_own(
                tx,
                org,
                who,
                gone.id,
                msg("merging {person!r}: is your own; ask a colleague to decide"),
                person=other,
            )
            check_stamp(kept, stamp)
            check_stamp(gone, other_stamp)
            merge_people(tx, org, id, other, now(), actor=who)
    except Fault as fault:
        return _confirm(
            request,
            store,
            account,
            id,
            "hr/person_merge.html",
            other=other,
            fault=str(fault),
            status=refused(fault),
        )
    return RedirectResponse(f"/hr/person/{id}?done=merged", 303)


@router.get("/hr/person/{id}/erase")
def ask_erase(request: Request, store: Store, account: PeopleWriter, id: PersonId) -> Response:
    """The effects of an erasure, before it is done."""
    return _confirm(request, store, account, id, "hr/person_erase.html")


@router.post("/hr/person/{id}/erase")
def do_erase(
    request: Request,
    store: Store,
    account: PeopleWriter,
    id: PersonId,
    stamp: Field = "",
    confirm: Field = "",
) -> Response:
    """Erase the person's identity for good; the id has to be typed, which prevents erasure by mistake."""
    try:
        if confirm.strip() != id:
            raise BadValue(
                "confirmation: got {value!r}; the id {id!r} is wanted; type it as it stands",
                value=confirm[:64],
                id=id,
            )
        with store.begin() as tx:
            erase(tx, account.organisation, id, stamp, account.person, now=now())
    except NotFound:
        raise
    except Fault as fault:
        return _confirm(
            request,
            store,
            account,
            id,
            "hr/person_erase.html",
            other="",
            fault=str(fault),
            status=refused(fault),
        )
    return RedirectResponse("/hr/people?done=erased", 303)


def _confirm(
    request: Request,
    store: Database,
    account: Account,
    id: str,
    template: str,
    *,
    other: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    org, other = account.organisation, other.strip()
    with store.read() as tx:
        seen, beside = get_profile(tx, org, id), None
        if other and not fault:
            try:
                beside = get_profile(tx, org, other)
            except NotFound as missing:
                fault, status = str(missing), 404
        if beside is not None and beside.person.id == seen.person.id:
            beside, status = None, 409
            fault = said("person {other!r}: cannot be merged with itself; name two accounts", other=other)
        context = ConfirmContext(
            account=account,
            person=get_person(tx, org, account.person),
            seen=seen,
            other=beside,
            other_id=other,
            fault=fault,
        )
    return page(request, template, context, status)


def _day(text: str, wrong: str) -> date:
    try:
        return day_of(text.strip())
    except ValueError as error:
        raise BadValue(wrong, value=text[:40], error=error) from None


def _instant(text: str) -> datetime:
    try:
        return instant_of(text.strip())
    except ValueError as error:
        raise BadValue("move of: got {value!r}; {error}", value=text[:40], error=error) from None
