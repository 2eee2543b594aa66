"""Rows of `person_state`: the state of each person's fold, and the base of the open period."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import BigInteger, String, bindparam, column, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from rewards.store import organisations, schema
from rewards.store import people as people_rows
from rewards.store.prepared import NoRow, Prepared, given, inserting, taken
from rewards.store.rows import FoldedPersonRow, OrganisationRow, PersonStateRow
from rewards.store.session import Transaction

STATE = schema.person_state
PERSON = schema.person
IDENTITY = schema.person_identity
ALIAS = schema.person_alias
BADGE = schema.person_badge
BEFORE_ALL_US = -(2**62)
LAYOUT = 3
"""How states are written: 2 since each part of one goes by identity, 3 since streaks count required days alone. One more whenever the
meaning of their numbers changes."""
_CHUNK = 500
_ROWS = 10_000
_BEGIN = inserting(STATE, NoRow)
_KEPT = ("scheme_version", "state", "last_us", "last_source", "last_event")


def _keeping(dialect: str) -> Any:
    """Stores the state after a fold, for each person given by `key`."""
    if dialect == "sqlite":
        kept: dict[str, object] = {name: bindparam(name) for name in _KEPT}
        return update(STATE).where(STATE.c.person_id == bindparam("key")).values(kept)
    columns = [STATE.c[name] for name in _KEPT]
    rows = given([column("key", BigInteger()), *columns])
    kept = {one.name: taken(rows, one) for one in columns}
    return update(STATE).where(STATE.c.person_id == rows.c.key).values(kept)


_UPDATE = Prepared(NoRow, _keeping)
_FOLDED = [one for one in STATE.columns if one.name not in ("person_id", "organisation_id")]


def _people_and_states(dialect: str) -> Any:
    """Persons by external id with their states, locked in the order of person ids."""
    query = (
        select(PERSON, IDENTITY.c.external_id, IDENTITY.c.name, IDENTITY.c.email, *_FOLDED)
        .join(IDENTITY, IDENTITY.c.person_id == PERSON.c.id)
        .join(STATE, STATE.c.person_id == PERSON.c.id)
        .where(IDENTITY.c.organisation_id == bindparam("organisation"))
    )
    if dialect == "sqlite":
        return query.where(IDENTITY.c.external_id == bindparam("external"))
    named = bindparam("externals", type_=ARRAY(String))
    # Aliases of merged accounts are resolved in the same query, so that all states are locked in one order.
    others = func.array(
        select(ALIAS.c.person_id)
        .where(ALIAS.c.organisation_id == bindparam("organisation"), ALIAS.c.external_id == func.any(named))
        .scalar_subquery()
    )
    chosen = query.where(
        or_(IDENTITY.c.external_id == func.any(named), IDENTITY.c.person_id == func.any(others))
    ).order_by(PERSON.c.id)
    return chosen.with_for_update(of=STATE)


_PEOPLE = Prepared(FoldedPersonRow, _people_and_states)


def add_many(tx: Transaction, organisation: str, ids: Sequence[int]) -> None:
    """Insert a blank state for each new person (version 0, no bytes: nothing folded yet)."""
    for start in range(0, len(ids), _ROWS):
        tx.later(_BEGIN, [_blank(organisation, id_) for id_ in ids[start : start + _ROWS]])


def lock(tx: Transaction, organisation: str, ids: Sequence[int]) -> dict[int, PersonStateRow]:
    """States, locked in the order of person ids until the transaction ends.

    The organisation's lock is always taken first: one lock order for every transaction, so that none of them deadlock.
    """
    organisations.find_shared(tx, organisation)
    wanted = sorted(set(ids))
    found: dict[int, PersonStateRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        chosen = wanted[start : start + _CHUNK]
        where = STATE.c.person_id == chosen[0] if len(chosen) == 1 else STATE.c.person_id.in_(chosen)
        query = tx.for_update(select(STATE).where(where).order_by(STATE.c.person_id))
        found.update((row.person_id, row) for row in tx.rows(PersonStateRow, query))
    return found


def lock_people(
    tx: Transaction, organisation: str, externals: Iterable[str]
) -> tuple[OrganisationRow | None, dict[str, FoldedPersonRow]]:
    """The organisation's row under its shared lock (None: unknown), and person with locked state by external id.

    The external id of a merged account stands for its heir.
    """
    wanted = sorted(set(externals))
    each = [{"organisation": organisation, "external": one} for one in wanted]
    rows = each if tx.dialect == "sqlite" else [{"organisation": organisation, "externals": wanted}]
    home = tx.memo.get(("home", organisation))
    if home is not None:
        return home[1], _by_name(tx, organisation, wanted, tx.ask(_PEOPLE, rows))
    homes, people = tx.ask_both((organisations.SHARED, [{"slug": organisation}]), (_PEOPLE, rows))
    held = organisations.remember(tx, organisation, homes, exclusive=False)
    return held, _by_name(tx, organisation, wanted, people)


def _by_name(
    tx: Transaction, organisation: str, wanted: Sequence[str], rows: Iterable[FoldedPersonRow]
) -> dict[str, FoldedPersonRow]:
    """The rows by the external ids requested, aliases included."""
    found = {row.external_id: row for row in rows}
    missing = [name for name in wanted if name not in found]
    others = people_rows.aliases(tx, organisation, missing) if missing else {}
    if others:
        whole = lock_ids(tx, organisation, set(others.values()))
        found.update((name, whole[id_]) for name, id_ in others.items())
    return {name: found[name] for name in wanted if name in found}


def lock_ids(tx: Transaction, organisation: str, ids: Iterable[int]) -> dict[int, FoldedPersonRow]:
    """Person with locked state by internal id; an erased person has no external id."""
    locked = lock(tx, organisation, sorted(ids))
    query = (
        select(PERSON, IDENTITY.c.external_id, IDENTITY.c.name, IDENTITY.c.email, *_FOLDED)
        .join(IDENTITY, IDENTITY.c.person_id == PERSON.c.id, isouter=True)
        .join(STATE, STATE.c.person_id == PERSON.c.id)
    )
    found: dict[int, FoldedPersonRow] = {}
    wanted = list(locked)
    for start in range(0, len(wanted), _CHUNK):
        rows = tx.rows(FoldedPersonRow, query.where(PERSON.c.id.in_(wanted[start : start + _CHUNK])))
        found.update((row.id, row) for row in rows)
    return found


def save_many(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> None:
    """Store states after a fold; each row has `key` (person id) and the columns of the state."""
    tx.later(_UPDATE, sorted(rows, key=lambda row: cast("int", row["key"])))


def every(tx: Transaction, ids: Sequence[int]) -> dict[int, PersonStateRow]:
    """States without locks, of people with an event in the open or in closed periods, or with a badge that outlived its events."""
    found: dict[int, PersonStateRow] = {}
    holds = exists().where(
        BADGE.c.organisation_id == STATE.c.organisation_id,
        BADGE.c.person_id == STATE.c.person_id,
        BADGE.c.revoked_us.is_(None),
    )
    for start in range(0, len(ids), _CHUNK):
        where = STATE.c.person_id.in_(ids[start : start + _CHUNK])
        begun = or_(STATE.c.last_us > BEFORE_ALL_US, STATE.c.scheme_version != 0, holds)
        query = select(STATE).where(where, begun)
        query = query.order_by(STATE.c.person_id)
        found.update((row.person_id, row) for row in tx.rows(PersonStateRow, query))
    return found


def active_since(tx: Transaction, organisation: str, from_us: int) -> list[PersonStateRow]:
    """States, locked, of people whose last event occurred at or after an instant."""
    query = select(STATE).where(STATE.c.organisation_id == organisation, STATE.c.last_us >= from_us)
    return tx.rows(PersonStateRow, tx.for_update(query.order_by(STATE.c.person_id)))


def rebase_idle(tx: Transaction, organisation: str, before_us: int) -> None:
    """Make the present state the base of people whose last event was folded before an instant."""
    where = (STATE.c.organisation_id == organisation, STATE.c.last_us < before_us)
    tx.execute(
        update(STATE).where(*where).values(base_version=STATE.c.scheme_version, base_state=STATE.c.state)
    )


def rebase(tx: Transaction, person_id: int, version: int, state: bytes) -> None:
    """Set the base from which the open period is replayed, after a period was closed."""
    where = STATE.c.person_id == person_id
    tx.execute(update(STATE).where(where).values(base_version=version, base_state=state))


def outdated(tx: Transaction, organisation: str) -> list[int]:
    """People whose states have another layout than this version's."""
    where = (STATE.c.organisation_id == organisation, STATE.c.layout != LAYOUT)
    return list(tx.execute(select(STATE.c.person_id).where(*where).order_by(STATE.c.person_id)).scalars())


def any_outdated(tx: Transaction) -> bool:
    """True while any state, of any organisation, has another layout than this version's."""
    return tx.execute(select(STATE.c.person_id).where(STATE.c.layout != LAYOUT).limit(1)).first() is not None


def renew(tx: Transaction, person_id: int, version: int, state: bytes) -> None:
    """Store a base in this version's layout; the state that continues from it is folded next."""
    where = STATE.c.person_id == person_id
    values = {"base_version": version, "base_state": state, "layout": LAYOUT}
    tx.execute(update(STATE).where(where).values(**values))


def _blank(organisation: str, person_id: int) -> dict[str, object]:
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
        "layout": LAYOUT,
    }
