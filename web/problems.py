"""Errors as responses: problem+json (RFC 9457) for programs, a page for browsers. Bad input never ends in a 500."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rewards.document import DocumentError
from rewards.faults import (
    BadValue,
    Conflict,
    Fault,
    Gone,
    Insufficient,
    NotFound,
    Refused,
    Stale,
    Unavailable,
    sayable,
)
from rewards.fields import fault
from rewards.language import gettext, msg, said
from rewards.logs import log, log_error
from rewards.people.accounts import Account, account_for_session
from rewards.people.people import Person, get_person
from rewards.scheme.scheme import SchemeError
from rewards.traces import trace_of
from web.templating import page

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
COOKIE = "groundswell_session"
_STATUS: dict[type[Fault], int] = {
    NotFound: 404,
    Conflict: 409,
    Refused: 403,
    Insufficient: 409,
    BadValue: 422,
    Stale: 412,
    Gone: 410,
}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TITLES = {
    400: msg("Bad request"),
    401: msg("Sign in first"),
    403: msg("Not allowed"),
    404: msg("Not found"),
    405: msg("Method not allowed"),
    408: msg("Too slow"),
    409: msg("Conflict"),
    410: msg("No longer valid"),
    412: msg("Changed meanwhile"),
    413: msg("Too large"),
    415: msg("Media type not taken"),
    422: msg("Not valid"),
    428: msg("Say which revision"),
    429: msg("Too many requests"),
    431: msg("Header too long"),
    500: msg("Something went wrong on our side"),
    503: msg("Not ready"),
}
_ERROR = msg("Error")
_UNREADABLE = msg("What was sent cannot be read as it should be; send it whole, with the fields it has here.")
_BARE = {
    404: msg("There is no such page; see that the address is whole."),
    405: msg("This address does not take that; open the page and use its buttons."),
}
"""Details for errors of which the framework gives only the title."""


Reader = tuple[Account | None, Person | None]
NOBODY: Reader = (None, None)


class BodyTooLarge(Exception):  # noqa: N818 - a signal from the edge to itself
    """The body exceeded its size limit while it was read."""


class BodyTooSlow(Exception):  # noqa: N818 - a signal from the edge to itself
    """The body did not arrive within its time limit."""


class BrokenOff(Exception):  # noqa: N818 - a signal to the server
    """A response that has started cannot be completed."""


class Problem(Exception):  # noqa: N818 - it is an answer, not an accident
    """A response other than success, raised from a route."""

    def __init__(
        self, status: int, detail: str, headers: dict[str, str] | None = None, **extra: object
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.extra = status, detail, headers or {}, extra


def problem_body(status: int, detail: str, **extra: object) -> dict[str, Any]:
    """The members of a problem+json document."""
    return {
        "type": "about:blank",
        "title": _TITLES.get(status, _ERROR),
        "status": status,
        "detail": detail,
        **extra,
    }


@dataclass(frozen=True)
class ProblemContext:
    """Page context: the error, and the account signed in (None: nobody, or unknown)."""

    account: Account | None
    person: Person | None
    title: str
    status: int
    detail: str


def refused(fault: Fault) -> int:
    """The status of a page that shows its form again with the values typed."""
    return 422 if isinstance(fault, BadValue) else 409


def answer(
    request: Request, status: int, detail: str, headers: dict[str, str] | None = None, **extra: object
) -> Response:
    """The problem in the caller's format: a page for a browser, else problem+json."""
    reader = NOBODY if status == 503 or not _wants_page(request) else _reader(request)
    return _told(request, reader, status, detail, headers=headers, extra=extra)


def answer_to_nobody(request: Request, status: int, detail: str) -> Response:
    """The problem at the edge, where the session is not read."""
    return _told(request, NOBODY, status, detail)


def _told(
    request: Request,
    reader: Reader,
    status: int,
    detail: str,
    *,
    headers: dict[str, str] | None = None,
    extra: dict[str, object] | None = None,
) -> Response:
    detail = sayable(detail)
    if _wants_page(request):
        context = ProblemContext(*reader, _title(status), status, detail)
        return page(request, "problem.html", context, status, headers)
    return JSONResponse(
        problem_body(status, detail, **(extra or {})), status, headers=headers, media_type=MEDIA_TYPE
    )


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def _title(status: int) -> str:
    return gettext(_TITLES.get(status, _ERROR))


def _asked(request: Request) -> dict[str, str]:
    """A description of the requested resource in the program's own words."""
    method = request.method if request.method in _METHODS else "other"
    return {"method": method, "route": getattr(request.scope.get("route"), "path", "none")}


def unexpected(request: Request, error: Exception) -> Response:
    """The 500 of an unhandled error; the log names the error and the route's template, never the path requested."""
    log_error("unexpected error", error, **_asked(request))
    return answer(
        request,
        500,
        gettext("The error is logged. Nothing was changed. Try again, or tell whoever runs this server."),
    )


class Unexpected:
    """ASGI middleware: an error without a handler is logged without values and answered with a 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except (BodyTooLarge, BodyTooSlow):
            raise
        except ClientDisconnect:
            # The client has gone; this is counted as its doing and not as an error of the server.
            gone = problem_body(400, "the body broke off; send it whole")
            await JSONResponse(gone, 400, media_type=MEDIA_TYPE)(scope, receive, send)
        except Exception as error:
            response = await run_in_threadpool(unexpected, Request(scope), error)
            if started:
                # Too late for another response: the server closes the connection.
                raise BrokenOff from None
            await response(scope, receive, send)


def unavailable(request: Request, error: Unavailable) -> Response:
    """503: the database is not available now. The account is not looked up, since that needs the database too."""
    log.warning(
        "database unavailable", why=error.brief, **_asked(request), **trace_of(error.__cause__ or error)
    )
    detail = (
        gettext(
            "the database was lost while this was saved; whether it was is not known: look before you send it again"
        )
        if error.unsure
        else gettext("the database does not answer just now; nothing was changed; try again in a few seconds")
    )
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return answer(request, 503, detail, headers)


def methods_of(routes: Iterable[BaseRoute], path: str) -> set[str]:
    """All methods of the routes at a path; an included router keeps routes of its own."""
    found: set[str] = set()
    for route in routes:
        inside = getattr(route, "original_router", None)
        if inside is not None:
            found |= methods_of(inside.routes, path)
        pattern: re.Pattern[str] | None = getattr(route, "path_regex", None)
        if inside is None and pattern is not None and pattern.match(path):
            found |= set(getattr(route, "methods", None) or ())
    return found


def _reader(request: Request) -> Reader:
    """The account signed in, so that an error page keeps its navigation; None where it cannot be determined."""
    token = request.cookies.get(COOKIE)
    with suppress(Exception):
        if token:
            with request.app.state.database.read() as tx:
                account = account_for_session(tx, token, datetime.now(UTC))
                if account is not None:
                    return account, get_person(tx, account.organisation, account.person)
    return NOBODY


def _validation(error: RequestValidationError) -> tuple[str, list[dict[str, str]]]:
    found = [
        {"field": sayable(".".join(str(part) for part in e["loc"])), "message": sayable(fault(e))}
        for e in error.errors()[:20]
    ]
    first = found[0] if found else {"field": "request", "message": gettext("Not valid")}
    return said("{field}: {message}; correct it and send again", **first), found


def install(app: FastAPI) -> None:
    """Register the handlers."""

    @app.exception_handler(Problem)
    def _problem(request: Request, error: Problem) -> Response:
        if error.status == 303:
            return RedirectResponse(error.headers["Location"], 303)
        return answer(request, error.status, error.detail, error.headers, **error.extra)

    @app.exception_handler(Fault)
    def _fault(request: Request, error: Fault) -> Response:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
        return answer(request, status, str(error), code=error.code)

    @app.exception_handler(DocumentError)
    @app.exception_handler(SchemeError)
    def _document(request: Request, error: ValueError) -> Response:
        return answer(request, 422, str(error), code="bad_document")

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        detail, errors = _validation(error)
        return answer(request, 422, detail, errors=errors)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(sorted(methods_of(request.app.routes, request.url.path)))
        detail = str(error.detail)
        if error.status_code in _BARE and detail == HTTPStatus(error.status_code).phrase:
            detail = gettext(_BARE[error.status_code])
        if error.status_code == 400:
            # The framework's own messages are in English only, and mention its limits.
            detail = gettext(_UNREADABLE)
        return answer(request, error.status_code, detail, headers)

    @app.exception_handler(Unavailable)
    def _unavailable(request: Request, error: Unavailable) -> Response:
        return unavailable(request, error)

    # The innermost middleware: an error that left the application would be logged by the server with its message.
    app.add_middleware(Unexpected)
