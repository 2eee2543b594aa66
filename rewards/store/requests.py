"""Rows of request_key: requests by idempotency key, with their stored responses."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, delete, select, update

from rewards.store import schema
from rewards.store.rows import RequestKeyRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

KEY = schema.request_key


def reserve(tx: Transaction, row: Mapping[str, object]) -> bool:
    """Reserve a key; False when it is taken. Blocks while a concurrent request inserts the same key."""
    statement = upsert(tx, KEY).on_conflict_do_nothing().returning(KEY.c.key)
    return tx.execute(statement, [dict(row)]).first() is not None


def find(tx: Transaction, organisation: str, caller: str, key: str) -> RequestKeyRow | None:
    """The row of a key, locked until the transaction ends."""
    return tx.row(RequestKeyRow, tx.for_update(select(KEY).where(_where(organisation, caller, key))))


def find_kept(tx: Transaction, organisation: str, caller: str, key: str) -> RequestKeyRow | None:
    """The row of a key without a lock, for reading only."""
    return tx.row(RequestKeyRow, select(KEY).where(_where(organisation, caller, key)))


def take_over(
    tx: Transaction, organisation: str, caller: str, key: str, owner: str, *, until_us: int
) -> None:
    """Take over a key whose request was interrupted."""
    where = _where(organisation, caller, key)
    tx.execute(update(KEY).where(where).values(owner=owner, until_us=until_us))


def answer(tx: Transaction, organisation: str, caller: str, key: str, owner: str, *, text: str) -> bool:
    """Store the response; False when another request has taken the key over."""
    where = and_(_where(organisation, caller, key), KEY.c.owner == owner, KEY.c.answer.is_(None))
    return tx.execute(update(KEY).where(where).values(answer=text)).rowcount == 1


def free(tx: Transaction, organisation: str, caller: str, key: str, owner: str) -> None:
    """Delete a key whose request changed nothing."""
    where = and_(_where(organisation, caller, key), KEY.c.owner == owner, KEY.c.answer.is_(None))
    tx.execute(delete(KEY).where(where))


def drop_before(tx: Transaction, at_us: int) -> int:
    """Delete keys older than an instant; returns how many."""
    return tx.execute(delete(KEY).where(KEY.c.created_us < at_us)).rowcount


def _where(organisation: str, caller: str, key: str) -> ColumnElement[bool]:
    return and_(KEY.c.organisation_id == organisation, KEY.c.caller == caller, KEY.c.key == key)
