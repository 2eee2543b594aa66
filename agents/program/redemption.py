"""Points turned into rewards: what the program pays, and what it owes for points not yet turned in."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from rewards.scheme.scheme import IncentiveScheme, millipoints

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MUCH = 1 << 60


class Shop:
    """What the whole company has taken, whichever of its schemes offered it: it goes by the ids of rewards and by windows of time.

    spent, unspendable  int64[n]: millipoints that everybody has turned in, and those that lay beyond an award budget
    """

    def __init__(self, n: int) -> None:
        self.spent, self.unspendable = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self.taken, self.used = Counter[str](), Counter[tuple[str, int, int]]()
        self._pools: dict[str, tuple[int, int]] = {}

    def draw(self, pool: str, whole: int, wanted: Ints) -> Ints:
        """int64[k]: what a window's pool of `whole` millipoints gives to those who want it, first come, first served.

        Another size changes what is left of the window, and takes nothing back that was given.
        """
        funded, left = self._pools.get(pool, (whole, whole))
        change = max(whole - funded, -left)
        given = np.diff(np.minimum(np.cumsum(wanted), left + change), prepend=0)
        self._pools[pool] = funded + change, left + change - int(given.sum())
        return given


class Catalogue:
    """The rewards of one scheme, as far as stock, the month's budgets and the award budget go.

    A point is worth what the dearest reward costs per point, so that the liability is never understated.
    """

    def __init__(self, scheme: IncentiveScheme, shop: Shop) -> None:
        self._shop = shop
        self._ids = [reward.id for reward in scheme.rewards]
        self._prices = np.array([millipoints(reward.points) for reward in scheme.rewards], dtype=np.int64)
        self._costs = np.array([reward.unit_cost_cents for reward in scheme.rewards], dtype=np.int64)
        self._stock = np.array([MUCH if reward.stock is None else reward.stock for reward in scheme.rewards])
        self._budgets = np.array([_millipoints(reward.budget_points) for reward in scheme.rewards])
        self._pool = scheme.award_budget
        priced = self._prices > 0
        self.cost_per_millipoint = (
            float((self._costs[priced] / self._prices[priced]).max(initial=0.0)) / 100.0
        )

    def award(self, person: Ints, amounts: Ints, on: date) -> None:
        """Take in a day's awards in their order: what goes beyond the award budget cannot be spent."""
        if self._pool is None or not amounts.size:
            return
        wanted = np.maximum(amounts, 0)
        name = _window(self._pool.window, on)
        given = self._shop.draw(name, millipoints(self._pool.points), wanted)
        np.add.at(self._shop.unspendable, person, wanted - given)

    def held(self, earned: Ints) -> Ints:
        """int64[n]: what those who earned so much can spend; 0 for who earned nothing here."""
        return np.where(earned == 0, 0, earned - self._shop.spent - self._shop.unspendable)

    def redeem(self, earned: Ints, draws: Floats, chance: float, on: date) -> float:
        """Let those whose draw is below `chance` take the dearest reward that they can afford and that is left; money paid."""
        shop, held, cents = self._shop, self.held(earned), 0
        left = self._stock - np.array([shop.taken[name] for name in self._ids], dtype=np.int64)
        months = [(name, on.year, on.month) for name in self._ids]
        budgets = self._budgets - np.array([shop.used[month] for month in months], dtype=np.int64)
        for person in np.flatnonzero(
            (draws < chance) & (earned > 0) & (held >= self._prices.min(initial=MUCH))
        ):
            within = (self._prices <= held[person]) & (left > 0) & (self._prices <= budgets)
            if within.any():
                best = int(np.argmax(np.where(within, self._prices, -1)))
                price = int(self._prices[best])
                shop.spent[person] += price
                shop.taken[self._ids[best]] += 1
                shop.used[months[best]] += price
                left[best] -= 1
                budgets[best] -= price
                cents += int(self._costs[best])
        return cents / 100.0

    def liability(self, earned: Ints) -> float:
        """Money owed for the points that are still held."""
        return float(self.held(earned).sum()) * self.cost_per_millipoint


def _millipoints(budget: Decimal | None) -> int:
    return MUCH if budget is None else millipoints(budget)


def _window(window: str, on: date) -> str:
    year, week, _ = on.isocalendar()
    return {"total": "total", "month": f"{on:%Y-%m}", "week": f"{year}-W{week}", "day": on.isoformat()}[
        window
    ]
