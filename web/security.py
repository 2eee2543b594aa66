"""Safety at the edge: response headers, cross-site requests refused, bodies bounded, sign-in attempts limited."""

from __future__ import annotations

from urllib.parse import urlsplit

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import MEDIA_TYPE, BodyTooLarge, problem_body

MOST_BODY_BYTES = 4 * 1024 * 1024
SIGN_IN_PER_MINUTE = 10
SIGN_IN_PER_MINUTE_AND_ADDRESS = 60
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


class SignInLimit:
    """At most SIGN_IN_PER_MINUTE attempts a minute for one address and person, and SIGN_IN_PER_MINUTE_AND_ADDRESS for one
    address, whoever it tries to be.
    """

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._person = RateLimitItemPerMinute(SIGN_IN_PER_MINUTE)
        self._address = RateLimitItemPerMinute(SIGN_IN_PER_MINUTE_AND_ADDRESS)

    def allows(self, address: str, person: str) -> bool:
        """Count an attempt; False where there were too many."""
        by_address = self._limiter.hit(self._address, address)
        return self._limiter.hit(self._person, address, person) and by_address


def cross_site(headers: Headers, method: str) -> bool:
    """Whether a browser sent this changing request from another site (Fetch Metadata, else Origin).

    Requests with a bearer token or without any browser header carry no ambient authority and are let through.
    """
    if method in _SAFE:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


class Edge:
    """ASGI middleware: headers on every answer, cross-site and oversized requests refused."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
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
            await send(message)

        async def refuse(status: int, detail: str) -> None:
            response = JSONResponse(problem_body(status, detail), status, media_type=MEDIA_TYPE)
            await response(scope, receive, with_headers)

        if cross_site(headers, scope["method"]):
            await refuse(
                403,
                "the request came from another site; only this site's own pages may send it; open the page here",
            )
            return
        # No database text can hold a NUL, so that an address with one names nothing.
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            await refuse(400, "the address has a NUL in it; remove %00 and ask again")
            return
        length = headers.get("content-length", "0")
        if length.isdecimal() and int(length) > MOST_BODY_BYTES:
            await refuse(
                413, f"got {length} bytes; at most {MOST_BODY_BYTES} are taken; send smaller batches"
            )
            return
        seen = 0

        async def bounded() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MOST_BODY_BYTES:
                raise BodyTooLarge
            return message

        try:
            await self.app(scope, bounded, with_headers)
        except BodyTooLarge:
            if started:
                raise
            await refuse(413, f"got more than {MOST_BODY_BYTES} bytes; send smaller batches")
