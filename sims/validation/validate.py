"""The calibration targets: each with its experiment, band and verdict, by a protocol fixed beforehand.

Replicates are paired by common random numbers, and each draws its parameters from the joint posterior of the
default preset. A target passes when its sign holds in at least 95 % of the replicates and its median lies in the band; the
90 % interval then meets the band. Failing targets are shown as failing. Magnitudes are judged alike and counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.parameters.default_posterior import draw_parameters
from sims.doctor import version
from sims.ensemble.executors import choose_executor, progress
from sims.validation import experiments as alone
from sims.validation import interventions as done
from sims.validation.magnitudes import OF_A_MAGNITUDE
from sims.validation.plausible import GRADES, MAGNITUDES
from sims.validation.receivers import rewarded_share
from sims.validation.target import Target

SIGN_SHARE = 0.95
REPLICATES, REPLICATES_MAX = 200, 10_000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BandCheck:
    """The verdict on one part of a target; `values` has one result a replicate."""

    key: int
    title: str
    unit: str
    low: float
    high: float
    neutral: float
    sign: int
    median: float
    interval: tuple[float, float]
    sign_share: float
    replicates: int
    in_band: float
    passed: bool
    values: tuple[float, ...]


TARGETS: tuple[Target, ...] = (
    Target(1, "Weekly sharers without a programme", "share of staff", 0.01, 0.05, alone.without_a_programme),
    Target(2, "Sharers' part of all clicks (soft)", "share", 0.10, 0.35, alone.without_a_programme),
    Target(3, "Peer click premium", "times", 1.6, 2.6, alone.same_item, 1.0, 1),
    Target(4, "Trees without a repost", "share of trees", 0.70, 0.95, alone.cascades),
    Target(5, "Trees beyond one degree", "share of trees", 0.01, 0.04, alone.cascades),
    Target(6, "Adoptions beyond one degree", "share", 0.01, 0.06, alone.cascades),
    Target(61, "Reposts that one adoption brings (R)", "reposts", 0.10, 0.25, alone.cascades),
    Target(8, "Perceived over true audience", "ratio", 0.2, 0.35, alone.without_a_programme),
    Target(9, "Friends who see one post (9a)", "share of ties", 0.28, 0.40, alone.friends),
    Target(91, "Friends who see one or more in a month (9b)", "share of ties", 0.55, 0.67, alone.friends),
    Target(10, "Median time to a click", "hours", 18.0, 30.0, alone.timing),
    Target(11, "Unique over naive reach, 10 sharers", "ratio", 0.8, 1.0, alone.reach_of),
    Target(111, "The same, 100 sharers", "ratio", 0.3, 0.95, alone.reach_of),
    Target(112, "The same, 1,000 sharers", "ratio", 0.15, 0.8, alone.reach_of),
    Target(113, "The same, 1,000 less 10 sharers", "ratio", -1.0, 0.0, alone.reach_of, 0.0, -1),
    Target(12, "Undermining after pay, most motivated", "d", -0.45, -0.10, done.undermining, 0.0, -1),
    Target(13, "The same, least motivated", "d", -0.05, 1.0, done.undermining),
    Target(15, "Token pay for a dull task", "times", 1.0, 3.0, done.token_pay, 1.0, 1),
    Target(17, "Unexpected praise", "d", 0.15, 0.45, done.verbal_praise, 0.0, 1),
    Target(18, "Random award, a month later", "change", 0.05, 0.25, done.newcomer_award, 0.0, 1),
    Target(181, "The same, twelve months later", "change", 0.0, 0.25, done.newcomer_award, 0.0, 1),
    Target(19, "Best third thanked: whole group", "change", 0.02, 0.10, done.exclusive_recognition, 0.0, 1),
    Target(191, "The same: those not thanked", "change", 0.0, 0.10, done.exclusive_recognition, 0.0, 1),
    Target(21, "Badge, average effect", "d", -0.05, 0.45, done.badges_and_steering),
    Target(22, "People who speed up near a goal", "share", 0.15, 0.30, done.badges_and_steering),
    Target(221, "Their gap between acts", "change", -0.30, -0.10, done.badges_and_steering, 0.0, -1),
    Target(222, "The same after the goal", "change", -0.05, 0.10, done.badges_and_steering),
    Target(26, "Points: week 20 over week 1", "ratio", -2.0, 0.40, done.novelty),
    Target(28, "Points: volume", "change", 0.0, 3.0, done.quantity_and_quality, 0.0, 1),
    Target(281, "Points: care", "change", -1.0, 0.0, done.quantity_and_quality, 0.0, -1),
    Target(282, "Points and norm over the better one", "change", 0.0, 1.0, done.quantity_and_quality, 0.0, 1),
    Target(29, "Clicks: tangible reward, weak tie", "change", -1.0, 0.0, rewarded_share, 0.0, -1),
    Target(291, "Clicks: symbolic reward, weak tie", "change", -0.02, 0.02, rewarded_share),
    Target(292, "Tangible reward: weak less strong tie", "change", -1.0, 0.0, rewarded_share, 0.0, -1),
    Target(293, "Trust: tangible reward, weak tie", "level", -1.0, 0.0, rewarded_share, 0.0, -1),
    Target(30, "Broken against intact streak", "log-odds", -2.0, 0.0, done.broken_streak, 0.0, -1),
    Target(301, "Part of that gap closed by a repair", "share", 0.4, 0.6, done.broken_streak),
)


def validate(
    replicates: int = REPLICATES,
    seed: int = 1,
    numbers: Iterable[int] | None = None,
    processes: int | None = None,
) -> list[BandCheck]:
    """Run the experiments of some targets (all by default) and evaluate each target.

    The result depends on replicates, seed and version only. Raises ValueError for a number out of range.
    """
    if not 1 <= replicates <= REPLICATES_MAX:
        raise ValueError(f"replicates: got {replicates}; it must be 1 to {REPLICATES_MAX}; 200 is usual")
    wanted = chosen(numbers)
    executor = choose_executor(processes, replicates)
    found: list[dict[int, float]] = []
    with progress(f"{replicates} replicates", replicates) as advance:
        for values in executor.map(replicate, (seed, wanted), range(replicates)):
            found.append(values)
            advance(1)
    return [judge(target, np.array([values[target.key] for values in found])) for target in wanted]


def magnitudes(replicates: int, seed: int = 1, processes: int | None = None) -> list[BandCheck]:
    """Run and evaluate the plausible magnitudes, whose simulations cover a year."""
    executor = choose_executor(processes, replicates)
    with progress(f"{replicates} years with and without a tool", replicates) as advance:
        found = []
        for values in executor.map(replicate, (seed, MAGNITUDES), range(replicates)):
            found.append(values)
            advance(1)
    return [judge(target, np.array([values[target.key] for values in found])) for target in MAGNITUDES]


def chosen(numbers: Iterable[int] | None) -> tuple[Target, ...]:
    """The targets with these numbers. Raises ValueError for an unknown number."""
    known = {number_of(target.key) for target in TARGETS}
    asked = known if numbers is None else set(numbers)
    if not asked or asked - known:
        wrong = ", ".join(map(str, sorted(asked - known))) or "none"
        raise ValueError(f"target {wrong}; known are {', '.join(map(str, sorted(known)))}; choose among them")
    return tuple(target for target in TARGETS if number_of(target.key) in asked)


def replicate(shared: tuple[int, Sequence[Target]], run: int) -> dict[int, float]:
    """One replicate: every experiment of the targets once, under one draw of the parameters."""
    seed, targets = shared
    p = draw_parameters(seed, run)
    values: dict[int, float] = {}
    for experiment in dict.fromkeys(target.experiment for target in targets):
        values |= experiment(p, seed, run)
    return values


def together(verdicts: Sequence[BandCheck]) -> dict[int, float]:
    """{target number: part of the replicates in which all its parts lie in their bands jointly}."""
    numbers = dict.fromkeys(number_of(verdict.key) for verdict in verdicts)
    found = {}
    for number in numbers:
        mine = [v for v in verdicts if number_of(v.key) == number]
        held = [(np.array(v.values) >= v.low) & (np.array(v.values) <= v.high) for v in mine]
        found[number] = float(np.mean(np.all(held, axis=0)))
    return found


def number_of(key: int) -> int:
    """The number of the target, or of the magnitude, that a key belongs to."""
    if key >= OF_A_MAGNITUDE:
        return (key - OF_A_MAGNITUDE) // 10
    return key // 10 if key >= 100 or key == 61 else key


def passed(verdicts: Iterable[BandCheck]) -> dict[int, bool]:
    """{target number: whether all its parts passed}."""
    verdicts = list(verdicts)
    numbers = dict.fromkeys(number_of(verdict.key) for verdict in verdicts)
    return {n: all(v.passed for v in verdicts if number_of(v.key) == n) for n in numbers}


def judge(target: Target, values: Floats) -> BandCheck:
    """The verdict on one target from one value a replicate."""
    low, high = (float(x) for x in np.quantile(values, (0.05, 0.95)))
    side = float(np.mean(np.sign(values - target.neutral) == target.sign)) if target.sign else 1.0
    median = float(np.median(values))
    held = float(np.mean((values >= target.low) & (values <= target.high)))
    return BandCheck(
        key=target.key,
        title=target.title,
        unit=target.unit,
        low=target.low,
        high=target.high,
        neutral=target.neutral,
        sign=target.sign,
        median=median,
        interval=(low, high),
        sign_share=side,
        replicates=int(values.size),
        in_band=held,
        passed=bool(target.low <= median <= target.high and side >= SIGN_SHARE),
        values=tuple(float(value) for value in values),
    )


def as_json(verdicts: list[BandCheck], seed: int, plausible: Sequence[BandCheck] = ()) -> dict[str, Any]:
    """The machine form of `groundswell validate --json`; magnitudes are listed apart and not counted among the targets."""
    outcome, held = passed(verdicts), passed(plausible)
    return {
        "groundswell": version(),
        "seed": seed,
        "replicates": verdicts[0].replicates,
        "passed": sum(outcome.values()),
        "of": len(outcome),
        "targets": [asdict(verdict) for verdict in verdicts],
        "together": {str(number): part for number, part in together(verdicts).items()},
        "magnitudes": [asdict(one) | {"grade": GRADES[one.key]} for one in plausible],
        "magnitudes_passed": sum(held.values()),
        "magnitudes_of": len(held),
    }
