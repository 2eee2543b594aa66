"""Thanks over the API: POST /api/v1/kudos, and what is left to give."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import Field

from rewards.fields import Name, Whole
from rewards.language import said
from rewards.ledger.entries import Receipt
from rewards.people.accounts import ApiToken
from rewards.store.session import Transaction
from rewards.thanks.recognition import MOST_RECEIVERS, kudos_allowance_left, thank_several
from rewards.thanks.withdrawal import withdraw_kudos
from web.api.shared import (
    IdempotencyKey,
    PersonName,
    RowId,
    Strict,
    Words,
    actor_of,
    once,
    person_of,
    problems,
)
from web.problems import Problem
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["recognition"])
MOST_GIFT = 1_000_000_000


class Thanks(Strict):
    """Thanks to one colleague (`receiver`) or several (`receivers`). `millipoints` is the scheme's gift to each unless given; given, it
    is shared among them, and what does not go up stays with the giver."""

    receiver: PersonName | None = None
    receivers: Annotated[list[PersonName], Field(min_length=1, max_length=MOST_RECEIVERS)] | None = None
    message: Words
    tags: Annotated[list[Name], Field(max_length=8)] = Field(default_factory=list)
    millipoints: Annotated[int, Field(ge=1, le=MOST_GIFT, strict=True), Whole] | None = None


class Gift(Strict):
    """The gift to one receiver. `held`: a review is pending; nothing was paid yet."""

    id: str
    receiver: str
    status: Literal["given", "held"]
    reason: str


class ThanksGiven(Strict):
    """The gift, the first of several; `gifts` has one for each receiver, in their order."""

    id: str
    status: Literal["given", "held"]
    reason: str
    gifts: list[Gift]


class Why(Strict):
    """The reason, kept in the audit log."""

    reason: Words


class Allowance(Strict):
    """The person's remaining allowance in this period, in millipoints; None where the scheme has no thanks."""

    left_millipoints: int | None


@router.post(
    "/kudos",
    status_code=201,
    response_model=ThanksGiven,
    summary="Thank a colleague",
    responses=problems(400, 404, 409),
)
def post_kudos(
    request: Request,
    store: Store,
    token: Annotated[ApiToken, Depends(token_with("kudos:write"))],
    body: Thanks,
    key: IdempotencyKey = None,
) -> Response:
    """From the token's person. Refused to oneself, to linked accounts and beyond the limit a pair."""
    giver = person_of(token)
    if (body.receiver is None) == (body.receivers is None):
        raise Problem(422, said("thanks: got both or neither of receiver and receivers; send exactly one"))
    names = body.receivers or [body.receiver or ""]

    def work(tx: Transaction) -> tuple[int, ThanksGiven, dict[str, str]]:
        unique = key or secrets.token_hex(16)
        given = thank_several(
            tx,
            token.organisation,
            giver,
            names,
            body.message,
            tags=body.tags,
            key=f"api:{unique}",
            now=now(),
            amount=body.millipoints,
        )
        gifts = [_gift(name, receipt) for name, receipt in zip(names, given, strict=True)]
        first = gifts[0]
        return 201, ThanksGiven(id=first.id, status=first.status, reason=first.reason, gifts=gifts), {}

    return once(request, store, token, key, body, work=work)


@router.post(
    "/kudos/{id}/withdraw", status_code=204, summary="Take thanks back", responses=problems(400, 404, 409)
)
def withdraw(
    store: Store,
    token: Annotated[ApiToken, Depends(token_with("kudos:write", "admin"))],
    id: RowId,
    body: Why,
) -> None:
    """One's own; an administrator's token takes back anybody's. What the receiver got is undone, the allowance returns."""
    with store.begin() as tx:
        giver = None if "admin" in token.scopes else person_of(token)
        withdraw_kudos(tx, token.organisation, id, giver, actor_of(token), reason=body.reason, now=now())


def _gift(name: str, receipt: Receipt) -> Gift:
    held = "held" in (receipt.status, receipt.reason)
    return Gift(id=receipt.id, receiver=name, status="held" if held else "given", reason=receipt.reason)


@router.get("/me/allowance", summary="What is left to give", responses=problems())
def allowance(store: Store, token: Annotated[ApiToken, Depends(token_with("me:read"))]) -> Allowance:
    """Of the token's person, in this period."""
    with store.read() as tx:
        left = kudos_allowance_left(tx, token.organisation, person_of(token), now())
    return Allowance(left_millipoints=left)
