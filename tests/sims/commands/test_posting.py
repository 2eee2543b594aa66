"""Posting a file in batches, against a small real HTTP server."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sims.commands.posting import PostError, events_endpoint, post_file


class Recorder(BaseHTTPRequestHandler):
    batches: list[list[dict[str, Any]]]
    token = "good"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        allowed = self.headers["Authorization"] == f"Bearer {self.token}" and self.path == "/api/v1/events"
        if allowed:
            self.batches.append(body)
        answer = {"results": [{"status": "awarded"} for _ in body]} if allowed else {"title": "no"}
        data = json.dumps(answer).encode()
        self.send_response(200 if allowed else 401)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, type[Recorder]]]:
    handler = type("Fresh", (Recorder,), {"batches": []})
    with HTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", handler
        running.shutdown()
        thread.join()


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps({"id": str(i)}) + "\n" for i in range(5)))
    return path


def test_batches_go_out_in_order(server: tuple[str, type[Recorder]], events: Path) -> None:
    url, handler = server
    seen: list[int] = []
    counts = post_file(events, url + "/", "good", size=2, advance=seen.append)
    assert counts == {"awarded": 5}
    assert [[event["id"] for event in batch] for batch in handler.batches] == [["0", "1"], ["2", "3"], ["4"]]
    assert seen == [2, 2, 1]


def test_a_refusal_is_one_clear_error(server: tuple[str, type[Recorder]], events: Path) -> None:
    with pytest.raises(PostError, match="answered 401"):
        post_file(events, server[0], "bad")


def test_no_server_is_one_clear_error(events: Path) -> None:
    with pytest.raises(PostError, match="no answer"):
        post_file(events, "http://127.0.0.1:9", "good")


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "file:///etc/passwd", ""])
def test_only_web_addresses_are_posted_to(url: str) -> None:
    with pytest.raises(PostError, match="http:// or https://"):
        events_endpoint(url)


@pytest.mark.parametrize("size", [0, 1001])
def test_an_impossible_batch_is_refused(events: Path, size: int) -> None:
    with pytest.raises(PostError, match="1 to 1000 events"):
        post_file(events, "http://127.0.0.1:9", "good", size=size)
