"""The company's audience: who sees whose posts, what they care about and how full their feeds are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.setting.setting import Organisation
from agents.world.population import Staff
from engine.generate import audience_network
from engine.graph import Graph
from engine.streams import Stream, normals, stream_key, uniforms

Floats32 = NDArray[np.float32]
Ints = NDArray[np.int64]

LEAST_STORED_CONTACTS = 10.0
LOAD, SEGMENT, INTEREST = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes are employees 0…E−1, corporate accounts E…E+C−1, then the audience.

    onward_weight   how many real edges each stored edge of an audience member stands for. Reposters'
                    contacts are thinned (an
                    audience of a million with 300 contacts each needs no 300 million edges): a stored edge
                    is seen once but
                    clicked and reposted as often as the edges it stands for, so expectations stay.
    sources         int32[source edges], the source of each; degrees: int64[sources], contacts of each
    """

    graph: Graph
    interest: Floats32
    feed_load: Floats32
    n_employees: int
    n_corporate: int
    onward_weight: float
    sources: NDArray[np.int32]
    degrees: Ints

    @property
    def n_sources(self) -> int:
        """Employees and the company's own pages."""
        return self.n_employees + self.n_corporate

    @property
    def n_source_edges(self) -> int:
        """Edges of employees and corporate accounts: they come first."""
        return int(self.graph.offsets[self.n_sources])


def build_network(
    organisation: Organisation, staff: Staff, n_topics: int, p: Parameters, seed: int, run: int
) -> Network:
    """Generate the audience network of one run."""
    key = stream_key(seed, Stream.NETWORK, run)
    audience = organisation.audience
    accounts = organisation.corporate_accounts
    counts = np.concatenate([staff.contacts, np.array([a.followers for a in accounts], dtype=np.int64)])
    segments = np.concatenate([staff.segment, np.full(len(accounts), -1, dtype=np.int64)])
    rows = np.arange(audience.size, dtype=np.int64)
    audience_segment = np.floor(len(staff.segments) * uniforms(key, 1, rows, SEGMENT)).astype(np.int32)
    # Nobody knows more people than there are.
    onward = min(audience.onward_contacts, audience.size - 1.0)
    stored = stored_contacts(onward, p)
    graph = audience_network(
        counts,
        segments.astype(np.int32),
        audience.size,
        audience_segment,
        audience.homophily,
        audience.coworkers,
        key,
        n_corporate=len(accounts),
        audience_mean_degree=stored,
        concentration=1.0 + 3.0 * audience.overlap,
        threads=1,
    )
    everybody = np.concatenate([segments, audience_segment])
    n_sources = staff.size + len(accounts)
    degrees = np.diff(graph.offsets[: n_sources + 1])
    return Network(
        graph=graph,
        interest=_interests(everybody, n_topics, p, key),
        feed_load=_feed_loads(graph.n_nodes, p, key),
        n_employees=staff.size,
        n_corporate=len(accounts),
        onward_weight=onward / stored if stored > 0.0 else 1.0,
        sources=np.repeat(np.arange(n_sources, dtype=np.int32), degrees),
        degrees=degrees,
    )


def stored_contacts(onward: float, p: Parameters) -> float:
    """Edges kept of the `onward` contacts of an outsider: few, but so many that none is answered more than once by all it stands for."""
    likeliest = max(p.click_base, p.repost_base) * np.exp(
        p.trust_weight * p.peer_trust + p.affinity_weight + 0.5 * p.quality_weight
    )
    return float(min(onward, max(LEAST_STORED_CONTACTS, onward * likeliest)))


def _interests(segment: Ints, n_topics: int, p: Parameters, key: np.uint64) -> Floats32:
    rows = np.arange(segment.size, dtype=np.int64)
    interest = np.empty((segment.size, n_topics), dtype=np.float32)
    for topic in range(n_topics):
        level = np.where(segment == topic, p.interest_own, p.interest_other)
        drawn = level + p.interest_spread * (uniforms(key, 2, rows, INTEREST + topic) - 0.5)
        interest[:, topic] = np.clip(drawn, 0.0, 1.0)
    return interest


def _feed_loads(n_nodes: int, p: Parameters, key: np.uint64) -> Floats32:
    rows = np.arange(n_nodes, dtype=np.int64)
    return (p.feed_load_mean * np.exp(p.feed_load_spread * normals(key, 3, rows, LOAD))).astype(np.float32)
