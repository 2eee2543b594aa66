"""Senders over TCP: some connections kept open, each posting its next event when the last was answered."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_READ_BYTES = 1 << 16
PATIENCE_SECONDS = 120.0


def request(url: str, body: bytes = b"", token: str = "") -> bytes:
    """The bytes of a request: a POST with a body, a GET without."""
    parts = urlsplit(url)
    lines = [f"{'POST' if body else 'GET'} {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class _Connection:
    """One sender: what it has yet to send, and what has come back of the answer it waits for."""

    sock: socket.socket
    waiting: list[bytes]
    began: float = 0.0
    buffer: bytearray = field(default_factory=bytearray)

    def send_next(self) -> bool:
        """Send the next request; False where none is left."""
        if not self.waiting:
            return False
        self.buffer.clear()
        self.began = time.perf_counter()
        self.sock.sendall(self.waiting.pop())
        return True

    def receive(self) -> bytes | None:
        """The whole answer once it is there."""
        got = self.sock.recv(_READ_BYTES)
        if not got:
            raise ConnectionError(f"the server closed the connection after {bytes(self.buffer[:200])!r}")
        self.buffer += got
        head, found, body = bytes(self.buffer).partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        if not found or length is None or len(body) < int(length.group(1)):
            return None
        return bytes(self.buffer)


class Senders:
    """Connections that stay open between the calls."""

    def __init__(self, address: str, count: int) -> None:
        parts = urlsplit(address)
        self.socks = [
            socket.create_connection((parts.hostname, parts.port), PATIENCE_SECONDS) for _ in range(count)
        ]
        for sock in self.socks:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for sock in self.socks:
            sock.close()

    def post(self, shares: Sequence[Sequence[bytes]]) -> tuple[float, list[float], list[bytes]]:
        """Send each connection's share, one request after the other; (seconds in all, seconds of each, answers)."""
        took: list[float] = []
        answers: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            connections = [
                _Connection(sock, list(reversed(share)))
                for sock, share in zip(self.socks, shares, strict=True)
            ]
            began = time.perf_counter()
            for one in connections:
                if one.send_next():
                    selector.register(one.sock, selectors.EVENT_READ, one)
            while selector.get_map():
                ready = selector.select(PATIENCE_SECONDS)
                if not ready:
                    raise TimeoutError(f"no answer for {PATIENCE_SECONDS} s")
                for key, _ in ready:
                    one = key.data
                    answer = one.receive()
                    if answer is None:
                        continue
                    took.append(time.perf_counter() - one.began)
                    answers.append(answer)
                    if not one.send_next():
                        selector.unregister(one.sock)
            return time.perf_counter() - began, took, answers
