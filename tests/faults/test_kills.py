"""Killed writers lose nothing that was acknowledged and double nothing. `make faults` kills 500 on each database."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from rewards.store import schema
from rewards.store.migrate import upgrade
from rewards.store.session import open_database
from tests.conftest import NOON, World
from tests.faults.killing import PEOPLE, event_of
from tests.soundness import assert_sound

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("GROUNDSWELL_KILLS", "40"))


@pytest.mark.timeout(300 + 6 * KILLS)
@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_killed_writers_lose_and_double_nothing(dialect: str, fresh_url: Callable[[str], str]) -> None:
    url = fresh_url(dialect)
    db = open_database(url)
    upgrade(db)
    world = World(db)
    world.people = PEOPLE
    world.found()
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killing", url, str(KILLS)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    acknowledged = json.loads(done.stdout)["acknowledged"]
    assert sum(acknowledged) >= KILLS - len(acknowledged)

    world.now = NOON + timedelta(days=1)
    assert_sound(db, World.organisation, world.now)
    with db.read() as tx:
        inbox = tx.execute(select(schema.event.c.source, schema.event.c.event_id)).all()
        journal = tx.execute(
            select(schema.journal.c.event_ref).where(
                schema.journal.c.kind == "points", schema.journal.c.reverses.is_(None)
            )
        ).scalars()
        answered = set(journal)
        refs = set(tx.execute(select(schema.event.c.id)).scalars())
    held = {(source, event_id) for source, event_id in inbox}
    assert len(held) == len(inbox)
    assert refs == answered
    for slot, last in enumerate(acknowledged):
        sent = {(f"writer-{slot}", f"n{number}") for number in range(last + 1)}
        in_flight = (f"writer-{slot}", f"n{last + 1}")
        assert sent <= {key for key in held if key[0] == f"writer-{slot}"} <= sent | {in_flight}
    before = {person: world.earned(person) for person in PEOPLE}
    again = [event_of(slot, last) for slot, last in enumerate(acknowledged)]
    assert {receipt.status for receipt in world.record(*again)} == {"duplicate"}
    assert {person: world.earned(person) for person in PEOPLE} == before
    db.close()
