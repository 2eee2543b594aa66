"""One's own mail preferences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault
from rewards.language import gettext, msg
from rewards.mail.choices import Choice, Digest, choice_of, choose
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from web.problems import refused
from web.session import SignedIn, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
PATH = "/account/notifications"
WEEKDAYS = (
    msg("Monday"),
    msg("Tuesday"),
    msg("Wednesday"),
    msg("Thursday"),
    msg("Friday"),
    msg("Saturday"),
    msg("Sunday"),
)
DIGESTS: dict[Digest, str] = {
    "weekly": msg("Once a week"),
    "daily": msg("Every day from Monday to Friday"),
    "off": msg("None"),
}


@dataclass(frozen=True)
class NotificationsContext:
    """Page context: `digests` and `weekdays`: (value, label); `saved` and `fault`: outcome of the last change."""

    account: Account
    person: Person
    choice: Choice
    digests: Sequence[tuple[str, str]]
    weekdays: Sequence[tuple[int, str]]
    saved: bool
    fault: str


def _page(
    request: Request, store: Store, account: Account, typed: Choice | None = None, fault: Fault | None = None
) -> Response:
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
        choice = typed or choice_of(tx, account.organisation, account.person)
    context = NotificationsContext(
        account=account,
        person=person,
        choice=choice,
        digests=[(name, gettext(words)) for name, words in DIGESTS.items()],
        weekdays=[(day, gettext(name)) for day, name in enumerate(WEEKDAYS)],
        saved=fault is None and "saved" in request.query_params,
        fault="" if fault is None else str(fault),
    )
    return page(request, "own/notifications.html", context, 200 if fault is None else refused(fault))


@router.get(PATH)
def notifications(request: Request, store: Store, account: SignedIn) -> Response:
    """The current mail preferences."""
    return _page(request, store, account)


@router.post(PATH)
def choose_notifications(
    request: Request,
    store: Store,
    account: SignedIn,
    digest: Annotated[Digest, Form()],
    weekday: Annotated[int, Form()],
    hour: Annotated[int, Form()],
    quiet_from: Annotated[int, Form()],
    quiet_until: Annotated[int, Form()],
    notices: Annotated[bool, Form()] = False,
) -> Response:
    """Store the mail preferences; they apply from the next mail on."""
    wanted = Choice(digest, weekday, hour, notices, quiet_from, quiet_until)
    try:
        with store.begin() as tx:
            choose(tx, account.organisation, account.person, wanted, now())
    except Fault as fault:
        return _page(request, store, account, wanted, fault)
    return RedirectResponse(f"{PATH}?saved=1", 303)
