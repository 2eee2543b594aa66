"""Runs experiments and records every employee's probabilities of sharing, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents.model import AdvocacyModel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LOG_ODDS_PER_D = 1.81


@dataclass(frozen=True, eq=False)
class Panel:
    """A panel of float64[days, n] each: opportunities, expected shares (sum of probabilities), and shares made."""

    met: Floats
    expected: Floats
    shared: Floats

    def rate(self, days: slice, rows: Flags) -> float:
        """Expected shares per opportunity, of some people over some days."""
        return float(self.expected[days][:, rows].sum() / max(1.0, self.met[days][:, rows].sum()))

    def volume(self, days: slice, rows: Flags) -> float:
        """Expected shares per person and week."""
        part = self.expected[days][:, rows]
        return float(part.sum() / max(1, part.shape[1]) / (part.shape[0] / 7.0))

    def rate_between(self, first_act: int, last_act: int) -> Floats:
        """float64[n]: each person's expected shares per opportunity while their number of shares was in a range.

        From `first_act` up to `last_act` − 1 shares; NaN where there was no opportunity in that time.
        """
        done = np.cumsum(self.shared, axis=0) - self.shared
        then = (done >= first_act) & (done < last_act)
        met = np.where(then, self.met, 0.0).sum(axis=0)
        expected = np.where(then, self.expected, 0.0).sum(axis=0)
        rate: Floats = np.divide(expected, met, out=np.full(met.size, np.nan), where=met > 0.0)
        return rate


@dataclass(eq=False)
class Watched:
    """A model with its panel, which is extended on demand, so that one control can serve experiments of any length."""

    model: AdvocacyModel
    _days: list[tuple[Floats, Floats, Floats]] = field(default_factory=list)

    def panel(self, days: int) -> Panel:
        """The panel of the first `days` days; expected shares are sums of probabilities, without sampling noise."""
        while len(self._days) < days:
            self._days.append(self._watch_one_day())
        met, expected, shared = (np.array(column) for column in zip(*self._days[:days], strict=True))
        return Panel(met, expected, shared)

    def _watch_one_day(self) -> tuple[Floats, Floats, Floats]:
        n = self.model.staff.size
        before = self.model.state.total_shares.copy()
        self.model.step()
        occasions = self.model.last_met
        assert occasions is not None
        met = np.bincount(occasions.person, minlength=n).astype(np.float64)
        expected: Floats = np.bincount(occasions.person, weights=occasions.chance, minlength=n).astype(
            np.float64
        )
        return met, expected, (self.model.state.total_shares - before).astype(np.float64)


def effect_size(rate: float, control: float) -> float:
    """Standardised difference d of two rates: their log-odds ratio / 1.81."""
    return float((logit(rate) - logit(control)) / LOG_ODDS_PER_D)


def logit(rate: float) -> float:
    """Log-odds of a rate, clipped away from 0 and 1."""
    held = min(max(rate, 1e-9), 1.0 - 1e-9)
    return float(np.log(held / (1.0 - held)))
