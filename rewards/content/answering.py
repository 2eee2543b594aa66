"""The content desk's decisions on suggestions: accepted, which creates a draft, or declined with a reason."""

import secrets
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from rewards.content.desk import ItemDraft, find_draft, save_draft
from rewards.content.items import MOST_TEXTS, ContentItem, TextVariant, read_item
from rewards.faults import BadValue, Conflict, NotFound
from rewards.fields import fault
from rewards.people.organisations import own_language
from rewards.store import content as content_rows
from rewards.store import suggestions as rows
from rewards.store import trail
from rewards.store.rows import SuggestionRow
from rewards.store.session import Transaction
from rewards.store.units import to_us

MOST_REASON = 1000


def decline(
    tx: Transaction, organisation: str, suggestion: int, actor: str, reason: str, *, now: datetime
) -> None:
    """Decline a suggestion with a reason for its author. Raises NotFound, Conflict when it is decided, BadValue without a reason."""
    _open(tx, organisation, suggestion)
    said = _reason(reason)
    if not said:
        raise BadValue("reason: got none; whoever suggested it reads it; give one")
    _decided(tx, organisation, suggestion, "declined", actor, reason=said, became=None, now=now)


def accept(
    tx: Transaction, organisation: str, suggestion: int, actor: str, reason: str, *, now: datetime
) -> ItemDraft:
    """Accept a suggestion: a draft of a new item, or of an item with one more text. Raises NotFound, Conflict, Refused."""
    row = _open(tx, organisation, suggestion)
    said = _reason(reason)
    if row.item is None:
        draft = save_draft(
            tx,
            organisation,
            _new_item(row, own_language(tx, organisation)),
            actor,
            now,
            suggestion=suggestion,
        )
    else:
        draft = _with_words(tx, organisation, row, actor, now)
    _decided(tx, organisation, suggestion, "accepted", actor, reason=said, became=draft.item.id, now=now)
    return draft


def _new_item(row: SuggestionRow, language: str) -> ContentItem:
    """A draft to be completed by the content desk: channels, segments, disclosure."""
    document = {
        "id": f"suggestion-{row.id}-{secrets.token_hex(2)}",
        "title": row.title,
        "url": row.url,
        "language": language,
        "suggested_texts": [row.words] if row.words else [],
        "channels": {"linkedin": {"status": "green"}},
    }
    try:
        return ContentItem.model_validate(document)
    except ValidationError as error:
        raise BadValue("{value!r}: {fault}", value=row.title[:40], fault=fault(error.errors()[0])) from None


def _with_words(
    tx: Transaction, organisation: str, row: SuggestionRow, actor: str, now: datetime
) -> ItemDraft:
    assert row.item is not None
    draft = find_draft(tx, organisation, row.item)
    published = content_rows.find(tx, organisation, row.item)
    if draft is not None and draft.status == "in_review":
        raise Conflict(
            "content item {item!r}: a change of it is in review; decide about that one first", item=row.item
        )
    if draft is not None:
        item = draft.item
    elif published is not None:
        item = read_item(published.document)
    else:
        raise NotFound(
            "content item {item!r}: not on the grid any more; decline the suggestion", item=row.item
        )
    if len(item.variants) >= MOST_TEXTS:
        raise Conflict(
            "content item {item!r}: has {count} texts; limit {most}; remove one, or decline the suggestion",
            item=row.item,
            count=len(item.variants),
            most=MOST_TEXTS,
        )
    more = item.model_copy(update={"variants": (*item.variants, TextVariant(text=row.words))})
    return save_draft(
        tx, organisation, more, actor, now, revision=0 if draft is None else draft.revision, suggestion=row.id
    )


def _open(tx: Transaction, organisation: str, suggestion: int) -> Any:
    row = rows.find(tx, organisation, suggestion, lock=True)
    if row is None:
        raise NotFound(
            "suggestion {suggestion}: not in this organisation; see the list", suggestion=suggestion
        )
    if row.status != rows.OPEN:
        raise Conflict(
            "suggestion {suggestion}: was {status} already; see the list",
            suggestion=suggestion,
            status=row.status,
        )
    return row


def _reason(reason: str) -> str:
    if len(reason) > MOST_REASON:
        raise BadValue(
            "reason of {count} characters: limit {most_reason}; say it in fewer words",
            count=len(reason),
            most_reason=MOST_REASON,
        )
    return reason.strip()


def _decided(
    tx: Transaction, organisation: str, suggestion: int, status: str, actor: str, *, reason: str, became: str | None,
    now: datetime,
) -> None:  # fmt: skip
    values = {
        "status": status, "decided_us": to_us(now), "actor": actor, "reason": reason, "became": became
    }  # fmt: skip
    rows.change(tx, suggestion, values)
    trail.log(
        tx, organisation, actor, f"suggestion.{status}", str(suggestion), reason=reason, at_us=to_us(now)
    )
