"""Import of items into the content desk: from a CSV or JSON file, a feed or a web page. All become drafts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from rewards.bounds import check_day
from rewards.content.desk import find_draft, save_draft
from rewards.content.feeds import Found, feed_entries, item_from
from rewards.content.items import ContentItem, read_item
from rewards.faults import BadValue
from rewards.fields import day_of, fault
from rewards.language import msg
from rewards.sheets import SheetError, decode, rows_of
from rewards.store import content as rows
from rewards.store.session import Transaction

MOST_ITEMS = 2000
COLUMNS = (
    "id", "title", "url", "summary", "topic", "tags", "language", "sector", "segments", "channels", "disclosure",
    "starts_on", "last_day", "texts",
)  # fmt: skip
REQUIRED = ("title", "url")
_FEEDS = (b"<rss", b"<feed", b"<rdf:rdf")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused row: its line (of a CSV file) or its number, and the reason."""

    place: int
    why: str


@dataclass(frozen=True, slots=True)
class Read:
    """The parsed content of a file: items, and invalid rows."""

    items: tuple[ContentItem, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Brought:
    """The result of an import: ids of new items, changed items and unchanged ones."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


def read_items(data: bytes, zone: str = "UTC", language: str = "en") -> Read:
    """The items of a CSV, JSON, RSS or Atom file, told apart by its beginning; `language` is the default of items without one.

    Raises BadValue for any other format.
    """
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:2000].lower()
    if head.startswith((b"[", b"{")):
        return _from_json(data, language)
    if any(mark in head for mark in _FEEDS):
        return _made(enumerate(feed_entries(data), 1), lambda found: item_from(found, language))
    return _from_csv(data, zone, language)


def _from_json(data: bytes, language: str) -> Read:
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadValue("JSON: not readable ({error}); correct it there", error=error) from None
    documents = parsed
    if isinstance(parsed, dict):
        documents = [parsed] if "id" in parsed and "items" not in parsed else parsed.get("items")
    if not isinstance(documents, list):
        raise BadValue('JSON: got no list of items; write [{"id": …}, …] or {"items": […]}')
    return _made(
        enumerate(documents, 1), lambda document: ContentItem.model_validate(_speaking(document, language))
    )


def _speaking(document: Any, language: str) -> Any:
    return {"language": language, **document} if isinstance(document, dict) else document


def _from_csv(data: bytes, zone: str, language: str) -> Read:
    try:
        _, columns, records = rows_of(decode(data), REQUIRED, COLUMNS)
        lines = [(line, dict(zip(columns, cells, strict=False))) for line, cells in records]
    except SheetError as error:
        raise BadValue("line {line}: {error}", line=error.line, error=error) from None
    return _made(lines, lambda cells: _item_of(cells, zone, language))


def _made(rows: Iterable[tuple[int, Any]], make: Any) -> Read:
    items: dict[str, ContentItem] = {}
    refused: list[Refusal] = []
    for place, row in rows:
        if len(items) >= MOST_ITEMS:
            raise BadValue(
                "file of more than {most_items} items: limit {most_items}; split it", most_items=MOST_ITEMS
            )
        try:
            item = make(row)
            if item.id in items:
                raise BadValue("id {id!r}: stands twice; remove one", id=item.id)
            items[item.id] = item
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            refused.append(Refusal(place, f"{where}: {fault(first)}" if where else fault(first)))
        except ValueError as error:
            refused.append(Refusal(place, str(error)))
    return Read(tuple(items.values()), tuple(refused))


def _list(cell: str) -> list[str]:
    return [part for one in cell.split(",") if (part := one.strip())]


def _item_of(cells: dict[str, str], zone: str, language: str) -> ContentItem:
    """An item from CSV cells: channels as `linkedin, x: amber`, texts separated by bars; without an id one derived from the address."""
    channels = {}
    for one in _list(cells.get("channels", "")) or ["linkedin"]:
        name, _, status = one.partition(":")
        channels[name.strip()] = {"status": status.strip().lower() or "green"}
    named = cells.get("id", "") or item_from(Found("x", cells["url"], "", "en", ())).id
    last = cells.get("last_day", "")
    end = None
    if last:
        check_day(day_of(last), msg("last day {day}: limit years {first} to {last}; name a date in them"))
        end = datetime.combine(day_of(last) + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    return ContentItem.model_validate(
        {
            **{
                name: cells[name]
                for name in ("title", "url", "summary", "topic", "sector", "disclosure")
                if cells.get(name)
            },
            "id": named,
            "language": cells.get("language") or language,
            "tags": _list(cells.get("tags", "")),
            "segments": _list(cells.get("segments", "")),
            "channels": channels,
            "starts_on": cells.get("starts_on") or None,
            "expires_at": end,
            "suggested_texts": [text.strip() for text in cells.get("texts", "").split("|") if text.strip()],
        }
    )


def bring_items(
    tx: Transaction, organisation: str, items: Sequence[ContentItem], author: str, now: datetime
) -> Brought:
    """Create drafts of items that are new or differ from the content desk's draft or the published item."""
    new: list[str] = []
    changed: list[str] = []
    unchanged: list[str] = []
    for item in items:
        draft = find_draft(tx, organisation, item.id)
        row = rows.find(tx, organisation, item.id)
        stands = draft.item if draft is not None else read_item(row.document) if row is not None else None
        if stands is None:
            save_draft(tx, organisation, item, author, now)
            new.append(item.id)
        elif _says_the_same(stands, item):
            unchanged.append(item.id)
        else:
            save_draft(tx, organisation, item, author, now, revision=0 if draft is None else draft.revision)
            changed.append(item.id)
    return Brought(tuple(new), tuple(changed), tuple(unchanged))


def _says_the_same(one: ContentItem, other: ContentItem) -> bool:
    # The approver is stored by the content desk, and a file cannot set it.
    return one.model_copy(update={"approver": ""}) == other.model_copy(update={"approver": ""})
