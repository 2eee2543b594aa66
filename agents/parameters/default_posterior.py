"""The joint posterior of the parameters under the default preset: a stored sample, and draws from it.

`python -m sims.defaults` makes the sample anew: the priors, given that every calibration target lies in its
band. Friction, fear, policy, training and what else has no evidence stay flat. Parameters declared since then are drawn from
their priors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import DECLARATIONS, Parameters
from engine.streams import Stream, stream_key, uniform_plain

FILE = "default_posterior.json"
# Where the declaration says "no evidence: flat prior".
WITHOUT_EVIDENCE = (
    "friction_cost",
    "fear_weight",
    "fear_policy",
    "fear_training",
    "training_ease",
    "approval_trouble",
    "enrol_fear",
    "enrol_friction",
    "loss_weight",
    "lapse_after_pay",
)
MISSING = 1_000_000
# A law as wide as its prior's, and in the same place within the noise of 200 draws, is no news.
NARROWER, SHIFTED = 0.85, 0.1


@dataclass(frozen=True, eq=False)
class DefaultPosterior:
    """names, and float64[vectors, names] of equally likely values; `provenance` says how they were made."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    provenance: dict[str, Any]

    @classmethod
    def of(cls, body: dict[str, Any]) -> DefaultPosterior:
        """From the body of the stored file."""
        return cls(tuple(body["names"]), np.array(body["values"], dtype=np.float64), body["provenance"])

    def learnt(self) -> dict[str, float]:
        """Medians of the parameters on which the targets say something: the defaults. Elsewhere a default
        stays where its own source puts it.
        """
        found = {}
        for name, column in zip(self.names, self.values.T, strict=True):
            stated = DECLARATIONS.get(name)
            if stated is not None and name not in WITHOUT_EVIDENCE:
                low, middle, high = (float(x) for x in np.quantile(column, (0.05, 0.5, 0.95)))
                wide = (high - low) / (stated.quantile(0.95) - stated.quantile(0.05))
                shift = abs(middle - stated.quantile(0.5)) / (stated.high - stated.low)
                if wide < NARROWER or shift > SHIFTED:
                    found[name] = middle
        return found


@cache
def default_posterior() -> DefaultPosterior:
    """The stored sample."""
    return DefaultPosterior.of(json.loads((files("agents.parameters") / FILE).read_text(encoding="utf-8")))


def row_of(seed: int, replicate: int, size: int) -> int:
    """Which of so many vectors a replicate goes by."""
    key = stream_key(seed, Stream.POSTERIOR, 0)
    return (int(uniform_plain(key, 0, MISSING, 0) * size) + replicate) % size


def draw_parameters(seed: int, replicate: int, posterior: DefaultPosterior | None = None) -> Parameters:
    """Parameters of one replicate: the vectors of a sample (the stored one unless given) in turn, from a place that the seed names."""
    return _drawn(seed, replicate, posterior or default_posterior())


@lru_cache(maxsize=1024)
def _drawn(seed: int, replicate: int, posterior: DefaultPosterior) -> Parameters:
    # Every scenario under a seed asks for the same ones.
    row = row_of(seed, replicate, posterior.values.shape[0])
    values = dict(zip(posterior.names, (float(x) for x in posterior.values[row]), strict=True))
    own = stream_key(seed, Stream.POSTERIOR, row)
    for place, (name, stated) in enumerate(DECLARATIONS.items()):
        if name not in values:
            values[name] = stated.quantile(uniform_plain(own, 0, MISSING + 1 + place, 0))
    return Parameters(**{name: values[name] for name in DECLARATIONS})
