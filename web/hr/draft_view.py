"""The designer's view of a draft: its form with errors at their fields, and a preview of the scheme's sentences and expected awards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache

from rewards.disclosure import counts_told, told
from rewards.document import DocumentError, DocumentFault, document_faults
from rewards.edits import FormField, Part, Place
from rewards.language import gettext, in_signs, language, msg, said
from rewards.people.groups import groups_shown, minimum_group
from rewards.publishing.behaviour import Behaviour, behaviour
from rewards.publishing.clicks import CLICKS_PER_SHARE, MODEL_CLICKS_PER_SHARE
from rewards.publishing.expected import REST, Estimate, Estimates, Expected
from rewards.publishing.publication import scheme_in_force
from rewards.publishing.ratio import NetworkGap, network_gap
from rewards.scheme.editing import NEW, Form, form_of
from rewards.scheme.explain import explain_scheme
from rewards.scheme.promises import refuse_unkept
from rewards.scheme.scheme import IncentiveScheme, SchemeError
from rewards.scheme.unreachable import unreachable
from rewards.scoring.tables import compile_scheme
from rewards.store.session import Transaction
from web.templating import number_text, told_text

MOST_READ = 64
"""Texts that a process remembers to have read: most looks are at one that was looked at before."""
LABELS = {
    "title": msg("Title"),
    "note": msg("Note for those who decide"),
    "membership": msg("Who takes part"),
    "calendar.grace_hours": msg("Hours within which something may arrive"),
    "privacy.minimum_group": msg("Smallest group that is shown"),
    "fair_play.review_above_per_hour": msg("Events an hour above which somebody looks"),
    "award_budget.points": msg("Points that can be made spendable"),
    "award_budget.window": msg("… in each"),
    "recognition.kudos.allowance": msg("Points to thank with"),
    "recognition.kudos.gift": msg("Points of one thanks"),
    "recognition.kudos.per_pair": msg("Thanks to the same colleague in 28 days"),
    "on": msg("What for"),
    "points": msg("Points"),
    "per_object": msg("For each item"),
    "verification": msg("Proof"),
    "cap_day": msg("At most a day"),
    "cap_week": msg("At most a week"),
    "cap_month": msg("At most a month"),
    "cooldown_minutes": msg("Minutes to wait afterwards"),
    "hold_hours": msg("Hours before it can be spent"),
    "unit_cost_cents": msg("Cost of one, in cents"),
    "stock": msg("How many there are"),
    "budget_points": msg("Points a month that can go into it"),
    "approval": msg("Somebody approves each"),
    "goal": msg("Goal"),
    "days": msg("Days"),
}
CHOICES = {
    "": msg("as usual"),
    "everybody": msg("everybody"),
    "enrolled": msg("whoever was invited and joined"),
    "day": msg("day"),
    "week": msg("week"),
    "month": msg("month"),
    "total": msg("for ever"),
    "once": msg("once"),
    "each": msg("every time"),
    "declared": msg("one's own word"),
    "tracked": msg("a tracked click"),
    "connector": msg("a connected network"),
    "true": msg("yes"),
    "false": msg("no"),
}
GROUPS = {
    "rules": msg("What earns points"),
    "levels": msg("Levels"),
    "rewards": msg("What points buy"),
    "challenges": msg("Common goals"),
    "badges": msg("Badges"),
}


@dataclass(frozen=True)
class FieldView:
    """A form field; `fault` is its error message with the remedy."""

    field: FormField
    label: str
    choices: tuple[tuple[str, str], ...]
    fault: str


@dataclass(frozen=True)
class PartView:
    """One part of the scheme (a rule, level, reward …) with its fields."""

    part: Part
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class GroupView:
    """All parts of one kind; `grows`: the form can add another."""

    name: str
    title: str
    parts: tuple[PartView, ...]
    grows: bool


@dataclass(frozen=True)
class FormView:
    """The whole form, and the errors that belong to none of its fields, by line."""

    head: tuple[FieldView, ...]
    groups: tuple[GroupView, ...]
    more: tuple[str, ...]
    faults: tuple[DocumentFault, ...]


@dataclass(frozen=True)
class ExpectedRow:
    """One group's expected week under the version in force (None: there is none) and under the draft.

    `earning`: how many people would earn, as far as disclosure control allows.

    `amounts`: whether sums may be shown; where few people earn, a sum would reveal one person's points.
    """

    title: str
    people: int
    before: Expected | None
    after: Expected
    earning: str
    amounts: bool


@dataclass(frozen=True)
class Look:
    """The preview of a valid text; the last of `rows` is the whole company.

    `changes`: sentences removed ('gone') and added ('new') compared with the version in force.
    """

    employee: Sequence[str]
    hr: Sequence[str]
    changes: Sequence[tuple[str, str]]
    compared: str
    rows: Sequence[ExpectedRow]
    limited: bool
    origin: str
    gaps: Sequence[str]
    unkept: str
    unreachable: Sequence[str]


def form_view(text: str, faults: Sequence[DocumentFault]) -> FormView | None:
    """The form of a text; None where the text is not YAML."""
    try:
        form = form_of(text)
    except DocumentError:
        return None
    by_place: dict[Place, str] = {}
    for fault in faults:
        by_place.setdefault(fault.place, fault.message)
    groups = tuple(
        GroupView(
            name,
            gettext(title),
            tuple(
                PartView(part, tuple(_field(one, by_place) for one in part.fields))
                for part in form.parts
                if part.group == name
            ),
            name in NEW,
        )
        for name, title in GROUPS.items()
    )
    shown = {one.place for one in form.fields()}
    rest = tuple(fault for fault in faults if fault.place not in shown)
    return FormView(tuple(_field(one, by_place) for one in form.head), groups, _more(form), rest)


def _more(form: Form) -> tuple[str, ...]:
    return tuple(name for name in form.more if name not in ("calendar", "privacy", "fair_play"))


def _field(field: FormField, faults: dict[Place, str]) -> FieldView:
    label = LABELS.get(field.name) or LABELS[field.name.rpartition(".")[2]]
    values = (
        field.choices if not field.choices or field.value in field.choices else (*field.choices, field.value)
    )
    choices = tuple((one, gettext(CHOICES[one]) if one in CHOICES else one) for one in values)
    fault = faults.get(field.place, "")
    # The location is shown beside the error already.
    return FieldView(field, gettext(label), choices, fault.partition(": ")[2] or fault)


def read(text: str) -> tuple[IncentiveScheme | None, list[DocumentFault]]:
    """The scheme parsed from a text, or every error that makes it invalid."""
    scheme, faults = _read(text, language())
    return scheme, list(faults)


@lru_cache(MOST_READ)
def _read(text: str, _language: str) -> tuple[IncentiveScheme | None, list[DocumentFault]]:
    """Parse a text; the cache holds for one language, since error messages are in the reader's language."""
    scheme, faults = document_faults(text, IncentiveScheme)
    if scheme is not None:
        try:
            compile_scheme(scheme)
        except SchemeError as error:
            return None, [DocumentFault(1, (), str(error))]
    return scheme, faults


def look_at(tx: Transaction, organisation: str, scheme: IncentiveScheme, now: datetime) -> Look:
    """Preview a scheme: its sentences, the changes among them, and the expected awards for recorded behaviour."""
    live = scheme_in_force(tx, organisation, now)
    found = behaviour(tx, organisation, now)
    shown = groups_shown(tx, organisation, now, kinds=["segment"]).segments
    estimates: Estimates = tx.database.cache.setdefault(("estimates", organisation), Estimates())
    after = estimates.of(scheme, found, shown)
    before = None if live is None else estimates.of(live.scheme, found, shown)
    minimum = minimum_group(tx, organisation, now) if found.origin == "live" else 0
    told_apart = enough_earn(shown, [one for one in (before, after) if one is not None], minimum)
    if told_apart != shown:
        after = estimates.of(scheme, found, told_apart)
        before = None if live is None else estimates.of(live.scheme, found, told_apart)
    for_hr = explain_scheme(scheme, "hr")
    return Look(
        employee=explain_scheme(scheme, "employee"),
        hr=for_hr,
        changes=[] if live is None else changes(explain_scheme(live.scheme, "hr"), for_hr),
        compared="" if live is None else live.scheme.title,
        rows=[]
        if found.origin == "none"
        else _rows(before, after, _earning(tx, organisation, now, found, after), minimum),
        limited=after.limited,
        origin=_origin(found),
        gaps=_gaps(scheme, found),
        unkept=_unkept(scheme),
        unreachable=unreachable(scheme),
    )


def changes(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, str]]:
    """Sentences that differ between two versions, in reading order."""
    found: list[tuple[str, str]] = []
    for tag, first, until, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            found += [("gone", line) for line in before[first:until]]
            found += [("new", line) for line in after[start:end]]
    return found


def enough_earn(shown: Collection[str], estimates: Sequence[Estimate], minimum: int) -> Collection[str]:
    """The groups whose sums may be shown.

    Enough people earn in each of them, and in all others together, so that no sum reveals one person's points.
    """
    earning = [{one.group: round(one.earning) for one in estimate.groups} for estimate in estimates]
    whole = [round(estimate.whole.earning) for estimate in estimates]
    least = {
        group: min(counts.get(group, 0) for counts in earning)
        for group in shown
        if any(group in counts for counts in earning)
    }
    kept = {group for group, count in least.items() if count >= minimum}
    while kept and kept != {group for counts in earning for group in counts}:
        rest = [
            count - sum(counts.get(group, 0) for group in kept)
            for count, counts in zip(whole, earning, strict=True)
        ]
        if min(rest) >= minimum:
            break
        kept.remove(min(kept, key=lambda group: (least[group], group)))
    return shown if kept == least.keys() else frozenset(kept)


def _earning(
    tx: Transaction, organisation: str, now: datetime, found: Behaviour, after: Estimate
) -> dict[str | None, str]:
    """How many would earn, by group and in total (None), suppressed where a count would point at few existing people."""
    if found.origin != "live":
        numbers: dict[str | None, str] = {None: number_text(after.whole.earning)}
        return numbers | {one.group: number_text(one.earning) for one in after.groups}
    minimum = minimum_group(tx, organisation, now)
    people, earning = after.whole.people, round(after.whole.earning)
    groups = [(one.group, one.people, round(one.earning)) for one in after.groups]
    counts: dict[str | None, str] = {None: told(people, earning, minimum)}
    counts |= {one.group: one.told for one in counts_told(groups, people, earning, minimum)}
    return {group: told_text(count, minimum) for group, count in counts.items()}


def _rows(
    before: Estimate | None, after: Estimate, earning: Mapping[str | None, str], minimum: int
) -> list[ExpectedRow]:
    known = {} if before is None else {one.group: one for one in before.groups}
    titles = {REST: gettext("All others together")}
    found = [
        ExpectedRow(
            titles.get(one.group, one.group),
            one.people,
            known.get(one.group),
            one,
            earning[one.group],
            _enough(known.get(one.group), one, minimum),
        )
        for one in after.groups
    ]
    whole = ExpectedRow(
        gettext("All"),
        after.whole.people,
        None if before is None else before.whole,
        after.whole,
        earning[None],
        # Zero earners follow from the scheme, so that the count discloses nothing about a person.
        not after.whole.earning or _enough(None if before is None else before.whole, after.whole, minimum),
    )
    return [*found, whole]


def _enough(before: Expected | None, after: Expected, minimum: int) -> bool:
    return all(round(one.earning) >= minimum for one in (before, after) if one is not None)


def _origin(found: Behaviour) -> str:
    if found.origin == "none":
        return gettext(
            "Nobody has done anything in the last four weeks, and nothing was rehearsed: there is nothing to reckon with yet."
        )
    people = sum(found.sampled.values())
    if found.origin == "rehearsal":
        return said(
            "What people did in the last rehearsal ({title}), scored anew under this text: {acts} events of {people} people "
            "over {days} days.",
            title=found.title,
            acts=found.acts,
            people=people,
            days=found.days,
        )
    return said(
        "What people really did in the last {days} days, scored anew under this text: {acts} events of {people} people.",
        days=found.days,
        acts=found.acts,
        people=people,
    )


_TYPICAL = msg(
    "By the points alone, whoever has ten times the network earns {times} times as many for the same shares, if a share brings a "
    "typical network {clicks} human clicks."
)
_MODELLED = msg("If it brings {clicks}, as the model gives a typical network, it is {times} times as many.")
_LIMITED = msg("With the limits of this text it is {times} times as many.")
_COUNTED = msg(
    "At the {clicks} human clicks a share that were counted here, and with these limits, it is {times} times as many."
)


def _gaps(scheme: IncentiveScheme, found: Behaviour) -> list[str]:
    """Sentences on how much more a tenfold network earns for the same work: with typical clicks, and with the clicks counted here."""
    alone, limited = _gap(network_gap(scheme, limits=False)), _gap(network_gap(scheme))
    modelled = _gap(network_gap(scheme, MODEL_CLICKS_PER_SHARE, limits=False))
    lines = [_said(_TYPICAL, alone)]
    if modelled and alone and modelled["times"] != alone["times"]:
        lines.append(_said(_MODELLED, modelled))
    if limited and alone and limited["times"] != alone["times"]:
        lines.append(_said(_LIMITED, limited))
    own = found.per_share()
    if own is not None and round(own, 1) != CLICKS_PER_SHARE:
        lines.append(_said(_COUNTED, _gap(network_gap(scheme, round(own, 2)))))
    return [line for line in lines if line]


def _gap(gap: NetworkGap) -> dict[str, str]:
    """The numbers of one gap as texts; None where nothing is paid."""
    if gap.times is None:
        return {}
    return {"times": in_signs(f"{gap.times:.1f}"), "clicks": in_signs(f"{gap.clicks_per_share:g}")}


def _said(message: str, numbers: dict[str, str]) -> str:
    return gettext(message).format(**numbers) if numbers else ""


def _unkept(scheme: IncentiveScheme) -> str:
    try:
        refuse_unkept(scheme)
    except SchemeError as error:
        return str(error)
    return ""
