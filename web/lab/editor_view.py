"""The view of an experiment's editor: its form with faults at their fields, and a summary of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewards.document import DocumentError, DocumentFault, load_yaml
from rewards.edits import FormField, Part, numbers_of
from rewards.language import gettext, msg, said
from rewards.scheme.presets import PRESETS
from sims.lab.asking import DRAFT, IN_FORCE, scenarios_in
from sims.lab.document import BASE, Read
from sims.lab.form import form_of
from sims.lab.levers import LEVERS

LABELS: Mapping[str, str] = {
    "title": msg("Title"),
    "note": msg("What you want to know"),
    "people": msg("Whose company"),
    "headcount": msg("People, where made up"),
    "size": msg("People outside"),
    "horizon_days": msg("Days in all"),
    "runs": msg("Runs at most"),
    "precision_percent": msg("Precision, in percent"),
    "seed": msg("Seed"),
    "posterior": msg("What the model believes"),
    "name": msg("Short name"),
    "strictness": msg("Strictness of the policy, 0 to 1"),
    "training": msg("Trained, 0 to 1"),
    "approval_delay_days": msg("Days until approved"),
    "approval": msg("Approved one by one, 0 to 1"),
    "tools_friction": msg("Trouble of a share, 0 to 1"),
    "items_per_week": msg("Items a week"),
    "notifications": msg("Chances to share, 1 as usual"),
    "share": msg("Part of the mix"),
    "polish": msg("Polish, 0 to 1"),
    "useful": msg("Use to a reader, 0 to 1"),
    "promotional": msg("Advertising, 0 to 1"),
    "followers": msg("Followers"),
    "posts_per_week": msg("Posts a week"),
    "capability": msg("Who runs it"),
    "scheme": msg("Scheme"),
    "digests_per_week": msg("Reminders a week"),
    "lever": msg("Lever"),
    "of": msg("Of which variant"),
    "least": msg("From"),
    "most": msg("To"),
    "steps": msg("Settings in between and at the ends"),
}
TOOL_TRAINING = msg("Trained on joining the tool, 0 to 1")
CAPABILITIES: Mapping[str, str] = {
    "intern": msg("an intern"),
    "junior": msg("a junior"),
    "trained": msg("somebody trained"),
    "experienced": msg("somebody experienced"),
    "expert": msg("an expert"),
}
AS_USUAL = msg("as usual")


@dataclass(frozen=True)
class FieldView:
    """A form field; `fault` is its error message with the remedy."""

    field: FormField
    label: str
    choices: tuple[tuple[str, str], ...]
    fault: str


@dataclass(frozen=True)
class PartView:
    """A kind of content, an account or a variant, with its fields; `groups`: a variant's fields under headings."""

    part: Part
    groups: tuple[tuple[str, tuple[FieldView, ...]], ...]


@dataclass(frozen=True)
class FormView:
    """The whole form, and the errors that belong to none of its fields, by line."""

    head: tuple[FieldView, ...]
    policy: tuple[FieldView, ...]
    content: tuple[FieldView, ...]
    program: tuple[FieldView, ...]
    sweep: tuple[FieldView, ...]
    kinds: tuple[PartView, ...]
    accounts: tuple[PartView, ...]
    variants: tuple[PartView, ...]
    faults: tuple[DocumentFault, ...]


def form_view(text: str, found: Read, schemes: Sequence[str]) -> FormView | None:
    """The form of a text; None where the text is not YAML."""
    base = found.scenarios.get(BASE)
    usual = (
        None if base is None else base.model_dump(mode="json", exclude={"phases": {"__all__": {"scheme"}}})
    )
    try:
        form = form_of(text, schemes, usual)
        _node, data = load_yaml(text, "yaml")
    except DocumentError:
        return None
    by_place: dict[tuple[int | str, ...], str] = {}
    for fault in found.faults:
        by_place.setdefault(fault.place, fault.message)
    places = {field.name: numbers_of(data, field.place) for field in form.fields()}
    exact = {field.name for field in form.fields() if len(places[field.name]) == len(field.place)}
    # A missing required field is reported at its own place anyway.
    view = _Viewer(
        {name: by_place[place] for name, place in places.items() if name in exact and place in by_place}
    )
    shown = {places[name] for name in exact}
    return FormView(
        view.all(form.head),
        view.all(form.policy),
        view.all(form.content),
        view.all(form.program),
        view.all(form.sweep),
        tuple(view.part(one) for one in form.kinds),
        tuple(view.part(one) for one in form.accounts),
        tuple(view.variant(one, form.kinds, form.accounts) for one in form.variants),
        tuple(fault for fault in found.faults if fault.place not in shown),
    )


class _Viewer:
    def __init__(self, faults: Mapping[str, str]) -> None:
        self._faults = faults

    def all(self, fields: Sequence[FormField]) -> tuple[FieldView, ...]:
        """Fields with their labels, choices and errors."""
        return tuple(map(self._one, fields))

    def part(self, part: Part) -> PartView:
        """A part whose fields need no headings."""
        return PartView(part, (("", self.all(part.fields)),))

    def variant(self, part: Part, kinds: Sequence[Part], accounts: Sequence[Part]) -> PartView:
        """A variant: its name, and its changes under headings."""
        groups: dict[str, list[FieldView]] = {}
        for field in part.fields:
            groups.setdefault(self._heading(field, kinds, accounts), []).append(self._one(field))
        return PartView(part, tuple((title, tuple(fields)) for title, fields in groups.items()))

    def _heading(self, field: FormField, kinds: Sequence[Part], accounts: Sequence[Part]) -> str:
        place = field.name.split(".")[2:]
        if place[0] == "kinds":
            return said("Content “{title}”", title=kinds[int(place[1])].title)
        if place[0] == "accounts":
            return said("Account “{title}”", title=accounts[int(place[1])].title)
        if place[0] == "program":
            return gettext("Program")
        if place[0] != "changes":
            return ""
        return gettext("Policy") if place[1] == "policy" else gettext("Content")

    def _one(self, field: FormField) -> FieldView:
        last = str(field.place[-1])
        label = TOOL_TRAINING if "tool" in field.place and last == "training" else LABELS[last]
        values = (
            field.choices
            if not field.choices or field.value in field.choices
            else (*field.choices, field.value)
        )
        choices = tuple((one, _choice(last, one, field.usual)) for one in values)
        fault = self._faults.get(field.name, "")
        # The location is shown beside the error already.
        return FieldView(field, gettext(label), choices, fault.partition(": ")[2] or fault)


def _choice(field: str, value: str, usual: str) -> str:
    """A choice in words; an empty choice names the default."""
    if not value:
        empty = {
            "people": msg("a company that is made up"),
            "lever": msg("no sweep"),
            "of": msg("the scenario as it is"),
            "posterior": msg("the recalibration that was accepted last, if any"),
        }
        if field in empty:
            return gettext(empty[field])
        return said("as before: {value}", value=_choice(field, usual, "")) if usual else gettext(AS_USUAL)
    if field == "people":
        return gettext("our own people") if value == "live" else value
    if field == "capability" and value in CAPABILITIES:
        return gettext(CAPABILITIES[value])
    if field == "lever" and value in LEVERS:
        return gettext(LEVERS[value].title)
    if field == "posterior":
        return gettext("published findings alone") if value == "published" else value
    if field == "scheme":
        return _scheme(value)
    return value


def _scheme(value: str) -> str:
    if value == "none":
        return gettext("none")
    if value in PRESETS:
        return PRESETS[value].title
    if value == IN_FORCE:
        return gettext("the one in force")
    return said("draft {number}", number=value.removeprefix(DRAFT)) if value.startswith(DRAFT) else value


@dataclass(frozen=True)
class Asked:
    """A summary of a valid text: number of scenarios simulated in each run, and the settings of its sweep ("": none)."""

    scenarios: int
    names: Sequence[str]
    lever: str
    settings: str
    runs: int
    weeks: int


def asked_of(found: Read) -> Asked | None:
    """The summary of a text; None where it is not a valid experiment."""
    if found.written is None:
        return None
    written, base = found.written, found.scenarios[BASE]
    lever, settings = "", ""
    if written.sweep is not None:
        pulled = LEVERS[written.sweep.lever]
        lever = gettext(pulled.title)
        ends = written.sweep.ends(pulled)
        settings = ", ".join(f"{one:g}" for one in pulled.settings(*ends, written.sweep.steps))
    names = [gettext("Do nothing"), gettext("As it is"), *(one.title or one.name for one in written.variants)]
    return Asked(scenarios_in(written), names, lever, settings, base.runs, base.horizon_days // 7)
