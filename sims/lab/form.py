"""The form of an experiment's text: fields for what strategists change most; everything else is edited in the text.

The fields of a variant are its changes; empty ones keep the scenario's value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rewards.edits import (
    FormField,
    Kind,
    Part,
    Place,
    add_part,
    changed,
    drop_part,
    mapping_of,
    opened,
    put,
    shown,
    value_at,
    written,
)
from sims.lab.levers import LEVERS
from sims.lab.merging import KEYS

PROGRAM_DAY = 28
CAPABILITIES = ("", "intern", "junior", "trained", "experienced", "expert")
COMPANY: Place = ("scenario", "organisation")
_HEAD: tuple[tuple[Place, Kind, tuple[str, ...]], ...] = (
    (("title",), "text", ()),
    (("note",), "words", ()),
    ((*COMPANY, "people"), "choice", ("", "live")),
    ((*COMPANY, "headcount"), "number", ()),
    ((*COMPANY, "audience", "size"), "number", ()),
    (("scenario", "horizon_days"), "number", ()),
    (("scenario", "runs"), "number", ()),
    (("precision_percent",), "number", ()),
    (("posterior",), "choice", ("", "published")),
    (("scenario", "seed"), "number", ()),
)
_POLICY = ("strictness", "training", "approval_delay_days", "approval", "tools_friction")
_CONTENT = ("items_per_week", "notifications")
_KIND = ("share", "polish", "useful", "promotional")
_ACCOUNT: tuple[tuple[str, Kind, tuple[str, ...]], ...] = (
    ("followers", "number", ()),
    ("posts_per_week", "number", ()),
    ("capability", "choice", CAPABILITIES),
)
_SWEEP: tuple[tuple[str, Kind], ...] = (
    ("lever", "choice"),
    ("of", "choice"),
    ("least", "number"),
    ("most", "number"),
    ("steps", "number"),
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "kinds": ("scenario", "content", "kinds"),
    "accounts": ("scenario", "organisation", "corporate_accounts"),
    "variants": ("variants",),
}
"""Groups to which parts can be added, with their path in the document."""
_NEW: Mapping[str, Mapping[str, object]] = {
    "kinds": {"share": 1.0, "polish": 0.3, "useful": 0.5, "promotional": 0.3},
    "accounts": {"followers": 5000, "posts_per_week": 5},
    "variants": {"title": "", "changes": {}},
}
_NAMES = {"kinds": "kind", "accounts": "page", "variants": "variant"}


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a text, in display order."""

    head: tuple[FormField, ...]
    policy: tuple[FormField, ...]
    content: tuple[FormField, ...]
    kinds: tuple[Part, ...]
    accounts: tuple[Part, ...]
    program: tuple[FormField, ...]
    variants: tuple[Part, ...]
    sweep: tuple[FormField, ...]

    def fields(self) -> list[FormField]:
        """All fields of the form."""
        parts = (*self.kinds, *self.accounts, *self.variants)
        return [
            *self.head, *self.policy, *self.content, *self.program, *self.sweep,
            *(field for part in parts for field in part.fields),
        ]  # fmt: skip


def form_of(text: str, schemes: Sequence[str] = (), usual: object = None) -> Form:
    """The form of a text. `schemes` are the choices; `usual` is the parsed scenario with its defaults, if the text is valid.

    Raises DocumentError where the text is not YAML.
    """
    data = mapping_of(text)
    maker = _Maker(data, ("", "none", *schemes), usual)
    kinds, accounts = _parts(data, GROUPS["kinds"]), _parts(data, GROUPS["accounts"])
    variants = _parts(data, GROUPS["variants"])
    names = tuple(shown(one.get("name")) for _at, one in variants)
    sweep_choices = {"lever": ("", *LEVERS), "of": ("", *(one for one in names if one))}
    return Form(
        head=tuple(maker.field(place, kind, choices) for place, kind, choices in _HEAD),
        policy=tuple(maker.field(("scenario", "policy", name)) for name in _POLICY),
        content=tuple(maker.field(("scenario", "content", name)) for name in _CONTENT),
        kinds=tuple(maker.kind(at, one) for at, one in kinds),
        accounts=tuple(maker.account(at, one) for at, one in accounts),
        program=maker.program(("scenario",), "scenario"),
        variants=tuple(maker.variant(at, one, kinds, accounts) for at, one in variants),
        sweep=tuple(maker.field(("sweep", name), kind, sweep_choices.get(name, ())) for name, kind in _SWEEP),
    )


class _Maker:
    def __init__(self, data: object, schemes: tuple[str, ...], usual: object) -> None:
        self._data, self._schemes, self._usual = data, schemes, usual
        self._day = program_day(data)

    def field(
        self, place: Place, kind: Kind = "number", choices: tuple[str, ...] = (), name: str = ""
    ) -> FormField:
        """A field of the text; its default is that of the scenario."""
        value = shown(value_at(self._data, place))
        usual = ""
        if not value and place[0] == "scenario":
            usual = shown(value_at(self._usual, place[1:]))
        elif not value and place[0] == "variants":
            usual = shown(value_at(self._data, ("scenario", *place[3:]))) or shown(
                value_at(self._usual, place[3:])
            )
        return FormField(name or ".".join(map(str, place)), place, kind, value, choices, usual)

    def kind(self, at: int, one: Mapping[str, Any]) -> Part:
        """The fields of one kind of content."""
        place: Place = (*GROUPS["kinds"], at)
        fields = (self.field((*place, name)) for name in _KIND)
        return Part("kinds", at, shown(one.get("name")), tuple(fields))

    def account(self, at: int, one: Mapping[str, Any]) -> Part:
        """The fields of one company account."""
        place: Place = (*GROUPS["accounts"], at)
        fields = (self.field((*place, name), kind, choices) for name, kind, choices in _ACCOUNT)
        return Part("accounts", at, shown(one.get("name")) or "company-page", tuple(fields))

    def program(self, under: Place, name: str) -> tuple[FormField, ...]:
        """The fields of the phase in which the program runs: scheme, and the tool's reminders and training."""
        phase: Place = (*under, "phases", ("day", self._day))
        return (
            self.field((*phase, "scheme"), "choice", self._schemes, f"{name}.program.scheme"),
            self.field((*phase, "tool", "digests_per_week"), name=f"{name}.program.digests_per_week"),
            self.field((*phase, "tool", "training"), name=f"{name}.program.training"),
        )

    def variant(
        self,
        at: int,
        one: Mapping[str, Any],
        kinds: Sequence[tuple[int, Mapping[str, Any]]],
        accounts: Sequence[tuple[int, Mapping[str, Any]]],
    ) -> Part:
        """The fields of one variant: name, title and changes."""
        under: Place = ("variants", at, "changes")
        name = f"variants.{at}"
        fields = [
            self.field(("variants", at, "name"), "text"),
            self.field(("variants", at, "title"), "text"),
            *(self.field((*under, "policy", each)) for each in _POLICY),
            *(self.field((*under, "content", each)) for each in _CONTENT),
        ]
        for number, kind in kinds:
            match = ("name", shown(kind.get("name")))
            fields += [
                self.field((*under, "content", "kinds", match, each), name=f"{name}.kinds.{number}.{each}")
                for each in ("share", "polish", "promotional")
            ]
        for number, account in accounts:
            match = ("name", shown(account.get("name")) or str(KEYS["corporate_accounts"][1]))
            fields += [
                self.field(
                    (*under, "organisation", "corporate_accounts", match, each),
                    kind_,
                    choices,
                    f"{name}.accounts.{number}.{each}",
                )
                for each, kind_, choices in _ACCOUNT
            ]
        return Part(
            "variants",
            at,
            shown(one.get("title")) or shown(one.get("name")),
            (*fields, *self.program(under, name)),
        )


def program_day(data: object) -> int:
    """The day on which the program begins: the first of the scenario's last phase."""
    phases = value_at(data, ("scenario", "phases"))
    days = [one.get("day", 0) for one in phases if isinstance(one, dict)] if isinstance(phases, list) else []
    return max([day for day in days if isinstance(day, int)], default=PROGRAM_DAY)


def with_changes(text: str, was: str, posted: Mapping[str, str]) -> str:
    """The text with the differences between the form of `was` and the posted values applied.

    Raises DocumentError where either text is not YAML.
    """
    given = changed(form_of(was).fields(), posted)
    if not given:
        return text
    document, writer = opened(text)
    for field in form_of(text).fields():
        if field.name in given:
            put(document, field.place, given[field.name], field.kind)
    return written(document, writer)


def with_part(text: str, group: str) -> str:
    """The text with a new part appended to a group. Raises DocumentError where it is not YAML."""
    document, writer = opened(text)
    known = {one.get("name") for _at, one in _parts(document, GROUPS[group])}
    base = _NAMES[group]
    number = next(at for at in range(1, len(known) + 2) if f"{base}-{at}" not in known)
    add_part(document, GROUPS[group], {"name": f"{base}-{number}", **_NEW[group]})
    return written(document, writer)


def without_part(text: str, group: str, at: int) -> str:
    """The text without one part of a group. Raises DocumentError where it is not YAML."""
    document, writer = opened(text)
    drop_part(document, GROUPS[group], at)
    return written(document, writer)


def _parts(data: object, place: tuple[str, ...]) -> list[tuple[int, Mapping[str, Any]]]:
    found = value_at(data, place)
    return [(at, one) for at, one in enumerate(found if isinstance(found, list) else []) if isinstance(one, dict)]  # fmt: skip
