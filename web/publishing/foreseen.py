"""Effects of a rollback under disclosure control: sums of groups that identify nobody; and the progress of the count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rewards.people.groups import minimum_group
from rewards.publishing import counting
from rewards.publishing.counting import Count, counted
from rewards.publishing.foreseeing import ROLLBACK
from rewards.publishing.publication import SchemeVersion, get_version
from rewards.store.session import Database


@dataclass(frozen=True)
class Counting:
    """Progress of the worker: `done` of `people`."""

    done: int
    people: int


@dataclass(frozen=True)
class Progress:
    """When the count finished (None: it has not), the worker's progress while it runs, and whether a new one may be requested."""

    counted_at: datetime | None
    counting: Counting | None
    asks: bool


def progress(found: Count | None) -> Progress:
    """The state of a stored count as a page shows it; None: none was requested."""
    if found is None:
        return Progress(None, None, asks=True)
    if found.counted_at is None:
        return Progress(None, Counting(found.done, found.people), asks=False)
    return Progress(datetime.fromisoformat(found.counted_at), None, asks=found.people > counting.AT_ONCE)


@dataclass(frozen=True)
class Foreseen:
    """Effects of a rollback. `fallen` and `risen`: people with less and more (None: too few to show); `whole`: change in millipoints."""

    version: SchemeVersion
    fallen: int | None
    risen: int | None
    whole: int
    minimum: int
    progress: Progress


def foreseen(store: Database, organisation: str, version: int, at: datetime) -> Foreseen:
    """The effects of a rollback. Raises NotFound, and Conflict where the version was rolled back already."""
    found = counted(store, ROLLBACK, organisation, str(version), at)
    with store.read() as tx:
        least = minimum_group(tx, organisation, at)
        known = get_version(tx, organisation, version)
    if found is None or found.counted_at is None:
        return Foreseen(known, None, None, 0, least, progress(found))
    changed = found.fallen + found.risen
    whole = found.whole if changed >= least or not changed else 0
    fallen, risen = (told(count, least) for count in (found.fallen, found.risen))
    return Foreseen(known, fallen, risen, whole, least, progress(found))


def told(count: int, least: int) -> int | None:
    """The number of people; None where it is below `least` and not zero."""
    return count if count == 0 or count >= least else None
