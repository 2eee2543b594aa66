"""The joint posterior of the parameters under the default preset: a stored sample, and draws from it.

`python -m sims.defaults` computes the sample again: the priors conditioned on every calibration target lying in its band. Parameters
without evidence (friction, fear, policy, training and others) keep flat marginals. Parameters that are not in the sample are drawn from
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
# Parameters whose declaration says "no evidence: flat prior".
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
# A marginal as wide as the prior and in the same place, within the noise of 200 draws, counts as not learnt.
NARROWER, SHIFTED = 0.85, 0.1


@dataclass(frozen=True, eq=False)
class DefaultPosterior:
    """A posterior sample: `names`, `values` float64[vectors, names] of equal weight, and `provenance` of the computation."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    provenance: dict[str, Any]

    @classmethod
    def of(cls, body: dict[str, Any]) -> DefaultPosterior:
        """The sample from the body of its stored file."""
        return cls(tuple(body["names"]), np.array(body["values"], dtype=np.float64), body["provenance"])

    def learnt(self) -> dict[str, float]:
        """Posterior medians of the parameters that the targets inform; other parameters keep the default of their own source."""
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
    """Index of the vector used by a replicate, out of `size`."""
    key = stream_key(seed, Stream.POSTERIOR, 0)
    return (int(uniform_plain(key, 0, MISSING, 0) * size) + replicate) % size


def draw_parameters(seed: int, replicate: int, posterior: DefaultPosterior | None = None) -> Parameters:
    """Parameters of one replicate: the vectors of a sample (the stored one unless given) in turn, from an offset set by the seed."""
    return _drawn(seed, replicate, posterior or default_posterior())


@lru_cache(maxsize=1024)
def _drawn(seed: int, replicate: int, posterior: DefaultPosterior) -> Parameters:
    # Cached: scenarios under one seed use the same vectors.
    row = row_of(seed, replicate, posterior.values.shape[0])
    values = dict(zip(posterior.names, (float(x) for x in posterior.values[row]), strict=True))
    own = stream_key(seed, Stream.POSTERIOR, row)
    for place, (name, stated) in enumerate(DECLARATIONS.items()):
        if name not in values:
            values[name] = stated.quantile(uniform_plain(own, 0, MISSING + 1 + place, 0))
    return Parameters(**{name: values[name] for name in DECLARATIONS})
