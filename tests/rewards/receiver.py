"""A real HTTP receiver of webhooks on this machine, which keeps what it got and answers as told."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """`got`: (headers, body) of each request; `answers`: statuses to give, the last one for ever; `victim`: pid to kill."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=lambda: [204])
    location: str = ""
    victim: Callable[[], int] | None = None

    def ids(self) -> list[str]:
        """The `webhook-id` of each request, in the order of arrival."""
        return [headers["webhook-id"] for headers, _ in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on a free port."""
    kept = Receiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            with lock:
                kept.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status = kept.answers.pop(0) if len(kept.answers) > 1 else kept.answers[0]
            if kept.victim is not None:
                os.kill(kept.victim(), signal.SIGKILL)
                kept.victim = None
                self.close_connection = True
                return
            self.send_response(status)
            if kept.location:
                self.send_header("location", kept.location)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
