"""Lots of spendable points: the rest of each award and its age; the oldest lot is spent first (first in, first out).

A lot keeps the age of the first entry that gave it, so a replay makes nothing younger. A refunded claim is a new lot, since it could
not be spent meanwhile. Where an award that was spent is reversed and posted again, other lots lend the amount until it is back, and
keep their age. Expired points of an award that is then reversed are owed by the program: the person has nothing to give back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rewards.store.rows import SpendableRow

_Key = tuple[object, ...]


@dataclass(slots=True)
class _Lot:
    """A lot: the remainder of one entry, and its expired part."""

    since_us: int
    left: int
    key: _Key
    lapsed: int = 0


@dataclass(slots=True)
class Purse:
    """One person's lots. The spent part of a reversed award is a debt, paid from other lots."""

    _lots: dict[int, _Lot] = field(default_factory=dict)
    _first: dict[_Key, int] = field(default_factory=dict)
    _owed: dict[_Key, int] = field(default_factory=dict)
    _debts: dict[_Key, int] = field(default_factory=dict)
    _loans: dict[_Key, list[tuple[_Lot, int]]] = field(default_factory=dict)
    _now_us: int = 0

    @property
    def owed(self) -> int:
        """Expired points of awards reversed since, not yet compensated."""
        return sum(self._owed.values())

    def older_than(self, before_us: int) -> int:
        """Points that became spendable before an instant and are left."""
        self._settle()
        return sum(lot.left for lot in self._lots.values() if lot.since_us < before_us)

    def take_in(self, entry: SpendableRow) -> None:
        """Apply the next entry that moved spendable points, by its `amount`."""
        if entry.recorded_us != self._now_us or (entry.amount < 0 and entry.reverses is None):
            # A replay reverses and posts at the same instant: other lots pay only for debts that remain at the next instant.
            self._settle()
            self._now_us = entry.recorded_us
        if entry.amount < 0:
            self._out(entry, -entry.amount)
        elif entry.origin == "expiry":
            self._give_back(entry.amount)
        else:
            self._in(entry)

    def _in(self, entry: SpendableRow) -> None:
        key, left = _key(entry), entry.amount
        since_us = self._first.setdefault(key, entry.recorded_us)
        again = min(left, self._owed.get(key, 0))
        if again:
            self._owed[key] -= again
            left -= again
        if key in self._debts:
            paid = min(self._debts[key], left)
            self._debts[key] -= paid
            left -= paid
        for other, lent in self._loans.pop(key, ()):
            back = min(lent, left)
            other.left += back
            left -= back
        self._lots[entry.id] = _Lot(since_us, left, key, again)

    def _out(self, entry: SpendableRow, amount: int) -> None:
        lot = None if entry.reverses is None else self._lots.get(entry.reverses)
        if lot is None:
            for other in self._by_age():
                taken = _take(other, amount)
                if entry.origin == "expiry":
                    other.lapsed += taken
                amount -= taken
            self._owe(("entry", entry.id), amount)
            return
        amount -= _take(lot, amount)
        lapsed = min(lot.lapsed, amount)
        lot.lapsed -= lapsed
        self._owed[lot.key] = self._owed.get(lot.key, 0) + lapsed
        self._owe(lot.key, self._called_in(lot, amount - lapsed))

    def _called_in(self, lot: _Lot, amount: int) -> int:
        """Loans from a lot that is reversed become debts of the borrowers again; returns the rest of the amount."""
        for key, loans in self._loans.items():
            for at, (other, lent) in enumerate(loans):
                called = min(lent, amount) if other is lot else 0
                loans[at] = (other, lent - called)
                self._owe(key, called)
                amount -= called
        return amount

    def _owe(self, key: _Key, amount: int) -> None:
        if amount:
            self._debts[key] = self._debts.get(key, 0) + amount

    def _settle(self) -> None:
        """Pay debts from the oldest lots, as loans: an award that is posted again repays them."""
        if not self._debts:
            return
        lots = self._by_age()
        for key, debt in self._debts.items():
            for lot in lots:
                if taken := _take(lot, debt):
                    self._loans.setdefault(key, []).append((lot, taken))
                    debt -= taken
            self._debts[key] = debt
        self._debts = {key: debt for key, debt in self._debts.items() if debt}

    def _by_age(self) -> list[_Lot]:
        return sorted(self._lots.values(), key=lambda one: one.since_us)

    def _give_back(self, amount: int) -> None:
        for key, owed in self._owed.items():
            given = min(owed, amount)
            self._owed[key] = owed - given
            amount -= given


def purse_of(entries: Iterable[SpendableRow]) -> Purse:
    """The lots of a person, from all entries with spendable points in order, those of merged accounts included."""
    purse = Purse()
    for entry in entries:
        # The entries of a merge move points between the accounts whose entries are both here already.
        if entry.origin != "merge" or entry.reverses is not None or entry.event_ref is not None:
            purse.take_in(entry)
    return purse


def _take(lot: _Lot, amount: int) -> int:
    taken = min(lot.left, amount)
    lot.left -= taken
    return taken


def _key(entry: SpendableRow) -> _Key:
    """The key of an award, equal for an award that was replayed."""
    if entry.reverses is not None or entry.origin == "gift":
        return ("entry", entry.id)
    if entry.event_ref is not None:
        return ("event", entry.event_ref, entry.kind, entry.rule)
    if entry.origin == "top_up":
        return ("top_up", entry.scheme_version)
    if entry.origin == "bonus":
        # Without the version and the person: of a challenge's or a nomination's key, its name and first day.
        return ("bonus", *(entry.dedupe or "").split(":")[:3])
    return ("entry", entry.id)
