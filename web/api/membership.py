"""Taking part, over the API: one's own standing and steps, and invitations by an administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from rewards.people.accounts import ApiToken
from rewards.people.membership import invite, join, leave, membership_of, pause
from web.api.shared import PERSON, Strict, actor_of, person_of, problems
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["people"])
MOST_NAMED = 1000
Standing = Literal["", "invited", "enrolled", "paused", "left"]
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=MOST_NAMED)]
People = Annotated[list[Annotated[str, Field(pattern=PERSON)]], Field(max_length=MOST_NAMED)]


class StepOut(Strict):
    """A standing, and from when on it held."""

    standing: Standing
    since: datetime


class MembershipOut(Strict):
    """The membership of the token's person; `asked`: true where the scheme in force is for the enrolled only."""

    standing: Standing
    takes_part: bool
    asked: bool
    history: list[StepOut]


class Wanted(Strict):
    """The standing that is wanted."""

    standing: Literal["enrolled", "paused", "left"]


class Whom(Strict):
    """Whom to invite: people by id, or those of segments and teams (both, where both are given), or everybody."""

    people: People = Field(default_factory=list)
    segments: Names = Field(default_factory=list)
    teams: Names = Field(default_factory=list)
    everybody: bool = False


class InvitedOut(Strict):
    """Numbers of people invited and mailed; `left`: minimum number of people who remain, for another request."""

    invited: int
    mailed: int
    left: int


def _out(store: Store, token: ApiToken, person: str) -> MembershipOut:
    with store.read() as tx:
        found = membership_of(tx, token.organisation, person, now())
    return MembershipOut.model_validate(
        {
            "standing": found.standing,
            "takes_part": found.takes_part,
            "asked": found.asked,
            "history": [{"standing": what, "since": at} for what, at in found.history],
        }
    )


@router.get("/me/membership", summary="One's own part in the program", responses=problems())
def own_membership(store: Store, token: Annotated[ApiToken, Depends(token_with("me:read"))]) -> MembershipOut:
    """Of the token's person."""
    return _out(store, token, person_of(token))


@router.put("/me/membership", summary="Join, pause or leave", responses=problems(400))
def step(
    store: Store, token: Annotated[ApiToken, Depends(token_with("me:write"))], body: Wanted
) -> MembershipOut:
    """The token's person's own step; the same twice is one. 403 for who was not invited, where that is asked."""
    person = person_of(token)
    take = {"enrolled": join, "paused": pause, "left": leave}[body.standing]
    with store.begin() as tx:
        take(tx, token.organisation, person, now())
    return _out(store, token, person)


@router.post("/membership/invitations", summary="Invite people to take part", responses=problems(400, 404))
def invite_people(
    store: Store, token: Annotated[ApiToken, Depends(token_with("people:write", "admin"))], body: Whom
) -> InvitedOut:
    """People with an address get one mail; nobody is invited twice, so that repeating the request is safe."""
    with store.begin() as tx:
        done = invite(
            tx, token.organisation, now(), actor_of(token), people=body.people, segments=body.segments, teams=body.teams,
            everybody=body.everybody,
        )  # fmt: skip
    return InvitedOut(invited=done.invited, mailed=done.mailed, left=done.left)
