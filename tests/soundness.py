"""The books are sound: they verify, and what stands is what canonical order gives."""

from datetime import datetime

from rewards.ledger.fold import FoldBatch, FoldState, closed_until
from rewards.ledger.places import places
from rewards.ledger.versions import Schemes
from rewards.store import organisations, states
from rewards.store import people as people_rows
from rewards.store.session import Database
from rewards.store.units import to_us
from rewards.store.verify import verify


def assert_sound(db: Database, organisation: str, now: datetime) -> None:
    """`db verify` finds nothing; a replay of anybody would post nothing and end in the state that is stored."""
    assert verify(db) == []
    with db.read() as tx:
        home = organisations.find(tx, organisation)
        folder = FoldBatch(tx, organisation, Schemes.of(tx, organisation), closed_until(home), to_us(now))
        ids = people_rows.every_id(tx, organisation)
        rows = people_rows.by_ids(tx, organisation, ids)
        where = places(tx, list(rows.values()))
        for id_, row in states.every(tx, ids).items():
            assert folder.differences(rows[id_], where[id_], row) == []
            start = FoldState(row.base_version, row.base_state)
            stand, _ = folder.fold(id_, where[id_], start, folder.open_events(id_))
            assert (stand.version, stand.state) == (row.scheme_version, row.state)
