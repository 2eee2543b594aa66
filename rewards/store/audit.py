"""The audit log page by page, newest lines first, filtered by subject, actor, action and time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, literal, select, tuple_

from rewards.store import schema
from rewards.store.rows import AuditRow
from rewards.store.session import Transaction

AUDIT = schema.audit
_ORDER = (AUDIT.c.recorded_us, AUDIT.c.id)
_PIECE = 1000
Place = tuple[int, int]
"""Where a page ends: when the last line was written, and its number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter of log lines: subjects, actors, action, and a range of instants; None filters nothing."""

    subjects: Collection[str] | None = None
    actors: Collection[str] | None = None
    action: str | None = None
    from_us: int | None = None
    until_us: int | None = None
    without: Collection[str] = ()
    without_actor: str = ""


def page(
    tx: Transaction, organisation: str, asked: Asked, before: Place | None, limit: int
) -> list[AuditRow]:
    """Lines before a cursor."""
    query = _query(organisation, asked).limit(limit)
    if before is not None:
        query = query.where(tuple_(*_ORDER) < tuple_(literal(before[0]), literal(before[1])))
    return tx.rows(AuditRow, query)


def every(tx: Transaction, organisation: str, asked: Asked) -> Iterator[AuditRow]:
    """All matching lines, read in chunks."""
    before: Place | None = None
    while found := page(tx, organisation, asked, before, _PIECE):
        yield from found
        before = (found[-1].recorded_us, found[-1].id)


def actions(tx: Transaction, organisation: str) -> Sequence[str]:
    """Distinct actions in the log, by skip scan of an index."""
    found: list[str] = []
    query = (
        select(AUDIT.c.action)
        .where(AUDIT.c.organisation_id == organisation)
        .order_by(AUDIT.c.action)
        .limit(1)
    )
    following = tx.execute(query).scalar()
    while following is not None:
        found.append(following)
        following = tx.execute(query.where(AUDIT.c.action > following)).scalar()
    return found


def _query(organisation: str, asked: Asked) -> Select[tuple[object, ...]]:
    query: Select[tuple[object, ...]] = select(*AUDIT.c).where(AUDIT.c.organisation_id == organisation)
    if asked.subjects is not None:
        query = query.where(AUDIT.c.subject.in_(asked.subjects))
    if asked.actors is not None:
        query = query.where(AUDIT.c.actor.in_(asked.actors))
    if asked.action is not None:
        query = query.where(AUDIT.c.action == asked.action)
    if asked.from_us is not None:
        query = query.where(AUDIT.c.recorded_us >= asked.from_us)
    if asked.until_us is not None:
        query = query.where(AUDIT.c.recorded_us < asked.until_us)
    if asked.without:
        query = query.where(AUDIT.c.action.not_in(asked.without))
    if asked.without_actor:
        query = query.where(AUDIT.c.actor != asked.without_actor)
    return query.order_by(AUDIT.c.recorded_us.desc(), AUDIT.c.id.desc())
