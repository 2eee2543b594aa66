"""States of an earlier layout are folded again: closed periods as the base, the open one upon it."""

from datetime import timedelta

from sqlalchemy import select

from rewards.ledger.periods import close_period
from rewards.ledger.renewing import renew_states
from rewards.store import schema, states
from rewards.store.migrate import CURRENT, OLDER, state
from tests.conftest import World
from tests.soundness import assert_sound

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_states_of_an_earlier_layout_are_folded_again(world: World) -> None:
    world.record(world.event(), world.event("ben"))
    world.now += DAY
    with world.db.begin() as tx:
        close_period(tx, "acme", world.now - HOUR, "hr", world.now)
    world.record(world.event(), world.event("cleo"))
    table = schema.person_state
    shown = select(*(one for one in table.columns if not one.name.startswith("last_"))).order_by("person_id")
    with world.db.read() as tx:
        before = tx.execute(shown).all()
    entries = world.entries()
    assert renew_states(world.db, world.now) == 0
    with world.db.begin() as tx:
        tx.execute(table.update().values(layout=1, state=b"old", base_state=b"older"))
    # As a process that has just begun sees it.
    world.db.cache.clear()
    assert state(world.db) == OLDER
    assert renew_states(world.db, world.now) == len(before)
    assert state(world.db) == CURRENT
    with world.db.read() as tx:
        assert tx.execute(shown).all() == before
        assert states.outdated(tx, "acme") == []
    assert world.entries() == entries
    assert_sound(world.db, "acme", world.now)
