"""Rows of the ledger: journal entries, their postings, and the balances that they sum to."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, bindparam, func, select, true, update

from rewards.amounts import amount_text
from rewards.faults import Insufficient
from rewards.store import schema
from rewards.store.prepared import NoRow, Prepared, adding, inserting, one_of
from rewards.store.rows import ComparedRow, EntryIdRow, JournalRow, KudosRow, PostingRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

JOURNAL = schema.journal
POSTING = schema.posting
BALANCE = schema.balance
GUARDED = ("allowance", "budget", "held")

_ADD_JOURNAL = inserting(JOURNAL, EntryIdRow)
_ADD_POSTING = inserting(POSTING, NoRow)
_ADD_BALANCE = adding(BALANCE, "amount")
_TAKE = (
    update(BALANCE)
    .where(
        BALANCE.c.organisation_id == bindparam("organisation"),
        BALANCE.c.account == bindparam("kind"),
        BALANCE.c.holder == bindparam("who"),
        BALANCE.c.detail == bindparam("what"),
        BALANCE.c.amount + bindparam("delta") >= 0,
    )
    .values(amount=BALANCE.c.amount + bindparam("delta"))
)
_OTHER = JOURNAL.alias()
UNDOES_NOTHING = func.coalesce(JOURNAL.c.reverses, 0) == 0
"""Not written as IS NULL: SQLite would then walk every such entry of the database by the index on `reverses`."""


_COMPARED = [JOURNAL.c[name] for name in ComparedRow._fields]
"""What a fold is compared with. Few of the entries it meets are undone, and only those are read whole."""


def _standing(
    what: Sequence[FromClause | ColumnElement[Any]], *also: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    """Entries of events that are not reversed."""
    return (
        select(*what)
        .join(_OTHER, _OTHER.c.reverses == JOURNAL.c.id, isouter=True)
        .where(JOURNAL.c.event_ref.is_not(None), UNDOES_NOTHING, _OTHER.c.id.is_(None), *also)
    )


_STANDING = Prepared(
    JournalRow,
    lambda _: _standing(
        [JOURNAL], JOURNAL.c.person_id == bindparam("who"), JOURNAL.c.occurred_us >= bindparam("from_us")
    ),
)
_STANDING_OF = Prepared(
    ComparedRow, lambda dialect: _standing(_COMPARED, one_of(JOURNAL.c.event_ref, dialect))
)
_WHOLE = Prepared(JournalRow, lambda dialect: select(JOURNAL).where(one_of(JOURNAL.c.id, dialect)))
_POSTINGS = Prepared(
    PostingRow,
    lambda dialect: select(POSTING).where(one_of(POSTING.c.journal_id, dialect)).order_by(POSTING.c.id),
)
_ID = attrgetter("id")
_CHUNK = 500


def add_entries(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Append journal entries; returns their ids in the same order."""
    return [row.id for row in tx.ask(_ADD_JOURNAL, rows)] if rows else []


def add_entry_once(tx: Transaction, row: Mapping[str, object]) -> int | None:
    """Append an entry unless its dedupe key exists; returns its id, or None."""
    statement = upsert(tx, JOURNAL).on_conflict_do_nothing().returning(JOURNAL.c.id)
    return tx.execute(statement, [row]).scalar_one_or_none()


def add_postings(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> None:
    """Append postings."""
    tx.later(_ADD_POSTING, rows)


def add_to_balances(tx: Transaction, organisation: str, deltas: Mapping[tuple[str, int, str], int]) -> None:
    """Add to balances in a fixed order. Raises Insufficient where a guarded account would fall below zero."""
    rows: list[dict[str, object]] = []
    for (account, holder, detail), delta in sorted(deltas.items()):
        if account in GUARDED and delta < 0:
            key = {
                "organisation": organisation,
                "kind": account,
                "who": holder,
                "what": detail,
                "delta": delta,
            }
            if not tx.execute(_TAKE, key).rowcount:
                what = f"{account} {detail}: {amount_text(-delta)} asked, less is left"
                raise Insufficient("{what}; wait for the next period or ask for less", what=what)
            continue
        rows.append(
            {
                "organisation_id": organisation,
                "account": account,
                "holder": holder,
                "detail": detail,
                "amount": delta,
            }
        )
    tx.later(_ADD_BALANCE, rows)


def balance_of(tx: Transaction, organisation: str, account: str, holder: int, detail: str = "") -> int | None:
    """One balance, or None without any posting to it."""
    where = and_(
        BALANCE.c.organisation_id == organisation,
        BALANCE.c.account == account,
        BALANCE.c.holder == holder,
        BALANCE.c.detail == detail,
    )
    return tx.execute(select(BALANCE.c.amount).where(where)).scalar_one_or_none()


def balances_of(tx: Transaction, organisation: str, holders: Sequence[int]) -> dict[tuple[int, str], int]:
    """Balances of people in accounts without detail, by holder and account."""
    found: dict[tuple[int, str], int] = {}
    for start in range(0, len(holders), _CHUNK):
        where = and_(
            BALANCE.c.organisation_id == organisation,
            BALANCE.c.account.in_(("earned", "spendable", "held")),
            BALANCE.c.holder.in_(holders[start : start + _CHUNK]),
            BALANCE.c.detail == "",
        )
        query = select(BALANCE.c.holder, BALANCE.c.account, BALANCE.c.amount).where(where)
        found.update({(row.holder, row.account): row.amount for row in tx.execute(query)})
    return found


def earned_by(tx: Transaction, organisation: str, people: Sequence[int]) -> dict[int, int]:
    """Earned balance by internal id."""
    where = and_(
        BALANCE.c.organisation_id == organisation,
        BALANCE.c.account == "earned",
        BALANCE.c.detail == "",
        BALANCE.c.holder.in_(people),
    )
    found = tx.execute(select(BALANCE.c.holder, BALANCE.c.amount).where(where)).all()
    return {int(holder): int(amount) for holder, amount in found}


def held_by_all(tx: Transaction, organisation: str, account: str) -> int:
    """Sum of one account over all people."""
    where = and_(BALANCE.c.organisation_id == organisation, BALANCE.c.account == account)
    return int(tx.execute(select(func.coalesce(func.sum(BALANCE.c.amount), 0)).where(where)).scalar_one())


def balances(tx: Transaction, organisation: str, holder: int) -> dict[str, dict[str, int]]:
    """All balances of a person by account and detail."""
    where = and_(BALANCE.c.organisation_id == organisation, BALANCE.c.holder == holder)
    found: dict[str, dict[str, int]] = {}
    for row in tx.execute(select(BALANCE.c.account, BALANCE.c.detail, BALANCE.c.amount).where(where)):
        found.setdefault(row.account, {})[row.detail] = row.amount
    return found


def earned_by_date(tx: Transaction, person_id: int) -> list[tuple[int, int, str, int]]:
    """(local date, board date, team, millipoints) of a person's earned points, in order; sums of zero are left out."""
    keys = (JOURNAL.c.local_date, JOURNAL.c.board_date, JOURNAL.c.team)
    total = func.sum(POSTING.c.amount)
    query = (
        select(*keys, total)
        .join(JOURNAL, JOURNAL.c.id == POSTING.c.journal_id)
        .where(POSTING.c.person_id == person_id, POSTING.c.account == "earned")
        .group_by(*keys)
        .having(total != 0)
        .order_by(*keys)
    )
    return [(local, board, team, int(amount)) for local, board, team, amount in tx.execute(query)]


def lock_balance(tx: Transaction, organisation: str, account: str, holder: int, detail: str) -> int | None:
    """One balance, locked until this transaction ends; None without any posting to it."""
    where = and_(
        BALANCE.c.organisation_id == organisation, BALANCE.c.account == account, BALANCE.c.holder == holder, BALANCE.c.detail == detail,
    )  # fmt: skip
    held = update(BALANCE).where(where).values(amount=BALANCE.c.amount).returning(BALANCE.c.amount)
    return tx.execute(held).scalar_one_or_none()


def get(tx: Transaction, organisation: str, journal_id: int) -> JournalRow | None:
    """One entry."""
    where = and_(JOURNAL.c.organisation_id == organisation, JOURNAL.c.id == journal_id)
    return tx.row(JournalRow, select(JOURNAL).where(where))


def by_dedupe(tx: Transaction, organisation: str, dedupe: str) -> JournalRow | None:
    """The entry with a dedupe key."""
    where = and_(JOURNAL.c.organisation_id == organisation, JOURNAL.c.dedupe == dedupe)
    return tx.row(JournalRow, select(JOURNAL).where(where))


def gift_of(tx: Transaction, organisation: str, gift: KudosRow) -> JournalRow | None:
    """The receiver's entry of a gift; gifts from before dedupe keys are found by their instant."""
    known = by_dedupe(tx, organisation, f"gift:{gift.id}")
    if known is not None:
        return known
    where = and_(
        JOURNAL.c.organisation_id == organisation,
        JOURNAL.c.person_id == gift.receiver_id,
        JOURNAL.c.origin == "gift",
        JOURNAL.c.kind == "kudos",
        JOURNAL.c.occurred_us == gift.given_us,
        JOURNAL.c.dedupe.is_(None),
    )
    return tx.row(JournalRow, select(JOURNAL).where(where).order_by(JOURNAL.c.id).limit(1))


def sum_by_key(tx: Transaction, organisation: str, start: str) -> tuple[int, int]:
    """Sum and number of the entries whose dedupe keys have a prefix."""
    query = select(func.coalesce(func.sum(JOURNAL.c.amount), 0), func.count()).where(
        JOURNAL.c.organisation_id == organisation, JOURNAL.c.dedupe.between(start, start + "~")
    )
    total, count = tx.execute(query).one()
    return int(total), int(count)


def of_event(tx: Transaction, event_refs: Sequence[int], person_id: int | None = None) -> list[JournalRow]:
    """All entries of these events, oldest first."""
    found: list[JournalRow] = []
    for start in range(0, len(event_refs), _CHUNK):
        where: list[ColumnElement[bool]] = [JOURNAL.c.event_ref.in_(event_refs[start : start + _CHUNK])]
        if person_id is not None:
            where.append(JOURNAL.c.person_id == person_id)
        found.extend(tx.rows(JournalRow, select(JOURNAL).where(*where)))
    return sorted(found, key=lambda row: int(row.id))


def standing(tx: Transaction, person_id: int, from_us: int) -> list[JournalRow]:
    """The person's entries from events since `from_us` that are not reversed, oldest first."""
    return sorted(tx.ask(_STANDING, [{"who": person_id, "from_us": from_us}]), key=_ID)


def standing_of(tx: Transaction, event_refs: Iterable[int]) -> dict[int, list[ComparedRow]]:
    """Entries of these events that are not reversed, by person, with the columns that a fold is compared on.

    (A condition on the person would mislead SQLite's planner.)
    """
    found: dict[int, list[ComparedRow]] = {}
    for row in sorted(tx.ask_each(_STANDING_OF, sorted(set(event_refs))), key=_ID):
        found.setdefault(person_of(row), []).append(row)
    return found


def person_of(row: JournalRow | ComparedRow) -> int:
    """The person of an entry; every entry has one except those that fund a budget."""
    assert row.person_id is not None
    return row.person_id


def key_of(row: JournalRow) -> str:
    """The dedupe key of an entry that has one."""
    assert row.dedupe is not None
    return row.dedupe


def with_postings(
    tx: Transaction, ids: Iterable[int]
) -> tuple[list[JournalRow], dict[int, list[PostingRow]]]:
    """Complete entries, oldest first, and their postings by entry."""
    keys = sorted(set(ids))
    if not keys:
        return [], {}
    entries, postings = tx.ask_both(tx.each(_WHOLE, keys), tx.each(_POSTINGS, keys))
    return sorted(entries, key=_ID), _by_entry(postings)


def postings_of(tx: Transaction, journal_ids: Iterable[int]) -> dict[int, list[PostingRow]]:
    """Postings by entry."""
    return _by_entry(tx.ask_each(_POSTINGS, sorted(set(journal_ids))))


def _by_entry(postings: Iterable[PostingRow]) -> dict[int, list[PostingRow]]:
    found: dict[int, list[PostingRow]] = {}
    for row in postings:
        found.setdefault(row.journal_id, []).append(row)
    return found


def is_reversed(tx: Transaction, journal_id: int) -> bool:
    """True where another entry reverses this one."""
    return tx.execute(select(JOURNAL.c.id).where(JOURNAL.c.reverses == journal_id)).first() is not None


def top_ups(
    tx: Transaction, organisation: str, version: int, person_id: int | None = None
) -> list[JournalRow]:
    """Top-ups of a version that are not reversed, of everybody or of one person."""
    other = JOURNAL.alias()
    whose = true() if person_id is None else JOURNAL.c.person_id == person_id
    query = (
        select(JOURNAL)
        .join(other, other.c.reverses == JOURNAL.c.id, isouter=True)
        .where(
            JOURNAL.c.organisation_id == organisation,
            JOURNAL.c.origin == "top_up",
            JOURNAL.c.scheme_version == version,
            whose,
            other.c.id.is_(None),
        )
        .order_by(JOURNAL.c.id)
    )
    return tx.rows(JournalRow, query)


def top_up_withdrawn(tx: Transaction, organisation: str, version: int, person_id: int) -> bool:
    """True where the person's top-up of the version was reversed by hand: a recount of the events does not award it again."""
    other = JOURNAL.alias()
    query = (
        select(JOURNAL.c.id)
        .join(other, other.c.reverses == JOURNAL.c.id)
        .where(
            JOURNAL.c.organisation_id == organisation,
            JOURNAL.c.origin == "top_up",
            JOURNAL.c.scheme_version == version,
            JOURNAL.c.person_id == person_id,
            other.c.origin == "reversal",
        )
    )
    return tx.execute(query.limit(1)).first() is not None


def page(tx: Transaction, person_id: int, limit: int, before: int | None) -> list[JournalRow]:
    """The person's entries, newest first."""
    query = select(JOURNAL).where(JOURNAL.c.person_id == person_id)
    if before is not None:
        query = query.where(JOURNAL.c.id < before)
    return tx.rows(JournalRow, query.order_by(JOURNAL.c.id.desc()).limit(limit))


def not_undone(tx: Transaction, organisation: str, *conditions: ColumnElement[bool]) -> list[JournalRow]:
    """Entries that meet the conditions and are neither reversed nor released, oldest first."""
    other = JOURNAL.alias()
    query = (
        select(JOURNAL)
        .join(other, other.c.reverses == JOURNAL.c.id, isouter=True)
        .where(JOURNAL.c.organisation_id == organisation, *conditions, other.c.id.is_(None))
    )
    return tx.rows(JournalRow, query.order_by(JOURNAL.c.id))


def due(tx: Transaction, organisation: str, now_us: int) -> list[JournalRow]:
    """Held entries whose holding period is over."""
    waits = (JOURNAL.c.hold_until_us.is_not(None), JOURNAL.c.hold_until_us <= now_us)
    return not_undone(tx, organisation, *waits, UNDOES_NOTHING)
