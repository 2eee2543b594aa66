"""Who is asking: the session cookie for people, the bearer token for programs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request, Security
from fastapi.responses import RedirectResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from rewards.people.accounts import SESSION_HOURS, Account, ApiToken, account_for_session, authenticate_tokens
from rewards.store.session import Database
from rewards.store.units import digest
from web.batching import Batcher
from web.problems import COOKIE, Problem
from web.settings import Settings

MOST_KNOWN_TOKENS = 1024
HOMES = {"employee": "/", "hr": "/hr", "strategist": "/strategist"}


def now() -> datetime:
    """The present, aware, UTC."""
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
    """The address that links and badges begin with. It is the operator's word, never the Host that a request names.

    Raises Problem where nobody has said it.
    """
    found: str = request.app.state.public_address
    if not found:
        raise Problem(503, "the public address is not known; set GROUNDSWELL_BASE_URL and start again")
    return found


Store = Annotated[Database, Depends(database)]
Config = Annotated[Settings, Depends(settings)]
PublicAddress = Annotated[str, Depends(public_address)]


def current_account(request: Request) -> Account | None:
    """Who the session cookie belongs to, if anybody."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    with database(request).read() as tx:
        return account_for_session(tx, token, now())


def signed_in(request: Request) -> Account:
    """Whoever is signed in, of any role. Raises Problem: a browser is led to the sign-in page and back."""
    found = current_account(request)
    if found is None:
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            raise Problem(303, "sign in first", {"Location": f"/sign-in?next={quote(request.url.path)}"})
        raise Problem(401, "no session; sign in first")
    return found


def _needs(role: str) -> Callable[[Account], Account]:
    def account(found: Annotated[Account, Depends(signed_in)]) -> Account:
        if role not in found.roles:
            raise Problem(403, f"this page is for the role {role}; ask HR to give it to you")
        return found

    return account


def home_of(account: Account) -> str:
    """The page that the account's own role begins with."""
    return next((HOMES[role] for role in ("hr", "strategist") if role in account.roles), HOMES["employee"])


SignedIn = Annotated[Account, Depends(signed_in)]
Employee = Annotated[Account, Depends(_needs("employee"))]
Hr = Annotated[Account, Depends(_needs("hr"))]
Strategist = Annotated[Account, Depends(_needs("strategist"))]


_BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="An API token; what it may do are its scopes."
)


Tokens = Batcher[str, ApiToken | None]


def token_reader(store: Database) -> Tokens:
    """Reads tokens from the database, every time: one that was revoked, or whose person has gone, ends at once."""

    def read(secrets: Sequence[str]) -> list[ApiToken | None]:
        with store.read() as tx:
            return authenticate_tokens(tx, secrets, now())

    return Batcher("tokens", read)


class KnownTokens:
    """Tokens as they were when last read. It says which way a token is read next, and never that one is good still."""

    def __init__(self) -> None:
        self._found: dict[str, ApiToken] = {}

    def get(self, secret: str) -> ApiToken | None:
        """The token as it was, if it is remembered."""
        return self._found.get(digest(secret))

    def note(self, secret: str, found: ApiToken | None) -> None:
        """What was read of a token just now."""
        if found is None:
            self._found.pop(digest(secret), None)
            return
        if len(self._found) >= MOST_KNOWN_TOKENS:
            self._found.clear()
        self._found[digest(secret)] = found


class ShownToken:
    """The bearer token that a request shows, which must have one of the scopes."""

    def __init__(self, request: Request, scopes: Sequence[str]) -> None:
        self._request, self._scopes = request, scopes
        scheme, _gap, secret = request.headers.get("authorization", "").partition(" ")
        self._challenge = {"WWW-Authenticate": f'Bearer scope="{scopes[0]}"'}
        if scheme.lower() != "bearer" or not secret:
            raise Problem(401, "no bearer token; send Authorization: Bearer gs_…", self._challenge)
        self.secret = secret.strip()

    def known(self) -> ApiToken | None:
        """What it was when last read, if it might do then what is asked: whoever goes on with it reads it in their own transaction."""
        found = self._request.app.state.known_tokens.get(self.secret)
        return found if found is not None and set(self._scopes) & set(found.scopes) else None

    async def read(self) -> ApiToken:
        """What it may do now. Raises Problem."""
        tokens: Tokens = self._request.app.state.tokens
        found = await tokens.ask(self.secret)
        self._request.app.state.known_tokens.note(self.secret, found)
        if found is None:
            raise Problem(
                401, "the bearer token is unknown, expired or revoked; make a new one", self._challenge
            )
        if not set(self._scopes) & set(found.scopes):
            raise Problem(
                403, f"the token lacks the scope {self._scopes[0]}; make one that has it", self._challenge
            )
        return found


def shown_with(*scopes: str) -> Callable[..., Awaitable[ShownToken]]:
    """A dependency: the bearer token of the request, not yet read."""

    async def shown(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
    ) -> ShownToken:
        return ShownToken(request, scopes)

    return shown


def token_with(*scopes: str) -> Callable[..., Awaitable[ApiToken]]:
    """A dependency: the bearer token of the request, which must have one of the scopes."""

    async def token(
        request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)]
    ) -> ApiToken:
        return await ShownToken(request, scopes).read()

    return token


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
