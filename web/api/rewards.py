"""Rewards over the API: what can be had, claiming it, taking a claim back, and deciding claims."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rewards.language import said
from rewards.people.accounts import ApiToken
from rewards.scheme.quantities import Id
from rewards.shop.claims import (
    Claim,
    approve_claim,
    cancel_claim,
    claim_reward,
    claims_for,
    claims_waiting,
    decline_claim,
    rewards_for,
)
from rewards.store.session import Transaction
from web.api.shared import (
    IdempotencyKey,
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

router = APIRouter(prefix="/api/v1/rewards", tags=["rewards"])
Reader = Annotated[ApiToken, Depends(token_with("me:read"))]
Claimant = Annotated[ApiToken, Depends(token_with("rewards:write", "admin"))]
Admin = Annotated[ApiToken, Depends(token_with("admin"))]


class Offer(Strict):
    """A reward; `left` None means unlimited."""

    id: str
    title: str
    description: str
    cost_millipoints: int
    left: int | None
    needs_approval: bool
    affordable: bool


class Offers(Strict):
    """The rewards of the scheme in force."""

    rewards: list[Offer]


class Wish(Strict):
    """Which reward is claimed."""

    reward: Id


class Why(Strict):
    """The reason, kept with the decision."""

    reason: Words


class ClaimOut(Strict):
    """A claim: requested, approved, declined or cancelled. Declined and cancelled give points and stock back."""

    id: int
    person: str | None
    reward: str
    cost_millipoints: int
    status: str
    claimed_at: datetime
    decided_at: datetime | None
    reason: str | None


class Claims(Strict):
    """Claims."""

    claims: list[ClaimOut]


def _claim(claim: Claim) -> ClaimOut:
    return ClaimOut(
        id=claim.id,
        person=claim.person,
        reward=claim.reward,
        cost_millipoints=claim.cost_millipoints,
        status=claim.status,
        claimed_at=claim.claimed_at,
        decided_at=claim.decided_at,
        reason=claim.reason,
    )


@router.get("", summary="What can be had", responses=problems())
def offers(store: Store, token: Reader) -> Offers:
    """For the token's person, with what is left and whether the points suffice."""
    with store.read() as tx:
        found = rewards_for(tx, token.organisation, person_of(token), now())
    return Offers(
        rewards=[
            Offer(
                id=one.id,
                title=one.title,
                description=one.description,
                cost_millipoints=one.cost_millipoints,
                left=one.left,
                needs_approval=one.needs_approval,
                affordable=one.affordable,
            )
            for one in found
        ]
    )


@router.post(
    "/claims",
    status_code=201,
    response_model=ClaimOut,
    summary="Claim a reward",
    responses=problems(400, 404, 409),
)
def post_claim(
    request: Request,
    store: Store,
    token: Annotated[ApiToken, Depends(token_with("rewards:write"))],
    body: Wish,
    key: IdempotencyKey = None,
) -> Response:
    """For the token's person. 409 where points, stock or budget do not suffice. The rank is never lowered."""
    person = person_of(token)

    def work(tx: Transaction) -> tuple[int, ClaimOut, dict[str, str]]:
        unique = key or secrets.token_hex(16)
        claim = claim_reward(tx, token.organisation, person, body.reward, f"api:{unique}", now=now())
        return 201, _claim(claim), {}

    return once(request, store, token, key, body, work=work)


@router.get("/claims", summary="Own claims", responses=problems())
def own_claims(store: Store, token: Reader) -> Claims:
    """The newest first."""
    with store.read() as tx:
        found = claims_for(tx, token.organisation, person_of(token))
    return Claims(claims=[_claim(one) for one in found])


@router.get("/claims/waiting", summary="Claims that wait for approval", responses=problems())
def waiting(store: Store, token: Admin) -> Claims:
    """The oldest first."""
    with store.read() as tx:
        found = claims_waiting(tx, token.organisation)
    return Claims(claims=[_claim(one) for one in found])


@router.post("/claims/{id}/cancel", summary="Take a claim back", responses=problems(400, 404, 409))
def cancel(store: Store, token: Claimant, id: RowId, body: Why) -> ClaimOut:
    """One's own, while the scheme's terms let it; an administrator's token takes back anybody's. Points, stock and budget return."""
    with store.begin() as tx:
        by_hr = "admin" in token.scopes
        if not by_hr:
            mine = claims_for(tx, token.organisation, person_of(token))
            if all(one.id != id for one in mine):
                raise Problem(404, said("claim {id}: not one of yours; list your claims", id=id))
        return _claim(
            cancel_claim(tx, token.organisation, id, actor_of(token), body.reason, now=now(), by_hr=by_hr)
        )


class _Decides(Protocol):
    def __call__(
        self, tx: Transaction, organisation: str, claim: int, actor: str, reason: str, *, now: datetime
    ) -> Claim: ...


def _decide(store: Store, token: ApiToken, id: int, reason: str, act: _Decides) -> ClaimOut:
    with store.begin() as tx:
        return _claim(act(tx, token.organisation, id, actor_of(token), reason, now=now()))


@router.post("/claims/{id}/approve", summary="Let a claim go through", responses=problems(400, 404, 409))
def approve(store: Store, token: Admin, id: RowId, body: Why) -> ClaimOut:
    """409 when it is not waiting."""
    return _decide(store, token, id, body.reason, approve_claim)


@router.post("/claims/{id}/decline", summary="Refuse a claim", responses=problems(400, 404, 409))
def decline(store: Store, token: Admin, id: RowId, body: Why) -> ClaimOut:
    """Points, stock and budget return. 409 when it is not waiting."""
    return _decide(store, token, id, body.reason, decline_claim)
