"""The page for changing one's own password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue, Fault
from rewards.language import gettext as _
from rewards.people.account_desk import change_password
from rewards.people.accounts import PASSWORD_MIN_CHARACTERS, Account
from rewards.people.people import Person, get_person
from rewards.store.session import Database
from web.lanes import LaneFull
from web.problems import Problem, refused
from web.session import Config, SignedIn, Store, device, now, start
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
SECONDS_TO_HASH = 10.0
Password = Annotated[Plain, Form(max_length=1024)]


@dataclass(frozen=True)
class PasswordContext:
    """Page context: `fewest`: minimum number of characters; `done`: the password was just changed."""

    account: Account
    person: Person
    fewest: int
    fault: str
    done: bool


def _page(
    request: Request, store: Database, account: Account, fault: str = "", status: int = 200
) -> Response:
    with store.read() as tx:
        person = get_person(tx, account.organisation, account.person)
    context = PasswordContext(
        account=account,
        person=person,
        fewest=PASSWORD_MIN_CHARACTERS,
        fault=fault,
        done=status == 200 and "done" in request.query_params,
    )
    return page(request, "own/password.html", context, status)


@router.get("/account/password")
def form(request: Request, store: Store, account: SignedIn) -> Response:
    """The form."""
    return _page(request, store, account)


@router.post("/account/password")
async def change(
    request: Request,
    store: Store,
    config: Config,
    account: SignedIn,
    current: Password,
    password: Password,
    again: Password,
) -> Response:
    """Change the password. Every session ends, and this browser gets a new one."""

    def act() -> Response:
        try:
            same(password, again)
            token = change_password(store, account, current, password, now(), device=device(request))
        except Fault as fault:
            return _page(request, store, account, str(fault), refused(fault))
        return start(RedirectResponse("/account/password?done=1", 303), token, config.secure_cookies)

    try:
        answer: Response = await request.app.state.signing_in.run(act, SECONDS_TO_HASH)
    except LaneFull:
        raise busy() from None
    return answer


def same(password: str, again: str) -> None:
    """Raises BadValue where a password and its repetition differ."""
    if password != again:
        raise BadValue(_("The two passwords differ: type the same one twice."))


def busy() -> Problem:
    """The 503 returned while too many passwords are being hashed."""
    return Problem(
        503, _("Too many people sign in just now: try again in a few seconds."), {"Retry-After": "5"}
    )
