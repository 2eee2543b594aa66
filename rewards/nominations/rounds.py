"""Rounds of the awards by nomination: from the versions of the scheme, on the dates of the scheme's zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rewards.ledger.places import local_ordinal
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.scheme.scheme import Nomination
from rewards.store.units import to_us


@dataclass(frozen=True, slots=True)
class Round:
    """One round of an award under its terms. `version` is the version of the scheme that states them."""

    award: Nomination
    first: date
    version: int
    zone: str

    @property
    def last(self) -> date:
        """The last day on which colleagues can be named."""
        return self.first + timedelta(days=self.award.every_days - 1)

    @property
    def ends_us(self) -> int:
        """The midnight after the last day, in microseconds."""
        after = self.last + timedelta(days=1)
        return to_us(datetime.combine(after, time(), ZoneInfo(self.zone)).astimezone(UTC))


def open_rounds(schemes: Schemes, now_us: int) -> list[Round]:
    """The round under way of each award of the scheme in force.

    The first began on the day the award came; through later versions that keep its id and length the rounds go on. An award that was away
    goes on in the round in which it left, where it is back before that is over, or else begins anew.
    """
    began: dict[tuple[str, int], date] = {}
    away: dict[tuple[str, int], tuple[date, date]] = {}
    for at_us in sorted({one.effective_us for one in schemes.timeline if one.effective_us <= now_us}):
        version = schemes.at(at_us)
        if version == NO_SCHEME:
            continue
        day = date.fromordinal(local_ordinal(at_us, schemes.zone(version)))
        keys = [(one.id, one.every_days) for one in _awards(schemes, version)]
        away |= {
            key: (first, _under_way(first, key[1], day)) for key, first in began.items() if key not in keys
        }
        back = {key: away.pop(key) for key in keys if key in away}
        goes_on = {key: first for key, (first, left) in back.items() if day < left + timedelta(days=key[1])}
        began = {key: began.get(key, goes_on.get(key, day)) for key in keys}
    version = schemes.at(now_us)
    zone = schemes.zone(version)
    today = date.fromordinal(local_ordinal(now_us, zone))
    found = []
    for one in _awards(schemes, version):
        first = _under_way(began[one.id, one.every_days], one.every_days, today)
        found.append(Round(one, first, version, zone))
    return found


def _under_way(began: date, every_days: int, day: date) -> date:
    """First day of the round that contains a day."""
    return began + timedelta(days=(day - began).days // every_days * every_days)


def round_of(schemes: Schemes, award: str, first_date: int, version: int, now_us: int) -> Round | None:
    """The round of a nomination under `version`, on the terms in force at its end (now, while it is open).

    None where the award left the scheme, or got rounds of another length, before the round was over.
    """
    named = _find(schemes, version, award)
    if named is None:
        return None
    as_named = Round(named, date.fromordinal(first_date), version, schemes.zone(version))
    final = schemes.at(min(now_us, as_named.ends_us - 1))
    terms = _find(schemes, final, award)
    if terms is None or terms.every_days != named.every_days:
        return None
    return Round(terms, as_named.first, final, schemes.zone(final))


def _awards(schemes: Schemes, version: int) -> tuple[Nomination, ...]:
    return () if version == NO_SCHEME else schemes.scheme(version).recognition.nominations


def _find(schemes: Schemes, version: int, award: str) -> Nomination | None:
    return next((one for one in _awards(schemes, version) if one.id == award), None)
