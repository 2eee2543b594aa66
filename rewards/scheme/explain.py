"""The scheme in plain words, generated from the document: as an employee reads it, and as HR does.

Everything that changes what an employee gets is said to everybody; HR also reads what kind of reward each part is, what it costs
the company and when a person looks first. Every sentence is a whole message, in the language of now.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from rewards.language import counted, gettext, in_signs, said
from rewards.scheme import sentences
from rewards.scheme.channels import channel_title
from rewards.scheme.earning import Cap, Rule
from rewards.scheme.explain_achievements import explain_badge, explain_challenge, explain_streak, paragraph
from rewards.scheme.networks import NETWORKS, rules_of
from rewards.scheme.offers import Highlight, Kudos, Leaderboard, Nomination, Reward
from rewards.scheme.phrases import act, condition, joined, points
from rewards.scheme.quantities import Nature
from rewards.scheme.scheme import Calendar, IncentiveScheme

Role = Literal["employee", "hr"]


def explain_scheme(scheme: IncentiveScheme, role: Role = "employee") -> list[str]:
    """A sentence or more for each part of the scheme, in reading order."""
    hr = role == "hr"
    lines = [f"{scheme.title}."]
    lines += [scheme.note] if hr and scheme.note else []
    if scheme.membership == "enrolled":
        lines.append(
            gettext(
                "Whoever was invited and has joined takes part: only they earn points and stand on boards. Joining is your choice, and "
                "you can pause or leave at any time."
            )
        )
    lines += [_rule(rule) + _nature(rule.nature, hr) for rule in scheme.rules]
    lines += [said("All rules together: {cap}.", cap=_cap(cap)) for cap in scheme.caps]
    lines += _unpaid(scheme)
    lines += [explain_streak(streak) for streak in scheme.streaks]
    lines += [explain_badge(badge, scheme) + _nature(badge.nature, hr) for badge in scheme.badges]
    lines += [
        said("Level “{title}” from {points} ever earned.", title=level.title, points=points(level.points))
        for level in scheme.levels
    ]
    lines += [explain_challenge(one, scheme) + _nature(one.nature, hr) for one in scheme.challenges]
    pseudonyms = any(board.pseudonyms for board in scheme.leaderboards)
    lines += [_board(board, pseudonyms) for board in scheme.leaderboards]
    lines += _recognition(scheme, hr) + _award_budget(scheme)
    lines += [_reward(reward, hr) for reward in scheme.rewards]
    return lines + _time(scheme.calendar) + _others(scheme, hr)


def _unpaid(scheme: IncentiveScheme) -> list[str]:
    """The networks without points, each by one name: by the networks' own rules, and by the company's choice."""
    listed = dict.fromkeys(map(_title, scheme.unrewarded_channels))
    barred = [rules.title for rules in NETWORKS if not rules.rewards]
    theirs = [name for name in barred if scheme.channel_rules == "kept" or name in listed]
    ours = [name for name in listed if name not in theirs]
    lines = []
    if theirs:
        lines.append(
            said(
                "No points on {channels}: their rules forbid rewards for posts.",
                channels=joined(tuple(theirs)),
            )
        )
    if ours:
        lines.append(
            said("No points on {channels}: the company gives none there.", channels=joined(tuple(ours)))
        )
    return lines


def _title(channel: str) -> str:
    rules = rules_of(channel)
    return channel_title(channel) if rules is None else rules.title


def _nature(nature: Nature, hr: bool) -> str:
    if not hr:
        return ""
    return " " + gettext(sentences.NATURES[nature.worth, nature.publicity, nature.expectation])


def _cap(cap: Cap) -> str:
    return gettext(sentences.CAPS[cap.window, cap.scope]).format(points=points(cap.points))


def _rule(rule: Rule) -> str:
    text = [_earned(rule)]
    if rule.per_object == "once":
        text.append(gettext("Each item counts once, however often you take it back and repeat it."))
    if rule.decay:
        text.append(gettext(sentences.FADES[rule.decay.window]).format(factor=rule.decay.factor))
    for m in rule.multipliers:
        text.append(
            said("Times {factor} if {condition}.", factor=m.factor, condition=condition(m.when))
            if m.when
            else said("Times {factor}.", factor=m.factor)
        )
    if rule.caps:
        text.append(said("You can earn {caps}.", caps=joined(tuple(_cap(cap) for cap in rule.caps), "and")))
    if rule.cooldown_minutes:
        text.append(
            counted(
                "After an award it waits {count} minute.",
                "After an award it waits {count} minutes.",
                rule.cooldown_minutes,
            )
        )
    if rule.hold_hours:
        text.append(
            counted(
                "The points count at once and can be spent after {count} hour.",
                "The points count at once and can be spent after {count} hours.",
                rule.hold_hours,
            )
        )
    if rule.until_verified:
        text.append(gettext(sentences.PART_FIRST[rule.verification]).format(part=rule.until_verified))
    elif rule.verification in sentences.PROVEN:
        text.append(gettext(sentences.PROVEN[rule.verification]))
    return paragraph(text)


def _earned(rule: Rule) -> str:
    places = {
        "title": rule.title,
        "points": points(rule.points),
        "act": act(rule.on, rule.beneficiary == "owner"),
        "condition": condition(rule.when) if rule.when else "",
    }
    if rule.per == "unit":
        if rule.when:
            return said("{title}: {points} for every unit when {act}, if {condition}.", **places)
        return said("{title}: {points} for every unit when {act}.", **places)
    if rule.when:
        return said("{title}: {points} when {act}, if {condition}.", **places)
    return said("{title}: {points} when {act}.", **places)


def _places(board: Leaderboard) -> str:
    first = counted("the first place", "the first {count}", board.top) if board.top else ""
    # The board of teams is shown whole, without neighbours.
    near = board.neighbours if board.group != "team" else 0
    beside = counted("{count} place on either side of you", "{count} places on either side of you", near)
    if first and near:
        return said("{first} and {last}", first=first, last=beside)
    return first or (beside if near else gettext("your own place alone"))


def _board(board: Leaderboard, pseudonyms: bool) -> str:
    small = said("groups below {count} are not shown.", count=board.minimum_group)
    text = [
        gettext(sentences.BOARDS[board.group]).format(
            title=board.title,
            window=gettext(sentences.BOARD_WINDOWS[board.window]),
            places=_places(board),
            small=small,
        )
    ]
    if board.per_head:
        text.append(gettext("Teams are compared by the average of their members."))
    if pseudonyms:
        text.append(gettext("Pseudonyms stand for names."))
    return paragraph(text)


def _recognition(scheme: IncentiveScheme, hr: bool) -> list[str]:
    found = scheme.recognition
    lines = [_kudos(found.kudos)] if found.kudos else []
    lines += [_highlight(one) + _nature(one.nature, hr) for one in found.highlights]
    return lines + [_nomination(one) + _nature(one.nature, hr) for one in found.nominations]


def _highlight(one: Highlight) -> str:
    every = counted("every {count} day", "every {count} days", one.every_days)
    return gettext(sentences.HIGHLIGHTS[one.nature.publicity]).format(
        title=one.title, every=every, share=_percent(one.share)
    )


def _award_budget(scheme: IncentiveScheme) -> list[str]:
    budget = scheme.award_budget
    if budget is None:
        return []
    return [gettext(sentences.AWARD_BUDGETS[budget.window]).format(points=points(budget.points))]


def _percent(share: Fraction) -> str:
    return said("{number} %", number=in_signs(f"{float(100 * share):.3g}"))


def _kudos(kudos: Kudos) -> str:
    worth = (
        gettext("they can be spent")
        if kudos.spendable
        else gettext("they are a sign of thanks and cannot be spent")
    )
    pair = counted(
        "at most {count} time to the same person within 28 days",
        "at most {count} times to the same person within 28 days",
        kudos.per_pair,
    )
    given = gettext(sentences.ALLOWANCES[kudos.period]).format(
        allowance=points(kudos.allowance), gift=points(kudos.gift), pair=pair, worth=worth
    )
    return f"{given} " + said(
        "After {count} thanks each way between two people somebody looks first.", count=kudos.reciprocal_limit
    )


def _nomination(one: Nomination) -> str:
    places = {
        "title": one.title,
        "every": counted("every {count} day", "every {count} days", one.every_days),
        "named": counted("{count} colleague", "{count} colleagues", one.per_person),
        "winners": counted("{count} winner", "{count} winners", one.winners),
    }
    text = said(
        "Award “{title}”: {every} you can name {named}; a person then decides, for at most {winners}.",
        **places,
    )
    return f"{text} {said('A winner gets {points}.', points=points(one.points))}" if one.points else text


def _reward(reward: Reward, hr: bool) -> str:
    text = [
        said("Reward “{title}” for {points}.", title=reward.title, points=points(reward.points)),
        reward.description,
    ]
    if reward.stock is not None:
        text.append(said("There are {count}.", count=reward.stock))
    if reward.budget_points is not None:
        spent = points(reward.budget_points)
        text.append(said("All together can spend {points} on it in a month.", points=spent))
    if reward.approval:
        text.append(gettext("Somebody approves it first; your points return if not."))
    if reward.refund == "always":
        text.append(gettext("You can cancel it and get your points back at any time."))
    elif reward.approval:
        text.append(gettext("You can cancel it and get your points back until it is approved."))
    else:
        text.append(gettext("You can cancel it and get your points back on the day you choose it."))
    if hr:
        text.append(said("One costs {amount}.", amount=in_signs(f"{reward.unit_cost_cents / 100:.2f}")))
    return paragraph(text) + _nature(reward.nature, hr)


def _time(calendar: Calendar) -> list[str]:
    lines = [
        said(
            "Your days and weeks go by your own time zone, boards and challenges by {zone}.",
            zone=calendar.zone,
        ),
        counted(
            "What arrives more than {count} hour late is recorded and earns nothing.",
            "What arrives more than {count} hours late is recorded and earns nothing.",
            calendar.grace_hours,
        ),
    ]
    for day in calendar.holidays:
        places = {"day": day.date, "title": day.title}
        lines.append(
            said(
                "{day} is a holiday for {segments}: {title}.", segments=joined(day.segments, "and"), **places
            )
            if day.segments
            else said("{day} is a holiday: {title}.", **places)
        )
    if calendar.redemption_expiry_days is not None:
        lines.append(
            counted(
                "Points can be spent for {count} day; your rank keeps them.",
                "Points can be spent for {count} days; your rank keeps them.",
                calendar.redemption_expiry_days,
            )
        )
    return lines


def _others(scheme: IncentiveScheme, hr: bool) -> list[str]:
    privacy = scheme.privacy
    lines = [
        gettext("You appear on boards only if you choose to; your own place you always see.")
        if privacy.boards_opt_in
        else gettext("You appear on boards unless you choose not to; your own place you always see."),
        said(
            "Numbers about groups of fewer than {count} people are shown nowhere, nor any from which they could be reckoned.",
            count=privacy.minimum_group,
        ),
    ]
    limit = scheme.fair_play.review_above_per_hour
    if limit is not None:
        lines.append(
            counted(
                "More than {count} event of one person in an hour wait until somebody has looked at them.",
                "More than {count} events of one person in an hour wait until somebody has looked at them.",
                limit,
            )
            if hr
            else counted(
                "More than {count} event of one person in an hour are looked at before points can be spent.",
                "More than {count} events of one person in an hour are looked at before points can be spent.",
                limit,
            )
        )
    return lines
