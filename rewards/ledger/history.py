"""The event history, for replay, calibration and export: events in canonical order, with all that was frozen when they were taken in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rewards.events import Event, Frozen, to_cloudevent
from rewards.ledger.places import Place, places
from rewards.ledger.versions import Schemes
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.recorded import Closing, Kept, RecordedPerson, RecordedProgram, RecordedVersion
from rewards.store import badges as badge_rows
from rewards.store import events as rows
from rewards.store import journal as journal_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import schemes as scheme_rows
from rewards.store import trail
from rewards.store.rows import EventRow
from rewards.store.session import Transaction
from rewards.store.states import BEFORE_ALL_US
from rewards.store.units import from_us, maybe_us, to_us

WAITING = "quarantined"
SCORED = "scored"
_CHUNK = 500
Names = Mapping[int, tuple[str, str]]


def export_events(tx: Transaction, organisation: str, since: datetime | None = None) -> Iterator[Event]:
    """Every event in canonical order, closed periods included, with the context frozen at intake.

    Left out are those that wait in quarantine, and those undone before their period was closed: they count as never having
    happened. One undone afterwards says so, since it stays counted. Erased people appear as `erased-<number>`: the same person keeps
    the same number, and no name.
    """
    history = _History(tx, organisation)
    since_us = BEFORE_ALL_US if since is None else to_us(since)
    pending: list[EventRow] = []
    for row in rows.in_order(tx, organisation, since_us):
        # The database orders by time; equal times are ordered here, by code points.
        if len(pending) >= _CHUNK and pending[-1].occurred_us != row.occurred_us:
            yield from history.events(pending)
            pending = []
        pending.append(row)
    yield from history.events(pending)


def export_program(tx: Transaction, organisation: str, now: datetime) -> RecordedProgram:
    """The data that a replay of the exported events needs in addition: every version, the closings, and people without names."""
    history = _History(tx, organisation)
    kept = badge_rows.kept_badges(tx, organisation)
    refs = rows.by_refs(tx, [row.event_ref for row in kept if row.event_ref])
    return RecordedProgram(
        organisation=organisation,
        exported_at=now,
        in_force=history.schemes.at(to_us(now)),
        closings=tuple(
            Closing(closed_at=from_us(at_us), until=from_us(until)) for at_us, until in history.closings
        ),
        versions=tuple(
            RecordedVersion(
                version=row.version,
                mode=row.mode,
                effective_at=from_us(row.effective_us),
                published_at=from_us(row.published_at_us),
                rolled_back_at=maybe_us(row.rolled_back_at_us),
                scheme=IncentiveScheme.model_validate_json(row.document),
            )
            for row in scheme_rows.every(tx, organisation)
        ),
        people=tuple(
            RecordedPerson(
                id=_external(id_, history.names),
                segment=place.segment,
                team=place.team,
                timezone=place.zone,
                leave=tuple((date.fromordinal(a), date.fromordinal(b)) for a, b in place.leave),
                segments=tuple((date.fromordinal(day), name) for day, name in place.segments_by_date()),
            )
            for id_, place in sorted(history.places.items())
        ),
        kept=tuple(
            Kept(
                person=_external(journal_rows.person_of(row), history.names),
                badge=row.rule,
                version=row.scheme_version,
                millipoints=row.amount,
                event=to_cloudevent(to_event(refs[row.event_ref or 0], history.names)),
            )
            for row in kept
        ),
    )


class _History:
    """The people, periods and versions of an organisation, read once."""

    def __init__(self, tx: Transaction, organisation: str) -> None:
        self.tx = tx
        home = organisation_rows.find(tx, organisation)
        closed_us = None if home is None else home.closed_until_us
        self.closed_us = BEFORE_ALL_US if closed_us is None else int(closed_us)
        self.closings = [
            (at_us, to_us(datetime.fromisoformat(until)))
            for at_us, until in trail.subjects_of(tx, organisation, "period.close")
        ]
        self.schemes = Schemes.of(tx, organisation)
        ids = people_rows.every_id(tx, organisation)
        self.names: Names = people_rows.names(tx, organisation, ids)
        self.places: dict[int, Place] = places(tx, list(people_rows.by_ids(tx, organisation, ids).values()))

    def events(self, found: Sequence[EventRow]) -> Iterator[Event]:
        """The events of inbox rows that belong to the history, in canonical order."""
        kept = [row for row in found if row.status != WAITING and not self._never_happened(row)]
        # Open periods are scored by the versions of today, closed ones by those in force when they were closed.
        frozen = [row.id for row in kept if row.occurred_us < self.closed_us or row.status != SCORED]
        versions = {row.event_ref: row.scheme_version for row in journal_rows.of_event(self.tx, frozen)}
        for row in sorted(kept, key=lambda one: (one.occurred_us, one.source, one.event_id)):
            version = versions.get(row.id, self.schemes.at(row.occurred_us))
            yield to_event(row, self.names).model_copy(
                update={"recorded_at": from_us(row.received_us), "frozen": self._frozen(row, version)}
            )

    def _never_happened(self, row: EventRow) -> bool:
        """Undone while its period was open."""
        if row.voided_at_us is None:
            return False
        return not any(
            at_us <= row.voided_at_us and row.occurred_us < until for at_us, until in self.closings
        )

    def _frozen(self, row: EventRow, version: int) -> Frozen:
        owner: dict[str, Any] = {}
        if row.owner_id is not None and row.owner_id != row.person_id:
            place = self.places[row.owner_id].of(row.id)
            day, zone = place.date_at(row.occurred_us)
            owner = {
                "owner_date": date.fromordinal(day), "owner_zone": zone,
                "owner_segment": place.membership_at(row.occurred_us)[0],
            }  # fmt: skip
            if self.schemes.asks_enrolment(version):
                owner["owner_enrolled"] = place.is_enrolled(row.occurred_us)
        if self.schemes.asks_enrolment(version):
            owner["enrolled"] = self.places[row.person_id].of(row.id).is_enrolled(row.occurred_us)
        return Frozen(
            taken=row.status,
            reversed_at=maybe_us(row.voided_at_us),
            version=version,
            segment=self.places[row.person_id].of(row.id).membership_at(row.occurred_us)[0],
            **owner,
        )


def to_event(row: EventRow, names: Names) -> Event:
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


def _external(person_id: int, names: Names) -> str:
    return names[person_id][0] if person_id in names else f"erased-{person_id}"
