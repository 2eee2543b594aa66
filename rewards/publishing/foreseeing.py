"""Effects of a rollback, computed in a transaction that is rolled back, and effects that a draft would have had.

A rollback is computed in pieces, so that events wait for one piece at most; a draft's effects only need reads. In a larger company the
worker computes both on request (`rewards.publishing.counting`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rewards.faults import Conflict
from rewards.publishing import counting
from rewards.publishing.counting import ROUND_SECONDS, Count, Sums
from rewards.publishing.drafts import get_draft
from rewards.publishing.publication import Difference, SchemeVersion, get_version, shadow, take_back
from rewards.store import journal as journal_rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import schemes as scheme_rows
from rewards.store.session import Database, Transaction

PIECE = 500
READ_PIECE = 2000


class _Undone(Exception):  # noqa: N818 - it is no error
    pass


class Rollback:
    """The computation of a rollback's effects, by version number."""

    kind = "rollback"

    @property
    def piece(self) -> int:
        """Number of people per piece, during which other events are blocked."""
        return PIECE

    def standing(self, tx: Transaction, organisation: str, of: str) -> str:
        """The other versions that are not rolled back. Raises NotFound, Conflict where this one was rolled back already."""
        to_take_back(tx, organisation, int(of))
        return _versions(tx, organisation)

    def sums(self, db: Database, organisation: str, count: Count, ids: Sequence[int], now: datetime) -> Sums:
        """The effect on these people if the version were rolled back."""
        changes = _piece(db, organisation, int(count.of), ids, now)
        return Sums(
            sum(change < 0 for change in changes.values()),
            sum(change > 0 for change in changes.values()),
            _by_segment(db, organisation, changes),
        )


class Shadow:
    """The computation of the effects that a draft would have had since an instant, by the draft's number."""

    kind = "shadow"

    @property
    def piece(self) -> int:
        """Number of people per piece."""
        return READ_PIECE

    def standing(self, tx: Transaction, organisation: str, of: str) -> str:
        """The draft's text and the versions in force. Raises NotFound."""
        return f"{get_draft(tx, organisation, int(of)).hash} beside {_versions(tx, organisation)}"

    def sums(self, db: Database, organisation: str, count: Count, ids: Sequence[int], now: datetime) -> Sums:
        """The effect on these people if the draft had been in force."""
        with db.read() as tx:
            scheme = get_draft(tx, organisation, int(count.of)).scheme
            seen = shadow(tx, organisation, scheme, datetime.fromisoformat(count.since), now, of=ids)
        changes = seen.by_person.values()
        return Sums(
            sum(change < 0 for change in changes), sum(change > 0 for change in changes), seen.by_segment
        )


ROLLBACK, SHADOW = Rollback(), Shadow()


def foresee_roll_back(db: Database, organisation: str, version: int, now: datetime) -> Difference:
    """Changes by person and segment under a rollback, in millipoints. Raises as `roll_back`."""
    with db.read() as tx:
        to_take_back(tx, organisation, version)
        ids = people_rows.every_id(tx, organisation)
    moved: dict[int, int] = {}
    for piece in _pieces(ids):
        moved |= _piece(db, organisation, version, piece, now)
    with db.read() as tx:
        names = people_rows.names(tx, organisation, moved)
    by_person = {names[id_][0]: change for id_, change in moved.items() if id_ in names}
    return Difference(by_person, _by_segment(db, organisation, moved))


def to_take_back(tx: Transaction, organisation: str, version: int) -> SchemeVersion:
    """A version that is not rolled back. Raises NotFound, Conflict where it was rolled back."""
    found = get_version(tx, organisation, version)
    if found.rolled_back_at is not None:
        raise Conflict("scheme version {version}: already rolled back; nothing to do", version=version)
    return found


def count_asked(db: Database, seconds: float = ROUND_SECONDS) -> int:
    """Continue requested computations for about `seconds` per organisation; for the worker. Returns the number of people processed."""
    return counting.count_asked(db, (ROLLBACK, SHADOW), seconds)


def _versions(tx: Transaction, organisation: str) -> str:
    """The versions that are not rolled back, and the end of the last closed period."""
    home = organisation_rows.find(tx, organisation)
    closed = "" if home is None else home.closed_until_us or ""
    return f"{','.join(str(one.version) for one in scheme_rows.timeline(tx, organisation))} closed {closed}"


def _pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), PIECE):
        yield ids[start : start + PIECE]


def _by_segment(db: Database, organisation: str, changes: dict[int, int]) -> dict[str, int]:
    with db.read() as tx:
        people = people_rows.by_ids(tx, organisation, list(changes))
    found: dict[str, int] = {}
    for id_, change in changes.items():
        segment = people[id_].segment
        found[segment] = found.get(segment, 0) + change
    return dict(sorted(found.items()))


def _piece(
    db: Database, organisation: str, version: int, ids: Sequence[int], now: datetime
) -> dict[int, int]:
    """Changes of some people's points by internal id; unchanged people are left out."""
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
