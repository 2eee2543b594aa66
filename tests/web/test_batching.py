"""Calls that come at the same time go together, each with its own answer; who comes alone does not wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from tests.loops import run_apart
from web.batching import MOST_AT_ONCE, Batcher, Failure


class Doubler:
    """Work that waits for leave, notes its batches, and fails for some."""

    def __init__(self) -> None:
        self.leave = threading.Event()
        self.leave.set()
        self.begun = threading.Event()
        self.batches: list[list[int]] = []

    def __call__(self, asked: Sequence[int]) -> list[int | Failure]:
        self.batches.append(list(asked))
        self.begun.set()
        assert self.leave.wait(10)
        if 13 in asked:
            raise RuntimeError("all of it")
        return [Failure(ValueError(f"{one} is negative"), None) if one < 0 else 2 * one for one in asked]


async def _hold_one_then_ask(batcher: Batcher[int, int], work: Doubler, rest: Sequence[int]) -> list[object]:
    """Ask 1, and while it is under way the rest; their answers or errors."""
    work.leave.clear()
    first = asyncio.create_task(batcher.ask(1))
    await asyncio.to_thread(work.begun.wait, 10)
    others = [asyncio.create_task(batcher.ask(one)) for one in rest]
    await asyncio.sleep(0)
    work.leave.set()
    assert await first == 2
    return await asyncio.gather(*others, return_exceptions=True)


def test_one_call_goes_alone_at_once() -> None:
    work = Doubler()
    assert run_apart(Batcher[int, int]("test", work).ask(4)) == 8
    assert work.batches == [[4]]


def test_what_waits_goes_together_and_each_gets_its_own_answer() -> None:
    work = Doubler()
    found = run_apart(_hold_one_then_ask(Batcher("test", work), work, range(2, 9)))
    assert found == [4, 6, 8, 10, 12, 14, 16]
    assert work.batches == [[1], list(range(2, 9))]


def test_a_batch_is_bounded() -> None:
    work = Doubler()
    run_apart(_hold_one_then_ask(Batcher("test", work), work, [2] * (MOST_AT_ONCE + 1)))
    assert [len(batch) for batch in work.batches] == [1, MOST_AT_ONCE, 1]


def test_the_error_of_one_is_raised_to_that_one_alone() -> None:
    work = Doubler()
    found = run_apart(_hold_one_then_ask(Batcher("test", work), work, [2, -3, 4]))
    assert (found[0], found[2]) == (4, 8)
    assert isinstance(found[1], ValueError)


def test_what_the_work_raises_reaches_all_of_the_batch_and_none_after_it() -> None:
    work = Doubler()
    batcher = Batcher[int, int]("test", work)
    found = run_apart(_hold_one_then_ask(batcher, work, [2, 13]))
    assert [type(one) for one in found] == [RuntimeError, RuntimeError]
    assert run_apart(batcher.ask(5)) == 10


def test_one_who_goes_away_keeps_nobody_waiting() -> None:
    work = Doubler()
    batcher = Batcher[int, int]("test", work)

    async def leave() -> list[object]:
        work.leave.clear()
        gone = asyncio.create_task(batcher.ask(1))
        await asyncio.to_thread(work.begun.wait, 10)
        stays = asyncio.create_task(batcher.ask(2))
        gone.cancel()
        work.leave.set()
        return await asyncio.gather(gone, stays, return_exceptions=True)

    found = run_apart(leave())
    assert isinstance(found[0], asyncio.CancelledError)
    assert found[1] == 4


def test_calls_from_several_loops_are_answered_in_their_own() -> None:
    batcher = Batcher[int, int]("test", Doubler())
    found: dict[int, int] = {}

    def run(one: int) -> None:
        found[one] = run_apart(batcher.ask(one))

    threads = [threading.Thread(target=run, args=(one,)) for one in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == {one: 2 * one for one in range(8)}


def test_after_closing_nothing_is_taken() -> None:
    batcher = Batcher[int, int]("test", Doubler())
    batcher.close()
    with pytest.raises(RuntimeError):
        run_apart(batcher.ask(1))
