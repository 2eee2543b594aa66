"""Rows of highlight_round, and numbers of shares within a round."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, insert, select

from rewards.store import journal, schema
from rewards.store import people as people_rows
from rewards.store.rows import HighlightRoundRow, JournalRow
from rewards.store.session import Transaction

ROUND, JOURNAL, EVENT = schema.highlight_round, schema.journal, schema.event
PERSON, REVIEW = schema.person, schema.review


def shared(tx: Transaction, organisation: str, from_us: int, until_us: int) -> dict[int, int]:
    """Number of items shared by each active person in [from, until): events that count and are not under review, each item once.

    Shares of a merged account count for its heir; an event without an object is an item of its own.
    """
    looked_at = exists().where(REVIEW.c.event_ref == EVENT.c.id, REVIEW.c.status == "open")
    nameless = case((EVENT.c.object == "", EVENT.c.id), else_=None)
    query = (
        select(EVENT.c.person_id, EVENT.c.object, nameless)
        .where(
            EVENT.c.organisation_id == organisation,
            EVENT.c.kind == "share",
            EVENT.c.scored,
            EVENT.c.voided_at_us.is_(None),
            EVENT.c.occurred_us >= from_us,
            EVENT.c.occurred_us < until_us,
            ~looked_at,
        )
        .distinct()
    )
    items: dict[int, set[tuple[str, int | None]]] = {}
    for person_id, name, own in tx.execute(query):
        items.setdefault(person_id, set()).add((name, own))
    into = people_rows.heirs(tx, organisation, items)
    for account, heir in into.items():
        items.setdefault(heir, set()).update(items.pop(account))
    people = people_rows.by_ids(tx, organisation, items)
    return {who: len(by) for who, by in items.items() if people[who].status in people_rows.PRESENT}


def active(tx: Transaction, organisation: str, enrolled_only: bool) -> int:
    """Number of people in the program: all who have not left, or the enrolled among them where `enrolled_only`."""
    where = and_(PERSON.c.organisation_id == organisation, people_rows.taking_part(enrolled_only))
    return int(tx.execute(select(func.count()).select_from(PERSON).where(where)).scalar_one())


def decided(tx: Transaction, organisation: str, limit: int | None = None) -> list[HighlightRoundRow]:
    """Recorded rounds, newest first."""
    query = select(ROUND).where(ROUND.c.organisation_id == organisation)
    return tx.rows(
        HighlightRoundRow, query.order_by(ROUND.c.decided_us.desc(), ROUND.c.first_date.desc()).limit(limit)
    )


def decide(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert a round."""
    tx.execute(insert(ROUND), dict(row))


def forget(tx: Transaction, organisation: str, highlight: str, first_date: int) -> None:
    """Delete a recorded round."""
    tx.execute(delete(ROUND).where(_of(organisation, highlight, first_date)))


def given(tx: Transaction, organisation: str, start: str) -> list[JournalRow]:
    """A round's entries that are not reversed, by prefix of their keys, in the order of award."""
    return journal.not_undone(tx, organisation, JOURNAL.c.dedupe.between(start, start + "~"))


def _of(organisation: str, highlight: str, first_date: int) -> ColumnElement[bool]:
    return and_(
        ROUND.c.organisation_id == organisation,
        ROUND.c.highlight == highlight,
        ROUND.c.first_date == first_date,
    )
