"""Security at the edge: response headers, cross-site requests refused, size limits of headers and bodies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rewards.content.crawlers import MOST_AGENT_CHARACTERS
from rewards.language import gettext, said
from web.problems import BodyTooLarge, BodyTooSlow, answer_to_nobody

MOST_BODY_BYTES = 4 * 1024 * 1024
MOST_FILE_BYTES = 24 * 1024 * 1024
MOST_OTHER_BODY_BYTES = 1024 * 1024
"""Only events come in great numbers; everything else is read whole before anybody knows who sent it."""
MOST_HEADER_BYTES = 8 * 1024
MOST_BODY_SECONDS = 60.0
"""Time limit to receive a whole body, so that slow senders do not hold connections."""
MOST_DIGITS = 12
# Headers that are cut at a limit beyond any use: no request is refused for a long User-Agent.
_CUT = {b"user-agent": MOST_AGENT_CHARACTERS + 1, b"referer": 1024, b"accept": 1024, b"accept-language": 1024}
_MANY_BYTES = {
    "/api/v1/events": MOST_BODY_BYTES,
    # A people file is read only after authorisation.
    "/hr/import": MOST_FILE_BYTES,
    "/api/v1/people/import": MOST_FILE_BYTES,
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def cross_site(headers: Headers, method: str) -> bool:
    """True where a browser sent this unsafe request from another site (Fetch Metadata, else Origin).

    Requests with a bearer token or without any browser header carry no ambient authority and are let through.
    """
    if method in _SAFE:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc != headers.get("host", "")
    except ValueError:
        return True


def cut_headers(headers: Sequence[tuple[bytes, bytes]]) -> tuple[list[tuple[bytes, bytes]], bytes | None]:
    """The headers with informational ones cut to their limit, and the name of one that is too long to be accepted."""
    kept = [(name, value[: _CUT[name]] if name in _CUT else value) for name, value in headers]
    return kept, next((name for name, value in kept if len(value) > MOST_HEADER_BYTES), None)


class Body:
    """A request's body within limits of size and time. Raises BodyTooLarge and BodyTooSlow."""

    def __init__(self, receive: Receive, most_bytes: int) -> None:
        self._receive, self._left, self._whole = receive, most_bytes, False
        self._give_up = asyncio.get_running_loop().time() + MOST_BODY_SECONDS

    async def __call__(self) -> Message:
        """The next message of the body; after the last one, that of the disconnect."""
        try:
            async with asyncio.timeout_at(None if self._whole else self._give_up):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        self._whole = self._whole or not message.get("more_body", False)
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise BodyTooLarge
        return message


class Edge:
    """ASGI middleware: headers on every response, cross-site and oversized requests refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["headers"], too_long = cut_headers(scope["headers"])
        headers = Headers(scope=scope)
        most_bytes = _MANY_BYTES.get(scope["path"], MOST_OTHER_BODY_BYTES)
        named = f"{scope['scheme']}://{headers.get('host', '')}/"
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                out = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    out.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    out.setdefault("Cache-Control", "no-store")
                # The router redirects from /points/ to /points with the host that the request named.
                place = out.get("location", "")
                if place.startswith(named):
                    out["location"] = place[len(named) - 1 :]
            await send(message)

        async def refuse(status: int, detail: str) -> None:
            response = answer_to_nobody(Request(scope), status, detail)
            await response(scope, receive, with_headers)

        why = _refusal(scope, headers, too_long, most_bytes)
        if why is not None:
            await refuse(*why)
            return
        try:
            await self.app(scope, Body(receive, most_bytes), with_headers)
        except BodyTooLarge:
            if started:
                raise
            await refuse(413, said("got more than {most} bytes; send less at once", most=most_bytes))
        except BodyTooSlow:
            if started:
                raise
            await refuse(
                408,
                said(
                    "the body did not come within {most} seconds; send it at once",
                    most=f"{MOST_BODY_SECONDS:.0f}",
                ),
            )


def _refusal(
    scope: Scope, headers: Headers, too_long: bytes | None, most_bytes: int
) -> tuple[int, str] | None:
    """The status and reason of a request refused before its body is read; None where it is accepted."""
    if too_long is not None:
        name = too_long.decode("latin-1")[:40]
        return 431, said(
            "header {name}: limit {most} bytes; send a shorter one", name=name, most=MOST_HEADER_BYTES
        )
    if cross_site(headers, scope["method"]):
        return 403, gettext(
            "the request came from another site; only this site's own pages may send it; open the page here"
        )
    # No database text can hold a NUL, so that such a path cannot exist.
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        return 400, gettext("the address has a NUL in it; remove %00 and ask again")
    length = headers.get("content-length", "0")
    if length.isascii() and length.isdecimal() and (len(length) > MOST_DIGITS or int(length) > most_bytes):
        return 413, said(
            "got {given} bytes; at most {most} are taken; send less at once",
            given=length[:MOST_DIGITS],
            most=most_bytes,
        )
    return None
