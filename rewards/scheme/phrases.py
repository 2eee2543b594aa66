"""Words for the parts of a scheme: amounts, lists, kinds of event, conditions."""

from __future__ import annotations

from decimal import Decimal

from rewards.amounts import amount_text
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
    "share": "you share something",
    "click": "a person clicks on a link of yours",
    "lead": "you bring a lead",
    "suggestion": "you suggest content",
    "training": "you finish a training",
    "kudos": "you thank a colleague",
    "comment": "you comment",
}
_DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip
_THAN = {"<": "below", "<=": "at most", "==": "exactly", "!=": "not", ">=": "at least", ">": "above"}
_PROOFS = {"declared": "your own word", "tracked": "a tracked click", "connector": "the network's report"}


def points(amount: Decimal | int) -> str:
    """An amount with its unit: 1 point, 2.5 points."""
    return amount_text(millipoints(Decimal(amount)))


def plural(count: int, noun: str) -> str:
    """A count with its noun: 1 day, 2 days."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def times(count: int) -> str:
    """How often: once, 2 times."""
    return "once" if count == 1 else f"{count} times"


def joined(words: tuple[str, ...], joint: str = "or") -> str:
    """A list as it is spoken: a, b or c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def day_names(days: tuple[str, ...]) -> tuple[str, ...]:
    """Weekdays in full."""
    return tuple(_DAYS[day] for day in days)


def kind_words(kind: str) -> str:
    """A kind of event as words."""
    return kind.replace("_", " ").replace(".", " ")


def act(kind: str, of_owner: bool) -> str:
    """What somebody does, as words that follow “when”."""
    if of_owner:
        return (
            "a colleague thanks you"
            if kind == "kudos"
            else f"a colleague does “{kind_words(kind)}” on something of yours"
        )
    return _ACTS.get(kind, f"you do “{kind_words(kind)}”")


def condition(predicate: Predicate) -> str:
    """The condition as words that follow “if”."""
    match predicate:
        case All(all=parts):
            return " and ".join(condition(part) for part in parts)
        case AnyOf(any=parts):
            return "(" + " or ".join(condition(part) for part in parts) + ")"
        case Not(not_=part):
            return f"not ({condition(part)})"
        case SegmentIn(segment=names):
            return f"you work in {joined(names)}"
        case ChannelIn(channel=names):
            return f"it is on {joined(names)}"
        case TagIn(tag=names):
            return f"the item is tagged {joined(names)}"
        case WeekdayIn(weekday=names):
            return f"it is {joined(day_names(names))}"
        case Compare(compare=c):
            return f"its {_field(c.field)} is {_THAN[c.op]} {_constant(c.value)}"
        case In(in_=membership):
            return f"its {_field(membership.field)} is {joined(tuple(map(_constant, membership.values)))}"


def _field(name: str) -> str:
    return "proof" if name == "verification" else name


def _constant(value: int | str) -> str:
    return _PROOFS[value] if isinstance(value, str) else str(value)
