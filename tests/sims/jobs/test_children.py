"""A process lets go of a piece that nobody wants any more, and computes the next one as if nothing had been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from sims.jobs import kinds
from sims.jobs.children import _AtWork

# Of two processes: what each has loaded without having been given anything, what it computes, and from which process it is.
ASKED = """
from pathlib import Path
from sims.jobs.children import Child, answering
if __name__ == "__main__":
    helpers = [Child(), Child()]
    for number, child in enumerate(helpers):
        child.give("rehearsal", "?", number)
    left = list(helpers)
    while left:
        for child in answering(left, 1.0):
            print(*child.answer())
            left.remove(child)
    pids = [child._process.pid for child in helpers]
    print(len({Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1] for pid in pids}))
    print(all("libllvmlite" in Path(f"/proc/{pid}/maps").read_text() for pid in pids))
    for child in helpers:
        child.end()
    print(any(Path(f"/proc/{pid}").exists() for pid in pids))
"""


class Kind:
    """Is told to let go in the middle of its first piece."""

    def __init__(self) -> None:
        self.finished = 0

    def compute(self, spec: str, number: int) -> bytes:
        if number == 0:
            os.kill(os.getpid(), signal.SIGUSR1)
        if number == 2:
            raise ValueError("no such company")
        self.finished += 1
        return f"{spec} {number}".encode()


@pytest.fixture
def work() -> Iterator[_AtWork]:
    made = _AtWork()
    before = signal.signal(signal.SIGUSR1, made.end)
    yield made
    signal.signal(signal.SIGUSR1, before)


def test_a_piece_is_let_go_of_in_its_middle_and_at_no_other_time(
    work: _AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = Kind()
    known: dict[str, Any] = {"test": kind}
    monkeypatch.setattr(kinds, "KINDS", known)
    assert work.answer("test", "acme", 0) == "dropped"
    assert kind.finished == 0
    # Between two pieces there is nothing to let go of, and nothing of it is left for the next.
    os.kill(os.getpid(), signal.SIGUSR1)
    assert work.answer("test", "acme", 1) == b"acme 1"
    assert work.answer("test", "acme", 2) == "ValueError: no such company"
    os.kill(os.getpid(), signal.SIGUSR1)
    assert work.answer("test", "acme", 3) == b"acme 3"


def test_processes_are_forked_from_one_that_has_loaded_the_kernels() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, timeout=240, check=False
    )
    *answers, parents, loaded, left = done.stdout.splitlines()
    assert sorted(one.partition(":")[0] for one in answers) == ["0 JSONDecodeError", "1 JSONDecodeError"], (
        done
    )
    assert (parents, loaded, left, done.stderr) == ("1", "True", "False", "")
