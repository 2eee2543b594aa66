"""Closing a period: entries of events before its end are final."""

from datetime import datetime

from rewards.faults import BadValue, NotFound
from rewards.ledger.fold import FoldBatch, FoldState, closed_until
from rewards.ledger.places import places
from rewards.ledger.versions import Schemes
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import states, trail
from rewards.store.session import Transaction
from rewards.store.units import to_us


def close_period(tx: Transaction, organisation: str, until: datetime, actor: str, now: datetime) -> None:
    """Freeze all that occurred before `until`. Raises BadValue for a future instant or one before the last closing."""
    home = organisation_rows.find_exclusive(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    until_us, now_us = to_us(until), to_us(now)
    closed_us = closed_until(home)
    if not closed_us < until_us <= now_us:
        raise BadValue(
            "period until {day}: limit after the last closing and not in the future; choose another end",
            day=until.isoformat(),
        )
    schemes = Schemes.of(tx, organisation)
    batch = FoldBatch(tx, organisation, schemes, closed_us, now_us)
    states.rebase_idle(tx, organisation, until_us)
    busy = states.active_since(tx, organisation, until_us)
    people = people_rows.by_ids(tx, organisation, [row.person_id for row in busy])
    where = places(tx, list(people.values()))
    for row in busy:
        events = batch.open_events(row.person_id, until_us)
        state, _ = batch.fold(
            row.person_id, where[row.person_id], FoldState(row.base_version, row.base_state), events
        )
        states.rebase(tx, row.person_id, state.version, state.state)
    organisation_rows.close_until(tx, organisation, until_us)
    trail.log(tx, organisation, actor, "period.close", until.isoformat(), reason="", at_us=now_us)
