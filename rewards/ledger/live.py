"""The kernel's fold as the live program uses it: from stored bytes, across scheme versions, by internal ids."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from engine.scoring_plain import Occasions
from engine.scoring_terms import EventNumbers
from rewards.clock import month_index
from rewards.events import VERIFICATION_LEVEL, object_key
from rewards.ledger.inbox import InboxEvent
from rewards.ledger.places import Place
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.scoring.award import PersonState, ScoredEntry, award_batch
from rewards.scoring.tables import CompiledScheme

MOST_MONTHS = 1 << 12


Occasion = tuple[int, int, EventNumbers]
"""Kind, role, and the rest of an event, in the kernel's codes."""
Read = dict[int, tuple[InboxEvent, int, Occasion]]
"""By event, its decoded form and the version whose vocabulary it was decoded with."""


class Fold:
    """One person's state under the version that scored last."""

    def __init__(self, schemes: Schemes, version: int, state: PersonState | None) -> None:
        self.schemes = schemes
        self.version = version
        self._state = state
        self._days_off: dict[tuple[int, int], tuple[tuple[int, int], ...]] = {}

    @classmethod
    def resume(cls, schemes: Schemes, version: int, data: bytes) -> "Fold":
        """From what `to_bytes` returned; version 0 and no bytes is the initial state."""
        if version == NO_SCHEME:
            return cls(schemes, version, None)
        return cls(schemes, version, PersonState.from_bytes(data, schemes.compiled(version)))

    def to_bytes(self) -> bytes:
        """The state, canonical."""
        return b"" if self._state is None else self._state.to_bytes()

    def under(self, version: int) -> PersonState:
        """The state converted to the layout of a version, which it keeps from now on."""
        compiled = self.schemes.compiled(version)
        if self._state is None:
            self._state = PersonState.new(compiled)
        elif version != self.version:
            self._state = self._state.carried(self.schemes.compiled(self.version), compiled)
        self.version = version
        return self._state

    def stand(self) -> tuple[int, PersonState | None]:
        """A copy of the state and its version, to resume from later."""
        return self.version, self._state and self._state.copy()

    def score(
        self, version: int, events: Sequence[InboxEvent], person_id: int, place: Place, read: Read
    ) -> list[tuple[ScoredEntry, ...]]:
        """Score events for one beneficiary under one version, carrying the state over when the version changes; entries by event."""
        state, compiled = self.under(version), self.schemes.compiled(version)
        kinds: list[int] = []
        roles: list[int] = []
        numbers: list[EventNumbers] = []
        for one in events:
            ref = one.ref
            known = read.get(ref)
            if known is None or known[0] is not one or known[1] != version:
                known = read[ref] = one, version, _occasion(compiled, one, person_id, place)
            kind, role, event_numbers = known[2]
            kinds.append(kind)
            roles.append(role)
            numbers.append(event_numbers)
        leave = [(0, *dates) for dates in self._off(version, compiled, place)]
        return award_batch(compiled, state, Occasions(numbers, kinds, roles, leave))

    def _off(self, version: int, compiled: CompiledScheme, place: Place) -> tuple[tuple[int, int], ...]:
        """Leave and holidays under a version."""
        key = version, id(place)
        if key not in self._days_off:
            self._days_off[key] = place.off_under(compiled.scheme.calendar.holidays)
        return self._days_off[key]


def _occasion(compiled: CompiledScheme, one: InboxEvent, person_id: int, place: Place) -> Occasion:
    """The event as the kernel reads it, for person 0. It was validated when it came in."""
    v = compiled.vocabulary
    owner = one.person_id != person_id
    other = one.person_id if owner else one.owner_id
    event = EventNumbers(
        0,
        object_key(one.item),
        -1 if other is None or other == person_id else object_key(str(other)),
        one.occurred_us,
        one.local_date,
        _month(one.local_date),
        v.channel_code(one.channel),
        v.tag_mask(one.tags),
        v.segment_codes.get(place.membership_at(one.occurred_us)[0], -1),
        VERIFICATION_LEVEL[one.verification],
        one.quantity,
    )
    return v.kind_codes.get(one.kind, -1), int(owner), event


@lru_cache(MOST_MONTHS)
def _month(day: int) -> int:
    return month_index(date.fromordinal(day))
