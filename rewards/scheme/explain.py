"""The scheme in plain English, generated from the document: as an employee reads it, and as HR does.

Everything that changes what an employee gets is said to everybody; HR also reads what kind of reward each part is, what it costs
the company and when a person looks first.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from rewards.scheme.achievements import Badge, Challenge, Penalty, Requirement, Streak
from rewards.scheme.earning import Cap, Rule
from rewards.scheme.offers import Kudos, Leaderboard, Nomination, Reward
from rewards.scheme.phrases import act, condition, day_names, joined, kind_words, plural, points, times
from rewards.scheme.quantities import Nature
from rewards.scheme.scheme import Calendar, IncentiveScheme

Role = Literal["employee", "hr"]
_PROOF = {
    "declared": "",
    "tracked": " It counts once a tracked click shows it.",
    "connector": " It counts once the network itself reports it.",
}
_EACH = {"day": "a day", "week": "a week", "month": "a month", "total": "in all"}
_WITHIN = {"day": " within one day", "week": " within one week", "month": " within one month", "total": ""}


def explain_scheme(scheme: IncentiveScheme, role: Role = "employee") -> list[str]:
    """A sentence or more for each part of the scheme, in reading order."""
    hr = role == "hr"
    lines = [f"{scheme.title}."]
    lines += [scheme.note] if hr and scheme.note else []
    lines += [_rule(rule) + _nature(rule.nature, hr) for rule in scheme.rules]
    lines += [f"All rules together: {_cap(cap)}." for cap in scheme.caps]
    if scheme.unrewarded_channels:
        lines.append(
            f"No points on {joined(scheme.unrewarded_channels)}: their rules forbid rewards for posts."
        )
    lines += [_streak(streak) for streak in scheme.streaks]
    for badge in scheme.badges:
        lines.append(_badge(badge, scheme) + _nature(badge.nature, hr))
    lines += [f"Level “{level.title}” from {points(level.points)} ever earned." for level in scheme.levels]
    lines += [_challenge(one, scheme) + _nature(one.nature, hr) for one in scheme.challenges]
    pseudonyms = any(board.pseudonyms for board in scheme.leaderboards)
    lines += [_board(board, pseudonyms) for board in scheme.leaderboards]
    lines += _recognition(scheme, hr) + _award_budget(scheme)
    lines += [_reward(reward, hr) for reward in scheme.rewards]
    return lines + _time(scheme.calendar) + _others(scheme, hr)


def _nature(nature: Nature, hr: bool) -> str:
    if not hr:
        return ""
    known = (
        "everybody knows of it beforehand" if nature.expectation == "expected" else "it comes as a surprise"
    )
    return f" (A {nature.worth} reward, {nature.publicity}; {known}.)"


def _cap(cap: Cap) -> str:
    scope = {"rule": "", "object": " for one item", "pair": " with one and the same person"}[cap.scope]
    return f"at most {points(cap.points)} {_EACH[cap.window]}{scope}"


def _rule(rule: Rule) -> str:
    when = f", if {condition(rule.when)}" if rule.when else ""
    unit = " for every unit" if rule.per == "unit" else ""
    text = (
        f"{rule.title}: {points(rule.points)}{unit} when {act(rule.on, rule.beneficiary == 'owner')}{when}."
    )
    if rule.per_object == "once":
        text += " Each item counts once, however often you take it back and repeat it."
    if rule.decay:
        again = "" if rule.decay.window == "total" else f"; with a new {rule.decay.window} it is whole again"
        text += f" Every repeat is worth {rule.decay.factor} of the one before{again}."
    for m in rule.multipliers:
        text += f" Times {m.factor}{f' if {condition(m.when)}' if m.when else ''}."
    if rule.caps:
        text += f" You can earn {joined(tuple(_cap(cap) for cap in rule.caps), 'and')}."
    if rule.cooldown_minutes:
        text += f" After an award it waits {plural(rule.cooldown_minutes, 'minute')}."
    if rule.hold_hours:
        text += f" The points count at once and can be spent after {plural(rule.hold_hours, 'hour')}."
    if rule.until_verified:
        return (
            text
            + f" You get {rule.until_verified} of it at once, and the rest when{_PROOF[rule.verification][15:]}"
        )
    return text + _PROOF[rule.verification]


def _badge(badge: Badge, scheme: IncentiveScheme) -> str:
    titles = {f"awards {rule.id}": rule.title for rule in scheme.rules}
    titles |= {f"streak {streak.id}": streak.title for streak in scheme.streaks}
    ways = [" and ".join(_need(need, titles) for need in group) for group in badge.groups]
    text = f"Badge “{badge.title}”: {', or '.join(ways)}."
    text += f" {badge.description}" if badge.description else ""
    text += "".join(f" {_penalty(penalty)}" for penalty in badge.penalties)
    if badge.points:
        text += f" It comes with {points(badge.points)}."
    text += " Yours to keep." if badge.permanent else " You hold it while this is true."
    if badge.once_per == "object":
        text += " You can earn it again with every item."
    for level in badge.levels:
        bonus = f", with {points(level.points)}" if level.points else ""
        text += f" “{level.title}” at {level.times} times as much{bonus}."
    return text


def _need(need: Requirement, titles: dict[str, str]) -> str:
    match need.metric:
        case "points":
            return f"{points(need.at_least)} earned"
        case "awards":
            return f"{times(need.at_least)} “{titles[f'awards {need.of}']}”"
        case "streak":
            return f"{plural(need.at_least, 'day')} of “{titles[f'streak {need.of}']}”"
        case _:
            count = plural(need.at_least, "unit") if need.metric == "quantity" else times(need.at_least)
            text = f"{count} “{kind_words(need.of)}”"
            text += " on something of yours" if need.beneficiary == "owner" else ""
            text += f" where {condition(need.when)}" if need.when else ""
            text += ", each item once" if need.per_object == "once" else ""
            text += " on one item" if need.scope == "object" else ""
            return text + _WITHIN[need.window]


def _penalty(penalty: Penalty) -> str:
    takes = {"all": "all of it", "quantity": "its quantity"}.get(str(penalty.takes), str(penalty.takes))
    owner = " on something of yours" if penalty.beneficiary == "owner" else ""
    when = f" where {condition(penalty.when)}" if penalty.when else ""
    return f"Every “{kind_words(penalty.on)}”{owner}{when} takes {takes} away."


def _streak(streak: Streak) -> str:
    when = f", if {condition(streak.when)}" if streak.when else ""
    what = joined(tuple(f"“{kind_words(kind)}”" for kind in streak.kinds))
    text = f"Streak “{streak.title}”: {what}{when}, on every {joined(day_names(streak.days), 'and')}; holidays and leave do not count. On other days it neither grows nor breaks."
    if streak.freezes:
        window = "" if streak.freeze_window == "total" else f" in a {streak.freeze_window}"
        text += f" {plural(streak.freezes, 'missed day')}{window} do not break it."
    if streak.repair:
        text += (
            f" If you missed no more than {plural(streak.repair.missed_days, 'day')}, {streak.repair.events} on the day you come back "
            "mend it."
        )
    return text


def _challenge(one: Challenge, scheme: IncentiveScheme) -> str:
    titles = {rule.id: rule.title for rule in scheme.rules}
    goal = {
        "points": points(one.goal),
        "awards": f"{times(one.goal)} “{titles.get(one.of, one.of)}”",
        "events": f"{times(one.goal)} “{kind_words(one.of)}”",
        "quantity": f"{plural(one.goal, 'unit')} “{kind_words(one.of)}”",
    }[one.metric]
    who = {
        "person": "Each of you",
        "team": "Each team",
        "segment": "Each segment",
        "everyone": "Everybody together",
    }
    begins = f"from {one.starts}" if one.starts else "from the first day of this scheme"
    text = (
        f"Challenge “{one.title}”: {who[one.unit]} can reach {goal}, {begins}, for {plural(one.days, 'day')}."
    )
    text += f" {one.description}" if one.description else ""
    return text + (
        f" Whoever contributed where it is reached gets {points(one.points)} once late reports no longer count."
        if one.points
        else ""
    )


def _places(board: Leaderboard) -> list[str]:
    first = [f"the first {board.top}" if board.top > 1 else "the first place"] if board.top else []
    # Teams stand on their board without neighbours.
    near = board.neighbours if board.group != "team" else 0
    return first + ([f"{plural(near, 'place')} on either side of you"] if near else [])


def _board(board: Leaderboard, pseudonyms: bool) -> str:
    window = "of all time" if board.window == "total" else f"of each {board.window}"
    group = {"everyone": "for everybody", "segment": "within your segment", "team": "of teams"}[board.group]
    text = f"Board “{board.title}”, {group}: points {window}. It shows {' and '.join(_places(board)) or 'your own place alone'}"
    text += f"; groups below {board.minimum_group} are not shown."
    text += " Teams are compared by the average of their members." if board.per_head else ""
    return text + (" Pseudonyms stand for names." if pseudonyms else "")


def _recognition(scheme: IncentiveScheme, hr: bool) -> list[str]:
    found = scheme.recognition
    lines = [_kudos(found.kudos)] if found.kudos else []
    for one in found.highlights:
        text = f"Recognition “{one.title}”: every {plural(one.every_days, 'day')}, once late reports no longer count, those who shared most items are thanked "
        text += f"{'for everybody to see' if one.nature.publicity == 'public' else 'in private'}, at most {_percent(one.share)} of people; lots are drawn between equals."
        lines.append(text + _nature(one.nature, hr))
    return lines + [_nomination(one) + _nature(one.nature, hr) for one in found.nominations]


def _award_budget(scheme: IncentiveScheme) -> list[str]:
    budget = scheme.award_budget
    if budget is None:
        return []
    return [
        f"All awards together can make {points(budget.points)} spendable {_EACH[budget.window]}; what goes beyond counts for your rank and "
        "your badges, and cannot be spent."
    ]


def _percent(share: Fraction) -> str:
    return f"{float(100 * share):.3g} %"


def _kudos(kudos: Kudos) -> str:
    worth = "can be spent" if kudos.spendable else "are a sign of thanks and cannot be spent"
    return (
        f"Thanks: you can give colleagues {points(kudos.allowance)} a {kudos.period}, {points(kudos.gift)} at a time, at most "
        f"{plural(kudos.per_pair, 'time')} to the same person within 28 days; they {worth}. After {kudos.reciprocal_limit} thanks each "
        "way between two people somebody looks first."
    )


def _nomination(one: Nomination) -> str:
    text = f"Award “{one.title}”: every {plural(one.every_days, 'day')} you can name {plural(one.per_person, 'colleague')}; "
    text += f"a person then decides, for at most {plural(one.winners, 'winner')}."
    return text + (f" A winner gets {points(one.points)}." if one.points else "")


def _reward(reward: Reward, hr: bool) -> str:
    text = f"Reward “{reward.title}” for {points(reward.points)}."
    text += f" {reward.description}" if reward.description else ""
    text += f" There are {reward.stock}." if reward.stock is not None else ""
    if reward.budget_points is not None:
        text += f" All together can spend {points(reward.budget_points)} on it in a month."
    text += " Somebody approves it first; your points return if not." if reward.approval else ""
    text += " You can cancel it and get your points back"
    early = " until it is approved." if reward.approval else " on the day you choose it."
    text += " at any time." if reward.refund == "always" else early
    if hr:
        text += f" One costs {reward.unit_cost_cents / 100:.2f}." + _nature(reward.nature, hr)
    return text


def _time(calendar: Calendar) -> list[str]:
    lines = [
        f"Your days and weeks go by your own time zone, boards and challenges by {calendar.zone}.",
        f"What arrives more than {plural(calendar.grace_hours, 'hour')} late is recorded and earns nothing.",
    ]
    for day in calendar.holidays:
        whom = f" for {joined(day.segments, 'and')}" if day.segments else ""
        lines.append(f"{day.date} is a holiday{whom}: {day.title}.")
    if calendar.redemption_expiry_days is not None:
        lines.append(
            f"Points can be spent for {plural(calendar.redemption_expiry_days, 'day')}; your rank keeps them."
        )
    return lines


def _others(scheme: IncentiveScheme, hr: bool) -> list[str]:
    privacy = scheme.privacy
    joins = "only if you choose to" if privacy.boards_opt_in else "unless you choose not to"
    lines = [
        f"You appear on boards {joins}; your own place you always see.",
        f"Numbers about groups of fewer than {privacy.minimum_group} people are shown nowhere, nor any from which they could be reckoned.",
    ]
    limit = scheme.fair_play.review_above_per_hour
    if limit is not None:
        text = f"More than {plural(limit, 'event')} of one person in an hour"
        lines.append(
            f"{text} wait until somebody has looked at them."
            if hr
            else f"{text} are looked at before points can be spent."
        )
    return lines
