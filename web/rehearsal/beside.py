"""Further parts of a rehearsal's page: exploits by gaming agents, and the waterfall from naive reach to human clicks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewards.amounts import points_text
from rewards.digits import Told, rounded, told
from rewards.language import gettext as _
from rewards.language import msg
from web.rehearsal.sheets import sheet

PLAYS = {
    "toggling": (
        msg("Sharing the same again and again"),
        msg("One item, shared, taken back and shared again ten times a day."),
    ),
    "self-clicks": (
        msg("Clicking on her own link"),
        msg("One share, and twenty clicks a day on it that look like other people's."),
    ),
    "ring": (
        msg("A ring of thanks"),
        msg("Five people thank each other as often as pair limit and allowance let them."),
    ),
    "careless": (
        msg("Sharing all of it unread"),
        msg("Twenty different items on every workday, within minutes."),
    ),
    "bunching": (
        msg("Bunching at the limits"),
        msg("Thirty of every act that she can report at the turn of day and week, and nothing else."),
    ),
}
STEPS = {
    "x visibility": msg("of them see it"),
    "- overlap": msg("of these are different people"),
    "x amplification": msg("times, as some share it on"),
    "x click-through": msg("of these click"),
    "x peer premium": msg("times, since it comes from somebody they know"),
}
MARKS = {
    "R": msg("read in the source"),
    "M": msg("from memory of the source"),
    "V": msg("a vendor's claim"),
    "A": msg("an assumption"),
    "S": msg("stated for this company"),
}
THANKS = "thanks"


@dataclass(frozen=True)
class Play:
    """One gaming strategy: points a week, the excess over an honest sharer, acts a week; `rule`: the rule exploited ("": none)."""

    title: str
    definition: str
    points: str
    beyond: str
    acts: str
    rule: str
    looked_at: bool


@dataclass(frozen=True)
class Played:
    """The gaming strategies under one scheme."""

    title: str
    plays: Sequence[Play]


@dataclass(frozen=True)
class Step:
    """One factor of the waterfall, and the rest after it."""

    title: str
    factor: str
    left: Told
    unit: str
    mark: str
    source: str


@dataclass(frozen=True)
class Walk:
    """The waterfall from everybody's contacts to human clicks, for one item that everybody shares once."""

    employees: str
    naive: str
    steps: Sequence[Step]


def played_of(body: Mapping[str, Any], titles: Mapping[str, str]) -> list[Played]:
    """The gaming report; empty for results stored before it existed."""
    return [
        Played(titles[one["scenario"]], [_play(each) for each in one["plays"]])
        for one in body.get("gaming", ())
    ]


def walk_of(body: Mapping[str, Any]) -> Walk | None:
    """The waterfall; None for results stored before it existed."""
    found = body.get("waterfall")
    if found is None:
        return None
    units = {"viewers": _("viewers"), "people": _("people"), "human clicks": _("human clicks")}
    steps = [
        Step(
            _(STEPS[one["name"]]) if one["name"] in STEPS else one["name"],
            rounded(one["factor"]["median"], 0.01 if one["factor"]["median"] >= 0.1 else 0.0001),
            told(one["value"]),
            units.get(one["unit"], one["unit"]),
            _(MARKS[one["mark"]]) if one["mark"] in MARKS else one["mark"],
            one["source"],
        )
        for one in found["steps"]
    ]
    return Walk(rounded(found["employees"], 1.0), rounded(found["naive"], 1.0), steps)


def gaming_csv(body: Mapping[str, Any]) -> str:
    """Points a week of each gaming strategy and the rule exploited, as CSV."""
    rows = [
        [
            one["scenario"], each["play"], each["millipoints"] / 1000, each["beyond"] / 1000, each["acts"], each["rule"],
            int(each["looked_at"]),
        ]
        for one in body.get("gaming", ())
        for each in one["plays"]
    ]  # fmt: skip
    head = [
        "scheme",
        "play",
        "points_a_week",
        "beyond_honest_a_week",
        "acts_a_week",
        "rule",
        "waits_for_a_look",
    ]
    return sheet(head, rows)


def waterfall_csv(body: Mapping[str, Any]) -> str:
    """Each factor of the waterfall and the rest after it, as CSV."""
    found = body.get("waterfall")
    steps = [] if found is None else found["steps"]
    rows: list[list[object]] = (
        [] if found is None else [["naive reach", "", "", "", found["naive"], "", "", "people", "S"]]
    )
    rows += [
        [
            one["name"], one["factor"]["median"], *one["factor"]["p80"], one["value"]["median"], *one["value"]["p80"],
            one["unit"], one["mark"],
        ]
        for one in steps
    ]  # fmt: skip
    head = ["step", "factor", "factor_low", "factor_high", "left", "left_low", "left_high", "unit", "mark"]
    return sheet(head, rows)


def _play(one: Mapping[str, Any]) -> Play:
    title, definition = PLAYS[one["play"]]
    rule = _("The thanks themselves") if one["rule"] == THANKS else one["title"] or one["rule"]
    return Play(
        _(title),
        _(definition),
        points_text(round(one["millipoints"])),
        points_text(round(one["beyond"])),
        rounded(one["acts"], 0.1),
        rule,
        one["looked_at"],
    )
