"""Counts of groups that tell nobody apart: neither who took part nor, more important, who did not."""

from __future__ import annotations

from dataclasses import dataclass

from rewards.program import Participation

DEFAULT_MINIMUM = 5


@dataclass(frozen=True)
class GroupRow:
    """One segment: its people, and how many are active, in words where a number would tell too much."""

    segment: str
    people: int
    active: str


def rows_of(found: Participation, minimum: int) -> list[GroupRow]:
    """The segments that may be shown.

    What is hidden must not follow from the totals either: hidden groups together are never smaller than the minimum, and
    a masked count never stands alone.
    """
    shown = sorted(found.by_segment, key=lambda row: row[1])
    hidden = found.people - sum(people for _, people, _ in shown)
    while 0 < hidden < minimum and shown:
        hidden += shown.pop(0)[1]
    masks = {segment: _mask(people, active, minimum) for segment, people, active in shown}
    exact = [row for row in shown if not masks[row[0]]]
    if len(shown) - len(exact) == 1 and hidden == 0 and exact:
        masks[min(exact, key=lambda row: row[2])[0]] = "not shown"
    return [GroupRow(name, people, masks[name] or str(active)) for name, people, active in sorted(shown)]


def _mask(people: int, active: int, minimum: int) -> str:
    """Words for a count that is too small, or whose complement is; otherwise nothing."""
    if active < minimum:
        return f"fewer than {minimum}"
    return "nearly all" if people - active < minimum else ""
