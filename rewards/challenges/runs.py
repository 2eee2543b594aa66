"""When each challenge ran: from the versions of the scheme, on the dates of the scheme's zone."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rewards.ledger.places import local_ordinal
from rewards.ledger.versions import NO_SCHEME, Schemes, in_force
from rewards.scheme.quantities import SYMBOLIC
from rewards.scheme.scheme import Challenge
from rewards.store.units import to_us

State = Literal["running", "counting", "final"]
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """A challenge on its dates. `version` is the last that had it on these terms; `in_force` where that one still holds.

    `settles_hours`: how long after its end something of its days can still come to count. `enrolled_only`: whether only those count
    who took part.
    """

    challenge: Challenge
    first: date
    version: int
    zone: str
    settles_hours: int
    in_force: bool = True
    enrolled_only: bool = False

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.challenge.days - 1)

    @property
    def begins_us(self) -> int:
        """The first midnight, in microseconds."""
        return self._midnight(self.first)

    @property
    def ends_us(self) -> int:
        """The midnight after the last day, in microseconds."""
        return self._midnight(self.last + timedelta(days=1))

    def state(self, now_us: int) -> State:
        """`counting`: over, and late events still count; `final`: nothing can change it."""
        if now_us < self.ends_us:
            return "running"
        return "counting" if now_us < self.ends_us + self.settles_hours * HOUR_US else "final"

    def _midnight(self, day: date) -> int:
        return to_us(datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC))


def runs(schemes: Schemes, now_us: int) -> list[Run]:
    """Challenges in force, in the scheme's order, and those of earlier versions that ran to their last day.

    One that the next version has on the same terms goes on from its beginning, and so does one that was away and is back before its end.
    One dropped or put on other terms before its end, and not back by then, is void.
    """
    going: list[Run] = []
    over: list[Run] = []
    away: dict[Challenge, Run] = {}
    for at_us in sorted({one.effective_us for one in schemes.timeline if one.effective_us <= now_us}):
        version = in_force(schemes.timeline, at_us)
        if version == NO_SCHEME:
            continue
        scheme = schemes.scheme(version)
        calendar = scheme.calendar
        # Points that wait are earned only when their time is over.
        waits = max((rule.hold_hours for rule in scheme.rules), default=0)
        before, going = going, []
        for one in scheme.challenges:
            back = away.pop(terms(one), None)
            held = next((run for run in before if terms(run.challenge) == terms(one)), None)
            held = held or (back if back and at_us < back.ends_us else None)
            first = held.first if held else one.starts or _date(at_us, calendar.zone)
            settles = calendar.grace_hours + (waits if one.metric == "points" else 0)
            enrolled_only = scheme.membership == "enrolled"
            going.append(Run(one, first, version, calendar.zone, settles, enrolled_only=enrolled_only))
        kept = {terms(one) for one in scheme.challenges}
        for run in before:
            if terms(run.challenge) in kept:
                continue
            if run.ends_us <= at_us:
                over.append(replace(run, in_force=False))
            else:
                away[terms(run.challenge)] = run
    return going + over


def terms(challenge: Challenge) -> Challenge:
    """The part of a challenge that identifies it across versions: everything except texts and the kind of reward."""
    return challenge.model_copy(update={"title": "", "description": "", "nature": SYMBOLIC})


def _date(at_us: int, zone: str) -> date:
    return date.fromordinal(local_ordinal(at_us, zone))
