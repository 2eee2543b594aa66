"""Group counts under disclosure control: they identify neither participants nor, more important, those who abstain."""

from __future__ import annotations

from dataclasses import dataclass

from rewards.disclosure import counts_told, told
from rewards.people.participation import Participation


@dataclass(frozen=True)
class GroupRow:
    """One segment: its people, and how many are active, in words where the number would disclose too much."""

    segment: str
    people: int
    active: str


def rows_of(found: Participation, minimum: int) -> list[GroupRow]:
    """The segments that may be shown, each with what disclosure control allows besides its total."""
    counts = counts_told(found.by_segment, found.people, found.active_28d, minimum)
    return [GroupRow(one.group, one.people, one.told) for one in counts]


def active_told(found: Participation, minimum: int) -> tuple[str, str]:
    """How many people in total are active in 7 and in 28 days."""
    return told(found.people, found.active_7d, minimum), told(found.people, found.active_28d, minimum)
