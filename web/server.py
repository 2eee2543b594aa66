"""The web process: the port is taken first, so that a busy one is told in one line before any work is done."""

from __future__ import annotations

import socket
from contextlib import suppress
from ipaddress import ip_address

import uvicorn

from sims.commands.console import InputError
from web.app import create_app

BACKLOG = 128
SHUTDOWN_SECONDS = 5


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. Raises InputError naming the port where it cannot be had."""
    if not host.strip():
        raise InputError(
            "--host: got nothing, which would be every interface; name an address, or 0.0.0.0 for all of them"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sends small answers at once (TCP_NODELAY) only where it reads TCP there: else each
    # answer on a kept connection waits for the client's delayed acknowledgement, 40 ms.
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
    return InputError(f"{where}: {why}; stop what uses it or choose another with --port")


def address(taken: socket.socket) -> str:
    """The http address of a bound socket."""
    host, port = taken.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(taken: socket.socket) -> bool:
    """Whether only this machine reaches it."""
    return ip_address(taken.getsockname()[0].partition("%")[0]).is_loopback


def reachable(taken: socket.socket) -> str:
    """The same as an address to write into links; '' where it listens on every interface, for then none is the one."""
    return "" if ip_address(taken.getsockname()[0]).is_unspecified else address(taken)


def run(taken: socket.socket) -> None:
    """Serve until interrupted or told to end; requests under way may finish."""
    try:
        # Bound early, opened only now: until there is something to answer with, connections are refused.
        taken.listen(BACKLOG)
    except OSError as error:
        raise _busy(address(taken), error) from None
    config = uvicorn.Config(
        create_app(listens_at=reachable(taken)),
        # Uvicorn's own configuration would write errors with their messages, and requests with their addresses.
        log_config=None,
        access_log=False,
        # Whom a proxy forwards for is for web.proxies to find out.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    # Uvicorn raises the signal again once it has shut down; for us that is the ordinary end.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[taken])
    print("\nStopped.")
