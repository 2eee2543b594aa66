"""The joint posterior of the parameters under the default preset: a stored sample, and draws from it.

`python -m sims.defaults` makes the sample anew: the priors, given that every calibration target lies in its
band. Click friction and fear have no evidence and stay flat. Parameters declared since then are drawn from
their priors.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.parameters import DECLARATIONS, Parameters
from engine.streams import Stream, stream_key, uniform

FILE = "default_posterior.json"
WITHOUT_EVIDENCE = ("friction_cost", "fear_weight")
MISSING = 1_000_000


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

    def median(self) -> dict[str, float]:
        """The middle of every parameter's own law; those without evidence in the middle of their prior."""
        middle = dict(zip(self.names, (float(x) for x in np.median(self.values, axis=0)), strict=True))
        return middle | {name: DECLARATIONS[name].quantile(0.5) for name in WITHOUT_EVIDENCE}


@cache
def default_posterior() -> DefaultPosterior:
    """The stored sample."""
    return DefaultPosterior.of(json.loads((files("agents") / FILE).read_text(encoding="utf-8")))


def draw_parameters(seed: int, replicate: int) -> Parameters:
    """Parameters of one replicate: the vectors of the sample in turn, from a place that the seed names."""
    posterior = default_posterior()
    key = stream_key(seed, Stream.POSTERIOR, 0)
    size = posterior.values.shape[0]
    row = (int(uniform(key, 0, MISSING, 0) * size) + replicate) % size
    values = dict(zip(posterior.names, (float(x) for x in posterior.values[row]), strict=True))
    own = stream_key(seed, Stream.POSTERIOR, replicate)
    for place, (name, stated) in enumerate(DECLARATIONS.items()):
        if name not in values:
            values[name] = stated.quantile(float(uniform(own, 0, MISSING + 1 + place, 0)))
    return Parameters(**{name: values[name] for name in DECLARATIONS})
