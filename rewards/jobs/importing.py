"""Import of a large people file in the background: previewed first, then applied as previewed, completely or not at all.

Small files are read within the request. In the worker it is one piece of work: all rows are written in one transaction,
which ends the job too, so that whatever happens the people are as before or as the file has them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from rewards.faults import Fault
from rewards.jobs import work
from rewards.jobs.queue import ask
from rewards.jobs.work import Held
from rewards.language import language, speaking
from rewards.people.columns import Table, guess, mapping_of, table_of
from rewards.people.file_rows import Progress, Told
from rewards.people.preview import Looked, shown_of, written
from rewards.people.reimporting import apply_import, plan_import
from rewards.people.uploads import Upload, drop_upload, find_upload, keep_look
from rewards.store.session import Database, Transaction
from rewards.store.units import dump
from rewards.workbooks import is_workbook

KIND = "people-import"
LOOK, APPLY = "look", "apply"
LARGE_BYTES, LARGE_WORKBOOK_BYTES = 1_000_000, 250_000
"""About ten thousand people, a second or two of reading."""
STEPS = 100
_READ, _WRITTEN = 40, 95
"""Progress in percent when the file has been compared, and when everybody has been written."""
_TELL_SECONDS = 0.5


class Cancelled(Exception):  # noqa: N818 - it is no error
    """Somebody asked for the end of the job."""


def is_large(sheet: bytes) -> bool:
    """True for a file that takes too long to read within a page request."""
    return len(sheet) > (LARGE_WORKBOOK_BYTES if is_workbook(sheet) else LARGE_BYTES)


def ask_to_look(
    tx: Transaction,
    organisation: str,
    upload: Upload,
    told: Told | None,
    *,
    gives: Collection[str],
    actor: str,
    now: datetime,
) -> int:
    """Queue a preview of a file; returns the job. `told` None: its columns are guessed. Raises Refused."""
    spec = {"what": LOOK, "upload": upload.id, **_words(told, gives)}
    return ask(tx, organisation, KIND, upload.name, spec, total=STEPS, actor=actor, now=now)


def ask_to_apply(
    tx: Transaction,
    organisation: str,
    upload: Upload,
    told: Told,
    *,
    stamp: str,
    leave_out: bool,
    deactivate_missing: bool,
    gives: Collection[str],
    actor: str,
    now: datetime,
) -> int:
    """Have a worker apply a file as it was shown; returns the job. Raises Refused."""
    choices = {"stamp": stamp, "leave_out": leave_out, "deactivate_missing": deactivate_missing}
    spec = {"what": APPLY, "upload": upload.id, **choices, **_words(told, gives)}
    return ask(tx, organisation, KIND, upload.name, spec, total=STEPS, actor=actor, now=now)


def _words(told: Told | None, gives: Collection[str]) -> dict[str, object]:
    return {
        "told": None if told is None else asdict(told),
        "gives": sorted(gives),
        "language": language(),
    }


def upload_of(spec: str) -> tuple[str, str]:
    """The file that a job is about, and LOOK or APPLY."""
    body = json.loads(spec)
    return str(body["upload"]), str(body["what"])


def carry_out(db: Database, held: Held, clock: Callable[[], datetime]) -> None:
    """Do the work and end the job. Raises Lost, and whatever is wrong with the database."""
    spec = json.loads(held.spec)
    with speaking(spec["language"]):
        try:
            telling = _Telling(db, held, clock)
            telling.say(0)
            with db.read() as tx:
                kept = find_upload(tx, held.organisation, spec["upload"], clock())
            table = table_of(kept.sheet)
            if spec["what"] == LOOK:
                _look(db, held, kept, table, spec, telling=telling)
            else:
                _apply(db, held, kept, table, spec, telling=telling)
        except Cancelled:
            work.stop(db, held, clock())
        except Fault as fault:
            work.give_up(db, held, str(fault), clock())


def _look(
    db: Database, held: Held, kept: Upload, table: Table, spec: Mapping[str, object], *, telling: _Telling
) -> None:
    told = _told(spec["told"])
    shown, fault = None, ""
    try:
        told = Told(mapping_of(table.header, {})) if told is None else told
        with db.read() as tx:
            plan = plan_import(
                tx, held.organisation, table, kept.digest, told, gives=_gives(spec), progress=telling.between(0, _WRITTEN)
            )  # fmt: skip
        shown = shown_of(plan)
    except Fault as error:
        told, fault = told or Told(guess(table.header)), str(error)
    for_new = {name: getattr(told, name) for name in ("segment", "team", "timezone", "contacts")}
    looked = Looked(table.header, len(table.rows), told.columns, for_new, shown, fault)
    with db.begin() as tx:
        keep_look(tx, held.organisation, kept.id, written(looked))
        work.end(tx, held, telling.clock())


def _apply(
    db: Database, held: Held, kept: Upload, table: Table, spec: Mapping[str, object], *, telling: _Telling
) -> None:
    told = _told(spec["told"])
    assert told is not None, "what is applied was looked at"
    with db.begin() as tx, telling.writing():
        done = apply_import(
            tx, held.organisation, table, kept.digest, told, actor=held.actor, now=telling.clock(), stamp=str(spec["stamp"]),
            leave_out=bool(spec["leave_out"]), deactivate_missing=bool(spec["deactivate_missing"]), gives=_gives(spec),
            progress=telling.in_turn((0, _READ), (_READ, _WRITTEN)),
        )  # fmt: skip
        drop_upload(tx, held.organisation, kept.id)
        work.finish(tx, held, dump(asdict(done)), held.title, telling.clock())


def _told(body: object) -> Told | None:
    return None if not isinstance(body, dict) else Told(**body)


def _gives(spec: Mapping[str, object]) -> list[str]:
    gives = spec["gives"]
    assert isinstance(gives, list)
    return gives


class _Telling:
    """Reports progress from time to time, and checks for cancellation."""

    def __init__(self, db: Database, held: Held, clock: Callable[[], datetime]) -> None:
        self._db, self._held, self.clock = db, held, clock
        self._writing = False
        self._next = 0.0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """While something is written: on SQLite nobody else writes then, not even this."""
        self._writing = True
        try:
            yield
        finally:
            self._writing = False

    def say(self, percent: int) -> None:
        """Report progress. Raises Cancelled, and Lost."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _TELL_SECONDS
        if self._writing and self._db.dialect == "sqlite":
            wanted = work.wanted(self._db, self._held)
        else:
            wanted = work.advance(self._db, self._held, percent, self.clock())
        if not wanted:
            raise Cancelled

    def between(self, first: int, last: int) -> Progress:
        """For work that takes it from one percentage to another."""
        return lambda done, total: self.say(first + (last - first) * done // max(total, 1))

    def in_turn(self, *spans: tuple[int, int]) -> Progress:
        """Progress over several phases, each of which starts at 0."""
        left = list(spans)
        before = -1

        def told(done: int, total: int) -> None:
            nonlocal before
            if done < before and len(left) > 1:
                left.pop(0)
            before = done
            first, last = left[0]
            self.say(first + (last - first) * done // max(total, 1))

        return told
