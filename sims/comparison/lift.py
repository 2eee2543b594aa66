"""Decomposition of a scenario's gain into the effect of the tool (ease and prompts) and the effect of the incentives.

Control, tool alone, and tool with scheme use the same people, random numbers and parameters run by run, so that the two parts add up in
every run. The tool alone is the scenario without rewards, leaderboards, recognition and norm messages (`Scenario.tool_alone`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.intervals import interval, share_above
from sims.ensemble.result import Result
from sims.ensemble.uncertainty import Uncertainty, uncertainty

Runs = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lift:
    """One outcome's difference between a scenario and the control in two parts, float64[runs] each; `tool` is 0 without a tool."""

    scenario: str
    outcome: str
    has_tool: bool
    tool: Runs
    incentive: Runs
    unknown: dict[str, Uncertainty | None]

    @property
    def total(self) -> Runs:
        """The whole difference, float64[runs]."""
        return np.asarray(self.tool + self.incentive)

    @property
    def tool_share(self) -> float | None:
        """The tool's part of the mean difference; None where that is 0. Outside of [0, 1] where the parts have opposite signs."""
        whole = float(self.total.mean())
        return float(self.tool.mean()) / whole if whole else None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        body: dict[str, Any] = {"scenario": self.scenario, "outcome": self.outcome, "has_tool": self.has_tool}
        for name, values in (("tool", self.tool), ("incentive", self.incentive), ("total", self.total)):
            found, unknown = interval(values), self.unknown.get(name)
            low, high = found.p90
            told = {} if unknown is None else {"uncertainty": unknown.as_json(high - low)}
            body[name] = {"interval": found.as_json(), "share_of_runs_higher": share_above(values), **told}
        return {**body, "tool_share": self.tool_share}


def lift_of(nothing: Result, tool: Result | None, both: Result, outcome: str) -> Lift:
    """Split the difference between `both` and `nothing` run by run."""
    days = slice(0, nothing.provenance.horizon_days)
    middle = nothing if tool is None else tool
    ends = [each.total(outcome) for each in (nothing, middle, both)]
    echoes = [each.echo_over(outcome, days) for each in (nothing, middle, both)]
    unknown = {
        name: uncertainty(ends[b] - ends[a], echoes[b] - echoes[a])
        for name, a, b in (("tool", 0, 1), ("incentive", 1, 2), ("total", 0, 2))
    }
    return Lift(both.name, outcome, tool is not None, ends[1] - ends[0], ends[2] - ends[1], unknown)
