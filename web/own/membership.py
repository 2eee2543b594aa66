"""One's own enrolment in the program: join, pause, resume, leave. No other person can do it or see who did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault
from rewards.language import gettext, msg
from rewards.people.accounts import Account
from rewards.people.membership import (
    OWN_PAGE,
    STANDINGS,
    Membership,
    join,
    leave,
    membership_of,
    pause,
    resume,
)
from rewards.people.people import Person, get_person
from rewards.store.session import Transaction
from web.problems import refused
from web.session import Employee, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
Step = Literal["join", "pause", "resume", "leave"]
STEPS: dict[Step, Callable[[Transaction, str, str, datetime], None]] = {
    "join": join,
    "pause": pause,
    "resume": resume,
    "leave": leave,
}
DONE: dict[str, str] = {
    "join": msg("Welcome. From now on what you share counts for you."),
    "pause": msg("You take a break. No digest comes, and you stand on no board."),
    "resume": msg("Good to have you back."),
    "leave": msg("You have left. What you earned stays yours, and you can join again at any time."),
}


@dataclass(frozen=True)
class MembershipContext:
    """Page context: `standing`: enrolment state in words; `open_to`: next transitions; `steps`: past ones (what, when)."""

    account: Account
    person: Person
    membership: Membership
    standing: str
    open_to: frozenset[str]
    steps: Sequence[tuple[str, datetime]]
    note: str
    fault: str


def open_steps(found: Membership) -> frozenset[str]:
    """The transitions that are possible from an enrolment state."""
    if found.standing == "paused":
        return frozenset({"resume", "leave"})
    if found.standing == "invited" and found.asked:
        return frozenset({"join", "leave"})
    if found.standing == "left":
        return frozenset({"join"})
    if found.standing == "" and found.asked:
        return frozenset()
    return frozenset({"pause", "leave"})


def _page(request: Request, store: Store, account: Account, fault: Fault | None = None) -> Response:
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
        found = membership_of(tx, account.organisation, account.person, now())
    standing = "enrolled" if not found.asked and found.takes_part else found.standing
    done = DONE.get(request.query_params.get("done", "")) if fault is None else None
    context = MembershipContext(
        account=account,
        person=person,
        membership=found,
        standing=gettext(STANDINGS[standing]),
        open_to=open_steps(found),
        steps=[(gettext(STANDINGS[what]), at) for what, at in reversed(found.history)],
        note="" if done is None else gettext(done),
        fault="" if fault is None else str(fault),
    )
    return page(request, "own/membership.html", context, 200 if fault is None else refused(fault))


@router.get(OWN_PAGE)
def membership(request: Request, store: Store, account: Employee) -> Response:
    """The reader's enrolment."""
    return _page(request, store, account)


@router.post(OWN_PAGE)
def take_step(request: Request, store: Store, account: Employee, step: Annotated[Step, Form()]) -> Response:
    """Change the enrolment state. Repeating a step changes nothing."""
    try:
        with store.begin() as tx:
            STEPS[step](tx, account.organisation, account.person, now())
    except Fault as fault:
        return _page(request, store, account, fault)
    return RedirectResponse(f"{OWN_PAGE}?done={step}", 303)
