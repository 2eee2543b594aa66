"""The same bytes on a Ray cluster; without Ray the option says what to install."""

import importlib.util
import json
import sys

import pytest

from sims.ensemble.cluster import Cluster
from sims.ensemble.run import Manner, simulate
from sims.scenario.scenario import Scenario

WITHOUT = importlib.util.find_spec("ray") is None
needs_ray = pytest.mark.skipif(
    WITHOUT, reason="Ray is not installed: pip install 'groundswell[cluster]' to test ensembles on a cluster"
)


@pytest.fixture(scope="module")
def cluster():
    """One cluster on this machine for all tests: starting it takes longer than they do."""
    import ray

    ray.init(address="local", include_dashboard=False, num_cpus=2, log_to_driver=False, logging_level="error")
    yield "local"
    ray.shutdown()


@needs_ray
def test_a_cluster_gives_the_same_bytes(small: Scenario, cluster: str) -> None:
    here = json.dumps(simulate(small, runs=4, processes=1).as_json())
    there = simulate(small, runs=4, processes=2, manner=Manner(cluster=cluster))
    assert json.dumps(there.as_json()) == here


@needs_ray
def test_what_a_task_raises_is_raised_here(cluster: str) -> None:
    assert list(Cluster(cluster).map(divmod, 7, [2, 3])) == [(3, 1), (2, 1)]
    with pytest.raises(ZeroDivisionError):
        list(Cluster(cluster).map(divmod, 1, [0]))


def test_without_ray_the_option_says_what_to_install(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=r"pip install 'groundswell\[cluster\]'"):
        simulate(small, runs=2, manner=Manner(cluster="local"))
