"""HR's changes about people over the API, by the use cases of the pages: list, add, change, move, leave, link, merge, erase."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import Field

from rewards.fields import Day
from rewards.language import msg, said
from rewards.merging import merge_people
from rewards.people import people
from rewards.people.accounts import ApiToken
from rewards.people.changing import (
    add_person,
    deactivate,
    edit_person,
    erase,
    move_person,
    move_zone,
)
from rewards.people.directory import Wanted, find_people
from rewards.people.people import refuse_own
from rewards.people.profile import Profile, get_profile
from rewards.store.persons import find_row
from rewards.store.session import Database, Transaction
from web.api.shared import PERSON, Cursor, Limit, PersonName, Strict, actor_of, link_next, problems
from web.problems import Problem
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/people", tags=["people"])
Reader = Annotated[ApiToken, Depends(token_with("people:read", "people:write", "admin"))]
Writer = Annotated[ApiToken, Depends(token_with("people:write", "admin"))]
Id = Annotated[str, Path(pattern=PERSON, description="The person's id")]
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Asked = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=200, description="The ETag that was read, or *")
]
REFUSALS = problems(404, 409)


class ListedOut(Strict):
    """One line of the list; `roles` are those of her sign-in."""

    id: str
    name: str
    segment: str
    team: str
    with_us: bool
    roles: list[str]


class PeopleOut(Strict):
    """People by name; `next` is the cursor of the following page, None on the last."""

    people: list[ListedOut]
    next: str | None


class LeaveOut(Strict):
    """Days off, both included."""

    first: date
    last: date


class MoveOut(Strict):
    """Segment and team of a person from an instant on (None: initially); `ahead`: in the future."""

    since: datetime | None
    segment: str
    team: str
    ahead: bool


class PersonOut(Strict):
    """One person as HR sees her; the ETag is the stamp of what may be changed."""

    id: str
    name: str
    email: str | None
    segment: str
    team: str
    timezone: str
    locale: str
    manager: str | None
    desk: str
    hours_share: float
    first_day: date | None
    contacts: int
    with_us: bool
    roles: list[str]
    former_ids: list[str]
    linked: list[str]
    moves: list[MoveOut]
    leave: list[LeaveOut]


class NewPerson(Strict):
    """Somebody new."""

    id: PersonName
    segment: Text
    team: Text
    timezone: Text
    name: Text = ""
    email: Text = ""
    manager: Text = ""
    locale: Text = ""
    desk: Literal["desk", "non-desk"] = "desk"
    hours_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    first_day: Day | None = None
    contacts: Annotated[int, Field(ge=0, le=10_000_000)] = 100


class Edit(Strict):
    """Changes to a person; omitted fields stay, "" removes the manager, the address or the first day."""

    name: Text | None = None
    email: Text | None = None
    manager: Text | None = None
    locale: Text | None = None
    desk: Literal["desk", "non-desk"] | None = None
    hours_share: Annotated[float, Field(gt=0, le=1)] | None = None
    first_day: Day | Literal[""] | None = None
    contacts: Annotated[int, Field(ge=0, le=10_000_000)] | None = None


class NewPlace(Strict):
    """Another segment, team or both from a local day on."""

    first: Day
    segment: Text | None = None
    team: Text | None = None


class NewZone(Strict):
    """Another time zone, from the next day unless a later one is named."""

    timezone: Text
    first: Day | None = None


class DaysOff(Strict):
    """Days off, both included, or days off that were none."""

    first: Day
    last: Day
    remove: bool = False


class Other(Strict):
    """Another account of the same human."""

    other: PersonName
    remove: bool = False


class Merged(Strict):
    """The account that becomes part of the one in the address."""

    other: PersonName


def _out(response: Response, found: Profile) -> PersonOut:
    response.headers["ETag"] = f'"{found.stamp}"'
    one = found.person
    return PersonOut(
        id=one.id, name=one.name, email=one.email, segment=one.segment, team=one.team, timezone=one.timezone, locale=one.locale,
        manager=one.manager, desk=one.desk, hours_share=one.hours_share, first_day=one.first_day, contacts=one.contacts,
        with_us=found.with_us,
        roles=list(found.roles), former_ids=list(found.former_ids), linked=[id_ for id_, _ in found.linked],
        moves=[MoveOut(since=m.since, segment=m.segment, team=m.team, ahead=m.ahead) for m in found.moves],
        leave=[LeaveOut(first=first, last=last) for first, last in found.leave],
    )  # fmt: skip


def _do(
    response: Response,
    store: Database,
    token: ApiToken,
    id: str,
    act: Callable[[Transaction, str, str], object],
) -> PersonOut:
    with store.begin() as tx:
        act(tx, token.organisation, actor_of(token))
        return _out(response, get_profile(tx, token.organisation, id))


@router.get("", summary="People, searched and filtered", responses=problems())
def listed(
    request: Request,
    response: Response,
    store: Store,
    token: Reader,
    q: Asked = "",
    state: Literal["with us", "deactivated", "all"] = "with us",
    segment: Asked = "",
    team: Asked = "",
    role: Asked = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PeopleOut:
    """By the beginnings of names, ids, addresses, teams and segments, in order of names."""
    with store.read() as tx:
        wanted = Wanted(q, state, team, segment, role)
        found = find_people(tx, token.organisation, wanted, cursor, limit)
    link_next(request, response, found.next)
    rows = [
        ListedOut(id=one.id, name=one.name, segment=one.segment, team=one.team, with_us=one.with_us, roles=list(one.roles))
        for one in found.rows
    ]  # fmt: skip
    return PeopleOut(people=rows, next=found.next)


@router.post("", status_code=201, summary="Add somebody", responses=REFUSALS)
def add(response: Response, store: Store, token: Writer, body: NewPerson) -> PersonOut:
    """A 409 where the id is taken."""
    record = {name: value for name, value in body.model_dump().items() if value != ""}
    return _do(response, store, token, body.id, lambda tx, org, who: add_person(tx, org, record, who, now()))


@router.get("/{id}", summary="One person", responses=problems(404))
def one(response: Response, store: Store, token: Reader, id: Id) -> PersonOut:
    """A person's data as HR may see them, without shares, points or messages."""
    with store.read() as tx:
        return _out(response, get_profile(tx, token.organisation, id))


@router.patch("/{id}", summary="Change what is said of somebody", responses=problems(404, 409, 412, 428))
def edit(
    response: Response, store: Store, token: Writer, id: Id, body: Edit, if_match: IfMatch = None
) -> PersonOut:
    """If-Match is required, so that two administrators do not overwrite each other."""
    if if_match is None:
        raise Problem(
            428, said("If-Match: got nothing; send the ETag that you read, so that no edit is lost")
        )
    stamp = None if if_match.strip() == "*" else if_match.strip().strip('"')
    changes = body.model_dump(exclude_none=True)
    return _do(
        response,
        store,
        token,
        id,
        lambda tx, org, who: edit_person(tx, org, id, changes, stamp, actor=who, now=now()),
    )


@router.post("/{id}/move", summary="Move to another segment or team", responses=REFUSALS)
def move(response: Response, store: Store, token: Writer, id: Id, body: NewPlace) -> PersonOut:
    """Move a person; events since the day are replayed, and a future move waits for its day."""

    def act(tx: Transaction, org: str, who: str) -> None:
        old = people.get_person(tx, org, id)
        segment = old.segment if body.segment is None else body.segment
        team = old.team if body.team is None else body.team
        move_person(tx, org, id, segment, team, first=body.first, stamp=None, actor=who, now=now())

    return _do(response, store, token, id, act)


@router.post("/{id}/zone", summary="Move to another time zone", responses=REFUSALS)
def zone(response: Response, store: Store, token: Writer, id: Id, body: NewZone) -> PersonOut:
    """Days that were begun keep their zone."""
    return _do(
        response, store, token, id,
        lambda tx, org, who: move_zone(tx, org, id, body.timezone, body.first, stamp=None, actor=who, now=now()),
    )  # fmt: skip


@router.post("/{id}/leave", summary="Days off, or days off that were none", responses=REFUSALS)
def leave(response: Response, store: Store, token: Writer, id: Id, body: DaysOff) -> PersonOut:
    """Streaks pause on them. Saying it twice says it once."""
    act = people.drop_leave if body.remove else people.set_leave
    return _do(
        response,
        store,
        token,
        id,
        lambda tx, org, who: act(tx, org, id, body.first, body.last, now=now(), actor=who),
    )


@router.post("/{id}/deactivate", summary="Somebody left", responses=REFUSALS)
def leaves(response: Response, store: Store, token: Writer, id: Id) -> PersonOut:
    """No sign-in and no board; everything earned stays."""
    return _do(response, store, token, id, lambda tx, org, who: deactivate(tx, org, id, None, who, now=now()))


@router.post("/{id}/reactivate", summary="Somebody came back", responses=REFUSALS)
def returns(response: Response, store: Store, token: Writer, id: Id) -> PersonOut:
    """Everything that was there is there again."""
    return _do(response, store, token, id, lambda tx, org, who: people.reactivate(tx, org, id, now(), who))


@router.post("/{id}/links", summary="Another account of the same human", responses=REFUSALS)
def link(response: Response, store: Store, token: Writer, id: Id, body: Other) -> PersonOut:
    """Linked accounts cannot thank each other."""
    act = people.unlink_people if body.remove else people.link_people
    return _do(
        response, store, token, id, lambda tx, org, who: act(tx, org, id, body.other, now(), actor=who)
    )


@router.post("/{id}/merge", summary="Make another account part of this one, for good", responses=REFUSALS)
def merge(response: Response, store: Store, token: Writer, id: Id, body: Merged) -> PersonOut:
    """Merge two accounts. It cannot be undone. The other id remains valid for this account."""

    def act(tx: Transaction, org: str, who: str) -> None:
        refuse_own(
            tx,
            org,
            who,
            find_row(tx, org, body.other).id,
            msg("merging {person!r}: is your own; ask a colleague to decide"),
            person=body.other,
        )
        merge_people(tx, org, id, body.other, now(), actor=who)

    return _do(response, store, token, id, act)


@router.delete("/{id}", status_code=204, summary="Forget somebody, for good", responses=REFUSALS)
def forget(store: Store, token: Writer, id: Id) -> None:
    """Name, address, id, sign-in and words go; totals stay without a name. This cannot be undone."""
    with store.begin() as tx:
        erase(tx, token.organisation, id, None, actor_of(token), now=now())
