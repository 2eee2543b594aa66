"""Parameters of employees: traits, weights of the utility, and daily updates of motivation, habit and fear."""

from __future__ import annotations

import math
from dataclasses import dataclass

from agents.parameters.priors import declare

ANY = (-math.inf, math.inf)
UNIT = (0.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class EmployeeParameters:
    """Parameters of employees (behaviour in docs/model.md); log-odds are natural. Effects d convert by log-odds = 1.81 d."""

    # Traits
    opportunities_per_week: float = declare(
        2.47,
        "sharing opportunities a week",
        (1.5, 5.0),
        "A",
        "times an employee meets a shareable item; calibrated jointly, see docs/validation.md",
        limits=(0, 200),
    )
    non_desk_opportunities: float = declare(
        0.5, "share of a desk worker's", (0.2, 0.8), "A", "staff without a desk meet fewer items", limits=UNIT
    )
    weekend_factor: float = declare(
        0.1,
        "part of a working day's",
        (0.0, 0.3),
        "A",
        "opportunities and posts on a weekend day",
        limits=UNIT,
    )
    relevance_elsewhere: float = declare(
        0.4, "level 0-1", (0.2, 0.6), "A", "relevance of another segment's topic", limits=UNIT
    )
    base_log_odds: float = declare(
        -6.81,
        "log-odds",
        (-9.0, -4.0),
        "A",
        "calibrated on 1-5 % weekly sharers; calibrated jointly, see docs/validation.md",
        limits=ANY,
    )
    base_spread: float = declare(
        1.07,
        "log-odds, standard deviation",
        (0.8, 1.8),
        "A",
        "a few people do most of the sharing; calibrated jointly, see docs/validation.md",
    )
    regular_share: float = declare(
        0.0347,
        "share of employees",
        (0.01, 0.05),
        "A",
        "a class of regulars: few do most, many share once; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    regular_log_odds: float = declare(
        2.5, "log-odds", (1.5, 4.0), "A", "how much more a regular is inclined to share"
    )
    motivation_mean: float = declare(
        0.4,
        "level 0-1",
        (0.25, 0.55),
        "A",
        "intrinsic motivation to advocate",
        limits=UNIT,
    )
    motivation_spread: float = declare(
        1.0, "logits, standard deviation", (0.6, 1.4), "A", "heterogeneity of motivation"
    )
    fear_mean: float = declare(
        0.35, "level 0-1", (0.2, 0.5), "A", "fear, uncertainty and doubt before any training", limits=UNIT
    )
    fear_spread: float = declare(
        0.15, "level, standard deviation", (0.05, 0.25), "A", "heterogeneity of fear"
    )
    sensitivity_spread: float = declare(
        0.5, "log, standard deviation", (0.2, 0.8), "A", "heterogeneity of the answer to rank and to fear"
    )
    steerer_share: float = declare(
        0.238,
        "share of employees",
        (0.1, 0.3),
        "R",
        "about 20 % steer (Anderson et al. 2013); calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    perceived_share: float = declare(
        0.27, "perceived / true audience", (0.22, 0.33), "R", "Bernstein et al. 2013", limits=UNIT
    )
    # Weights of the utility
    intrinsic_weight: float = declare(1.5, "log-odds", (0.8, 2.2), "A", "motivation times relevance")
    image_weight: float = declare(
        0.15,
        "log-odds per log contact",
        (0.05, 0.3),
        "A",
        "image: a larger perceived audience",
    )
    feedback_weight: float = declare(0.8, "log-odds", (0.3, 1.3), "A", "expected feedback")
    reward_weight: float = declare(
        0.487,
        "log-odds per unit of v(r)",
        (0.13, 0.62),
        "M",
        "0.3-1.5 at a large reward (DellaVigna & Pope 2018); calibrated jointly, see docs/validation.md",
    )
    reward_unit_points: float = declare(
        4.25,
        "points",
        (2.0, 10.0),
        "A",
        "r0: the reward at which v(r) = ln 2; calibrated jointly, see docs/validation.md",
        scale="log",
    )
    crowding_out: float = declare(
        0.5, "log-odds at m = 1", (0.2, 0.9), "M", "Deci, Koestner & Ryan 1999, d -0.28…-0.40"
    )
    crowding_public: float = declare(
        0.5, "per standard deviation of log contacts", (0.0, 3.0), "A", "pay seen by many"
    )
    goal_weight: float = declare(
        0.451,
        "log-odds at the goal",
        (0.2, 0.6),
        "M",
        "Kivetz, Urminsky & Zheng 2006; calibrated jointly, see docs/validation.md",
    )
    goal_exponent: float = declare(2.0, "exponent", (1.0, 3.0), "M", "Kivetz, Urminsky & Zheng 2006")
    norm_up: float = declare(
        1.55,
        "log-odds at a relative gap of 1",
        (0.3, 1.8),
        "A",
        "below the norm, pulled up; calibrated jointly, see docs/validation.md",
    )
    norm_down: float = declare(
        0.186,
        "log-odds at a relative gap of 1",
        (0.1, 1.0),
        "A",
        "above the norm, pulled down; calibrated jointly, see docs/validation.md",
    )
    norm_attention: float = declare(
        0.269,
        "part of a gap",
        (0.1, 0.6),
        "A",
        "a gap to colleagues as far as noticed without a message; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    norm_unit: float = declare(
        1.0,
        "shares a month",
        (0.3, 3.0),
        "A",
        "amounts below which a difference is hardly one",
        scale="log",
        limits=(1e-6, math.inf),
    )
    rate_weeks: float = declare(
        6.23,
        "weeks",
        (4.0, 12.0),
        "A",
        "memory of one's own weekly rate; calibrated jointly, see docs/validation.md",
        limits=(1.0, math.inf),
    )
    award_weight: float = declare(
        0.3,
        "log-odds within reach of an announced award",
        (0.0, 0.6),
        "A",
        "an award known beforehand pulls before it is given",
    )
    loss_weight: float = declare(
        0.06,
        "log-odds at v(r) = 1, m = 1",
        (0.0, 0.3),
        "A",
        "a reward taken away is felt as a loss; no evidence: flat prior",
    )
    loss_half_life_weeks: float = declare(
        4.0, "weeks", (1.0, 12.0), "A", "the loss is forgotten", limits=(1e-6, math.inf)
    )
    loss_aversion: float = declare(
        1.3,
        "times",
        (1.0, 1.6),
        "M",
        "a reward framed as something to lose (Tversky & Kahneman 1992), shrunk: little of it is left in the field (Hossain & List 2012)",
        limits=(0.0, 100.0),
    )
    lottery_bend: float = declare(
        0.8,
        "exponent",
        (0.6, 1.0),
        "M",
        "small odds are felt larger than they are (Tversky & Kahneman 1992)",
        limits=(1e-6, 1.0),
    )
    team_spirit: float = declare(
        0.3,
        "part of one's own",
        (0.0, 0.6),
        "A",
        "points that go to colleagues as well, where pay hangs on the team",
        limits=UNIT,
    )
    recognition_weight: float = declare(
        0.264,
        "log-odds",
        (0.1, 0.4),
        "M",
        "Bradler et al. 2016; Gallus 2017; sign uncertain; calibrated jointly, see docs/validation.md",
    )
    rank_first: float = declare(0.2, "log-odds in the first third", (0.1, 0.3), "M", "Gill et al. 2019")
    rank_last: float = declare(0.15, "log-odds lost in the last third", (0.0, 0.3), "M", "Gill et al. 2019")
    contest_weight: float = declare(
        0.12, "log-odds", (0.05, 0.2), "A", "team contest; halves when it is over"
    )
    contest_standing: float = declare(
        0.5,
        "part of the pull",
        (0.0, 1.0),
        "A",
        "a shown standing: more pull for teams near the top, less far behind",
        limits=UNIT,
    )
    contest_half_life_weeks: float = declare(4.0, "weeks", (1.0, 8.0), "A", "fading of a contest that ended")
    streak_weight: float = declare(
        0.3, "log-odds", (0.0, 0.6), "A", "an intact streak; only the sign is published"
    )
    break_weight: float = declare(
        0.36,
        "log-odds",
        (0.0, 0.6),
        "A",
        "a broken streak; only the sign is published; calibrated jointly, see docs/validation.md",
    )
    habit_weight: float = declare(1.2, "log-odds at H = 1", (0.5, 2.0), "A", "habit")
    friction_cost: float = declare(
        1.0, "log-odds at full friction", (0.0, 2.0), "A", "no evidence: flat prior"
    )
    fear_weight: float = declare(1.0, "log-odds", (0.0, 2.0), "A", "no evidence: flat prior")
    risk_floor: float = declare(
        0.4, "level 0-1", (0.2, 0.8), "A", "risk that people see in any post", limits=UNIT
    )
    approval_trouble: float = declare(
        1.0, "friction", (0.0, 2.0), "A", "each share has to be approved; no evidence: flat prior"
    )
    green_light_relief: float = declare(
        0.6, "share of fear lifted", (0.2, 0.9), "A", "green-lit content", limits=UNIT
    )
    repetition_cost: float = declare(
        0.187,
        "log-odds per own share in 7 days",
        (0.05, 0.4),
        "A",
        "not flooding one's friends; calibrated jointly, see docs/validation.md",
    )
    # Novelty of a reward
    novelty_half_life_weeks: float = declare(
        5.0, "weeks", (3.0, 10.0), "R", "1.57 under a week, 0.30 to 20 weeks"
    )
    novelty_floor: float = declare(
        0.15, "share of the first effect", (0.0, 0.5), "R", "-0.20 over years", limits=UNIT
    )
    novelty_renewal: float = declare(
        0.5,
        "part of the novelty clock turned back",
        (0.0, 1.0),
        "A",
        "a changed scheme is partly new; the first one wholly",
        limits=UNIT,
    )
    # Daily updates
    tangible_erosion: float = declare(
        0.0121,
        "motivation per rewarded act",
        (0.0, 0.02),
        "M",
        "Deci, Koestner & Ryan 1999; calibrated jointly, see docs/validation.md",
    )
    motivation_kept: float = declare(
        0.3,
        "part of the first motivation",
        (0.1, 0.6),
        "A",
        "what no pay takes away: erosion is bounded",
        limits=UNIT,
    )
    praise_gain: float = declare(
        0.01, "motivation per praise", (0.005, 0.02), "M", "Deci et al. 1999, verbal rewards"
    )
    motivation_half_life_weeks: float = declare(
        8.0,
        "weeks",
        (1.0, 26.0),
        "M",
        "conflicting evidence (Goswami & Urminsky 2017)",
    )
    recognition_half_life_weeks: float = declare(
        17.8, "weeks", (4.0, 26.0), "M", "Gallus 2017; calibrated jointly, see docs/validation.md"
    )
    late_half_life_days: float = declare(
        14.0, "days", (5.0, 30.0), "A", "thanks that come late weigh less", limits=(1e-6, math.inf)
    )
    anonymous_thanks: float = declare(
        0.5, "part of thanks from somebody", (0.2, 0.9), "A", "thanks from nobody in particular", limits=UNIT
    )
    kudos_per_week: float = declare(
        0.03,
        "thanks given a week and employee",
        (0.01, 0.2),
        "A",
        "where a scheme has kudos",
        limits=(0.0, 100.0),
    )
    kudos_weight: float = declare(
        0.4, "part of a public thank-you", (0.1, 0.8), "A", "a colleague's private thanks", limits=UNIT
    )
    recognition_most: float = declare(
        3.85,
        "thanks",
        (2.0, 5.0),
        "A",
        "G at which one more thank-you adds nothing; calibrated jointly, see docs/validation.md",
        limits=(1e-6, 1e6),
    )
    feedback_rate: float = declare(
        0.19,
        "per share",
        (0.05, 0.3),
        "R",
        "Lindström et al. 2021",
        limits=UNIT,
    )
    feedback_start: float = declare(
        0.2, "level 0-1", (0.05, 0.35), "A", "feedback expected before the first share", limits=UNIT
    )
    feedback_scale: float = declare(
        2.0, "clicks and reposts", (1.0, 5.0), "A", "reactions that count as half of full feedback"
    )
    habit_rate: float = declare(0.05, "per opportunity", (0.02, 0.1), "A", "habit formation", limits=UNIT)
    reward_learning_rate: float = declare(
        0.2, "per share", (0.1, 0.4), "A", "belief about the points of a share", limits=UNIT
    )
    clicks_learning_rate: float = declare(
        0.2, "per share", (0.1, 0.4), "A", "belief about the clicks of a share", limits=UNIT
    )
    redemption_per_week: float = declare(
        0.25, "chance a week", (0.05, 0.6), "A", "somebody who can afford a reward takes it", limits=UNIT
    )
    fear_sanction: float = declare(
        0.3, "level per sanction", (0.1, 0.5), "A", "one's own sanction", limits=UNIT
    )
    sanction_seen: float = declare(
        0.2, "part of one's own", (0.05, 0.5), "A", "a sanction seen in the team", limits=UNIT
    )
    fear_policy: float = declare(
        0.7,
        "level from no policy to the strictest",
        (0.2, 1.2),
        "A",
        "the level that fear tends to; no evidence: flat prior",
    )
    fear_half_life_weeks: float = declare(
        3.0,
        "weeks",
        (1.0, 6.0),
        "A",
        "fear comes to what policy and training make of it",
        limits=(1e-6, math.inf),
    )
    fear_safe_share: float = declare(
        0.05, "part of fear per safe share", (0.01, 0.1), "A", "nothing bad happened", limits=UNIT
    )
    fear_training: float = declare(
        0.25,
        "level",
        (0.0, 0.5),
        "A",
        "training lowers the level that fear tends to; no evidence: flat prior",
        limits=UNIT,
    )
