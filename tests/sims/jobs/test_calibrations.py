"""A calibration is carried out by a worker with processes of its own, and what it learns is proposed."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

from rewards.events import Event
from rewards.forecasts.recalibrations import belief_of, list_recalibrations
from rewards.jobs.queue import get_job, outcome_of
from rewards.ledger.intake import record
from rewards.store.session import Database
from sims.jobs.runner import Runner
from sims.loop.calibrating import ask_for_calibration
from sims.rehearsal.asking import Assumptions
from tests.company import ORGANISATION, make_company

NOW = datetime.now(UTC)


def test_a_worker_calibrates_and_proposes(sqlite_db: Database) -> None:
    db = sqlite_db
    make_company(db)
    events = [
        Event(
            source="test", id=f"s{days}", kind="share", subject="ana", object="item", channel="linkedin",
            occurred_at=NOW - timedelta(days=days), verification="declared",
        )
        for days in range(25, 1, -3)
    ]  # fmt: skip
    with db.begin() as tx:
        record(tx, ORGANISATION, events, received_at=NOW, backfill=True)
        job = ask_for_calibration(tx, ORGANISATION, Assumptions(audience=400), 400, actor="sam", now=NOW)
    runner, stop = Runner(db, children=1), threading.Event()
    try:
        assert runner.one(stop)
        with db.read() as tx:
            done = get_job(tx, ORGANISATION, job)
            told = json.loads(outcome_of(tx, ORGANISATION, job)[0])
            (proposed,) = list_recalibrations(tx, ORGANISATION)
            assert belief_of(tx, ORGANISATION) is None
        assert (done.status, done.fault) == ("done", "")
        assert (proposed.content_hash, proposed.open, proposed.actor) == (told["posterior"], True, "sam")
    finally:
        runner.close()
