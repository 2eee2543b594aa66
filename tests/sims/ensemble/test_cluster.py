"""The same bytes on a Ray cluster; without Ray the option says what to install."""

import importlib.util
import json
import sys

import pytest

from sims.ensemble.executors import ExecutorError
from sims.ensemble.run import Manner, simulate
from sims.scenario.scenario import Scenario

WITHOUT = importlib.util.find_spec("ray") is None
needs_ray = pytest.mark.skipif(
    WITHOUT, reason="Ray is not installed: pip install 'groundswell[cluster]' to test ensembles on a cluster"
)


@needs_ray
def test_a_cluster_gives_the_same_bytes_and_hands_on_what_is_wrong(small: Scenario) -> None:
    from sims.ensemble.cluster import Cluster

    here = json.dumps(simulate(small, runs=4, processes=1).as_json())
    there = simulate(small, runs=4, processes=2, manner=Manner(cluster="local"))
    assert json.dumps(there.as_json()) == here
    with pytest.raises(ZeroDivisionError):
        list(Cluster("local").map(divmod, 1, [0]))


@needs_ray
def test_a_cluster_that_does_not_answer_is_one_clear_error(small: Scenario) -> None:
    with pytest.raises(ExecutorError, match="no Ray cluster answers there"):
        simulate(small, runs=2, manner=Manner(cluster="127.0.0.1:1"))


def test_without_ray_the_option_says_what_to_install(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=r"pip install 'groundswell\[cluster\]'"):
        simulate(small, runs=2, manner=Manner(cluster="local"))
