"""Python's door to reference.c, compiled on the spot."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.cascade import _coins
from engine.cascade_kernel import BATCH
from engine.geometric import class_tables
from engine.graph import Graph
from engine.response import ALL_KNOWN, NO_LOADS, ResponseRates, Scratch
from engine.response_kernel import N_COUNTS, N_STATE, clear_marks, run_shares
from engine.streams import Stream, stream_key

FLAGS = ["-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-shared", "-fPIC"]


def compile_reference() -> ctypes.CDLL | None:
    """The C reference as a library, or None where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="groundswell-reference-"))
    library = folder / "reference.so"
    source = Path(__file__).with_name("reference.c")
    subprocess.run([compiler, *FLAGS, "-o", str(library), str(source), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def _pointer(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _scratch(graph: Graph) -> list[NDArray[Any]]:
    widest = int(graph.out_degrees.max())
    return [
        np.zeros(graph.n_nodes // 64 + 1, dtype=np.uint64),
        np.empty(graph.n_nodes + 1, dtype=np.int32),
        np.empty(BATCH + widest + 1, dtype=np.int32),
    ]


def _gaps(
    function: Any, graph: Graph, seeds: NDArray[np.int32], p: Any, runs: int, seed: int
) -> NDArray[np.int64]:
    chances = np.asarray(p, dtype=np.float64)
    keep, node_class, tables = _coins(graph, chances)
    sizes = np.zeros(runs, dtype=np.int64)
    key = ctypes.c_uint64(int(stream_key(seed, Stream.CASCADE)))
    arrays = _scratch(graph)
    function(
        _pointer(graph.offsets), _pointer(graph.targets), _pointer(keep), int(chances.ndim), _pointer(node_class),
        int(chances.ndim), _pointer(tables), _pointer(seeds), ctypes.c_int64(seeds.size), key, ctypes.c_int64(runs),
        _pointer(sizes), *map(_pointer, arrays),
    )  # fmt: skip
    return sizes


def world(
    library: Any, graph: Graph, seeds: NDArray[np.int32], p: Any, runs: int, seed: int
) -> NDArray[np.int64]:
    """The engine's algorithm: sizes equal to engine.cascade.spread, run by run."""
    return _gaps(library.cascade_world, graph, seeds, p, runs, seed)


def plain(
    library: Any, graph: Graph, seeds: NDArray[np.int32], p: Any, runs: int, seed: int
) -> NDArray[np.int64]:
    """One cheap generator per run."""
    return _gaps(library.cascade_plain, graph, seeds, p, runs, seed)


def coins(
    library: Any, graph: Graph, seeds: NDArray[np.int32], p: float, runs: int, seed: int
) -> NDArray[np.int64]:
    """One coin per edge."""
    sizes = np.zeros(runs, dtype=np.int64)
    arrays = _scratch(graph)
    arrays[2] = np.empty(BATCH + int(graph.out_degrees.max()) + 32, dtype=np.int32)
    library.cascade_coins(
        _pointer(graph.offsets), _pointer(graph.targets), ctypes.c_double(p), _pointer(seeds),
        ctypes.c_int64(seeds.size), ctypes.c_uint64(seed), ctypes.c_int64(runs), _pointer(sizes), *map(_pointer, arrays),
    )  # fmt: skip
    return sizes


class EngineResponder:
    """The engine's see → click → repost kernel alone, called as the twin is."""

    def __init__(
        self,
        graph: Graph,
        scratch: Scratch,
        audience: list[NDArray[Any]],
        names: NDArray[np.uint32],
        share_rates: NDArray[np.float32],
        rates: ResponseRates,
        key: np.uint64,
    ) -> None:
        self.offsets, self.targets = graph.offsets.view(np.uint64), graph.targets.view(np.uint32)
        self.work, self.names = scratch, names
        self.before = (*audience, NO_LOADS, np.array(rates, dtype=np.float64), names, share_rates, key)

    def counts(self, day: int) -> NDArray[np.int64]:
        """int64[s, 7] in the order of Exposure."""
        counts = np.zeros((len(self.names), N_COUNTS), dtype=np.int64)
        state, work = np.zeros(N_STATE, dtype=np.int64), self.work
        run_shares(
            self.offsets, self.targets, *self.before, day, class_tables().reshape(-1), counts, work.edges, work.flags,
            work.visited, work.today, work.queue, work.picked, work.words, *ALL_KNOWN, state,
        )  # fmt: skip
        clear_marks(self.targets, work.edges[: int(state[1])], work.today)
        return counts


class Responder:
    """The see → click → repost twin, with its working memory kept as Scratch keeps the engine's."""

    def __init__(
        self,
        library: Any,
        graph: Graph,
        exposures: int,
        names: NDArray[np.uint32],
        share_rates: NDArray[np.float32],
        audience: list[NDArray[Any]],
        rates: ResponseRates,
        key: np.uint64,
    ) -> None:
        self.library, self.graph, self.work, self.key = library, graph, Scratch(graph), key
        self.work.reserve(exposures)
        self.names, self.share_rates, self.audience = names, share_rates, audience
        self.numbers = np.array(rates, dtype=np.float64)

    def counts(self, day: int) -> NDArray[np.int64]:
        """int64[s, 7] in the order of Exposure."""
        counts = np.zeros((len(self.names), N_COUNTS), dtype=np.int64)
        tables, work, graph = class_tables(), self.work, self.graph
        trust, fatigue, interest, load = self.audience
        self.library.respond(
            _pointer(graph.offsets), _pointer(graph.targets), _pointer(trust), _pointer(fatigue), _pointer(interest),
            ctypes.c_int64(interest.size // graph.n_nodes), _pointer(load), _pointer(self.numbers),
            _pointer(self.names), _pointer(self.share_rates), ctypes.c_int64(len(self.names)),
            ctypes.c_uint64(int(self.key)), ctypes.c_int64(day), _pointer(tables), _pointer(counts),
            _pointer(work.edges), _pointer(work.flags), _pointer(work.visited), _pointer(work.today),
            _pointer(work.queue), ctypes.c_int64(work.words.size // 2), _pointer(work.picked),
            _pointer(work.words),
        )  # fmt: skip
        return counts


def random_reads(library: Any, megabytes: int = 400, reads: int = 20_000_000) -> dict[str, float]:
    """Independent random 4-byte reads per second of one thread and of two at once: the limit of a large graph."""
    array = np.ones(megabytes * 250_000, dtype=np.int32)

    def read(key: int) -> None:
        library.random_reads(
            _pointer(array), ctypes.c_int64(array.size), ctypes.c_int64(reads), ctypes.c_uint64(key)
        )

    rates = {}
    for threads in (1, 2):
        fastest = float("inf")
        for turn in range(3):
            with ThreadPoolExecutor(threads) as pool:
                begun = time.perf_counter()
                list(pool.map(read, range(turn * threads, (turn + 1) * threads)))
                fastest = min(fastest, time.perf_counter() - begun)
        rates[f"{threads}_threads_per_s"] = threads * reads / fastest
    return rates
