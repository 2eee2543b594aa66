"""Awards by nomination over the API: naming colleagues, and for HR the rounds and their decision."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from rewards.fields import Day, in_words
from rewards.nominations.decisions import RoundView, decide_round, rounds_decided, rounds_to_decide
from rewards.nominations.nominations import awards_for, honours, nominate, withdraw
from rewards.people.accounts import ApiToken
from rewards.store.session import Transaction
from web.api.shared import (
    IdempotencyKey,
    Limit,
    PersonName,
    RowId,
    Strict,
    Words,
    actor_of,
    once,
    person_of,
    problems,
)
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/nominations", tags=["recognition"])
Reader = Annotated[ApiToken, Depends(token_with("me:read"))]
Giver = Annotated[ApiToken, Depends(token_with("kudos:write"))]
Admin = Annotated[ApiToken, Depends(token_with("admin"))]
AWARD = in_words(
    r"^[a-z][a-z0-9_-]{0,47}$", "an id: a small letter, then up to 47 small letters, digits, _ or -"
)
AwardName = Annotated[str, Path(pattern=AWARD)]


class NominationOut(Strict):
    """A nomination by the token's person. `nominee` None: erased since."""

    id: int
    award: str
    first_day: date
    nominee: str | None
    nominee_name: str
    message: str
    named_at: datetime


class AwardOut(Strict):
    """An award and its round under way; `left`: how many colleagues the person can still name in it."""

    id: str
    title: str
    points_millipoints: int
    winners_at_most: int
    first_day: date
    last_day: date
    left: int
    named: list[NominationOut]


class WinnerOut(Strict):
    """A winner; `person` None for somebody who is hidden or left."""

    person: str | None
    name: str


class HonourOut(Strict):
    """The outcome of a round."""

    award: str
    title: str
    first_day: date
    winners: list[WinnerOut]
    decided_at: datetime


class Awards(Strict):
    """The awards of the scheme in force, and the newest outcomes that the person may see."""

    awards: list[AwardOut]
    outcomes: list[HonourOut]


class Naming(Strict):
    """Whom the person names for what, and why."""

    award: Annotated[str, Field(pattern=AWARD)]
    nominee: PersonName
    message: Words


class SaidOut(Strict):
    """One nomination of a candidate."""

    by: str
    message: str


class CandidateOut(Strict):
    """Somebody who was named. `mutual`: named somebody back who named them."""

    person: str
    name: str
    said: list[SaidOut]
    mutual: bool
    won: bool


class RoundOut(Strict):
    """A round. `open`: people still name; `waiting`: over and undecided; `decided`."""

    award: str
    title: str
    points_millipoints: int
    winners_at_most: int
    first_day: date
    last_day: date
    state: Literal["open", "waiting", "decided"]
    candidates: list[CandidateOut]
    actor: str | None
    reason: str | None
    decided_at: datetime | None


class Rounds(Strict):
    """Rounds in which somebody was named."""

    rounds: list[RoundOut]


class Choice(Strict):
    """The winners, nobody included, and why; kept with the decider and the time."""

    winners: Annotated[list[PersonName], Field(max_length=1000)]
    reason: Words


def _round(view: RoundView) -> RoundOut:
    said = {
        one.person: [SaidOut(by=by, message=message) for by, message in one.said] for one in view.candidates
    }
    people = [CandidateOut(**asdict(one) | {"said": said[one.person]}) for one in view.candidates]
    return RoundOut(**asdict(view) | {"candidates": people})


@router.get("", summary="Awards, and whom one named", responses=problems())
def awards(store: Store, token: Reader) -> Awards:
    """Of the scheme in force, for the token's person."""
    person = person_of(token)
    with store.read() as tx:
        found = awards_for(tx, token.organisation, person, now())
        told = honours(tx, token.organisation, person, now())
    return Awards(
        awards=[AwardOut(**asdict(one)) for one in found],
        outcomes=[
            HonourOut(
                **asdict(one) | {"winners": [WinnerOut(person=who, name=name) for who, name in one.winners]}
            )
            for one in told
        ],
    )


@router.post(
    "",
    status_code=201,
    response_model=NominationOut,
    summary="Name a colleague",
    responses=problems(400, 404, 409),
)
def name(request: Request, store: Store, token: Giver, body: Naming, key: IdempotencyKey = None) -> Response:
    """In the round under way. Refused for oneself, linked accounts and beyond the limit; the same again is the same."""
    person = person_of(token)

    def work(tx: Transaction) -> tuple[int, NominationOut, dict[str, str]]:
        made = nominate(
            tx, token.organisation, person, body.award, body.nominee, message=body.message, now=now()
        )
        return 201, NominationOut(**asdict(made)), {}

    return once(request, store, token, key, body, work=work)


@router.delete("/{id}", status_code=204, summary="Take a nomination back", responses=problems(404))
def take_back(store: Store, token: Giver, id: RowId) -> None:
    """One's own, while the round lasts."""
    with store.begin() as tx:
        withdraw(tx, token.organisation, person_of(token), id, now())


@router.get("/rounds", summary="Rounds to decide, or decided", responses=problems())
def rounds(
    store: Store,
    token: Admin,
    state: Annotated[Literal["undecided", "decided"], Query()] = "undecided",
    limit: Limit = 50,
) -> Rounds:
    """Undecided the oldest first, those under way too; decided the newest first, `limit` at most."""
    with store.read() as tx:
        if state == "decided":
            found = rounds_decided(tx, token.organisation, now(), limit)
        else:
            found = rounds_to_decide(tx, token.organisation, now())[:limit]
    return Rounds(rounds=[_round(one) for one in found])


@router.post("/rounds/{award}/{first_day}/decision", summary="Decide", responses=problems(400, 404, 409))
def decision(store: Store, token: Admin, award: AwardName, first_day: Day, body: Choice) -> RoundOut:
    """Choose the winners of a round that is over, or nobody. Only once; the decider cannot win."""
    with store.begin() as tx:
        found = decide_round(
            tx,
            token.organisation,
            award,
            first_day,
            body.winners,
            actor=actor_of(token),
            reason=body.reason,
            now=now(),
        )
    return _round(found)
