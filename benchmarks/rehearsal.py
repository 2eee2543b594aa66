"""A rehearsal as HR meets it: from the click to the first intervals, and to the stated precision.

    python -m benchmarks.rehearsal            # writes benchmarks/results/rehearsal.json
    python -m benchmarks.rehearsal --quick    # one rehearsal, nothing written

Makes the demo company (500 people) in a folder of its own, serves it with a worker beside, signs in as HR and asks the page for a rehearsal
of two drafts beside the tool alone and doing nothing, with every assumption as the page has it. Times are wall seconds from the click, as
somebody meets them who looks again and again; the first rehearsal begins as soon as the page answers, the others when the worker is
warm.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.machine import describe

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).parent / "results" / "rehearsal.json"
DRAFTS = ("clicks", "recognition")
LOOK_SECONDS = 0.1
MOST_SECONDS = 300.0
FIELD = re.compile(r'<input class="form-control" type="number" id="\w+" name="(\w+)" [^>]*value="([^"]*)"')
LISTENS = re.compile(r"listens on http://([^:/]+):(\d+)")


class Browser:
    """One person's requests, with the cookie that signing in gave."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port, self._cookie = host, port, ""

    def ask(self, path: str, form: list[tuple[str, str]] | None = None) -> tuple[int, str, str]:
        """Status, where to go next, and the page."""
        line = http.client.HTTPConnection(self._host, self._port, timeout=60)
        headers = {"Cookie": self._cookie} if self._cookie else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(
            "GET" if form is None else "POST", path, None if form is None else urlencode(form), headers
        )
        answer = line.getresponse()
        text = answer.read().decode()
        given = answer.headers.get("Set-Cookie")
        if given is not None:
            self._cookie = given.partition(";")[0]
        line.close()
        return answer.status, answer.headers.get("Location", ""), text


def company(url: str) -> list[int]:
    """The demo company, with two drafts; their numbers."""
    from rewards.publishing.drafts import create_draft
    from rewards.scheme.presets import PRESETS
    from rewards.store.session import open_database
    from sims.demo.demo import ORGANISATION, create_demo

    made = create_demo(url, runs=2, say=lambda _: None)
    database, now = open_database(url), datetime.now(UTC)
    try:
        with database.begin() as tx:
            author = made.accounts["hr"]
            return [create_draft(tx, ORGANISATION, PRESETS[name], author, now).id for name in DRAFTS]
    finally:
        database.close()


@contextmanager
def served(url: str) -> Iterator[Browser]:
    """The product with a worker beside it, ended afterwards; whoever signed in as HR."""
    from sims.demo.demo import ORGANISATION

    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "GROUNDSWELL_DEMO": "true",
        "GROUNDSWELL_ORGANISATION": ORGANISATION,
        "PYTHONUNBUFFERED": "1",
    }
    command = [
        sys.executable,
        "-c",
        "from web.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--with-worker",
    ]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        place = next(found for line in process.stdout if (found := LISTENS.search(line)) is not None)
        browser = Browser(place.group(1), int(place.group(2)))
        _answering(browser)
        status, _, _ = browser.ask("/sign-in/demo", [("role", "hr")])
        assert status == 303, status
        yield browser
    finally:
        process.terminate()
        process.wait(30)


def _answering(browser: Browser) -> None:
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        try:
            browser.ask("/sign-in")
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the server did not answer within a minute")


def rehearse(browser: Browser, drafts: list[int], seed: int) -> dict[str, Any]:
    """One rehearsal: when its progress, its first intervals and its answer were on the page, in seconds from the click."""
    _, _, room = browser.ask("/rehearsals")
    assumed = {**dict(FIELD.findall(room)), "seed": str(seed), "tool": "true"}
    form = [*(("draft", str(number)) for number in drafts), *assumed.items()]
    begin = time.perf_counter()
    status, path, _ = browser.ask("/rehearsals", form)
    assert status == 303, status
    found: dict[str, Any] = {}
    while "done" not in found:
        _, _, page = browser.ask(path)
        passed = time.perf_counter() - begin
        if passed > MOST_SECONDS:
            raise TimeoutError(f"no answer in {MOST_SECONDS:.0f} s")
        if "It waits for a worker" not in page:
            found.setdefault("begun", passed)
        if (runs := re.search(r"(\d+) paired runs", page)) is not None:
            found.setdefault("first_intervals", passed)
            found.setdefault("first_runs", int(runs.group(1)))
        if 'kicker">The answer</p>' in page:
            found["done"] = passed
        time.sleep(LOOK_SECONDS)
    body = json.loads(browser.ask(f"{path}/result.json")[2])
    return {**found, "precision": body["precision"]}


def measure(quick: bool) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'rehearsal.sqlite'}"
        drafts = company(url)
        with served(url) as browser:
            cold = rehearse(browser, drafts, 1)
            if quick:
                return {"machine": describe(), "cold": cold}
            warm = [rehearse(browser, drafts, seed) for seed in range(2, 7)]
    middle = {
        name: statistics.median(one[name] for one in warm) for name in ("begun", "first_intervals", "done")
    }
    return {"machine": describe(), "cold": cold, "warm": middle, "each": warm}


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    found = measure(quick)
    print(json.dumps(found, indent=1))
    if not quick:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
