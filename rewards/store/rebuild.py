"""Rebuild of projections from the ledger, inside the database: their expected rows, and writing them.

Sums are computed in the database, so that a rebuild of millions of entries needs no memory here. Only the windows of the
boards' dates, the buckets of distinct scores and the badges are computed in Python.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    String,
    Table,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    values,
)

from rewards.faults import BadValue
from rewards.store import organisations, schema
from rewards.store.badges import BADGE_COLUMNS, BADGE_KINDS, badge_standing
from rewards.store.migrate import CURRENT, WHAT_TO_DO, state
from rewards.store.projections import bucket_of, windows
from rewards.store.rows import BadgeEntryRow
from rewards.store.session import Database, Transaction

JOURNAL, POSTING, PERSON, SCORE, BUCKET, BADGE = (
    schema.journal, schema.posting, schema.person, schema.board_score, schema.board_bucket, schema.person_badge,
)  # fmt: skip
SUMMED = (schema.balance, schema.person_day, schema.team_day, SCORE)
PROJECTIONS = (*SUMMED, BUCKET, BADGE)
Rows = dict[tuple[Any, ...], tuple[Any, ...]]


def rebuild_all(db: Database) -> list[str]:
    """Rebuild the projections of every organisation, each in a transaction of its own; returns their ids.

    Raises BadValue for a schema of another version.
    """
    found_state = state(db)
    if found_state != CURRENT:
        raise BadValue("the database {value}", value=WHAT_TO_DO[found_state])
    with db.read() as tx:
        found = [home.organisation_id for home in organisations.every(tx)]
    for organisation in found:
        with db.begin() as tx:
            rebuild(tx, organisation)
    return found


def rebuild(tx: Transaction, organisation: str) -> None:
    """Replace every projection of an organisation by one computed from its ledger. Linear in the postings."""
    # Every posting transaction holds this lock shared: an entry posted between deletion and sums would be counted twice.
    organisations.find_exclusive(tx, organisation)
    for table in PROJECTIONS:
        tx.execute(delete(table).where(table.c.organisation_id == organisation))
    for table in SUMMED:
        names = [one.name for one in table.columns]
        tx.execute(insert(table).from_select(names, expected_sums(tx, organisation, table)))
    for table, rows in (
        (BUCKET, expected_buckets(tx, organisation)),
        (BADGE, expected_badges(tx, organisation)),
    ):
        names = [*_keys(table), *_rest(table)]
        filled = [
            {"organisation_id": organisation, **dict(zip(names, (*key, *rest), strict=True))}
            for key, rest in sorted(rows.items())
        ]
        if filled:
            tx.execute(insert(table), filled)


def expected_sums(tx: Transaction, organisation: str, table: Table) -> Select[*tuple[Any, ...]]:
    """The expected rows of balance, person_day, team_day or board_score, in the table's columns."""
    home = literal(organisation, String)
    amount = cast(func.sum(POSTING.c.amount), BigInteger)
    if table is schema.balance:
        holder = func.coalesce(POSTING.c.person_id, 0)
        return (
            select(home, POSTING.c.account, holder, POSTING.c.detail, amount)
            .where(POSTING.c.organisation_id == organisation, POSTING.c.account != "mint")
            .group_by(POSTING.c.account, holder, POSTING.c.detail)
        )
    earned = (POSTING.c.organisation_id == organisation, POSTING.c.account == "earned")
    if table is SCORE:
        span = _windows_of_dates(tx, organisation)
        return (
            select(home, span.c.window, POSTING.c.person_id, amount, ~PERSON.c.hidden)
            .join(JOURNAL, JOURNAL.c.id == POSTING.c.journal_id)
            .join(span, span.c.board_date == JOURNAL.c.board_date)
            .join(PERSON, PERSON.c.id == POSTING.c.person_id)
            .where(*earned)
            .group_by(span.c.window, POSTING.c.person_id, PERSON.c.hidden)
        )
    by = (
        (POSTING.c.person_id, JOURNAL.c.local_date)
        if table is schema.person_day
        else (JOURNAL.c.team, JOURNAL.c.board_date)
    )
    return (
        select(home, *by, amount)
        .join(JOURNAL, JOURNAL.c.id == POSTING.c.journal_id)
        .where(*earned)
        .group_by(*by)
    )


def _windows_of_dates(tx: Transaction, organisation: str) -> Any:
    """(board date, window) for every date in the ledger: SQLite's own date functions lack ISO weeks."""
    query = select(JOURNAL.c.board_date).where(JOURNAL.c.organisation_id == organisation).distinct()
    pairs = [(day, window) for day in tx.execute(query).scalars() for window in windows(day)]
    spans = values(column("board_date", Integer), column("window", String), name="span", literal_binds=True)
    # An impossible date keeps the list from being empty.
    return spans.data(pairs or [(0, "")]).cte("spans")


def expected_buckets(tx: Transaction, organisation: str) -> Rows:
    """Rank buckets computed from the rows of board_score."""
    query = (
        select(SCORE.c.window, SCORE.c.score, func.count())
        .where(SCORE.c.organisation_id == organisation, SCORE.c.score > 0, SCORE.c.visible)
        .group_by(SCORE.c.window, SCORE.c.score)
    )
    found: Rows = {}
    for window, score, people in tx.execute(query):
        key = (window, bucket_of(score))
        found[key] = (found.get(key, (0,))[0] + people,)
    return found


def expected_badges(tx: Transaction, organisation: str) -> Rows:
    """Badges computed from the ledger's entries."""
    query = (
        select(*BADGE_COLUMNS)
        .where(JOURNAL.c.organisation_id == organisation, JOURNAL.c.kind.in_(BADGE_KINDS))
        .order_by(JOURNAL.c.id)
    )
    entries: dict[tuple[object, ...], list[BadgeEntryRow]] = {}
    for row in tx.rows(BadgeEntryRow, query):
        entries.setdefault((row.person_id, row.rule, row.object_key), []).append(row)
    return {key: badge_standing(rows) for key, rows in entries.items()}


def stored(tx: Transaction, organisation: str, tables: Iterable[Table] = PROJECTIONS) -> dict[str, Rows]:
    """Stored projections by key without the organisation; empty rank buckets are left out."""
    found: dict[str, Rows] = {}
    for table in tables:
        keys, rest = _keys(table), _rest(table)
        rows: Rows = {}
        for row in tx.execute(select(table).where(table.c.organisation_id == organisation)):
            held = row._mapping
            if table is BUCKET and held["people"] == 0:
                continue
            rows[tuple(held[name] for name in keys)] = tuple(held[name] for name in rest)
        found[table.name] = rows
    return found


def _keys(table: Table) -> list[str]:
    return [one.name for one in table.primary_key.columns if one.name != "organisation_id"]


def _rest(table: Table) -> list[str]:
    keys = {one.name for one in table.primary_key.columns}
    return [one.name for one in table.columns if one.name not in keys]
