"""Turning points of a rehearsal's risks: each scheme simulated at several multiples of its points, and where a limit is crossed.

A separate job of low priority after a rehearsal, so that it delays no first results.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sims.comparison.choice import LIMITS
from sims.comparison.turning import FACTORS, RESAMPLES, REWARD, crossing, pulled
from sims.doctor import version
from sims.ensemble.bridge import CLICKS, SHARES, daily_outcomes, guarded
from sims.ensemble.result import Result
from sims.ensemble.run import gathered
from sims.forecasting.posterior import sample_in
from sims.rehearsal.asking import TURNING_BLOCKS
from sims.rehearsal.pieces import scenarios_of
from sims.rehearsal.summary import GAMED, GAMED_MOST, RISKS
from sims.scenario.scenario import Scenario

GAIN = "gain"
NAMES = (GAIN, *RISKS.values(), GAMED)
Floats = NDArray[np.float64]


def compute(spec: Mapping[str, Any], number: int) -> bytes:
    """One piece: the margins to each limit in some runs of one scheme at every multiple of its points, against the control."""
    scheme, block = divmod(number, len(TURNING_BLOCKS))
    one = {**spec, "schemes": [spec["schemes"][scheme]]}
    scenarios = scenarios_of(one)
    tried: list[Scenario] = [scenarios[0]]
    tried += [
        pulled(scenarios[-1], REWARD, factor).model_copy(update={"name": f"turning-{at}"})
        for at, factor in enumerate(FACTORS)
    ]
    first, after = TURNING_BLOCKS[block]
    posterior = sample_in(spec)
    dailies = daily_outcomes(tried, tried[0].seed, range(first, after), posterior=posterior)
    nothing, *results = (
        gathered(scenario, tried[0].seed, [run[at] for run in dailies], posterior=posterior)
        for at, scenario in enumerate(tried)
    )
    room = [rooms(each, nothing) for each in results]
    found = {name: [each[name].tolist() for each in room] for name in NAMES}
    return json.dumps(found, separators=(",", ":"), allow_nan=False).encode()


def rooms(one: Result, nothing: Result) -> dict[str, Floats]:
    """{name: float64[runs]}: human clicks in excess of the control, and each risk's margin to its limit (negative beyond it)."""
    mine, ground = guarded(one), guarded(nothing)
    found: dict[str, Floats] = {GAIN: np.asarray(one.total(CLICKS) - nothing.total(CLICKS))}
    for limit in LIMITS:
        shown = mine[limit.outcome] - ground[limit.outcome] if limit.relative else mine[limit.outcome]
        found[RISKS[limit.outcome]] = np.asarray(shown - limit.floor)
    shares, gamed = one.total(SHARES), one.total("gamed_shares")
    found[GAMED] = np.asarray(
        GAMED_MOST - np.divide(gamed, shares, out=np.zeros_like(gamed), where=shares > 0)
    )
    return found


def body_of(spec: Mapping[str, Any], spec_hash: str, pieces: Sequence[bytes]) -> str:
    """The result of the pieces so far, as JSON text."""
    schemes = []
    blocks = len(TURNING_BLOCKS)
    for at, one in enumerate(spec["schemes"]):
        mine = [json.loads(piece) for piece in pieces[at * blocks : (at + 1) * blocks]]
        if mine:
            turns = [
                _turn(name, np.concatenate([np.array(piece[name]) for piece in mine], axis=1).T)
                for name in NAMES
            ]
            schemes.append({"scenario": one["name"], "turns": turns})
    body = {
        "kind": "turning",
        "groundswell": version(),
        "spec_hash": spec_hash,
        "lever": REWARD.name,
        "settings": list(FACTORS),
        "runs": TURNING_BLOCKS[-1][1],
        "schemes": schemes,
    }
    return json.dumps(body, allow_nan=False, ensure_ascii=False, sort_keys=True)


def _turn(name: str, values: Floats) -> dict[str, Any]:
    """One turning point as JSON values; `values`: float64[runs, settings]."""
    at = _crossing(name, values.mean(axis=0))
    rng = np.random.default_rng((len(name), len(values)))
    again = (
        _crossing(name, values[rng.integers(0, len(values), len(values))].mean(axis=0))
        for _ in range(RESAMPLES)
    )
    crossed = [each for each in again if each is not None]
    ends = np.quantile(crossed, (0.05, 0.95)).tolist() if crossed and at is not None else None
    return {
        "name": name,
        "means": values.mean(axis=0).tolist(),
        "turns_at": at,
        "interval_90": ends,
        "share_of_resamples_that_turn": len(crossed) / RESAMPLES,
    }


def _crossing(name: str, means: Floats) -> float | None:
    """The setting at which more points bring fewer clicks than no points; of a risk, at which its margin changes sign."""
    settings = np.array(FACTORS)
    if name == GAIN:
        return crossing(settings, means, marginal=False)
    # The reference of a margin is 0, not the margin without points.
    return crossing(np.concatenate([settings[:1], settings]), np.concatenate([[0.0], means]), marginal=False)
