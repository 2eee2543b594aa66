"""The factors between naive reach and expected human clicks: closed forms of `engine.reach` over draws from the priors.

Light on purpose: it needs the parameters' declarations but no model, so that pages can use it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.reach import amplification, overlap_lost
from engine.streams import Stream, stream_key, uniforms
from sims.ensemble.intervals import Interval, interval

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from sims.scenario.scenario import Scenario

DRAWS = 2_000
# R, reshares per share. Goel, Watts & Goldstein 2012: 1 to 6 % of adoptions beyond one degree, and that
# share is R squared.
REPRODUCTION_LOW, REPRODUCTION_HIGH = 0.10, 0.25

# The constants of `agents.audience.audience.size_factor`, whose module would load the model.
USUAL_CONTACTS, FEW_CONTACTS = 300.0, 30.0
Draws = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """One factor and the remaining number after it. `mark`: R read, M memory, V vendor, A assumption, S from the scenario."""

    name: str
    factor: Interval
    value: Interval
    unit: str
    mark: str
    source: str

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "name": self.name,
            "factor": self.factor.as_json(),
            "value": self.value.as_json(),
            "unit": self.unit,
            "mark": self.mark,
            "source": self.source,
        }


def walk(
    scenario: "Scenario",
    contacts: NDArray[np.int64],
    seed: int,
    naive: int,
    posterior: "DefaultPosterior | None" = None,
) -> tuple[Step, ...]:
    """The steps from naive reach to human clicks for one item, shared once by everybody on every network."""
    return tuple(_walk(naive, _factors(scenario, contacts, _Priors(scenario, seed, posterior))))


@dataclass(frozen=True)
class _Factor:
    name: str
    unit: str
    draws: Draws
    mark: str
    source: str


def _walk(naive: int, factors: list[_Factor]) -> list[Step]:
    value = np.full(DRAWS, float(naive))
    steps = []
    for factor in factors:
        value = value * factor.draws
        steps.append(
            Step(
                factor.name, interval(factor.draws), interval(value), factor.unit, factor.mark, factor.source
            )
        )
    return steps


class _Priors:
    """Draws of a scenario's parameters.

    The value that the scenario sets, else values of a posterior's vectors, else draws from the prior.
    """

    def __init__(self, scenario: "Scenario", seed: int, posterior: "DefaultPosterior | None" = None) -> None:
        from agents.parameters.parameters import DECLARATIONS, PRESETS

        self.declarations = DECLARATIONS
        self.order = list(DECLARATIONS)
        self.parameters = scenario.parameters.resolve()
        self.stated = {*scenario.parameters.values, *PRESETS[scenario.parameters.preset]}
        self.key = stream_key(seed, Stream.POSTERIOR, 0)
        self.posterior = posterior

    def uniform(self, ordinal: int) -> Draws:
        return _uniforms(self.key, ordinal)

    def draws(self, name: str) -> Draws:
        if name in self.stated:
            return np.full(DRAWS, float(getattr(self.parameters, name)))
        known = self.posterior
        if known is not None and name in known.names:
            # The vectors in turn, so that correlations of the posterior are kept.
            return np.asarray(np.resize(known.values[:, known.names.index(name)], DRAWS))
        return _prior(name, self.key)

    def mark(self, name: str) -> str:
        return "S" if name in self.stated else self.declarations[name].mark

    def source(self, name: str) -> str:
        if name in self.stated:
            return "stated in the scenario"
        known = self.posterior is not None and name in self.posterior.names
        return f"{'calibrated; ' if known else ''}{self.declarations[name].source}"


def _factors(scenario: "Scenario", contacts: NDArray[np.int64], priors: _Priors) -> list[_Factor]:
    audience = scenario.organisation.audience.size
    visibility, mark, source = _visibility(scenario, contacts, priors)
    # Contacts are bounded by the audience, and each network shows the item to the same contacts again.
    shown = np.tile(np.minimum(contacts, audience), len(scenario.content.channels))
    new_people = 1.0 - _overlaps(shown, audience, visibility)
    reproduction = REPRODUCTION_LOW + (REPRODUCTION_HIGH - REPRODUCTION_LOW) * priors.uniform(
        len(priors.order)
    )
    amplified = np.array([amplification(float(r)) for r in reproduction])
    clicks = priors.draws("click_base") * np.exp(
        priors.draws("trust_weight") * priors.draws("peer_trust")
        + priors.draws("affinity_weight") * scenario.organisation.audience.homophily
    )
    return [
        _Factor("x visibility", "viewers", visibility, mark, source),
        _Factor(
            "- overlap", "people", new_people, "A", "the same people again, were contacts a uniform sample"
        ),
        _Factor("x amplification", "people", amplified, "R", "1/(1-R), R 0.10 to 0.25: Goel et al. 2012"),
        _Factor(
            "x click-through", "human clicks", clicks, priors.mark("click_base"), priors.source("click_base")
        ),
        _Factor(
            "x peer premium",
            "human clicks",
            priors.draws("peer_premium"),
            priors.mark("peer_premium"),
            priors.source("peer_premium"),
        ),
    ]


def _left_by_size(contacts: NDArray[np.int64], priors: _Priors) -> Draws:
    """Visibility relative to a network of usual size, averaged over contacts."""
    typical = np.maximum(np.quantile(contacts, np.linspace(0.0, 1.0, 201)), FEW_CONTACTS)
    logs = np.log(typical / USUAL_CONTACTS)
    left = np.exp(-np.outer(priors.draws("size_exponent"), logs))
    return np.asarray(left @ typical / typical.sum())


def _visibility(scenario: "Scenario", contacts: NDArray[np.int64], priors: _Priors) -> tuple[Draws, str, str]:
    """The chance that a contact sees a post, with its mark and source.

    The channels' own visibility or the prior's, scaled by network size, times the active part of contacts and the effect of feed load.
    """
    load = priors.draws("feed_load_mean") / priors.draws("feed_load_scale")
    channels = scenario.content.channels
    prior = priors.draws("visibility")
    posted = [prior if each.visibility is None else np.full(DRAWS, each.visibility) for each in channels]
    draws = np.minimum(1.0, np.mean(posted, axis=0) * _left_by_size(contacts, priors))
    draws = draws * priors.draws("active_share") / (1.0 + load)
    if all(each.visibility is not None for each in channels):
        return draws, "S", "stated per channel in the scenario; active contacts, size, feed load: assumptions"
    return draws, priors.mark("visibility"), priors.source("visibility")


def _overlaps(shown: NDArray[np.int64], audience: int, visibility: Draws) -> Draws:
    """For each draw, the part of all exposures that are repeated exposures of the same people."""
    if shown.size and shown.min() == shown.max() > 0:
        # Equal networks: one closed form for all draws.
        each = visibility * float(shown[0]) / audience
        with np.errstate(divide="ignore", invalid="ignore"):
            unique = -np.expm1(shown.size * np.log1p(-each))
            lost = 1.0 - unique / (shown.size * each)
        return np.asarray(np.where(each > 0.0, lost, 0.0))
    return np.array([overlap_lost(shown, audience, float(v)) for v in visibility])


def _uniforms(key: np.uint64, ordinal: int) -> Draws:
    return np.asarray(uniforms(key, 0, np.arange(DRAWS, dtype=np.int64), ordinal))


@lru_cache(maxsize=64)
def _prior(name: str, key: np.uint64) -> Draws:
    """Draws of a parameter from its prior; cached, since an interactive page requests the same draws repeatedly."""
    from agents.parameters.parameters import DECLARATIONS

    declared = DECLARATIONS[name]
    found = np.array([declared.quantile(float(u)) for u in _uniforms(key, list(DECLARATIONS).index(name))])
    found.flags.writeable = False
    return found
