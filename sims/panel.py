"""Running an experiment and keeping every employee's chances to share, day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.model import AdvocacyModel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LOG_ODDS_PER_D = 1.81


@dataclass(frozen=True, eq=False)
class Panel:
    """float64[days, n]: opportunities, chances summed over them (expected shares), and shares made."""

    met: Floats
    expected: Floats
    shared: Floats

    def rate(self, days: slice, rows: Flags) -> float:
        """Expected shares per opportunity of some people over some days."""
        return float(self.expected[days][:, rows].sum() / max(1.0, self.met[days][:, rows].sum()))

    def volume(self, days: slice, rows: Flags) -> float:
        """Expected shares a person and week."""
        part = self.expected[days][:, rows]
        return float(part.sum() / max(1, part.shape[1]) / (part.shape[0] / 7.0))


def run_panel(model: AdvocacyModel, days: int) -> Panel:
    """Run a model for `days` and keep its panel. Expected shares are what the chances say, free of the
    noise of the draws.
    """
    n = model.staff.size
    met, expected, shared = (np.zeros((days, n)) for _ in range(3))
    for day in range(days):
        before = model.state.total_shares.copy()
        model.step()
        occasions = model.last_met
        assert occasions is not None
        met[day] = np.bincount(occasions.person, minlength=n)
        expected[day] = np.bincount(occasions.person, weights=occasions.chance, minlength=n)
        shared[day] = model.state.total_shares - before
    return Panel(met, expected, shared)


def effect_size(rate: float, control: float) -> float:
    """Standardised difference d of two rates: their log-odds ratio / 1.81."""
    return float((logit(rate) - logit(control)) / LOG_ODDS_PER_D)


def logit(rate: float) -> float:
    """Log-odds of a rate, held off 0 and 1."""
    held = min(max(rate, 1e-9), 1.0 - 1e-9)
    return float(np.log(held / (1.0 - held)))
