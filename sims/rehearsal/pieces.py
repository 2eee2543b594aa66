"""The scenarios of a rehearsal, and its pieces: some runs of every scenario, computed independently and serialised as bytes."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.bridge import (
    CLICKS,
    MOTIVATION,
    POINTS,
    SHARES,
    TRUST,
    Daily,
    daily_outcomes,
    outcome_specs,
)
from sims.ensemble.result import ALL, WEEK_DAYS, Result
from sims.ensemble.run import gathered
from sims.scenario.scenario import Scenario, SchemePhase

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior

REPORTED = (
    CLICKS, SHARES, "weekly_sharers", TRUST, "fatigue", MOTIVATION, POINTS, "points_gini", "recognition_coverage",
    "gamed_shares", "cost", "liability",
)  # fmt: skip
"""The outcomes that a rehearsal reports; in addition only the sizes of groups are stored."""
KEPT = (*REPORTED, "headcount")
TOOL_ONLY, TOOL_TITLE = "tool-only", "Tool only"
SPLITS = ("segment", "desk", "hours", "contacts", "tenure")


def scenarios_of(spec: Mapping[str, Any]) -> list[Scenario]:
    """The control, the tool alone where there is one, then each scheme (with the tool).

    All use the same company: some weeks without a program, then the scenario's program to the end.
    """
    assumed = spec["assumptions"]
    base = Scenario.model_validate(
        {
            "name": "company",
            "organisation": {
                "people": spec["people"],
                "timezone": spec["timezone"],
                "audience": {"size": assumed["audience"]},
            },
            "content": {"items_per_week": assumed["items_per_week"]},
            "policy": {
                "strictness": assumed["strictness"],
                "training": assumed["training"],
                "approval_delay_days": assumed["approval_delay_days"],
                "tools_friction": assumed["friction"],
            },
            "horizon_days": WEEK_DAYS * assumed["weeks"],
            "seed": assumed["seed"],
            "outcomes": REPORTED,
            "splits": SPLITS,
        }
    )
    tried: list[tuple[str, str, dict[str, Any]]] = []
    tool: dict[str, Any] = {"tool": {}} if assumed["tool"] else {}
    if tool:
        tried.append((TOOL_ONLY, TOOL_TITLE, tool))
    tried += [(one["name"], one["title"], {**tool, "scheme": one["document"]}) for one in spec["schemes"]]
    found = [base.without_schemes()]
    for name, title, changed in tried:
        phases: list[dict[str, Any]] = [{"day": 0}] if assumed["quiet_weeks"] else []
        phases.append({"day": WEEK_DAYS * assumed["quiet_weeks"], **changed})
        validated = tuple(SchemePhase.model_validate(phase) for phase in phases)
        found.append(base.model_copy(update={"name": name, "title": title, "phases": validated}))
    return found


def compute(
    scenarios: Sequence[Scenario], first: int, after: int, posterior: DefaultPosterior | None = None
) -> bytes:
    """Simulate some runs of every scenario; a pure function of its arguments, so that every worker gives the same bytes."""
    seed = scenarios[0].seed
    found = daily_outcomes(scenarios, seed, range(first, after), posterior=posterior)
    horizon = scenarios[0].horizon_days
    body = [[_packed(daily, horizon) for daily in run] for run in found]
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 1)


def opened(piece: bytes) -> list[list[Daily]]:
    """The result of `compute` deserialised: daily outcomes by run, then scenario."""
    return [
        [
            {
                split: {name: np.frombuffer(base64.b64decode(text)) for name, text in outcomes.items()}
                for split, outcomes in daily.items()
            }
            for daily in run
        ]
        for run in json.loads(zlib.decompress(piece))
    ]


def results_of(
    scenarios: Sequence[Scenario],
    runs: Sequence[Sequence[Daily]],
    warned: bool = True,
    posterior: DefaultPosterior | None = None,
) -> list[Result]:
    """The runs of each scenario as one result; outcomes of groups cover the whole horizon as a single day."""
    seed = scenarios[0].seed
    return [
        gathered(scenario, seed, list(dailies), warned, posterior)
        for scenario, dailies in zip(scenarios, zip(*runs, strict=True), strict=True)
    ]


def clicks_of(scenarios: Sequence[Scenario], runs: Sequence[Sequence[Daily]]) -> list[Result]:
    """Results of everybody's clicks only, which is all that the precision depends on."""
    alone = [[{ALL: {CLICKS: daily[ALL][CLICKS]}} for daily in run] for run in runs]
    return results_of(scenarios, alone, warned=False)


def _packed(daily: Daily, horizon: int) -> dict[str, dict[str, str]]:
    specs = outcome_specs()
    found = {}
    for split, outcomes in daily.items():
        kept = {name: values for name, values in outcomes.items() if name in KEPT}
        if split != ALL:
            kept = {name: _whole(values[:horizon], specs[name].kind) for name, values in kept.items()}
        found[split] = {name: _text(values) for name, values in kept.items()}
    return found


def _whole(values: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    return np.array([values.sum() if kind == "flow" else values[-WEEK_DAYS:].mean()])


def _text(values: NDArray[np.float64]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype=np.float64).tobytes()).decode()
