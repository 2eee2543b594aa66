"""Content over the API: what a person may share; the desk's items, drafts, approval and recall; suggestions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from rewards.content.answering import accept, decline
from rewards.content.content import get_item, green_lit_for, recall, recalled
from rewards.content.desk import ItemDraft, approve, discard, find_draft, history, reject, save_draft, submit
from rewards.content.items import ContentItem
from rewards.content.overview import Filters, GridRow, grid
from rewards.content.suggestions import suggest, suggestions
from rewards.faults import NotFound
from rewards.fields import in_words
from rewards.language import said
from rewards.people.accounts import ApiToken
from rewards.store.session import Transaction
from web.api.shared import (
    Limit,
    RowId,
    Strict,
    Words,
    actor_of,
    cursor_of,
    link_next,
    number_of,
    person_of,
    problems,
)
from web.problems import Problem
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["content"])
Reader = Annotated[ApiToken, Depends(token_with("content:read", "content:write", "content:approve", "admin"))]
Writer = Annotated[ApiToken, Depends(token_with("content:write", "admin"))]
Approver = Annotated[ApiToken, Depends(token_with("content:approve", "admin"))]
Item = Annotated[
    str, Path(pattern=in_words(r"^[A-Za-z0-9._-]{1,64}$", "an id of up to 64 letters, digits, ., _ and -"))
]
Text = Annotated[str, Field(max_length=1000)]
Short = Annotated[str, Query(max_length=200)]
STATE = Literal["draft", "in_review", "rejected", "live", "planned", "expired", "recalled"]


class Row(Strict):
    """An item in the grid; `change`: the state of a draft of a published item."""

    item: ContentItem
    state: STATE
    change: Literal["draft", "in_review", "rejected"] | None
    week: str


class Rows(Strict):
    """A page of the grid."""

    items: list[Row]
    next: str | None


class Step(Strict):
    """One decision about an item."""

    decision: str
    actor: str
    reason: str
    revision: int
    decided_at: datetime


class DraftOut(Strict):
    """A draft; `approved_by` this revision."""

    item: ContentItem
    status: Literal["draft", "in_review", "rejected"]
    author: str
    revision: int
    changed_at: datetime
    approved_by: list[str]


class ItemOut(Strict):
    """An item: what is published, its draft, its recall and its history, the newest first."""

    published: ContentItem | None
    draft: DraftOut | None
    recalled_at: datetime | None
    recall_reason: str | None
    history: list[Step]


class DraftIn(Strict):
    """An item to keep as a draft; `revision`: the one that was seen, 0 for a published item without a draft, none for a new one."""

    item: ContentItem
    revision: int | None = Field(default=None, ge=0, le=2**31 - 1)


class Decision(Strict):
    """The revision that was seen, and a reason."""

    revision: int | None = Field(default=None, ge=0, le=2**31 - 1)
    reason: Text = ""


class Withdrawal(Strict):
    """Why: `reason` for those who shared it, `notice` for everybody who follows a link."""

    reason: Words
    notice: Text = ""


class Told(Strict):
    """Number of people with links to it who are notified; 0 where it was recalled before."""

    told: int


class Shareable(Strict):
    """An item that the token's person may share now."""

    items: list[ContentItem]


class SuggestionIn(Strict):
    """An address with a title, or words for an item."""

    item: str | None = Field(default=None, max_length=64)
    url: str = Field(default="", max_length=2000)
    title: str = Field(default="", max_length=300)
    words: str = Field(default="", max_length=2000)


class Number(Strict):
    """The number of what was made."""

    id: int


class SuggestionOut(Strict):
    """A suggestion."""

    id: int
    person: str
    item: str | None
    url: str
    title: str
    words: str
    status: str
    opened_at: datetime


class Suggestions(Strict):
    """Unanswered suggestions, oldest first."""

    suggestions: list[SuggestionOut]


class Answer(Strict):
    """The decision on a suggestion, and its reason."""

    decision: Literal["accept", "decline"]
    reason: Text = ""


class Answered(Strict):
    """The item whose draft it became; none where it was declined."""

    item: str | None


def _draft(draft: ItemDraft) -> DraftOut:
    return DraftOut(
        item=draft.item,
        status=draft.status,
        author=draft.author,
        revision=draft.revision,
        changed_at=draft.changed_at,
        approved_by=list(draft.approved_by),
    )


def _row(row: GridRow) -> Row:
    return Row.model_validate({"item": row.item, "state": row.state, "change": row.draft, "week": row.week})


@router.get("/me/content", summary="What one may share now", responses=problems())
def shareable(store: Store, token: Annotated[ApiToken, Depends(token_with("me:read"))]) -> Shareable:
    """Open items for the person's segment, the newest first."""
    with store.read() as tx:
        return Shareable(items=green_lit_for(tx, token.organisation, person_of(token), now()))


@router.get("/content", summary="The grid", responses=problems())
def listed(
    request: Request,
    response: Response,
    store: Store,
    token: Reader,
    q: Short = "",
    segment: Short = "",
    channel: Short = "",
    language: Short = "",
    tag: Short = "",
    week: Short = "",
    state: Annotated[STATE | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 50,
) -> Rows:
    """Items and drafts, what changed last first; narrowed like the page."""
    first = number_of(cursor) or 0
    filters = Filters(q, segment, channel, language, tag, week, state or "")
    with store.read() as tx:
        found = grid(tx, token.organisation, filters, now(), "UTC", first=first, limit=limit + 1)
    following = cursor_of(first + limit) if len(found) > limit else None
    link_next(request, response, following)
    return Rows(items=[_row(row) for row in found[:limit]], next=following)


@router.get("/content/{item}", summary="One item", responses=problems(404))
def one(store: Store, token: Reader, item: Item) -> ItemOut:
    """The published item, its draft, and the decisions."""
    with store.read() as tx:
        return _item(tx, token.organisation, item)


def _item(tx: Transaction, organisation: str, item: str) -> ItemOut:
    draft, gone = find_draft(tx, organisation, item), recalled(tx, organisation, item)
    try:
        published = get_item(tx, organisation, item)
    except NotFound:
        if draft is None:
            raise
        published = None
    return ItemOut(
        published=published,
        draft=None if draft is None else _draft(draft),
        recalled_at=None if gone is None else gone.recalled_at,
        recall_reason=None if gone is None else gone.reason,
        history=[
            Step(
                decision=step.decision,
                actor=step.actor,
                reason=step.reason,
                revision=step.revision,
                decided_at=step.decided_at,
            )
            for step in history(tx, organisation, item)
        ],
    )


@router.put("/content/{item}", summary="Keep a draft", responses=problems(404, 409, 412))
def put(store: Store, token: Writer, item: Item, body: DraftIn) -> DraftOut:
    """A new item, or a change of one. 412 where somebody else saved after the revision that was seen."""
    if body.item.id != item:
        raise Problem(
            422,
            said(
                "item.id: got {id!r} at the address of {item!r}; write the same", id=body.item.id, item=item
            ),
        )
    with store.begin() as tx:
        return _draft(
            save_draft(tx, token.organisation, body.item, actor_of(token), now(), revision=body.revision)
        )


@router.delete("/content/{item}/draft", status_code=204, summary="Drop a draft", responses=problems(404))
def drop(store: Store, token: Writer, item: Item) -> None:
    """Discard the draft; the published item stays."""
    with store.begin() as tx:
        discard(tx, token.organisation, item, actor_of(token), now())


@router.post("/content/{item}/submit", summary="Ask for approval", responses=problems(404))
def post_submit(store: Store, token: Writer, item: Item) -> DraftOut:
    """422 for words that stay out of texts."""
    with store.begin() as tx:
        return _draft(submit(tx, token.organisation, item, actor_of(token), now()))


@router.post("/content/{item}/approve", summary="Approve", responses=problems(404, 409, 412))
def post_approve(store: Store, token: Approver, item: Item, body: Decision) -> ItemOut:
    """Published once as many people as the rules ask for have approved it. 403 for the author where that is more than one."""
    with store.begin() as tx:
        approve(tx, token.organisation, item, actor_of(token), body.reason, now=now(), revision=body.revision)
        return _item(tx, token.organisation, item)


@router.post("/content/{item}/reject", summary="Send back", responses=problems(404, 409, 412))
def post_reject(store: Store, token: Approver, item: Item, body: Decision) -> DraftOut:
    """With a reason."""
    with store.begin() as tx:
        return _draft(
            reject(
                tx, token.organisation, item, actor_of(token), body.reason, now=now(), revision=body.revision
            )
        )


@router.post("/content/{item}/recall", summary="Recall", responses=problems(404))
def post_recall(store: Store, token: Writer, item: Item, body: Withdrawal) -> Told:
    """At once: its links lead to a notice, and those who hold one are notified. Idempotent."""
    with store.begin() as tx:
        notified = recall(
            tx,
            token.organisation,
            item,
            body.reason.strip(),
            now(),
            actor=actor_of(token),
            notice=body.notice.strip(),
        )
    return Told(told=notified)


@router.get("/suggestions", summary="What employees suggest", responses=problems())
def waiting(store: Store, token: Reader) -> Suggestions:
    """Unanswered suggestions, oldest first, up to 50."""
    with store.read() as tx:
        found = suggestions(tx, token.organisation)
    return Suggestions(
        suggestions=[
            SuggestionOut(
                id=one.id,
                person=one.person,
                item=one.item,
                url=one.url,
                title=one.title,
                words=one.words,
                status=one.status,
                opened_at=one.opened_at,
            )
            for one in found
        ]
    )


@router.post("/suggestions", status_code=201, summary="Suggest", responses=problems(404))
def post_suggestion(
    store: Store, token: Annotated[ApiToken, Depends(token_with("me:write"))], body: SuggestionIn
) -> Number:
    """For the token's person."""
    with store.begin() as tx:
        return Number(
            id=suggest(
                tx,
                token.organisation,
                person_of(token),
                now(),
                url=body.url,
                title=body.title,
                words=body.words,
                item=body.item or None,
            )
        )


@router.post("/suggestions/{id}/answer", summary="Answer a suggestion", responses=problems(404, 409, 412))
def post_answer(store: Store, token: Writer, id: RowId, body: Answer) -> Answered:
    """A draft comes of it, or a reason."""
    with store.begin() as tx:
        if body.decision == "decline":
            decline(tx, token.organisation, id, actor_of(token), body.reason, now=now())
            return Answered(item=None)
        draft = accept(tx, token.organisation, id, actor_of(token), body.reason, now=now())
        return Answered(item=draft.item.id)
