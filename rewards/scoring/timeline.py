"""Which version of a scheme holds when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NO_SCHEME = 0


@dataclass(frozen=True, slots=True)
class InForce:
    """A version, from when it holds and when it was published. A top-up also looks back to `since_us`."""

    version: int
    effective_us: int
    since_us: int
    published_us: int
    mode: str

    def yields_to(self, later: InForce) -> bool:
        """True where a version published later replaces this one; a version still in the future then stays scheduled."""
        return not self.scheduled(later.published_us) or self.effective_us <= later.effective_us

    def scheduled(self, now_us: int) -> bool:
        """True where the version takes effect later by choice. A top-up is in force at once, except for events with a fast clock."""
        return self.effective_us > now_us and self.mode != "top_up"


def in_force(timeline: Sequence[InForce], at_us: int) -> int:
    """Of those effective by then, in the order of publication, each takes the place of the one before that yields to it; 0 for none."""
    found: InForce | None = None
    for one in timeline:
        if one.effective_us <= at_us and (found is None or found.yields_to(one)):
            found = one
    return NO_SCHEME if found is None else found.version


def in_turn(timeline: Sequence[InForce]) -> list[tuple[int, int]]:
    """(instant, version) of every change, rising."""
    found: list[tuple[int, int]] = []
    for at_us in sorted({one.effective_us for one in timeline}):
        version = in_force(timeline, at_us)
        if not found or found[-1][1] != version:
            found.append((at_us, version))
    return found
