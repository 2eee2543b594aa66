"""The queue as a worker sees it: a job is taken on lease, kept alive, gets its pieces one by one, and ends.

Whatever a worker writes it writes only as long as the job is its own: one that was given up for dead and comes back changes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rewards.jobs.queue import CANCELLED, DONE, FAILED, WAITING
from rewards.store import jobs as rows
from rewards.store import trail
from rewards.store.results import save_result
from rewards.store.session import Database, Transaction
from rewards.store.units import digest, to_us

LEASE = timedelta(seconds=6)
"""So long after the last word of its worker a job is free for another."""
COMPLETING = timedelta(seconds=30)
"""The lease while everything is read that it is about: of a large company that takes longer than a word of life."""
WHOLE = timedelta(seconds=60)
"""The lease of work that is not cut into pieces: at most one statement runs between two heartbeats."""
MOST_ATTEMPTS = 4
"""So often a job may take its worker with it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A job in a worker's hands, with the pieces that are done already."""

    id: int
    organisation: str
    kind: str
    title: str
    spec: str
    actor: str
    attempt: int
    total: int
    worker: str
    chunks: dict[int, bytes]


class Lost(Exception):  # noqa: N818 - it is no error
    """The job is another worker's by now."""


def take(db: Database, worker: str, now: datetime) -> Held | None:
    """The most urgent job that is free, or None. One that has ended too many workers fails."""
    with db.read() as tx:
        if not rows.free(tx, to_us(now)):
            return None
    with db.begin() as tx:
        row = rows.take(tx, worker, to_us(now), to_us(now + LEASE))
        if row is None:
            return None
        if row.cancel_us is not None:
            # Asked for while its worker was dying.
            _end(tx, row.organisation_id, row.id, worker, CANCELLED, now=now)
            return None
        if row.attempts > MOST_ATTEMPTS:
            fault = f"its worker died {MOST_ATTEMPTS} times; perhaps it needs more memory than there is"
            _end(tx, row.organisation_id, row.id, worker, FAILED, now=now, fault=fault)
            return None
        done = rows.chunks(tx, row.id)
    return Held(
        row.id, row.organisation_id, row.kind, row.title, row.spec, row.actor, row.attempts, row.total, worker, done
    )  # fmt: skip


def complete(
    db: Database, held: Held, completed: Callable[[Transaction, str, str], str], now: datetime
) -> Held:
    """Add values determined at the start to the specification, once, so that a worker that resumes the job uses the same ones.

    Raises Lost, and whatever `completed` (of organisation and specification) raises.
    """
    with db.begin() as tx:
        if not rows.change_held(tx, held.id, held.worker, {"lease_us": to_us(now + COMPLETING)}):
            raise Lost
    with db.read() as tx:
        spec = completed(tx, held.organisation, held.spec)
    if spec == held.spec:
        return held
    with db.begin() as tx:
        values = {"spec": spec, "spec_hash": digest(spec), "lease_us": to_us(now + COMPLETING)}
        if not rows.change_held(tx, held.id, held.worker, values):
            raise Lost
    return replace(held, spec=spec)


def beat(db: Database, held: Held, now: datetime) -> bool:
    """Renew the worker's lease; False where the job was cancelled. Raises Lost."""
    with db.begin() as tx:
        if not rows.change_held(tx, held.id, held.worker, {"lease_us": to_us(now + LEASE)}):
            raise Lost
        return not rows.cancelled(tx, held.id)


def wanted(db: Database, held: Held) -> bool:
    """False where the job was cancelled; only reads."""
    with db.read() as tx:
        return not rows.cancelled(tx, held.id)


def outranked(db: Database, held: Held, now: datetime) -> bool:
    """True where a job of higher priority is queued; read-only."""
    with db.read() as tx:
        return rows.outranked(tx, held.id, to_us(now))


def keep(db: Database, held: Held, number: int, body: bytes, now: datetime) -> None:
    """Store a chunk's result. Raises Lost."""
    with db.begin() as tx:
        values = {"done": rows.JOB.c.done + 1, "lease_us": to_us(now + LEASE)}
        if not rows.change_held(tx, held.id, held.worker, values):
            raise Lost
        rows.keep_chunk(
            tx,
            {
                "job_id": held.id,
                "organisation_id": held.organisation,
                "number": number,
                "body": body,
                "saved_us": to_us(now),
            },
        )


def advance(db: Database, held: Held, done: int, now: datetime) -> bool:
    """Store the progress of work without chunks; False where the job was cancelled. Raises Lost."""
    with db.begin() as tx:
        if not rows.change_held(tx, held.id, held.worker, {"done": done, "lease_us": to_us(now + WHOLE)}):
            raise Lost
        return not rows.cancelled(tx, held.id)


def show(db: Database, held: Held, partial: str, total: int, now: datetime) -> None:
    """Store a partial result for display. Raises Lost."""
    with db.begin() as tx:
        values = {"partial": partial, "total": total, "lease_us": to_us(now + LEASE)}
        if not rows.change_held(tx, held.id, held.worker, values):
            raise Lost


def finish(tx: Transaction, held: Held, body: str, title: str, now: datetime) -> int:
    """Store the final result and end the job; returns the result's number. Raises Lost."""
    number = save_result(tx, held.organisation, held.kind, title, digest(body), body_json=body, now=now)
    _end(tx, held.organisation, held.id, held.worker, DONE, now=now, result=number)
    return number


def end(tx: Transaction, held: Held, now: datetime) -> None:
    """End a job that is done and has no result of its own. Raises Lost."""
    _end(tx, held.organisation, held.id, held.worker, DONE, now=now)


def give_up(db: Database, held: Held, fault: str, now: datetime) -> None:
    """End a job that cannot be done."""
    with db.begin() as tx:
        _end(tx, held.organisation, held.id, held.worker, FAILED, now=now, fault=fault)


def stop(db: Database, held: Held, now: datetime) -> None:
    """End a job that was cancelled."""
    with db.begin() as tx:
        _end(tx, held.organisation, held.id, held.worker, CANCELLED, now=now)


def put_back(db: Database, held: Held) -> None:
    """Return a job to the queue because this worker is stopping; it does not count as a failure."""
    with db.begin() as tx:
        values = {"status": WAITING, "worker": None, "lease_us": None, "attempts": held.attempt - 1}
        rows.change_held(tx, held.id, held.worker, values)


def _end(
    tx: Transaction,
    organisation: str,
    job: int,
    worker: str,
    status: str,
    *,
    now: datetime,
    fault: str = "",
    result: int | None = None,
) -> None:
    values: dict[str, object] = {
        "status": status,
        "finished_us": to_us(now),
        "lease_us": None,
        "fault": fault,
        "result_id": result,
    }
    if status == DONE:
        # A complete result replaces it; of a cancelled job the partial result stays visible.
        values["partial"] = None
    if not rows.change_held(tx, job, worker, values):
        raise Lost
    rows.drop_chunks(tx, job)
    trail.log(tx, organisation, "worker", f"job.{status}", str(job), reason=fault, at_us=to_us(now))
