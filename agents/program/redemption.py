"""Redemption of points for rewards: money paid, and the liability for points not redeemed yet."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.kernels import kernel
from engine.signatures import I64In, I64Out
from rewards.scheme.scheme import IncentiveScheme, millipoints

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MUCH = 1 << 60


class Shop:
    """Redemptions of the whole company across its schemes, counted by reward id and by window of time.

    spent, unspendable  int64[n]: millipoints redeemed, and millipoints earned beyond an award budget
    """

    def __init__(self, n: int, lane: Ints | None = None) -> None:
        """`lane` is the run of each of the n people; one run unless given."""
        self.lane = np.zeros(n, dtype=np.int64) if lane is None else lane
        self.runs = int(self.lane[-1]) + 1
        self.spent, self.unspendable = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self._taken, self._used = Counter[tuple[int, str]](), Counter[tuple[int, str, int, int]]()
        self._pools: dict[tuple[int, str], tuple[int, int]] = {}

    @property
    def taken(self) -> dict[str, int]:
        """Number of redemptions of each reward, over all runs."""
        found = Counter[str]()
        for (_, name), times in self._taken.items():
            found[name] += times
        return found

    def draw(self, pool: str, whole: int, person: Ints, wanted: Ints) -> Ints:
        """int64[k]: millipoints granted from a window's pool of `whole` millipoints to `wanted`, first come, first served.

        A change of the pool's size within a window changes what is left; grants are not taken back.
        """
        given, lane = np.zeros_like(wanted), self.lane[person]
        for run in np.unique(lane).tolist():
            mine = np.flatnonzero(lane == run)
            funded, left = self._pools.get((run, pool), (whole, whole))
            change = max(whole - funded, -left)
            given[mine] = np.diff(np.minimum(np.cumsum(wanted[mine]), left + change), prepend=0)
            self._pools[run, pool] = funded + change, left + change - int(given[mine].sum())
        return given

    def left(self, run: int, names: list[str], stock: Ints) -> Ints:
        """int64[rewards]: remaining stock of each reward in a run."""
        return stock - np.array([self._taken[run, name] for name in names], dtype=np.int64)

    def budget_left(self, run: int, names: list[str], budgets: Ints, on: date) -> Ints:
        """int64[rewards]: remaining budget of each reward for the month in a run."""
        return budgets - np.array(
            [self._used[run, name, on.year, on.month] for name in names], dtype=np.int64
        )

    def take(self, person: int, name: str, price: int, on: date) -> None:
        """Book one redemption."""
        run = int(self.lane[person])
        self.spent[person] += price
        self._taken[run, name] += 1
        self._used[run, name, on.year, on.month] += price


class Catalogue:
    """The rewards of one scheme, within stock, monthly budgets and the award budget.

    A point is valued at the highest cost per point of any reward, so that the liability is never understated.
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
        """Charge a day's awards to the award budget in order; the excess cannot be spent."""
        if self._pool is None or not amounts.size:
            return
        wanted = np.maximum(amounts, 0)
        name = _window(self._pool.window, on)
        given = self._shop.draw(name, millipoints(self._pool.points), person, wanted)
        np.add.at(self._shop.unspendable, person, wanted - given)

    def held(self, earned: Ints) -> Ints:
        """int64[n]: spendable millipoints, given those earned; 0 for those who earned nothing under this scheme."""
        return np.where(earned == 0, 0, earned - self._shop.spent - self._shop.unspendable)

    def redeem(self, earned: Ints, draws: Floats, chance: Floats | float, on: date) -> float:
        """Money paid when those whose draw is below `chance` redeem the most expensive reward that is available and affordable."""
        return float(self.redeem_each(earned, draws, chance, on).sum())

    def redeem_each(self, earned: Ints, draws: Floats, chance: Floats | float, on: date) -> Floats:
        """float64[R]: the same by run."""
        shop, held, cents = self._shop, self.held(earned), np.zeros(self._shop.runs, dtype=np.int64)
        able = (draws < chance) & (earned > 0) & (held >= self._prices.min(initial=MUCH))
        for person in np.flatnonzero(able).tolist():
            run = int(shop.lane[person])
            within = (self._prices <= held[person]) & (shop.left(run, self._ids, self._stock) > 0)
            within &= self._prices <= shop.budget_left(run, self._ids, self._budgets, on)
            if within.any():
                best = int(np.argmax(np.where(within, self._prices, -1)))
                shop.take(person, self._ids[best], int(self._prices[best]), on)
                cents[run] += int(self._costs[best])
        return cents / 100.0

    def liability(self, earned: Ints) -> float:
        """Liability for the points that can still be spent, in money."""
        return float(self.held(earned).sum()) * self.cost_per_millipoint

    def liability_each(self, earned: Ints, first: Ints) -> Floats:
        """float64[R]: the same by run; `first` holds the first row of each run."""
        if self.cost_per_millipoint == 0.0:
            return np.zeros(first.size - 1)
        held = np.empty(first.size - 1, dtype=np.int64)
        add_held(first, earned, self._shop.spent, self._shop.unspendable, held)
        return held.astype(np.float64) * self.cost_per_millipoint


@kernel(I64In, I64In, I64In, I64In, I64Out)
def add_held(first: Any, earned: Any, spent: Any, unspendable: Any, held: Any) -> None:
    """Sum of spendable millipoints of each run, over those who earned anything."""
    for r in range(first.size - 1):
        # Slices are counted from 0, so that the compiler takes several people at once.
        rows, total = slice(first[r], first[r + 1]), 0
        got, gone, aside = earned[rows], spent[rows], unspendable[rows]
        for i in range(got.size):
            total += got[i] - gone[i] - aside[i] if got[i] != 0 else 0
        held[r] = total


def _millipoints(budget: Decimal | None) -> int:
    return MUCH if budget is None else millipoints(budget)


def _window(window: str, on: date) -> str:
    year, week, _ = on.isocalendar()
    return {"total": "total", "month": f"{on:%Y-%m}", "week": f"{year}-W{week}", "day": on.isoformat()}[
        window
    ]
