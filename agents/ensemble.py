"""Many runs of one setting, with what each day was like, and settings that fork from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from agents.company import Company
from agents.observe import outcomes
from agents.setting.setting import Setting
from agents.world.lanes import Draw, Floats


class Ensemble(Company):
    """Many runs, and the daily values of every outcome in each."""

    def __init__(self, setting: Setting, draws: Sequence[Draw], **given: Any) -> None:
        super().__init__(setting, draws, **given)
        self.burn_in()
        self._daily: dict[str, list[Floats]] = {name: [] for name in outcomes.MEASURED}

    @classmethod
    def fork(cls, trunk: Ensemble, setting: Setting) -> Ensemble:
        """The same runs under another setting from now on; see `Company` for what the two may differ in."""
        found = cls.__new__(cls)
        Company.__init__(found, setting, trunk.lanes.draws, trunk=trunk)
        found._daily = {name: list(values) for name, values in trunk._daily.items()}
        return found

    def run_for(self, days: int) -> None:
        """Simulate so many days of every run."""
        for _ in range(days):
            self.live()
            for name, values in self._daily.items():
                values.append(np.asarray(self.today[name], dtype=np.float64))

    def outcomes(self) -> dict[str, Floats]:
        """Daily values of every flow and stock: {name: float64[R, days]}."""
        return {name: np.stack(values, axis=1) for name, values in self._daily.items()}
