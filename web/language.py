"""The language of a request: what the reader chose, else what the browser asks for, else English."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rewards.language import LANGUAGES, SOURCE, accepted, said, speaking
from web.problems import Problem
from web.session import Config, local_path

LANGUAGE_COOKIE = "groundswell_language"
YEAR_SECONDS = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)


class Language:
    """ASGI middleware: what a request makes is made in its language."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with speaking(wished(Headers(scope=scope))):
            await self.app(scope, receive, send)


def wished(headers: Headers) -> str:
    """The language that a request's headers ask for."""
    chosen: SimpleCookie = SimpleCookie()
    try:
        chosen.load(headers.get("cookie", ""))
    except CookieError:
        chosen = SimpleCookie()
    if LANGUAGE_COOKIE in chosen and chosen[LANGUAGE_COOKIE].value in LANGUAGES:
        return chosen[LANGUAGE_COOKIE].value
    return accepted(headers.get("accept-language", "")) or SOURCE


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
    config: Config, language: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Read in another language from now on, and go back to where one was."""
    if language not in LANGUAGES:
        raise Problem(
            422,
            said(
                "language: got {value!r}; one of {names}; choose one",
                value=language[:40],
                names=", ".join(LANGUAGES),
            ),
        )
    response = RedirectResponse(local_path(next), 303)
    remember(response, language, config.secure_cookies)
    return response
