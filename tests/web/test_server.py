"""The listening socket: what an accepted connection is like, and how long an answer on a kept one takes."""

from __future__ import annotations

import asyncio
import http.client
import socket
import time
from urllib.parse import urlsplit

import pytest

from rewards.store.session import Database
from tests.conftest import World
from tests.loops import run_apart
from tests.serving import serving
from web.server import BACKLOG, listen

LOOPBACKS = ("127.0.0.1", "::1")
ASKED = 20
MOST_SECONDS = 0.02
"""Half of the delayed acknowledgement that an answer would wait for (40 ms on Linux)."""


async def _delayed(taken: socket.socket) -> int:
    """TCP_NODELAY of a connection that asyncio, as uvicorn drives it, has accepted from the socket."""
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    class Ask(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            mine = transport.get_extra_info("socket")
            accepted.set_result(mine.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    taken.listen(BACKLOG)
    server = await asyncio.get_running_loop().create_server(Ask, sock=taken)
    async with server:
        _, writer = await asyncio.open_connection(*taken.getsockname()[:2])
        try:
            return await asyncio.wait_for(accepted, 10)
        finally:
            writer.close()


@pytest.mark.parametrize("host", LOOPBACKS)
def test_an_accepted_connection_sends_at_once(host: str) -> None:
    assert run_apart(_delayed(listen(host, 0))) != 0


def test_answers_on_a_kept_connection_do_not_wait_for_an_acknowledgement(world: World) -> None:
    db: Database = world.db
    with serving(db.url.render_as_string(hide_password=False), World.organisation) as address:
        kept = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
        took = []
        for _ in range(ASKED):
            began = time.perf_counter()
            kept.request("GET", "/healthz")
            assert kept.getresponse().read() == b"ok"
            took.append(time.perf_counter() - began)
        kept.close()
    # The least: a busy machine may be late, the kernel's timer is never early.
    assert min(took[1:]) < MOST_SECONDS
