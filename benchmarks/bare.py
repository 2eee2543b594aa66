"""The endpoint that taking in an event is held against: FastAPI and the bare driver, one ledger insert, one balance update.

    python -m benchmarks.bare sqlite:///file
    python -m benchmarks.bare postgresql://…

No sign-in, no scheme, no projections, no views; the same durability as ours. Prints its address and serves until interrupted.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from typing import Any, Protocol

import psycopg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import make_url

from web.server import BACKLOG, address, listen

TABLES = (
    "CREATE TABLE bare_ledger (id INTEGER PRIMARY KEY {counting}, source TEXT NOT NULL, event_id TEXT NOT NULL, person TEXT NOT NULL, "
    "kind TEXT NOT NULL, amount INTEGER NOT NULL, UNIQUE (source, event_id))",
    "CREATE TABLE bare_balance (person TEXT PRIMARY KEY, amount BIGINT NOT NULL)",
)
LEDGER = (
    "INSERT INTO bare_ledger (source, event_id, person, kind, amount) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (source, event_id) DO NOTHING"
)
BALANCE = (
    "INSERT INTO bare_balance (person, amount) VALUES (?, ?) ON CONFLICT (person) "
    "DO UPDATE SET amount = bare_balance.amount + excluded.amount RETURNING amount"
)
AWARD = 10_000


class Message(BaseModel):
    """What is read of a CloudEvent."""

    source: str
    id: str
    type: str
    subject: str


class Store(Protocol):
    """Where the endpoint writes."""

    def take(self, message: Message) -> int:
        """Write in one transaction; the new balance."""


class Sqlite:
    """One connection behind a lock, as SQLite has one writer."""

    def __init__(self, file: str) -> None:
        self.connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self.connection.execute(f"PRAGMA {pragma}")
        for table in TABLES:
            self.connection.execute(table.format(counting=""))
        self.lock = threading.Lock()

    def take(self, message: Message) -> int:
        """Write in one transaction; the new balance."""
        with self.lock:
            cursor = self.connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(LEDGER, _ledger_row(message))
            ((amount,),) = cursor.execute(BALANCE, (message.subject, AWARD)).fetchall()
            cursor.execute("COMMIT")
        return int(amount)


class Postgresql:
    """One connection a thread."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.local = threading.local()
        with psycopg.connect(dsn) as made:
            for table in TABLES:
                made.execute(table.format(counting="GENERATED ALWAYS AS IDENTITY"))  # type: ignore[arg-type]

    def take(self, message: Message) -> int:
        """Write in one transaction; the new balance."""
        kept: Any = getattr(self.local, "connection", None)
        if kept is None:
            kept = self.local.connection = psycopg.connect(self.dsn)
        kept.execute(LEDGER.replace("?", "%s"), _ledger_row(message))
        (amount,) = kept.execute(BALANCE.replace("?", "%s"), (message.subject, AWARD)).fetchone()
        kept.commit()
        return int(amount)


def _ledger_row(message: Message) -> tuple[str, str, str, str, int]:
    return message.source, message.id, message.subject, message.type, AWARD


def application(store: Store) -> FastAPI:
    """The one endpoint."""
    app = FastAPI()

    @app.post("/events")
    def take(message: Message) -> dict[str, Any]:
        return {"id": message.id, "status": "awarded", "balance": store.take(message)}

    return app


def main() -> None:
    """Serve until interrupted."""
    url = make_url(sys.argv[1])
    store: Store
    if url.get_backend_name() == "sqlite":
        store = Sqlite(str(url.database))
    else:
        store = Postgresql(url.set(drivername="postgresql").render_as_string(hide_password=False))
    taken = listen("127.0.0.1", 0)
    taken.listen(BACKLOG)
    print(address(taken), flush=True)
    uvicorn.Server(uvicorn.Config(application(store), log_level="warning")).run(sockets=[taken])


if __name__ == "__main__":
    main()
