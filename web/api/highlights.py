"""Highlights over the API: whom the program thanked at the end of each period."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from rewards.boards.highlights import highlighted
from rewards.people.accounts import ApiToken
from web.api.shared import Strict, person_of, problems
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/highlights", tags=["recognition"])


class ThankedOut(Strict):
    """A person thanked; `person` None for somebody who is hidden or left."""

    person: str | None
    name: str


class HighlightOut(Strict):
    """The outcome of one period."""

    title: str
    first_day: date
    last_day: date
    people: list[ThankedOut]
    decided_at: datetime


class Highlights(Strict):
    """The newest first."""

    highlights: list[HighlightOut]


@router.get("", summary="Whom the program thanked", responses=problems())
def listed(store: Store, token: Annotated[ApiToken, Depends(token_with("me:read"))]) -> Highlights:
    """The newest outcomes that the token's person may see: public ones, and the person's own."""
    with store.read() as tx:
        found = highlighted(tx, token.organisation, person_of(token), now())
    return Highlights(
        highlights=[
            HighlightOut(
                title=one.title,
                first_day=one.first_day,
                last_day=one.last_day,
                people=[ThankedOut(person=who, name=name) for who, name in one.people],
                decided_at=one.decided_at,
            )
            for one in found
        ]
    )
