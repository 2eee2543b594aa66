"""The same cascade in other libraries: each peer takes a graph, seeds and p, and returns sizes for a number of runs."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph

Sizes = NDArray[np.int64]
Peer = Callable[[int], Sizes]


def cynetdiff(graph: Graph, seeds: NDArray[np.int32], p: Any) -> Peer | None:
    """Compiled C++ behind Cython; None where it is not installed."""
    if find_spec("cynetdiff") is None:
        return None
    from cynetdiff.models import IndependentCascadeModel

    chances = np.asarray(p)
    chance = (
        {"activation_probs": chances.astype(np.float32)} if chances.ndim else {"activation_prob": float(p)}
    )
    model = IndependentCascadeModel(
        graph.offsets[:-1].astype(np.uint32), graph.targets.astype(np.uint32), rng=1, **chance
    )
    model.set_seeds([int(seed) for seed in seeds])

    def run(runs: int) -> Sizes:
        sizes = np.empty(runs, dtype=np.int64)
        for i in range(runs):
            model.reset_model()
            model.advance_until_completion()
            sizes[i] = model.get_num_activated_nodes()
        return sizes

    return run


def ndlib(graph: Graph, seeds: NDArray[np.int32], p: float) -> Peer | None:
    """Pure Python on a networkx graph; None where it is not installed."""
    if find_spec("ndlib") is None:
        return None
    import networkx as nx
    from ndlib.models import ModelConfig
    from ndlib.models.epidemics import IndependentCascadesModel

    network = nx.DiGraph()
    network.add_nodes_from(range(graph.n_nodes))
    sources = np.repeat(np.arange(graph.n_nodes), graph.out_degrees)
    network.add_edges_from(zip(sources.tolist(), graph.targets.tolist(), strict=True))
    config = ModelConfig.Configuration()
    config.add_model_initial_configuration("Infected", [int(seed) for seed in seeds])
    for edge in network.edges:
        config.add_edge_configuration("threshold", edge, p)
    model = IndependentCascadesModel(network, seed=1)
    model.set_initial_status(config)

    def run(runs: int) -> Sizes:
        sizes = np.empty(runs, dtype=np.int64)
        for i in range(runs):
            model.reset(infected_nodes=[int(seed) for seed in seeds])
            counts = model.iteration(node_status=False)["node_count"]
            while counts[1]:
                counts = model.iteration(node_status=False)["node_count"]
            sizes[i] = counts[1] + counts[2]
        return sizes

    return run


class Person(mesa.Agent):
    """One of the audience, as in any introduction to Mesa."""

    def __init__(self, model: Crowd, contacts: list[int]) -> None:
        super().__init__(model)
        self.contacts = contacts
        self.active, self.since = False, -1

    def step(self) -> None:
        """Try every contact in the step after one became active."""
        model: Crowd = self.model
        if self.active and self.since == model.steps - 1:
            for contact in self.contacts:
                person = model.people[contact]
                if not person.active and model.random.random() < model.p:
                    person.active, person.since = True, model.steps
                    model.reached += 1


class Crowd(mesa.Model):
    """An agent per person, each asked at every step."""

    def __init__(self, graph: Graph, p: float) -> None:
        super().__init__(seed=1)
        self.p, self.reached = p, 0
        self.people = [Person(self, graph.neighbours(u).tolist()) for u in range(graph.n_nodes)]

    def cascade(self, seeds: NDArray[np.int32]) -> int:
        """Size of one cascade."""
        for person in self.people:
            person.active, person.since = False, -1
        for seed in seeds:
            self.people[seed].active, self.people[seed].since = True, self.steps
        self.reached, before = len(seeds), 0
        while self.reached > before:
            before = self.reached
            self.step()
        return self.reached

    def step(self) -> None:
        """One round."""
        self.agents.do("step")


def plain_mesa(graph: Graph, seeds: NDArray[np.int32], p: float) -> Peer:
    """An agent per person."""
    crowd = Crowd(graph, p)
    return lambda runs: np.array([crowd.cascade(seeds) for _ in range(runs)])
