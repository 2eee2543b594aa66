"""Thanks over the API: POST /api/v1/kudos, and what is left to give."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import Field

from rewards.accounts import ApiToken
from rewards.fields import Whole
from rewards.recognition import give_kudos, kudos_allowance_left
from rewards.store.session import Transaction
from web.api.shared import IdempotencyKey, PersonName, Strict, Words, once, person_of, problems
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["recognition"])
MOST_GIFT = 1_000_000_000


class Thanks(Strict):
    """Thanks to a colleague. `millipoints` is the scheme's gift unless given."""

    receiver: PersonName
    message: Words
    tags: Annotated[list[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]], Field(max_length=8)] = (
        Field(default_factory=list)
    )  # fmt: skip
    millipoints: Annotated[int, Field(ge=0, le=MOST_GIFT, strict=True), Whole] | None = None


class ThanksGiven(Strict):
    """The gift. `held`: a colleague looks at it first; nothing was paid yet."""

    id: str
    status: Literal["given", "held"]
    reason: str


class Allowance(Strict):
    """What the person can still give in this period, in millipoints; None where the scheme has no thanks."""

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

    def work(tx: Transaction) -> tuple[int, ThanksGiven, dict[str, str]]:
        unique = key or secrets.token_hex(16)
        given = give_kudos(
            tx, token.organisation, giver, body.receiver, body.message, body.tags, f"api:{unique}", now(),
            body.millipoints,
        )  # fmt: skip
        held = "held" in (given.status, given.reason)
        said = ThanksGiven(id=given.id, status="held" if held else "given", reason=given.reason)
        return 201, said, {}

    return once(request, store, token, key, body, work)


@router.get("/me/allowance", summary="What is left to give", responses=problems())
def allowance(store: Store, token: Annotated[ApiToken, Depends(token_with("me:read"))]) -> Allowance:
    """Of the token's person, in this period."""
    with store.read() as tx:
        left = kudos_allowance_left(tx, token.organisation, person_of(token), now())
    return Allowance(left_millipoints=left)
