"""An explanation of a difference as text."""

from typing import Any

from sims.explanation.explain import Explanation, Part, estimate
from sims.reports.render import number, spread, table, told_in_digits, warnings_text


def explanation_text(found: Explanation) -> str:
    """The difference, its parts by mechanism and by group of people, and a sentence for each of the three largest."""
    runs = found.difference.size
    head = f"{found.second} minus {found.first}, {found.spec.title.lower()}: {runs} paired runs, {found.worlds} worlds, seed {found.seed}"
    whole = estimate(found.difference)
    rows = [[part.title, *_cells(found, part)] for part in found.parts]
    rows.append(["The difference", *_told(whole), "100%" if whole["mean"] else ""])
    parts = table(["part", f"mean, {found.spec.unit}", "95 %", "of it"], rows)
    people = [
        [split, *_told(each)]
        for split, each in ((split, estimate(values)) for split, values in found.by_people.items())
    ]
    by_people = table(["people", f"mean, {found.spec.unit}", "95 %"], people) if people else ""
    missing = (
        f"{found.missing} worlds could not be run, since without some mechanism cascades would never end: the parts lie within\n"
        + "\n".join(
            f"  {part.title}: {spread((float(part.low.mean()), float(part.high.mean())))}"
            for part in found.parts
        )
        if found.missing
        else ""
    )
    said = "\n".join(found.sentences())
    return "\n\n".join(
        text for text in (head, warnings_text(found.warnings), parts, missing, by_people, said) if text
    )


def _cells(found: Explanation, part: Part) -> list[str]:
    each, share = estimate(part.values), found.share(part)
    return [*_told(each), "" if share is None else f"{share:.0%}"]


def _told(found: dict[str, Any]) -> list[str]:
    known = found["interval"]
    return [number(found["mean"]), ""] if known is None else told_in_digits(found["mean"], known, known)
