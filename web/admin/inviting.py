"""The page on which HR or an administrator invites people as employees, a group at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from rewards.faults import BadValue, Fault
from rewards.language import gettext as _
from rewards.people.account_desk import groups
from rewards.people.accounts import Account
from rewards.people.invitations import MOST_AT_ONCE, Link, invite, invite_group
from rewards.people.people import Person, get_person
from rewards.store.session import Database
from web.problems import refused
from web.session import Inviter, Store, now
from web.slips import Handing, Slip, sends_mail, slips
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(include_in_schema=False)
Whom = Literal["all", "segment", "team", "ids"]


@dataclass(frozen=True)
class InvitingContext:
    """Page context. `slips`: links just created; `refusals`: errors of the others; `left`: people not yet invited; `typed`: form values."""

    account: Account
    person: Person
    segments: list[str]
    teams: list[str]
    most: int
    slips: list[Slip]
    mail: bool
    refusals: list[str]
    left: int
    sent: bool
    typed: dict[str, str]
    fault: str


def _page(
    request: Request,
    store: Database,
    account: Account,
    typed: dict[str, str],
    made: list[Slip] | None = None,
    *,
    refusals: list[str] | None = None,
    left: int = 0,
    fault: str = "",
    status: int = 200,
) -> Response:
    with store.read() as tx:
        segments, teams = groups(tx, account.organisation)
        context = InvitingContext(
            account=account,
            person=get_person(tx, account.organisation, account.person),
            segments=segments,
            teams=teams,
            most=MOST_AT_ONCE,
            slips=made or [],
            mail=sends_mail(request),
            refusals=refusals or [],
            left=left,
            sent=made is not None,
            typed=typed,
            fault=fault,
        )
    return page(request, "admin/inviting.html", context, status)


@router.get("/invitations")
def form(request: Request, store: Store, account: Inviter) -> Response:
    """The form for choosing a group."""
    return _page(request, store, account, {"whom": "all", "segment": "", "team": "", "ids": ""})


@router.post("/invitations")
def send(
    request: Request,
    store: Store,
    way: Handing,
    account: Inviter,
    whom: Annotated[Whom, Form()],
    segment: Annotated[Plain, Form(max_length=64)] = "",
    team: Annotated[Plain, Form(max_length=64)] = "",
    ids: Annotated[Plain, Form(max_length=MOST_TYPED)] = "",
) -> Response:
    """Invite a group, or the people with the given ids; links are shown only once."""
    typed = {"whom": whom, "segment": segment, "team": team, "ids": ids}
    org, left = account.organisation, 0
    refusals: list[str] = []
    try:
        with store.begin() as tx:
            if whom == "ids":
                made: list[Link] = []
                for person in _named(ids):
                    try:
                        made.append(invite(tx, org, person, ["employee"], now(), by=account))
                    except Fault as fault:
                        refusals.append(str(fault))
            else:
                made, left = invite_group(
                    tx, org, now(), account,
                    _chosen(segment, whom == "segment"), team=_chosen(team, whom == "team"),
                )  # fmt: skip
            handed = slips(tx, org, made, way.public, way.mail)
    except Fault as fault:
        return _page(request, store, account, typed, fault=str(fault), status=refused(fault))
    return _page(request, store, account, typed, handed, refusals=refusals, left=left)


def _chosen(name: str, asked: bool) -> str:
    if asked and not name.strip():
        raise BadValue(_("Choose a segment or a team first."))
    return name if asked else ""


def _named(ids: str) -> list[str]:
    found = list(dict.fromkeys(re.split(r"[\s,;]+", ids.strip())))
    if found in ([], [""]):
        raise BadValue(_("Write at least one id."))
    if len(found) > MOST_AT_ONCE:
        raise BadValue(
            _("{count} ids: at most {most} at once. Invite in several goes.").format(
                count=len(found), most=MOST_AT_ONCE
            )
        )
    return found
