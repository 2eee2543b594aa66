"""HR's start page: the live scheme in plain language, and participation that never names who abstained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.people.accounts import Account
from rewards.people.groups import minimum_group
from rewards.people.participation import Participation, participation_shown
from rewards.people.people import Person, get_person, names_of
from rewards.publishing.publication import SchemeVersion, scheme_in_force, versions
from rewards.review import count_open
from rewards.scheme.explain import explain_scheme
from rewards.shop.claims import count_waiting
from web.hr.groups import GroupRow, active_told, rows_of
from web.session import SchemeReader, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class HrContext:
    """Page context: `version` is the scheme in force (None: none), `lines` its sentences, `history` all versions, newest first.

    `names` of the people who published them.
    `scheduled`: numbers of the versions that take effect later.
    `groups` are the segments that may be shown; `hidden` counts those that disclosure control suppresses: they, or others by
    subtraction, have fewer than `minimum` people. `as_of`: when they were counted, unless now. `active`: participants of 7 and of
    28 days, in words where a number would identify people. `waiting` counts open decisions.
    """

    account: Account
    person: Person
    version: SchemeVersion | None
    lines: list[str]
    participation: Participation
    as_of: datetime | None
    groups: list[GroupRow]
    hidden: int
    active: tuple[str, str]
    minimum: int
    history: list[SchemeVersion]
    names: dict[str, str]
    scheduled: frozenset[int]
    waiting: int


@router.get("/hr")
def overview(request: Request, store: Store, account: SchemeReader) -> Response:
    """The live scheme and participation."""
    at, org = now(), account.organisation
    found, as_of = participation_shown(store, org, at)
    with store.read() as tx:
        version = scheme_in_force(tx, org, at)
        minimum = minimum_group(tx, org, at)
        groups = rows_of(found, minimum)
        history = versions(tx, org)[::-1]
        context = HrContext(
            account=account,
            person=get_person(tx, org, account.person),
            version=version,
            # The first line is the title, which the page shows above already.
            lines=explain_scheme(version.scheme)[1:] if version else [],
            participation=found,
            as_of=as_of,
            groups=groups,
            hidden=found.suppressed_segments,
            active=active_told(found, minimum),
            minimum=minimum,
            history=history,
            names=names_of(tx, org, {version.actor for version in history}),
            scheduled=frozenset(
                one.version for one in history if one.effective_at > at and one.rolled_back_at is None
            ),
            waiting=count_open(tx, org) + count_waiting(tx, org),
        )
    return page(request, "hr/overview.html", context)
