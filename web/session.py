"""Authentication of requests: the session cookie for people, the bearer token for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import Depends, Request, Security
from fastapi.responses import RedirectResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from rewards.language import gettext as _
from rewards.language import said
from rewards.people.accounts import SESSION_HOURS, Account, ApiToken, account_for_session, authenticate_tokens
from rewards.people.rights import TITLES, Right, roles_with
from rewards.people.sessions import note_seen
from rewards.store.session import Database
from rewards.store.units import digest
from web.batching import Batcher
from web.devices import device_of
from web.problems import COOKIE, Problem
from web.settings import Settings
from web.token_uses import TokenUses

MOST_KNOWN_TOKENS = 1024


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def database(request: Request) -> Database:
    """The database of this process."""
    found: Database = request.app.state.database
    return found


def settings(request: Request) -> Settings:
    """The settings of this process."""
    found: Settings = request.app.state.settings
    return found


def public_address(request: Request) -> str:
    """The base URL of links and badges. It is set by the operator, never taken from a request's Host.

    Raises Problem where it is not set.
    """
    found: str = request.app.state.public_address
    if not found:
        raise Problem(503, said("the public address is not known; set GROUNDSWELL_BASE_URL and start again"))
    return found


Store = Annotated[Database, Depends(database)]
Config = Annotated[Settings, Depends(settings)]
PublicAddress = Annotated[str, Depends(public_address)]


def current_account(request: Request) -> Account | None:
    """The account of the session cookie, or None."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    with database(request).read() as tx:
        found = account_for_session(tx, token, now())
    if found is not None:
        note_seen(database(request), found, token, now())
    return found


def signed_in(request: Request) -> Account:
    """The account signed in, in any role. Raises Problem: a browser is redirected to the sign-in page and back."""
    found = current_account(request)
    if found is None:
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            raise Problem(
                303, said("sign in first"), {"Location": f"/sign-in?next={quote(request.url.path)}"}
            )
        raise Problem(401, said("no session; sign in first"))
    return found


@dataclass(frozen=True)
class Needs:
    """A dependency: the account signed in, which must hold the right. Raises Problem."""

    right: Right

    def __call__(self, found: Annotated[Account, Depends(signed_in)]) -> Account:
        """The account of the request."""
        if not found.may(self.right):
            roles = ", ".join(_(TITLES[role]) for role in roles_with(self.right))
            raise Problem(
                403,
                _("This is for one of these roles: {roles}. Ask an administrator for it.").format(
                    roles=roles
                ),
            )
        return found


SignedIn = Annotated[Account, Depends(Needs(Right.OWN))]
Employee = Annotated[Account, Depends(Needs(Right.TAKE_PART))]
SchemeReader = Annotated[Account, Depends(Needs(Right.SCHEME_READ))]
ForecastReader = Annotated[Account, Depends(Needs(Right.FORECAST_READ))]
Rehearser = Annotated[Account, Depends(Needs(Right.REHEARSE))]
Approver = Annotated[Account, Depends(Needs(Right.SCHEME_APPROVE))]
PastGate = Annotated[Account, Depends(Needs(Right.PAST_GATE))]
Inviter = Annotated[Account, Depends(Needs(Right.INVITE))]
Settler = Annotated[Account, Depends(Needs(Right.SETTINGS))]
Reviewer = Annotated[Account, Depends(Needs(Right.REVIEW))]
PeopleReader = Annotated[Account, Depends(Needs(Right.PEOPLE_READ))]
PeopleWriter = Annotated[Account, Depends(Needs(Right.PEOPLE_WRITE))]
Auditor = Annotated[Account, Depends(Needs(Right.AUDIT_READ))]
PeriodCloser = Annotated[Account, Depends(Needs(Right.PERIODS))]
Exporter = Annotated[Account, Depends(Needs(Right.EVENTS_EXPORT))]
Administrator = Annotated[Account, Depends(Needs(Right.ACCOUNTS))]
SchemeWriter = Annotated[Account, Depends(Needs(Right.SCHEME_WRITE))]


_BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="An API token; what it may do are its scopes."
)


Tokens = Batcher[str, ApiToken | None]


def token_reader(store: Database, uses: TokenUses) -> Tokens:
    """A reader of tokens without a cache of validity: a revoked token, or one of a person who left, ends at once."""

    def read(secrets: Sequence[str]) -> list[ApiToken | None]:
        with store.read() as tx:
            found = authenticate_tokens(tx, secrets, now())
        uses.note(found, now())
        return found

    return Batcher("tokens", read)


class KnownTokens:
    """Tokens as last read. The cache only decides how a token is read next, never that it is still valid."""

    def __init__(self) -> None:
        self._found: dict[str, ApiToken] = {}

    def get(self, secret: str) -> ApiToken | None:
        """The token as last read, if it is cached."""
        return self._found.get(digest(secret))

    def note(self, secret: str, found: ApiToken | None) -> None:
        """Cache a token that was just read."""
        if found is None:
            self._found.pop(digest(secret), None)
            return
        if len(self._found) >= MOST_KNOWN_TOKENS:
            self._found.clear()
        self._found[digest(secret)] = found


class ShownToken:
    """The bearer token of a request, which must have one of the scopes."""

    def __init__(self, request: Request, scopes: Sequence[str]) -> None:
        self._request, self._scopes = request, scopes
        scheme, _gap, secret = request.headers.get("authorization", "").partition(" ")
        self._challenge = {"WWW-Authenticate": f'Bearer scope="{scopes[0]}"'}
        if scheme.lower() != "bearer" or not secret:
            raise Problem(401, said("no bearer token; send Authorization: Bearer gs_…"), self._challenge)
        self.secret = secret.strip()

    def known(self) -> ApiToken | None:
        """The cached token, if it had the scope when last read; callers that use it read it again in their own transaction."""
        found = self._request.app.state.known_tokens.get(self.secret)
        if found is None or not set(self._scopes) & set(found.scopes):
            return None
        self._request.app.state.token_uses.note([found], now())
        return cast("ApiToken", found)

    async def read(self) -> ApiToken:
        """The token as stored now. Raises Problem."""
        tokens: Tokens = self._request.app.state.tokens
        found = await tokens.ask(self.secret)
        self._request.app.state.known_tokens.note(self.secret, found)
        if found is None:
            raise Problem(
                401, said("the bearer token is unknown, expired or revoked; make a new one"), self._challenge
            )
        if not set(self._scopes) & set(found.scopes):
            raise Problem(
                403,
                said("the token lacks the scope {value}; make one that has it", value=self._scopes[0]),
                self._challenge,
            )
        return found


@dataclass(frozen=True)
class ShownWith:
    """A dependency: the bearer token of the request, not yet read from the database; it must have one of the scopes."""

    scopes: tuple[str, ...]

    async def __call__(
        self, request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
    ) -> ShownToken:
        """The token that the request carries."""
        return ShownToken(request, self.scopes)


@dataclass(frozen=True)
class TokenWith:
    """A dependency: the bearer token of the request, which must have one of the scopes. Raises Problem."""

    scopes: tuple[str, ...]

    async def __call__(
        self, request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
    ) -> ApiToken:
        """The token of the request."""
        return await ShownToken(request, self.scopes).read()


def shown_with(*scopes: str) -> ShownWith:
    """The dependency of a route that reads the token in its own transaction."""
    return ShownWith(scopes)


def token_with(*scopes: str) -> TokenWith:
    """The dependency of a route of the API."""
    return TokenWith(scopes)


def device(request: Request) -> str:
    """A short description of the request's browser."""
    return device_of(request.headers.get("user-agent", ""))


def start(response: RedirectResponse, token: str, secure: bool) -> RedirectResponse:
    """Set the session cookie on a redirect."""
    response.set_cookie(
        COOKIE, token, max_age=SESSION_HOURS * 3600, httponly=True, secure=secure, samesite="lax", path="/"
    )
    return response


def local_path(target: str) -> str:
    """A path on this site to go to after sign-in; anything else becomes the home page."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if plain and "\\" not in target else "/"
