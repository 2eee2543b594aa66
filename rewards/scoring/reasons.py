"""Reason codes: why an event earned what it did, as a stored word and as a sentence the employee can read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from engine import scoring_tables as codes
from rewards.amounts import counted_points
from rewards.language import gettext, in_signs, msg, ngettext


class Reason(StrEnum):
    """Stored with every entry, of zero too."""

    AWARDED = "awarded"
    CAP_PARTIAL = "cap_partial"
    CAP_REACHED = "cap_reached"
    COOLDOWN = "cooldown"
    ALREADY_AWARDED = "already_awarded"
    UNVERIFIED = "unverified"
    CHANNEL_UNREWARDED = "channel_unrewarded"
    FADED = "faded"
    COMES_TO_ZERO = "comes_to_zero"
    UNTIL_VERIFIED = "until_verified"
    NOW_VERIFIED = "now_verified"
    BADGE = "badge"
    BADGE_LOST = "badge_lost"
    NO_RULE = "no_rule"
    NO_SCHEME = "no_scheme"
    LATE = "late"
    CLOSED_PERIOD = "closed_period"
    QUARANTINED = "quarantined"
    INACTIVE = "inactive_person"
    HELD_FOR_REVIEW = "held_for_review"
    NOT_ENROLLED = "not_enrolled"
    ON_HOLD = "on_hold"
    BUDGET_EMPTY = "budget_empty"
    TOP_UP = "top_up"
    CORRECTION = "correction"
    CHALLENGE = "challenge"
    NOMINATION = "nomination"
    HIGHLIGHT = "highlight"


KERNEL_REASONS: dict[int, Reason] = {
    codes.AWARDED: Reason.AWARDED,
    codes.CAP_PARTIAL: Reason.CAP_PARTIAL,
    codes.CAP_REACHED: Reason.CAP_REACHED,
    codes.COOLDOWN: Reason.COOLDOWN,
    codes.ALREADY_AWARDED: Reason.ALREADY_AWARDED,
    codes.UNVERIFIED: Reason.UNVERIFIED,
    codes.CHANNEL_UNREWARDED: Reason.CHANNEL_UNREWARDED,
    codes.FADED: Reason.FADED,
    codes.BADGE: Reason.BADGE,
    codes.BADGE_LOST: Reason.BADGE_LOST,
    codes.DECLARED: Reason.UNTIL_VERIFIED,
    codes.PROVEN: Reason.NOW_VERIFIED,
    codes.COMES_TO_ZERO: Reason.COMES_TO_ZERO,
}

_SENTENCES: dict[Reason, str] = {
    Reason.AWARDED: msg("{amount} for “{title}”."),
    Reason.CAP_PARTIAL: msg("{points} of {wanted} points for “{title}”, because of {cap}."),
    Reason.CAP_REACHED: msg(
        "None of {wanted} points for “{title}”, because of {cap}. Nothing else was used up."
    ),
    Reason.COOLDOWN: msg(
        "No points for “{title}”: the rule waits {cooldown} after an award before it pays again."
    ),
    Reason.ALREADY_AWARDED: msg("No points for “{title}”: this item already earned them once."),
    Reason.UNVERIFIED: msg("No points for “{title}” yet: the rule asks for {verification}."),
    Reason.CHANNEL_UNREWARDED: msg(
        "No points for “{title}”: posts on this channel earn none, by its own rules or the company's choice."
    ),
    Reason.FADED: msg("No points for “{title}”: the amount falls with each repeat and has reached zero."),
    Reason.COMES_TO_ZERO: msg(
        "No points for “{title}”: the amount comes to nothing here (its multipliers or its quantity)."
    ),
    Reason.UNTIL_VERIFIED: msg("{amount} for “{title}” for now; the rest follows with {verification}."),
    Reason.NOW_VERIFIED: msg("{more} for “{title}”, now that there is {verification}."),
    Reason.BADGE_LOST: msg("The badge “{title}” is no longer held: what it asks for is not met at present."),
    Reason.BADGE: msg("You earned the badge “{title}”."),
    Reason.NO_RULE: msg("Recorded. No rule of the scheme rewards this."),
    Reason.NO_SCHEME: msg("Recorded. No scheme was in force when this happened."),
    Reason.LATE: msg("Recorded, no points: it arrived more than {grace} after it happened."),
    Reason.CLOSED_PERIOD: msg("Recorded, no points: the period it belongs to is closed."),
    Reason.QUARANTINED: msg("Set aside: its time lies in the future."),
    Reason.INACTIVE: msg("Recorded, no points: it happened while you were not with the company."),
    Reason.HELD_FOR_REVIEW: msg("{amount} for “{title}” will count once a person has looked."),
    Reason.NOT_ENROLLED: msg("Recorded, no points: you did not take part in the program then."),
    Reason.ON_HOLD: msg("{amount} for “{title}”, spendable after {hold}."),
    Reason.BUDGET_EMPTY: msg(
        "“{title}” counts for your rank; {spendable} points of it can be spent, since the budget for spendable points is used up."
    ),
    Reason.TOP_UP: msg("Topped up by a new version of the scheme."),
    Reason.CORRECTION: msg("Corrected by a new version of the scheme."),
    Reason.CHALLENGE: msg("{amount}: the challenge “{title}” was reached, and you contributed."),
    Reason.HIGHLIGHT: msg("Thank you: “{title}”. Few shared as much from {first} to {last}."),
    Reason.NOMINATION: msg("You were chosen for “{title}”."),
}

_WITH_POINTS: dict[Reason, str] = {
    Reason.BADGE: msg("You earned the badge “{title}” and {amount}."),
    Reason.NOMINATION: msg("You were chosen for “{title}” and {amount}."),
}

_PROOFS = {
    "declared": msg("your word"),
    "tracked": msg("a click that was tracked"),
    "connector": msg("the network's own report"),
}

_LIMITS: dict[tuple[str, str, str], str] = {
    ("day", "rule", ""): msg("the daily limit of {limit}"),
    ("week", "rule", ""): msg("the weekly limit of {limit}"),
    ("month", "rule", ""): msg("the monthly limit of {limit}"),
    ("total", "rule", ""): msg("the limit of {limit} ever"),
    ("day", "object", ""): msg("the daily limit of {limit} for one item"),
    ("week", "object", ""): msg("the weekly limit of {limit} for one item"),
    ("month", "object", ""): msg("the monthly limit of {limit} for one item"),
    ("total", "object", ""): msg("the limit of {limit} ever for one item"),
    ("day", "pair", ""): msg("the daily limit of {limit} with one person"),
    ("week", "pair", ""): msg("the weekly limit of {limit} with one person"),
    ("month", "pair", ""): msg("the monthly limit of {limit} with one person"),
    ("total", "pair", ""): msg("the limit of {limit} ever with one person"),
    ("day", "rule", "all"): msg("the daily limit of {limit} for all rules together"),
    ("week", "rule", "all"): msg("the weekly limit of {limit} for all rules together"),
    ("month", "rule", "all"): msg("the monthly limit of {limit} for all rules together"),
    ("total", "rule", "all"): msg("the limit of {limit} ever for all rules together"),
    ("day", "object", "all"): msg("the daily limit of {limit} for one item for all rules together"),
    ("week", "object", "all"): msg("the weekly limit of {limit} for one item for all rules together"),
    ("month", "object", "all"): msg("the monthly limit of {limit} for one item for all rules together"),
    ("total", "object", "all"): msg("the limit of {limit} ever for one item for all rules together"),
    ("day", "pair", "all"): msg("the daily limit of {limit} with one person for all rules together"),
    ("week", "pair", "all"): msg("the weekly limit of {limit} with one person for all rules together"),
    ("month", "pair", "all"): msg("the monthly limit of {limit} with one person for all rules together"),
    ("total", "pair", "all"): msg("the limit of {limit} ever with one person for all rules together"),
}
"""By window, scope, and whether all rules share the cap."""

_VERSIONS = {
    "raised": msg("A new version of the scheme raised it from {former}."),
    "lowered": msg("A new version of the scheme lowered it from {former}."),
}
_NUMBERS = ("points", "wanted", "spendable")


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def explain(reason: Reason, arguments: Mapping[str, object]) -> str:
    """The sentence for a reason in the current language; `arguments` are those stored with the entry.

    What they hold has one form in every language: numbers, codes and titles. Entries of earlier versions hold English words instead
    (`cap`, `cooldown`, `hold`, `grace`, `verification`), which stay as they are.
    """
    texts = {name: value for name, value in arguments.items() if isinstance(value, str)}
    sentence = _SENTENCES[reason]
    if texts.get("points", "0") != "0":
        sentence = _WITH_POINTS.get(reason, sentence)
    text = gettext(sentence).format_map(_Blank(_words(texts)))
    if "former" in texts:
        text += " " + gettext(_VERSIONS[texts["way"]]).format(former=counted_points(texts["former"]))
    return text


def _words(texts: Mapping[str, str]) -> dict[str, str]:
    """Values for a sentence's placeholders in the current language."""
    words = {name: in_signs(value) if name in _NUMBERS else _once(value) for name, value in texts.items()}
    if "points" in texts:
        points = texts["points"]
        words["amount"] = counted_points(points)
        words["more"] = ngettext(
            "{count} more point", "{count} more points", 1 if points == "1" else 2
        ).format(count=in_signs(points))
    if "cap_window" in texts:
        limit = _LIMITS[texts["cap_window"], texts["cap_scope"], texts["cap_rules"]]
        words["cap"] = gettext(limit).format(limit=counted_points(texts["cap_points"]))
    if "proof" in texts:
        words["verification"] = gettext(_PROOFS[texts["proof"]])
    if "cooldown_minutes" in texts:
        words["cooldown"] = minutes(int(texts["cooldown_minutes"]))
    for name in ("hold", "grace"):
        if f"{name}_hours" in texts:
            words[name] = hours(int(texts[f"{name}_hours"]))
    return words


def minutes(count: int) -> str:
    """Minutes in words."""
    return ngettext("{count} minute", "{count} minutes", count).format(count=count)


def hours(count: int) -> str:
    """Hours in words."""
    return ngettext("{count} hour", "{count} hours", count).format(count=count)


def _once(text: str) -> str:
    """Entries of long ago say “1 minutes”."""
    return text[:-1] if text in ("1 minutes", "1 hours") else text
