"""The event history, for calibration and export: events as they came, in canonical order."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from rewards.events import Event
from rewards.store import events as rows
from rewards.store import people as people_rows
from rewards.store.session import Transaction
from rewards.store.states import BEFORE_ALL_US
from rewards.store.units import from_us, to_us


def export_events(tx: Transaction, organisation: str, since: datetime | None = None) -> Iterator[Event]:
    """Every event in canonical order, undone and quarantined ones left out, and those of people who had left.

    Erased people appear as `erased-<number>`: the same person keeps the same number, and no name.
    """
    ids = people_rows.every_id(tx, organisation)
    names = people_rows.names(tx, organisation, ids)
    since_us = BEFORE_ALL_US if since is None else to_us(since)
    pending: list[Any] = []
    for row in rows.in_order(tx, organisation, since_us):
        if row.voided_at_us is not None or row.status in ("quarantined", "inactive_person"):
            continue
        # The database orders by time; equal times are ordered here, by code points.
        if pending and pending[0].occurred_us != row.occurred_us:
            yield from _flush(pending, names)
            pending = []
        pending.append(row)
    yield from _flush(pending, names)


def _flush(pending: list[Any], names: Mapping[int, tuple[str, str]]) -> Iterator[Event]:
    for row in sorted(pending, key=lambda one: (one.source, one.event_id)):
        yield to_event(row, names)


def to_event(row: Any, names: Mapping[int, tuple[str, str]]) -> Event:
    """A stored event with external ids."""
    return Event(
        source=row.source,
        id=row.event_id,
        kind=row.kind,
        subject=_external(row.person_id, names),
        occurred_at=from_us(row.occurred_us),
        object=row.object,
        channel=row.channel,
        tags=tuple(json.loads(row.tags)),
        quantity=row.quantity,
        verification=row.verification,
        owner=None if row.owner_id is None else _external(row.owner_id, names),
        local_date=date.fromordinal(row.local_date),
        zone=row.zone,
    )


def _external(person_id: int, names: Mapping[int, tuple[str, str]]) -> str:
    return names[person_id][0] if person_id in names else f"erased-{person_id}"
