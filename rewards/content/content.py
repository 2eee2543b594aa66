"""Items that people may share: publication, recalls, and the items offered to a person."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rewards.content.items import ChannelStatus, ContentItem, TextVariant, read_item
from rewards.faults import BadValue, NotFound
from rewards.mail.queue import queue_to
from rewards.store import content as rows
from rewards.store import grid, trail
from rewards.store import links as link_rows
from rewards.store.persons import find_row
from rewards.store.rows import AnyPerson, ContentItemRow, ShareLinkRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us

__all__ = [
    "ChannelStatus", "ContentItem", "Offer", "Recall", "TextVariant", "get_item", "green_lit_for", "is_open", "item_for",
    "offered", "publish_item", "recall", "recalled", "recalls_for", "seen_recall", "starts_by", "tell_of_recalls", "titles_of",
    "zone_steps",
]  # fmt: skip

MOST_REASON = 1000
TOLD_AT_ONCE = 200
FIRST_YEAR = 2000
"""Nothing was published before."""
_STEP_DAYS = 7


@dataclass(frozen=True, slots=True)
class Offer:
    """A page of items that a person may share (`more`: another page follows), with the first closed and dismissed ones.

    Closed items are for the person, but no channel of them is open yet.
    """

    open: list[ContentItem]
    closed: list[ContentItem]
    aside: list[ContentItem]
    more: bool


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall of an item: `reason` for those who shared it, `notice` for visitors of its links."""

    item: str
    title: str
    reason: str
    notice: str
    recalled_at: datetime
    channels: tuple[str, ...] = ()


def publish_item(tx: Transaction, organisation: str, item: ContentItem, now: datetime) -> None:
    """Publish an item, new or changed, without the content desk's approval. A recalled item is published again."""
    expires_us = None if item.expires_at is None else to_us(item.expires_at)
    rows.save(tx, organisation, item.id, item.model_dump_json(), to_us(now), expires_us=expires_us)
    trail.log(
        tx, organisation, item.approver or "system", "content.publish", item.id, reason="", at_us=to_us(now)
    )


def get_item(tx: Transaction, organisation: str, item: str) -> ContentItem:
    """One item, recalled or not. Raises NotFound."""
    row = rows.find(tx, organisation, item)
    if row is None:
        raise _unknown(item)
    return read_item(row.document)


def item_for(tx: Transaction, organisation: str, person: AnyPerson, item: str) -> ContentItem:
    """One item visible to a person (given by row). Raises NotFound for an unknown item and equally for one of other segments."""
    found = get_item(tx, organisation, item)
    if not found.is_for(person.segment):
        raise _unknown(item)
    return found


def _unknown(item: str) -> NotFound:
    return NotFound("content item {item!r}: not on the grid; publish it first", item=item)


def titles_of(tx: Transaction, organisation: str, items: Collection[str]) -> dict[str, str]:
    """{item: title} of the given items that are on the grid."""
    found = rows.some(tx, organisation, sorted(items))
    return {row.item: read_item(row.document).title for row in found}


def is_open(tx: Transaction, organisation: str, item: str, now: datetime) -> bool:
    """True when an item is neither recalled nor expired."""
    row = rows.find(tx, organisation, item)
    expires = None if row is None else maybe_us(row.expires_us)
    return row is not None and row.recalled_us is None and (expires is None or expires > now)


def starts_by(item: ContentItem, now: datetime, zone: str) -> bool:
    """True where an item's first day has begun in the reader's time zone."""
    return item.starts_on is None or item.starts_on <= _day(now, zone)


def _day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _reader(row: AnyPerson, now: datetime, shared: Collection[str] = ()) -> grid.Reader:
    ahead = zone_steps(row.timezone, now.year + 1)
    today = _day(now, row.timezone).toordinal()
    return grid.Reader(row.id, row.segment, to_us(now), today, frozenset(shared), ahead)


@lru_cache(maxsize=1024)
def zone_steps(zone: str, last_year: int) -> tuple[tuple[int, int], ...]:
    """(first day, microseconds) of each UTC offset of a time zone at the start of a day, from FIRST_YEAR to the end of a year."""
    where = ZoneInfo(zone)

    def ahead(day: int) -> int:
        begins = datetime.combine(date.fromordinal(day), datetime.min.time(), where)
        return (begins.utcoffset() or timedelta(0)) // timedelta(microseconds=1)

    day, end = date(FIRST_YEAR, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
    steps = [(day, ahead(day))]
    while day < end:
        following = min(day + _STEP_DAYS, end)
        if ahead(following) != steps[-1][1]:
            first = next(one for one in range(day + 1, following + 1) if ahead(one) != steps[-1][1])
            steps.append((first, ahead(first)))
            following = first
        day = following
    return tuple(steps)


def green_lit_for(
    tx: Transaction, organisation: str, person: str, now: datetime, since: datetime | None = None
) -> list[ContentItem]:
    """Items that a person may share now: open, for the person's segment, on at least one channel. `since`: published later."""
    reader = _reader(find_row(tx, organisation, person), now)
    found = grid.green_lit(tx, organisation, reader, None if since is None else to_us(since))
    return [read_item(document) for document in found]


def offered(
    tx: Transaction,
    organisation: str,
    person: str,
    now: datetime,
    shared: Collection[str],
    *,
    first: int = 0,
    limit: int,
) -> Offer:
    """Items that a person may share now, in display order from index `first` on, and those that the person may not share.

    Unshared items come first. The sort key is the age in weeks (up to eight), less two where the item is for the person's segment
    in particular and one where the person has shared its topic; the lowest comes first, equal ones newest first.
    """
    reader = _reader(find_row(tx, organisation, person), now, shared)
    found = grid.offered(tx, organisation, reader, first, limit + 1)
    closed = grid.offered(tx, organisation, reader, 0, limit, anywhere=False)
    aside = grid.offered(tx, organisation, reader, 0, limit, aside=True)
    some, shut, put = (
        [read_item(document) for document in documents] for documents in (found[:limit], closed, aside)
    )
    return Offer(some, shut, put, len(found) > limit)


def recall(
    tx: Transaction,
    organisation: str,
    item: str,
    reason: str,
    now: datetime,
    *,
    actor: str = "system",
    notice: str = "",
) -> int:
    """Recall an item at once and notify holders of its links, by mail and on their pages; returns their number.

    Its links lead to a notice from now on.

    Idempotent. Raises NotFound, BadValue for texts that are too long.
    """
    for text, what in ((reason, "reason"), (notice, "notice")):
        if len(text) > MOST_REASON:
            raise BadValue(
                "{what} of {count} characters: limit {most_reason}; say it in fewer words",
                what=what,
                count=len(text),
                most_reason=MOST_REASON,
            )
    if rows.find(tx, organisation, item) is None:
        raise NotFound("content item {item!r}: not on the grid; nothing to recall", item=item)
    if not rows.recall(tx, organisation, item, reason, notice, at_us=to_us(now)):
        return 0
    trail.log(tx, organisation, actor, "content.recall", item, reason=reason, at_us=to_us(now))
    rows.decide(
        tx,
        organisation,
        item,
        rows.last_revision(tx, organisation, item),
        "recall",
        actor=actor,
        reason=reason,
        at_us=to_us(now),
    )
    people, _ = link_rows.reach(tx, organisation, item)
    title = get_item(tx, organisation, item).title
    message = {"item": item, "title": title, "reason": reason, "notice": notice, "sharers": people}
    trail.tell(tx, organisation, [("content.recalled", message)], to_us(now))
    tell_of_recalls(tx, organisation, now)
    return people


def tell_of_recalls(tx: Transaction, organisation: str, now: datetime) -> int:
    """Queue mail to sharers of recalled items who have not been notified, TOLD_AT_ONCE at most; returns how many were examined.

    A recall notifies the first of them in its own transaction; the worker notifies the rest.
    """
    done = 0
    for row in rows.to_tell(tx, organisation):
        people = link_rows.sharers(tx, organisation, row.item, row.told_until or 0, TOLD_AT_ONCE - done)
        letter = {"title": read_item(row.document).title, "link": "/", "reason": row.recall_reason or ""}
        queue_to(tx, organisation, people, "recall", letter, now=now)
        done += len(people)
        rows.told(tx, organisation, row.item, people[-1] if people else None)
        if done >= TOLD_AT_ONCE:
            break
    return done


def recalled(tx: Transaction, organisation: str, item: str) -> Recall | None:
    """Reason and instant of an item's recall; None where it is not recalled."""
    row = rows.find(tx, organisation, item)
    return None if row is None or row.recalled_us is None else _recall(row)


def _recall(row: ContentItemRow, channels: tuple[str, ...] = ()) -> Recall:
    title = read_item(row.document).title
    return Recall(
        row.item,
        title,
        row.recall_reason or "",
        row.recall_notice or "",
        from_us(row.recalled_us or 0),
        channels,
    )


def recalls_for(tx: Transaction, organisation: str, person: str) -> list[Recall]:
    """Recalled items with links of the person, who has not confirmed the notice yet; newest first."""
    mine: dict[str, list[ShareLinkRow]] = {}
    for link in link_rows.of_person(tx, find_row(tx, organisation, person).id):
        mine.setdefault(link.item, []).append(link)
    found = []
    for row in rows.some(tx, organisation, list(mine)):
        if row.recalled_us is None:
            continue
        new = [link.channel for link in mine[row.item] if (link.recall_seen_us or 0) < row.recalled_us]
        if new:
            found.append(_recall(row, tuple(new)))
    return sorted(found, key=lambda one: (one.recalled_at, one.item), reverse=True)


def seen_recall(tx: Transaction, organisation: str, person: str, item: str, now: datetime) -> None:
    """Record that the sharer has read the notice of a recall. Idempotent."""
    link_rows.recall_seen(tx, organisation, find_row(tx, organisation, person).id, item, to_us(now))
