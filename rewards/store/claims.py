"""Rows of claim and reward_stock."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, insert, select, update

from rewards.store import schema
from rewards.store.session import Transaction
from rewards.store.units import upsert

CLAIM = schema.claim
STOCK = schema.reward_stock


def stock_up(tx: Transaction, organisation: str, stocks: Mapping[str, int | None]) -> None:
    """Put rewards in stock that were not there before; what is there keeps its count."""
    rows = [
        {"organisation_id": organisation, "reward": reward, "stock": stock}
        for reward, stock in sorted(stocks.items())
        if stock is not None
    ]
    if rows:
        tx.execute(upsert(tx, STOCK).on_conflict_do_nothing(), rows)


def stock_of(tx: Transaction, organisation: str) -> dict[str, int]:
    """What is left, by reward; a reward without a row is unlimited."""
    query = select(STOCK.c.reward, STOCK.c.stock).where(STOCK.c.organisation_id == organisation)
    return {reward: int(stock) for reward, stock in tx.execute(query)}


def take(tx: Transaction, organisation: str, reward: str) -> bool:
    """Take one from stock; False when none is left."""
    where = and_(STOCK.c.organisation_id == organisation, STOCK.c.reward == reward, STOCK.c.stock >= 1)
    return tx.execute(update(STOCK).where(where).values(stock=STOCK.c.stock - 1)).rowcount == 1


def put_back(tx: Transaction, organisation: str, reward: str) -> None:
    """Return one to stock."""
    where = and_(STOCK.c.organisation_id == organisation, STOCK.c.reward == reward)
    tx.execute(update(STOCK).where(where).values(stock=STOCK.c.stock + 1))


def add(tx: Transaction, row: Mapping[str, Any]) -> int:
    """Keep one claim; returns its id."""
    return int(tx.execute(insert(CLAIM).returning(CLAIM.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, claim_id: int) -> Row[Any] | None:
    """One claim."""
    where = and_(CLAIM.c.organisation_id == organisation, CLAIM.c.id == claim_id)
    return tx.execute(select(CLAIM).where(where)).one_or_none()


def by_dedupe(tx: Transaction, organisation: str, keys: Sequence[str]) -> Row[Any] | None:
    """The claim made under one of these keys, the first if there are several."""
    where = and_(CLAIM.c.organisation_id == organisation, CLAIM.c.dedupe.in_(keys))
    return tx.execute(select(CLAIM).where(where).order_by(CLAIM.c.id)).first()


def of_person(tx: Transaction, person_id: int) -> list[Row[Any]]:
    """The person's claims, the newest first."""
    return list(tx.execute(select(CLAIM).where(CLAIM.c.person_id == person_id).order_by(CLAIM.c.id.desc())))


def waiting(tx: Transaction, organisation: str) -> list[Row[Any]]:
    """Claims that wait for approval, the oldest first."""
    where = and_(CLAIM.c.organisation_id == organisation, CLAIM.c.status == "requested")
    return list(tx.execute(select(CLAIM).where(where).order_by(CLAIM.c.id)))


def move(
    tx: Transaction, claim_id: int, before: tuple[str, ...], after: str, actor: str, reason: str, at_us: int
) -> bool:
    """Change the status, only from one of `before`; False when it was another."""
    where = and_(CLAIM.c.id == claim_id, CLAIM.c.status.in_(before))
    values = {"status": after, "actor": actor, "reason": reason, "decided_us": at_us}
    return tx.execute(update(CLAIM).where(where).values(**values)).rowcount == 1
