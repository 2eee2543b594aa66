"""The scheme in plain English, generated from the document, as an employee reads it."""

from __future__ import annotations

from rewards.predicates import All, AnyOf, ChannelIn, Compare, Not, Predicate, SegmentIn, TagIn, WeekdayIn
from rewards.reasons import points_text
from rewards.scheme import Badge, Cap, IncentiveScheme, Rule, millipoints

_KINDS = {
    "share": "share something green-lit",
    "click": "have a link of yours clicked by a person",
    "lead": "bring a lead",
    "suggestion": "suggest content",
    "training": "finish a training",
    "kudos": "are thanked",
    "comment": "comment",
}
_PROOF = {
    "declared": "",
    "tracked": " It counts once a tracked click shows it.",
    "connector": " It counts once the network itself reports it.",
}


def _listed(words: tuple[str, ...], joint: str = "or") -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


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
            return f"you work in {_listed(names)}"
        case ChannelIn(channel=names):
            return f"it is on {_listed(names)}"
        case TagIn(tag=names):
            return f"the item is tagged {_listed(names)}"
        case WeekdayIn(weekday=names):
            return f"it is {_listed(names)}"
        case Compare(compare=c):
            return f"its {c.field} is {c.op} {c.value}"


def _cap(cap: Cap) -> str:
    window = "in all" if cap.window == "total" else f"a {cap.window}"
    scope = " for one item" if cap.scope == "object" else ""
    return f"at most {points_text(millipoints(cap.points))} points {window}{scope}"


def _rule(rule: Rule) -> str:
    points = points_text(millipoints(rule.points))
    when = f", if {condition(rule.when)}" if rule.when else ""
    act = _KINDS.get(rule.on, f"do “{rule.on}”")
    text = f"{rule.title}: {points} point{'' if points == '1' else 's'} when you {act}{when}."
    if rule.per_object == "once":
        text += " Each item counts once."
    if rule.decay:
        text += f" Every repeat is worth {rule.decay.factor} of the one before."
    for m in rule.multipliers:
        text += f" Times {m.factor}{f' if {condition(m.when)}' if m.when else ''}."
    if rule.caps:
        text += f" You can earn {_listed(tuple(_cap(cap) for cap in rule.caps), 'and')}."
    if rule.cooldown_minutes:
        text += f" After an award it waits {rule.cooldown_minutes} minutes."
    if rule.hold_hours:
        text += f" The points can be spent after {rule.hold_hours} hours."
    return text + _PROOF[rule.verification]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _badge(badge: Badge, scheme: IncentiveScheme) -> str:
    titles = {rule.id: rule.title for rule in scheme.rules} | {
        streak.id: streak.title for streak in scheme.streaks
    }

    def need(metric: str, of: str, least: int) -> str:
        match metric:
            case "points":
                return f"{least} points"
            case "awards":
                return f"{_times(least)} “{titles[of]}”"
            case "events":
                return f"{_times(least)} “{of}”"
            case _:
                return f"{least} day{'' if least == 1 else 's'} of “{titles[of]}”"

    ways = [" and ".join(need(n.metric, n.of, n.at_least) for n in group) for group in badge.groups]
    return f"Badge “{badge.title}”: {' or '.join(ways)}. {'Yours to keep.' if badge.permanent else 'Held while it is true.'}"


def explain_scheme(scheme: IncentiveScheme) -> list[str]:
    """One sentence or two for each part of the scheme, in reading order."""
    lines = [_rule(rule) for rule in scheme.rules]
    lines += [f"All rules together: {_cap(cap)}." for cap in scheme.caps]
    if scheme.unrewarded_channels:
        lines.append(
            f"No points on {_listed(scheme.unrewarded_channels)}: their rules forbid rewards for posts."
        )
    lines += [
        f"Streak “{s.title}”: {_listed(s.kinds)} on every one of {_listed(s.days, 'and')}; {s.freezes} freezes."
        for s in scheme.streaks
    ]
    lines += [_badge(badge, scheme) for badge in scheme.badges]
    lines += [
        f"Level “{level.title}” from {points_text(millipoints(level.points))} points."
        for level in scheme.levels
    ]
    kudos = scheme.recognition.kudos
    if kudos:
        lines.append(
            f"Thanks: you can give {points_text(millipoints(kudos.allowance))} points a {kudos.period} to colleagues, "
            f"{points_text(millipoints(kudos.gift))} at a time, at most {kudos.per_pair} times to one person."
        )
    lines += [
        f"Recognition “{h.title}”: {float(h.share):.0%} of people, every {h.every_days} days."
        for h in scheme.recognition.highlights
    ]
    lines += [f"Reward “{r.title}” for {points_text(millipoints(r.points))} points." for r in scheme.rewards]
    lines.append(
        f"What arrives more than {scheme.calendar.grace_hours} hours late is recorded and earns nothing."
    )
    return lines
