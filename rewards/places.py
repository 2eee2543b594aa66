"""Where a person was when: zone, local date, segment and team at the time of an event, days of leave."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from rewards.store import people as rows
from rewards.store.session import Transaction
from rewards.store.units import from_us

FOREVER_US = 2**62


@dataclass(frozen=True, slots=True)
class Place:
    """One person's memberships, zones, leave and absences, oldest first. Most people have only the current ones."""

    segment: str
    team: str
    zone: str
    memberships: tuple[tuple[int, str, str], ...] = ()
    zones: tuple[tuple[int, str, int], ...] = ()
    leave: tuple[tuple[int, int], ...] = ()
    absences: tuple[tuple[int, int], ...] = ()

    def is_away(self, at_us: int) -> bool:
        """True at an instant at which the person was not with the company."""
        return any(first <= at_us < end for first, end in self.absences)

    def membership_at(self, at_us: int) -> tuple[str, str]:
        """(segment, team) at an instant."""
        index = bisect_right(self.memberships, at_us, key=lambda one: one[0]) - 1
        return self.memberships[index][1:] if index >= 0 else (self.segment, self.team)

    def date_at(self, at_us: int) -> tuple[int, str]:
        """(local date as ordinal, zone) at an instant; a date used up in an earlier zone is not gone back behind."""
        index = bisect_right(self.zones, at_us, key=lambda one: one[0]) - 1
        zone, floor = self.zones[index][1:] if index >= 0 else (self.zone, 0)
        return max(local_ordinal(at_us, zone), floor), zone


def local_ordinal(at_us: int, zone: str) -> int:
    """The calendar date in a zone, as a proleptic ordinal."""
    return from_us(at_us).astimezone(ZoneInfo(zone)).date().toordinal()


def today(now_us: int, zone: str) -> date:
    """The calendar date in a zone."""
    return date.fromordinal(local_ordinal(now_us, zone))


def places(tx: Transaction, people: Sequence[Any]) -> dict[int, Place]:
    """Places by internal id, for person rows."""
    moved = [row.id for row in people if row.has_history]
    memberships = rows.history(tx, rows.MEMBERSHIP, moved) if moved else {}
    zones = rows.history(tx, rows.ZONE, moved) if moved else {}
    leave = rows.history(tx, rows.LEAVE, moved) if moved else {}
    absences = rows.history(tx, rows.ABSENCE, moved) if moved else {}
    return {
        row.id: Place(
            row.segment,
            row.team,
            row.timezone,
            tuple((one.from_us, one.segment, one.team) for one in memberships.get(row.id, ())),
            tuple((one.from_us, one.zone, one.floor_date) for one in zones.get(row.id, ())),
            tuple((one.first_date, one.last_date) for one in leave.get(row.id, ())),
            (*((one.from_us, one.until_us) for one in absences.get(row.id, ())), *_gone(row)),
        )
        for row in people
    }


def _gone(row: Any) -> tuple[tuple[int, int], ...]:
    """The absence that goes on: of who left the company, and of who was erased, as far as anything still comes."""
    if row.status == "erased":
        return ((0, FOREVER_US),)
    return ((row.inactive_since_us or 0, FOREVER_US),) if row.status == "inactive" else ()
