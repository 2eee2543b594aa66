"""Suggestions by employees: new content, or own texts for an item.

An accepted suggestion (`rewards.content.answering`) becomes a draft like any other. When that is published,
an event for the suggestion is recorded for its author.
"""

from dataclasses import dataclass
from datetime import datetime

from rewards.content.content import get_item, item_for, recalled
from rewards.content.items import MOST_TEXT, ContentItem
from rewards.events import Event
from rewards.faults import BadValue, NotFound, Refused
from rewards.fields import fault, printed
from rewards.ledger.intake import record
from rewards.store import people as people_rows
from rewards.store import suggestions as rows
from rewards.store.persons import find_row
from rewards.store.rows import NamedSuggestionRow, SuggestionRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us

SOURCE = "groundswell:suggestions"
MOST_OPEN = 20
MOST_TITLE = 300
MOST_URL = 2000
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggestion: of an address (`url`), or of `words` for an `item`. `status`: open, accepted, declined or published."""

    id: int
    person: str
    name: str
    item: str | None
    url: str
    title: str
    words: str
    status: str
    opened_at: datetime
    decided_at: datetime | None
    reason: str
    became: str | None


def suggest(
    tx: Transaction,
    organisation: str,
    person: str,
    now: datetime,
    *,
    url: str = "",
    title: str = "",
    words: str = "",
    item: str | None = None,
) -> int:
    """Submit a suggestion; returns its number.

    Raises BadValue for missing or too long fields, NotFound for the item, Refused beyond MOST_OPEN open ones.
    """
    who = find_row(tx, organisation, person)
    url, title, words = url.strip(), title.strip(), words.strip()
    for text, most, what in (
        (url, MOST_URL, "address"),
        (title, MOST_TITLE, "title"),
        (words, MOST_TEXT, "words"),
    ):
        if len(text) > most:
            raise BadValue(
                "{what} of {count} characters: limit {most}; shorten it",
                what=what,
                count=len(text),
                most=most,
            )
    if item is not None:
        found = item_for(tx, organisation, who, item)
        if recalled(tx, organisation, item) is not None:
            raise Refused("content item {item!r}: was recalled; suggest words for another", item=item)
        if not words:
            raise BadValue("words: got none; write what a post about it could say")
        title, url = found.title, found.url
    elif not url or not title:
        raise BadValue(
            "address and title: got one of them at most; give both, so that others know what it is"
        )
    else:
        _refuse_address(url)
    if rows.open_of(tx, who.id) >= MOST_OPEN:
        raise Refused(
            "suggestions: limit {most_open} that nobody has decided about; wait for the answers",
            most_open=MOST_OPEN,
        )
    values = {
        "organisation_id": organisation, "person_id": who.id, "item": item, "url": url, "title": title, "words": words,
        "status": rows.OPEN, "opened_us": to_us(now),
    }  # fmt: skip
    return rows.add(tx, values)


def _refuse_address(url: str) -> None:
    try:
        printed(url)
        ContentItem.model_validate(
            {"id": "x", "title": "x", "url": url, "channels": {"x": {"status": "green"}}}
        )
    except ValueError as error:
        errors = getattr(error, "errors", None)
        raise BadValue("address: {value}", value=fault(errors()[0]) if errors else error) from None


def suggestions(
    tx: Transaction, organisation: str, status: str = rows.OPEN, after: int = 0
) -> list[Suggestion]:
    """Suggestions with a status, oldest first, up to MOST_SHOWN from a number on."""
    found = rows.with_status(tx, organisation, status, MOST_SHOWN, after)
    return [_suggestion(row, row.external_id or "", row.name or "") for row in found]


def get_suggestion(tx: Transaction, organisation: str, suggestion: int) -> Suggestion:
    """One suggestion. Raises NotFound."""
    row = rows.find(tx, organisation, suggestion)
    if row is None:
        raise NotFound(
            "suggestion {suggestion}: not in this organisation; see the list", suggestion=suggestion
        )
    person, name = people_rows.names(tx, organisation, [row.person_id]).get(row.person_id, ("", ""))
    return _suggestion(row, person or "", name or "")


def suggestions_of(tx: Transaction, organisation: str, person: str) -> list[Suggestion]:
    """A person's suggestions, newest first, up to MOST_SHOWN."""
    who = find_row(tx, organisation, person)
    return [_suggestion(row, person, who.name or "") for row in rows.of_person(tx, who.id, MOST_SHOWN)]


def suggestions_waiting(tx: Transaction, organisation: str) -> int:
    """Number of open suggestions."""
    return rows.waiting(tx, organisation)


def _suggestion(row: SuggestionRow | NamedSuggestionRow, person: str, name: str) -> Suggestion:
    return Suggestion(
        row.id, person, name, row.item, row.url, row.title, row.words, row.status, from_us(row.opened_us),
        maybe_us(row.decided_us), row.reason or "", row.became,
    )  # fmt: skip


def published(tx: Transaction, organisation: str, suggestion: int, item: ContentItem, now: datetime) -> None:
    """Record the event of an accepted suggestion that is now published, once."""
    row = rows.find(tx, organisation, suggestion, lock=True)
    if row is None or row.status != "accepted":
        return
    rows.change(tx, suggestion, {"status": "published"})
    known = people_rows.names(tx, organisation, [row.person_id])
    if row.person_id not in known:
        return
    event = Event(
        source=SOURCE,
        id=f"suggestion:{suggestion}",
        kind="suggestion",
        subject=known[row.person_id][0],
        occurred_at=now,
        object=item.id,
        channel=None,
        tags=(item.topic,) if item.topic else (),
        quantity=1,
        verification="connector",
        owner=None,
        local_date=None,
        zone=None,
    )
    record(tx, organisation, [event], received_at=now)


def set_aside(tx: Transaction, organisation: str, person: str, item: str) -> None:
    """Dismiss an item for oneself: it is no longer offered, and nobody else can see it. Raises NotFound for the item or the person."""
    row = find_row(tx, organisation, person)
    get_item(tx, organisation, item)
    rows.put_aside(tx, organisation, row.id, item)


def take_up_again(tx: Transaction, organisation: str, person: str, item: str) -> None:
    """Offer a dismissed item again. Raises NotFound for the person."""
    rows.take_up(tx, find_row(tx, organisation, person).id, item)
