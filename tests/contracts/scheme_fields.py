"""Where every field of a scheme acts: in the simulation, in a replay, live, and in the explanation.

A row a field: the modules that read it, separated by spaces, or the reason (one of WHY_NOT) why none does. A field without a row fails
`test_scheme_fields.py`, and so does a row that says something else than what the modules do.
"""

from __future__ import annotations

from typing import NamedTuple

WHY_NOT = {
    "-words": "words that people read, on pages and in the explanation; nothing is computed from them",
    "-name": "a name by which other parts and later versions find it; people read the title",
    "-agents": "the model's people do not act on it; what they do instead are parameters (docs/model.md)",
    "-awards": "a replay tells what events earn; it knows neither purses nor pages, and no other people than the file's",
    "-arrival": "a simulated event arrives when it happens",
    "-nature": "what kind of reward it is matters to what people feel, which the simulation asks; live it is told to HR",
    "-refused": "publication refuses it",
}


class Row(NamedTuple):
    """Where a field acts: modules, or one of WHY_NOT."""

    simulation: str
    replay: str
    live: str
    explanation: str


_KERNEL = "rewards.tables"
_SAID = "rewards.explain"

_TABLE = """
IncentiveScheme.name            -words | -words | -words | -name
IncentiveScheme.title           -words | -words | web/templates/hr/overview.html | =
IncentiveScheme.note            -words | -words | web/templates/hr/overview.html | =
IncentiveScheme.rules           kernel | kernel | kernel | =
IncentiveScheme.caps            kernel | kernel | kernel | =
IncentiveScheme.unrewarded_channels kernel | kernel | kernel | =
IncentiveScheme.badges          kernel | kernel | kernel | =
IncentiveScheme.levels          agents.running | rewards.replay | web/employee/contexts.py | =
IncentiveScheme.streaks         kernel | kernel | kernel | =
IncentiveScheme.challenges      agents.timeline | -awards | rewards.challenge_runs | =
IncentiveScheme.leaderboards    agents.running | -awards | rewards.boards | =
IncentiveScheme.recognition     agents.recognise | -awards | rewards.recognition | =
IncentiveScheme.rewards         agents.redemption | -awards | rewards.claims | =
IncentiveScheme.award_budget    agents.redemption | -awards | rewards.pool | =
IncentiveScheme.calendar        kernel | kernel | kernel | =
IncentiveScheme.privacy         -agents | -awards | rewards.groups | =
IncentiveScheme.fair_play       -agents | -awards | rewards.schemes | =
Rule.id                         kernel | kernel | kernel | -name
Rule.title                      -words | rewards.award | rewards.schemes | =
Rule.on                         kernel | kernel | kernel | =
Rule.beneficiary                kernel | kernel | kernel | =
Rule.when                       kernel | kernel | kernel | =
Rule.points                     kernel | kernel | kernel | =
Rule.per                        kernel | kernel | kernel | =
Rule.per_object                 kernel | kernel | kernel | =
Rule.decay                      kernel | kernel | kernel | =
Rule.multipliers                kernel | kernel | kernel | =
Rule.caps                       kernel | kernel | kernel | =
Rule.cooldown_minutes           kernel | kernel | kernel | =
Rule.verification               kernel | kernel | kernel | =
Rule.until_verified             kernel | kernel | kernel | =
Rule.hold_hours                 -agents | rewards.award | rewards.award rewards.scored | =
Rule.nature                     agents.promise | -awards | -nature | =
Multiplier.factor               kernel | kernel | kernel | =
Multiplier.when                 kernel | kernel | kernel | =
Cap.window                      kernel | kernel | kernel | =
Cap.points                      kernel | kernel | kernel | =
Cap.scope                       kernel | kernel | kernel | =
Decay.factor                    kernel | kernel | kernel | =
Decay.window                    kernel | kernel | kernel | =
Nature.worth                    agents.promise | -awards | -nature | =
Nature.publicity                agents.promise agents.recognise | -awards | rewards.nominations rewards.highlights | =
Nature.expectation              agents.promise | -awards | -nature | =
Badge.id                        kernel | kernel | kernel | -name
Badge.title                     -words | rewards.award | rewards.schemes | =
Badge.description               -words | -words | rewards.schemes | =
Badge.groups                    kernel | kernel | kernel | =
Badge.penalties                 kernel | kernel | kernel | =
Badge.permanent                 kernel | kernel | kernel | =
Badge.once_per                  kernel | kernel | kernel | =
Badge.points                    kernel | kernel | kernel | =
Badge.levels                    kernel | kernel | kernel | =
Badge.nature                    -agents | -awards | -nature | =
BadgeLevel.id                   kernel | kernel | kernel | -name
BadgeLevel.title                -words | rewards.award | rewards.schemes | =
BadgeLevel.times                kernel | kernel | kernel | =
BadgeLevel.points               kernel | kernel | kernel | =
Requirement.metric              kernel | kernel | kernel | =
Requirement.of                  kernel | kernel | kernel | =
Requirement.at_least            kernel | kernel | kernel | =
Requirement.when                kernel | kernel | kernel | =
Requirement.beneficiary         kernel | kernel | kernel | =
Requirement.per_object          kernel | kernel | kernel | =
Requirement.scope               kernel | kernel | kernel | =
Requirement.window              kernel | kernel | kernel | =
Penalty.on                      kernel | kernel | kernel | =
Penalty.when                    kernel | kernel | kernel | =
Penalty.beneficiary             kernel | kernel | kernel | =
Penalty.takes                   kernel | kernel | kernel | =
Level.id                        -words | rewards.replay | -words | -name
Level.title                     -words | -words | web/employee/contexts.py | =
Level.points                    agents.running | rewards.replay | web/employee/contexts.py | =
Streak.id                       kernel | kernel | kernel | -name
Streak.title                    -words | -words | rewards.progress | =
Streak.kinds                    kernel | kernel | kernel | =
Streak.when                     kernel | kernel | kernel | =
Streak.days                     kernel | kernel | kernel | =
Streak.freezes                  kernel | kernel | kernel | =
Streak.freeze_window            kernel | kernel | kernel | =
Streak.repair                   kernel | kernel | kernel | =
Repair.missed_days              kernel | kernel | kernel | =
Repair.events                   kernel | kernel | kernel | =
All.all                         kernel | kernel | kernel | =
AnyOf.any                       kernel | kernel | kernel | =
Not.not_                        kernel | kernel | kernel | =
Compare.compare                 kernel | kernel | kernel | =
Comparison.field                kernel | kernel | kernel | =
Comparison.op                   kernel | kernel | kernel | =
Comparison.value                kernel | kernel | kernel | =
In.in_                          kernel | kernel | kernel | =
Membership.field                kernel | kernel | kernel | =
Membership.values               kernel | kernel | kernel | =
SegmentIn.segment               kernel | kernel | kernel | =
ChannelIn.channel               kernel | kernel | kernel | =
TagIn.tag                       kernel | kernel | kernel | =
WeekdayIn.weekday               kernel | kernel | kernel | =
Challenge.id                    -words | -awards | rewards.challenges | -name
Challenge.title                 -words | -awards | rewards.challenges | =
Challenge.description           -words | -words | -words | =
Challenge.metric                -agents | -awards | rewards.challenges | =
Challenge.of                    -agents | -awards | rewards.challenges | =
Challenge.goal                  -agents | -awards | rewards.challenges | =
Challenge.starts                -agents | -awards | rewards.challenge_runs | =
Challenge.days                  agents.timeline | -awards | rewards.challenge_runs | =
Challenge.unit                  -agents | -awards | rewards.challenges | =
Challenge.points                -agents | -awards | rewards.challenges | =
Challenge.nature                -agents | -awards | -nature | =
Leaderboard.id                  -words | -awards | rewards.boards | -name
Leaderboard.title               -words | -awards | rewards.boards | =
Leaderboard.window              agents.running | -awards | rewards.boards | =
Leaderboard.group               agents.running | -awards | rewards.boards | =
Leaderboard.neighbours          -agents | -awards | rewards.boards | =
Leaderboard.top                 -agents | -awards | rewards.boards | =
Leaderboard.per_head            -agents | -awards | rewards.boards | =
Leaderboard.minimum_group       -agents | -awards | rewards.boards | =
Leaderboard.pseudonyms          -agents | -awards | rewards.boards | =
Recognition.kudos               agents.recognise | -awards | rewards.recognition | =
Recognition.highlights          agents.recognise | -awards | rewards.highlights | =
Recognition.nominations         -agents | -awards | rewards.award_rounds | =
Kudos.allowance                 -agents | -awards | rewards.recognition | =
Kudos.period                    -agents | -awards | rewards.recognition | =
Kudos.gift                      -agents | -awards | rewards.recognition | =
Kudos.per_pair                  -agents | -awards | rewards.recognition | =
Kudos.reciprocal_limit          -agents | -awards | rewards.recognition | =
Kudos.spendable                 -agents | -awards | rewards.recognition | =
Highlight.title                 -words | -awards | rewards.highlights | =
Highlight.share                 agents.recognise | -awards | rewards.highlights | =
Highlight.every_days            agents.recognise | -awards | rewards.highlights | =
Highlight.nature                agents.recognise | -awards | rewards.highlights | =
Nomination.id                   -words | -awards | rewards.award_rounds | -name
Nomination.title                -words | -awards | rewards.nominations | =
Nomination.every_days           -agents | -awards | rewards.award_rounds | =
Nomination.per_person           -agents | -awards | rewards.nominations | =
Nomination.winners              -agents | -awards | rewards.award_decisions | =
Nomination.points               -agents | -awards | rewards.award_decisions | =
Nomination.nature               -agents | -awards | rewards.nominations | =
Reward.id                       -words | -awards | rewards.claims | -name
Reward.title                    -words | -awards | rewards.claims | =
Reward.description              -words | -awards | rewards.claims | =
Reward.points                   agents.redemption | -awards | rewards.claims | =
Reward.stock                    agents.redemption | -awards | rewards.claims | =
Reward.budget_points            agents.redemption | -awards | rewards.claims | =
Reward.approval                 -agents | -awards | rewards.claims | =
Reward.refund                   -agents | -awards | rewards.claims | =
Reward.unit_cost_cents          agents.redemption | -awards | rewards.claims | =
Reward.nature                   -agents | -awards | -nature | =
AwardBudget.points              agents.redemption | -awards | rewards.pool | =
AwardBudget.window              agents.redemption | -awards | rewards.pool | =
Calendar.zone                   -agents | rewards.replay | rewards.schemes rewards.challenge_runs | =
Calendar.grace_hours            -arrival | rewards.replay | rewards.schemes | =
Calendar.holidays               kernel | kernel | kernel | =
Calendar.redemption_expiry_days -agents | -awards | rewards.expiry | =
Holiday.date                    kernel | kernel | kernel | =
Holiday.title                   -words | -words | -words | =
Holiday.segments                kernel | kernel | kernel | =
Privacy.minimum_group           -agents | -awards | rewards.groups rewards.boards | =
Privacy.boards_opt_in           -agents | -awards | -refused | =
FairPlay.review_above_per_hour  -agents | -awards | rewards.schemes | =
"""

_SHORT = {"kernel": _KERNEL, "=": _SAID}


def _row(line: str) -> tuple[str, Row]:
    name, cells = line.split(None, 1)
    return name, Row(*(_SHORT.get(cell.strip(), cell.strip()) for cell in cells.split("|")))


ROWS: dict[str, Row] = dict(_row(line) for line in _TABLE.strip().splitlines())
