"""The web process: it binds its port before anything else, so that a busy port is reported at once and in one line."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
from contextlib import suppress
from ipaddress import ip_address

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from sims.commands.console import InputError, collect_seldom
from web.app import create_app
from web.warming import warming

BACKLOG = 128
SHUTDOWN_SECONDS = 5
HEAD_SECONDS = 20.0
"""Time limit to receive the request line and headers, so that slow senders do not hold connections."""
_TAKEN = (errno.EADDRINUSE, errno.EACCES)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises InputError naming the port where it cannot be bound."""
    if not host.strip():
        raise InputError(
            "--host: got nothing, which would be every interface; name an address, or 0.0.0.0 for all of them"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sets TCP_NODELAY only for sockets that name TCP: otherwise each response on a
    # kept connection waits for the client's delayed acknowledgement, 40 ms.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise _busy(f"{host}:{port}", error) from None
    return taken


def _busy(where: str, error: OSError) -> InputError:
    why = (error.strerror or str(error)).lower()
    if error.errno in _TAKEN:
        return InputError(f"{where}: {why}; stop what uses it or choose another with --port")
    return InputError(f"{where}: {why}; name an address of this machine with --host")


def address(taken: socket.socket) -> str:
    """The http address of a bound socket."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(taken: socket.socket) -> bool:
    """True where only this machine can reach the address."""
    return ip_address(taken.getsockname()[0].partition("%")[0]).is_loopback


def reachable(taken: socket.socket) -> str:
    """The address for links; '' where the server listens on every interface, since no single address is right."""
    return "" if ip_address(taken.getsockname()[0]).is_unspecified else address(taken)


class Bounded(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """Uvicorn's protocol with a time limit for a request's head, which Uvicorn itself waits for without limit."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Start the time limit on a new connection."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Update the time limit when data arrive."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the time limit."""
        super().connection_lost(exc)
        self._stop()

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


def run(taken: socket.socket) -> None:
    """Serve until interrupted or terminated; requests in progress may finish."""
    try:
        # Bound early, listening only now: until the application can answer, connections are refused.
        taken.listen(BACKLOG)
    except OSError as error:
        raise _busy(address(taken), error) from None
    config = uvicorn.Config(
        create_app(listens_at=reachable(taken)),
        http=Bounded,
        # Uvicorn's own configuration would log errors with their messages, and requests with client addresses.
        log_config=None,
        access_log=False,
        # Client addresses behind proxies are resolved in web.proxies.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    collect_seldom()
    # Objects created at start-up live on, and are exempt from garbage collection.
    gc.collect()
    gc.freeze()
    # Uvicorn raises the signal again after its shutdown, which is the regular end here.
    with warming(), suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[taken])
    print("\nStopped.")
