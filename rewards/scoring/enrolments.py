"""Participation over time from a log of events: each membership event applies from its instant on."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rewards.events import ENROLLED, MEMBERSHIP_KINDS, Event, Frozen
from rewards.scoring.tables import CompiledScheme

NOTHING_FROZEN = Frozen()
Enrolments = Mapping[str, Sequence[tuple[datetime, bool]]]
"""By person: (instant, enrolled) of each change."""


def enrolments(ordered: Iterable[Event]) -> Enrolments:
    """The membership changes in a log, whose events are in canonical order."""
    found: dict[str, list[tuple[datetime, bool]]] = {}
    for event in ordered:
        if event.kind in MEMBERSHIP_KINDS:
            found.setdefault(event.subject, []).append((event.occurred_at, event.kind == ENROLLED))
    return found


def takes_part(compiled: CompiledScheme | None, known: Enrolments, event: Event, role: int) -> bool:
    """True where an event's subject (role 0) or owner was enrolled at the time: as frozen with the event, else by the log.

    Under a version that does not ask for enrolment, and where there is none, everybody does.
    """
    if compiled is None or compiled.scheme.membership == "everybody":
        return True
    frozen = event.frozen or NOTHING_FROZEN
    said = frozen.owner_enrolled if role else frozen.enrolled
    if said is not None:
        return said
    spans = known.get((event.owner if role else event.subject) or "", ())
    index = bisect_right(spans, event.occurred_at, key=lambda one: one[0]) - 1
    return index >= 0 and spans[index][1]
