"""The language of a request: what the reader chose, else what the browser asks for, else English."""

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
    """The languages that the company speaks, its own first: read once in a while, so that a change holds everywhere within a minute."""

    def __init__(self, database: Database, organisation: str, clock: Callable[[], float] = monotonic) -> None:
        self._database, self._organisation, self._clock = database, organisation, clock
        self._until = 0.0
        self.languages: tuple[str, ...] = tuple(LANGUAGES)

    @property
    def is_old(self) -> bool:
        """True where they are due to be read again."""
        return self._clock() >= self._until

    def forget(self) -> None:
        """Read them at the next request."""
        self._until = 0.0

    def read(self) -> None:
        """Read them; where they cannot be read, what was known holds."""
        self._until = self._clock() + KEPT_SECONDS
        # Whatever is wrong with the database, the request itself finds and reports, where an answer can be made of it.
        with suppress(Exception), self._database.read() as tx:
            home = get_organisation(tx, self._organisation)
            self.languages = tuple(LANGUAGES) if home is None else home.languages


class Language:
    """ASGI middleware: what a request makes is made in its language."""

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
    """The language that a request's headers ask for, of those that are offered."""
    chosen: SimpleCookie = SimpleCookie()
    try:
        chosen.load(headers.get("cookie", ""))
    except CookieError:
        chosen = SimpleCookie()
    own = [chosen[LANGUAGE_COOKIE].value] if LANGUAGE_COOKIE in chosen else []
    return spoken_among([*own, *accepted(headers.get("accept-language", ""))], offered)


def remember(response: Response, language: str, secure: bool) -> None:
    """Keep the reader's choice in the browser. It holds nothing but the language."""
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
    """Read in another language from now on, and go back to where one was."""
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
