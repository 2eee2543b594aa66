"""Double entry: what does not sum to zero is posted nowhere."""

from typing import Any

import pytest

from rewards.ledger.new_entries import EARNED, MINT, NewEntry
from rewards.ledger.posting import post
from rewards.store import schema
from rewards.store.units import to_us
from tests.conftest import World


def entry(world: World, *moves: Any) -> NewEntry:
    at_us = to_us(world.now)
    day = world.now.date().toordinal()
    return NewEntry(
        person_id=1, origin="award", kind="points", rule="share", amount=5, reason="awarded", scheme_version=1, local_date=day,
        board_date=day, team="north", occurred_us=at_us, moves=moves,
    )  # fmt: skip


def test_an_entry_whose_postings_do_not_sum_to_zero_stops_the_whole_batch(world: World) -> None:
    sound = entry(world, (MINT, 0, "", -5), (EARNED, 1, "", 5))
    unsound = entry(world, (MINT, 0, "", -5), (EARNED, 1, "", 4))
    with (
        pytest.raises(AssertionError, match="rule 'share': postings sum to a value other than zero"),
        world.db.begin() as tx,
    ):
        post(tx, "acme", [sound, unsound], to_us(world.now))
    with world.db.read() as tx:
        assert tx.execute(schema.journal.select()).all() == []
