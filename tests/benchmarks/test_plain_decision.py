"""The yardstick decides as the model does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.employees import decision
from agents.employees.decision import Occasion
from agents.parameters.parameters import DECLARATIONS, Parameters
from benchmarks.plain_decision import chance, plain_log_odds

levels = st.floats(0.0, 1.0)


@settings(max_examples=60, deadline=None)
@given(
    draws=st.lists(levels, min_size=len(Occasion._fields), max_size=len(Occasion._fields)),
    base=st.floats(-20.0, 20.0),
    parameters=st.dictionaries(st.sampled_from(sorted(DECLARATIONS)), st.floats(0.0, 0.999), max_size=30),
)
def test_plain_python_says_what_arrays_say_and_chances_are_chances(draws, base, parameters) -> None:
    p = Parameters.draw(parameters)
    values = dict(zip(Occasion._fields, draws, strict=True)) | {
        "base": base,
        "reward_points": 40.0 * draws[6],
    }
    utility = decision.log_odds(Occasion(*(np.array([value]) for value in values.values())), p)
    assert utility[0] == pytest.approx(plain_log_odds(values, p), abs=1e-12)
    share = decision.share_chance(utility)[0]
    assert 0.0 <= share <= 1.0
    assert share == pytest.approx(chance(float(utility[0])), abs=1e-14)
