"""This engine beside NDlib, cynetdiff, plain Mesa and a C reference compiled on the spot: one graph, p and seed set.

    python -m benchmarks.propagation            # 10⁴, 10⁵ and 10⁶ people with 50 contacts each, about ten minutes
    python -m benchmarks.propagation --quick    # 10⁴ people, about a minute; --people chooses other sizes

No speed is printed before the means agree within their errors. Writes benchmarks/results/propagation.json and .svg, and the
table in README.md. Speeds are runs per second of CPU time on one core, except where threads are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import peers, reference
from benchmarks.chart import bar_chart
from benchmarks.graphs import benchmark_graph, seed_set
from benchmarks.machine import describe, race, resident_bytes
from benchmarks.readme import write_block
from engine.cascade import spread
from engine.graph import Graph
from engine.response import ResponseRates, Scratch, Shares, propagate, share_rows
from engine.streams import Stream, stream_key

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[1]
CHANCES = (0.002, 0.02, 0.06)
SLOW_PEERS_UP_TO = 10_000
CYNETDIFF_UP_TO = 100_000
C_NAMES = ("C, same draws", "C, one generator a run", "C, a coin per edge")
Row = dict[str, Any]


def cascade_row(
    graph: Graph, p: float, per_edge: bool, library: Any, seconds: float, rounds: int, with_peers: bool
) -> Row:
    """One graph and p: everybody's runs per second, after the means were found to agree."""
    seeds = seed_set(graph.n_nodes)
    chances: Any = np.random.default_rng(3).random(graph.n_edges) * 2.0 * p if per_edge else p

    def ours(runs: int) -> Any:
        return spread(graph, seeds, chances, runs, 1, threads=1)

    contestants: dict[str, Any] = {"engine": ours}
    if library is not None:
        forms = [reference.world, reference.plain] + ([] if per_edge else [reference.coins])
        for name, form in zip(C_NAMES, forms, strict=False):
            contestants[name] = lambda runs, form=form: form(library, graph, seeds, chances, runs, 1)
    made = {"cynetdiff": peers.cynetdiff} if graph.n_nodes <= CYNETDIFF_UP_TO else {}
    if with_peers and not per_edge and graph.n_nodes <= SLOW_PEERS_UP_TO:
        made |= {"NDlib": peers.ndlib, "Mesa, an agent per person": peers.plain_mesa}
    for name, maker in made.items():
        peer = maker(graph, seeds, chances)
        if peer is None:
            print(f"{name} is not installed: skipped")
        else:
            contestants[name] = peer
    found = race(contestants, seconds, rounds)
    rate, result = found.pop("engine")
    row: Row = {
        "people": graph.n_nodes,
        "edges": graph.n_edges,
        "p": p,
        "per_edge": per_edge,
        "reached": result.mean,
        "standard_error": result.standard_error,
        "runs_per_s": rate,
        "edges_per_s": rate * float(result.edges_traversed.mean()),
        "peers": {},
    }
    for name, (peer_rate, sizes) in found.items():
        row["peers"][name] = {"runs_per_s": peer_rate, "mean": float(sizes.mean()), "ratio": rate / peer_rate}
        row["peers"][name]["z"] = agreement(name, result.sizes, sizes)
    return row


def agreement(name: str, ours: NDArray[np.int64], theirs: NDArray[np.int64]) -> float:
    """z of the difference of the means; ends the benchmark where two implementations disagree."""
    if name == C_NAMES[0]:
        common = min(ours.size, theirs.size)
        if not np.array_equal(ours[:common], theirs[:common]):
            raise SystemExit(f"{name}: sizes differ from the engine's; nothing to compare")
        return 0.0
    # Few runs of a slow peer say little about their own spread, so the larger of the two is taken.
    deviation = max(float(ours.std()), float(theirs.std()))
    error = deviation * np.sqrt(1.0 / ours.size + 1.0 / theirs.size)
    z = float((ours.mean() - theirs.mean()) / error) if error else 0.0
    if abs(z) > 4.5:
        raise SystemExit(
            f"{name}: mean {theirs.mean():.4g} against {ours.mean():.4g}, z = {z:.1f}; no speed is compared"
        )
    return z


def response_row(graph: Graph, library: Any, shares: int, seconds: float, rounds: int) -> Row:
    """See → click → repost, visibility 5 %, a trust and a fatigue per edge, interest and feed load per person."""
    rng = np.random.default_rng(5)
    audience: Any = [
        rng.random(size, dtype=np.float32) for size in (graph.n_edges, graph.n_edges, 3 * graph.n_nodes)
    ]
    audience[2] = audience[2].reshape(-1, 3)
    load = rng.random(graph.n_nodes, dtype=np.float32) * np.float32(20.0)
    heavy = np.argsort(graph.out_degrees)[-graph.n_nodes // 10 :]
    day = Shares.of(rng.choice(heavy, shares), rng.integers(0, 3, shares), 0.05, 0.02, 0.004)
    rates, key, scratch = ResponseRates(), stream_key(3, Stream.SEE), Scratch(graph)
    outcome = propagate(graph, day, *audience, feed_load=load, rates=rates, key=key, day=0, scratch=scratch)
    exposures = int(outcome.exposures.sum())
    names, share_rates = share_rows(day)
    arrays = [array.reshape(-1) for array in (*audience, load)]
    call = reference.EngineResponder(graph, scratch, arrays, names, share_rates, rates, key)
    contestants: dict[str, Any] = {
        "kernel": lambda runs: [call.counts(0) for _ in range(runs)][-1],
        "propagate": lambda runs: [
            propagate(graph, day, *audience, feed_load=load, rates=rates, key=key, day=0, scratch=scratch)
            for _ in range(runs)
        ][-1],
    }
    if library is not None:
        twin = reference.Responder(library, graph, 2 * exposures, names, share_rates, arrays, rates, key)
        contestants["C twin"] = lambda runs: [twin.counts(0) for _ in range(runs)][-1]
    found = race(contestants, seconds, rounds)
    row: Row = {
        "people": graph.n_nodes,
        "shares": shares,
        "exposures": exposures,
        "exposures_per_s": found["kernel"][0] * exposures,
        "with_checks_and_copies_per_s": found["propagate"][0] * exposures,
    }
    if library is not None:
        if not np.array_equal(found["C twin"][1], found["kernel"][1]):
            raise SystemExit("C twin: counts differ from the engine's; nothing to compare")
        row["c_exposures_per_s"] = found["C twin"][0] * exposures
        row["ratio"] = found["kernel"][0] / found["C twin"][0]
    return row


def scaling(seconds: float, rounds: int, largest: int) -> dict[str, list[Row]]:
    """Runs per second against people, contacts and runs."""

    def point(graph: Graph, p: float, **said: Any) -> Row:
        seeds = seed_set(graph.n_nodes)
        rate, result = race(
            {"engine": lambda runs: spread(graph, seeds, p, runs, 1, threads=1)}, seconds, rounds
        )["engine"]
        traversed = float(result.edges_traversed.mean())
        return said | {"reached": result.mean, "runs_per_s": rate, "edges_per_s": rate * traversed}

    sizes = [n for n in (1000, 10_000, 100_000, 1_000_000) if n <= largest]
    runs_points = []
    graph, seeds = benchmark_graph(10_000), seed_set(10_000)
    for runs in (1, 10, 100, 1000, 10_000):
        begun = time.process_time()
        spread(graph, seeds, 0.02, runs, 1, threads=1)
        runs_points.append({"runs": runs, "runs_per_s": runs / (time.process_time() - begun)})
    return {
        "people": [point(benchmark_graph(n), 0.02, people=n) for n in sizes],
        "contacts": [
            point(benchmark_graph(10_000, mean_degree=k), 1.0 / k, contacts=k) for k in (10, 20, 50, 100, 200)
        ],
        "runs": runs_points,
    }


def thread_rows(graph: Graph, p: float, runs: int, rounds: int) -> list[Row]:
    """Wall-clock speed-up of 2 threads, and the CPU time a run takes beside another: 1 where they share nothing."""
    seeds = seed_set(graph.n_nodes)
    wall = {1: float("inf"), 2: float("inf")}
    cpu = dict(wall)
    for _ in range(rounds):
        for threads in tuple(wall):
            begun, used = time.perf_counter(), time.process_time()
            spread(graph, seeds, p, runs, 1, threads=threads)
            wall[threads] = min(wall[threads], time.perf_counter() - begun)
            cpu[threads] = min(cpu[threads], time.process_time() - used)
    return [
        {
            "people": graph.n_nodes,
            "p": p,
            "speed_up": wall[1] / wall[2],
            "cpu_per_run_ratio": cpu[2] / cpu[1],
            "speed_up_with_both_cores_free": 2.0 * cpu[1] / cpu[2],
        }
    ]


def start_up() -> Row:
    """Seconds to the first result of a new process, the kernels compiled and found on disk."""
    script = (
        "from engine.graph import Graph\nfrom engine.cascade import spread\n"
        "spread(Graph.from_edges([1, 0], [2, 1], 3), [0], 0.5, 100, 1)\n"
    )
    seen: dict[str, list[tuple[float, float]]] = {"compiled": [], "cached": []}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(6):
            before = os.times()
            begun = time.perf_counter()
            environment = os.environ | {"NUMBA_CACHE_DIR": folder}
            subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True)
            after = os.times()
            used = after.children_user + after.children_system - before.children_user - before.children_system
            seen["cached" if turn else "compiled"].append((time.perf_counter() - begun, used))
    return {
        f"{name}_{clock}": min(times[i] for times in values)
        for name, values in seen.items()
        for i, clock in enumerate(("wall_s", "cpu_s"))
    }


def memory_rows(graph: Graph) -> Row:
    """Bytes of the kernel's arrays, and of the same graph in a peer."""
    row: Row = {
        "people": graph.n_nodes,
        "edges": graph.n_edges,
        "graph_bytes": graph.nbytes,
        "bytes_per_edge": graph.nbytes / graph.n_edges,
        "scratch_bytes_per_thread": graph.n_nodes // 8 + 4 * graph.n_nodes,
        "100_million_edges_10_million_people_bytes": 4 * 10**8 + 8 * (10**7 + 1),
    }
    if graph.n_nodes <= SLOW_PEERS_UP_TO:
        for name in ("NDlib", "Mesa, an agent per person"):
            # In a process of its own: what another contestant gave back would be counted as saved.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                grown = process.submit(peer_bytes, name, graph.n_nodes).result()
            if grown is not None:
                row[f"{name}_bytes"] = grown
    return row


def peer_bytes(name: str, people: int) -> int | None:
    """By how much a process grows when a peer takes in the benchmark's graph; None where the peer is not installed."""
    graph = benchmark_graph(people)
    maker = {"NDlib": peers.ndlib, "Mesa, an agent per person": peers.plain_mesa}[name]
    # Once before, so that what the peer imports is not counted as the graph's.
    if maker(benchmark_graph(100), seed_set(100), 0.002) is None:
        return None
    before = resident_bytes()
    kept = maker(graph, seed_set(people), 0.002)
    return resident_bytes() - before if kept is not None else None


def measure(sizes: list[int], quick: bool) -> dict[str, Any]:
    """All of it, for graphs of these sizes."""
    library = reference.compile_reference()
    if library is None:
        print("no C compiler: the C reference is skipped")
    seconds, rounds = (0.1, 3) if quick else (0.25, 4)
    cascades, responses, threads = [], [], []
    memory = memory_rows(benchmark_graph(10_000))
    for n in sizes:
        graph = benchmark_graph(n)
        for p in CHANCES:
            cascades.append(cascade_row(graph, p, False, library, seconds, rounds, True))
            show(cascades[-1])
        for p in CHANCES[:2]:
            cascades.append(cascade_row(graph, p, True, library, seconds, rounds, True))
            show(cascades[-1])
        responses.append(response_row(graph, library, 3000, seconds, rounds))
        threads += thread_rows(graph, 0.02, max(8, 8_000_000 // n), rounds)
        print(json.dumps(responses[-1]), json.dumps(threads[-1]))
    return {
        "quick": quick,
        "machine": describe(),
        "cascades": cascades,
        "responses": responses,
        "threads": threads,
        "random_reads": reference.random_reads(library) if library is not None else None,
        "scaling": scaling(seconds / 2, 2, max(sizes)),
        "memory": memory,
        "start": start_up(),
    }


def show(row: Row) -> None:
    """One line to the terminal."""
    peers_seen = ", ".join(f"{name} {seen['ratio']:.3g}x" for name, seen in row["peers"].items())
    kind = "a p per edge, mean" if row["per_edge"] else "p"
    print(
        f"{row['people']:,} people, {kind} {row['p']}: reached {row['reached']:.1f}; "
        f"{row['runs_per_s']:,.0f} runs/s, {row['edges_per_s'] / 1e6:,.0f} M edges/s; engine against {peers_seen}",
        flush=True,
    )


def table(result: dict[str, Any]) -> str:
    """The README's table."""
    machine = result["machine"]
    lines = [
        "| people | p | reached | runs/s on one core | M edges/s | of the best C | against cynetdiff | NDlib | plain Mesa |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in result["cascades"]:
        found = row["peers"]
        best_c = [found[name]["ratio"] for name in C_NAMES if name in found]
        cells = [
            f"{row['people']:,}",
            f"{row['p']}{' per edge' if row['per_edge'] else ''}",
            f"{row['reached']:,.0f}",
            f"{row['runs_per_s']:,.0f}",
            f"{row['edges_per_s'] / 1e6:,.0f}",
            f"{min(best_c):.2f}" if best_c else "–",
        ]
        for name in ("cynetdiff", "NDlib", "Mesa, an agent per person"):
            cells.append(f"{found[name]['ratio']:,.0f}x" if name in found else "–")
        lines.append("| " + " | ".join(cells) + " |")
    start = result["start"]
    lines += [
        "",
        f"Measured on {machine['processor']}, {machine['cores']} cores, by `make bench`; the means agree within their errors. "
        f"First result of a new process: {start['cached_cpu_s']:.2f} s of CPU, "
        f"{start['compiled_cpu_s']:.0f} s where the kernels are compiled first.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="10,000 people only")
    parser.add_argument(
        "--people", type=int, nargs="+", help="sizes of the graphs instead of the usual three"
    )
    arguments = parser.parse_args()
    quick = arguments.quick
    result = measure(arguments.people or ([10_000] if quick else [10_000, 100_000, 1_000_000]), quick)
    RESULTS.mkdir(parents=True, exist_ok=True)
    name = "propagation-quick" if quick else "propagation"
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table(result))
    if not quick:
        (RESULTS / "propagation.svg").write_text(bar_chart(result), encoding="utf-8")
        write_block(ROOT / "README.md", "propagation", table(result))


if __name__ == "__main__":
    main()
