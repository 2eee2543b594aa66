"""Reason codes: why an event earned what it did, as a stored word and as a sentence the employee can read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from engine import scoring_tables as codes
from rewards.amounts import units


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
    PAUSED = "paused"
    ON_HOLD = "on_hold"
    BUDGET_EMPTY = "budget_empty"
    REVERSED = "reversed"
    REPLAYED = "replayed"
    REVIEW_REFUSED = "review_refused"
    KUDOS = "kudos"
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
    Reason.AWARDED: "{amount} for “{title}”.",
    Reason.CAP_PARTIAL: "{points} of {wanted} points for “{title}”, because of {cap}.",
    Reason.CAP_REACHED: "None of {wanted} points for “{title}”, because of {cap}. Nothing else was used up.",
    Reason.COOLDOWN: "No points for “{title}”: the rule waits {cooldown} after an award before it pays again.",
    Reason.ALREADY_AWARDED: "No points for “{title}”: this item already earned them once.",
    Reason.UNVERIFIED: "No points for “{title}” yet: the rule asks for {verification}.",
    Reason.CHANNEL_UNREWARDED: "No points for “{title}”: this channel's rules forbid rewards for posts.",
    Reason.FADED: "No points for “{title}”: the amount falls with each repeat and has reached zero.",
    Reason.COMES_TO_ZERO: "No points for “{title}”: the amount comes to nothing here (its multipliers or its quantity).",
    Reason.UNTIL_VERIFIED: "{amount} for “{title}” for now; the rest follows with {verification}.",
    Reason.NOW_VERIFIED: "{more} for “{title}”, now that there is {verification}.",
    Reason.BADGE_LOST: "The badge “{title}” is no longer held: what it asks for is not met at present.",
    Reason.BADGE: "You earned the badge “{title}”{bonus}.",
    Reason.NO_RULE: "Recorded. No rule of the scheme rewards this.",
    Reason.NO_SCHEME: "Recorded. No scheme was in force when this happened.",
    Reason.LATE: "Recorded, no points: it arrived more than {grace} after it happened.",
    Reason.CLOSED_PERIOD: "Recorded, no points: the period it belongs to is closed.",
    Reason.QUARANTINED: "Set aside: its time lies in the future.",
    Reason.INACTIVE: "Recorded, no points: it happened while you were not with the company.",
    Reason.HELD_FOR_REVIEW: "{amount} for “{title}” will count once a person has looked.",
    Reason.PAUSED: "Recorded, no points: you were paused or away from the program.",
    Reason.ON_HOLD: "{amount} for “{title}”, spendable after {hold}.",
    Reason.BUDGET_EMPTY: "“{title}” counts for your rank; {spendable} points of it can be spent, since the budget for spendable points is used up.",
    Reason.REVERSED: "Taken back: {note}",
    Reason.REPLAYED: "Recomputed, because {note}",
    Reason.REVIEW_REFUSED: "Not awarded after review: {note}",
    Reason.KUDOS: "Thanks from {giver}.",
    Reason.TOP_UP: "Topped up by a new version of the scheme.",
    Reason.CORRECTION: "Corrected by a new version of the scheme.",
    Reason.CHALLENGE: "{amount}: the challenge “{title}” was reached, and you contributed.",
    Reason.HIGHLIGHT: "Thank you: “{title}”. Few shared as much from {first} to {last}.",
    Reason.NOMINATION: "You were chosen for “{title}”{bonus}.",
}


PROOFS = {
    "declared": "your word",
    "tracked": "a click that was tracked",
    "connector": "the network's own report",
}


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def explain(reason: Reason, arguments: Mapping[str, object]) -> str:
    """The sentence for a reason; `arguments` are those stored with the entry."""
    told = {name: _counted(value) for name, value in arguments.items() if isinstance(value, str)}
    if "points" in told:
        told |= {"amount": units(told["points"], "point"), "more": units(told["points"], "more point")}
    return _SENTENCES[reason].format_map(_Blank(told)) + _versions(told)


def _counted(text: str) -> str:
    """Entries of long ago say “1 minutes”."""
    return text[:-1] if text in ("1 minutes", "1 hours") else text


def _versions(told: Mapping[str, str]) -> str:
    """What is said where a new version of the scheme has changed the amount."""
    if "former" not in told:
        return ""
    return f" A new version of the scheme {told['way']} it from {units(told['former'], 'point')}."
