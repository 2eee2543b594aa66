"""The writes of awarding, done by hand: what a careful programmer would send through the bare driver, and nothing else."""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Self

import psycopg
from sqlalchemy import select

from rewards.store import schema
from rewards.store.projections import bucket_of, windows
from rewards.store.session import Database

Row = tuple[Any, ...]
Plan = list[list[tuple[str, list[Row]]]]
"""For each event: (statement, rows) in the order of writing."""

_EVENT = [column.name for column in schema.event.columns]
_JOURNAL = [column.name for column in schema.journal.columns]
_POSTING = [column.name for column in schema.posting.columns]


def _insert(table: str, columns: list[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _add(table: str, keys: list[str], amount: str) -> str:
    columns = ["organisation_id", *keys, amount]
    return (
        f"{_insert(table, columns)} ON CONFLICT (organisation_id, {', '.join(keys)}) "
        f"DO UPDATE SET {amount} = {table}.{amount} + excluded.{amount}"
    )


EVENT, JOURNAL, POSTING = (
    _insert("event", _EVENT), _insert("journal", _JOURNAL), _insert("posting", _POSTING),
)  # fmt: skip
BALANCE = _add("balance", ["account", "holder", "detail"], "amount")
DAY = _add("person_day", ["person_id", "local_date"], "earned")
TEAM = _add("team_day", ["team", "board_date"], "earned")
SCORE = _add("board_score", ['"window"', "person_id"], "score")
BUCKET = _add("board_bucket", ['"window"', "bucket"], "people")
BADGE = _insert(
    "person_badge", ["organisation_id", "person_id", "badge", "object_key", "journal_id", "awarded_us"]
)
STATE = (
    "UPDATE person_state SET scheme_version = ?, state = ?, last_us = ?, last_source = ?, last_event = ? "
    "WHERE person_id = ?"
)
OUTBOX = _insert("outbox", ["organisation_id", "topic", "payload", "created_at_us"])


def writes_of(db: Database) -> Plan:
    """What a database holds, as the writes that led there: one list an event, in the order of the inbox."""
    with db.read() as tx:
        found = {
            table: [tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key.columns))]
            for table in (schema.event, schema.journal, schema.posting, schema.person_state, schema.outbox)
        }
    entries: dict[int, list[Row]] = {}
    for row in found[schema.journal]:
        entries.setdefault(row[_JOURNAL.index("event_ref")], []).append(row)
    postings: dict[int, list[Row]] = {}
    for row in found[schema.posting]:
        postings.setdefault(row[_POSTING.index("journal_id")], []).append(row)
    states = {row[0]: row for row in found[schema.person_state]}
    told = [row for row in found[schema.outbox] if row[2].startswith("event.")]
    scores: dict[tuple[str, int], int] = {}
    return [
        _writes(event, entries[event[0]], postings, states[event[_EVENT.index("person_id")]], message, scores)
        for event, message in zip(found[schema.event], told, strict=True)
    ]


def _writes(
    event: Row, entries: list[Row], postings: dict[int, list[Row]], state: Row, message: Row,
    scores: dict[tuple[str, int], int],
) -> list[tuple[str, list[Row]]]:  # fmt: skip
    at = {name: _JOURNAL.index(name) for name in _JOURNAL}
    moved = [(entry, posting) for entry in entries for posting in postings.get(entry[0], [])]
    home = event[1]
    balances, days, teams, boards = {}, {}, {}, {}  # type: ignore[var-annotated]
    for entry, (_, _, _, account, who, detail, amount) in moved:
        if account != "mint":
            balances[account, who, detail] = balances.get((account, who, detail), 0) + amount
        if account == "earned":
            day, board = entry[at["local_date"]], entry[at["board_date"]]
            days[who, day] = days.get((who, day), 0) + amount
            teams[entry[at["team"]], board] = teams.get((entry[at["team"]], board), 0) + amount
            for window in windows(board):
                boards[window, who] = boards.get((window, who), 0) + amount
    buckets: dict[tuple[str, int], int] = {}
    for key, amount in boards.items():
        before, now = scores.get(key, 0), scores.get(key, 0) + amount
        scores[key] = now
        for score, step in ((before, -1), (now, 1)):
            if score > 0:
                buckets[key[0], bucket_of(score)] = buckets.get((key[0], bucket_of(score)), 0) + step
    badges = [
        (
            home,
            entry[at["person_id"]],
            entry[at["rule"]],
            entry[at["object_key"]] or 0,
            entry[0],
            entry[at["occurred_us"]],
        )
        for entry in entries
        if entry[at["kind"]] == "badge"
    ]
    plan = [
        (EVENT, [event]),
        (JOURNAL, entries),
        (POSTING, [posting for _, posting in moved]),
        (BALANCE, [(home, *key, amount) for key, amount in sorted(balances.items())]),
        (DAY, [(home, *key, amount) for key, amount in sorted(days.items())]),
        (TEAM, [(home, *key, amount) for key, amount in sorted(teams.items())]),
        (SCORE, [(home, *key, amount) for key, amount in sorted(boards.items())]),
        (BUCKET, [(home, *key, step) for key, step in sorted(buckets.items()) if step]),
        (BADGE, badges),
        (STATE, [(state[2], state[3], event[8], event[2], event[3], state[0])]),
        (OUTBOX, [(home, *message[2:5])]),
    ]
    return [(statement, rows) for statement, rows in plan if rows]


class Writer:
    """A bare connection to a database of ours, set up as ours is."""

    def __init__(self, db: Database) -> None:
        self.connection: Any
        if db.dialect == "sqlite":
            self.connection = sqlite3.connect(str(db.url.database), isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                self.connection.execute(f"PRAGMA {pragma}")
            self.begin, self.mark = "BEGIN IMMEDIATE", "?"
        else:
            address = db.url.set(drivername="postgresql").render_as_string(hide_password=False)
            self.connection = psycopg.connect(address, autocommit=True)
            self.begin, self.mark = "BEGIN", "%s"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def write(self, plan: Plan) -> list[float]:
        """Seconds of each event's writes in one transaction."""
        took = []
        cursor = self.connection.cursor()
        marked = [[(text.replace("?", self.mark), rows) for text, rows in writes] for writes in plan]
        for writes in marked:
            began = time.perf_counter()
            cursor.execute(self.begin)
            for text, rows in writes:
                if len(rows) == 1:
                    cursor.execute(text, rows[0])
                else:
                    cursor.executemany(text, rows)
            cursor.execute("COMMIT")
            took.append(time.perf_counter() - began)
        return took
