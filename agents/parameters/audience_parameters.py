"""Parameters of the audience, of trust, and of the corporate accounts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from agents.parameters.employee_parameters import UNIT
from agents.parameters.priors import declare


@dataclass(frozen=True, kw_only=True)
class AudienceParameters:
    """Parameters of the audience, of trust, and of the corporate accounts."""

    visibility: float = declare(
        0.338,
        "chance that an active contact sees a post",
        (0.06, 0.5),
        "V",
        "LinkedIn, before size and feed load; non-stationary; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    feed_load_scale: float = declare(
        9.95,
        "posts",
        (5.0, 20.0),
        "A",
        "L0: feed load that halves visibility; calibrated jointly, see docs/validation.md",
        limits=(1e-6, math.inf),
    )
    feed_load_mean: float = declare(1.0, "posts competing", (0.5, 2.0), "A", "median feed load, lognormal")
    feed_load_spread: float = declare(
        0.5, "log, standard deviation", (0.2, 0.8), "A", "heterogeneity of feed loads"
    )
    interest_own: float = declare(
        0.6, "level 0-1", (0.4, 0.8), "A", "interest in one's own segment's topic", limits=UNIT
    )
    interest_other: float = declare(
        0.2, "level 0-1", (0.05, 0.35), "A", "interest in other topics", limits=UNIT
    )
    interest_spread: float = declare(
        0.3, "level, width", (0.1, 0.5), "A", "heterogeneity of interests", limits=UNIT
    )
    click_base: float = declare(
        0.0034,
        "chance of a click when seen",
        (0.001, 0.01),
        "A",
        "link clicks alone, before trust and affinity; calibrated jointly, see docs/validation.md",
        scale="log",
        limits=UNIT,
    )
    peer_premium: float = declare(
        1.88,
        "times",
        (1.5, 2.5),
        "R",
        "LinkedIn: employees' shares are clicked 2x as often; calibrated jointly, see docs/validation.md",
    )
    repost_base: float = declare(
        0.000829,
        "chance of a repost when seen",
        (0.0002, 0.0015),
        "V",
        "six measured logs, emergent .03-.22 % a view, median .12 %; calibrated jointly, see docs/validation.md",
        scale="log",
        limits=UNIT,
    )
    trust_weight: float = declare(1.0, "log per unit of trust", (0.5, 1.5), "A", "theta_T")
    affinity_weight: float = declare(
        0.925,
        "log per unit of affinity",
        (0.4, 1.2),
        "A",
        "theta_A; calibrated jointly, see docs/validation.md",
    )
    fatigue_weight: float = declare(0.3, "log per unit of fatigue", (0.1, 0.6), "A", "theta_F")
    peer_trust: float = declare(0.5, "level 0-1", (0.4, 0.6), "A", "trust in a person one knows", limits=UNIT)
    corporate_trust: float = declare(
        0.359,
        "level 0-1",
        (0.2, 0.45),
        "A",
        "trust in a company page; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    corporate_effort: float = declare(
        0.5, "level 0-1", (0.4, 0.6), "A", "care of what a company page posts", limits=UNIT
    )
    trust_useful: float = declare(0.3, "relative", (0.1, 0.6), "A", "kappa+ : a useful post")
    trust_polish: float = declare(0.2, "relative", (0.05, 0.4), "A", "kappa- : polish and template text")
    trust_motive: float = declare(0.3, "relative", (0.1, 0.5), "M", "Verlegh et al. 2013")
    trust_rate: float = declare(
        0.0337,
        "level per exposure",
        (0.005, 0.05),
        "A",
        "speed at which trust moves; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    trust_half_life_weeks: float = declare(
        33.0,
        "weeks",
        (8.0, 52.0),
        "A",
        "return to the level before",
    )
    disclosure_inference: float = declare(
        0.1,
        "motive inferred",
        (0.0, 0.3),
        "A",
        "a disclosure makes the tie to the employer plain",
        limits=UNIT,
    )
    strong_tie_share: float = declare(
        0.2, "share of ties", (0.1, 0.3), "A", "ties strong enough to excuse a motive", limits=UNIT
    )
    strong_tie: float = declare(
        0.9,
        "part of a motive excused",
        (0.7, 1.0),
        "A",
        "by a strong tie (direction: Verlegh 2013)",
        limits=UNIT,
    )
    weak_tie: float = declare(
        0.2,
        "part of a motive excused",
        (0.0, 0.4),
        "A",
        "by a weak tie (direction: Verlegh 2013)",
        limits=UNIT,
    )
    duplicate_text: float = declare(
        0.5, "level at no effort", (0.2, 0.8), "A", "template text that many colleagues post", limits=UNIT
    )
    fatigue_per_exposure: float = declare(
        0.15, "level per exposure", (0.05, 0.3), "A", "F rises with each exposure"
    )
    fatigue_half_life_days: float = declare(14.0, "days", (7.0, 28.0), "A", "F fades")
    unfollow_base: float = declare(
        0.000756,
        "chance per promotional exposure",
        (0.0002, 0.003),
        "A",
        "h0; calibrated jointly, see docs/validation.md",
        scale="log",
        limits=UNIT,
    )
    unfollow_fatigue: float = declare(0.6, "log per unit of fatigue", (0.2, 1.0), "A", "theta_u")
    quality_weight: float = declare(
        0.79,
        "log per unit of effort",
        (0.3, 1.2),
        "A",
        "care in the text earns clicks",
    )
    # Exposure and immediate response
    active_share: float = declare(
        0.63,
        "share of contacts",
        (0.4, 0.7),
        "A",
        "contacts who are active on the network at all; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    size_exponent: float = declare(
        0.315,
        "exponent",
        (0.0, 0.6),
        "M",
        "feeds ration: LinkedIn pages, slope .68 of log viewers on log followers; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    appeal_spread: float = declare(
        0.472,
        "log, standard deviation",
        (0.3, 1.0),
        "A",
        "items differ in appeal, lognormal with mean 1; calibrated jointly, see docs/validation.md",
    )
    useful_click: float = declare(
        0.5, "log per unit", (0.1, 1.0), "A", "a useful post is clicked more, at once"
    )
    polish_click: float = declare(
        0.5, "log per unit", (0.1, 1.0), "A", "polish and duplicated text are clicked less, at once"
    )
    advert_click: float = declare(
        0.4, "log per unit", (0.1, 0.8), "A", "advertising is clicked less, at once"
    )
    praise_click: float = declare(
        0.2, "log per unit", (0.0, 0.5), "A", "praise of others, a competitor even, is clicked more, at once"
    )
    react_base: float = declare(
        0.012,
        "reactions a view",
        (0.007, 0.028),
        "V",
        "likes and comments; platform logs",
        scale="log",
        limits=UNIT,
    )
    feed_lift: float = declare(
        0.2,
        "exponent",
        (0.0, 0.5),
        "A",
        "a post that draws more reactions than an average one is shown to more",
        limits=UNIT,
    )
    contacts_per_view: float = declare(
        0.0005,
        "contacts gained a viewer",
        (0.0001, 0.002),
        "A",
        "networks grow by being seen",
        scale="log",
        limits=UNIT,
    )
    page_effort: float = declare(
        0.5, "level from intern to expert", (0.2, 0.8), "A", "care of whoever runs a company page"
    )
    page_trust: float = declare(
        0.2, "level from intern to expert", (0.0, 0.4), "A", "trust in a page that is run well"
    )
    leads_per_click: float = declare(
        0.01, "leads a click", (0.002, 0.03), "A", "scenario input", scale="log", limits=UNIT
    )
