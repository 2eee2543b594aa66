"""Rows of share_link and click."""

from typing import Any

from sqlalchemy import and_, func, or_, select, update

from rewards.fields import name_of
from rewards.store import schema
from rewards.store.rows import ClickOriginRow, ShareLinkRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

LINK, PERSON = schema.share_link, schema.person
CLICK = schema.click


def add(
    tx: Transaction,
    organisation: str,
    code: str,
    person_id: int,
    item: str,
    *,
    channel: str,
    url: str,
    at_us: int,
) -> None:
    """Insert one link."""
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


def of_share(
    tx: Transaction, organisation: str, person_id: int, item: str, channel: str
) -> ShareLinkRow | None:
    """The link of (person, item, channel), found also under older spellings of the channel."""
    where = and_(
        LINK.c.organisation_id == organisation,
        LINK.c.person_id == person_id,
        LINK.c.item == item,
    )
    found = tx.rows(ShareLinkRow, select(LINK).where(where).order_by(LINK.c.created_at_us, LINK.c.code))
    return next((row for row in found if name_of(row.channel) == channel), None)


def find(tx: Transaction, code: str) -> ShareLinkRow | None:
    """One link; after a merge it belongs to the heir of the account."""
    person = func.coalesce(PERSON.c.merged_into, LINK.c.person_id).label("person_id")
    columns = [person if column is LINK.c.person_id else column for column in LINK.columns]
    query = select(*columns).join(PERSON, PERSON.c.id == LINK.c.person_id)
    return tx.row(ShareLinkRow, query.where(LINK.c.code == code))


def of_person(tx: Transaction, person_id: int) -> list[ShareLinkRow]:
    """The person's links, newest first, with those of merged accounts."""
    query = select(LINK).where(LINK.c.person_id.in_(_accounts_of(person_id)))
    return tx.rows(ShareLinkRow, query.order_by(LINK.c.created_at_us.desc(), LINK.c.code))


def _accounts_of(person_id: int) -> Any:
    """The person's account and the accounts merged into it."""
    return select(PERSON.c.id).where(or_(PERSON.c.id == person_id, PERSON.c.merged_into == person_id))


def count(tx: Transaction, code: str, raw: int, counted: int) -> None:
    """Add to a link's counters."""
    values = {"raw_clicks": LINK.c.raw_clicks + raw, "counted_clicks": LINK.c.counted_clicks + counted}
    tx.execute(update(LINK).where(LINK.c.code == code).values(**values))


def declare(tx: Transaction, code: str, at_us: int) -> None:
    """Store when the sharer declared the post published."""
    tx.execute(
        update(LINK).where(LINK.c.code == code, LINK.c.declared_us.is_(None)).values(declared_us=at_us)
    )


def lock(tx: Transaction, code: str) -> ShareLinkRow | None:
    """One link, locked until the transaction ends: clicks on it are judged one after another."""
    tx.execute(tx.for_update(select(LINK.c.code).where(LINK.c.code == code)))
    return find(tx, code)


def has_clicked(tx: Transaction, code: str, visitor_hash: str) -> bool:
    """True where this visitor clicked this link today; the hash changes daily."""
    where = and_(CLICK.c.code == code, CLICK.c.visitor_hash == visitor_hash)
    return tx.execute(select(CLICK.c.id).where(where)).first() is not None


def clicks_from(tx: Transaction, person_id: int, block_hash: str, day: int) -> list[ClickOriginRow]:
    """Today's clicks from one network block on any of the person's links: code, address hash and instant."""
    query = (
        select(CLICK.c.code, CLICK.c.address_hash, CLICK.c.clicked_us)
        .join(LINK, LINK.c.code == CLICK.c.code)
        .where(
            CLICK.c.block_hash == block_hash,
            CLICK.c.day == day,
            LINK.c.person_id.in_(_accounts_of(person_id)),
        )
    )
    return tx.rows(ClickOriginRow, query)


def add_click(
    tx: Transaction,
    organisation: str,
    code: str,
    visitor_hash: str,
    day: int,
    *,
    at_us: int,
    from_address: str | None,
    from_block: str | None,
) -> None:
    """Insert a visitor's first click of the day on a link, with the hashes of its origin."""
    row = {
        "organisation_id": organisation,
        "code": code,
        "visitor_hash": visitor_hash,
        "day": day,
        "clicked_us": at_us,
        "address_hash": from_address,
        "block_hash": from_block,
    }
    tx.execute(upsert(tx, CLICK).on_conflict_do_nothing(), row)


def sharers(tx: Transaction, organisation: str, item: str, after: int, limit: int) -> list[int]:
    """Internal ids of people with a link of an item, after one id; merged accounts are replaced by their heirs."""
    person = func.coalesce(PERSON.c.merged_into, LINK.c.person_id)
    query = select(person).join(PERSON, PERSON.c.id == LINK.c.person_id)
    where = and_(LINK.c.organisation_id == organisation, LINK.c.item == item, person > after)
    return list(tx.execute(query.where(where).distinct().order_by(person).limit(limit)).scalars())


def recall_seen(tx: Transaction, organisation: str, person_id: int, item: str, at_us: int) -> None:
    """Mark a recall as read by the person."""
    where = and_(
        LINK.c.organisation_id == organisation,
        LINK.c.item == item,
        LINK.c.person_id.in_(_accounts_of(person_id)),
    )
    tx.execute(update(LINK).where(where).values(recall_seen_us=at_us))


def offered_variants(tx: Transaction, organisation: str, item: str, channel: str) -> dict[int, int]:
    """How many people were offered each variant of an item's text on a channel, by the variant's index."""
    where = and_(
        LINK.c.organisation_id == organisation,
        LINK.c.item == item,
        LINK.c.channel == channel,
        LINK.c.variant.is_not(None),
    )
    query = select(LINK.c.variant, func.count()).where(where).group_by(LINK.c.variant)
    return {row[0]: row[1] for row in tx.execute(query)}


def set_variant(tx: Transaction, code: str, variant: int) -> None:
    """Store the text variant offered to a sharer."""
    tx.execute(update(LINK).where(LINK.c.code == code).values(variant=variant))


def set_sketch(tx: Transaction, code: str, sketch: str) -> None:
    """Store the similarity sketch of a sharer's words."""
    tx.execute(update(LINK).where(LINK.c.code == code).values(sketch=sketch))


def sketches(tx: Transaction, organisation: str, item: str, but_of: int, limit: int) -> list[str]:
    """Similarity sketches of colleagues' words about an item, newest first."""
    where = and_(
        LINK.c.organisation_id == organisation,
        LINK.c.item == item,
        LINK.c.sketch.is_not(None),
        LINK.c.person_id.not_in(_accounts_of(but_of)),
    )
    query = select(LINK.c.sketch).where(where).order_by(LINK.c.declared_us.desc(), LINK.c.code).limit(limit)
    return list(tx.execute(query).scalars())


def blank_sketches(tx: Transaction, person_id: int) -> None:
    """Delete the sketches of a person's words."""
    tx.execute(update(LINK).where(LINK.c.person_id == person_id).values(sketch=None))


def reach(tx: Transaction, organisation: str, item: str) -> tuple[int, int]:
    """Number of people with links of an item, and of human clicks on them."""
    where = and_(LINK.c.organisation_id == organisation, LINK.c.item == item)
    query = select(func.count(LINK.c.person_id.distinct()), func.coalesce(func.sum(LINK.c.counted_clicks), 0))
    people, clicks = tx.execute(query.where(where)).one()
    return int(people), int(clicks)
