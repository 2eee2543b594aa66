"""Rows of suggestion and set_aside: what employees want to share, and what they do not."""

from sqlalchemy import and_, delete, func, insert, select, update

from rewards.store import schema
from rewards.store.recognition import ERASED
from rewards.store.rows import NamedSuggestionRow, SuggestionRow
from rewards.store.session import Transaction

SUGGESTION, IDENTITY, ASIDE = schema.suggestion, schema.person_identity, schema.set_aside
OPEN = "open"


def add(tx: Transaction, values: dict[str, object]) -> int:
    """Keep one; returns its number."""
    made = insert(SUGGESTION).values(**values).returning(SUGGESTION.c.id)
    return int(tx.execute(made).scalar_one())


def find(tx: Transaction, organisation: str, suggestion: int, lock: bool = False) -> SuggestionRow | None:
    """One, held until the transaction ends where it is to be decided."""
    where = and_(SUGGESTION.c.organisation_id == organisation, SUGGESTION.c.id == suggestion)
    query = select(SUGGESTION).where(where)
    return tx.row(SuggestionRow, tx.for_update(query) if lock else query)


def with_status(
    tx: Transaction, organisation: str, status: str, limit: int, after: int = 0
) -> list[NamedSuggestionRow]:
    """Those of a status with who made them, the oldest first, from a number on."""
    where = and_(
        SUGGESTION.c.organisation_id == organisation, SUGGESTION.c.status == status, SUGGESTION.c.id > after
    )
    query = (
        select(SUGGESTION, IDENTITY.c.external_id, IDENTITY.c.name)
        .outerjoin(IDENTITY, IDENTITY.c.person_id == SUGGESTION.c.person_id)
        .where(where)
    )
    return tx.rows(NamedSuggestionRow, query.order_by(SUGGESTION.c.id).limit(limit))


def of_person(tx: Transaction, person_id: int, limit: int) -> list[SuggestionRow]:
    """A person's own, the newest first."""
    query = select(SUGGESTION).where(SUGGESTION.c.person_id == person_id)
    return tx.rows(SuggestionRow, query.order_by(SUGGESTION.c.id.desc()).limit(limit))


def waiting(tx: Transaction, organisation: str) -> int:
    """How many nobody has decided about."""
    where = and_(SUGGESTION.c.organisation_id == organisation, SUGGESTION.c.status == OPEN)
    return int(tx.execute(select(func.count()).select_from(SUGGESTION).where(where)).scalar_one())


def open_of(tx: Transaction, person_id: int) -> int:
    """How many of a person's nobody has decided about."""
    where = and_(SUGGESTION.c.person_id == person_id, SUGGESTION.c.status == OPEN)
    return int(tx.execute(select(func.count()).select_from(SUGGESTION).where(where)).scalar_one())


def change(tx: Transaction, suggestion: int, values: dict[str, object]) -> None:
    """Note what was decided."""
    tx.execute(update(SUGGESTION).where(SUGGESTION.c.id == suggestion).values(**values))


def blank_words(tx: Transaction, person_id: int) -> None:
    """Forget what a person wrote."""
    values = {"words": ERASED, "title": ERASED}
    tx.execute(update(SUGGESTION).where(SUGGESTION.c.person_id == person_id).values(**values))


def put_aside(tx: Transaction, organisation: str, person_id: int, item: str) -> None:
    """Note that an item is not for a person; noted twice, it is noted once."""
    if item not in put_aside_by(tx, person_id):
        row = {"organisation_id": organisation, "person_id": person_id, "item": item}
        tx.execute(insert(ASIDE), row)


def take_up(tx: Transaction, person_id: int, item: str) -> None:
    """Forget that an item was not for a person."""
    tx.execute(delete(ASIDE).where(ASIDE.c.person_id == person_id, ASIDE.c.item == item))


def put_aside_by(tx: Transaction, person_id: int) -> set[str]:
    """Items that a person has set aside."""
    return set(tx.execute(select(ASIDE.c.item).where(ASIDE.c.person_id == person_id)).scalars())


def drop_aside(tx: Transaction, person_id: int) -> None:
    """Forget everything that a person has set aside."""
    tx.execute(delete(ASIDE).where(ASIDE.c.person_id == person_id))
