"""Projections are computed anew from the ledger while awards go on."""

import pytest
from sqlalchemy import update

from rewards.faults import BadValue
from rewards.store import schema
from rewards.store.rebuild import rebuild_all, stored
from rewards.store.session import Database
from rewards.store.verify import verify
from tests.conformance.helpers import in_threads
from tests.conftest import World


def test_a_rebuild_gives_the_same_rows(world: World) -> None:
    world.record(*(world.event(person, kind=kind) for person in world.people for kind in ("share", "click")))
    with world.db.read() as tx:
        before = stored(tx, world.organisation)
    assert all(before.values())
    with world.db.begin() as tx:
        tx.execute(update(schema.balance).values(amount=schema.balance.c.amount + 1))
    assert {finding.check for finding in verify(world.db)} == {"projections"}
    assert rebuild_all(world.db) == [world.organisation]
    with world.db.read() as tx:
        assert stored(tx, world.organisation) == before
    world.sound()


def test_awards_meanwhile_are_counted_once(world: World) -> None:
    def work(number: int) -> None:
        if number % 4 == 0:
            rebuild_all(world.db)
        else:
            world.record(
                world.event(world.people[number % 5], id=f"n{number}", kind="click", verification="tracked")
            )

    in_threads(16, work)
    assert sum(world.earned(person) for person in world.people) == 12 * 10_000
    world.sound()


def test_a_schema_of_another_version_is_refused(sqlite_db: Database) -> None:
    with sqlite_db.begin() as tx:
        tx.connection.exec_driver_sql("update alembic_version set version_num = 'zzzz'")
    with pytest.raises(BadValue, match="newer version"):
        rebuild_all(sqlite_db)
