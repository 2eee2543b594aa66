"""Parameters of the quality effort of employees in writing."""

from __future__ import annotations

from dataclasses import dataclass

from agents.parameters.employee_parameters import UNIT
from agents.parameters.priors import declare


@dataclass(frozen=True, kw_only=True)
class WritingParameters:
    """Parameters of quality effort, a level from 0 to 1 (docs/model.md)."""

    effort_base: float = declare(
        0.4, "level 0-1", (0.3, 0.5), "A", "effort of an indifferent sharer", limits=UNIT
    )
    effort_intrinsic: float = declare(
        0.4, "level per motivation", (0.2, 0.6), "A", "effort rises with motivation", limits=UNIT
    )
    effort_points: float = declare(
        0.25, "level at full salience", (0.1, 0.4), "A", "points draw effort to counting", limits=UNIT
    )
    effort_training: float = declare(
        0.1, "level", (0.0, 0.2), "A", "the trained write better: capability", limits=UNIT
    )
    training_ease: float = declare(
        0.4,
        "part of trouble",
        (0.0, 0.8),
        "A",
        "the trained know how: capability; no evidence: flat prior",
        limits=UNIT,
    )
    effort_norm: float = declare(0.1, "level", (0.05, 0.2), "A", "a visible norm raises care", limits=UNIT)
