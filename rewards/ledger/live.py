"""The kernel's fold as the live program uses it: from stored bytes, across scheme versions, by internal ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from engine.scoring_tables import EventBatch
from rewards.clock import month_index
from rewards.events import VERIFICATION_LEVEL, object_key
from rewards.ledger.places import Place
from rewards.ledger.told import Told
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.scoring.award import PersonState, award_batch, carry
from rewards.scoring.tables import CompiledScheme

HOUR_US = 3_600_000_000


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

    def score(
        self, version: int, told: Sequence[Told], person_id: int, place: Place, silent: int = 0
    ) -> list[list[Scored]]:
        """Score events for one beneficiary under one version, carrying the state over when the version changes; entries by event.

        Of the first `silent` events only badges are told.
        """
        state, compiled = self.under(version), self.schemes.compiled(version)
        batch = _batch(compiled, told, person_id, place, self._off(version, compiled, place))
        self._state, found = award_batch(compiled, state, batch, silent)
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

    def _off(self, version: int, compiled: CompiledScheme, place: Place) -> tuple[tuple[int, int], ...]:
        """Leave and holidays under a version."""
        key = version, id(place)
        if key not in self._days_off:
            self._days_off[key] = place.off_under(compiled.scheme.calendar.holidays)
        return self._days_off[key]


def _batch(
    compiled: CompiledScheme,
    told: Sequence[Told],
    person_id: int,
    place: Place,
    off: Sequence[tuple[int, int]],
) -> EventBatch:
    """The events as the kernel reads them, for person 0, with that person's days off. They were validated when they came in."""
    v = compiled.vocabulary
    rows = []
    for one in told:
        owner = one.person_id != person_id
        other = one.person_id if owner else one.owner_id
        rows.append(
            (
                0,
                v.kind_codes.get(one.kind, -1),
                object_key(one.item),
                -1 if other is None or other == person_id else object_key(str(other)),
                one.occurred_us,
                one.local_date,
                month_index(date.fromordinal(one.local_date)),
                v.channel_code(one.channel),
                v.tag_mask(one.tags),
                v.segment_codes.get(place.membership_at(one.occurred_us)[0], -1),
                VERIFICATION_LEVEL[one.verification],
                one.quantity,
                int(owner),
            )
        )
    leave = np.array([(0, *dates) for dates in off], dtype=np.int64).reshape(-1, 3)
    numbers = np.array(rows, dtype=np.int64).reshape(len(rows), len(EventBatch._fields) - 1)
    return EventBatch._make([*numbers.T.copy(), leave])
