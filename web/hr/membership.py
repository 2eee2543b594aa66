"""Inviting people by group, and counts of participants that identify nobody; names are never shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from rewards.faults import Fault
from rewards.language import counted, gettext
from rewards.people.account_desk import groups
from rewards.people.accounts import Account
from rewards.people.groups import minimum_group
from rewards.people.membership import Enrolment, enrolment, invite
from rewards.people.people import Person, get_person
from web.problems import refused
from web.session import Inviter, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
PATH = "/hr/membership"
MOST_CHOSEN = 500
Names = Annotated[list[Annotated[Plain, Field(max_length=64)]], Form(max_length=MOST_CHOSEN)]


@dataclass(frozen=True)
class MembershipContext:
    """Page context: `found`: number of participants; `minimum`: fewest people for which a count is shown.

    `segments` and `teams` can be invited (no teams: one is typed); `note`: outcome of the last invitation.
    """

    account: Account
    person: Person
    found: Enrolment
    minimum: int
    segments: Sequence[str]
    teams: Sequence[str]
    note: str
    fault: str


def _page(request: Request, store: Store, account: Account, fault: Fault | None = None) -> Response:
    org, at = account.organisation, now()
    with store.read() as tx:
        person = get_person(tx, org, account.person)
        found = enrolment(tx, org, at)
        minimum = minimum_group(tx, org, at)
        segments, teams = groups(tx, org)
    context = MembershipContext(
        account=account,
        person=person,
        found=found,
        minimum=minimum,
        segments=segments,
        teams=teams,
        note=_note(request) if fault is None else "",
        fault="" if fault is None else str(fault),
    )
    return page(request, "hr/membership.html", context, 200 if fault is None else refused(fault))


def _note(request: Request) -> str:
    """The outcome of an invitation from the query parameters; '' where there are none."""
    said = request.query_params.get("invited", "").split("-")
    if len(said) != 3 or not all(one.isascii() and one.isdecimal() and len(one) < 9 for one in said):
        return ""
    invited, mailed, left = map(int, said)
    lines = [
        counted("{count} person is invited now.", "{count} people are invited now.", invited),
        counted("{count} mail is on its way.", "{count} mails are on their way.", mailed),
    ]
    if left:
        lines.append(gettext("There are more in the group: invite it once more."))
    return " ".join(lines)


@router.get(PATH)
def membership(request: Request, store: Store, account: Inviter) -> Response:
    """Counts of participants, and the form to invite a group."""
    return _page(request, store, account)


@router.post(PATH)
def invite_group(
    request: Request,
    store: Store,
    account: Inviter,
    whom: Annotated[Literal["everybody", "groups"], Form()],
    segments: Names = [],  # noqa: B006 - FastAPI copies it
    teams: Names = [],  # noqa: B006
) -> Response:
    """Invite a group; people who were invited before are not invited again."""
    everybody = whom == "everybody"
    teams = [team for team in teams if team.strip()]
    try:
        with store.begin() as tx:
            done = invite(
                tx,
                account.organisation,
                now(),
                account.person,
                segments=[] if everybody else segments,
                teams=[] if everybody else teams,
                everybody=everybody,
            )
    except Fault as fault:
        return _page(request, store, account, fault)
    return RedirectResponse(f"{PATH}?invited={done.invited}-{done.mailed}-{done.left}", 303)
