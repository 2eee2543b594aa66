"""Every parameter of behaviour, declared once; presets; mechanisms that can be switched off.

The table in docs/model.md is written from `DECLARATIONS`, and a test keeps the two equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from dataclasses import replace as _replace
from typing import Self

from agents.parameters.employee_parameters import UNIT, EmployeeParameters
from agents.parameters.mechanisms import MECHANISMS
from agents.parameters.membership_parameters import MembershipParameters
from agents.parameters.presets import PRESETS
from agents.parameters.priors import Declaration, declare

__all__ = ["DECLARATIONS", "MECHANISMS", "PRESETS", "AudienceParameters", "Parameters"]


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
class Parameters(EmployeeParameters, MembershipParameters, AudienceParameters):
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
