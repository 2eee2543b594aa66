"""Joint calibration of the default parameters: `python -m sims.defaults` (see docs/validation.md).

Four waves of model runs: one over the priors, then three where an emulator of the runs so far predicts every target to lie in its band.
An emulator of all waves gives the posterior: the priors conditioned on a replicate falling into every band with its sign. For parameters
without evidence (friction, fear, policy, training …) each chain keeps the values drawn from their flat priors, and the others adapt.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from agents.parameters import default_posterior as stored
from agents.parameters.parameters import DECLARATIONS, Parameters
from sims.doctor import version
from sims.ensemble.executors import choose_executor, progress
from sims.validation import experiments as alone
from sims.validation import interventions as done
from sims.validation.emulator import Bands, Emulator, latin_hypercube, slice_sample
from sims.validation.magnitudes import one_post_each, year_with_a_tool
from sims.validation.plausible import GRADES, MAGNITUDES, WIDER
from sims.validation.receivers import rewarded_share
from sims.validation.target import Experiment, Target
from sims.validation.validate import TARGETS

Floats = NDArray[np.float64]

SEED = 20_261
WAVE_RUNS, VECTORS, CHAIN_STEPS = 64, 200, 200
NEVER_MOVED = 1e-9
# Standard normal quantile of 95 %.
SIGN_MARGIN = 1.64
MEDIAN_MARGIN = 0.5
COMMON: tuple[Experiment, ...] = (
    alone.without_a_programme,
    alone.same_item,
    alone.cascades,
    alone.friends,
    done.undermining,
    done.token_pay,
    done.verbal_praise,
    done.exclusive_recognition,
    done.badges_and_steering,
    done.novelty,
    done.quantity_and_quality,
    done.broken_streak,
    rewarded_share,
    one_post_each,
    year_with_a_tool,
)
# The effects after a year are simulated only in later waves, where the other targets hold.
FIRST_WAVE: tuple[Experiment, ...] = (*COMMON, partial(done.newcomer_award, year=False))
NEAR_WAVE: tuple[Experiment, ...] = (*COMMON, done.newcomer_award)
NEAR_WAVES = 3
NAMES = tuple(DECLARATIONS)
HELD = np.array([NAMES.index(name) for name in stored.WITHOUT_EVIDENCE], dtype=np.int64)


def to_parameters(z: Floats) -> Parameters:
    """Parameters of one vector that is standard normal under the prior."""
    return Parameters(
        **{
            name: stated.quantile(float(u))
            for (name, stated), u in zip(DECLARATIONS.items(), ndtr(z), strict=True)
        }
    )


def run_one(shared: tuple[int, tuple[Experiment, ...], Floats], run: int) -> dict[int, float]:
    """Every experiment of a wave once, under vector `run`."""
    seed, experiments, z = shared
    p = to_parameters(z[run])
    values: dict[int, float] = {}
    for experiment in experiments:
        values |= experiment(p, seed, run)
    return values


def run_wave(
    z: Floats, seed: int, experiments: tuple[Experiment, ...], label: str, processes: int | None
) -> list[dict[int, float]]:
    """The statistics of every vector of float64[n, d]."""
    found: list[dict[int, float]] = []
    with progress(label, z.shape[0]) as advance:
        executor = choose_executor(processes, z.shape[0])
        for values in executor.map(run_one, (seed, experiments, z), range(z.shape[0])):
            found.append(values)
            advance(1)
    return found


@dataclass
class Waves:
    """The results of the waves so far: z float64[n, d], the statistics of each row, and its wave, from 0.

    With a `path` every finished wave is stored there, and stored waves are not run again.
    """

    path: Path | None = None
    z: Floats = field(default_factory=lambda: np.empty((0, len(NAMES))))
    found: list[dict[int, float]] = field(default_factory=list)
    wave: list[int] = field(default_factory=list)

    @classmethod
    def kept_at(cls, path: Path | None) -> Waves:
        """The waves stored at `path`, if any. Raises ValueError where they are for other parameters."""
        if path is None or not path.exists():
            return cls(path)
        body = json.loads(path.read_text("utf-8"))
        if tuple(body["names"]) != NAMES:
            raise ValueError(f"{path}: waves of {len(body['names'])} other parameters; begin a new file")
        found = [{int(key): value for key, value in row.items()} for row in body["found"]]
        return cls(path, np.array(body["z"]), found, body["wave"])

    def add(self, number: int, z: Floats, found: list[dict[int, float]]) -> None:
        """Add a finished wave."""
        self.z, self.found = np.vstack([self.z, z]), self.found + found
        self.wave += [number] * len(found)
        if self.path is not None:
            body = {"names": NAMES, "z": self.z.tolist(), "found": self.found, "wave": self.wave}
            self.path.write_text(json.dumps(body), "utf-8")


def bands_of(waves: Waves) -> tuple[tuple[Target, ...], Bands]:
    """Emulators of every target that varied, each fitted to the runs that measured it, and the targets' bands on the same scale.

    Noise is estimated from the waves near the targets where there are any, since a quadratic does not fit far away.
    """
    kept, emulators, edges = [], [], []
    wave = np.array(waves.wave)
    for target in (*TARGETS, *MAGNITUDES):
        rows = np.array(
            [row for row, values in enumerate(waves.found) if target.key in values], dtype=np.int64
        )
        y, low, high = scaled(target, np.array([waves.found[row][target.key] for row in rows]))
        if y.size == 0 or y.std() <= NEVER_MOVED:
            continue
        near = wave[rows] > 0
        emulator = Emulator.fit(waves.z[rows], y, near if near.any() else None)
        kept.append(target)
        emulators.append(emulator)
        low, high = taken_in(low, high, MEDIAN_MARGIN * emulator.noise)
        edges.append(sure_of_the_sign(target, low, high, SIGN_MARGIN * emulator.noise))
    low_edges, high_edges = np.array(edges).T
    return tuple(kept), Bands(tuple(emulators), low_edges, high_edges)


def taken_in(low: float, high: float, margin: float) -> tuple[float, float]:
    """The band narrowed by `margin` on both sides, by at most a quarter of its width.

    Because of emulator error, a median predicted on the edge lies outside half of the time.
    """
    margin = min(margin, 0.25 * (high - low))
    return low + margin, high - margin


def sure_of_the_sign(target: Target, low: float, high: float, margin: float) -> tuple[float, float]:
    """The band narrowed by `margin` at an edge where the sign changes.

    The sign must hold in nearly every replicate, but holds in only half of them where the mean lies on that edge.
    """
    margin = min(margin, 0.5 * (high - low))
    if target.sign > 0 and target.neutral >= target.low:
        return low + margin, high
    if target.sign < 0 and target.neutral <= target.high:
        return low, high - margin
    return low, high


def scaled(target: Target, values: Floats) -> tuple[Floats, float, float]:
    """Values and band on the scale on which a quadratic fits best.

    Logarithms of positive quantities; others are clipped at one width beyond the band, so that outliers do not distort the fit.
    """
    low, high = target.low, target.high
    if target.neutral > low and target.sign > 0:
        low = target.neutral
    if target.key in GRADES:
        low, high = wider(low, high, WIDER[GRADES[target.key]])
    if low > 0.0:
        floor = 0.02 * low
        return np.log(np.maximum(values, floor)), float(np.log(low)), float(np.log(high))
    width = high - low
    return np.clip(values, low - width, high + width), low, high


def wider(low: float, high: float, factor: float) -> tuple[float, float]:
    """The band widened by `factor` on the logarithmic scale, for weak evidence."""
    middle, half = 0.5 * (np.log(low) + np.log(high)), 0.5 * (np.log(high) - np.log(low))
    return float(np.exp(middle - factor * half)), float(np.exp(middle + factor * half))


def calibrate(
    seed: int = SEED, runs: int = WAVE_RUNS, processes: int | None = None, path: Path | None = None
) -> dict[str, Any]:
    """The body of the stored posterior; `path` is where finished waves are stored."""
    began, waves = time.time(), Waves.kept_at(path)
    for number in range(1 + NEAR_WAVES):
        if number in waves.wave:
            continue
        rng = np.random.default_rng((seed, number))
        if number == 0:
            z = ndtri(latin_hypercube(runs, len(NAMES), rng))
            waves.add(0, z, run_wave(z, seed, FIRST_WAVE, "over the priors", processes))
        else:
            # Near the targets fewer runs suffice, and the effects after a year are simulated as well.
            z = sample(bands_of(waves)[1], runs, rng)[: runs // 2]
            label = f"near the targets, {number} of {NEAR_WAVES}"
            waves.add(number, z, run_wave(z, seed + number, NEAR_WAVE, label, processes))
    targets, bands = bands_of(waves)
    final = sample(bands, VECTORS, np.random.default_rng((seed, 1 + NEAR_WAVES)))
    print(f"{len(waves.wave)} runs of every experiment in {(time.time() - began) / 60:.0f} minutes")
    return body_of(final, targets, bands, seed, waves)


def sample(bands: Bands, size: int, rng: np.random.Generator) -> Floats:
    """float64[size, d]: draws from the priors given the bands, one a chain."""
    start = ndtri(latin_hypercube(size, len(NAMES), rng))
    return slice_sample(bands, start, HELD, CHAIN_STEPS, rng)


def body_of(z: Floats, targets: Sequence[Target], bands: Bands, seed: int, waves: Waves) -> dict[str, Any]:
    """The sample as stored: values with four significant digits, and provenance."""
    values = [[_short(getattr(to_parameters(row), name)) for name in NAMES] for row in z]
    statistics = {
        str(target.key): {
            "reads": [NAMES[place] for place in emulator.inputs],
            "noise": _short(emulator.noise),
            "chance_in_band": _short(float(np.exp(one.log_likelihood(z)).mean())),
        }
        for target, emulator, one in zip(targets, bands.emulators, _each(bands), strict=True)
    }
    provenance = {
        "made_by": "python -m sims.defaults",
        "groundswell": version(),
        "seed": seed,
        "runs": [waves.wave.count(number) for number in range(1 + NEAR_WAVES)],
        "chain_steps": CHAIN_STEPS,
        "flat": list(stored.WITHOUT_EVIDENCE),
        "statistics": statistics,
    }
    return {"provenance": provenance, "names": list(NAMES), "values": values}


def _each(bands: Bands) -> list[Bands]:
    return [
        Bands((emulator,), bands.low[i : i + 1], bands.high[i : i + 1])
        for i, emulator in enumerate(bands.emulators)
    ]


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def main() -> None:
    """Calibrate, store the posterior in the parameters' package, and print the resulting defaults.

    The declarations are edited by hand, since each states its own source.
    """
    parser = argparse.ArgumentParser(prog="python -m sims.defaults", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(stored.__file__).with_name(stored.FILE))
    parser.add_argument("--runs", type=int, default=WAVE_RUNS, help="runs of the model a wave")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument(
        "--waves",
        type=Path,
        default=None,
        help="keep finished waves in this file, and go on from those in it",
    )
    given = parser.parse_args()
    body = calibrate(given.seed, given.runs, given.processes, given.waves)
    rows = [json.dumps(row, separators=(",", ":")) for row in body["values"]]
    head = json.dumps({key: body[key] for key in ("provenance", "names")}, indent=1)
    given.out.write_text(head[:-2] + ',\n "values": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n", "utf-8")
    for name, value in stored.DefaultPosterior.of(body).learnt().items():
        print(f"{name:32} {DECLARATIONS[name].default:>10.4g} -> {value:.3g}")


if __name__ == "__main__":
    main()
