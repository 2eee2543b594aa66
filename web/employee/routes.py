"""The employee's pages: home, points with their reasons, badges, thanks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import Field

from rewards.badges.progress import badge_progress
from rewards.boards.highlights import highlighted
from rewards.challenges.challenges import challenges
from rewards.content.content import recalls_for, titles_of
from rewards.content.links import clicks_for
from rewards.events import OWN_KINDS
from rewards.faults import BadValue, Fault, NotFound
from rewards.ledger.entries import EntryView, badges_for, balances, entries_for
from rewards.nominations.nominations import awards_for, honours
from rewards.people.directory import MOST_QUERY_CHARACTERS, find_colleagues, named_colleagues
from rewards.people.people import get_person
from rewards.people.rights import Right
from rewards.publishing.publication import scheme_in_force
from rewards.thanks.recognition import (
    MOST_RECEIVERS,
    kudos_allowance_left,
    kudos_given,
    kudos_received,
    thank_several,
)
from rewards.thanks.withdrawal import withdraw_kudos
from web.employee.contexts import (
    BadgesContext,
    EntryRow,
    HomeContext,
    PointsContext,
    ThanksContext,
    is_earned,
    nearest,
    next_goal,
    trend_of,
)
from web.employee.sharing import cards_for
from web.navigation import home_of
from web.problems import refused
from web.session import Employee, SignedIn, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain, within

router = APIRouter(include_in_schema=False)
MOST_THANKS = 500
MOST_ENTRIES = 100
TREND_ENTRIES = 500
MOST_ID = 2**63 - 1
Receivers = Annotated[list[Annotated[Plain, Field(max_length=64)]] | None, Form(max_length=MOST_RECEIVERS)]


def _about(entry: EntryView, titles: Mapping[str, str]) -> str:
    """Title of the object of an entry's event, its id where no title is known; '' for thanks."""
    about = entry.object or ""
    return "" if entry.event_kind == "kudos" else titles.get(about, about)


@router.get("/")
def home(
    request: Request,
    store: Store,
    account: SignedIn,
    number: Annotated[int, Query(alias="page", ge=1, le=1000)] = 1,
) -> Response:
    """Items to share, own progress, thanks. Other roles are redirected to their own start page."""
    if not account.may(Right.TAKE_PART):
        return RedirectResponse(home_of(account), 303)
    at, org, me = now(), account.organisation, account.person
    with store.read() as tx:
        version = scheme_in_force(tx, org, at)
        held = balances(tx, org, me)
        person = get_person(tx, org, me)
        entries = entries_for(tx, org, me, TREND_ENTRIES)
        found = cards_for(tx, account, person, entries, at, number=number)
        context = HomeContext(
            account=account,
            person=person,
            cards=found.open,
            closed=found.closed,
            aside=found.aside,
            recalls=recalls_for(tx, org, me),
            number=number,
            more=found.more,
            balances=held,
            trend=trend_of(entries, at, person.timezone),
            goal=next_goal(version.scheme if version else None, held.earned),
            badges=nearest(badge_progress(tx, org, me, at)),
            kudos=kudos_received(tx, org, me, 3),
        )
    return page(request, "employee/home.html", context)


@router.get("/points")
def points(
    request: Request,
    store: Store,
    account: Employee,
    before: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
    shared: bool = False,
) -> Response:
    """All ledger entries with their reasons."""
    org, me = account.organisation, account.person
    with store.read() as tx:
        entries = entries_for(tx, org, me, MOST_ENTRIES, before)
        links = clicks_for(tx, org, me)
        titles = titles_of(tx, org, {*(one.object or "" for one in entries), *(link[0] for link in links)})
        context = PointsContext(
            account=account,
            person=get_person(tx, org, me),
            balances=balances(tx, org, me),
            # Joining, or a visit by a digest, is listed only where a rule rewards it.
            rows=[
                EntryRow(e, _about(e, titles), is_earned(e))
                for e in entries
                if e.amount_millipoints or e.event_kind not in OWN_KINDS
            ],
            links=[(titles.get(link[0], link[0]), *link[1:]) for link in links],
            older=entries[-1].id if len(entries) == MOST_ENTRIES else None,
            shared=shared,
        )
    return page(request, "employee/points.html", context)


@router.get("/badges")
def badges(request: Request, store: Store, account: Employee) -> Response:
    """Badges held, and progress towards the others."""
    org, me = account.organisation, account.person
    with store.read() as tx:
        held = [badge for badge in badges_for(tx, org, me) if badge.revoked_at is None]
        mine = {badge.badge for badge in held}
        context = BadgesContext(
            account=account,
            person=get_person(tx, org, me),
            held=held,
            open=[b for b in badge_progress(tx, org, me, now()) if b.badge not in mine],
            challenges=challenges(tx, org, me, now()),
        )
    return page(request, "employee/badges.html", context)


@dataclass(frozen=True)
class Typed:
    """Values typed into the forms of thanks and nominations. `find`: a prefix of names, searched for the form `asking`."""

    words: str = ""
    chosen: Sequence[str] = ()
    reason: str = ""
    nominee: str = ""
    award: str = ""
    find: str = ""
    asking: str = ""


def thanks_page(
    request: Request,
    store: Store,
    account: Employee,
    fault: str = "",
    naming_fault: str = "",
    *,
    typed: Typed = Typed(),
    status: int = 200,
) -> Response:
    """The page of thanks and awards by nomination, with an error message and the words typed."""
    org, me = account.organisation, account.person
    with store.read() as tx:
        context = ThanksContext(
            account=account,
            person=get_person(tx, org, me),
            left=kudos_allowance_left(tx, org, me, now()),
            received=kudos_received(tx, org, me, 20),
            given=kudos_given(tx, org, me, 10),
            key=secrets.token_urlsafe(12),
            fault=fault,
            words=typed.words,
            picked=named_colleagues(tx, org, [*typed.chosen], me),
            found=find_colleagues(tx, org, typed.find, me) if typed.find else (),
            find=typed.find,
            asking=typed.asking,
            nominee=named_colleagues(tx, org, [typed.nominee], me),
            award=typed.award,
            most=MOST_THANKS,
            most_receivers=MOST_RECEIVERS,
            thanked=status == 200 and "thanked" in request.query_params,
            withdrawn=status == 200 and "withdrawn" in request.query_params,
            awards=awards_for(tx, org, me, now()),
            honours=honours(tx, org, me, now()),
            highlights=highlighted(tx, org, me, now()),
            named=status == 200 and "named" in request.query_params,
            naming_fault=naming_fault,
            reason=typed.reason,
        )
    return page(request, "employee/thanks.html", context, status)


@router.get("/people/search")
def search(
    store: Store, account: Employee, q: Annotated[Plain, Query(max_length=MOST_QUERY_CHARACTERS)] = ""
) -> JSONResponse:
    """Colleagues with a name that has words with these prefixes, as JSON for the forms that name somebody."""
    with store.read() as tx:
        found = find_colleagues(tx, account.organisation, q, account.person)
    return JSONResponse({"people": [{"id": one.id, "name": one.name, "team": one.team} for one in found]})


@router.get("/thanks")
def thanks(request: Request, store: Store, account: Employee) -> Response:
    """The form for thanking a colleague, and thanks received."""
    return thanks_page(request, store, account)


@router.post("/thanks/find")
def find(
    request: Request,
    store: Store,
    account: Employee,
    find: Annotated[Plain, Form(max_length=MOST_QUERY_CHARACTERS)] = "",
    receiver: Receivers = None,
    message: Annotated[Plain, Form(max_length=MOST_TYPED)] = "",
) -> Response:
    """The form of thanks with matching colleagues, for browsers without JavaScript."""
    typed = Typed(words=message, chosen=receiver or (), find=find, asking="receiver")
    return thanks_page(request, store, account, typed=typed)


@router.post("/thanks")
def give(
    request: Request,
    store: Store,
    account: Employee,
    message: Annotated[Plain, Form(max_length=MOST_TYPED)],
    key: Annotated[Plain, Form(min_length=8, max_length=64)],
    receiver: Receivers = None,
    find: Annotated[Plain, Form(max_length=MOST_QUERY_CHARACTERS)] = "",
) -> Response:
    """Send thanks to each colleague named. Posting a form twice sends them once."""
    typed = Typed(words=message, chosen=receiver or (), find=find, asking="receiver")
    try:
        within(message, MOST_THANKS, "message")
        if not receiver:
            raise BadValue("colleague: nobody is chosen; find somebody by name and choose them")
        with store.begin() as tx:
            named = list(dict.fromkeys(receiver))
            thank_several(
                tx, account.organisation, account.person, named, message, tags=(), key=key, now=now()
            )
    except Fault as fault:
        return thanks_page(request, store, account, fault=str(fault), typed=typed, status=refused(fault))
    return RedirectResponse("/thanks?thanked=1", 303)


@router.post("/thanks/{id}/withdraw")
def withdraw(
    request: Request, store: Store, account: Employee, id: Annotated[int, Path(ge=1, le=MOST_ID)]
) -> Response:
    """Withdraw thanks that the reader gave."""
    try:
        with store.begin() as tx:
            why = "taken back by the giver"
            withdraw_kudos(
                tx, account.organisation, id, account.person, account.person, reason=why, now=now()
            )
    except Fault as fault:
        return thanks_page(
            request, store, account, fault=str(fault), status=404 if isinstance(fault, NotFound) else 409
        )
    return RedirectResponse("/thanks?withdrawn=1", 303)
