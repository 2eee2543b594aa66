"""The whole model over a year of working days, and its decision step against the same step in plain per-agent Mesa.

    python -m benchmarks.model            # 10,000 employees, 1,000,000 people around them, 250 days
    python -m benchmarks.model --quick    # a tenth of each

Writes benchmarks/results/model.json.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from agents.decision import Occasion
from agents.employee import chance, plain_log_odds
from agents.model import AdvocacyModel
from agents.opportunities import DAYS_A_WEEK
from agents.setting import Audience, Organisation, Setting

RESULTS = Path(__file__).parent / "results" / "model.json"


class PlainEmployee(mesa.Agent):
    """An employee as one would write it in plain Mesa: attributes, random numbers and the utility in Python."""

    def __init__(self, model: PlainModel, base: float, motivation: float, perceived_log: float, rate: float) -> None:
        super().__init__(model)
        self.base, self.motivation, self.perceived_log, self.rate = base, motivation, perceived_log, rate
        self.feedback, self.habit, self.own_rate, self.recent, self.shares = 0.2, 0.0, 0.0, 0.0, 0

    def step(self) -> None:
        """Meet items, decide on each."""
        draws = self.model.source
        left = math.exp(-self.rate)
        product = draws.random()
        while product > left:
            product *= draws.random()
            item = self.model.items[draws.randrange(len(self.model.items))]
            occasion = self.model.neutral | {
                "base": self.base,
                "motivation": self.motivation,
                "relevance": item["relevance"],
                "perceived_log": self.perceived_log,
                "feedback": self.feedback,
                "own_rate": self.own_rate,
                "habit": self.habit,
                "recent": self.recent,
                "risk": item["risk"],
                "green_lit": item["green_lit"],
            }
            if draws.random() < chance(plain_log_odds(occasion, self.model.parameters)):
                self.shares += 1


class PlainModel(mesa.Model):
    """The decision step of the model in plain Mesa."""

    def __init__(self, like: AdvocacyModel) -> None:
        super().__init__(seed=1)
        self.parameters = like.parameters
        self.source = random.Random(1)
        self.neutral = dict.fromkeys(Occasion._fields, 0.0) | {"fear": 0.35, "friction": 0.3}
        self.items = [{"relevance": 0.4 + 0.6 * (i % 2), "risk": 0.2, "green_lit": float(i % 3 > 0)} for i in range(10)]
        traits = like.traits
        rates = traits.opportunities_per_week / DAYS_A_WEEK
        columns = (traits.base, traits.motivation, traits.perceived_log, rates)
        for values in zip(*columns, strict=True):
            PlainEmployee(self, *(float(value) for value in values))

    def step(self) -> None:
        """One working day."""
        self.agents.do("step")


def whole_run(employees: int, audience: int, days: int) -> tuple[dict[str, Any], AdvocacyModel]:
    """Seconds for building and running the whole model."""
    organisation = Organisation(headcount=employees, audience=Audience(size=audience))
    setting = Setting(organisation=organisation, horizon_days=days, burn_in_days=0)
    begun = time.perf_counter()
    model = AdvocacyModel(setting, 1)
    built = time.perf_counter()
    model.run_for(days)
    ran = time.perf_counter()
    return {
        "employees": employees,
        "audience": audience,
        "days": days,
        "edges": model.network.graph.n_edges,
        "shares": float(model.outcomes()["shares"].sum()),
        "build_s": built - begun,
        "run_s": ran - built,
        "whole_day_ns_per_agent": (ran - built) / (days * employees) * 1e9,
    }, model


def decision_steps(model: AdvocacyModel, days: int, plain_days: int) -> dict[str, float]:
    """Nanoseconds per agent and working day of the decision step, in arrays and in plain Mesa."""
    present = np.ones(model.staff.size, dtype=bool)
    offer = model.programme.incentives(0, model.state, present)
    monday = -model.setting.start_date.weekday()
    workdays = [monday + 7 * week + day for week in range(1, days // 5 + 1) for day in range(5)]
    begun = time.perf_counter()
    for day in workdays:
        met = model._meet(day, present)
        model._decide(met, model._occasion(met, offer, present))
    arrays = (time.perf_counter() - begun) / (len(workdays) * model.staff.size)
    plain = PlainModel(model)
    begun = time.perf_counter()
    for _ in range(plain_days):
        plain.step()
    agents = (time.perf_counter() - begun) / (plain_days * model.staff.size)
    return {"array_ns": arrays * 1e9, "plain_mesa_ns": agents * 1e9, "ratio": agents / arrays}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of each size")
    part = 10 if parser.parse_args().quick else 1
    AdvocacyModel(Setting(organisation=Organisation(headcount=50), horizon_days=5), 1).run_for(5)
    run, model = whole_run(10_000 // part, 1_000_000 // part, 250 // part)
    result = {"whole": run, "decision": decision_steps(model, 50, 5)}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
