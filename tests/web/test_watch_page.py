"""The page on which a run is watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from rewards.store.session import Database
from sims.recording.kept import keep_recording
from tests.company import ORGANISATION
from web.session import now

SignIn = Callable[[str], TestClient]
BODY: dict[str, Any] = {
    "format": 1, "title": "Watched", "scenario": "h", "seed": 1, "run": 0, "first_date": "2026-03-02", "first_day": 0, "segments": ["a"],
    "teams": ["t"], "people": [[0, 0, 100], [0, 0, 50]], "staff": 2, "items": ["i"], "explained": [0, 1], "terms": ["intrinsic"],
    "days": [{"curves": [1.0, 2.0, 0.5, 0.1, 0.4, 0.3, 0.2], "shares": [[0, 0, 30, 2, 1, 0]]}] * 10,
    "reasons": [[0, 0, 0, 0.2, 1, -2.0, 0.6]],
}  # fmt: skip


def test_before_anything_is_recorded_the_page_says_how(sign_in: SignIn) -> None:
    client = sign_in("sam")
    assert "Nothing is recorded yet." in client.get("/strategist/watch").text
    assert client.get("/strategist/watch.json").json() == {}


def test_the_table_has_the_numbers_of_the_picture(sign_in: SignIn, sqlite_db: Database) -> None:
    with sqlite_db.begin() as tx:
        keep_recording(tx, ORGANISATION, BODY, now())
    client = sign_in("hal")
    page = client.get("/strategist/watch").text
    assert (
        '<td class="num">7</td><td class="num">210</td><td class="num">14</td><td class="num">7</td>' in page
    )
    assert '<td class="num">3</td><td class="num">90</td><td class="num">6</td><td class="num">3</td>' in page
    assert client.get("/strategist/watch.json").json() == BODY
    assert sign_in("ana").get("/strategist/watch.json").status_code == 403
