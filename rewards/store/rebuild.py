"""Projections computed anew from the ledger: what they should hold, and putting it there."""

from typing import Any

from sqlalchemy import Table, delete, func, insert, select

from rewards.store import schema
from rewards.store.journal import BADGE_COLUMNS, BADGE_KINDS, badge_standing
from rewards.store.projections import bucket_of, windows
from rewards.store.session import Transaction

JOURNAL, POSTING = schema.journal, schema.posting
PROJECTIONS = (
    schema.balance, schema.person_day, schema.team_day, schema.board_score, schema.board_bucket, schema.person_badge,
)  # fmt: skip
Rows = dict[tuple[Any, ...], tuple[Any, ...]]


def rebuild(tx: Transaction, organisation: str) -> None:
    """Replace every projection of an organisation by what its ledger says. Linear in the postings."""
    contents = expected(tx, organisation)
    for table in PROJECTIONS:
        tx.execute(delete(table).where(table.c.organisation_id == organisation))
        names = [*_keys(table), *_rest(table)]
        rows = [
            {"organisation_id": organisation, **dict(zip(names, (*key, *rest), strict=True))}
            for key, rest in sorted(contents[table.name].items())
        ]
        if rows:
            tx.execute(insert(table), rows)


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns if column.name != "organisation_id"]


def _rest(table: Table) -> list[str]:
    keys = {column.name for column in table.primary_key.columns}
    return [column.name for column in table.columns if column.name not in keys]


def stored(tx: Transaction, organisation: str) -> dict[str, Rows]:
    """Every projection as it is, by key without the organisation; rank buckets with nobody in them are left out."""
    found: dict[str, Rows] = {}
    for table in PROJECTIONS:
        keys, rest = _keys(table), _rest(table)
        rows: Rows = {}
        for row in tx.execute(select(table).where(table.c.organisation_id == organisation)):
            values = row._mapping
            if table is schema.board_bucket and values["people"] == 0:
                continue
            rows[tuple(values[name] for name in keys)] = tuple(values[name] for name in rest)
        found[table.name] = rows
    return found


def expected(tx: Transaction, organisation: str) -> dict[str, Rows]:
    """Every projection as the ledger says it should be."""
    scores = _scores(tx, organisation)
    buckets: Rows = {}
    for (window, _), (score,) in scores.items():
        if score > 0:
            key = (window, bucket_of(score))
            buckets[key] = (buckets.get(key, (0,))[0] + 1,)
    return {
        "balance": _balances(tx, organisation),
        "person_day": _sums(tx, organisation, (POSTING.c.person_id, JOURNAL.c.local_date)),
        "team_day": _sums(tx, organisation, (JOURNAL.c.team, JOURNAL.c.board_date)),
        "board_score": scores,
        "board_bucket": buckets,
        "person_badge": _badges(tx, organisation),
    }


def _balances(tx: Transaction, organisation: str) -> Rows:
    holder = func.coalesce(POSTING.c.person_id, 0)
    query = (
        select(POSTING.c.account, holder, POSTING.c.detail, func.sum(POSTING.c.amount))
        .where(POSTING.c.organisation_id == organisation, POSTING.c.account != "mint")
        .group_by(POSTING.c.account, holder, POSTING.c.detail)
    )
    return {(account, who, detail): (int(amount),) for account, who, detail, amount in tx.execute(query)}


def _sums(tx: Transaction, organisation: str, by: tuple[Any, Any]) -> Rows:
    query = (
        select(*by, func.sum(POSTING.c.amount))
        .join(JOURNAL, JOURNAL.c.id == POSTING.c.journal_id)
        .where(POSTING.c.organisation_id == organisation, POSTING.c.account == "earned")
        .group_by(*by)
    )
    return {(one, other): (int(amount),) for one, other, amount in tx.execute(query)}


def _scores(tx: Transaction, organisation: str) -> Rows:
    found: Rows = {}
    for (person_id, day), (amount,) in _sums(
        tx, organisation, (POSTING.c.person_id, JOURNAL.c.board_date)
    ).items():
        for window in windows(day):
            key = (window, person_id)
            found[key] = (found.get(key, (0,))[0] + amount,)
    return found


def _badges(tx: Transaction, organisation: str) -> Rows:
    query = (
        select(JOURNAL.c.person_id, JOURNAL.c.rule, *BADGE_COLUMNS)
        .where(JOURNAL.c.organisation_id == organisation, JOURNAL.c.kind.in_(BADGE_KINDS))
        .order_by(JOURNAL.c.id)
    )
    entries: dict[tuple[Any, ...], list[Any]] = {}
    for row in tx.execute(query):
        entries.setdefault((row.person_id, row.rule), []).append(row)
    return {key: badge_standing(rows) for key, rows in entries.items()}
