"""The employee's rewards: what points can buy, and the claims made."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.faults import Fault, NotFound
from rewards.language import gettext, msg
from rewards.ledger.entries import balances
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person
from rewards.shop.claims import (
    Claim,
    RewardOffer,
    cancel_claim,
    claim_reward,
    claims_for,
    returnable,
    rewards_for,
)
from rewards.store.session import Database, Transaction
from web.session import Employee, Store, now
from web.templating import page
from web.text import Plain

router = APIRouter(include_in_schema=False)
NOTES = {
    "claimed": msg("Done. It is listed below under “Yours”, with what happens next."),
    "cancelled": msg("Taken back. The points are yours again."),
}
MOST_ID = 2**63 - 1


@dataclass(frozen=True)
class RewardsContext:
    """Page context: rewards on offer, the reader's claims, and which of them can be cancelled. `note`: the last action's outcome."""

    account: Account
    person: Person
    spendable: int
    offers: Sequence[RewardOffer]
    titles: Mapping[str, str]
    claims: Sequence[Claim]
    returnable: AbstractSet[int]
    key: str
    fault: str
    note: str


def _page(
    request: Request, store: Database, account: Account, fault: str = "", status: int = 200
) -> Response:
    org, me = account.organisation, account.person
    with store.read() as tx:
        offers, claims = rewards_for(tx, org, me, now()), claims_for(tx, org, me)
        context = RewardsContext(
            account=account,
            person=get_person(tx, org, me),
            spendable=balances(tx, org, me).spendable,
            offers=offers,
            titles={one.id: one.title for one in offers},
            claims=claims,
            returnable=returnable(tx, org, me, now()),
            key=secrets.token_urlsafe(12),
            fault=fault,
            note="" if fault else next((gettext(NOTES[n]) for n in NOTES if n in request.query_params), ""),
        )
    return page(request, "employee/rewards.html", context, status)


@router.get("/rewards")
def rewards(request: Request, store: Store, account: Employee) -> Response:
    """Rewards on offer, and the reader's claims."""
    return _page(request, store, account)


@router.post("/rewards/claims")
def claim(
    request: Request,
    store: Store,
    account: Employee,
    reward: Annotated[Plain, Form(max_length=48)],
    key: Annotated[Plain, Form(min_length=8, max_length=64)],
) -> Response:
    """Claim a reward. Posting a form twice claims once."""

    def buy(tx: Transaction) -> object:
        return claim_reward(tx, account.organisation, account.person, reward, f"page:{key}", now=now())

    return _act(request, store, account, buy, "claimed")


@router.post("/rewards/claims/{id}/cancel")
def cancel(
    request: Request, store: Store, account: Employee, id: Annotated[int, Path(ge=1, le=MOST_ID)]
) -> Response:
    """Cancel one's own claim."""

    def give_back(tx: Transaction) -> object:
        if all(one.id != id for one in claims_for(tx, account.organisation, account.person)):
            raise NotFound("claim {id}: not one of yours; see the list of your rewards", id=id)
        return cancel_claim(
            tx, account.organisation, id, account.person, "taken back by the employee", now=now()
        )

    return _act(request, store, account, give_back, "cancelled")


def _act(
    request: Request, store: Database, account: Account, act: Callable[[Transaction], object], done: str
) -> Response:
    try:
        with store.begin() as tx:
            act(tx)
    except Fault as fault:
        return _page(request, store, account, str(fault), 404 if isinstance(fault, NotFound) else 409)
    return RedirectResponse(f"/rewards?{done}=1", 303)
