"""Ledger entries over the API: one's own with their reasons, and undoing one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rewards.ledger.entries import EntryView, entries_for
from rewards.ledger.undo import reverse_entry
from rewards.people.accounts import ApiToken
from rewards.store.session import Transaction
from web.api.shared import (
    Cursor,
    IdempotencyKey,
    Limit,
    RowId,
    Strict,
    Words,
    actor_of,
    cursor_of,
    link_next,
    number_of,
    once,
    person_of,
    problems,
)
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["ledger"])


class Entry(Strict):
    """An entry of the ledger. `why` says it in words; `reverses` names the entry that this one undoes."""

    id: int
    person: str | None
    kind: str
    rule: str
    title: str
    millipoints: int
    reason: str
    why: str
    scheme_version: int
    event_source: str | None
    event_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    origin: str
    reverses: int | None
    held_until: datetime | None


class Entries(Strict):
    """Entries; `next` is the cursor of the following page, None on the last."""

    entries: list[Entry]
    next: str | None


class Reversed(Strict):
    """The entries posted by a reversal: opposites, and entries replayed without the event."""

    entries: list[Entry]


class Why(Strict):
    """The reason, kept in the audit log."""

    reason: Words


def entry_out(view: EntryView) -> Entry:
    """The entry as the API returns it."""
    return Entry(
        id=view.id,
        person=view.person,
        kind=view.kind,
        rule=view.rule,
        title=view.rule_title,
        millipoints=view.amount_millipoints,
        reason=view.reason,
        why=view.why,
        scheme_version=view.scheme_version,
        event_source=view.source,
        event_id=view.event_id,
        occurred_at=view.occurred_at,
        recorded_at=view.recorded_at,
        origin=view.origin,
        reverses=view.reverses,
        held_until=view.held_until,
    )


@router.get("/entries", summary="Own entries", responses=problems())
def own_entries(
    request: Request,
    response: Response,
    store: Store,
    token: Annotated[ApiToken, Depends(token_with("me:read"))],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Entries:
    """Of the token's person, the newest first, awards of zero included."""
    with store.read() as tx:
        found = entries_for(tx, token.organisation, person_of(token), limit + 1, number_of(cursor))
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    link_next(request, response, following)
    return Entries(entries=[entry_out(view) for view in found[:limit]], next=following)


@router.post(
    "/entries/{id}/reversal",
    status_code=201,
    response_model=Reversed,
    summary="Undo an entry",
    responses=problems(400, 404, 409),
)
def reversal(
    request: Request,
    store: Store,
    token: Annotated[ApiToken, Depends(token_with("admin"))],
    id: RowId,
    body: Why,
    key: IdempotencyKey = None,
) -> Response:
    """The event behind it counts as never having happened; later events of the open period are counted again. Once."""

    def work(tx: Transaction) -> tuple[int, Reversed, dict[str, str]]:
        views = reverse_entry(tx, token.organisation, id, actor_of(token), body.reason, now=now())
        return 201, Reversed(entries=[entry_out(view) for view in views]), {}

    return once(request, store, token, key, body, work=work)
