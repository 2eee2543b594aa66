"""HR's decision page: events and thanks held for review, and reward claims that wait for approval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from rewards.bounds import reason_given
from rewards.faults import Fault, NotFound
from rewards.nominations.decisions import RoundView, rounds_to_decide
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, names_of
from rewards.publishing.publication import scheme_in_force
from rewards.review import Review, count_open, decide, open_reviews
from rewards.shop.claims import Claim, approve_claim, claims_waiting, count_waiting, decline_claim
from rewards.store.session import Database, Transaction
from web.problems import refused
from web.session import Reviewer, Store, now
from web.templating import page
from web.text import MOST_TYPED, Plain

router = APIRouter(include_in_schema=False)
MOST_ID = 2**63 - 1
MOST_SHOWN = 50
Choice = Annotated[Literal["approve", "decline"], Form()]
Reason = Annotated[Plain, Form(max_length=MOST_TYPED)]
RowId = Annotated[int, Path(ge=1, le=MOST_ID)]


@dataclass(frozen=True)
class DecisionsContext:
    """Page context: the first MOST_SHOWN open decisions of each kind, and how many more there are.

    `words`: the reason typed so far, by decision.
    """

    account: Account
    person: Person
    reviews: Sequence[Review]
    claims: Sequence[Claim]
    more_reviews: int
    more_claims: int
    titles: Mapping[str, str]
    rounds: Sequence[RoundView]
    names: Mapping[str, str]
    fault: str
    words: Mapping[str, str]
    done: bool


class Typed(NamedTuple):
    """The reason typed into the form of one decision."""

    place: str
    reason: str


def _names(tx: Transaction, organisation: str, people: Iterable[str | None]) -> dict[str, str]:
    return names_of(tx, organisation, {one for one in people if one})


def _page(
    request: Request,
    store: Database,
    account: Account,
    fault: str = "",
    words: Mapping[str, str] = MappingProxyType({}),
    *,
    status: int = 200,
) -> Response:
    """The page; `words` is the reason typed so far, by decision."""
    org = account.organisation
    with store.read() as tx:
        reviews, claims = open_reviews(tx, org, MOST_SHOWN), claims_waiting(tx, org, MOST_SHOWN)
        version = scheme_in_force(tx, org, now())
        offered = () if version is None else version.scheme.rewards
        context = DecisionsContext(
            account=account,
            person=get_person(tx, org, account.person),
            reviews=reviews,
            claims=claims,
            more_reviews=count_open(tx, org) - len(reviews),
            more_claims=count_waiting(tx, org) - len(claims),
            titles={one.id: one.title for one in offered},
            rounds=[one for one in rounds_to_decide(tx, org, now()) if one.state == "waiting"],
            names=_names(tx, org, [*(one.person for one in reviews), *(one.person for one in claims)]),
            fault=fault,
            words=words,
            done=status == 200 and "decided" in request.query_params,
        )
    return page(request, "hr/decisions.html", context, status)


@router.get("/hr/decisions")
def decisions(request: Request, store: Store, account: Reviewer) -> Response:
    """Open decisions, oldest first."""
    return _page(request, store, account)


@router.post("/hr/reviews/{id}")
def review(
    request: Request, store: Store, account: Reviewer, id: RowId, decision: Choice, reason: Reason
) -> Response:
    """Approve or decline a held event or gift of thanks."""
    org, actor = account.organisation, account.person
    typed = Typed(f"r{id}", reason)
    return _act(
        request,
        store,
        account,
        typed,
        lambda tx: decide(tx, org, id, decision, actor, reason=reason, now=now()),
    )


@router.post("/hr/claims/{id}")
def claim(
    request: Request, store: Store, account: Reviewer, id: RowId, decision: Choice, reason: Reason
) -> Response:
    """Approve a reward claim, or decline it and refund the points."""
    act = approve_claim if decision == "approve" else decline_claim
    org, actor = account.organisation, account.person
    typed = Typed(f"c{id}", reason)
    return _act(request, store, account, typed, lambda tx: act(tx, org, id, actor, reason, now=now()))


def _act(
    request: Request,
    store: Database,
    account: Account,
    typed: Typed,
    act: Callable[[Transaction], object],
) -> Response:
    try:
        reason_given(typed.reason)
        with store.begin() as tx:
            act(tx)
    except Fault as fault:
        words = {typed.place: typed.reason}
        return _page(
            request,
            store,
            account,
            str(fault),
            words,
            status=404 if isinstance(fault, NotFound) else refused(fault),
        )
    return RedirectResponse("/hr/decisions?decided=1", 303)
