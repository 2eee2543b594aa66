"""What a rollback would take back, found by doing it and leaving it undone."""

from datetime import datetime

from rewards.publishing.publication import Difference, get_version, roll_back
from rewards.store import journal as journal_rows
from rewards.store import people as people_rows
from rewards.store.session import Database


class _Undone(Exception):  # noqa: N818 - it is no error
    pass


def foresee_roll_back(db: Database, organisation: str, version: int, now: datetime) -> Difference:
    """What each person and segment would have more or less, in millipoints. Raises as `roll_back`."""
    found: Difference | None = None
    try:
        with db.begin() as tx:
            get_version(tx, organisation, version)
            before = journal_rows.earned_by_person(tx, organisation)
            roll_back(tx, organisation, version, "preview", "", now=now)
            tx.flush()
            after = journal_rows.earned_by_person(tx, organisation)
            changes = {id_: after.get(id_, 0) - before.get(id_, 0) for id_ in sorted({*before, *after})}
            moved = {id_: change for id_, change in changes.items() if change}
            people = people_rows.by_ids(tx, organisation, list(moved))
            names = people_rows.names(tx, organisation, moved)
            by_segment: dict[str, int] = {}
            for id_, change in moved.items():
                segment = people[id_].segment
                by_segment[segment] = by_segment.get(segment, 0) + change
            by_person = {names[id_][0]: change for id_, change in moved.items() if id_ in names}
            found = Difference(by_person, dict(sorted(by_segment.items())))
            raise _Undone
    except _Undone:
        pass
    assert found is not None
    return found
