"""Badges, streaks and challenges of a scheme in plain words."""

from __future__ import annotations

from rewards.language import counted, gettext, said
from rewards.scheme import sentences
from rewards.scheme.achievements import Badge, Challenge, Penalty, Requirement, Streak
from rewards.scheme.phrases import chained, condition, day_names, deed, deeds, joined, kind_words, points
from rewards.scheme.scheme import IncentiveScheme


def explain_badge(badge: Badge, scheme: IncentiveScheme) -> str:
    """Sentences on a badge's requirements, its reward, and how long it is held."""
    titles = {f"awards {rule.id}": rule.title for rule in scheme.rules}
    titles |= {f"streak {streak.id}": streak.title for streak in scheme.streaks}
    ways = [
        chained(gettext("{first} and {last}"), [_need(n, titles) for n in group]) for group in badge.groups
    ]
    asked = chained(gettext("{first}, or {last}"), ways)
    text = [said("Badge “{title}”: {asked}.", title=badge.title, asked=asked), badge.description]
    text += [_penalty(penalty) for penalty in badge.penalties]
    if badge.points:
        text.append(said("It comes with {points}.", points=points(badge.points)))
    text.append(gettext("Yours to keep.") if badge.permanent else gettext("You hold it while this is true."))
    if badge.once_per == "object":
        text.append(gettext("You can earn it again with every item."))
    for level in badge.levels:
        places = {"title": level.title, "times": level.times, "points": points(level.points)}
        text.append(
            said("“{title}” at {times} times as much, with {points}.", **places)
            if level.points
            else said("“{title}” at {times} times as much.", **places)
        )
    return paragraph(text)


def _need(need: Requirement, titles: dict[str, str]) -> str:
    match need.metric:
        case "points":
            return said("{points} earned", points=points(need.at_least))
        case "awards":
            title = titles[f"awards {need.of}"]
            return counted("once “{what}”", "{count} times “{what}”", need.at_least, what=title)
        case "streak":
            title = titles[f"streak {need.of}"]
            return counted("{count} day of “{what}”", "{count} days of “{what}”", need.at_least, what=title)
    kind = kind_words(need.of)
    text = (
        counted("{count} unit “{what}”", "{count} units “{what}”", need.at_least, what=kind)
        if need.metric == "quantity"
        else deeds(need.of, need.at_least)
    )
    if need.beneficiary == "owner":
        text = said("{what} on something of yours", what=text)
    if need.when:
        text = said("{what} where {condition}", what=text, condition=condition(need.when))
    if need.per_object == "once":
        text = said("{what}, each item once", what=text)
    if need.scope == "object":
        text = said("{what} on one item", what=text)
    return gettext(sentences.WITHIN[need.window]).format(what=text) if need.window != "total" else text


def _penalty(penalty: Penalty) -> str:
    event = said("“{kind}”", kind=kind_words(penalty.on))
    if penalty.beneficiary == "owner":
        event = said("{what} on something of yours", what=event)
    if penalty.when:
        event = said("{what} where {condition}", what=event, condition=condition(penalty.when))
    if penalty.takes == "all":
        return said("Every {event} takes all of it away.", event=event)
    if penalty.takes == "quantity":
        return said("Every {event} takes its quantity away.", event=event)
    return said("Every {event} takes {number} away.", event=event, number=penalty.takes)


def explain_streak(streak: Streak) -> str:
    """Sentences on how a streak continues, and on its freezes."""
    what = joined(tuple(map(deed, streak.kinds)))
    places = {"title": streak.title, "what": what, "days": joined(day_names(streak.days), "and")}
    if streak.when:
        places["condition"] = condition(streak.when)
        text = said(
            "Streak “{title}”: {what}, if {condition}, on every {days}; holidays and leave do not count. "
            "On other days it neither grows nor breaks.",
            **places,
        )
    else:
        text = said(
            "Streak “{title}”: {what}, on every {days}; holidays and leave do not count. On other days it neither grows nor breaks.",
            **places,
        )
    if streak.freezes:
        text += " " + _freezes(streak.freezes, streak.freeze_window)
    if streak.repair:
        text += " " + counted(
            "If you missed no more than {count} day, {events} of these on the day you come back repair it.",
            "If you missed no more than {count} days, {events} of these on the day you come back repair it.",
            streak.repair.missed_days,
            events=streak.repair.events,
        )
    return text


def _freezes(count: int, window: str) -> str:
    match window:
        case "day":
            return counted(
                "{count} missed day in a day does not break it.",
                "{count} missed days in a day do not break it.",
                count,
            )
        case "week":
            return counted(
                "{count} missed day in a week does not break it.",
                "{count} missed days in a week do not break it.",
                count,
            )
        case "month":
            return counted(
                "{count} missed day in a month does not break it.",
                "{count} missed days in a month do not break it.",
                count,
            )
    return counted("{count} missed day does not break it.", "{count} missed days do not break it.", count)


def explain_challenge(one: Challenge, scheme: IncentiveScheme) -> str:
    """Sentences on a challenge's participants, goal, end and bonus."""
    titles = {rule.id: rule.title for rule in scheme.rules}
    goals = {
        "points": lambda: points(one.goal),
        "awards": lambda: counted(
            "once “{what}”", "{count} times “{what}”", one.goal, what=titles.get(one.of, one.of)
        ),
        "events": lambda: deeds(one.of, one.goal),
        "quantity": lambda: counted(
            "{count} unit “{what}”", "{count} units “{what}”", one.goal, what=kind_words(one.of)
        ),
    }
    begins = (
        said("from {day}", day=one.starts) if one.starts else gettext("from the first day of this scheme")
    )
    lasts = counted("for {count} day", "for {count} days", one.days)
    text = [
        gettext(sentences.CHALLENGES[one.unit]).format(
            title=one.title, goal=goals[one.metric](), begins=begins, lasts=lasts
        ),
        one.description,
    ]
    if one.points:
        text.append(
            said(
                "Whoever contributed where it is reached gets {points} once late reports no longer count.",
                points=points(one.points),
            )
        )
    return paragraph(text)


def paragraph(sentences_: list[str]) -> str:
    """The non-empty sentences as one paragraph."""
    return " ".join(one for one in sentences_ if one)
