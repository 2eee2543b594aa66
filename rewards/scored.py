"""The kernel's fold as the live program uses it: from stored bytes, across scheme versions, by internal ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from engine.scoring_tables import EventBatch
from rewards.award import PersonState, award_batch, carry
from rewards.clock import month_index
from rewards.events import VERIFICATION_LEVEL, object_key
from rewards.places import Place
from rewards.schemes import NO_SCHEME, Schemes
from rewards.tables import CompiledScheme

HOUR_US = 3_600_000_000


class TellsOfEvent(Protocol):
    """What scoring reads of a stored event."""

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

    @classmethod
    def resume(cls, schemes: Schemes, version: int, data: bytes) -> "Fold":
        """From what `to_bytes` gave; version 0 and no bytes is the beginning."""
        if version == NO_SCHEME:
            return cls(schemes, version, None)
        return cls(schemes, version, PersonState.from_bytes(data, schemes.compiled(version)))

    def to_bytes(self) -> bytes:
        """The state, canonical."""
        return b"" if self._state is None else self._state.to_bytes()

    def score(
        self, version: int, told: Sequence[TellsOfEvent], person_id: int, place: Place, silent: int = 0
    ) -> list[list[Scored]]:
        """Score events for one beneficiary under one version, carrying the state over when the version changes; entries by event.

        Of the first `silent` events only badges are told.
        """
        compiled = self.schemes.compiled(version)
        if self._state is None:
            self._state = PersonState.new(compiled)
        elif version != self.version:
            self._state = carry(self._state, self.schemes.compiled(self.version), compiled)
        self.version = version
        batch = _batch(compiled, told, person_id, place)
        self._state, found = award_batch(compiled, self._state, batch, silent)
        return [
            [
                Scored(
                    entry.kind,
                    entry.item,
                    entry.amount_millipoints,
                    str(entry.reason),
                    entry.arguments,
                    one.occurred_us + entry.hold_hours * HOUR_US if entry.hold_hours else None,
                )
                for entry in entries
            ]
            for one, entries in zip(told, found, strict=True)
        ]


def _batch(
    compiled: CompiledScheme, told: Sequence[TellsOfEvent], person_id: int, place: Place
) -> EventBatch:
    """The events as the kernel reads them, for person 0. They were validated when they came in."""
    v = compiled.vocabulary
    rows = []
    for one in told:
        owner = one.person_id != person_id
        other = one.person_id if owner else one.owner_id
        rows.append(
            (
                0,
                v.kind_codes.get(one.kind, -1),
                object_key(one.object),
                -1 if other is None or other == person_id else object_key(str(other)),
                one.occurred_us,
                one.local_date,
                month_index(date.fromordinal(one.local_date)),
                v.channel_codes.get(one.channel or "", -1),
                v.tag_mask(one.tags),
                v.segment_codes.get(place.membership_at(one.occurred_us)[0], -1),
                VERIFICATION_LEVEL[one.verification],
                one.quantity,
                int(owner),
            )
        )
    leave = np.array([(0, *dates) for dates in place.leave], dtype=np.int64).reshape(-1, 3)
    numbers = np.array(rows, dtype=np.int64).reshape(len(rows), len(EventBatch._fields) - 1)
    return EventBatch._make([*numbers.T.copy(), leave])
