"""Fetching documents from public addresses, with limits on bytes, time and redirects, and never from the own network (SSRF)."""

import http.client
import threading
import time
from copy import copy
from dataclasses import dataclass
from urllib.parse import urljoin

from rewards.faults import Fault, Refused
from rewards.outside.addresses import Target, parse_target, resolve
from rewards.outside.delivery import HttpSender, hang_up

MOST_BYTES = 2 * 1024 * 1024
MOST_REDIRECTS = 4
FETCH_SECONDS = 10.0
"""For all redirects together."""
AGENT = "Groundswell (link preview and feeds)"
_MOVED = frozenset({301, 302, 303, 307, 308})
WHAT = "address"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched document: final address after redirects, media type, and bytes."""

    url: str
    media_type: str
    body: bytes


class Fetcher(HttpSender):
    """GETs over HTTPS from public addresses only. Every redirect is judged like the first address."""

    def __init__(self, allow_loopback: bool = False, seconds: float = FETCH_SECONDS) -> None:
        super().__init__(allow_loopback, seconds)

    def fetch(self, url: str) -> Fetched:
        """The document at an address. Raises Fault: not allowed, not found, too large, too slow."""
        give_up = time.monotonic() + self.seconds
        for _ in range(MOST_REDIRECTS + 1):
            target = parse_target(url, self.allow_loopback, WHAT)
            try:
                status, headers, body = self._get(target, give_up)
            except Fault:
                raise
            except (OSError, http.client.HTTPException) as error:
                raise Refused(
                    "{what} {value!r}: no answer within {seconds:.0f} seconds ({name}); try again later",
                    what=WHAT,
                    value=url[:80],
                    seconds=self.seconds,
                    name=type(error).__name__,
                ) from None
            if status in _MOVED and headers.get("Location"):
                url = urljoin(url, str(headers["Location"]))
                continue
            if status != http.client.OK:
                raise Refused(
                    "{what} {value!r}: answers with HTTP {status}; check it in a browser",
                    what=WHAT,
                    value=url[:80],
                    status=status,
                )
            return Fetched(url, headers.get_content_type(), body)
        raise Refused(
            "{what} {value!r}: led on more than {most_redirects} times; give the last address",
            what=WHAT,
            value=url[:80],
            most_redirects=MOST_REDIRECTS,
        )

    def _get(self, target: Target, give_up: float) -> tuple[int, http.client.HTTPMessage, bytes]:
        left = give_up - time.monotonic()
        if left <= 0:
            raise TimeoutError
        addresses = resolve(target, self.allow_loopback, WHAT)
        connection = http.client.HTTPConnection(target.host, target.port, timeout=left)
        # This hop has the rest of the time limit.
        hop = copy(self)
        hop.seconds = left
        connection.sock = hop._connect(addresses, target)
        # A server that answers byte by byte never runs into the socket's own time limit.
        deadline = threading.Timer(max(0.01, give_up - time.monotonic()), hang_up, (connection.sock,))
        deadline.daemon = True
        deadline.start()
        try:
            headers = {
                "Host": target.authority,
                "User-Agent": AGENT,
                "Accept-Encoding": "identity",
                "Connection": "close",
            }
            connection.request("GET", target.path, headers=headers)
            answer = connection.getresponse()
            body = answer.read(MOST_BYTES + 1)
            if len(body) > MOST_BYTES:
                raise Refused(
                    "{what} of more than {most_bytes:,} bytes: too large to look at; give another",
                    what=WHAT,
                    most_bytes=MOST_BYTES,
                )
            if time.monotonic() >= give_up:
                raise TimeoutError
            return answer.status, answer.headers, body
        finally:
            deadline.cancel()
            connection.close()
