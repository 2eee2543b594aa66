"""What a rollback would take back, as a page may show it: sums of groups that tell nobody apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rewards.people.groups import minimum_group
from rewards.publishing.foreseeing import foresee_roll_back
from rewards.publishing.publication import SchemeVersion, get_version
from rewards.store.session import Database


@dataclass(frozen=True)
class Foreseen:
    """`fallen` and `risen`: how many people would have less and more (None: too few to say). `whole`: millipoints in all."""

    version: SchemeVersion
    fallen: int | None
    risen: int | None
    whole: int
    minimum: int


def foreseen(store: Database, organisation: str, version: int, at: datetime) -> Foreseen:
    """What it would change. Raises NotFound, Conflict where it was rolled back already."""
    found = foresee_roll_back(store, organisation, version, at)
    with store.read() as tx:
        least = minimum_group(tx, organisation, at)
        known = get_version(tx, organisation, version)
    fallen = sum(change < 0 for change in found.by_person.values())
    risen = sum(change > 0 for change in found.by_person.values())

    def shown(count: int) -> int | None:
        return count if count == 0 or count >= least else None

    enough = len(found.by_person) >= least or not found.by_person
    whole = sum(found.by_person.values()) if enough else 0
    return Foreseen(known, shown(fallen), shown(risen), whole, least)
