"""Rows of `kudos`."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, func, insert, or_, select, update

from rewards.store import schema
from rewards.store.rows import KudosRow
from rewards.store.session import Transaction

KUDOS = schema.kudos
UNDONE = ("declined", "withdrawn")
ERASED = "(removed at the person's request)"


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert one gift of thanks; returns its id."""
    return int(tx.execute(insert(KUDOS).returning(KUDOS.c.id), dict(row)).scalar_one())


def by_request(tx: Transaction, organisation: str, keys: Sequence[str]) -> list[KudosRow]:
    """Gifts made under one of these idempotency keys: the first has the key itself, each further one a suffix with its number."""
    made = [
        or_(KUDOS.c.dedupe == dedupe, KUDOS.c.dedupe.between(f"{dedupe}:", f"{dedupe}:~")) for dedupe in keys
    ]
    where = and_(KUDOS.c.organisation_id == organisation, or_(*made))
    return tx.rows(KudosRow, select(KUDOS).where(where).order_by(KUDOS.c.id))


def find(tx: Transaction, organisation: str, kudos_id: int) -> KudosRow | None:
    """One gift."""
    where = and_(KUDOS.c.organisation_id == organisation, KUDOS.c.id == kudos_id)
    return tx.row(KudosRow, select(KUDOS).where(where))


def received(tx: Transaction, person_id: int, limit: int) -> list[KudosRow]:
    """Thanks received, newest first; those under review are left out."""
    query = select(KUDOS).where(KUDOS.c.receiver_id == person_id, KUDOS.c.status == "given")
    return tx.rows(KudosRow, query.order_by(KUDOS.c.given_us.desc(), KUDOS.c.id.desc()).limit(limit))


def given(tx: Transaction, person_id: int, limit: int) -> list[KudosRow]:
    """Thanks given, newest first; declined and withdrawn ones are left out."""
    query = select(KUDOS).where(KUDOS.c.giver_id == person_id, KUDOS.c.status.not_in(UNDONE))
    return tx.rows(KudosRow, query.order_by(KUDOS.c.given_us.desc(), KUDOS.c.id.desc()).limit(limit))


def count_between(tx: Transaction, giver: int, receiver: int, from_us: int) -> int:
    """Number of gifts from one person to another since an instant, held ones included."""
    query = (
        select(func.count())
        .select_from(KUDOS)
        .where(
            KUDOS.c.giver_id == giver,
            KUDOS.c.receiver_id == receiver,
            KUDOS.c.given_us >= from_us,
            KUDOS.c.status.not_in(UNDONE),
        )
    )
    return int(tx.execute(query).scalar_one())


def often_thanked_by(tx: Transaction, giver: int, more_than: int, from_us: int) -> list[int]:
    """People thanked by somebody more than a number of times since an instant, held gifts included, by internal id."""
    query = (
        select(KUDOS.c.receiver_id)
        .where(KUDOS.c.giver_id == giver, KUDOS.c.given_us >= from_us, KUDOS.c.status.not_in(UNDONE))
        .group_by(KUDOS.c.receiver_id)
        .having(func.count() > more_than)
        .order_by(KUDOS.c.receiver_id)
    )
    return list(tx.execute(query).scalars())


def set_status(tx: Transaction, kudos_id: int, status: str) -> None:
    """Set the status: given, held, declined or withdrawn."""
    tx.execute(update(KUDOS).where(KUDOS.c.id == kudos_id).values(status=status))


def between(tx: Transaction, one: int, other: int) -> list[int]:
    """Gifts between two people in either direction that are given or held, oldest first."""
    both = or_(
        and_(KUDOS.c.giver_id == one, KUDOS.c.receiver_id == other),
        and_(KUDOS.c.giver_id == other, KUDOS.c.receiver_id == one),
    )
    query = select(KUDOS.c.id).where(both, KUDOS.c.status.not_in(UNDONE)).order_by(KUDOS.c.id)
    return list(tx.execute(query).scalars())


def sent_since(tx: Transaction, giver: int, from_us: int) -> int:
    """Millipoints of a person's gifts since an instant that are given or held."""
    query = select(func.coalesce(func.sum(KUDOS.c.amount), 0)).where(
        KUDOS.c.giver_id == giver, KUDOS.c.given_us >= from_us, KUDOS.c.status.not_in(UNDONE)
    )
    return int(tx.execute(query).scalar_one())


def blank_messages(tx: Transaction, person_id: int) -> None:
    """Delete the words of thanks to and from an erased person; the gifts remain."""
    where = or_(KUDOS.c.giver_id == person_id, KUDOS.c.receiver_id == person_id)
    tx.execute(update(KUDOS).where(where).values(message=ERASED, request_hash=""))
