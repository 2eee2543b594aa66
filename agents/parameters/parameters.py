"""Every parameter of behaviour, declared once; presets; mechanisms that can be switched off.

The table in docs/model.md is written from `DECLARATIONS`, and a test keeps the two equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from dataclasses import replace as _replace
from typing import Self

from agents.parameters.employee_parameters import UNIT, EmployeeParameters
from agents.parameters.priors import Declaration, declare


@dataclass(frozen=True, kw_only=True)
class AudienceParameters:
    """Parameters of the audience, of trust, and of the corporate accounts."""

    visibility: float = declare(
        0.0648,
        "chance that a contact sees a post",
        (0.03, 0.12),
        "V",
        "LinkedIn; non-stationary; calibrated jointly, see docs/validation.md",
        limits=UNIT,
    )
    feed_load_scale: float = declare(
        10.0, "posts", (5.0, 20.0), "A", "L0: feed load that halves visibility", limits=(1e-6, math.inf)
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
        0.003,
        "chance of a click when seen",
        (0.001, 0.01),
        "A",
        "before trust and affinity",
        scale="log",
        limits=UNIT,
    )
    peer_premium: float = declare(
        2.01,
        "times",
        (1.5, 2.5),
        "R",
        "LinkedIn: employees' shares are clicked 2x as often; calibrated jointly, see docs/validation.md",
    )
    repost_base: float = declare(
        0.00236,
        "chance of a repost when seen",
        (0.0005, 0.005),
        "M",
        "Bakshy et al. 2012; calibrated jointly, see docs/validation.md",
        scale="log",
        limits=UNIT,
    )
    trust_weight: float = declare(1.0, "log per unit of trust", (0.5, 1.5), "A", "theta_T")
    affinity_weight: float = declare(0.8, "log per unit of affinity", (0.4, 1.2), "A", "theta_A")
    fatigue_weight: float = declare(0.3, "log per unit of fatigue", (0.1, 0.6), "A", "theta_F")
    peer_trust: float = declare(0.5, "level 0-1", (0.4, 0.6), "A", "trust in a person one knows", limits=UNIT)
    corporate_trust: float = declare(
        0.4, "level 0-1", (0.2, 0.45), "A", "trust in a company page", limits=UNIT
    )
    corporate_effort: float = declare(
        0.5, "level 0-1", (0.4, 0.6), "A", "care of what a company page posts", limits=UNIT
    )
    trust_useful: float = declare(0.3, "relative", (0.1, 0.6), "A", "kappa+ : a useful post")
    trust_polish: float = declare(0.2, "relative", (0.05, 0.4), "A", "kappa- : polish and template text")
    trust_motive: float = declare(
        0.363, "relative", (0.1, 0.5), "M", "Verlegh et al. 2013; calibrated jointly, see docs/validation.md"
    )
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
        0.0008, "chance per promotional exposure", (0.0002, 0.003), "A", "h0", scale="log", limits=UNIT
    )
    unfollow_fatigue: float = declare(0.6, "log per unit of fatigue", (0.2, 1.0), "A", "theta_u")
    quality_weight: float = declare(
        0.79,
        "log per unit of effort",
        (0.3, 1.2),
        "A",
        "care in the text earns clicks",
    )
    leads_per_click: float = declare(
        0.01, "leads a click", (0.002, 0.03), "A", "scenario input", scale="log", limits=UNIT
    )


@dataclass(frozen=True, kw_only=True)
class Parameters(EmployeeParameters, AudienceParameters):
    """One value for every parameter. Attribute access is typed; `DECLARATIONS[name]` says what each is."""

    def __post_init__(self) -> None:
        for name, stated in DECLARATIONS.items():
            value = getattr(self, name)
            if not (math.isfinite(value) and stated.least <= value <= stated.most):
                raise ValueError(
                    f"parameter {name} {value!r}; from {stated.least:g} to {stated.most:g}; its prior is "
                    f"{stated.low:g} to {stated.high:g}, use a value there"
                )

    @property
    def motivation_recovered(self) -> float:
        """Part of the way back to its first level that motivation goes in a day."""
        return float(1.0 - 2.0 ** (-1.0 / (7.0 * self.motivation_half_life_weeks)))

    @property
    def recognition_kept(self) -> float:
        """Part of a thank-you that is remembered a day later."""
        return float(2.0 ** (-1.0 / (7.0 * self.recognition_half_life_weeks)))

    @classmethod
    def preset(cls, name: str) -> Self:
        """A named preset. Raises ValueError for an unknown one."""
        if name not in PRESETS:
            raise ValueError(f"preset {name!r}; known are {', '.join(sorted(PRESETS))}; choose one of them")
        return cls(**PRESETS[name])

    @classmethod
    def draw(cls, uniforms: dict[str, float], preset: str = "default") -> Self:
        """One draw from the priors: `uniforms` gives a number in [0, 1) for each parameter to be drawn."""
        known = cls.preset(preset)
        return known.replace(**{name: DECLARATIONS[name].quantile(u) for name, u in uniforms.items()})

    def replace(self, **values: float) -> Self:
        """A copy with some values changed. Raises ValueError for an unknown name or a value outside its
        limits.
        """
        for name in values:
            if name not in DECLARATIONS:
                near = [known for known in DECLARATIONS if name[:4] in known][:3] or list(DECLARATIONS)[:3]
                raise ValueError(
                    f"parameter {name!r}; none of the {len(DECLARATIONS)} known; try {', '.join(near)}"
                )
        return _replace(self, **values)

    def without(self, *mechanisms: str) -> Self:
        """A copy with whole mechanisms switched off (see `MECHANISMS`)."""
        return self.replace(
            **{name: value for each in mechanisms for name, value in MECHANISMS[each].items()}
        )


DECLARATIONS: dict[str, Declaration] = {f.name: f.metadata["declaration"] for f in fields(Parameters)}

MECHANISMS: dict[str, dict[str, float]] = {
    "heterogeneity": {"base_spread": 0.0},
    "intrinsic": {"intrinsic_weight": 0.0},
    "image": {"image_weight": 0.0},
    "feedback": {"feedback_weight": 0.0},
    "reward": {"reward_weight": 0.0},
    "novelty": {"novelty_floor": 1.0},
    "crowding_out": {"crowding_out": 0.0},
    "erosion": {"tangible_erosion": 0.0},
    "goal": {"goal_weight": 0.0},
    "norm": {"norm_up": 0.0, "norm_down": 0.0},
    "recognition": {"recognition_weight": 0.0, "praise_gain": 0.0},
    "rank": {"rank_first": 0.0, "rank_last": 0.0},
    "contest": {"contest_weight": 0.0},
    "streak": {"streak_weight": 0.0, "break_weight": 0.0},
    "habit": {"habit_weight": 0.0},
    "friction": {"friction_cost": 0.0},
    "fear": {"fear_weight": 0.0},
    "repetition": {"repetition_cost": 0.0},
    "trust": {"trust_rate": 0.0},
    "fatigue": {"fatigue_per_exposure": 0.0},
    "unfollow": {"unfollow_base": 0.0},
    "repost": {"repost_base": 0.0},
    "effort": {"effort_intrinsic": 0.0, "effort_points": 0.0, "effort_norm": 0.0, "quality_weight": 0.0},
    "feed_load": {"feed_load_mean": 0.0},
    "affinity": {"affinity_weight": 0.0},
    "motive": {"trust_motive": 0.0, "disclosure_inference": 0.0},
    "template_text": {"duplicate_text": 0.0},
    "policy": {"fear_policy_per_week": 0.0, "fear_sanction": 0.0},
    "training": {"fear_training_per_week": 0.0},
    "safe_shares": {"fear_safe_share": 0.0},
    "redemption": {"redemption_per_week": 0.0},
    "premium": {"peer_premium": 1.0},
}

# Each value is an assumption of ours about a kind of company, within the prior of the parameter where one is stated; what a company
# knows of itself belongs in the scenario's own values.
PRESETS: dict[str, dict[str, float]] = {
    "default": {},
    # B2B software: contacts who need the product, confident staff, products worth talking about.
    "b2b_software": {"motivation_mean": 0.45, "fear_mean": 0.25, "click_base": 0.0035, "image_weight": 0.18},
    # Regulated finance: supervision makes a wrong word dear, everything is approved first, fewer occasions.
    "regulated_finance": {
        "fear_mean": 0.5,
        "fear_weight": 1.5,
        "fear_sanction": 0.4,
        "opportunities_per_week": 2.0,
        "green_light_relief": 0.75,
    },
    # Small firm: everybody knows everybody, so norms, recognition and colleagues' fates weigh more.
    "small_firm": {
        "motivation_mean": 0.5,
        "norm_up": 1.2,
        "norm_attention": 0.5,
        "recognition_weight": 0.3,
        "sanction_seen": 0.4,
        "opportunities_per_week": 3.5,
    },
    # Professional services: people sell their own name, so image and feedback weigh more.
    "professional_services": {
        "image_weight": 0.22,
        "feedback_weight": 1.0,
        "motivation_mean": 0.45,
        "click_base": 0.004,
    },
    # Retail and other shop-floor work: little time at a screen, contacts who are friends, consumer content.
    "frontline_retail": {
        "opportunities_per_week": 1.5,
        "non_desk_opportunities": 0.3,
        "friction_cost": 1.5,
        "strong_tie_share": 0.3,
        "click_base": 0.002,
    },
    # Health care: patients' privacy feeds fear; the purpose of the work feeds motivation.
    "health_care": {
        "fear_mean": 0.5,
        "fear_weight": 1.3,
        "motivation_mean": 0.5,
        "non_desk_opportunities": 0.3,
    },
    # Public sector: small rewards, much caution, purpose.
    "public_sector": {
        "fear_mean": 0.45,
        "reward_weight": 0.3,
        "motivation_mean": 0.45,
        "opportunities_per_week": 2.0,
    },
}
