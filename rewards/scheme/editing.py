"""Editing a scheme's YAML by fields, as a form does, with comments, order and style of the rest preserved.

Form and text are one document. A form is read from the text (`form_of`), and what was changed in it is put back into the text
(`with_changes`); a text that is not a scheme yet has a form all the same, as far as it goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from rewards.edits import (
    FormField,
    Kind,
    Part,
    Place,
    Step,
    add_part,
    changed,
    drop_part,
    mapping_of,
    opened,
    scalar,
    shown,
    value_at,
    written,
)

CAPS = ("day", "week", "month")


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a text. `more` names parts that the form does not show and the text has."""

    head: tuple[FormField, ...]
    parts: tuple[Part, ...]
    more: tuple[str, ...]

    def fields(self) -> list[FormField]:
        """All of them."""
        return [*self.head, *(field for part in self.parts for field in part.fields)]


_YES = ("", "true", "false")
_HEAD: tuple[tuple[Place, Kind, tuple[str, ...]], ...] = (
    (("title",), "text", ()),
    (("note",), "words", ()),
    (("membership",), "choice", ("", "everybody", "enrolled")),
    (("calendar", "grace_hours"), "number", ()),
    (("privacy", "minimum_group"), "number", ()),
    (("fair_play", "review_above_per_hour"), "number", ()),
    (("award_budget", "points"), "number", ()),
    (("award_budget", "window"), "choice", ("", "day", "week", "month", "total")),
    (("recognition", "kudos", "allowance"), "number", ()),
    (("recognition", "kudos", "gift"), "number", ()),
    (("recognition", "kudos", "per_pair"), "number", ()),
)
_PARTS: Mapping[str, tuple[tuple[str, Kind, tuple[str, ...]], ...]] = {
    "rules": (
        ("title", "text", ()),
        ("on", "text", ()),
        ("points", "number", ()),
        ("per_object", "choice", ("", "once", "each")),
        ("verification", "choice", ("", "declared", "tracked", "connector")),
        *((f"cap_{window}", "number", ()) for window in CAPS),
        ("cooldown_minutes", "number", ()),
        ("hold_hours", "number", ()),
    ),
    "levels": (("title", "text", ()), ("points", "number", ())),
    "rewards": (
        ("title", "text", ()),
        ("points", "number", ()),
        ("unit_cost_cents", "number", ()),
        ("stock", "number", ()),
        ("budget_points", "number", ()),
        ("approval", "choice", _YES),
    ),
    "challenges": (("title", "text", ()), ("goal", "number", ()), ("days", "number", ())),
    "badges": (("title", "text", ()),),
}
GROUPS = tuple(_PARTS)
NEW: Mapping[str, Mapping[str, object]] = {
    "rules": {"title": "Share a green-lit item", "on": "share", "points": 1, "per_object": "once"},
    "levels": {"title": "New level", "points": 1000},
    "rewards": {"title": "New reward", "points": 100, "unit_cost_cents": 1000, "approval": True},
}
"""What a part that is added begins as; what a scheme lacks is validated like anything else."""
_SHOWN = {"name", "title", "note", "membership", "award_budget", *GROUPS}


def form_of(text: str) -> Form:
    """The form of a text. Raises DocumentError where the text is not YAML at all."""
    data = mapping_of(text)
    head = [
        FormField(".".join(map(str, place)), place, kind, shown(value_at(data, place)), choices)
        for place, kind, choices in _HEAD
    ]
    parts: list[Part] = []
    for group in GROUPS:
        found = data.get(group)
        for at, one in enumerate(found if isinstance(found, list) else []):
            if isinstance(one, dict):
                parts.append(Part(group, at, shown(one.get("title")), tuple(_fields(group, at, one))))
    return Form(tuple(head), tuple(parts), tuple(name for name in data if name not in _SHOWN))


def _fields(group: str, at: int, one: Mapping[str, object]) -> list[FormField]:
    found = []
    for name, kind, choices in _PARTS[group]:
        window = name.removeprefix("cap_")
        if window == name:
            place: Place = (group, at, name)
            value = one.get(name)
        else:
            caps = one.get("caps")
            row = _cap(caps, window)
            place = (
                group,
                at,
                "caps",
                len(caps) if row is None and isinstance(caps, list) else row or 0,
                "points",
            )
            value = None if row is None or not isinstance(caps, list) else caps[row].get("points")
        found.append(FormField(f"{group}.{at}.{name}", place, kind, shown(value), choices))
    return found


def _cap(caps: object, window: str) -> int | None:
    """Which of a rule's caps limits all of its awards in a window."""
    if not isinstance(caps, list):
        return None
    fits = (
        at
        for at, one in enumerate(caps)
        if isinstance(one, dict) and one.get("window") == window and one.get("scope", "rule") == "rule"
    )
    return next(fits, None)


def with_changes(text: str, was: str, posted: Mapping[str, str]) -> str:
    """The text with the posted values that differ from the form of `was`.

    Where nothing differs the text comes back as it is, to the letter. Raises DocumentError where one of both is not YAML.
    """
    given = changed(form_of(was).fields(), posted)
    if not given:
        return text
    document, writer = opened(text)
    for field in form_of(text).fields():
        if field.name in given:
            _put(document, field, given[field.name])
    return written(document, writer)


def with_part(text: str, group: str) -> str:
    """The text with one more part of a group at its end. Raises DocumentError where it is not YAML."""
    document, writer = opened(text)
    parts = document.get(group)
    known = {one.get("id") for one in parts if isinstance(one, dict)} if isinstance(parts, list) else set()
    base = group.removesuffix("s")
    number = next(at for at in range(1, len(known) + 2) if f"{base}-{at}" not in known)
    add_part(document, (group,), {"id": f"{base}-{number}", **NEW[group]})
    return written(document, writer)


def without_part(text: str, group: str, at: int) -> str:
    """The text without one part of a group. Raises DocumentError where it is not YAML."""
    document, writer = opened(text)
    drop_part(document, (group,), at)
    return written(document, writer)


def _put(document: Any, field: FormField, value: str) -> None:
    here = document
    for part, after in zip(field.place[:-1], field.place[1:], strict=True):
        missing = part not in here if isinstance(here, dict) else isinstance(part, int) and part >= len(here)
        if missing and not value:
            return
        if missing:
            _add(here, part, after, field)
        here = here[part]
    last = field.place[-1]
    if value:
        here[last] = scalar(value, field.kind)
    elif "caps" in field.place:
        _drop_cap(document, field.place)
    elif isinstance(here, dict) and last in here:
        del here[last]
        if not here and len(field.place) > 1 and len(field.place[:-1]) < 3:
            _drop_empty(document, field.place[:-1])


def _add(here: Any, part: Step, after: Step, field: FormField) -> None:
    fresh: Any = CommentedSeq() if isinstance(after, int) else CommentedMap()
    if isinstance(part, str):
        here[part] = fresh
        return
    fresh["window"] = field.name.rpartition("cap_")[2]
    fresh.fa.set_flow_style()
    here.append(fresh)


def _drop_cap(document: Any, place: Place) -> None:
    rule, at = document[place[0]][place[1]], place[3]
    del rule["caps"][at]
    if not rule["caps"]:
        del rule["caps"]


def _drop_empty(document: Any, place: Sequence[Step]) -> None:
    here = document
    for part in place[:-1]:
        here = here[part]
    if isinstance(here, dict) and not here[place[-1]]:
        del here[place[-1]]
