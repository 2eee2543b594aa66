"""Rehearsals for tests of pages: a small company's, carried out in this process or made up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from rewards.jobs import work
from rewards.jobs.queue import get_job
from rewards.publishing.drafts import create_draft
from rewards.publishing.rehearsals import note_rehearsal
from rewards.scheme.presets import PRESETS
from rewards.store.results import save_result
from rewards.store.session import Database
from rewards.store.units import digest
from sims.jobs.kinds import KINDS
from sims.rehearsal.asking import KIND, Assumptions, ask_for_rehearsal

SMALL = Assumptions(weeks=6, quiet_weeks=2, audience=400, precision_percent=25.0, most_runs=12)


def drafts(db: Database, organisation: str, names: Sequence[str], actor: str) -> list[int]:
    """Open drafts from templates."""
    now = datetime.now(UTC)
    with db.begin() as tx:
        return [create_draft(tx, organisation, PRESETS[name], actor, now).id for name in names]


def rehearsed(
    db: Database, organisation: str, numbers: Sequence[int], actor: str, assumed: Assumptions = SMALL
) -> int:
    """A rehearsal of these drafts and the live scheme, carried out here; returns the job's number."""
    now = datetime.now(UTC)
    with db.begin() as tx:
        job = ask_for_rehearsal(tx, organisation, numbers, True, assumed, actor=actor, now=now)
    carry_out(db)
    with db.read() as tx:
        assert get_job(tx, organisation, job).status == "done"
    return job


def carry_out(db: Database, pieces: int | None = None) -> None:
    """Be a worker in this process, for one job; with `pieces` only for so many of them."""
    held = work.take(db, "test", datetime.now(UTC))
    if held is None:
        # One that was cancelled, and whose worker is heard of no more by now, is only ended.
        held = work.take(db, "test", datetime.now(UTC))
    assert held is not None
    kind = KINDS[held.kind]
    held = work.complete(db, held, kind.completed, datetime.now(UTC))
    with db.read() as tx:
        spec = kind.whole(tx, held.organisation, held.spec)
    gathering = kind.gathering(spec, digest(held.spec))
    for number in range(kind.pieces(spec) if pieces is None else pieces):
        piece = _computed(held.kind, spec, number)
        work.keep(db, held, number, piece, datetime.now(UTC))
        enough = gathering.take(piece)
        if pieces is not None:
            work.show(db, held, gathering.body(), held.total, datetime.now(UTC))
        elif enough:
            break
    if pieces is None:
        body, now = gathering.body(), datetime.now(UTC)
        with db.begin() as tx:
            result = work.finish(tx, held, body, gathering.title, now)
            kind.kept(tx, held.organisation, held.actor, held.spec, body, result=result, now=now)


def ended_meanwhile(db: Database, organisation: str, job: int) -> str:
    """How a job stands after its worker was heard of no more and another one looked."""
    assert work.take(db, "another", datetime.now(UTC) + 2 * work.COMPLETING) is None
    with db.read() as tx:
        return get_job(tx, organisation, job).status


@cache
def _computed(kind: str, spec: str, number: int) -> bytes:
    """Computed once for all tests."""
    return KINDS[kind].compute(spec, number)


def said_fair(
    db: Database, organisation: str, content: str, fair: bool = True, runs: int = 12, *, precise: bool = True
) -> None:
    """A text counts as rehearsed, as if a rehearsal had said so."""
    now = datetime.now(UTC)
    check: dict[str, Any] = {
        "outcome": "fairness",
        "value": 0.9 if fair else 0.5,
        "allowed": 0.8,
        "passed": fair,
    }
    body: dict[str, Any] = {
        "precision": {
            "outcome": "human_clicks",
            "asked": 0.1,
            "relative": True,
            "half_width": 5.0,
            "reached": precise,
            "part_of_range": 0.08 if precise else 0.131,
        },
        "provenance": {"runs": runs, "scenarios": [{"name": "draft", "schemes": {"it": content}}]},
        "choice": {
            "candidates": [
                {
                    "scenario": "draft",
                    "incremental_clicks": {"median": 52.0, "p80": [32.0, 84.0]},
                    "checks": [check],
                }
            ]
        },
    }
    with db.begin() as tx:
        result = save_result(tx, organisation, KIND, "A test", "0" * 64, body_json=json.dumps(body), now=now)
        note_rehearsal(tx, organisation, result, body, "test", now=now)
