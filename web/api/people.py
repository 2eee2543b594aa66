"""Own account and balances over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict

from rewards.fields import in_words
from rewards.language import said
from rewards.ledger.entries import badges_for, balances, balances_of
from rewards.people.accounts import ApiToken
from rewards.people.directory import ids_after
from web.api.shared import problems
from web.problems import Problem
from web.session import Store, token_with

router = APIRouter(prefix="/api/v1", tags=["people"])


class Me(BaseModel):
    """The token's person: balances in millipoints, badges held."""

    model_config = ConfigDict(extra="forbid")
    person: str
    earned_millipoints: int
    spendable_millipoints: int
    held_millipoints: int
    badges: list[str]


class Balance(BaseModel):
    """One person's balances in millipoints."""

    model_config = ConfigDict(extra="forbid")
    person: str
    earned_millipoints: int
    spendable_millipoints: int
    held_millipoints: int


class BalancePage(BaseModel):
    """Balances by person id; `next` is the cursor of the following page, None on the last."""

    model_config = ConfigDict(extra="forbid")
    balances: list[Balance]
    next: str | None


@router.get("/me", summary="Own balances and badges", responses=problems())
def me(store: Store, token: Annotated[ApiToken, Depends(token_with("me:read"))]) -> Me:
    """The person that the token speaks for."""
    if token.person is None:
        raise Problem(403, said("the token speaks for no person; make one for a person"))
    with store.read() as tx:
        held = balances(tx, token.organisation, token.person)
        mine = badges_for(tx, token.organisation, token.person)
    return Me(
        person=token.person,
        earned_millipoints=held.earned,
        spendable_millipoints=held.spendable,
        held_millipoints=held.held,
        badges=[badge.badge for badge in mine if badge.revoked_at is None],
    )


@router.get("/balances", summary="Everybody's balances, for administrators", responses=problems())
def all_balances(
    response: Response,
    store: Store,
    token: Annotated[ApiToken, Depends(token_with("admin"))],
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[
        str,
        Query(max_length=64, pattern=in_words(r"^[A-Za-z0-9._-]*$", "an id of letters, digits, ., _ and -")),
    ] = "",
) -> BalancePage:
    """Keyset pages in order of person id; the Link header names the next one."""
    with store.read() as tx:
        names = ids_after(tx, token.organisation, after, limit + 1)
        rows = [
            Balance(
                person=name,
                earned_millipoints=held.earned,
                spendable_millipoints=held.spendable,
                held_millipoints=held.held,
            )
            for name, held in zip(
                names[:limit], balances_of(tx, token.organisation, names[:limit]), strict=True
            )
        ]
    cursor = rows[-1].person if len(names) > limit else None
    if cursor:
        response.headers["Link"] = f'</api/v1/balances?limit={limit}&after={cursor}>; rel="next"'
    return BalancePage(balances=rows, next=cursor)
