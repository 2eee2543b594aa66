"""Trees that wait for contacts to be drawn, and for room, against the same trees with everything at hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.geometric import class_tables
from engine.graph import Graph
from engine.response import NO_LOADS, ResponseRates, Scratch, Shares, share_rows
from engine.response_kernel import (
    N_COUNTS,
    N_STATE,
    NEXT_SHARE,
    REACH,
    WANTED,
    WRITTEN,
    clear_marks,
    run_shares,
)
from engine.streams import Stream, stream_key


@pytest.mark.parametrize("room", [40, 5000])
def test_a_tree_that_waits_grows_on_as_if_it_had_not(room: int) -> None:
    rng = np.random.default_rng(21)
    n, m = 300, 6000
    graph = Graph.from_edges(rng.integers(0, n, m), rng.integers(0, n, m), n)
    trust, fatigue, interest = (rng.random(size, dtype=np.float32) for size in (m, m, n))
    load = (rng.random(n) * 60).astype(np.float32)
    shares = Shares.of(rng.integers(0, n, 25), 0, 0.5, 0.3, 0.15, ordinal=np.arange(25))
    names, rates = share_rows(shares)

    def lived(drawn: np.ndarray, room: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int, int]:
        work, waits = Scratch(graph), 0
        work.edges, work.flags = np.zeros(room, dtype=np.uint32), np.zeros(room, dtype=np.uint8)
        counts, state = np.zeros((25, N_COUNTS), dtype=np.int64), np.zeros(N_STATE, dtype=np.int64)
        targets = graph.targets.view(np.uint32)
        while state[NEXT_SHARE] < 25:
            run_shares(
                graph.offsets.view(np.uint64), targets, trust, fatigue, interest, load, NO_LOADS,
                np.array(ResponseRates(max_rounds=4)), names, rates, stream_key(4, Stream.SEE, 0), 3,
                class_tables().reshape(-1), counts, work.edges, work.flags, work.visited, work.today, work.queue,
                work.picked, work.words, drawn, np.empty(0, dtype=np.int32), np.zeros(3), np.uint64(0), state,
            )  # fmt: skip
            if state[WANTED] > 0:
                drawn[state[WANTED] - 1], waits = 1, waits + 1
            elif state[NEXT_SHARE] < 25:
                work.reserve(2 * work.edges.size)
        assert not work.visited.any()
        written = int(state[WRITTEN])
        clear_marks(targets, work.edges[:written], work.today)
        return counts, work.edges[:written], work.flags[:written], int(state[REACH]), waits

    at_once = lived(np.ones(n, dtype=np.uint8), 50_000)
    waiting = lived(np.zeros(n, dtype=np.uint8), room)
    assert at_once[-1] == 0
    assert waiting[-1] > 20
    assert at_once[3] == waiting[3]
    for one, other in zip(at_once[:3], waiting[:3], strict=True):
        assert np.array_equal(one, other)
