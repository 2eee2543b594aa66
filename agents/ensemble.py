"""An ensemble: many runs of one setting with their daily outcomes, and forks of it under other settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.company import Company
from agents.observe import outcomes
from agents.setting.setting import Setting
from agents.world.lanes import Draw, Floats


class Ensemble(Company):
    """Runs of one setting and the daily values of every outcome in each."""

    def __init__(self, setting: Setting, draws: Sequence[Draw], **given: Any) -> None:
        super().__init__(setting, draws, **given)
        self.burn_in()
        self._daily: dict[str, list[Floats]] = {name: [] for name in outcomes.MEASURED}

    @classmethod
    def fork(cls, trunk: Ensemble, setting: Setting) -> Ensemble:
        """A fork: the runs of `trunk` so far, continued under another setting (see `Company` for what may differ)."""
        found = cls.__new__(cls)
        Company.__init__(found, setting, trunk.lanes.draws, trunk=trunk)
        found._daily = {name: list(values) for name, values in trunk._daily.items()}
        return found

    def run_for(self, days: int) -> None:
        """Simulate `days` days of every run."""
        for _ in range(days):
            self.live()
            for name, values in self._daily.items():
                values.append(np.asarray(self.today[name], dtype=np.float64))

    def outcomes(self) -> dict[str, Floats]:
        """Daily values of every flow and stock: {name: float64[R, days]}."""
        return {name: np.stack(values, axis=1) for name, values in self._daily.items()}
