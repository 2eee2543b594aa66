"""The Mesa model: a company of one run, stepped by day, for inspection and teaching. A day is `agents.company.Company.live`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import mesa
import numpy as np
from mesa.datacollection import DataCollector

from agents.company import Company
from agents.employee import Employee
from agents.observe import outcomes, splits
from agents.parameters.parameters import Parameters
from agents.program.incentives import Incentives
from agents.setting.setting import Setting
from agents.world.lanes import Draw, Flags, Floats
from agents.world.network import Network
from agents.world.world import World
from rewards.events import Event

Stage: TypeAlias = "Callable[[AdvocacyModel, int, Incentives], None]"


class AdvocacyModel(mesa.Model, Company):  # type: ignore[misc]
    """One company over one horizon.

    setting         what is simulated
    seed, run       name every draw; nothing else does, so two settings under one seed differ only where
                    they differ
    parameters      instead of the setting's own
    record_events   keep what happened as events (`recorded_events`)
    world           of a model of the same organisation, content, parameters, days, seed and run: spares building it
    stage           called each day with (model, day, offer) to change what the program offers: for
                    experiments
                    whose reward is not a scheme

    Set `explain` to keep each day's occasions as arrays (`last_occasion`), for tests and teaching.
    `model.agents` holds an `Employee` view for each post-holder; `model.observe` is Mesa's DataCollector
    with a reporter for every
    outcome. One `step` is one calendar day; the burn-in days before day 0 are over when the constructor
    returns.
    """

    def __init__(
        self,
        setting: Setting,
        seed: int,
        run: int = 0,
        parameters: Parameters | None = None,
        record_events: bool = False,
        *,
        stage: Stage | None = None,
        world: World | None = None,
    ) -> None:
        self.parameters = parameters or setting.parameters.resolve()
        self._stage = stage
        draws = [Draw(seed, run, self.parameters)]
        # Attributes that Mesa does not define are delegated to the company.
        given: dict[str, Any] = {
            "seed": seed % (1 << 32),
            "setting": setting,
            "draws": draws,
            "record_events": record_events,
            "world": world,
        }
        super().__init__(**given)
        self.world_seed, self.run_number = seed, run
        for row in range(self.staff.size):
            Employee(self, row)
        # Mesa counts ids in a registry of all models ever made, which would keep each of them for good.
        Employee._ids.pop(self, None)
        self.observe = DataCollector(model_reporters={name: _reporter(name) for name in outcomes.MEASURED})
        self.burn_in()

    def step(self) -> None:
        """Simulate one day and collect its outcomes."""
        self.live()
        self.observe.collect(self)

    def run_for(self, days: int) -> None:
        """Simulate `days` days."""
        for _ in range(days):
            self.step()

    @property
    def network(self) -> Network:
        """The audience network with the contacts of every node drawn."""
        return self.networks.of(0)

    def outcomes(self) -> dict[str, Floats]:
        """Daily values of every flow and stock: {name: float64[days]}."""
        collected = self.observe.model_vars
        return {name: np.array(collected[name], dtype=np.float64) for name in outcomes.MEASURED}

    def outcomes_by_split(
        self, dimensions: tuple[str, ...] = splits.DIMENSIONS, crossed: bool = False
    ) -> dict[str, dict[str, Floats]]:
        """Daily outcomes of every group of employees; `crossed` adds the groups within each arm (see `agents.observe.splits.by_split`)."""
        return self.splits_by_run(dimensions, crossed)[0]

    def recorded_events(self) -> list[Event]:
        """Events so far in canonical order. Raises RuntimeError where the model was created without `record_events`."""
        return self.program.recorded_events()

    def points_by_person(self) -> dict[str, int]:
        """Millipoints earned, by external id, of everybody who was ever employed."""
        return dict(zip(self.staff.ids, (int(x) for x in self.program.earned_millipoints()), strict=True))

    def _offer(self, day: int, taking: Flags) -> Incentives:
        offer = super()._offer(day, taking)
        if self._stage is not None and day >= 0:
            offer = offer.copy()
            self._stage(self, day, offer)
        return offer


def _reporter(name: str) -> Callable[[AdvocacyModel], float]:
    def report(model: AdvocacyModel) -> float:
        return float(model.today[name][0])

    return report
