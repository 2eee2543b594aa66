"""Rows of share_link and click."""

from typing import Any

from sqlalchemy import Row, and_, select, update

from rewards.fields import name_of
from rewards.store import schema
from rewards.store.session import Transaction
from rewards.store.units import upsert

LINK = schema.share_link
CLICK = schema.click


def add(
    tx: Transaction,
    organisation: str,
    code: str,
    person_id: int,
    item: str,
    channel: str,
    url: str,
    at_us: int,
) -> None:
    """Remember one link."""
    row = {
        "code": code,
        "organisation_id": organisation,
        "person_id": person_id,
        "item": item,
        "channel": channel,
        "url": url,
        "raw_clicks": 0,
        "counted_clicks": 0,
        "created_at_us": at_us,
    }
    tx.execute(upsert(tx, LINK).on_conflict_do_nothing(), row)


def of_share(tx: Transaction, organisation: str, person_id: int, item: str, channel: str) -> Row[Any] | None:
    """The link of (person, item, channel), also where the channel was noted in other letters once."""
    where = and_(
        LINK.c.organisation_id == organisation,
        LINK.c.person_id == person_id,
        LINK.c.item == item,
    )
    found = tx.execute(select(LINK).where(where).order_by(LINK.c.created_at_us, LINK.c.code)).all()
    return next((row for row in found if name_of(row.channel) == channel), None)


def find(tx: Transaction, code: str) -> Row[Any] | None:
    """One link."""
    return tx.execute(select(LINK).where(LINK.c.code == code)).one_or_none()


def of_person(tx: Transaction, person_id: int) -> list[Row[Any]]:
    """The person's links, the newest first."""
    query = select(LINK).where(LINK.c.person_id == person_id)
    return list(tx.execute(query.order_by(LINK.c.created_at_us.desc(), LINK.c.code)))


def count(tx: Transaction, code: str, raw: int, counted: int) -> None:
    """Add to the counters."""
    values = {"raw_clicks": LINK.c.raw_clicks + raw, "counted_clicks": LINK.c.counted_clicks + counted}
    tx.execute(update(LINK).where(LINK.c.code == code).values(**values))


def declare(tx: Transaction, code: str, at_us: int) -> None:
    """The sharer says that the post is out."""
    tx.execute(
        update(LINK).where(LINK.c.code == code, LINK.c.declared_us.is_(None)).values(declared_us=at_us)
    )


def add_click(tx: Transaction, organisation: str, code: str, visitor_hash: str, day: int, at_us: int) -> bool:
    """True when this visitor had not clicked this link on this day."""
    row = {
        "organisation_id": organisation,
        "code": code,
        "visitor_hash": visitor_hash,
        "day": day,
        "clicked_us": at_us,
    }
    return bool(tx.execute(upsert(tx, CLICK).on_conflict_do_nothing().returning(CLICK.c.id), row).all())


def move(tx: Transaction, person_id: int, to_person: int) -> None:
    """Give one person's links to another, except where the other has her own for the same share."""
    own = LINK.alias()
    taken = select(own.c.code).where(
        own.c.person_id == to_person, own.c.item == LINK.c.item, own.c.channel == LINK.c.channel
    )
    tx.execute(update(LINK).where(LINK.c.person_id == person_id, ~taken.exists()).values(person_id=to_person))
