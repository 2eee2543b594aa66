"""The data that accompany exported events: versions of the scheme, closed periods, and people with their leave.

An export is two files: the events, one CloudEvent a line, and this document. With both a replay comes to what the ledger holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from rewards.fields import Day, Instant
from rewards.people_file import Label, PersonRow, Zone
from rewards.scheme.quantities import Part
from rewards.scheme.scheme import Holiday, IncentiveScheme


class RecordedVersion(Part):
    """A version of the scheme that was ever published; it holds from `effective_at` on unless it was rolled back."""

    version: Annotated[int, Field(ge=1)]
    mode: Literal["prospective", "top_up", "exact"]
    effective_at: Instant
    published_at: Instant
    rolled_back_at: Instant | None = None
    scheme: IncentiveScheme


class Closing(Part):
    """A period that was closed: what occurred before `until` is frozen since `closed_at`."""

    closed_at: Instant
    until: Instant


class RecordedPerson(Part):
    """The data of a person that scoring needs. `id` as in the events; erased and merged people appear as `erased-<number>`.

    `leave` holds the first and last dates of whatever excuses from streaks; `segments` from which date on she belonged to which
    segment, for who has moved.
    """

    id: Annotated[str, Field(min_length=1, max_length=64)]
    segment: Label
    team: Label
    timezone: Zone
    leave: tuple[tuple[Day, Day], ...] = ()
    segments: tuple[tuple[Day, Label], ...] = ()


class Kept(Part):
    """A permanent badge that is kept although an event that led to it was undone while its period was open."""

    person: Annotated[str, Field(min_length=1, max_length=64)]
    badge: Annotated[str, Field(min_length=1, max_length=128)]
    version: Annotated[int, Field(ge=1)]
    millipoints: int
    event: dict[str, Any]


class RecordedProgram(Part):
    """Everything that a replay needs besides the events."""

    kind: Literal["program"] = "program"
    organisation: str
    exported_at: Instant
    in_force: Annotated[int, Field(ge=0, description="the version at the export; 0 for none")] = 0
    closings: tuple[Closing, ...] = ()
    versions: tuple[RecordedVersion, ...] = ()
    people: tuple[RecordedPerson, ...] = ()
    kept: tuple[Kept, ...] = ()


Person = PersonRow | RecordedPerson


def days_off(person: Person, holidays: Sequence[Holiday]) -> list[tuple[int, int | None]]:
    """Leave, and for who has moved the holidays of segments by the segment of each day: None where the day was not off."""
    found: list[tuple[int, int | None]] = [(a.toordinal(), b.toordinal()) for a, b in person.leave]
    moves = person.segments if isinstance(person, RecordedPerson) else ()
    for holiday in holidays if moves else ():
        if holiday.segments:
            then = [name for since, name in moves if since <= holiday.date] or [moves[0][1]]
            day = holiday.date.toordinal()
            found.append((day, day if then[-1] in holiday.segments else None))
    return found
