"""The whole model over a year of working days, its decision step against the same step in plain per-agent Mesa, and its cost against
the number of shares made.

    python -m benchmarks.model            # 10,000 employees, 1,000,000 people around them, 250 days
    python -m benchmarks.model --quick    # a tenth of each

Times are CPU seconds of one thread. Writes benchmarks/results/model.json.
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

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.program.membership import Morning
from agents.setting.setting import Audience, Organisation, Phase, Setting
from agents.world.conditions import opportunity_days
from benchmarks.plain_decision import chance, plain_log_odds
from rewards.scheme.presets import PRESETS

RESULTS = Path(__file__).parent / "results" / "model.json"


class PlainEmployee(mesa.Agent):
    """An employee as one would write it in plain Mesa: attributes, random numbers and the utility in Python."""

    def __init__(
        self, model: PlainModel, traits: dict[str, float], rate: float, team: list[PlainEmployee]
    ) -> None:
        super().__init__(model)
        self.traits, self.rate, self.team = traits, rate, team
        self.motivation, self.feedback, self.habit, self.fear = traits["motivation"], 0.2, 0.0, 0.35
        self.recognition, self.own_rate, self.streak, self.broken = 0.0, 0.0, 0, False
        self.recent = [0] * 7
        self.shared: set[int] = set()
        team.append(self)

    def norm(self) -> float:
        """Mean rate of the colleagues seen."""
        return self.model.team_rates[id(self.team)]

    def step(self) -> None:
        """Meet items, decide on each."""
        model, draws, left = self.model, self.model.source, math.exp(-self.rate)
        today, product = 0, draws.random()
        while product > left:
            product *= draws.random()
            number = draws.randrange(len(model.items))
            item = model.items[number]
            points = model.offer["share_points"] + model.offer["click_points"] * self.traits["clicks_belief"]
            occasion = {
                "base": self.traits["base"],
                "motivation": self.motivation,
                "relevance": 1.0 if item["topic"] == self.traits["topic"] else 0.4,
                "perceived_log": self.traits["perceived_log"],
                "feedback": self.feedback,
                "novelty": 0.15 + 0.85 * 2.0 ** (-model.offer["weeks"] / 5.0),
                "reward_points": points,
                "crowded": model.offer["tangible"],
                "public": model.offer["public"],
                "connectedness": self.traits["connectedness"],
                "steerer": self.traits["steerer"],
                "goal": 0.3,
                "own_rate": self.own_rate,
                "norm_rate": self.norm(),
                "norm_message": 0.0,
                "recognition": self.recognition,
                "rank": 0.0,
                "contest": 0.0,
                "intact": float(self.streak >= 2),
                "broken": float(self.broken),
                "habit": self.habit,
                "friction": 0.3,
                "fear": self.fear * self.traits["fear_sensitivity"],
                "risk": item["risk"],
                "green_lit": item["green_lit"],
                "recent": sum(self.recent),
                "asked": 0.0,
                "felt_more": 0.0,
                "award": 0.0,
                "loss": 0.0,
            }
            if (
                draws.random() < chance(plain_log_odds(occasion, model.parameters))
                and number not in self.shared
            ):
                self.shared.add(number)
                today += 1
        self.recent[model.steps % 7] = today


class PlainModel(mesa.Model):
    """The decision step of the model in plain Mesa."""

    def __init__(self, like: AdvocacyModel) -> None:
        super().__init__(seed=1)
        self.parameters = like.parameters
        self.source = random.Random(1)
        self.offer = {"share_points": 2.0, "click_points": 10.0, "weeks": 3.0, "tangible": 1.0, "public": 0.0}
        self.items = [{"topic": i % 4, "risk": 0.2, "green_lit": float(i % 3 > 0)} for i in range(10)]
        teams: dict[int, list[PlainEmployee]] = {int(code): [] for code in np.unique(like.staff.team)}
        rates = like.traits.opportunities_per_week / opportunity_days(like.parameters.weekend_factor)
        for row in range(like.staff.size):
            traits = {
                "base": float(like.traits.base[row]),
                "motivation": float(like.traits.motivation[row]),
                "topic": float(like.staff.segment[row]),
                "perceived_log": float(like.traits.perceived_log[row]),
                "connectedness": float(like.traits.connectedness[row]),
                "steerer": float(like.traits.steerer[row]),
                "clicks_belief": float(like.state.clicks_belief[row]),
                "fear_sensitivity": float(like.traits.fear_sensitivity[row]),
            }
            PlainEmployee(self, traits, float(rates[row]), teams[int(like.staff.team[row])])
        self.teams = list(teams.values())
        self.team_rates: dict[int, float] = {}

    def step(self) -> None:
        """One working day."""
        self.team_rates = {id(team): sum(one.own_rate for one in team) / len(team) for team in self.teams}
        self.agents.shuffle_do("step")


def whole_run(employees: int, audience: int, days: int) -> tuple[dict[str, Any], AdvocacyModel]:
    """Seconds for building and running the whole model."""
    organisation = Organisation(headcount=employees, audience=Audience(size=audience))
    phases = (Phase(scheme=PRESETS["clicks"]),)
    setting = Setting(organisation=organisation, phases=phases, horizon_days=days, burn_in_days=0)
    begun = time.process_time()
    model = AdvocacyModel(setting, 1)
    built = time.process_time()
    model.run_for(days)
    ran = time.process_time()
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


def decision_steps(model: AdvocacyModel, days: int, plain_days: int, turns: int) -> dict[str, float]:
    """Nanoseconds per agent and working day of the decision step, in arrays and in plain Mesa: medians of turns, taken
    one after the other, since the machine's speed drifts."""
    present = np.ones(model.staff.size, dtype=bool)
    offer = model.program.incentives(0, model.state, present)
    monday = -model.setting.start_date.weekday()
    workdays = [monday + 7 * week + day for week in range(1, days // 5 + 1) for day in range(5)]
    morning = Morning(model.conditions.on(0), np.zeros(model.staff.size))
    plain = PlainModel(model)
    arrays, agents = np.empty(turns), np.empty(turns)
    for turn in range(turns):
        begun = time.process_time()
        for day in workdays:
            model._shared.today(model._meet(day, offer, present, morning))
        between = time.process_time()
        for _ in range(plain_days):
            plain.step()
        arrays[turn] = (between - begun) / (len(workdays) * model.staff.size)
        agents[turn] = (time.process_time() - between) / (plain_days * model.staff.size)
    ratios = agents / arrays
    return {
        "array_ns": float(np.median(arrays)) * 1e9,
        "plain_mesa_ns": float(np.median(agents)) * 1e9,
        "ratio": float(np.median(ratios)),
        "lowest_ratio": float(ratios.min()),
        "highest_ratio": float(ratios.max()),
    }


def cost_of_shares(employees: int, audience: int, days: int) -> dict[str, Any]:
    """Seconds a day at rising activity, and the straight line through them: a fixed cost a day and a cost a share."""
    points = []
    for base in (-8.0, -6.0, -5.0, -4.5, -4.0):
        organisation = Organisation(headcount=employees, audience=Audience(size=audience))
        setting = Setting(organisation=organisation, horizon_days=days, burn_in_days=0)
        model = AdvocacyModel(setting, 1, parameters=Parameters(base_log_odds=base))
        begun = time.process_time()
        model.run_for(days)
        seconds = (time.process_time() - begun) / days
        points.append({"shares_a_day": float(model.outcomes()["shares"].mean()), "seconds_a_day": seconds})
    x, y = (np.array([point[name] for point in points]) for name in ("shares_a_day", "seconds_a_day"))
    slope, fixed = np.polyfit(x, y, 1)
    left = y - (fixed + slope * x)
    return {
        "employees": employees,
        "audience": audience,
        "points": points,
        "fixed_us_a_day": fixed * 1e6,
        "us_a_share": slope * 1e6,
        "r_squared": 1.0 - float((left**2).sum() / ((y - y.mean()) ** 2).sum()),
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of each size")
    part = 10 if parser.parse_args().quick else 1
    AdvocacyModel(Setting(organisation=Organisation(headcount=50), horizon_days=5), 1).run_for(5)
    run, model = whole_run(10_000 // part, 1_000_000 // part, 250 // part)
    steps = decision_steps(model, 50, 5, 7)
    linearity = cost_of_shares(10_000 // part, 300_000 // part, 60)
    result = {"whole": run, "decision": steps, "cost_of_shares": linearity}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
