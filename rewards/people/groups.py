"""Disclosure control of groups: the same decision for every page, board, challenge and file that shows a measure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from rewards.disclosure import Cell, Shown, shown_groups
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.store import participation as rows
from rewards.store.session import Transaction
from rewards.store.units import to_us

Kind = Literal["segment", "team"]
DEFAULT_MINIMUM = 5
MOST_KEPT = 16


def minimum_group(tx: Transaction, organisation: str, now: datetime) -> int:
    """The minimum group size of the scheme in force."""
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(to_us(now))
    return DEFAULT_MINIMUM if version == NO_SCHEME else schemes.scheme(version).privacy.minimum_group


def groups_shown(
    tx: Transaction,
    organisation: str,
    now: datetime,
    minimum: int = 0,
    gone: Iterable[Cell] = (),
    *,
    kinds: Iterable[Kind] = (),
) -> Shown:
    """Segments and teams that may be shown besides the total, and whether the total may.

    `kinds`: the dimensions whose sums of one measure are shown anywhere; by default those of the scheme in force. A display with a
    `minimum` of its own above the scheme's shows a subset of what the others show. `gone`: groups with earned points but without
    members now: they are parts of the total, and small ones.
    """
    of = set(kinds) or _kinds(tx, organisation, now)
    cells: dict[Cell, int] = {}
    schemes = Schemes.of(tx, organisation)
    asked = schemes.asks_enrolment(schemes.at(to_us(now)))
    parts = [*rows.cells(tx, organisation, asked, of).items(), *((cell, 1) for cell in gone)]
    for (segment, team), people in parts:
        cell = (segment if "segment" in of else "", team if "team" in of else "")
        cells[cell] = cells.get(cell, 0) + people
    everywhere = minimum_group(tx, organisation, now)
    key, request = ("groups", organisation), (everywhere, minimum, tuple(sorted(cells.items())))
    kept: dict[object, Shown] = tx.database.cache.get(key, {})
    if request not in kept:
        found = shown_groups(cells, everywhere)
        found = found if minimum <= everywhere else shown_groups(cells, minimum, found)
        kept = {**(kept if len(kept) < MOST_KEPT else {}), request: found}
        tx.database.cache[key] = kept
    return kept[request]


def _kinds(tx: Transaction, organisation: str, now: datetime) -> set[Kind]:
    schemes = Schemes.of(tx, organisation)
    version = schemes.at(to_us(now))
    if version == NO_SCHEME:
        return set()
    scheme = schemes.scheme(version)
    units = {one.unit for one in scheme.challenges} | {
        board.group for board in scheme.leaderboards if board.group == "team"
    }
    return {kind for kind in ("segment", "team") if kind in units}


def joined_shown(joined: Mapping[str, tuple[int, int]], minimum: int) -> set[str]:
    """Segments whose number of participants may be shown: (participants, others) of each.

    Neither number may be small, except for zero others; the same holds for all segments not shown together, since the total is shown.
    """

    def few(people: tuple[int, int]) -> bool:
        return people[0] < minimum or 0 < people[1] < minimum

    shown = {segment for segment, people in joined.items() if not few(people)}
    while True:
        rest = [people for segment, people in joined.items() if segment not in shown]
        together = sum(one for one, _ in rest), sum(other for _, other in rest)
        if not rest or not shown or not few(together):
            return shown
        shown.remove(min(shown, key=lambda segment: (sum(joined[segment]), segment)))
