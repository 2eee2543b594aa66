"""Power analyses and results of rollouts as text for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from sims.reports.render import number, table, told_in_digits
from sims.rollout.analysis import WORDS

METRICS = {"shares": "shares a person and week", "clicks": "human clicks a person and week",
    "weekly_sharers": "share of people who share in a week"}  # fmt: skip


def power_text(designs: Sequence[Mapping[str, Any]]) -> str:
    """A table that compares the designs."""
    known = [one for one in designs if one["power"] is not None]
    rows = [
        [
            one["design"],
            f"{one['teams']:g}",
            f"{one['treated']:g}",
            f"{one['power']:.0%} ±{one['power_error']:.0%}",
            number(one["smallest_found"]),
            number(one["full_effect"]["mean"]),
            number(one["estimate"]["mean"]),
            "" if one["spill_over"] is None else f"{one['spill_over']:.0%}",
            f"{one['false_alarms']:.0%}",
        ]
        for one in known
    ]
    header = [
        "design", "teams", "treated", "power", "smallest found", "effect on all", "estimate", "left out by spill-over",
        "false alarms",
    ]  # fmt: skip
    notes = [f"{METRICS[one['metric']]}, {one['runs']} runs" for one in known[:1]]
    for one in designs:
        if one["power"] is None:
            notes.append(f"note: {one['usable']} of {one['runs']} runs had treated and untreated teams; more teams are needed")  # fmt: skip
    return "\n".join(([table(header, rows)] if rows else []) + notes)


def analysis_text(body: Mapping[str, Any]) -> str:
    """The verdict, then the numbers behind it."""
    lines = [f"verdict: {WORDS[body['verdict']]}"]
    if body.get("why"):
        lines.append(f"because: {body['why']}")
    if body["plan"] is None:
        lines.append("note: nothing was registered beforehand: this is a hint, and no confirmation")
    elif body["effect"] is None:
        lines.append(f"weeks known: {body['weeks_known']} of {body['weeks_planned']}, to {body['last']}")
    found = body["effect"]
    if found is not None:
        covers = f"{1 - found['alpha']:.0%}"
        low, high = found["low"], found["high"]
        robust = found["robust"]
        estimate, between = (
            (number(found["estimate"]), "unbounded")
            if low is None or high is None
            else told_in_digits(found["estimate"], (low, high), (low, high))
        )
        lines += [
            f"units: {found['treated_units']} treated, {found['untreated_units']} never",
            f"effect: {estimate} on {number(found['untreated'])} without treatment",
            f"{covers} interval by redrawing: {between}; p = {found['p_value']:.3f}",
            f"standard error, robust by unit: {number(found['error'])}; its {covers} "
            f"interval: {told_in_digits(found['estimate'], robust, robust)[1]}",
        ]
    lines += [f"note: {WORDS[one]}" for one in body["notes"] if one in WORDS]
    return "\n".join(lines)
