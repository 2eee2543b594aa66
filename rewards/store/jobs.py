"""Rows of `job` and `job_chunk`, the queue of long work. Updates of a running job succeed only for the worker that holds its lease."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from rewards.store import schema
from rewards.store.rows import JobChunkRow, JobRow, ListedJobRow
from rewards.store.session import Transaction

JOB, CHUNK = schema.job, schema.job_chunk
WAITING, RUNNING = "waiting", "running"
FARTHEST_LEASE_US = 120_000_000
"""No lease ends so far ahead. One that does was given before the clock was set back, and its worker has not spoken since."""
_LISTED = (
    *(JOB.c[name] for name in ListedJobRow._fields[:-1]),
    func.coalesce(func.length(JOB.c.partial), 0).label("partial_length"),
)
_OPEN = JOB.c.status.in_((WAITING, RUNNING))


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert a job; returns its id."""
    return int(tx.execute(insert(JOB).returning(JOB.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, job: int) -> JobRow | None:
    """One job with its documents."""
    return tx.row(JobRow, select(JOB).where(and_(JOB.c.organisation_id == organisation, JOB.c.id == job)))


def listed(tx: Transaction, organisation: str, job: int) -> ListedJobRow | None:
    """One job without its documents."""
    where = and_(JOB.c.organisation_id == organisation, JOB.c.id == job)
    return tx.row(ListedJobRow, select(*_LISTED).where(where))


def page(tx: Transaction, organisation: str, kind: str, limit: int) -> list[ListedJobRow]:
    """The jobs of a kind, newest first."""
    where = and_(JOB.c.organisation_id == organisation, JOB.c.kind == kind)
    return tx.rows(ListedJobRow, select(*_LISTED).where(where).order_by(JOB.c.id.desc()).limit(limit))


def of_spec(
    tx: Transaction, organisation: str, kind: str, spec_hash: str, status: Sequence[str]
) -> ListedJobRow | None:
    """The newest job of a kind and a specification in one of these states, unless it is being cancelled."""
    where = and_(
        JOB.c.organisation_id == organisation,
        JOB.c.kind == kind,
        JOB.c.spec_hash == spec_hash,
        JOB.c.status.in_(status),
        or_(~_OPEN, JOB.c.cancel_us.is_(None)),
    )
    return tx.row(ListedJobRow, select(*_LISTED).where(where).order_by(JOB.c.id.desc()).limit(1))


def count_open(tx: Transaction, organisation: str, actor: str | None = None) -> int:
    """Number of jobs that wait or run, of everybody or of one requester."""
    where = and_(JOB.c.organisation_id == organisation, _OPEN)
    if actor is not None:
        where = and_(where, JOB.c.actor == actor)
    return int(tx.execute(select(func.count()).select_from(JOB).where(where)).scalar_one())


def ahead(tx: Transaction, row: ListedJobRow) -> int:
    """Number of jobs in the queue before this one."""
    before = or_(JOB.c.priority > row.priority, and_(JOB.c.priority == row.priority, JOB.c.id < row.id))
    return int(tx.execute(select(func.count()).select_from(JOB).where(and_(_OPEN, before))).scalar_one())


def free(tx: Transaction, now_us: int) -> bool:
    """True where a job can be taken: one that waits, or one whose lease has expired."""
    return tx.execute(select(JOB.c.id).where(_free(now_us)).limit(1)).first() is not None


def outranked(tx: Transaction, job: int, now_us: int) -> bool:
    """True where a job of higher priority than this one can be taken."""
    mine = select(JOB.c.priority).where(JOB.c.id == job).scalar_subquery()
    query = select(JOB.c.id).where(and_(_free(now_us), JOB.c.priority > mine)).limit(1)
    return tx.execute(query).first() is not None


def take(tx: Transaction, worker: str, now_us: int, lease_us: int) -> JobRow | None:
    """Take the free job of highest priority and lease it to this worker."""
    query = select(JOB).where(_free(now_us)).order_by(JOB.c.priority.desc(), JOB.c.id).limit(1)
    if tx.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    found = tx.row(JobRow, query)
    if found is None:
        return None
    taken = found._replace(
        status=RUNNING,
        worker=worker,
        lease_us=lease_us,
        attempts=found.attempts + 1,
        started_us=found.started_us or now_us,
    )
    names = ("status", "worker", "lease_us", "attempts", "started_us")
    values = {name: getattr(taken, name) for name in names}
    tx.execute(update(JOB).where(JOB.c.id == found.id).values(**values))
    return taken


def change_held(tx: Transaction, job: int, worker: str, values: Mapping[str, object]) -> bool:
    """Update a running job leased to this worker; False where it no longer is."""
    where = and_(JOB.c.id == job, JOB.c.worker == worker, JOB.c.status == RUNNING)
    return tx.execute(update(JOB).where(where).values(**values)).rowcount == 1


def change_open(tx: Transaction, organisation: str, job: int, values: Mapping[str, object]) -> bool:
    """Update a job that waits or runs; False where it has ended."""
    where = and_(JOB.c.organisation_id == organisation, JOB.c.id == job, _OPEN)
    return tx.execute(update(JOB).where(where).values(**values)).rowcount == 1


def cancelled(tx: Transaction, job: int) -> bool:
    """True where the job's cancellation was requested."""
    return tx.execute(select(JOB.c.cancel_us).where(JOB.c.id == job)).scalar_one() is not None


def chunks(tx: Transaction, job: int) -> dict[int, bytes]:
    """Finished chunks by number."""
    found = tx.rows(JobChunkRow, select(CHUNK).where(CHUNK.c.job_id == job))
    return {row.number: bytes(row.body) for row in found}


def keep_chunk(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert one chunk's result."""
    tx.execute(insert(CHUNK), dict(row))


def drop_chunks(tx: Transaction, job: int) -> None:
    """Delete the chunks of a job that has ended."""
    tx.execute(delete(CHUNK).where(CHUNK.c.job_id == job))


def _free(now_us: int) -> ColumnElement[bool]:
    ended = or_(JOB.c.lease_us < now_us, JOB.c.lease_us > now_us + FARTHEST_LEASE_US)
    lost = and_(JOB.c.status == RUNNING, ended)
    return or_(JOB.c.status == WAITING, lost)
