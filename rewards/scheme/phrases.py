"""Words for the parts of a scheme: amounts, lists, kinds of event, conditions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from rewards.amounts import amount_text
from rewards.language import counted, gettext, msg, said
from rewards.scheme.channels import channel_title
from rewards.scheme.predicates import (
    All,
    AnyOf,
    ChannelIn,
    Compare,
    In,
    Not,
    Predicate,
    SegmentIn,
    TagIn,
    WeekdayIn,
)
from rewards.scheme.quantities import millipoints

_ACTS = {
    "share": msg("you share something"),
    "click": msg("a person clicks on a link of yours"),
    "lead": msg("you bring a lead"),
    "suggestion": msg("you suggest content"),
    "training": msg("you finish a training"),
    "kudos": msg("you thank a colleague"),
    "comment": msg("you comment"),
}
_DEEDS = {
    "share": msg("a share"),
    "click": msg("a click"),
    "lead": msg("a lead"),
    "suggestion": msg("a suggestion"),
    "training": msg("a training"),
    "kudos": msg("thanks"),
    "comment": msg("a comment"),
}
_DAYS = {
    "mon": msg("Monday"),
    "tue": msg("Tuesday"),
    "wed": msg("Wednesday"),
    "thu": msg("Thursday"),
    "fri": msg("Friday"),
    "sat": msg("Saturday"),
    "sun": msg("Sunday"),
}
_COMPARED = {
    ("quantity", "<"): msg("its quantity is below {value}"),
    ("quantity", "<="): msg("its quantity is at most {value}"),
    ("quantity", "=="): msg("its quantity is exactly {value}"),
    ("quantity", "!="): msg("its quantity is not {value}"),
    ("quantity", ">="): msg("its quantity is at least {value}"),
    ("quantity", ">"): msg("its quantity is above {value}"),
    ("verification", "<"): msg("its proof is below {value}"),
    ("verification", "<="): msg("its proof is at most {value}"),
    ("verification", "=="): msg("its proof is exactly {value}"),
    ("verification", "!="): msg("its proof is not {value}"),
    ("verification", ">="): msg("its proof is at least {value}"),
    ("verification", ">"): msg("its proof is above {value}"),
}
_AMONG = {
    "quantity": msg("its quantity is {values}"),
    "verification": msg("its proof is {values}"),
}
_PROOFS = {
    "declared": msg("your own word"),
    "tracked": msg("a tracked click"),
    "connector": msg("the network's report"),
}
_JOINTS = {
    "or": msg("{first} or {last}"),
    "and": msg("{first} and {last}"),
}


def points(amount: Decimal | int) -> str:
    """An amount with its unit: 1 point, 2.5 points."""
    return amount_text(millipoints(Decimal(amount)))


def joined(words: tuple[str, ...], joint: Literal["or", "and"] = "or") -> str:
    """A list in words: a, b or c."""
    if len(words) == 1:
        return words[0]
    return gettext(_JOINTS[joint]).format(first=", ".join(words[:-1]), last=words[-1])


def day_names(days: tuple[str, ...]) -> tuple[str, ...]:
    """Weekdays in full."""
    return tuple(gettext(_DAYS[day]) for day in days)


def kind_words(kind: str) -> str:
    """A kind of event as words."""
    return kind.replace("_", " ").replace(".", " ")


def deed(kind: str) -> str:
    """An event of a kind as a noun."""
    return gettext(_DEEDS[kind]) if kind in _DEEDS else said("“{kind}”", kind=kind_words(kind))


def deeds(kind: str, count: int) -> str:
    """So many events of a kind."""
    match kind:
        case "share":
            return counted("{count} share", "{count} shares", count)
        case "click":
            return counted("{count} click", "{count} clicks", count)
        case "lead":
            return counted("{count} lead", "{count} leads", count)
        case "suggestion":
            return counted("{count} suggestion", "{count} suggestions", count)
        case "training":
            return counted("{count} training", "{count} trainings", count)
        case "kudos":
            return counted("{count} thanks to a colleague", "{count} thanks to colleagues", count)
        case "comment":
            return counted("{count} comment", "{count} comments", count)
    return counted("once “{what}”", "{count} times “{what}”", count, what=kind_words(kind))


def act(kind: str, of_owner: bool) -> str:
    """An activity in words that follow “when”."""
    if of_owner:
        if kind == "kudos":
            return gettext("a colleague thanks you")
        return said("a colleague does “{act}” on something of yours", act=kind_words(kind))
    return gettext(_ACTS[kind]) if kind in _ACTS else said("you do “{act}”", act=kind_words(kind))


def condition(predicate: Predicate) -> str:
    """The condition as words that follow “if”."""
    match predicate:
        case All(all=parts):
            return chained(gettext(_JOINTS["and"]), [condition(part) for part in parts])
        case AnyOf(any=parts):
            return "(" + chained(gettext(_JOINTS["or"]), [condition(part) for part in parts]) + ")"
        case Not(not_=part):
            return said("not ({condition})", condition=condition(part))
        case SegmentIn(segment=names):
            return said("you work in {segments}", segments=joined(names))
        case ChannelIn(channel=names):
            return said("it is on {channels}", channels=joined(tuple(map(channel_title, names))))
        case TagIn(tag=names):
            return said("the item is tagged {tags}", tags=joined(names))
        case WeekdayIn(weekday=names):
            return said("it is {days}", days=joined(day_names(names)))
        case Compare(compare=c):
            return gettext(_COMPARED[c.field, c.op]).format(value=_constant(c.value))
        case In(in_=membership):
            values = joined(tuple(map(_constant, membership.values)))
            return gettext(_AMONG[membership.field]).format(values=values)


def chained(joint: str, parts: Sequence[str]) -> str:
    """Parts joined two by two by a message with places for the `first` and the `last`."""
    whole, *others = parts
    for part in others:
        whole = joint.format(first=whole, last=part)
    return whole


def _constant(value: int | str) -> str:
    return gettext(_PROOFS[value]) if isinstance(value, str) else str(value)
