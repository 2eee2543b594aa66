"""A worker that is told to end a job shows what is known of it by then."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from rewards.jobs.queue import ask, cancel, get_job, outcome_of
from rewards.store.session import Database, Transaction
from sims.jobs import runner
from sims.jobs.kind import NothingFollows
from sims.jobs.runner import Runner
from tests.conftest import World

PIECES = 5


class Counting(NothingFollows):
    """Each piece says its number."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        return spec

    def pieces(self, spec: str) -> int:
        return PIECES

    def compute(self, spec: str, number: int) -> bytes:
        return str(number).encode()

    def gathering(self, spec: str, spec_hash: str) -> SoFar:
        return SoFar()


class SoFar:
    """The numbers so far."""

    title = "Counting"

    def __init__(self) -> None:
        self._found: list[int] = []

    def take(self, piece: bytes) -> bool:
        self._found.append(int(piece))
        return False

    def body(self) -> str:
        return json.dumps(self._found)


class Helper:
    """A child that answers at once; after `good` pieces something happens."""

    def __init__(self, db: Database, good: int, fails: bool) -> None:
        self._db, self._good, self._fails = db, good, fails
        self.piece: int | None = None

    def give(self, kind: str, spec: str, number: int) -> None:
        self.piece = number

    def answer(self) -> tuple[int, bytes | str]:
        number, self.piece = self.piece, None
        assert number is not None
        if number == self._good and self._fails:
            return number, "ValueError: no such company"
        if number == self._good - 1 and not self._fails:
            with self._db.begin() as tx:
                cancel(tx, "acme", 1, "hal", datetime.now(UTC))
        return number, str(number).encode()

    def drop(self) -> None:
        self.piece = None


def ended(db: Database, monkeypatch: pytest.MonkeyPatch, good: int, fails: bool) -> tuple[str, str]:
    """The status and the numbers of a job that ends after so many pieces."""

    def answering(children: Sequence[Helper], seconds: float) -> list[Helper]:
        return [child for child in children if child.piece is not None]

    monkeypatch.setattr(runner, "KINDS", {"counting": Counting()})
    monkeypatch.setattr(runner, "answering", answering)
    with db.begin() as tx:
        job = ask(tx, "acme", "counting", "Counting", {}, total=PIECES, actor="hal", now=datetime.now(UTC))
    working = Runner(db, children=0)
    monkeypatch.setattr(working, "_children", [Helper(db, good, fails)])
    assert working.one(threading.Event())
    with db.read() as tx:
        return get_job(tx, "acme", job).status, outcome_of(tx, "acme", job)[0]


@pytest.mark.parametrize("fails", [False, True])
def test_what_was_known_when_a_job_ended_stays(
    world: World, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    # Pages are shown what is new only every now and then: the end shows the rest.
    monkeypatch.setattr(runner, "SHOW_SECONDS", 1e9)
    assert ended(world.db, monkeypatch, 3, fails) == ("failed" if fails else "cancelled", "[0, 1, 2]")


def test_without_a_piece_there_are_no_numbers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ended(world.db, monkeypatch, 0, fails=True) == ("failed", "")
