"""Writes the parameter table of docs/model.md from the code: `python -m agents.parameter_table docs/model.md`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

from agents.observe.outcomes import OUTCOMES
from agents.parameters.employee_parameters import EmployeeParameters
from agents.parameters.membership_parameters import MembershipParameters
from agents.parameters.parameters import DECLARATIONS, MECHANISMS, PRESETS
from agents.parameters.priors import MARKS
from agents.parameters.writing_parameters import WritingParameters

BEGIN, END = "<!-- generated: {} -->", "<!-- end of {} -->"


def parameter_table() -> str:
    """The Markdown table of all parameters, one row each."""
    employee = {field.name for kind in (EmployeeParameters, WritingParameters) for field in fields(kind)}
    member = {field.name for field in fields(MembershipParameters)}
    lines = ["| parameter | default | unit | prior | mark | source or reason |", "|---|---|---|---|---|---|"]
    parts = {
        "employees": employee,
        "taking part": member,
        "audience": DECLARATIONS.keys() - employee - member,
    }
    for heading, wanted in parts.items():
        lines.append(f"| **{heading}** | | | | | |")
        for name, d in DECLARATIONS.items():
            if name in wanted:
                law = " (log)" if d.scale == "log" else ""
                lines.append(
                    f"| `{name}` | {d.default:g} | {d.unit} | {d.low:g} – {d.high:g}{law} | {d.mark} | {d.source} |"
                )
    marks = "; ".join(f"**{mark}** {meaning}" for mark, meaning in MARKS.items())
    return "\n".join(
        [*lines, "", f"Marks: {marks}. Priors are flat, or flat in the logarithm where it says log."]
    )


def mechanism_table() -> str:
    """The Markdown table of mechanisms and the parameter values that switch each of them off."""
    lines = ["| mechanism | off means |", "|---|---|"]
    for name, values in MECHANISMS.items():
        lines.append(f"| `{name}` | {', '.join(f'`{k}` = {v:g}' for k, v in values.items())} |")
    return "\n".join(lines)


def preset_table() -> str:
    """The Markdown table of presets and the parameter values that each of them changes."""
    lines = ["| preset | changes |", "|---|---|"]
    for name, values in PRESETS.items():
        changes = ", ".join(f"`{k}` = {v:g}" for k, v in values.items()) or "nothing: the defaults above"
        lines.append(f"| `{name}` | {changes} |")
    return "\n".join(lines)


def outcome_table() -> str:
    """The Markdown table of outcomes with unit and definition."""
    lines = ["| outcome | unit | kind | definition |", "|---|---|---|---|"]
    lines += [f"| `{o.name}` | {o.unit} | {o.kind} | {o.definition} |" for o in OUTCOMES]
    return "\n".join(lines)


TABLES = {
    "parameters": parameter_table,
    "mechanisms": mechanism_table,
    "presets": preset_table,
    "outcomes": outcome_table,
}


def renewed(text: str, tables: Mapping[str, Callable[[], str]] = TABLES) -> str:
    """The document with its generated tables replaced. Raises ValueError for a missing marker."""
    for name, table in tables.items():
        begin, end = BEGIN.format(name), END.format(name)
        if begin not in text or end not in text:
            raise ValueError(
                f"document without the markers of {name}; both are needed; add {begin} and {end}"
            )
        head, rest = text.split(begin, 1)
        tail = rest.split(end, 1)[1]
        text = f"{head}{begin}\n{table()}\n{end}{tail}"
    return text


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
