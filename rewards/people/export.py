"""Personal data export: everything stored about a person, as one JSON document."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rewards.store import people as people_rows
from rewards.store import personal, trail
from rewards.store.persons import accounts_of, find_row
from rewards.store.session import Transaction
from rewards.store.units import to_us


@dataclass(frozen=True, slots=True)
class PersonalData:
    """`tables` holds rows by table. Amounts are millipoints. Other people appear as internal numbers."""

    organisation: str
    person: str
    exported_at: datetime
    tables: dict[str, list[dict[str, Any]]]


def export_person(tx: Transaction, organisation: str, person: str, actor: str, now: datetime) -> PersonalData:
    """All data except passwords and hashes of secrets; the export itself is logged. Raises NotFound."""
    who = find_row(tx, organisation, person)
    trail.log(tx, organisation, actor, "people.export", f"person:{who.id}", reason="", at_us=to_us(now))
    names = [who.external_id, *(one.external_id for one in people_rows.aliases_of(tx, who.id))]
    found = personal.rows_about(tx, organisation, accounts_of(tx, who), names)
    return PersonalData(organisation, who.external_id, now, found)
