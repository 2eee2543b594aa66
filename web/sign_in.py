"""Sign-in with a password, and by role in the demo."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.founding import is_empty
from rewards.language import gettext as _
from rewards.language import msg, said
from rewards.people.accounts import (
    Account,
    account_for_session,
    open_session,
    sign_in,
    somebody_with,
)
from rewards.people.rights import ROLES, TITLES
from web.lanes import LaneFull
from web.navigation import HOMES, home_of
from web.problems import COOKIE, Problem
from web.session import Config, Store, current_account, device, local_path, now, start
from web.sign_in_limit import SignInLimit
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
SECONDS_TO_SIGN_IN = 10.0
WORK = {
    "employee": msg("Share, see your points and thank colleagues"),
    "content": msg("Write, green-light and recall what is shared"),
    "strategist": msg("Compare schemes before they go live"),
    "hr": msg("Read the live scheme and who takes part"),
    "auditor": msg("Read the scheme, the forecasts and the audit log, and change nothing"),
    "admin": msg("Accounts, roles, tokens and settings"),
}
"""Descriptions of the roles that the demo offers."""


@dataclass(frozen=True)
class SignInContext:
    """Page context. `roles`: buttons in the demo; `failed`: the form is shown again after wrong credentials; `fault`: another error.

    `provider`: name of the identity provider, if any; `password` is false where that is the only way; `empty`: nothing is set up.
    """

    roles: list[tuple[str, str, str]]
    next: str
    failed: bool
    fault: str
    provider: str
    password: bool
    empty: bool


@router.get("/sign-in")
def form(request: Request, next: str = "/") -> Response:
    """The sign-in page."""
    account = current_account(request)
    if account is not None:
        return RedirectResponse(_target(next, account), 303)
    return sign_in_page(request, local_path(next))


def _target(asked: str, account: Account) -> str:
    """The page requested before sign-in; the role's start page where that was the general one."""
    path = local_path(asked)
    return home_of(account) if path == "/" else path


def demo_offered(request: Request) -> bool:
    """True where the client may sign in by role: in the demo, from this machine, or from anywhere if the operator permits it."""
    config = request.app.state.settings
    host = request.client.host if request.client else ""
    return bool(config.demo and (config.demo_beyond_loopback or is_local(host)))


def is_local(host: str) -> bool:
    """True for a client on this machine: a loopback address, or a peer without an address (a Unix socket, a test)."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def sign_in_page(
    request: Request, target: str = "/", *, failed: bool = False, fault: str = "", status: int = 200
) -> Response:
    """The sign-in page with every way to sign in that is available."""
    config, provider = request.app.state.settings, request.app.state.provider
    context = SignInContext(
        roles=[(role, _(TITLES[role]), _(WORK[role])) for role in ROLES] if demo_offered(request) else [],
        next=target,
        failed=failed,
        fault=fault,
        provider="" if provider is None else provider.settings.title,
        password=config.password_sign_in,
        empty=_is_empty(request),
    )
    return page(request, "sign_in.html", context, status)


def _is_empty(request: Request) -> bool:
    """True while nothing is set up, so that nobody can sign in; read from the database until the first sign-in."""
    state = request.app.state
    if not state.founded:
        with state.database.read() as tx:
            state.founded = not is_empty(tx)
    return not state.founded


@router.post("/sign-in")
async def submit(
    request: Request,
    store: Store,
    config: Config,
    person: Annotated[Plain, Form(max_length=64)],
    password: Annotated[Plain, Form(max_length=1024)],
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Sign in with id and password."""
    if not config.password_sign_in:
        raise Problem(403, said("passwords do not open this program; sign in with your company's account"))
    address = request.client.host if request.client else ""
    limit: SignInLimit = request.app.state.sign_in_limit
    too_many = Problem(
        429, said("too many attempts to sign in; wait a minute and try again"), {"Retry-After": "60"}
    )
    if not limit.allows(address, person):
        raise too_many

    def check() -> tuple[str | None, Account | None]:
        former = request.cookies.get(COOKIE)
        token = sign_in(
            store, config.organisation, person, password, now(), device=device(request), former=former
        )
        if token is None:
            return None, None
        with store.read() as tx:
            return token, account_for_session(tx, token, now())

    try:
        token, account = await request.app.state.signing_in.run(check, SECONDS_TO_SIGN_IN)
    except LaneFull:
        raise Problem(
            503, said("too many people sign in just now; try again in a few seconds"), {"Retry-After": "5"}
        ) from None
    if token is None or account is None:
        if limit.failed(address, person):
            raise too_many
        return sign_in_page(request, local_path(next), failed=True, status=401)
    limit.succeeded(address, person)
    return start(RedirectResponse(_target(next, account), 303), token, config.secure_cookies)


@router.post("/sign-in/demo")
def demo_submit(request: Request, store: Store, config: Config, role: Annotated[str, Form()]) -> Response:
    """Sign in as the demo's person of a role; only where the demo is switched on."""
    if not demo_offered(request):
        raise Problem(404, said("sign-in by role is for the demo; use your id and password"))
    if role not in ROLES:
        raise Problem(
            422,
            said("role: got {value!r}; one of {names}; choose one", value=role[:40], names=", ".join(ROLES)),
        )
    with store.begin() as tx:
        person = somebody_with(tx, config.organisation, role)
        if person is None:
            raise Problem(
                404, said("the demo has nobody of role {role}; create it with: groundswell demo", role=role)
            )
        former = request.cookies.get(COOKIE)
        token = open_session(tx, config.organisation, person, now(), device(request), former=former)
    return start(RedirectResponse(HOMES[role], 303), token, config.secure_cookies)
