"""Aggregation of events by day, group and measure into the dense series of a history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from rewards.faults import Worded
from sims.history.series import ALL, MOST_DAYS, Values

QUARTERS = ("q1", "q2", "q3", "q4")


class HistoryError(Worded):
    """Raised where no history can be made; the message names the value, the limit and the remedy."""


@dataclass(frozen=True, slots=True)
class Member:
    """The groups of a person; None where unknown."""

    segment: str | None = None
    team: str | None = None
    arm: str | None = None
    contacts: int | None = None
    zone: str = "UTC"


@dataclass
class Counts:
    """Sums by split, measure and day (ordinal). A split is `all` or `dimension=group`, as in the simulation."""

    found: dict[str, dict[str, dict[int, float]]] = field(default_factory=lambda: {ALL: {}})

    def add(self, splits: Iterable[str], measure: str, day: int, quantity: float) -> None:
        """Add `quantity` in each of the splits."""
        for split in splits:
            days = self.found.setdefault(split, {}).setdefault(measure, {})
            days[day] = days.get(day, 0.0) + quantity

    def days(self, but: str) -> list[int]:
        """Days with any count other than of the measure `but`, ascending."""
        whole = self.found[ALL]
        return sorted({day for name, days in whole.items() if name != but for day in days})


def splits_of(segment: str | None, team: str | None, member: Member | None, quarter: str | None) -> list[str]:
    """All splits in which a person is counted."""
    arm = None if member is None else member.arm
    named = (("segment", segment), ("team", team), ("arm", arm), ("contacts", quarter))
    return [ALL, *(f"{dimension}={group}" for dimension, group in named if group)]


def quarters(members: Mapping[str, Member]) -> dict[str, str]:
    """Quartile by number of contacts, for everybody whose contacts are known: q1 has the fewest."""
    known = {name: one.contacts for name, one in members.items() if one.contacts is not None}
    if not known:
        return {}
    cuts = np.quantile(list(known.values()), (0.25, 0.5, 0.75))
    return {name: QUARTERS[int(np.searchsorted(cuts, count, side="left"))] for name, count in known.items()}


def dense(counts: Counts, first: int, last: int, measures: Iterable[str]) -> dict[str, dict[str, Values]]:
    """Every measure of every split from the first day to the last; days without a count are 0."""
    check_span(first, last)
    names = tuple(measures)
    ordered = [ALL, *sorted(split for split in counts.found if split != ALL)]
    return {
        split: {
            name: tuple(counts.found[split].get(name, {}).get(day, 0.0) for day in range(first, last + 1))
            for name in names
        }
        for split in ordered
    }


def check_span(first: int, last: int) -> None:
    """Raise HistoryError for a span longer than a history may have, which is probably a mistyped date."""
    if last - first + 1 > MOST_DAYS:
        raise HistoryError(
            "dates from {first} to {last}; a history has at most {most} days; correct the date that is wrong, or leave out what is too old",
            first=date.fromordinal(first),
            last=date.fromordinal(last),
            most=MOST_DAYS,
        )
