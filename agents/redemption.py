"""Points turned into rewards: what the program pays, and what it owes for points not yet turned in."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from rewards.scheme import IncentiveScheme, millipoints

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MUCH = 1 << 60


class Catalogue:
    """The rewards of one scheme: what everybody has spent, and what is left in stock.

    A point is worth what the dearest reward costs per point, so that the liability is never understated.
    """

    def __init__(self, scheme: IncentiveScheme, n: int) -> None:
        self.spent = np.zeros(n, dtype=np.int64)
        self._prices = np.array([millipoints(reward.points) for reward in scheme.rewards], dtype=np.int64)
        self._costs = np.array([reward.unit_cost_cents for reward in scheme.rewards], dtype=np.int64)
        self._left = np.array(
            [_units(reward.stock, reward.budget_points, reward.points) for reward in scheme.rewards]
        )
        priced = self._prices > 0
        self.cost_per_millipoint = (
            float((self._costs[priced] / self._prices[priced]).max(initial=0.0)) / 100.0
        )

    def redeem(self, earned: Ints, draws: Floats, chance: float) -> float:
        """Let those whose draw is below `chance` take the dearest reward that they can afford and that is in stock; money paid."""
        cents = 0
        for person in np.flatnonzero(
            (draws < chance) & (earned - self.spent >= self._prices.min(initial=MUCH))
        ):
            within = (self._prices <= earned[person] - self.spent[person]) & (self._left > 0)
            if within.any():
                best = int(np.argmax(np.where(within, self._prices, -1)))
                self.spent[person] += self._prices[best]
                self._left[best] -= 1
                cents += int(self._costs[best])
        return cents / 100.0

    def liability(self, earned: Ints) -> float:
        """Money owed for the points that are still held."""
        return float((earned - self.spent).sum()) * self.cost_per_millipoint


def _units(stock: int | None, budget: Decimal | None, points: Decimal) -> int:
    units = MUCH if stock is None else stock
    return units if budget is None or points == 0 else min(units, int(budget // points))
