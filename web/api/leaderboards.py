"""GET /api/v1/leaderboards: boards as the token's person sees them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from rewards.boards.boards import Board, BoardRow, leaderboard
from rewards.people.accounts import ApiToken
from rewards.people.people import set_opt_out
from rewards.publishing.publication import scheme_in_force
from web.api.shared import Name, Strict, person_of, problems
from web.session import Store, now, token_with

router = APIRouter(prefix="/api/v1", tags=["leaderboards"])
Reader = Annotated[ApiToken, Depends(token_with("me:read"))]
Chooser = Annotated[ApiToken, Depends(token_with("me:write"))]


class Place(Strict):
    """One place; equal amounts share a rank (1-2-2-4)."""

    rank: int
    label: str
    millipoints: int
    is_me: bool


class BoardOut(Strict):
    """A board. `suppressed` says why nothing is shown, or is None; `me` is there after opting out too, and not where it is suppressed."""

    id: str
    title: str
    window: str
    rows: list[Place]
    neighbours: list[Place]
    me: Place | None
    suppressed: str | None


class Choice(Strict):
    """The choice to be shown on the boards or not."""

    shown: bool


class BoardName(Strict):
    """A board of the scheme in force."""

    id: str
    title: str


class Boards(Strict):
    """The boards of the scheme in force."""

    leaderboards: list[BoardName]


def _place(row: BoardRow) -> Place:
    return Place(rank=row.rank, label=row.label, millipoints=row.amount_millipoints, is_me=row.is_me)


def _board(board: Board) -> BoardOut:
    return BoardOut(
        id=board.id,
        title=board.title,
        window=board.window,
        rows=[_place(row) for row in board.rows],
        neighbours=[_place(row) for row in board.neighbours],
        me=None if board.me is None else _place(board.me),
        suppressed=board.suppressed,
    )


@router.get("/leaderboards", summary="Which boards there are", responses=problems())
def boards(store: Store, token: Reader) -> Boards:
    """The boards of the scheme in force; empty without one."""
    with store.read() as tx:
        version = scheme_in_force(tx, token.organisation, now())
    found = () if version is None else version.scheme.leaderboards
    return Boards(leaderboards=[BoardName(id=one.id, title=one.title) for one in found])


@router.put("/me/boards", summary="Be shown on the boards, or not", responses=problems(400))
def choose(store: Store, token: Chooser, body: Choice) -> Choice:
    """The token's person's own choice. Off the boards one still sees one's own place."""
    with store.begin() as tx:
        set_opt_out(tx, token.organisation, person_of(token), not body.shown, now())
    return body


@router.get("/leaderboards/{id}", summary="One board", responses=problems(404))
def board(store: Store, token: Reader, id: Name) -> BoardOut:
    """As the token's person sees it; a token without a person sees the top alone, and no segment's board."""
    with store.read() as tx:
        return _board(leaderboard(tx, token.organisation, id, token.person, now()))
