"""Rows of `kudos`."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, distinct, func, insert, or_, select, update

from rewards.store import schema
from rewards.store.session import Transaction

KUDOS = schema.kudos
ERASED = "(removed at the person's request)"


def add(tx: Transaction, row: Mapping[str, Any]) -> int:
    """Keep one gift of thanks; returns its id."""
    return int(tx.execute(insert(KUDOS).returning(KUDOS.c.id), dict(row)).scalar_one())


def by_dedupe(tx: Transaction, organisation: str, keys: Sequence[str]) -> Row[Any] | None:
    """The gift made under one of these keys, the first if there are several."""
    where = and_(KUDOS.c.organisation_id == organisation, KUDOS.c.dedupe.in_(keys))
    return tx.execute(select(KUDOS).where(where).order_by(KUDOS.c.id)).first()


def find(tx: Transaction, organisation: str, kudos_id: int) -> Row[Any] | None:
    """One gift."""
    where = and_(KUDOS.c.organisation_id == organisation, KUDOS.c.id == kudos_id)
    return tx.execute(select(KUDOS).where(where)).one_or_none()


def received(tx: Transaction, person_id: int, limit: int) -> list[Row[Any]]:
    """Thanks received, the newest first; those under review are left out."""
    query = select(KUDOS).where(KUDOS.c.receiver_id == person_id, KUDOS.c.status == "given")
    return list(tx.execute(query.order_by(KUDOS.c.given_us.desc(), KUDOS.c.id.desc()).limit(limit)))


def given(tx: Transaction, person_id: int, limit: int) -> list[Row[Any]]:
    """Thanks given, the newest first."""
    query = select(KUDOS).where(KUDOS.c.giver_id == person_id)
    return list(tx.execute(query.order_by(KUDOS.c.given_us.desc(), KUDOS.c.id.desc()).limit(limit)))


def recent(tx: Transaction, organisation: str, limit: int) -> list[Row[Any]]:
    """The organisation's newest thanks."""
    query = select(KUDOS).where(KUDOS.c.organisation_id == organisation, KUDOS.c.status == "given")
    return list(tx.execute(query.order_by(KUDOS.c.given_us.desc(), KUDOS.c.id.desc()).limit(limit)))


def count_between(tx: Transaction, giver: int, receiver: int, from_us: int) -> int:
    """How many gifts went from one to the other since an instant, held ones included."""
    query = (
        select(func.count())
        .select_from(KUDOS)
        .where(
            KUDOS.c.giver_id == giver,
            KUDOS.c.receiver_id == receiver,
            KUDOS.c.given_us >= from_us,
            KUDOS.c.status != "declined",
        )
    )
    return int(tx.execute(query).scalar_one())


def often_thanked_by(tx: Transaction, giver: int, more_than: int, from_us: int) -> list[int]:
    """Whom somebody thanked more than so many times since an instant, held gifts included, by internal id."""
    query = (
        select(KUDOS.c.receiver_id)
        .where(KUDOS.c.giver_id == giver, KUDOS.c.given_us >= from_us, KUDOS.c.status != "declined")
        .group_by(KUDOS.c.receiver_id)
        .having(func.count() > more_than)
        .order_by(KUDOS.c.receiver_id)
    )
    return list(tx.execute(query).scalars())


def set_status(tx: Transaction, kudos_id: int, status: str) -> None:
    """given, held or declined."""
    tx.execute(update(KUDOS).where(KUDOS.c.id == kudos_id).values(status=status))


def drop_own(tx: Transaction, person_id: int) -> None:
    """Thanks between accounts that became one count for nobody; what waits for a look goes back when it is decided."""
    where = and_(KUDOS.c.giver_id == person_id, KUDOS.c.receiver_id == person_id, KUDOS.c.status == "given")
    tx.execute(update(KUDOS).where(where).values(status="declined"))


def receivers(tx: Transaction, organisation: str) -> set[int]:
    """Everybody who was ever thanked."""
    where = and_(KUDOS.c.organisation_id == organisation, KUDOS.c.status == "given")
    return set(tx.execute(select(distinct(KUDOS.c.receiver_id)).where(where)).scalars())


def blank_messages(tx: Transaction, person_id: int) -> None:
    """Remove the words around an erased person; that there was a gift stays."""
    where = or_(KUDOS.c.giver_id == person_id, KUDOS.c.receiver_id == person_id)
    tx.execute(update(KUDOS).where(where).values(message=ERASED, request_hash=""))
