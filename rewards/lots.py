"""Which spendable points are left of which award, and how old they are: what was given longest ago is spent first.

Points keep the age of the first entry that gave them: an award that is counted again is as old as it was. What comes back from a claim is
new, since it could not be spent meanwhile. What lapsed of an award that is then taken back is owed: nobody has it to give back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class _Lot:
    """What is left of one entry, and how much of it lapsed."""

    since_us: int
    left: int
    key: tuple[Any, ...]
    lapsed: int = 0


@dataclass(slots=True)
class Purse:
    """One person's spendable points, entry by entry. `debt`: spent, and taken back since."""

    debt: int = 0
    _lots: dict[int, _Lot] = field(default_factory=dict)
    _first: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _owed: dict[tuple[Any, ...], int] = field(default_factory=dict)

    @property
    def owed(self) -> int:
        """What lapsed of awards taken back since, and was not given back yet."""
        return sum(self._owed.values())

    def older_than(self, before_us: int) -> int:
        """What could be spent since before an instant, and was not."""
        return sum(lot.left for lot in self._lots.values() if lot.since_us < before_us)

    def take_in(self, entry: Any) -> None:
        """The next entry that moved spendable points; `amount` is by how much."""
        if entry.amount < 0:
            self._out(entry, -entry.amount)
        elif entry.origin == "expiry":
            self._give_back(entry.amount)
        else:
            self._in(entry)

    def _in(self, entry: Any) -> None:
        key = _key(entry)
        since_us = self._first.setdefault(key, entry.recorded_us)
        again = min(entry.amount, self._owed.get(key, 0))
        if again:
            self._owed[key] -= again
        paid = min(self.debt, entry.amount - again)
        self.debt -= paid
        self._lots[entry.id] = _Lot(since_us, entry.amount - again - paid, key, again)

    def _out(self, entry: Any, amount: int) -> None:
        lot = self._lots.get(entry.reverses)
        if lot is not None:
            amount -= _take(lot, amount)
            lapsed = min(lot.lapsed, amount)
            lot.lapsed -= lapsed
            self._owed[lot.key] = self._owed.get(lot.key, 0) + lapsed
            amount -= lapsed
        for other in sorted(self._lots.values(), key=lambda one: one.since_us):
            taken = _take(other, amount)
            if entry.origin == "expiry":
                other.lapsed += taken
            amount -= taken
        self.debt += amount

    def _give_back(self, amount: int) -> None:
        for key, owed in self._owed.items():
            given = min(owed, amount)
            self._owed[key] = owed - given
            amount -= given


def purse_of(entries: Iterable[Any]) -> Purse:
    """From all entries that moved somebody's spendable points, in order, those of accounts merged into theirs included."""
    purse = Purse()
    for entry in entries:
        # A merge moves what both entries before it stand for.
        if entry.origin != "merge" or entry.reverses is not None or entry.event_ref is not None:
            purse.take_in(entry)
    return purse


def _take(lot: _Lot, amount: int) -> int:
    taken = min(lot.left, amount)
    lot.left -= taken
    return taken


def _key(entry: Any) -> tuple[Any, ...]:
    """The same for the same award counted again."""
    if entry.reverses is not None or entry.origin == "gift":
        return ("entry", entry.id)
    if entry.event_ref is not None:
        return ("event", entry.event_ref, entry.kind, entry.rule)
    if entry.origin == "top_up":
        return ("top_up", entry.scheme_version)
    if entry.origin == "bonus":
        # Without the version and the person: of a challenge's or a nomination's key, its name and first day.
        return ("bonus", *entry.dedupe.split(":")[:3])
    return ("entry", entry.id)
