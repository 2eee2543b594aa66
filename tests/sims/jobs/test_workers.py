"""Rehearsals carried out by real worker processes, on each database: killed, cancelled, and run again to the same bytes."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from rewards.jobs.queue import Job, again, ask, cancel, get_job, outcome_of
from rewards.publishing.drafts import create_draft, get_draft
from rewards.publishing.rehearsals import latest_rehearsal
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database
from sims.rehearsal.asking import Assumptions, ask_for_rehearsal
from tests.commands import Command
from tests.conftest import World

PATIENCE_SECONDS = 150.0
# Small, and precise enough late.
ASSUMED = Assumptions(weeks=6, quiet_weeks=2, audience=400, precision_percent=0.5, most_runs=32)


@pytest.fixture
def world(db: Database) -> World:
    made = World(db)
    made.now = datetime.now(UTC)
    return made.found()


@pytest.fixture
def worker(world: World) -> Iterator[Callable[[], Command]]:
    """Starts `groundswell worker`; whatever is left of it ends with the test."""
    started: list[Command] = []

    def start() -> Command:
        url = world.db.url.render_as_string(hide_password=False)
        started.append(Command(["worker"], env=os.environ | {"DATABASE_URL": url}))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_SECONDS)


def put(world: World, assumed: Assumptions = ASSUMED) -> tuple[int, int]:
    now = datetime.now(UTC)
    with world.db.begin() as tx:
        draft = create_draft(tx, "acme", PRESETS["recognition"], "hal", now)
        return ask_for_rehearsal(tx, "acme", [draft.id], True, assumed, actor="hal", now=now), draft.id


def until(world: World, job: int, reached: Callable[[Job], bool]) -> Job:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        with world.db.read() as tx:
            found = get_job(tx, "acme", job)
        if reached(found):
            return found
        time.sleep(0.02)
    raise AssertionError(found)


def result(world: World, job: int) -> tuple[str, str]:
    with world.db.read() as tx:
        text, kept = outcome_of(tx, "acme", job)
    assert kept is not None
    return text, kept.content_hash


def test_a_killed_worker_is_survived_and_the_bytes_are_the_same(
    world: World, worker: Callable[[], Command]
) -> None:
    job, draft = put(world)
    first = worker()
    began = until(world, job, lambda one: one.done >= 1)
    first.kill()
    first.wait()
    assert began.status == "running"
    second = worker()
    done = until(world, job, lambda one: one.ended)
    assert (done.status, done.attempts) == ("done", 2), done.fault
    assert done.done > began.done
    body, content = result(world, job)
    with world.db.begin() as tx:
        repeated = again(tx, "acme", job, "ida", datetime.now(UTC))
    assert until(world, repeated, lambda one: one.ended).attempts == 1
    assert result(world, repeated) == (body, content)
    told = json.loads(body)
    assert 12 <= told["provenance"]["runs"] <= 32
    assert told["provenance"]["seed"] == 1
    assert [one["name"] for one in told["provenance"]["scenarios"]] == [
        "nothing",
        "tool-only",
        f"draft-{draft}",
        "in-force",
    ]
    with world.db.read() as tx:
        found = get_draft(tx, "acme", draft)
        forecast = latest_rehearsal(tx, "acme", found.hash)
    assert found.rehearsed
    assert forecast is not None
    assert forecast.runs == told["provenance"]["runs"]
    second.send_signal(signal.SIGTERM)
    assert second.wait(PATIENCE_SECONDS) == 0


def test_a_running_job_is_cancelled_in_the_middle_of_a_piece(
    world: World, worker: Callable[[], Command]
) -> None:
    # So long that it cannot have ended by itself, and every piece takes many seconds.
    assumed = Assumptions(weeks=104, audience=400_000, precision_percent=0.5, most_runs=400)
    small, _ = put(world)
    worker()
    # Warm by then.
    until(world, small, lambda one: one.ended)
    job, _ = put(world, assumed)
    until(world, job, lambda one: one.status == "running")
    asked = datetime.now(UTC)
    with world.db.begin() as tx:
        cancel(tx, "acme", job, "hal", asked)
    ended = until(world, job, lambda one: one.ended)
    # Whoever waited for the end of a piece would have it.
    assert (ended.status, ended.done) == ("cancelled", 0)
    assert ended.finished_at is not None


def test_what_a_worker_cannot_do_fails_in_words(world: World, worker: Callable[[], Command]) -> None:
    now = datetime.now(UTC)
    with world.db.begin() as tx:
        strange = ask(tx, "acme", "horoscope", "Strange", {}, total=1, actor="hal", now=now)
        broken: dict[str, Any] = {"people": [], "timezone": "UTC", "schemes": [], "chunks": [[0, 1]]}
        wrong = ask(tx, "acme", "rehearsal", "Broken", broken, total=1, actor="hal", now=now)
    worker()
    assert "unknown kind 'horoscope'" in until(world, strange, lambda one: one.ended).fault
    assert until(world, wrong, lambda one: one.ended).status == "failed"
