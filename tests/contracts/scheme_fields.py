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


_KERNEL = "rewards.scoring.tables"
_SAID = "rewards.scheme.explain"

_TABLE = """
IncentiveScheme.name            -words | -words | -words | -name
IncentiveScheme.title           -words | -words | web/templates/hr/overview.html | =
IncentiveScheme.note            -words | -words | web/templates/hr/overview.html | =
IncentiveScheme.membership      agents.program.membership | rewards.scoring.enrolments | rewards.ledger.versions | =
IncentiveScheme.rules           kernel | kernel | kernel | =
IncentiveScheme.caps            kernel | kernel | kernel | =
IncentiveScheme.unrewarded_channels kernel | kernel | kernel | =
IncentiveScheme.channel_rules   kernel | kernel | kernel | =
IncentiveScheme.badges          kernel | kernel | kernel | =
IncentiveScheme.levels          agents.program.running | rewards.scoring.replay | rewards/badges/outlook.py | =
IncentiveScheme.streaks         kernel | kernel | kernel | =
IncentiveScheme.challenges      agents.world.timeline | -awards | rewards.challenges.runs | =
IncentiveScheme.leaderboards    agents.program.running | -awards | rewards.boards.boards | =
IncentiveScheme.recognition     agents.program.recognise | -awards | rewards.thanks.recognition | =
IncentiveScheme.rewards         agents.program.redemption | -awards | rewards.shop.claims | =
IncentiveScheme.award_budget    agents.program.redemption | -awards | rewards.ledger.pool | =
IncentiveScheme.calendar        kernel | kernel | kernel | =
IncentiveScheme.privacy         -agents | -awards | rewards.people.groups | =
IncentiveScheme.fair_play       -agents | -awards | rewards.ledger.versions | =
Rule.id                         kernel | kernel | kernel | -name
Rule.title                      -words | rewards.scoring.award | rewards.ledger.versions | =
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
Rule.hold_hours                 -agents | rewards.scoring.award | rewards.scoring.award rewards.ledger.fold | =
Rule.nature                     agents.program.promise | -awards | -nature | =
Multiplier.factor               kernel | kernel | kernel | =
Multiplier.when                 kernel | kernel | kernel | =
Cap.window                      kernel | kernel | kernel | =
Cap.points                      kernel | kernel | kernel | =
Cap.scope                       kernel | kernel | kernel | =
Decay.factor                    kernel | kernel | kernel | =
Decay.window                    kernel | kernel | kernel | =
Nature.worth                    agents.program.promise | -awards | -nature | =
Nature.publicity                agents.program.promise agents.program.recognise | -awards | rewards.nominations.nominations rewards.boards.highlights | =
Nature.expectation              agents.program.promise | -awards | -nature | =
Badge.id                        kernel | kernel | kernel | -name
Badge.title                     -words | rewards.scoring.award | rewards.ledger.versions | =
Badge.description               -words | -words | rewards.ledger.versions | =
Badge.groups                    kernel | kernel | kernel | =
Badge.penalties                 kernel | kernel | kernel | =
Badge.permanent                 kernel | kernel | kernel | =
Badge.once_per                  kernel | kernel | kernel | =
Badge.points                    kernel | kernel | kernel | =
Badge.levels                    kernel | kernel | kernel | =
Badge.nature                    -agents | -awards | -nature | =
BadgeLevel.id                   kernel | kernel | kernel | -name
BadgeLevel.title                -words | rewards.scoring.award | rewards.ledger.versions | =
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
Level.id                        -words | rewards.scoring.replay | -words | -name
Level.title                     -words | -words | rewards/badges/outlook.py | =
Level.points                    agents.program.running | rewards.scoring.replay | rewards/badges/outlook.py | =
Streak.id                       kernel | kernel | kernel | -name
Streak.title                    -words | -words | rewards.badges.progress | =
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
Challenge.id                    -words | -awards | rewards.challenges.challenges | -name
Challenge.title                 -words | -awards | rewards.challenges.challenges | =
Challenge.description           -words | -words | -words | =
Challenge.metric                -agents | -awards | rewards.challenges.challenges | =
Challenge.of                    -agents | -awards | rewards.challenges.challenges | =
Challenge.goal                  -agents | -awards | rewards.challenges.challenges | =
Challenge.starts                -agents | -awards | rewards.challenges.runs | =
Challenge.days                  agents.world.timeline | -awards | rewards.challenges.runs | =
Challenge.unit                  -agents | -awards | rewards.challenges.challenges | =
Challenge.points                -agents | -awards | rewards.challenges.challenges | =
Challenge.nature                -agents | -awards | -nature | =
Leaderboard.id                  -words | -awards | rewards.boards.boards | -name
Leaderboard.title               -words | -awards | rewards.boards.boards | =
Leaderboard.window              agents.program.running | -awards | rewards.boards.boards | =
Leaderboard.group               agents.program.running | -awards | rewards.boards.boards | =
Leaderboard.neighbours          -agents | -awards | rewards.boards.boards | =
Leaderboard.top                 -agents | -awards | rewards.boards.boards | =
Leaderboard.per_head            -agents | -awards | rewards.boards.boards | =
Leaderboard.minimum_group       -agents | -awards | rewards.boards.boards | =
Leaderboard.pseudonyms          -agents | -awards | rewards.boards.boards | =
Recognition.kudos               agents.program.recognise | -awards | rewards.thanks.recognition | =
Recognition.highlights          agents.program.recognise | -awards | rewards.boards.highlights | =
Recognition.nominations         -agents | -awards | rewards.nominations.rounds | =
Kudos.allowance                 -agents | -awards | rewards.thanks.recognition | =
Kudos.period                    -agents | -awards | rewards.thanks.recognition | =
Kudos.gift                      -agents | -awards | rewards.thanks.recognition | =
Kudos.per_pair                  -agents | -awards | rewards.thanks.recognition | =
Kudos.reciprocal_limit          -agents | -awards | rewards.thanks.recognition | =
Kudos.spendable                 -agents | -awards | rewards.thanks.recognition | =
Highlight.title                 -words | -awards | rewards.boards.highlights | =
Highlight.share                 agents.program.recognise | -awards | rewards.boards.highlights | =
Highlight.every_days            agents.program.recognise | -awards | rewards.boards.highlights | =
Highlight.nature                agents.program.recognise | -awards | rewards.boards.highlights | =
Nomination.id                   -words | -awards | rewards.nominations.rounds | -name
Nomination.title                -words | -awards | rewards.nominations.nominations | =
Nomination.every_days           -agents | -awards | rewards.nominations.rounds | =
Nomination.per_person           -agents | -awards | rewards.nominations.nominations | =
Nomination.winners              -agents | -awards | rewards.nominations.decisions | =
Nomination.points               -agents | -awards | rewards.nominations.decisions | =
Nomination.nature               -agents | -awards | rewards.nominations.nominations | =
Reward.id                       -words | -awards | rewards.shop.claims | -name
Reward.title                    -words | -awards | rewards.shop.claims | =
Reward.description              -words | -awards | rewards.shop.claims | =
Reward.points                   agents.program.redemption | -awards | rewards.shop.claims | =
Reward.stock                    agents.program.redemption | -awards | rewards.shop.claims | =
Reward.budget_points            agents.program.redemption | -awards | rewards.shop.claims | =
Reward.approval                 -agents | -awards | rewards.shop.claims | =
Reward.refund                   -agents | -awards | rewards.shop.claims | =
Reward.unit_cost_cents          agents.program.redemption | -awards | rewards.shop.claims | =
Reward.nature                   -agents | -awards | -nature | =
AwardBudget.points              agents.program.redemption | -awards | rewards.ledger.pool | =
AwardBudget.window              agents.program.redemption | -awards | rewards.ledger.pool | =
Calendar.zone                   -agents | rewards.scoring.replay | rewards.ledger.versions rewards.challenges.runs | =
Calendar.grace_hours            -arrival | rewards.scoring.replay | rewards.ledger.versions | =
Calendar.holidays               kernel | kernel | kernel | =
Calendar.redemption_expiry_days -agents | -awards | rewards.ledger.expiry | =
Holiday.date                    kernel | kernel | kernel | =
Holiday.title                   -words | -words | -words | =
Holiday.segments                kernel | kernel | kernel | =
Privacy.minimum_group           -agents | -awards | rewards.people.groups rewards.boards.boards | =
Privacy.boards_opt_in           -agents | -awards | -refused | =
FairPlay.review_above_per_hour  -agents | -awards | rewards.ledger.versions | =
"""

_SHORT = {"kernel": _KERNEL, "=": _SAID}


def _row(line: str) -> tuple[str, Row]:
    name, cells = line.split(None, 1)
    return name, Row(*(_SHORT.get(cell.strip(), cell.strip()) for cell in cells.split("|")))


ROWS: dict[str, Row] = dict(_row(line) for line in _TABLE.strip().splitlines())
