"""Where a model's level settles in the long run, in closed form."""

from __future__ import annotations

from math import log

from agents.parameters.parameters import Parameters


def settled_annoyance(per_week: float, wanted: float, p: Parameters) -> float:
    """Annoyance after years of so many reminders a week: g · max(0, n − wanted) · half-life / ln 2."""
    return p.annoyance_gain * max(0.0, per_week - wanted) * p.annoyance_half_life_weeks / log(2.0)
