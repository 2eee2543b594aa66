"""Leaderboards: ranks 1-2-2-4, neighbours, opt-out, pseudonyms, minimum groups, teams per head."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rewards.faults import NotFound
from rewards.language import gettext, said
from rewards.ledger.places import today
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.people.groups import groups_shown
from rewards.scheme.scheme import Leaderboard
from rewards.store import projections as rows
from rewards.store.persons import PSEUDONYM, find_row
from rewards.store.rows import NamedPersonRow, PlaceRow
from rewards.store.session import Transaction
from rewards.store.units import to_us

FIRST_DATE, LAST_DATE = 1, date.max.toordinal()


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One place. Amounts in millipoints; on a per-head board an average, rounded down."""

    rank: int
    label: str
    amount_millipoints: int
    is_me: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A board from a reader's perspective. `suppressed`: the reason why nothing is shown, the own place included, or None."""

    id: str
    title: str
    window: str
    rows: tuple[BoardRow, ...]
    neighbours: tuple[BoardRow, ...]
    me: BoardRow | None
    suppressed: str | None
    pseudonyms: bool = False


def leaderboard(
    tx: Transaction, organisation: str, board_id: str, person: str | None, now: datetime
) -> Board:
    """The board of the scheme in force. `person`: the reader, whose own place is shown even after an opt-out.

    Raises NotFound for a board that the scheme does not have.
    """
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(to_us(now))
    boards = () if version == NO_SCHEME else schemes.scheme(version).leaderboards
    board = next((one for one in boards if one.id == board_id), None)
    if board is None:
        raise NotFound(
            "leaderboard {board_id!r}: not in the scheme in force; name one of {value}",
            board_id=board_id,
            value=[b.id for b in boards],
        )
    reader = find_row(tx, organisation, person) if person is not None else None
    minimum = max(board.minimum_group, schemes.scheme(version).privacy.minimum_group)
    day = today(to_us(now), schemes.zone(version))
    if board.group == "team":
        return _teams(tx, organisation, board, reader, day, minimum=minimum, now=now)
    if board.group == "segment" and reader is None:
        why = gettext("it is shown to the people of each segment alone")
        return Board(board.id, board.title, _window(board, day), (), (), None, why)
    # The same people under their names on another board would give their pseudonyms away, by their points.
    hidden = any(one.pseudonyms for one in boards)
    return _people(
        tx, organisation, board.model_copy(update={"pseudonyms": hidden}), reader, day, minimum=minimum
    )


def _people(
    tx: Transaction,
    organisation: str,
    board: Leaderboard,
    reader: NamedPersonRow | None,
    day: date,
    *,
    minimum: int,
) -> Board:
    window = _window(board, day)
    segment = reader.segment if board.group == "segment" and reader is not None else None
    score = 0 if reader is None else rows.score_of(tx, organisation, window, reader.id)
    near: list[PlaceRow] = []
    if reader is not None and board.neighbours and not reader.hidden:
        near = rows.around(
            tx, organisation, window, reader.id, score, each_side=board.neighbours, segment=segment
        )
    wanted = {0, score, *(row.score for row in near)}
    if segment is None:
        ranks = rows.ranks_of(tx, organisation, window, wanted)
    else:
        ranks = rows.ranks_in_segment(tx, organisation, window, wanted, segment)
    group, rank = ranks[0] - 1, ranks[score]
    if group < minimum:
        # One's own rank would tell how many of the few are ahead.
        return Board(
            board.id,
            board.title,
            window,
            (),
            (),
            None,
            said("fewer than {minimum} people take part", minimum=minimum),
        )
    me = None if reader is None else BoardRow(rank, "You", score, True)
    around = [BoardRow(ranks[row.score], _label(row, board), row.score, False) for row in near]
    best = rows.top(tx, organisation, window, board.top, segment) if board.top else []
    shown = _ranked(
        [(_label(row, board), row.score, reader is not None and row.person_id == reader.id) for row in best]
    )
    return Board(board.id, board.title, window, shown, tuple(around), me, None, board.pseudonyms)


def _teams(
    tx: Transaction,
    organisation: str,
    board: Leaderboard,
    reader: NamedPersonRow | None,
    day: date,
    *,
    minimum: int,
    now: datetime,
) -> Board:
    """Teams ranked by points earned during membership; teams that are too small, or would reveal a small one, are left out."""
    first, last = _span(board.window, day)
    schemes = Schemes.of(tx, organisation)
    sizes = rows.team_sizes(tx, organisation, schemes.asks_enrolment(schemes.at(to_us(now))))
    totals = rows.team_totals(tx, organisation, first, last)
    own = None if reader is None else reader.team
    gone = [("", team) for team, total in totals.items() if total and team not in sizes]
    may = groups_shown(tx, organisation, now, minimum, gone).teams
    shown = [
        (team, total // sizes[team] if board.per_head else total, team == own)
        for team, total in totals.items()
        if team in may
    ]
    ranked = _ranked(sorted(shown, key=lambda one: (-one[1], one[0])))
    me = next((row for row in ranked if row.is_me), None)
    why = (
        None
        if ranked
        else said(
            "no team is large enough: at least {minimum} people, and as many outside those shown",
            minimum=minimum,
        )
    )
    return Board(board.id, board.title, _window(board, day), ranked[: board.top], (), me, why)


def _ranked(places: Sequence[tuple[str, int, bool]]) -> tuple[BoardRow, ...]:
    """Equal scores share a rank and the next rank is skipped: 1-2-2-4."""
    found: list[BoardRow] = []
    for position, (label, score, mine) in enumerate(places, 1):
        tied = bool(found) and found[-1].amount_millipoints == score
        found.append(BoardRow(found[-1].rank if tied else position, label, score, mine))
    return tuple(found)


def _label(row: PlaceRow, board: Leaderboard) -> str:
    if not board.pseudonyms:
        return row.name
    code = row.pseudonym.removeprefix(PSEUDONYM)
    return row.pseudonym if code == row.pseudonym else said("Colleague {code}", code=code)


def _window(board: Leaderboard, day: date) -> str:
    total, month, week, one_day = rows.windows(day.toordinal())
    return {"total": total, "month": month, "week": week, "day": one_day}[board.window]


def _span(window: str, day: date) -> tuple[int, int]:
    """First and last date (ordinals) of the window that holds a day."""
    if window == "total":
        return FIRST_DATE, LAST_DATE
    if window == "day":
        return day.toordinal(), day.toordinal()
    if window == "week":
        monday = day - timedelta(days=day.weekday())
        return monday.toordinal(), monday.toordinal() + 6
    first = day.replace(day=1)
    return first.toordinal(), (first + timedelta(days=32)).replace(day=1).toordinal() - 1
