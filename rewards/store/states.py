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
    """Store the state after a fold, for each person given by `key`."""
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
    """Persons by external id with their states, the states locked in the order of person ids."""
    query = (
        select(PERSON, IDENTITY.c.external_id, IDENTITY.c.name, IDENTITY.c.email, *_FOLDED)
        .join(IDENTITY, IDENTITY.c.person_id == PERSON.c.id)
        .join(STATE, STATE.c.person_id == PERSON.c.id)
        .where(IDENTITY.c.organisation_id == bindparam("organisation"))
    )
    if dialect == "sqlite":
        return query.where(IDENTITY.c.external_id == bindparam("external"))
    named = bindparam("externals", type_=ARRAY(String))
    # Ids of accounts that were merged: looked up once, so that all are locked in one order.
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
    """A blank state for each new person (version 0, no bytes: nothing folded yet)."""
    for start in range(0, len(ids), _ROWS):
        tx.later(_BEGIN, [_blank(organisation, id_) for id_ in ids[start : start + _ROWS]])


def lock(tx: Transaction, organisation: str, ids: Sequence[int]) -> dict[int, PersonStateRow]:
    """The states, locked in the order of person ids until the transaction ends.

    The organisation's lock comes first, whoever asks: one order for all, so that nobody waits in a circle.
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
    """The organisation's row under its shared lock (None: unknown), and by external id person and locked state in one row.

    The id of an account that was merged names the account that took over.
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
    """The rows by the names that were asked for."""
    found = {row.external_id: row for row in rows}
    missing = [name for name in wanted if name not in found]
    others = people_rows.aliases(tx, organisation, missing) if missing else {}
    if others:
        whole = lock_ids(tx, organisation, set(others.values()))
        found.update((name, whole[id_]) for name, id_ in others.items())
    return {name: found[name] for name in wanted if name in found}


def lock_ids(tx: Transaction, organisation: str, ids: Iterable[int]) -> dict[int, FoldedPersonRow]:
    """Person and locked state in one row, by internal id; who was erased has no external id."""
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
    """The states without locks, of people with at least one event now or in closed periods, or with a badge that outlived theirs."""
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
    """States, locked, whose last event occurred at or after an instant."""
    query = select(STATE).where(STATE.c.organisation_id == organisation, STATE.c.last_us >= from_us)
    return tx.rows(PersonStateRow, tx.for_update(query.order_by(STATE.c.person_id)))


def rebase_idle(tx: Transaction, organisation: str, before_us: int) -> None:
    """Where nothing was folded since an instant, the present state is the new base."""
    where = (STATE.c.organisation_id == organisation, STATE.c.last_us < before_us)
    tx.execute(
        update(STATE).where(*where).values(base_version=STATE.c.scheme_version, base_state=STATE.c.state)
    )


def rebase(tx: Transaction, person_id: int, version: int, state: bytes) -> None:
    """The base from which the open period is replayed, after a period was closed."""
    where = STATE.c.person_id == person_id
    tx.execute(update(STATE).where(where).values(base_version=version, base_state=state))


def outdated(tx: Transaction, organisation: str) -> list[int]:
    """People whose states were written in another layout."""
    where = (STATE.c.organisation_id == organisation, STATE.c.layout != LAYOUT)
    return list(tx.execute(select(STATE.c.person_id).where(*where).order_by(STATE.c.person_id)).scalars())


def any_outdated(tx: Transaction) -> bool:
    """True while somebody's state, of whatever organisation, was written in another layout."""
    return tx.execute(select(STATE.c.person_id).where(STATE.c.layout != LAYOUT).limit(1)).first() is not None


def renew(tx: Transaction, person_id: int, version: int, state: bytes) -> None:
    """A base in the layout of now; the state that goes on from it is folded next."""
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
