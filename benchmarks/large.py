"""Graphs near and beyond memory: 10⁷ people with 10⁸ stored edges, and 10⁹ computed ones. Not part of `make bench`.

python -m benchmarks.large    # needs about 4 GB and some minutes; writes benchmarks/results/large.json
"""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import describe, resident_bytes
from engine.cascade import spread
from engine.generate import social_graph
from engine.implicit import ImplicitGraph
from engine.streams import Stream, stream_key

RESULTS = Path(__file__).parent / "results" / "large.json"
KEY = stream_key(1, Stream.NETWORK)


def cascades(graph: Any, p: float, runs: int) -> dict[str, Any]:
    """Speed of a few cascades on both cores."""
    begun, used = time.perf_counter(), time.process_time()
    result = spread(graph, range(10), p, runs, 1)
    wall, cpu = time.perf_counter() - begun, time.process_time() - used
    edges = float(result.edges_traversed.sum())
    return {
        "p": p,
        "runs": runs,
        "reached": result.mean,
        "wall_s": wall,
        "cpu_s": cpu,
        "edges_per_cpu_s": edges / cpu,
    }


def main() -> None:
    """Measure and write; the computed graph first, since peak memory never falls."""
    rows: dict[str, Any] = {"machine": describe()}
    before = resident_bytes()
    implicit = ImplicitGraph(20_000_000, 50.0, KEY)
    rows["implicit"] = {
        "people": implicit.n_nodes,
        "edges": implicit.expected_edges,
        "cascades": [cascades(implicit, p, runs) for p, runs in ((0.002, 1000), (0.04, 4))],
        "resident_bytes": resident_bytes() - before,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(rows["implicit"]), flush=True)
    begun, used = time.perf_counter(), time.process_time()
    stored = social_graph(10_000_000, 10.0, KEY)
    rows["stored"] = {
        "people": stored.n_nodes,
        "edges": stored.n_edges,
        "graph_bytes": stored.nbytes,
        "build_wall_s": time.perf_counter() - begun,
        "build_cpu_s": time.process_time() - used,
        "cascades": [cascades(stored, p, runs) for p, runs in ((0.01, 1000), (0.2, 4))],
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(rows["stored"]))
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
