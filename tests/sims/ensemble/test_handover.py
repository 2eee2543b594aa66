"""What one process hands another arrives as it was, arrays as memory of both."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import pytest

from sims.ensemble.handover import LEAST, give, take

LARGE = np.arange(LEAST, dtype=np.float64)
VALUES: dict[str, Any] = {
    "no array": {"a": [1, "ü"]},
    "a small one": [np.arange(3), "b"],
    "large ones of odd lengths": (LARGE[:-1], np.arange(LEAST + 1, dtype=np.uint8), LARGE[:7].astype(np.float32)),
    "none of it": [np.zeros(0), LARGE, np.zeros((0, 3))],
    "not in one piece": LARGE.reshape(-1, 2)[:, 1],
    "one twice": [LARGE, LARGE],
}  # fmt: skip


def same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, list | tuple):
        return type(one) is type(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_what_is_taken_is_what_was_given(value: Any) -> None:
    mine, theirs = get_context("spawn").Pipe()
    # What goes through the pipe waits until it is read.
    with ThreadPoolExecutor(1) as pool:
        pool.map(give, [theirs] * 2, [value, "next"])
        assert same(value, take(mine))
        assert take(mine) == "next"


def test_what_was_taken_can_be_written_to_and_outlives_whoever_gave_it() -> None:
    mine, theirs = get_context("spawn").Pipe()
    given = LARGE.copy()
    give(theirs, given)
    theirs.close()
    found = take(mine)
    mine.close()
    given[:], found[0] = 0.0, -1.0
    assert found.tolist() == [-1.0, *LARGE[1:]]


def test_who_ended_in_between_has_given_nothing() -> None:
    mine, theirs = get_context("spawn").Pipe()
    theirs.send((b"", [LEAST]))
    theirs.close()
    with pytest.raises(EOFError):
        take(mine)


@pytest.mark.parametrize("missing", ["memfd_create", "fdopen"])
def test_without_a_file_or_memory_to_spare_it_goes_through_the_pipe(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, missing, refused)
    mine, theirs = get_context("spawn").Pipe()
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(give, theirs, [LARGE, "a"])
        assert same([LARGE, "a"], take(mine))
        sent.result()


def test_a_handle_that_finds_no_place_here_is_as_nothing_given() -> None:
    mine, theirs = get_context("spawn").Pipe()
    theirs.send((b"", [LEAST]))
    # What is left of a message whose handle the system dropped.
    os.write(theirs.fileno(), b"\x01")
    with pytest.raises(OSError, match="no file handle is left"):
        take(mine)
