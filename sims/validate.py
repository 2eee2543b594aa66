"""The calibration targets: each with its experiment, band and verdict, by the protocol of docs/model.md.

Replicates are paired by common random numbers; each draws its parameters around the defaults. A target
passes when its sign holds in at
least 95 % of the replicates and the 90 % interval meets the band. Failing targets are shown as failing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from agents.parameters import DECLARATIONS, Parameters
from engine.streams import Stream, stream_key, uniform
from sims import experiments, interventions

SPREAD_AROUND_DEFAULT = 0.25
WITHOUT_EVIDENCE = ("friction_cost", "fear_weight")
SIGN_SHARE = 0.95
Experiment = Callable[[Parameters, int, int], dict[int, float]]


@dataclass(frozen=True)
class Target:
    """One number of a calibration target: its band, and the side of `neutral` on which it must lie (0: any).

    `key` is the target's number, or ten times it and more for its further parts; a target passes when all
    its parts do.
    """

    key: int
    title: str
    low: float
    high: float
    experiment: Experiment
    neutral: float = 0.0
    sign: int = 0


@dataclass(frozen=True)
class Verdict:
    """What the replicates said of one number."""

    key: int
    title: str
    low: float
    high: float
    median: float
    interval: tuple[float, float]
    sign_share: float
    replicates: int
    passed: bool


TARGETS: tuple[Target, ...] = (
    Target(1, "Weekly sharers without a programme", 0.01, 0.05, experiments.without_a_programme),
    Target(2, "Sharers' part of all clicks (soft)", 0.10, 0.35, experiments.without_a_programme),
    Target(3, "Peer click premium", 1.6, 2.6, experiments.same_item, 1.0, 1),
    Target(4, "Trees without a repost", 0.70, 0.95, experiments.cascades),
    Target(5, "Trees beyond one degree", 0.01, 0.04, experiments.cascades),
    Target(6, "Adoptions beyond one degree", 0.01, 0.06, experiments.cascades),
    Target(8, "Perceived over true audience", 0.2, 0.35, experiments.without_a_programme),
    Target(9, "Monthly audience of a regular poster", 0.50, 0.70, experiments.regular_poster),
    Target(10, "Median hours to a click", 18.0, 30.0, experiments.timing),
    Target(11, "Unique / naive reach, 10 sharers", 0.8, 1.0, experiments.reach_of),
    Target(111, "Unique / naive reach, 100 sharers", 0.3, 0.95, experiments.reach_of),
    Target(112, "Unique / naive reach, 1,000 sharers", 0.15, 0.8, experiments.reach_of),
    *interventions.targets(Target),
)


def draw_parameters(seed: int, replicate: int) -> Parameters:
    """Parameters of one replicate: a quarter of the way from each default to a draw of its prior; friction
    and fear in full.
    """
    key = stream_key(seed, Stream.POSTERIOR, replicate)
    values = {}
    for place, (name, stated) in enumerate(DECLARATIONS.items()):
        drawn = stated.quantile(float(uniform(key, 0, place, 0)))
        part = 1.0 if name in WITHOUT_EVIDENCE else SPREAD_AROUND_DEFAULT
        values[name] = stated.default + part * (drawn - stated.default)
    return Parameters(**values)


def validate(
    replicates: int = 200,
    seed: int = 1,
    numbers: Iterable[int] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Verdict]:
    """Run the experiments of the wanted targets (all by default) and judge each target."""
    wanted = [t for t in TARGETS if numbers is None or number_of(t.key) in set(numbers)]
    results: dict[int, list[float]] = {target.key: [] for target in wanted}
    for experiment in dict.fromkeys(target.experiment for target in wanted):
        progress(experiment.__name__)
        for replicate in range(replicates):
            values = experiment(draw_parameters(seed, replicate), seed, replicate)
            for key, value in values.items():
                if key in results:
                    results[key].append(value)
    return [judge(target, np.array(results[target.key])) for target in wanted]


def number_of(key: int) -> int:
    """The number, in behaviour's table of targets, of a key."""
    return key // 10 if key >= 100 else key


def passed(verdicts: list[Verdict]) -> dict[int, bool]:
    """{target number: whether all its parts passed}."""
    numbers = dict.fromkeys(number_of(verdict.key) for verdict in verdicts)
    return {n: all(v.passed for v in verdicts if number_of(v.key) == n) for n in numbers}


def judge(target: Target, values: np.ndarray[Any, np.dtype[np.float64]]) -> Verdict:
    """The verdict on one target from one value a replicate."""
    low, high = (float(x) for x in np.quantile(values, (0.05, 0.95)))
    side = float(np.mean(np.sign(values - target.neutral) == target.sign)) if target.sign else 1.0
    meets = low <= target.high and high >= target.low
    return Verdict(
        key=target.key,
        title=target.title,
        low=target.low,
        high=target.high,
        median=float(np.median(values)),
        interval=(low, high),
        sign_share=side,
        replicates=int(values.size),
        passed=bool(meets and side >= SIGN_SHARE),
    )


def as_json(verdicts: list[Verdict], replicates: int, seed: int) -> dict[str, Any]:
    """The machine form of `groundswell validate --json`."""
    return {
        "replicates": replicates,
        "seed": seed,
        "passed": sum(passed(verdicts).values()),
        "of": len(passed(verdicts)),
        "targets": [asdict(verdict) for verdict in verdicts],
    }
