"""The checkpoint file of a calibration, from which an interrupted one resumes to the same bytes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import numpy as np

from rewards.amounts import several
from sims.calibration.laws import Floats
from sims.calibration.series import CalibrationError

if sys.platform != "win32":
    import fcntl

Name = tuple[int, str]
"""The number of a run, and its vector's digest."""
DIGITS = frozenset("0123456789abcdef")
CHECKED = 16
"""So many digits of a line's own hash end it."""


class Kept:
    """The file of one question: its name first, and a line for each run, which says itself whether all of it arrived.

    Raises CalibrationError where the file holds something else, or somebody is at work on it.
    """

    def __init__(self, path: Path, question: str) -> None:
        self.path, self.question = path, question
        self._file = path.open("ab+")
        try:
            self._alone()
            self.found, self.damaged = self._read()
        except BaseException:
            self._file.close()
            raise

    def add(self, runs: Iterable[tuple[Name, Floats]]) -> None:
        """Keep these too."""
        self._file.write(b"".join(_line(name, values) for name, values in runs))
        self._file.flush()

    def close(self) -> None:
        """Let somebody else go on with it."""
        self._file.close()

    def _alone(self) -> None:
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CalibrationError(
                f"{self.path}: another calibration is at work on it; wait until it ends, or name another file for --out"
            ) from None

    def _read(self) -> tuple[dict[Name, Floats], int]:
        """The runs, and how many lines are damaged. Whatever follows the last whole line was being written, and is none."""
        self._file.seek(0)
        head, *lines = self._file.read().split(b"\n")
        if not lines and _torn(head):
            self._file.truncate(0)
            self._file.write(self.question.encode() + b"\n")
            self._file.flush()
            return {}, 0
        self._check(head, len(lines) - 1)
        if lines[-1]:
            self._file.truncate(self._file.tell() - len(lines[-1]))
        read = [_run(line) for line in lines[:-1]]
        return dict(one for one in read if one is not None), sum(one is None for one in read)

    def _check(self, head: bytes, runs: int) -> None:
        if head == self.question.encode():
            return
        if len(head) == len(self.question) and _torn(head):
            raise CalibrationError(
                f"{self.path}: holds {several(runs, 'run')} of another calibration (another scenario, seed, kind of history or version); "
                "end it by the command that began it, remove the file, or name another file for --out"
            )
        raise CalibrationError(
            f"{self.path}: is no file of an interrupted calibration, or its first line is damaged; remove it, or name another for --out"
        )


def _torn(head: bytes) -> bool:
    """True where that is the identifier of a question, or the beginning of one."""
    return set(head.decode("latin-1")) <= DIGITS


def _line(name: Name, values: Floats) -> bytes:
    body = json.dumps([*name, values.tolist()]).encode()
    return body + b" " + _sum(body) + b"\n"


def _sum(body: bytes) -> bytes:
    return sha256(body).hexdigest()[:CHECKED].encode()


def _run(line: bytes) -> tuple[Name, Floats] | None:
    """A run, or None where it is not as it was written."""
    body, _, told = line.rpartition(b" ")
    if not body or _sum(body) != told:
        return None
    run, digest, values = json.loads(body)
    return (run, digest), np.array(values, dtype=np.float64)
