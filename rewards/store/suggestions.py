"""Rows of suggestion and set_aside: items that employees suggest, and items that they dismiss."""

from sqlalchemy import and_, delete, func, insert, select, update

from rewards.store import schema
from rewards.store.recognition import ERASED
from rewards.store.rows import NamedSuggestionRow, SuggestionRow
from rewards.store.session import Transaction

SUGGESTION, IDENTITY, ASIDE = schema.suggestion, schema.person_identity, schema.set_aside
OPEN = "open"


def add(tx: Transaction, values: dict[str, object]) -> int:
    """Insert a suggestion; returns its number."""
    made = insert(SUGGESTION).values(**values).returning(SUGGESTION.c.id)
    return int(tx.execute(made).scalar_one())


def find(tx: Transaction, organisation: str, suggestion: int, lock: bool = False) -> SuggestionRow | None:
    """One suggestion, locked until the transaction ends on request."""
    where = and_(SUGGESTION.c.organisation_id == organisation, SUGGESTION.c.id == suggestion)
    query = select(SUGGESTION).where(where)
    return tx.row(SuggestionRow, tx.for_update(query) if lock else query)


def with_status(
    tx: Transaction, organisation: str, status: str, limit: int, after: int = 0
) -> list[NamedSuggestionRow]:
    """Suggestions with a status and their authors, oldest first, from a number on."""
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
    """A person's suggestions, newest first."""
    query = select(SUGGESTION).where(SUGGESTION.c.person_id == person_id)
    return tx.rows(SuggestionRow, query.order_by(SUGGESTION.c.id.desc()).limit(limit))


def waiting(tx: Transaction, organisation: str) -> int:
    """Number of open suggestions."""
    where = and_(SUGGESTION.c.organisation_id == organisation, SUGGESTION.c.status == OPEN)
    return int(tx.execute(select(func.count()).select_from(SUGGESTION).where(where)).scalar_one())


def open_of(tx: Transaction, person_id: int) -> int:
    """Number of a person's open suggestions."""
    where = and_(SUGGESTION.c.person_id == person_id, SUGGESTION.c.status == OPEN)
    return int(tx.execute(select(func.count()).select_from(SUGGESTION).where(where)).scalar_one())


def change(tx: Transaction, suggestion: int, values: dict[str, object]) -> None:
    """Record the decision."""
    tx.execute(update(SUGGESTION).where(SUGGESTION.c.id == suggestion).values(**values))


def blank_words(tx: Transaction, person_id: int) -> None:
    """Delete the text of a person's suggestions."""
    values = {"words": ERASED, "title": ERASED}
    tx.execute(update(SUGGESTION).where(SUGGESTION.c.person_id == person_id).values(**values))


def put_aside(tx: Transaction, organisation: str, person_id: int, item: str) -> None:
    """Dismiss an item for a person; idempotent."""
    if item not in put_aside_by(tx, person_id):
        row = {"organisation_id": organisation, "person_id": person_id, "item": item}
        tx.execute(insert(ASIDE), row)


def take_up(tx: Transaction, person_id: int, item: str) -> None:
    """Undo a dismissal."""
    tx.execute(delete(ASIDE).where(ASIDE.c.person_id == person_id, ASIDE.c.item == item))


def put_aside_by(tx: Transaction, person_id: int) -> set[str]:
    """Items dismissed by a person."""
    return set(tx.execute(select(ASIDE.c.item).where(ASIDE.c.person_id == person_id)).scalars())


def drop_aside(tx: Transaction, person_id: int) -> None:
    """Delete all dismissals of a person."""
    tx.execute(delete(ASIDE).where(ASIDE.c.person_id == person_id))
