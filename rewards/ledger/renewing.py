"""Migration of stored states: a state in the layout of an earlier version is folded again from the events."""

from datetime import datetime

from rewards.ledger.fold import FoldBatch, FoldState, closed_until, replay_people
from rewards.ledger.places import places
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import states
from rewards.store.session import Database, Transaction
from rewards.store.units import to_us


def renew_states(db: Database, now: datetime) -> int:
    """Bring every state to the layout of this version, each organisation in one transaction; returns how many people's.

    The base of the open period is folded from what happened before, and the period counted again upon it.
    """
    with db.read() as tx:
        homes = [row.organisation_id for row in organisation_rows.every(tx)]
    renewed = 0
    for home in homes:
        with db.begin() as tx:
            renewed += _renew(tx, home, to_us(now))
    return renewed


def _renew(tx: Transaction, organisation: str, now_us: int) -> int:
    home = organisation_rows.find_exclusive(tx, organisation)
    old = states.outdated(tx, organisation)
    if home is None or not old:
        return 0
    closed_us = closed_until(home)
    # As if nothing had been closed yet, so that everything before is open to be read.
    batch = FoldBatch(tx, organisation, Schemes.of(tx, organisation), states.BEFORE_ALL_US, now_us)
    people = people_rows.by_ids(tx, organisation, old)
    where = places(tx, list(people.values()))
    for person_id in old:
        before = batch.open_events(person_id, closed_us)
        state, _ = batch.fold(person_id, where[person_id], FoldState(NO_SCHEME, b""), before)
        states.renew(tx, person_id, state.version, state.state)
    replay_people(tx, organisation, home, old, now_us, idle_too=True)
    return len(old)
