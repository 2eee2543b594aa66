"""What a rollback would take back, found by doing it and leaving it undone, for some people at a time.

Nobody's events wait for more than one such piece. Of a small company all is counted at once; of a larger one the worker counts when
somebody asks, and what it found so far is kept, so that another goes on where one ended.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from rewards.faults import Conflict
from rewards.people.organisations import list_organisations
from rewards.publishing.publication import Difference, SchemeVersion, get_version, take_back, versions
from rewards.store import journal as journal_rows
from rewards.store import people as people_rows
from rewards.store.results import StoredResult, latest_result, renew_result, replace_result
from rewards.store.session import Database, Transaction
from rewards.store.units import digest

KIND = "rollback"
PIECE = 500
AT_ONCE = 100
"""Of so many people a page counts itself."""
ROUND_SECONDS = 2.0
"""The worker does other things between."""


class _Undone(Exception):  # noqa: N818 - it is no error
    pass


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a rollback would change, as far as it is counted: `done` of `people`, up to the internal id `until`.

    `fallen` and `risen` count who would have less and more; `whole` are millipoints in all. `standing` are the versions it was asked among.
    `counted_at` is None while it is being counted.
    """

    version: int
    asked_at: str
    standing: str
    people: int
    done: int = 0
    until: int = 0
    fallen: int = 0
    risen: int = 0
    whole: int = 0
    counted_at: str | None = None

    def with_piece(self, ids: Sequence[int], changes: Sequence[int]) -> "Foresight":
        """With a piece more."""
        return replace(
            self,
            done=self.done + len(ids),
            until=ids[-1] if ids else self.until,
            fallen=self.fallen + sum(change < 0 for change in changes),
            risen=self.risen + sum(change > 0 for change in changes),
            whole=self.whole + sum(changes),
        )


def foresee_roll_back(db: Database, organisation: str, version: int, now: datetime) -> Difference:
    """What each person and segment would have more or less, in millipoints. Raises as `roll_back`."""
    with db.read() as tx:
        to_take_back(tx, organisation, version)
        ids = people_rows.every_id(tx, organisation)
    moved: dict[int, int] = {}
    for piece in _pieces(ids):
        moved |= _piece(db, organisation, version, piece, now)
    with db.read() as tx:
        people = people_rows.by_ids(tx, organisation, list(moved))
        names = people_rows.names(tx, organisation, moved)
    by_segment: dict[str, int] = {}
    for id_, change in moved.items():
        segment = people[id_].segment
        by_segment[segment] = by_segment.get(segment, 0) + change
    by_person = {names[id_][0]: change for id_, change in moved.items() if id_ in names}
    return Difference(by_person, dict(sorted(by_segment.items())))


def to_take_back(tx: Transaction, organisation: str, version: int) -> SchemeVersion:
    """The version, which is not rolled back. Raises NotFound, Conflict where it was rolled back."""
    found = get_version(tx, organisation, version)
    if found.rolled_back_at is not None:
        raise Conflict("scheme version {version}: already rolled back; nothing to do", version=version)
    return found


def foresight(db: Database, organisation: str, version: int, now: datetime) -> Foresight | None:
    """What is known of it: all of a small company, of a larger one what was asked for last (None: nobody asked). Raises as `roll_back`."""
    with db.read() as tx:
        to_take_back(tx, organisation, version)
        ids = people_rows.ids_after(tx, organisation, 0, AT_ONCE + 1)
        if len(ids) > AT_ONCE:
            return _kept(tx, organisation, version)
        asked = _asked(tx, organisation, version, len(ids), now)
    changes = _piece(db, organisation, version, ids, now)
    return replace(asked.with_piece(ids, [*changes.values()]), counted_at=asked.asked_at)


def ask_foresight(tx: Transaction, organisation: str, version: int, now: datetime) -> None:
    """Have the worker count it, in the place of what was asked before; what is being counted goes on. Raises as `roll_back`."""
    to_take_back(tx, organisation, version)
    kept = _kept(tx, organisation, version)
    if kept is None or kept.counted_at is not None:
        people = len(people_rows.every_id(tx, organisation))
        text = json.dumps(asdict(_asked(tx, organisation, version, people, now)))
        replace_result(tx, organisation, KIND, str(version), digest(text), body_json=text, now=now)


def count_asked(db: Database, seconds: float = ROUND_SECONDS) -> int:
    """Go on with what somebody asked for, for about so long an organisation; for the worker. Returns how many people were looked at."""
    with db.read() as tx:
        slugs = [home.slug for home in list_organisations(tx)]
    looked = 0
    for slug in slugs:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            some = _go_on(db, slug)
            if some is None:
                break
            looked += some
    return looked


def _go_on(db: Database, organisation: str) -> int | None:
    """One piece; None where nothing is to be counted."""
    with db.read() as tx:
        stored = latest_result(tx, organisation, KIND)
        found = None if stored is None else _opened(stored)
        if stored is None or found is None or found.counted_at is not None:
            return None
        stands = found.standing == _standing(tx, organisation)
        ids = people_rows.ids_after(tx, organisation, found.until, PIECE)
    now = datetime.now(UTC)
    if not stands or not ids:
        # Among other versions it is another question; it is asked anew where somebody still wants to know.
        after = replace(found, counted_at=now.isoformat())
    else:
        changes = _piece(db, organisation, found.version, ids, now)
        after = found.with_piece(ids, [*changes.values()])
    text = json.dumps(asdict(after))
    with db.begin() as tx:
        renew_result(tx, organisation, stored.id, text, digest(text))
    return len(ids) if stands else 0


def _asked(tx: Transaction, organisation: str, version: int, people: int, now: datetime) -> Foresight:
    return Foresight(version, now.astimezone(UTC).isoformat(), _standing(tx, organisation), people)


def _kept(tx: Transaction, organisation: str, version: int) -> Foresight | None:
    stored = latest_result(tx, organisation, KIND)
    found = None if stored is None else _opened(stored)
    stands = found is not None and found.version == version and found.standing == _standing(tx, organisation)
    return found if stands else None


def _opened(stored: StoredResult) -> Foresight:
    return Foresight(**json.loads(stored.body_json))


def _standing(tx: Transaction, organisation: str) -> str:
    return ",".join(str(one.version) for one in versions(tx, organisation) if one.rolled_back_at is None)


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), PIECE):
        yield ids[start : start + PIECE]


def _piece(
    db: Database, organisation: str, version: int, ids: Sequence[int], now: datetime
) -> dict[int, int]:
    """By how much some people's points would change, by internal id, of those whose would."""
    changes: dict[int, int] = {}
    try:
        with db.begin() as tx:
            before = journal_rows.earned_by(tx, organisation, ids)
            take_back(tx, organisation, version, ids, now)
            tx.flush()
            after = journal_rows.earned_by(tx, organisation, ids)
            changes = {id_: after.get(id_, 0) - before.get(id_, 0) for id_ in ids}
            raise _Undone
    except _Undone:
        return {id_: change for id_, change in changes.items() if change}
