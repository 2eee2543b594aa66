"""The kernel's fold as the live program uses it: from stored bytes, across scheme versions, by internal ids."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, cast

from rewards.award import PersonFacts, PersonState, Role, award, carry
from rewards.events import Event, Verification
from rewards.places import Place
from rewards.schemes import NO_SCHEME, Schemes
from rewards.store.units import from_us
from rewards.tables import CompiledScheme

HOUR_US = 3_600_000_000


class TellsOfEvent(Protocol):
    """What scoring reads of a stored event."""

    @property
    def source(self) -> str: ...
    @property
    def event_id(self) -> str: ...
    @property
    def person_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def owner_id(self) -> int | None: ...
    @property
    def occurred_us(self) -> int: ...
    @property
    def local_date(self) -> int: ...
    @property
    def zone(self) -> str: ...
    @property
    def object(self) -> str: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def quantity(self) -> int: ...
    @property
    def verification(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Scored:
    """One entry of the kernel, in the ledger's units."""

    kind: str
    rule: str
    amount: int
    reason: str
    arguments: Mapping[str, str]
    hold_until_us: int | None


class Fold:
    """One person's state under the version that scored last."""

    def __init__(self, schemes: Schemes, version: int, state: PersonState | None) -> None:
        self.schemes = schemes
        self.version = version
        self._state = state
        self._days_off: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}

    @classmethod
    def resume(cls, schemes: Schemes, version: int, data: bytes) -> "Fold":
        """From what `to_bytes` gave; version 0 and no bytes is the beginning."""
        if version == NO_SCHEME:
            return cls(schemes, version, None)
        return cls(schemes, version, PersonState.from_bytes(data, schemes.compiled(version)))

    def to_bytes(self) -> bytes:
        """The state, canonical."""
        return b"" if self._state is None else self._state.to_bytes()

    def under(self, version: int) -> PersonState:
        """The state carried to a version, and there from now on."""
        compiled = self.schemes.compiled(version)
        if self._state is None:
            self._state = PersonState.new(compiled)
        elif version != self.version:
            self._state = carry(self._state, self.schemes.compiled(self.version), compiled)
        self.version = version
        return self._state

    def score(self, version: int, told: TellsOfEvent, person_id: int, place: Place) -> list[Scored]:
        """Score one event for one beneficiary under a version, carrying the state over when the version changes."""
        state, compiled = self.under(version), self.schemes.compiled(version)
        segment, team = place.membership_at(told.occurred_us)
        facts = PersonFacts(segment, team, told.zone, self._off(version, compiled, place))
        role: Role = "subject" if told.person_id == person_id else "owner"
        self._state, outcome = award(compiled, state, _event(told), facts, role)
        return [
            Scored(
                entry.kind,
                entry.item,
                entry.amount_millipoints,
                str(entry.reason),
                entry.arguments,
                told.occurred_us + entry.hold_hours * HOUR_US if entry.hold_hours else None,
            )
            for entry in outcome.entries
        ]

    def _off(self, version: int, compiled: CompiledScheme, place: Place) -> tuple[tuple[int, int], ...]:
        """Leave and holidays under a version."""
        key = version, id(place)
        if key not in self._days_off:
            self._days_off[key] = place.off_under(compiled.scheme.calendar.holidays)
        return self._days_off[key]


def _event(told: TellsOfEvent) -> Event:
    """The event as the kernel reads it. It was validated when it came in, so that it is not validated again."""
    return Event.model_construct(
        source=told.source,
        id=told.event_id,
        kind=told.kind,
        subject=str(told.person_id),
        occurred_at=from_us(told.occurred_us),
        object=told.object,
        channel=told.channel,
        tags=told.tags,
        quantity=told.quantity,
        verification=cast("Verification", told.verification),
        owner=None if told.owner_id in (None, told.person_id) else str(told.owner_id),
        local_date=date.fromordinal(told.local_date),
        zone=told.zone,
    )
