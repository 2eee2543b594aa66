"""Computations over all people: immediate in a small company, in a larger one by the worker in pieces, on request.

Progress is stored with the partial sums, replacing the previous ones, so that another worker can resume. A result is shown with its
time until its inputs have changed.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from rewards.faults import Fault
from rewards.people.organisations import list_organisations
from rewards.store import people as people_rows
from rewards.store.participation import count_all
from rewards.store.results import (
    StoredResult,
    latest_result,
    list_results,
    renew_result,
    replace_result,
)
from rewards.store.session import Database, Transaction
from rewards.store.units import digest

AT_ONCE = 100
"""Up to this many people are counted in the request."""
ROUND_SECONDS = 2.0
"""The worker does other things between."""
MOST_ASKED = 100
"""The most jobs of a kind that are searched for one still to be counted."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The effect on some people: how many lose and gain, and the change of each segment in millipoints."""

    fallen: int
    risen: int
    by_segment: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Count:
    """A requested computation and its progress: `done` of `people`, up to the internal id `until`.

    of          its subject, as named by the question
    standing    fingerprint of its inputs: where that has changed, the result is obsolete
    since       start of the period considered (ISO 8601; '' where the question defines it)
    fallen, risen, by_segment    see Sums
    counted_at  None until it is complete
    """

    of: str
    standing: str
    since: str
    asked_at: str
    people: int
    done: int = 0
    until: int = 0
    fallen: int = 0
    risen: int = 0
    by_segment: Mapping[str, int] = field(default_factory=dict)
    counted_at: str | None = None

    @property
    def whole(self) -> int:
        """Total change in millipoints."""
        return sum(self.by_segment.values())

    def with_piece(self, ids: Sequence[int], sums: Sums) -> "Count":
        """The count with the sums of another piece added."""
        by_segment = {**self.by_segment}
        for segment, change in sums.by_segment.items():
            by_segment[segment] = by_segment.get(segment, 0) + change
        return replace(
            self,
            done=self.done + len(ids),
            until=ids[-1] if ids else self.until,
            fallen=self.fallen + sums.fallen,
            risen=self.risen + sums.risen,
            by_segment=by_segment,
        )


class Question(Protocol):
    """The interface of a computation over everybody. `kind` names its results; `piece` is the number of people per piece."""

    @property
    def kind(self) -> str:
        """The kind of its results."""

    @property
    def piece(self) -> int:
        """Number of people per piece."""

    def standing(self, tx: Transaction, organisation: str, of: str) -> str:
        """A fingerprint of the inputs other than events. Raises NotFound, Conflict where the computation is impossible."""

    def sums(self, db: Database, organisation: str, count: Count, ids: Sequence[int], now: datetime) -> Sums:
        """The effect on these people (internal ids); nothing is written."""


def counted(
    db: Database, question: Question, organisation: str, of: str, now: datetime, *, since: str = ""
) -> Count | None:
    """The result: complete for a small company, else of the last request (None without one). Raises as `standing`."""
    with db.read() as tx:
        standing = question.standing(tx, organisation, of)
        ids = people_rows.ids_after(tx, organisation, 0, AT_ONCE + 1)
        if len(ids) > AT_ONCE:
            return _kept(tx, question, organisation, of, standing)
    at = now.astimezone(UTC).isoformat()
    asked = Count(of, standing, since, at, len(ids))
    return replace(asked.with_piece(ids, question.sums(db, organisation, asked, ids, now)), counted_at=at)


def ask(
    tx: Transaction, question: Question, organisation: str, of: str, now: datetime, *, since: str = ""
) -> None:
    """Queue the computation, replacing a finished one; one that is running continues. Raises as `standing`."""
    standing = question.standing(tx, organisation, of)
    kept = _kept(tx, question, organisation, of, standing)
    if kept is None or kept.counted_at is not None:
        people = count_all(tx, organisation)
        text = _text(Count(of, standing, since, now.astimezone(UTC).isoformat(), people))
        replace_result(
            tx, organisation, question.kind, of, digest(text), body_json=text, now=now, others_stay=True
        )


def count_asked(db: Database, questions: Sequence[Question], seconds: float = ROUND_SECONDS) -> int:
    """Continue requested computations for about `seconds` per organisation; for the worker. Returns the number of people processed."""
    with db.read() as tx:
        slugs = [home.slug for home in list_organisations(tx)]
    looked = 0
    for slug in slugs:
        for question in questions:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                some = go_on(db, question, slug)
                if some is None:
                    break
                looked += some
    return looked


def go_on(db: Database, question: Question, organisation: str) -> int | None:
    """Compute one piece of the oldest request; None without a request."""
    with db.read() as tx:
        waiting = [
            (count, stored)
            for stored in list_results(tx, organisation, question.kind, MOST_ASKED)
            if (count := _opened(stored)).counted_at is None
        ]
        if not waiting:
            return None
        count, stored = min(waiting, key=lambda one: one[0].asked_at)
        stands = count.standing == _standing(tx, question, organisation, count.of)
        ids = people_rows.ids_after(tx, organisation, count.until, question.piece)
    now = datetime.now(UTC)
    if not stands or not ids:
        # Complete, or obsolete: with changed inputs a new request is needed.
        after = replace(count, counted_at=now.isoformat())
    else:
        after = count.with_piece(ids, question.sums(db, organisation, count, ids, now))
    text = _text(after)
    with db.begin() as tx:
        renew_result(tx, organisation, stored.id, text, digest(text))
    return len(ids) if stands else 0


def _standing(tx: Transaction, question: Question, organisation: str, of: str) -> str | None:
    try:
        return question.standing(tx, organisation, of)
    except Fault:
        return None


def _kept(tx: Transaction, question: Question, organisation: str, of: str, standing: str) -> Count | None:
    stored = latest_result(tx, organisation, question.kind, of)
    found = None if stored is None else _opened(stored)
    return found if found is not None and found.standing == standing else None


def _text(count: Count) -> str:
    return json.dumps(asdict(count))


def _opened(stored: StoredResult) -> Count:
    return Count(**json.loads(stored.body_json))
