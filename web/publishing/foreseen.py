"""What a rollback would take back, as a page may show it: sums of groups that tell nobody apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rewards.people.groups import minimum_group
from rewards.publishing import foreseeing
from rewards.publishing.foreseeing import foresight
from rewards.publishing.publication import SchemeVersion, get_version
from rewards.store.session import Database


@dataclass(frozen=True)
class Counting:
    """How far the worker is: `done` of `people`."""

    done: int
    people: int


@dataclass(frozen=True)
class Foreseen:
    """`fallen` and `risen`: how many people would have less and more (None: too few to say). `whole`: millipoints in all.

    They hold as of `counted_at`; None: nobody counted yet, and `counting` says how far it is, where somebody asked. `asks`: it is counted
    for whoever asks.
    """

    version: SchemeVersion
    fallen: int | None
    risen: int | None
    whole: int
    minimum: int
    counted_at: datetime | None
    counting: Counting | None
    asks: bool


def foreseen(store: Database, organisation: str, version: int, at: datetime) -> Foreseen:
    """What it would change. Raises NotFound, Conflict where it was rolled back already."""
    found = foresight(store, organisation, version, at)
    with store.read() as tx:
        least = minimum_group(tx, organisation, at)
        known = get_version(tx, organisation, version)
    if found is None or found.counted_at is None:
        counting = None if found is None else Counting(found.done, found.people)
        return Foreseen(known, None, None, 0, least, None, counting, asks=counting is None)

    def shown(count: int) -> int | None:
        return count if count == 0 or count >= least else None

    changed = found.fallen + found.risen
    whole = found.whole if changed >= least or not changed else 0
    counted_at, asks = datetime.fromisoformat(found.counted_at), found.people > foreseeing.AT_ONCE
    return Foreseen(known, shown(found.fallen), shown(found.risen), whole, least, counted_at, None, asks)
