"""Rows of `person_state`: where each person's fold stands, and the base of the open period."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update

from rewards.store import organisations, schema
from rewards.store.session import Transaction

STATE = schema.person_state
BEFORE_ALL_US = -(2**62)
_CHUNK = 500
_UPDATE = (
    update(STATE)
    .where(STATE.c.person_id == bindparam("key"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "scheme_version",
                "state",
                "last_us",
                "last_source",
                "last_event",
            )
        }
    )
)


def add_many(tx: Transaction, organisation: str, ids: Sequence[int]) -> None:
    """A blank state for each new person (version 0, no bytes: nothing folded yet)."""
    if ids:
        tx.execute(insert(STATE), [_blank(organisation, id_) for id_ in ids])


def lock(tx: Transaction, organisation: str, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """The states, locked in the order of person ids until the transaction ends.

    The organisation's lock comes first, whoever asks: one order for all, so that nobody waits in a circle.
    """
    organisations.find_shared(tx, organisation)
    wanted = sorted(set(ids))
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(wanted), _CHUNK):
        chosen = wanted[start : start + _CHUNK]
        where = STATE.c.person_id == chosen[0] if len(chosen) == 1 else STATE.c.person_id.in_(chosen)
        query = tx.for_update(select(STATE).where(where).order_by(STATE.c.person_id))
        found.update((row.person_id, row) for row in tx.execute(query))
    return found


def save_many(tx: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store states after a fold; each row has `key` (person id) and the columns of the state."""
    if rows:
        tx.execute(_UPDATE, sorted(rows, key=lambda row: row["key"]))


def every(tx: Transaction, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """The states without locks, of people with at least one event."""
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        where = STATE.c.person_id.in_(ids[start : start + _CHUNK])
        query = select(STATE).where(where, STATE.c.last_us > BEFORE_ALL_US).order_by(STATE.c.person_id)
        found.update((row.person_id, row) for row in tx.execute(query))
    return found


def active_since(tx: Transaction, organisation: str, from_us: int) -> list[Row[Any]]:
    """States, locked, whose last event occurred at or after an instant."""
    query = select(STATE).where(STATE.c.organisation_id == organisation, STATE.c.last_us >= from_us)
    return list(tx.execute(tx.for_update(query.order_by(STATE.c.person_id))))


def rebase_idle(tx: Transaction, organisation: str, before_us: int) -> None:
    """Where nothing was folded since an instant, the state as it stands is the new base."""
    where = (STATE.c.organisation_id == organisation, STATE.c.last_us < before_us)
    tx.execute(
        update(STATE).where(*where).values(base_version=STATE.c.scheme_version, base_state=STATE.c.state)
    )


def rebase(tx: Transaction, person_id: int, version: int, state: bytes) -> None:
    """The base from which the open period is replayed, after a period was closed."""
    where = STATE.c.person_id == person_id
    tx.execute(update(STATE).where(where).values(base_version=version, base_state=state))


def _blank(organisation: str, person_id: int) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "organisation_id": organisation,
        "scheme_version": 0,
        "state": b"",
        "last_us": BEFORE_ALL_US,
        "last_source": "",
        "last_event": "",
        "base_version": 0,
        "base_state": b"",
    }
