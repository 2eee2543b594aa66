"""The language of a request: the reader's choice, else the browser's, else English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rewards.language import LANGUAGES, accepted, said, speaking, spoken_among
from rewards.people.organisations import get_organisation
from rewards.store.session import Database
from web.problems import Problem
from web.session import Config, local_path

LANGUAGE_COOKIE = "groundswell_language"
KEPT_SECONDS = 30.0
YEAR_SECONDS = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)


class Offered:
    """The company's languages, its own first: cached for a short while, so that a change takes effect everywhere within a minute."""

    def __init__(self, database: Database, organisation: str, clock: Callable[[], float] = monotonic) -> None:
        self._database, self._organisation, self._clock = database, organisation, clock
        self._until = 0.0
        self.languages: tuple[str, ...] = tuple(LANGUAGES)

    @property
    def is_old(self) -> bool:
        """True where the cache has expired."""
        return self._clock() >= self._until

    def forget(self) -> None:
        """Expire the cache."""
        self._until = 0.0

    def read(self) -> None:
        """Read the languages; after a database error the cached ones stay."""
        self._until = self._clock() + KEPT_SECONDS
        # The same database error is reported where the request itself uses the database.
        with suppress(Exception), self._database.read() as tx:
            home = get_organisation(tx, self._organisation)
            self.languages = tuple(LANGUAGES) if home is None else home.languages


class Language:
    """ASGI middleware that sets the language of a request."""

    def __init__(self, app: ASGIApp, offered: Offered) -> None:
        self.app, self.offered = app, offered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.offered.is_old:
            await run_in_threadpool(self.offered.read)
        with speaking(wished(Headers(scope=scope), self.offered.languages)):
            await self.app(scope, receive, send)


def wished(headers: Headers, offered: Sequence[str]) -> str:
    """The requested language among those offered, from the headers."""
    chosen: SimpleCookie = SimpleCookie()
    try:
        chosen.load(headers.get("cookie", ""))
    except CookieError:
        chosen = SimpleCookie()
    own = [chosen[LANGUAGE_COOKIE].value] if LANGUAGE_COOKIE in chosen else []
    return spoken_among([*own, *accepted(headers.get("accept-language", ""))], offered)


def remember(response: Response, language: str, secure: bool) -> None:
    """Store the reader's choice in a cookie, which holds only the language."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=YEAR_SECONDS,
        httponly=True,
        secure=secure,
        samesite="lax",
        path="/",
    )


@router.post("/language")
def choose(
    request: Request, config: Config, language: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Change the language, and redirect back to the page."""
    offered: Offered = request.app.state.offered
    if language not in offered.languages:
        raise Problem(
            422,
            said(
                "language: got {value!r}; one of {names}; choose one",
                value=language[:40],
                names=", ".join(offered.languages),
            ),
        )
    response = RedirectResponse(local_path(next), 303)
    remember(response, language, config.secure_cookies)
    return response
