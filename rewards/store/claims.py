"""Rows of claim and reward_taken."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, func, insert, select, true, update

from rewards.store import schema
from rewards.store.rows import ClaimRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

CLAIM = schema.claim
TAKEN = schema.reward_taken
OPEN = ("requested", "approved")


def taken(tx: Transaction, organisation: str) -> dict[str, int]:
    """Requested and approved claims by reward, over all scheme versions."""
    query = select(TAKEN.c.reward, TAKEN.c.taken).where(TAKEN.c.organisation_id == organisation)
    return {reward: int(count) for reward, count in tx.execute(query)}


def take(tx: Transaction, organisation: str, reward: str, stock: int | None) -> bool:
    """Reserve one unit of a reward; False when `stock` units are taken."""
    key = {"organisation_id": organisation, "reward": reward}
    tx.execute(upsert(tx, TAKEN).on_conflict_do_nothing(), [key | {"taken": 0}])
    within = true() if stock is None else TAKEN.c.taken < stock
    where = and_(TAKEN.c.organisation_id == organisation, TAKEN.c.reward == reward, within)
    return tx.execute(update(TAKEN).where(where).values(taken=TAKEN.c.taken + 1)).rowcount == 1


def put_back(tx: Transaction, organisation: str, reward: str) -> None:
    """Return one unit of a reward to the stock."""
    where = and_(TAKEN.c.organisation_id == organisation, TAKEN.c.reward == reward)
    tx.execute(update(TAKEN).where(where).values(taken=TAKEN.c.taken - 1))


def spent(tx: Transaction, organisation: str, reward: str, period: str) -> int:
    """Millipoints of a reward's requested and approved claims in a month."""
    query = select(func.coalesce(func.sum(CLAIM.c.cost), 0)).where(
        CLAIM.c.organisation_id == organisation, CLAIM.c.reward == reward, CLAIM.c.period == period,
        CLAIM.c.status.in_(OPEN),
    )  # fmt: skip
    return int(tx.execute(query).scalar_one())


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert one claim; returns its id."""
    return int(tx.execute(insert(CLAIM).returning(CLAIM.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, claim_id: int) -> ClaimRow | None:
    """One claim."""
    where = and_(CLAIM.c.organisation_id == organisation, CLAIM.c.id == claim_id)
    return tx.row(ClaimRow, select(CLAIM).where(where))


def by_dedupe(tx: Transaction, organisation: str, keys: Sequence[str]) -> ClaimRow | None:
    """The first claim made under one of these idempotency keys."""
    where = and_(CLAIM.c.organisation_id == organisation, CLAIM.c.dedupe.in_(keys))
    return tx.row(ClaimRow, select(CLAIM).where(where).order_by(CLAIM.c.id).limit(1))


def of_person(tx: Transaction, person_id: int) -> list[ClaimRow]:
    """The person's claims, newest first."""
    return tx.rows(ClaimRow, select(CLAIM).where(CLAIM.c.person_id == person_id).order_by(CLAIM.c.id.desc()))


def went_through(tx: Transaction, organisation: str) -> list[ClaimRow]:
    """All requested and approved claims, oldest first."""
    where = and_(CLAIM.c.organisation_id == organisation, CLAIM.c.status.in_(OPEN))
    return tx.rows(ClaimRow, select(CLAIM).where(where).order_by(CLAIM.c.id))


def waiting(tx: Transaction, organisation: str, limit: int | None = None) -> list[ClaimRow]:
    """Claims waiting for approval, oldest first."""
    where = and_(CLAIM.c.organisation_id == organisation, CLAIM.c.status == "requested")
    return tx.rows(ClaimRow, select(CLAIM).where(where).order_by(CLAIM.c.id).limit(limit))


def count_waiting(tx: Transaction, organisation: str) -> int:
    """Number of claims waiting for approval."""
    where = and_(CLAIM.c.organisation_id == organisation, CLAIM.c.status == "requested")
    return int(tx.execute(select(func.count()).select_from(CLAIM).where(where)).scalar_one())


def move(
    tx: Transaction,
    claim_id: int,
    before: tuple[str, ...],
    after: str,
    actor: str,
    *,
    reason: str,
    at_us: int,
) -> bool:
    """Change the status, only from one in `before`; False when it was another."""
    where = and_(CLAIM.c.id == claim_id, CLAIM.c.status.in_(before))
    values = {"status": after, "actor": actor, "reason": reason, "decided_us": at_us}
    return tx.execute(update(CLAIM).where(where).values(**values)).rowcount == 1
