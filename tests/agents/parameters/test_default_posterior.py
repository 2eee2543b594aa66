"""The stored posterior: within the priors, flat where there is no evidence, and the source of the defaults."""

import numpy as np
import pytest

from agents.parameters.default_posterior import WITHOUT_EVIDENCE, default_posterior, draw_parameters
from agents.parameters.parameters import DECLARATIONS, Parameters


def test_every_vector_lies_within_the_priors() -> None:
    posterior = default_posterior()
    assert set(posterior.names) <= set(DECLARATIONS)
    for name, column in zip(posterior.names, posterior.values.T, strict=True):
        stated, slack = DECLARATIONS[name], 1e-3 * abs(DECLARATIONS[name].high)
        assert stated.low - slack <= column.min() <= column.max() <= stated.high + slack, name


@pytest.mark.parametrize("name", WITHOUT_EVIDENCE)
def test_what_has_no_evidence_stays_flat(name: str) -> None:
    posterior = default_posterior()
    stated = DECLARATIONS[name]
    drawn = np.sort(posterior.values[:, posterior.names.index(name)])
    strata = (np.arange(drawn.size) + 0.5) / drawn.size
    wanted = np.array([stated.quantile(float(u)) for u in strata])
    assert np.abs(drawn - wanted).max() < (stated.high - stated.low) * 2.0 / drawn.size


def test_defaults_are_what_the_targets_taught() -> None:
    learnt = default_posterior().learnt()
    assert not set(learnt) & set(WITHOUT_EVIDENCE)
    assert len(learnt) >= 5
    for name, value in learnt.items():
        assert DECLARATIONS[name].default == pytest.approx(value, rel=0.05), name
    # The table of docs/model.md says which those are.
    told = {name for name, stated in DECLARATIONS.items() if "calibrated jointly" in stated.source}
    assert told == set(learnt)


def test_replicates_take_the_vectors_in_turn() -> None:
    size = default_posterior().values.shape[0]
    assert draw_parameters(3, 0) == draw_parameters(3, size)
    assert len({draw_parameters(3, replicate) for replicate in range(20)}) == 20
    assert isinstance(draw_parameters(3, 0), Parameters)
