"""Points turned into rewards: what the program pays, and what it owes for points not yet turned in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from rewards.scheme import IncentiveScheme, millipoints

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MUCH = 1 << 60


class Catalogue:
    """The rewards of one scheme: what everybody has spent, and what is left of stock, of the month's budgets and of the award budget.

    A point is worth what the dearest reward costs per point, so that the liability is never understated.
    """

    def __init__(self, scheme: IncentiveScheme, n: int) -> None:
        self.spent = np.zeros(n, dtype=np.int64)
        self._prices = np.array([millipoints(reward.points) for reward in scheme.rewards], dtype=np.int64)
        self._costs = np.array([reward.unit_cost_cents for reward in scheme.rewards], dtype=np.int64)
        self._stock = np.array([MUCH if reward.stock is None else reward.stock for reward in scheme.rewards])
        self._budgets = np.array([_millipoints(reward.budget_points) for reward in scheme.rewards])
        self._left, self._month = self._budgets.copy(), (0, 0)
        self._pool, self._window, self._in_pool = scheme.award_budget, "", 0
        self._seen, self._unspendable = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        priced = self._prices > 0
        self.cost_per_millipoint = (
            float((self._costs[priced] / self._prices[priced]).max(initial=0.0)) / 100.0
        )

    def award(self, earned: Ints, on: date) -> None:
        """Take in what everybody has earned by the end of a day, every day: beyond the award budget it cannot be spent.

        Of a day on which the budget runs out everybody gets the same part.
        """
        if self._pool is None:
            return
        window = _window(self._pool.window, on)
        if window != self._window:
            self._window, self._in_pool = window, millipoints(self._pool.points)
        new = earned - self._seen
        self._seen = earned.copy()
        total = int(new.sum())
        if total > self._in_pool:
            self._unspendable += new - np.floor(new * (self._in_pool / total)).astype(np.int64)
        self._in_pool -= min(total, self._in_pool)

    def redeem(self, earned: Ints, draws: Floats, chance: float, on: date) -> float:
        """Let those whose draw is below `chance` take the dearest reward that they can afford and that is left; money paid."""
        if self._month != (on.year, on.month):
            self._month, self._left = (on.year, on.month), self._budgets.copy()
        cents = 0
        held = earned - self.spent - self._unspendable
        for person in np.flatnonzero((draws < chance) & (held >= self._prices.min(initial=MUCH))):
            within = (self._prices <= held[person]) & (self._stock > 0) & (self._prices <= self._left)
            if within.any():
                best = int(np.argmax(np.where(within, self._prices, -1)))
                self.spent[person] += self._prices[best]
                self._stock[best] -= 1
                self._left[best] -= self._prices[best]
                cents += int(self._costs[best])
        return cents / 100.0

    def liability(self, earned: Ints) -> float:
        """Money owed for the points that are still held."""
        return float((earned - self.spent - self._unspendable).sum()) * self.cost_per_millipoint


def _millipoints(budget: Decimal | None) -> int:
    return MUCH if budget is None else millipoints(budget)


def _window(window: str, on: date) -> str:
    year, week, _ = on.isocalendar()
    return {"total": "", "month": f"{on:%Y-%m}", "week": f"{year}-W{week}", "day": on.isoformat()}[
        window
    ] or "all"
