"""Membership changes as events of the live program's log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time

import numpy as np

from agents.program.membership import KINDS, Membership
from agents.program.record import SOURCE
from agents.program.running import RunningScheme
from agents.world.clock import Clock
from agents.world.population import Staff
from agents.world.timeline import Timeline
from rewards.events import ENROLLED, Event


def membership_events(
    members: Membership, staff: Staff, clock: Clock, timeline: Timeline, running: Sequence[RunningScheme]
) -> list[Event]:
    """Every invitation, enrolment, pause and departure at the first second of its person's day, in canonical order.

    Without a tool everybody is enrolled on the day before the first, if some scheme counts members only.
    """
    found = []
    if any(one.scheme.membership == "enrolled" for one in running):
        before = datetime.combine(clock.date_of(-1), time(), UTC)
        always = [not members.has_tool(int(group)) for group in timeline.group]
        found = [
            Event(source=SOURCE, id=f"enrolled-{name}", kind=ENROLLED, subject=name, occurred_at=before)
            for name, joined in zip(staff.ids, always, strict=True)
            if joined
        ]
    for number, change in enumerate(members.changes):
        zeros = np.zeros(change.person.size, dtype=np.int64)
        seconds = clock.utc_of_local(change.day, zeros, staff.zone[change.person])
        kind = KINDS[change.status]
        for person, second in zip(change.person.tolist(), seconds.tolist(), strict=True):
            name = staff.ids[person]
            at = datetime.fromtimestamp(second, UTC)
            # Somebody may be invited and join on one morning: the number in the id keeps the order.
            event_id = f"member-{number:06d}-{kind.removeprefix('membership.')}-{name}"
            found.append(Event(source=SOURCE, id=event_id, kind=kind, subject=name, occurred_at=at))
    return sorted(found, key=lambda one: (one.occurred_at, one.source, one.id))
