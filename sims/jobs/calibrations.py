"""Calibration jobs. Each wave depends on the previous one, so that the job is not a list of pieces known in advance.

The worker runs the calibration, its processes simulate the parameter vectors. Simulated runs are stored; the worker that takes the job
next resumes from them, to the same bytes.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from rewards.forecasts.recalibrations import propose_once
from rewards.jobs import work
from rewards.jobs.work import Held, Lost
from rewards.store.session import Database
from rewards.store.units import digest, dump
from sims.calibration.keeping import Name
from sims.calibration.laws import Floats
from sims.calibration.living import Asked, Lives, Vectors, named
from sims.calibration.series import CalibrationError
from sims.jobs.children import Child, Died, answering
from sims.loop.calibrating import KIND, completed
from sims.loop.learning import posterior_of, question_of, seed_of

if TYPE_CHECKING:
    from sims.ensemble.sweep import Chunk

LOOK_SECONDS = 0.25
BEAT_SECONDS = 2.0
TRIES = 2
PIECES_A_CHILD = 4
"""Pieces of a wave per process: fewer make progress coarse, more are slower."""


class Cancelled(Exception):  # noqa: N818 - it is no error
    """Raised where the job was cancelled."""


class PutBack(Exception):  # noqa: N818 - it is no error
    """Raised where a more urgent job is queued, or the worker stops."""


def carry_out(db: Database, held: Held, children: Sequence[Child], stop: threading.Event) -> None:
    """Carry out the job and finish it: the result is proposed as a recalibration. Raises Lost."""
    try:
        held = work.complete(db, held, completed, datetime.now(UTC))
        body = json.loads(held.spec)
        question, history, _scenario = question_of(body)
        with _beating(db, held) as beat:
            room = _Room(db, held, children, stop, beat)
            found = posterior_of(body, _WorkersLives(question.asked(seed_of(body)), room))
    except Cancelled:
        work.stop(db, held, datetime.now(UTC))
    except PutBack:
        work.put_back(db, held)
    except ValueError as error:
        work.give_up(db, held, str(error), datetime.now(UTC))
    else:
        posterior, now = found.model_dump(mode="json"), datetime.now(UTC)
        summary = {
            "kind": KIND,
            "posterior": digest(dump(posterior)),
            "seal": found.seal,
            "weeks": body["horizon_weeks"],
            "cut_off": history.last.isoformat(),
            "runs": body["runs"],
        }
        with db.begin() as tx:
            propose_once(tx, held.organisation, posterior, actor=held.actor, now=now)
            work.finish(tx, held, dump(summary), held.title, now)


class _Beat:
    """State of the heartbeat: whether the lease still holds and the job is not cancelled."""

    def __init__(self) -> None:
        self.lost = self.cancelled = False


@contextmanager
def _beating(db: Database, held: Held) -> Iterator[_Beat]:
    """A context that renews the lease in a thread, since computing between two waves takes longer than a lease."""
    beat, ended = _Beat(), threading.Event()

    def go_on() -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                beat.cancelled = not work.beat(db, held, datetime.now(UTC))
            except Lost:
                beat.lost = True
                return
            except Exception:  # noqa: S112 - a database that is away comes back, or the lease runs out
                continue

    thread = threading.Thread(target=go_on, name="beat", daemon=True)
    thread.start()
    try:
        yield beat
    finally:
        ended.set()
        thread.join()


class _Room:
    """The processes that simulate vectors, and the store of their results."""

    def __init__(
        self, db: Database, held: Held, children: Sequence[Child], stop: threading.Event, beat: _Beat
    ) -> None:
        self._db, self._held, self._stop, self._beat = db, held, stop, beat
        self.children, self.spec = children, held.spec
        self._pieces = max(held.chunks, default=-1) + 1
        self.done = len(self.kept())

    def kept(self) -> dict[Name, Floats]:
        """Results stored by previous workers."""
        return {
            (int(run), str(name)): np.array(values, dtype=np.float64)
            for piece in self._held.chunks.values()
            for run, name, values in json.loads(piece)
        }

    def keep(self, rows: Sequence[tuple[int, str, list[list[float]]]]) -> None:
        """Store the results of some runs, and update the progress."""
        now = datetime.now(UTC)
        work.keep(self._db, self._held, self._pieces, json.dumps(rows, allow_nan=False).encode(), now)
        self._pieces += 1
        self.done += len(rows)
        work.advance(self._db, self._held, self.done, now)

    def check(self) -> None:
        """Raise Lost, Cancelled or PutBack where the job must not continue."""
        if self._beat.lost:
            raise Lost
        if self._beat.cancelled or not work.wanted(self._db, self._held):
            raise Cancelled
        if self._stop.is_set() or work.outranked(self._db, self._held, datetime.now(UTC)):
            raise PutBack


class _WorkersLives(Lives):
    """A simulator for the calibration that runs on a worker's processes."""

    def __init__(self, asked: Asked, room: _Room) -> None:
        super().__init__(asked, PIECES_A_CHILD * len(room.children))
        self._room = room
        self._done = room.kept()

    def __call__(self, wave: int, z: Floats, label: str) -> Floats:
        """Simulate a wave like the command's simulator, with the checks needed between two waves."""
        self._room.check()
        return super().__call__(wave, z, label)

    def _carried_out(
        self, tasks: Sequence[Chunk], runs: Sequence[int], values: Floats
    ) -> Generator[tuple[int, list[Floats]], None, None]:
        given: list[Vectors] = [
            tuple((runs[at], tuple(values[at].tolist())) for at in chunk.runs) for chunk in tasks
        ]
        left, deaths = deque(range(len(given))), dict[int, int]()
        while left or any(child.piece is not None for child in self._room.children):
            self._room.check()
            for child in self._room.children:
                if child.piece is None and left:
                    at = left.popleft()
                    child.give(KIND, json.dumps([self._room.spec, given[at]]), at)
            for child in answering(self._room.children, LOOK_SECONDS):
                at = child.piece if child.piece is not None else -1
                try:
                    _, piece = child.answer()
                except Died:
                    deaths[at] = deaths.get(at, 0) + 1
                    if deaths[at] >= TRIES:
                        raise CalibrationError("its process died, perhaps for want of memory") from None
                    left.appendleft(at)
                    continue
                if isinstance(piece, str):
                    raise CalibrationError(piece)
                rows = json.loads(piece)
                self._room.keep(
                    [
                        (run, named(np.array(vector)), row)
                        for (run, vector), row in zip(given[at], rows, strict=True)
                    ]
                )
                yield at, [np.array(row, dtype=np.float64) for row in rows]
