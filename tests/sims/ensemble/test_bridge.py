"""Runs do not depend on what is simulated beside them, and one run may meet several futures, with the same people and the same past."""

import numpy as np
import pytest

from agents.setting.setting import PolicyChange
from sims.ensemble.bridge import CLICKS, SHARES, daily_outcomes, futures, lived, parameters_of
from sims.scenario.scenario import Scenario, SchemePhase

SPLIT, SEED, RUN = 7, 5, 3


def test_futures_have_one_past_and_differ_after_it(small: Scenario) -> None:
    draw = (SEED, RUN, parameters_of(small, SEED, RUN))
    found = futures(small, draw, SPLIT, [RUN, 101, 102])
    shares, clicks = (np.stack([one["all"][name] for one in found]) for name in (SHARES, CLICKS))
    for values in (shares, clicks):
        assert (values[:, :SPLIT] == values[0, :SPLIT]).all()
    assert len({values.tobytes() for values in shares}) == 3
    # Who goes on by its own chance lives its own life.
    alone = lived([(small, [draw])])[0][0]
    for name, values in alone["all"].items():
        assert (found[0]["all"][name] == values).all(), name


@pytest.mark.parametrize("burn_in_days", [0, 3])
def test_scenarios_side_by_side_are_each_by_itself(small: Scenario, burn_in_days: int) -> None:
    """Without a burn-in everybody begins settled in what their own scenario has in force on day 0."""
    policies = PolicyChange(), PolicyChange(strictness=0.9, tools_friction=0.9)
    days = {"burn_in_days": burn_in_days, "horizon_days": 4}
    scenarios = [
        small.model_copy(update=days | {"phases": (SchemePhase(policy=policy),)}) for policy in policies
    ]
    found = daily_outcomes(scenarios, SEED, [RUN])[0]
    for scenario, together in zip(scenarios, found, strict=True):
        alone = daily_outcomes([scenario], SEED, [RUN])[0][0]
        for name, values in alone["all"].items():
            assert together["all"][name].tobytes() == values.tobytes(), name
    assert len({one["all"]["habit"].tobytes() for one in found}) == len(found)
