"""Python's door to reference.c, compiled on the spot."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.cascade import _coins
from engine.cascade_kernel import BATCH
from engine.geometric import LEAST_P, class_tables, gap_table
from engine.graph import Graph
from engine.response import ResponseRates, Scratch, Shares, _share_rows
from engine.response_kernel import N_COUNTS
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


def world(
    library: Any, graph: Graph, seeds: NDArray[np.int32], p: Any, runs: int, seed: int
) -> NDArray[np.int64]:
    """The engine's algorithm: sizes equal to engine.cascade.spread, run by run."""
    chances = np.asarray(p, dtype=np.float64)
    keep, node_class, tables = _coins(graph, chances)
    sizes = np.zeros(runs, dtype=np.int64)
    key = ctypes.c_uint64(int(stream_key(seed, Stream.CASCADE)))
    arrays = _scratch(graph)
    library.cascade_world(
        _pointer(graph.offsets), _pointer(graph.targets), _pointer(keep), int(chances.ndim), _pointer(node_class),
        int(chances.ndim), _pointer(tables), _pointer(seeds), ctypes.c_int64(seeds.size), key, ctypes.c_int64(runs),
        _pointer(sizes), *map(_pointer, arrays),
    )  # fmt: skip
    return sizes


def plain(
    library: Any, graph: Graph, seeds: NDArray[np.int32], p: float, runs: int, seed: int
) -> NDArray[np.int64]:
    """One generator per run."""
    table = gap_table(max(p, LEAST_P))
    sizes = np.zeros(runs, dtype=np.int64)
    arrays = _scratch(graph)
    library.cascade_plain(
        _pointer(graph.offsets), _pointer(graph.targets), _pointer(table), _pointer(seeds),
        ctypes.c_int64(seeds.size), ctypes.c_uint64(seed), ctypes.c_int64(runs), _pointer(sizes), *map(_pointer, arrays),
    )  # fmt: skip
    return sizes


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


class Responder:
    """The see → click → repost twin, with its working memory kept as Scratch keeps the engine's."""

    def __init__(self, library: Any, graph: Graph, exposures: int) -> None:
        self.library, self.graph, self.work = library, graph, Scratch(graph)
        self.work.reserve(exposures)

    def counts(
        self,
        shares: Shares,
        audience: list[NDArray[np.float32]],
        rates: ResponseRates,
        key: np.uint64,
        day: int,
    ) -> NDArray[np.int64]:
        """int64[s, 7] in the order of Outcome."""
        trust, fatigue, interest, load = audience
        names, share_rates = _share_rows(shares)
        counts = np.zeros((shares.source.size, N_COUNTS), dtype=np.int64)
        numbers = np.array(rates, dtype=np.float64)
        tables, work, graph = class_tables(), self.work, self.graph
        self.library.respond(
            _pointer(graph.offsets), _pointer(graph.targets), _pointer(trust), _pointer(fatigue), _pointer(interest),
            ctypes.c_int64(interest.shape[1]), _pointer(load), _pointer(numbers), _pointer(names),
            _pointer(share_rates), ctypes.c_int64(len(names)), ctypes.c_uint64(int(key)), ctypes.c_int64(day),
            _pointer(tables), _pointer(counts), _pointer(work.edges), _pointer(work.flags),
            _pointer(work.visited), _pointer(work.today), _pointer(work.queue), _pointer(work.picked),
            _pointer(work.words),
        )  # fmt: skip
        return counts
