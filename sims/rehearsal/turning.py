"""Where a rehearsal's risks turn: each scheme with none, a part and a multiple of its points, and where that crosses a limit.

A job of its own, that follows a rehearsal and gives way to anybody who waits, so that no first answer comes later for it.
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
    """A piece: some runs of one scheme at every multiple of its points, and of doing nothing; what is left to each limit, run by run."""
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
    """Run by run: human clicks more than doing nothing, and how far each risk is from its limit, negative beyond it."""
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
    """What the pieces so far say, as JSON text."""
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
    """`values`: float64[runs, settings]."""
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
    """Where more points bring fewer clicks than none do; of a risk, where what is left to its limit changes its sign."""
    settings = np.array(FACTORS)
    if name == GAIN:
        return crossing(settings, means, marginal=False)
    # What is left is held against nothing left, and not against what it is without points.
    return crossing(np.concatenate([settings[:1], settings]), np.concatenate([[0.0], means]), marginal=False)
