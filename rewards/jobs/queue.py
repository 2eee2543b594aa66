"""The job queue for requesters: a job is queued, viewed, cancelled, and repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rewards.faults import Conflict, NotFound, Refused
from rewards.store import jobs as rows
from rewards.store import trail
from rewards.store.results import StoredResult, get_result
from rewards.store.rows import JobRow, ListedJobRow
from rewards.store.session import Transaction
from rewards.store.units import digest, dump, from_us, maybe_us, to_us

WAITING, RUNNING, DONE, FAILED, CANCELLED = rows.WAITING, rows.RUNNING, "done", "failed", "cancelled"
ENDED = frozenset({DONE, FAILED, CANCELLED})
MOST_OF_ONE = 3
"""Jobs of one person that wait or run at a time: nobody keeps the others waiting for ever."""
MOST_OF_ALL = 100
URGENT, USUAL, PATIENT = 8, 5, 2
"""Priorities: somebody sits and waits; the usual; sweeps that may take the night."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work. `done` of `total` chunks are computed; `total` is an upper bound.

    `cancelling`: cancellation was requested and the worker has not confirmed it; `partial_length`: characters of the partial result.
    """

    id: int
    kind: str
    title: str
    spec_hash: str
    status: str
    actor: str
    attempts: int
    cancelling: bool
    done: int
    total: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    fault: str
    result: int | None
    again_of: int | None
    partial_length: int

    @property
    def ended(self) -> bool:
        """True where the job has ended."""
        return self.status in ENDED

    def seconds_left(self, now: datetime) -> float | None:
        """Estimated remaining seconds at the rate so far; None without any progress."""
        if self.status != RUNNING or self.started_at is None or not self.done:
            return None
        return max(0.0, (now - self.started_at).total_seconds() / self.done * (self.total - self.done))


def ask(
    tx: Transaction,
    organisation: str,
    kind: str,
    title: str,
    spec: Mapping[str, Any],
    *,
    total: int,
    actor: str,
    now: datetime,
    priority: int = USUAL,
    again_of: int | None = None,
) -> int:
    """Queue a job; returns its number. `spec` determines its results completely.

    Raises Refused beyond the limit of open jobs per requester or in total.
    """
    if rows.count_open(tx, organisation, actor) >= MOST_OF_ONE:
        raise Refused(
            "jobs: {most} of yours wait or run already; limit {most}; wait for one, or cancel it",
            most=MOST_OF_ONE,
        )
    if rows.count_open(tx, organisation) >= MOST_OF_ALL:
        raise Refused("jobs: {most} wait or run already; limit {most}; wait for some", most=MOST_OF_ALL)
    text = dump(spec)
    row = {
        "organisation_id": organisation,
        "kind": kind,
        "title": title,
        "spec": text,
        "spec_hash": digest(text),
        "priority": priority,
        "status": WAITING,
        "actor": actor,
        "attempts": 0,
        "done": 0,
        "total": total,
        "created_us": to_us(now),
        "again_of": again_of,
    }
    number = rows.add(tx, row)
    trail.log(tx, organisation, actor, "job.ask", str(number), reason=title, at_us=to_us(now))
    return number


def again(tx: Transaction, organisation: str, job: int, actor: str, now: datetime) -> int:
    """Ask for the very same once more; returns the number of the new job. Raises NotFound, Conflict while the first is under way."""
    found = _whole(tx, organisation, job)
    if found.status not in ENDED:
        raise Conflict("job {job}: is under way; wait for its end, then run it again", job=job)
    row = {
        "organisation_id": organisation,
        "kind": found.kind,
        "title": found.title,
        "spec": found.spec,
        "spec_hash": found.spec_hash,
        "priority": found.priority,
        "status": WAITING,
        "actor": actor,
        "attempts": 0,
        "done": 0,
        "total": found.total,
        "created_us": to_us(now),
        "again_of": job,
    }
    if rows.count_open(tx, organisation, actor) >= MOST_OF_ONE:
        raise Refused(
            "jobs: {most} of yours wait or run already; limit {most}; wait for one, or cancel it",
            most=MOST_OF_ONE,
        )
    number = rows.add(tx, row)
    trail.log(tx, organisation, actor, "job.again", str(number), reason=str(job), at_us=to_us(now))
    return number


def cancel(tx: Transaction, organisation: str, job: int, actor: str, now: datetime) -> None:
    """End a job. One that waits ends at once, one that runs as soon as its worker hears of it. Raises NotFound, Conflict at its end."""
    found = get_job(tx, organisation, job)
    values: dict[str, object] = {"cancel_us": to_us(now)}
    if found.status == WAITING:
        values |= {"status": CANCELLED, "finished_us": to_us(now)}
    if not rows.change_open(tx, organisation, job, values):
        raise Conflict("job {job}: has ended; nothing to cancel", job=job)
    trail.log(tx, organisation, actor, "job.cancel", str(job), reason="", at_us=to_us(now))


def get_job(tx: Transaction, organisation: str, job: int) -> Job:
    """One job. Raises NotFound."""
    row = rows.listed(tx, organisation, job)
    if row is None:
        raise NotFound("job {job}: not in this organisation; look at the list of jobs", job=job)
    return _job(row)


def spec_of(tx: Transaction, organisation: str, job: int) -> str:
    """The stored specification of a job."""
    return _whole(tx, organisation, job).spec


def outcome_of(tx: Transaction, organisation: str, job: int) -> tuple[str, StoredResult | None]:
    """The interim result of a job as JSON text ("" without one), and its final result once stored."""
    row = _whole(tx, organisation, job)
    kept = None if row.result_id is None else get_result(tx, organisation, row.result_id)
    return (row.partial or "") if kept is None else kept.body_json, kept


def repeats(tx: Transaction, organisation: str, job: Job, kept: StoredResult | None) -> bool | None:
    """True where a repeated job gave the same bytes as the first time; None where it was not repeated, or has no result yet."""
    if kept is None or job.again_of is None:
        return None
    _text, first = outcome_of(tx, organisation, job.again_of)
    return first is not None and first.content_hash == kept.content_hash


def jobs_before(tx: Transaction, organisation: str, job: int) -> int:
    """Number of jobs ahead of a queued one."""
    row = rows.listed(tx, organisation, job)
    return 0 if row is None or row.status != WAITING else rows.ahead(tx, row)


def list_jobs(tx: Transaction, organisation: str, kind: str, limit: int = 20) -> list[Job]:
    """The jobs of a kind, the newest first."""
    return [_job(row) for row in rows.page(tx, organisation, kind, limit)]


def job_of_spec(tx: Transaction, organisation: str, kind: str, spec_hash: str) -> Job | None:
    """The newest job of a kind and a specification that waits, runs or is done."""
    row = rows.of_spec(tx, organisation, kind, spec_hash, (WAITING, RUNNING, DONE))
    return None if row is None else _job(row)


def _whole(tx: Transaction, organisation: str, job: int) -> JobRow:
    row = rows.find(tx, organisation, job)
    if row is None:
        raise NotFound("job {job}: not in this organisation; look at the list of jobs", job=job)
    return row


def _job(row: ListedJobRow) -> Job:
    return Job(
        row.id, row.kind, row.title, row.spec_hash, row.status, row.actor, row.attempts, row.cancel_us is not None,
        row.done, row.total, from_us(row.created_us), maybe_us(row.started_us), maybe_us(row.finished_us), row.fault,
        row.result_id, row.again_of, row.partial_length,
    )  # fmt: skip
