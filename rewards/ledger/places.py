"""A person's history of zones, segments, teams, leave and absences, as of the time of an event."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.scoring_tables import NOT_OFF
from rewards.clock import is_repeated, left_out
from rewards.fields import normal
from rewards.scheme.scheme import Holiday
from rewards.store import people as rows
from rewards.store.rows import AbsenceRow, AnyPerson, EnrolmentRow, LeaveRow, MembershipRow, ZoneChangeRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

FOREVER_US = 2**62
MOST_DATES = 1 << 14
"""Kept by the process, since a late event needs the dates of all events after it again."""
FURTHEST_AHEAD = "Pacific/Kiritimati"


class Dated(Protocol):
    """An event: when it occurred, and the date frozen with it."""

    @property
    def occurred_us(self) -> int:
        """When it occurred."""

    @property
    def local_date(self) -> int:
        """The date frozen with it."""


@dataclass(frozen=True, slots=True)
class Place:
    """One person's memberships, zones, leave, absences and enrolments, oldest first. Most people have only the current ones.

    `leave` holds first and last dates that excuse: days off, and dates that did not exist where the person lived.
    `formerly` holds the places of accounts that became this one, by the rows of the events that happened to them.
    """

    segment: str
    team: str
    zone: str
    memberships: tuple[tuple[int, str, str], ...] = ()
    zones: tuple[tuple[int, str, int], ...] = ()
    leave: tuple[tuple[int, int], ...] = ()
    absences: tuple[tuple[int, int], ...] = ()
    enrolments: tuple[tuple[int, bool], ...] = ()
    formerly: Mapping[int, "Place"] = field(default_factory=dict)

    def of(self, event_ref: int | None) -> "Place":
        """The history that applies to an event: that of the account it was recorded for, if that was merged into this one."""
        return self if event_ref is None else self.formerly.get(event_ref, self)

    def is_away(self, at_us: int) -> bool:
        """True at an instant at which the person was not with the company."""
        return any(first <= at_us < end for first, end in self.absences)

    def is_enrolled(self, at_us: int) -> bool:
        """True at an instant at which the person took part in the program."""
        index = bisect_right(self.enrolments, at_us, key=lambda one: one[0]) - 1
        return index >= 0 and self.enrolments[index][1]

    def membership_at(self, at_us: int) -> tuple[str, str]:
        """(segment, team) at an instant."""
        index = bisect_right(self.memberships, at_us, key=lambda one: one[0]) - 1
        return self.memberships[index][1:] if index >= 0 else (self.segment, self.team)

    def segment_on(self, day: date) -> str:
        """The person's segment on a local date: the one at its end."""
        index = (
            bisect_right(self.zones, to_us(datetime.combine(day, time(12), UTC)), key=lambda one: one[0]) - 1
        )
        zone = self.zones[index][1] if index >= 0 else self.zone
        ended = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
        return self.membership_at(to_us(ended) - 1)[0]

    def off_under(self, holidays: Sequence[Holiday]) -> tuple[tuple[int, int], ...]:
        """Days off for the kernel: leave, and for people who moved the holidays of each day's segment."""
        if not self.memberships:
            return self.leave
        found = list(self.leave)
        for holiday in holidays:
            if holiday.segments:
                first = holiday.date.toordinal()
                found.append((first, first if self.segment_on(holiday.date) in holiday.segments else NOT_OFF))
        return tuple(found)

    def segments_by_date(self) -> list[tuple[int, str]]:
        """(first date, segment) of each segment of a person who has moved; empty for others."""
        return [(local_ordinal(at_us, self.date_at(at_us)[1]), name) for at_us, name, _ in self.memberships]

    def date_at(self, at_us: int) -> tuple[int, str]:
        """(local date as ordinal, zone) at an instant; never before the last date in an earlier zone."""
        index = bisect_right(self.zones, at_us, key=lambda one: one[0]) - 1
        zone, floor = self.zones[index][1:] if index >= 0 else (self.zone, 0)
        return max(local_ordinal(at_us, zone), floor), zone

    def may_go_back(self, event: "Dated", last_us: int) -> bool:
        """True where an event's date may be one that was left by the person's last event before it.

        So it is in an hour that clocks show a second time, and for accounts of several zones that became one.
        """
        if self.formerly and last_us > 0:
            return event.local_date < local_ordinal(last_us, FURTHEST_AHEAD)
        return is_repeated(from_us(event.occurred_us), self.date_at(event.occurred_us)[1])

    def missing(self) -> tuple[int, ...]:
        """Dates that did not exist for the person: skipped by a zone, or by a move across the date line."""
        spans = self.zones or ((0, self.zone, 0),)
        ends = (*(one[0] for one in spans[1:]), FOREVER_US)
        found: list[int] = []
        for (start_us, zone, _), end_us in zip(spans, ends, strict=True):
            found += [day.toordinal() for at, day in left_out(zone) if start_us < to_us(at) < end_us]
            if start_us > 0:
                found += range(self.date_at(start_us - 1)[0] + 1, self.date_at(start_us)[0])
        return tuple(found)


@lru_cache(MOST_DATES)
def local_ordinal(at_us: int, zone: str) -> int:
    """The calendar date in a zone, as a proleptic ordinal."""
    return from_us(at_us).astimezone(ZoneInfo(zone)).date().toordinal()


def today(now_us: int, zone: str) -> date:
    """The calendar date in a zone."""
    return date.fromordinal(local_ordinal(now_us, zone))


def places(tx: Transaction, people: Sequence[AnyPerson]) -> dict[int, Place]:
    """Places by internal id, for person rows."""
    moved = [row.id for row in people if row.has_history]
    memberships = rows.history(tx, MembershipRow, moved) if moved else {}
    zones = rows.history(tx, ZoneChangeRow, moved) if moved else {}
    leave = rows.history(tx, LeaveRow, moved) if moved else {}
    absences = rows.history(tx, AbsenceRow, moved) if moved else {}
    enrolments = rows.history(tx, EnrolmentRow, moved) if moved else {}
    found = {
        row.id: Place(
            normal(row.segment),
            row.team,
            row.timezone,
            tuple((one.from_us, normal(one.segment), one.team) for one in memberships.get(row.id, ())),
            tuple((one.from_us, one.zone, one.floor_date) for one in zones.get(row.id, ())),
            tuple((one.first_date, one.last_date) for one in leave.get(row.id, ())),
            (*((one.from_us, one.until_us) for one in absences.get(row.id, ())), *_gone(row)),
            _enrolments(row, enrolments.get(row.id, ())),
        )
        for row in people
    }
    found = {id_: _excused(place) for id_, place in found.items()}
    return _with_former(tx, people, found, moved)


def _with_former(
    tx: Transaction, people: Sequence[AnyPerson], found: dict[int, Place], moved: Sequence[int]
) -> dict[int, Place]:
    """The places, with those of accounts merged into these."""
    events = rows.moved_events(tx, moved) if moved else {}
    if not events:
        return found
    former = {id_ for by in events.values() for id_ in by.values()}
    (organisation,) = {row.organisation_id for row in people}
    where = places(tx, list(rows.by_ids(tx, organisation, former).values()))
    for id_, by in events.items():
        then = {was: replace(where[was], leave=found[id_].leave) for was in set(by.values())}
        found[id_] = replace(found[id_], formerly={ref: then[was] for ref, was in by.items()})
    return found


def _excused(place: Place) -> Place:
    missing = tuple((day, day) for day in place.missing())
    return replace(place, leave=(*place.leave, *missing)) if missing else place


def _enrolments(row: AnyPerson, known: Sequence[EnrolmentRow]) -> tuple[tuple[int, bool], ...]:
    """(instant, enrolled) of each change of membership; a person who enrolled once and stayed has no stored history."""
    if known:
        return tuple((one.from_us, one.standing == rows.ENROLLED) for one in known)
    if row.standing != rows.ENROLLED or row.standing_us is None:
        return ()
    return ((row.standing_us, True),)


def _gone(row: AnyPerson) -> tuple[tuple[int, int], ...]:
    """The absence without an end: of a person who left the company or was erased."""
    if row.status == "erased":
        return ((0, FOREVER_US),)
    return ((row.inactive_since_us or 0, FOREVER_US),) if row.status == "inactive" else ()
