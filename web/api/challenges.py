"""Challenges over the API: standings of teams, and results."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from rewards.challenges.challenges import ChallengeView, challenge, challenges
from rewards.people.accounts import ApiToken
from web.api.shared import Name, Strict, problems
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1/challenges", tags=["challenges"])
Reader = Annotated[ApiToken, Depends(token_with("me:read"))]


class TeamStanding(Strict):
    """Progress of a team, a segment or the reader; `team` is empty where the goal is common to everybody."""

    team: str
    done: int
    reached: bool
    is_mine: bool


class ChallengeOut(Strict):
    """A challenge. `counting`: over, late events still count; `final`: the result is fixed and the bonus paid.

    `teams` are those of `unit`: teams or segments, small ones not shown; everybody; of persons the reader alone.
    """

    id: str
    title: str
    metric: str
    of: str
    unit: Literal["person", "team", "segment", "everyone"]
    goal: int
    bonus_millipoints: int
    first_day: date
    last_day: date
    state: Literal["running", "counting", "final"]
    teams: list[TeamStanding]
    suppressed: int


class Challenges(Strict):
    """The challenges of the scheme in force."""

    challenges: list[ChallengeOut]


def _challenge(view: ChallengeView) -> ChallengeOut:
    return ChallengeOut(
        id=view.id,
        title=view.title,
        metric=view.metric,
        of=view.of,
        unit=view.unit,
        goal=view.goal,
        bonus_millipoints=view.bonus_millipoints,
        first_day=view.first_day,
        last_day=view.last_day,
        state=view.state,
        teams=[
            TeamStanding(team=one.team, done=one.done, reached=one.reached, is_mine=one.is_mine)
            for one in view.teams
        ],
        suppressed=view.suppressed,
    )


@router.get("", summary="Common goals", responses=problems())
def listed(store: Store, token: Reader) -> Challenges:
    """The challenges of the scheme in force, as the token's person sees them."""
    with store.read() as tx:
        found = challenges(tx, token.organisation, token.person, now())
    return Challenges(challenges=[_challenge(one) for one in found])


@router.get("/{id}", summary="One common goal", responses=problems(404))
def one(store: Store, token: Reader, id: Name) -> ChallengeOut:
    """Acts count for the team that a person belonged to at the time."""
    with store.read() as tx:
        return _challenge(challenge(tx, token.organisation, id, token.person, now()))
