"""The review queue over the API, for HR: what waits, what was decided by whom and why, and deciding."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from rewards.people.accounts import ApiToken
from rewards.review import Review, decide, get_review, reviews_page
from web.api.shared import (
    Cursor,
    Limit,
    RowId,
    Strict,
    Words,
    actor_of,
    cursor_of,
    link_next,
    number_of,
    problems,
)
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/reviews", tags=["reviews"])
Admin = Annotated[ApiToken, Depends(token_with("admin"))]


class ReviewOut(Strict):
    """Something a human looks at before it counts. It accuses nobody: `detail` gives counts and the limit."""

    id: int
    person: str | None
    kind: str
    detail: dict[str, Any]
    opened_at: datetime
    status: str
    actor: str | None
    reason: str | None
    decided_at: datetime | None


class Reviews(Strict):
    """Reviews in the order of opening; `next` is the cursor of the following page, None on the last."""

    reviews: list[ReviewOut]
    next: str | None


class Decision(Strict):
    """A decision and its reason; both are stored with the decider and the time."""

    decision: Literal["approve", "decline"]
    reason: Words


def _review(one: Review) -> ReviewOut:
    return ReviewOut(
        id=one.id,
        person=one.person,
        kind=one.kind,
        detail=one.detail,
        opened_at=one.opened_at,
        status=one.status,
        actor=one.actor,
        reason=one.reason,
        decided_at=one.decided_at,
    )


@router.get("", summary="What waits, or what was decided", responses=problems())
def reviews(
    request: Request,
    response: Response,
    store: Store,
    token: Admin,
    state: Annotated[Literal["open", "decided"], Query()] = "open",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Reviews:
    """In the order of opening."""
    with store.read() as tx:
        found = reviews_page(tx, token.organisation, state, limit + 1, number_of(cursor) or 0)
    following = cursor_of(found[limit - 1].id) if len(found) > limit else None
    link_next(request, response, following)
    return Reviews(reviews=[_review(one) for one in found[:limit]], next=following)


@router.post("/{id}/decision", summary="Decide", responses=problems(400, 404, 409))
def decision(store: Store, token: Admin, id: RowId, body: Decision) -> ReviewOut:
    """Approved, what was held counts; declined, it counts as never having happened. Once."""
    with store.begin() as tx:
        decide(tx, token.organisation, id, body.decision, actor_of(token), reason=body.reason, now=now())
        return _review(get_review(tx, token.organisation, id))
