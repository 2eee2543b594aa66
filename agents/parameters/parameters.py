"""Every parameter of behaviour, declared once; presets; mechanisms that can be switched off.

The table in docs/model.md is written from `DECLARATIONS`, and a test keeps the two equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from dataclasses import replace as _replace
from typing import Self

from agents.parameters.audience_parameters import AudienceParameters
from agents.parameters.employee_parameters import EmployeeParameters
from agents.parameters.mechanisms import MECHANISMS
from agents.parameters.membership_parameters import MembershipParameters
from agents.parameters.presets import PRESETS
from agents.parameters.priors import Declaration
from agents.parameters.writing_parameters import WritingParameters

__all__ = ["DECLARATIONS", "MECHANISMS", "PRESETS", "AudienceParameters", "Parameters"]


@dataclass(frozen=True, kw_only=True)
class Parameters(EmployeeParameters, WritingParameters, MembershipParameters, AudienceParameters):
    """One value for every parameter. Attribute access is typed; `DECLARATIONS[name]` holds unit, prior and source."""

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
        """Fraction of the gap to its initial level that motivation recovers in a day."""
        return float(1.0 - 2.0 ** (-1.0 / (7.0 * self.motivation_half_life_weeks)))

    @property
    def fear_moved(self) -> float:
        """Fraction of the gap to the level set by policy and training that fear closes in a day."""
        return float(1.0 - 2.0 ** (-1.0 / (7.0 * self.fear_half_life_weeks)))

    @property
    def recognition_kept(self) -> float:
        """Fraction of recognition that remains after a day."""
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
        """A copy with some values changed. Raises ValueError for an unknown name or a value outside its limits."""
        if not values:
            return self
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
