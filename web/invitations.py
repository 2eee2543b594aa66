"""Pages behind single-use links: choosing a password after an invitation or a reset; and requesting a reset link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import BadValue
from rewards.language import gettext as _
from rewards.people.accounts import PASSWORD_MIN_CHARACTERS, account_for_session
from rewards.people.invitations import INVITATION, RESET, Waiting, accept, ask_reset, look, send
from rewards.people.organisations import get_organisation
from rewards.people.rights import TITLES
from rewards.store.session import Database
from web.lanes import LaneFull
from web.navigation import home_of
from web.own.password import SECONDS_TO_HASH, Password, busy, same
from web.problems import COOKIE, Problem
from web.session import Config, PublicAddress, Store, device, now, start
from web.settings import Settings
from web.slips import sends_mail
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ChooseContext:
    """Page context of the form for a password. `roles`: their titles; `action`: the form's target."""

    waiting: Waiting
    organisation: str
    roles: list[str]
    fewest: int
    action: str
    fault: str


@dataclass(frozen=True)
class AskContext:
    """Page context. `asked`: a link was requested, whether or not the person exists; `mail`: this server sends mail."""

    asked: bool
    mail: bool


def _form(
    request: Request,
    store: Database,
    config: Settings,
    purpose: str,
    token: str,
    *,
    fault: str = "",
    status: int = 200,
) -> Response:
    """The form while the link is open; only posting the form uses the link up, not opening it. Raises NotFound and Gone."""
    with store.read() as tx:
        waiting = look(tx, config.organisation, purpose, token, now())
        home = get_organisation(tx, config.organisation)
    context = ChooseContext(
        waiting=waiting,
        organisation=home.name if home is not None else config.organisation,
        roles=[_(TITLES[role]) for role in waiting.roles if role in TITLES],
        fewest=PASSWORD_MIN_CHARACTERS,
        action=request.url.path,
        fault=fault,
    )
    return page(request, "choose_password.html", context, status)


async def _choose(
    request: Request,
    store: Database,
    config: Settings,
    purpose: str,
    token: str,
    *,
    password: str,
    again: str,
) -> Response:
    def act() -> Response:
        try:
            same(password, again)
            session = accept(
                store,
                config.organisation,
                purpose,
                token,
                password,
                now=now(),
                device=device(request),
                former=request.cookies.get(COOKIE),
            )
        except BadValue as fault:
            return _form(request, store, config, purpose, token, fault=str(fault), status=422)
        with store.read() as tx:
            account = account_for_session(tx, session, now())
        home = "/" if account is None else home_of(account)
        return start(RedirectResponse(home, 303), session, config.secure_cookies)

    try:
        answer: Response = await request.app.state.signing_in.run(act, SECONDS_TO_HASH)
    except LaneFull:
        raise busy() from None
    return answer


@router.get("/invitation/{token}")
def invitation(request: Request, store: Store, config: Config, token: Plain) -> Response:
    """The invitation, and a form for the password."""
    return _form(request, store, config, INVITATION, token)


@router.post("/invitation/{token}")
async def accept_invitation(
    request: Request, store: Store, config: Config, token: Plain, password: Password, again: Password
) -> Response:
    """Set the password and sign in."""
    return await _choose(request, store, config, INVITATION, token, password=password, again=again)


@router.get("/reset")
def ask(request: Request) -> Response:
    """The form that requests a reset link."""
    return page(
        request, "ask_reset.html", AskContext("asked" in request.query_params, mail=sends_mail(request))
    )


@router.post("/reset")
def ask_for(
    request: Request,
    store: Store,
    config: Config,
    public: PublicAddress,
    who: Annotated[Plain, Form(max_length=254)],
) -> Response:
    """Mail a reset link to a known person. The answer does not disclose whether the person exists."""
    if not sends_mail(request):
        raise Problem(409, _("This server sends no mail: ask an administrator for a link."))
    with store.begin() as tx:
        link = ask_reset(tx, config.organisation, who.strip(), now())
        if link is not None:
            send(tx, config.organisation, link, public, now())
    return RedirectResponse("/reset?asked=1", 303)


@router.get("/reset/{token}")
def reset(request: Request, store: Store, config: Config, token: Plain) -> Response:
    """The reset, and a form for the password."""
    return _form(request, store, config, RESET, token)


@router.post("/reset/{token}")
async def accept_reset(
    request: Request, store: Store, config: Config, token: Plain, password: Password, again: Password
) -> Response:
    """Set the new password and sign in."""
    return await _choose(request, store, config, RESET, token, password=password, again=again)
