"""Where a person was when: zone, local date, segment and team at the time of an event, days of leave."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.scoring_tables import NOT_OFF
from rewards.fields import normal
from rewards.scheme import Holiday
from rewards.store import people as rows
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us


@dataclass(frozen=True, slots=True)
class Place:
    """One person's memberships, zones and leave, oldest first. Most people have only the current ones."""

    segment: str
    team: str
    zone: str
    memberships: tuple[tuple[int, str, str], ...] = ()
    zones: tuple[tuple[int, str, int], ...] = ()
    leave: tuple[tuple[int, int], ...] = ()

    def membership_at(self, at_us: int) -> tuple[str, str]:
        """(segment, team) at an instant."""
        index = bisect_right(self.memberships, at_us, key=lambda one: one[0]) - 1
        return self.memberships[index][1:] if index >= 0 else (self.segment, self.team)

    def segment_on(self, day: date) -> str:
        """The segment of a local date: the one she belonged to when it ended."""
        index = (
            bisect_right(self.zones, to_us(datetime.combine(day, time(12), UTC)), key=lambda one: one[0]) - 1
        )
        zone = self.zones[index][1] if index >= 0 else self.zone
        ended = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
        return self.membership_at(to_us(ended) - 1)[0]

    def off_under(self, holidays: Sequence[Holiday]) -> tuple[tuple[int, int], ...]:
        """Leave, and for somebody who has moved the holidays of segments by the segment of each day, as the kernel takes them."""
        if not self.memberships:
            return self.leave
        found = list(self.leave)
        for holiday in holidays:
            if holiday.segments:
                first = holiday.date.toordinal()
                found.append((first, first if self.segment_on(holiday.date) in holiday.segments else NOT_OFF))
        return tuple(found)

    def segments_by_date(self) -> list[tuple[int, str]]:
        """From which date on she belonged to which segment, for who has moved."""
        return [(local_ordinal(at_us, self.date_at(at_us)[1]), name) for at_us, name, _ in self.memberships]

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
    return {
        row.id: Place(
            normal(row.segment),
            row.team,
            row.timezone,
            tuple((one.from_us, normal(one.segment), one.team) for one in memberships.get(row.id, ())),
            tuple((one.from_us, one.zone, one.floor_date) for one in zones.get(row.id, ())),
            tuple((one.first_date, one.last_date) for one in leave.get(row.id, ())),
        )
        for row in people
    }
