"""The employee's leaderboards: own rank with its neighbours, the top ranks, and the opt-out of being shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from rewards.boards.boards import Board, BoardRow, leaderboard
from rewards.language import gettext, msg
from rewards.people.accounts import Account
from rewards.people.people import Person, get_person, set_opt_out
from rewards.publishing.publication import scheme_in_force
from rewards.scheme.scheme import Leaderboard
from web.session import Employee, Store, now
from web.templating import page

router = APIRouter(include_in_schema=False)
WINDOWS = {
    "day": msg("Points earned today."),
    "week": msg("Points earned this week."),
    "month": msg("Points earned this month."),
    "total": msg("Points earned since the program began."),
}


@dataclass(frozen=True)
class BoardsContext:
    """Page context: each board with its rules and the reader's neighbours; `windows`: names of the time windows."""

    account: Account
    person: Person
    boards: Sequence[tuple[Leaderboard, Board, Sequence[BoardRow]]]
    windows: Mapping[str, str]
    changed: bool


@router.get("/boards")
def boards(request: Request, store: Store, account: Employee) -> Response:
    """The boards of the scheme in force from the reader's perspective."""
    org, me = account.organisation, account.person
    with store.read() as tx:
        version = scheme_in_force(tx, org, now())
        rules = () if version is None else version.scheme.leaderboards
        found = [(rule, leaderboard(tx, org, rule.id, me, now())) for rule in rules]
        context = BoardsContext(
            account=account,
            person=get_person(tx, org, me),
            boards=[(rule, board, around(board)) for rule, board in found],
            windows={window: gettext(text) for window, text in WINDOWS.items()},
            changed="changed" in request.query_params,
        )
    return page(request, "employee/boards.html", context)


def around(board: Board) -> list[BoardRow]:
    """The reader and the neighbours in order of rank; empty where the reader has no neighbours."""
    if board.me is None or not board.neighbours:
        return []
    return sorted([*board.neighbours, board.me], key=lambda row: row.rank)


@router.post("/boards/visibility")
def visibility(store: Store, account: Employee, shown: Annotated[bool, Form()]) -> Response:
    """Opt in to being shown on the boards or out of it; the employee's own choice at any time."""
    with store.begin() as tx:
        set_opt_out(tx, account.organisation, account.person, not shown, now())
    return RedirectResponse("/boards?changed=1", 303)
