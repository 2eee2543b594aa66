"""Leaderboards over 100,000 employees and 1.2 million entries, against `rank()` over the ledger; and the rebuild's growth.

    python -m benchmarks.boards            # 100,000 employees; rebuild at 25,000, 50,000 and 100,000
    python -m benchmarks.boards --quick    # a tenth of each

The ledger is filled in bulk, the projections by `rebuild`. Then on the same database: the top 10 and one's own rank with
neighbours as the product answers them (`rewards.boards.leaderboard`, from projections), and the plain query that sums the
ledger by person and applies `rank()`. Writes benchmarks/results/boards.json.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from benchmarks.servers import fresh, postgresql_server
from rewards.boards import leaderboard
from rewards.document import load_document
from rewards.organisations import create_organisation
from rewards.publication import publish_scheme
from rewards.scheme import IncentiveScheme
from rewards.store import schema
from rewards.store.rebuild import rebuild
from rewards.store.session import Database, Transaction

RESULTS = Path(__file__).parent / "results" / "boards.json"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOW_US = int(NOW.timestamp() * 1e6)
ENTRIES_EACH = 12
CHUNK = 20_000
REPEATS = 30
SCHEME = """
name: bench
title: Bench
rules: [{id: share, title: Share, on: share, points: 1}]
leaderboards:
  - {id: ever, title: Ever, window: total, top: 10, neighbours: 0}
  - {id: near, title: Near, window: total, top: 0, neighbours: 2}
"""
RANKED = """
SELECT person_id, earned, place FROM (
  SELECT person_id, earned, rank() OVER (ORDER BY earned DESC) AS place FROM (
    SELECT person_id, sum(amount) AS earned FROM posting
    WHERE organisation_id = 'acme' AND account = 'earned' GROUP BY person_id) AS sums) AS ranks
"""


def fill(db: Database, employees: int) -> None:
    """Employees with twelve awards each over the last 120 days, straight into the tables, and the projections rebuilt."""
    with db.begin() as tx:
        create_organisation(tx, "acme", "Acme", "UTC", NOW)
        scheme = load_document(SCHEME, IncentiveScheme, "bench")
        publish_scheme(tx, "acme", scheme, NOW - timedelta(days=365), "bench", "bench", NOW)
        _bulk(tx, schema.person, (_person(n) for n in range(1, employees + 1)))
        _bulk(tx, schema.person_identity, (_identity(n) for n in range(1, employees + 1)))
        draws = random.Random(20261124)
        journal: list[dict[str, Any]] = []
        posting: list[dict[str, Any]] = []
        for number in range(1, employees * ENTRIES_EACH + 1):
            who, amount = (number - 1) % employees + 1, draws.randrange(1, 40) * 500
            journal.append(_entry(number, who, amount, NOW.date().toordinal() - draws.randrange(120)))
            posting += [
                {"organisation_id": "acme", "journal_id": number, "account": account, "person_id": holder,
                 "detail": "", "amount": share}
                for account, holder, share in (("mint", None, -2 * amount), ("earned", who, amount), ("spendable", who, amount))
            ]  # fmt: skip
            if len(journal) == CHUNK:
                tx.execute(insert(schema.journal), journal)
                tx.execute(insert(schema.posting), posting)
                journal, posting = [], []
        if journal:
            tx.execute(insert(schema.journal), journal)
            tx.execute(insert(schema.posting), posting)


def _bulk(tx: Transaction, table: Any, rows: Any) -> None:
    every = list(rows)
    for start in range(0, len(every), CHUNK):
        tx.execute(insert(table), every[start : start + CHUNK])


def _person(number: int) -> dict[str, Any]:
    return {
        "id": number, "organisation_id": "acme", "segment": f"s{number % 8}", "team": f"t{number % 2000}", "timezone": "UTC",
        "zone_flagged": False, "contacts": 100, "locale": "en", "role": "employee", "desk": "desk",
        "hours_share_ppm": 1_000_000, "status": "active", "opted_out": False, "has_history": False,
        "hidden": number % 50 == 0, "pseudonym": f"Colleague {number}", "created_at_us": NOW_US,
    }  # fmt: skip


def _identity(number: int) -> dict[str, Any]:
    return {
        "person_id": number, "organisation_id": "acme", "external_id": f"p{number}", "name": f"P {number}", "email": None,
    }  # fmt: skip


def _entry(number: int, who: int, amount: int, day: int) -> dict[str, Any]:
    return {
        "id": number, "organisation_id": "acme", "person_id": who, "origin": "award", "kind": "points", "rule": "share",
        "amount": amount, "reason": "awarded", "arguments": "{}", "scheme_version": 1, "local_date": day,
        "board_date": day, "team": f"t{who % 2000}", "occurred_us": NOW_US, "recorded_us": NOW_US,
    }  # fmt: skip


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Median seconds of a call, after one to warm up."""
    work()
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def measure(dialect: str, server: str | None, sizes: list[int]) -> dict[str, Any]:
    """Rebuild at each size; the boards against `rank()` at the last."""
    rebuilds: dict[str, float] = {}
    answers: dict[str, Any] = {}
    for employees in sizes:
        with fresh(dialect, server) as db:
            fill(db, employees)
            began = time.perf_counter()
            with db.begin() as tx:
                rebuild(tx, "acme")
            rebuilds[str(employees)] = time.perf_counter() - began
            if dialect == "postgresql":
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("VACUUM ANALYZE"))
            if employees == sizes[-1]:
                answers = boards(db, employees)
    a_million = {size: taken / (int(size) * ENTRIES_EACH) * 1e6 for size, taken in rebuilds.items()}
    return {"rebuild_seconds": rebuilds, "rebuild_seconds_a_million_entries": a_million, **answers}


def boards(db: Database, employees: int) -> dict[str, Any]:
    """Medians in milliseconds, and how many times faster than the plain queries."""
    me = f"p{employees // 3}"
    with db.read() as tx:

        def top() -> Any:
            return leaderboard(tx, "acme", "ever", None, NOW)

        def mine() -> Any:
            return leaderboard(tx, "acme", "near", me, NOW)

        def plain_top() -> Any:
            return tx.execute(text(RANKED + " ORDER BY place LIMIT 10")).all()

        def plain_mine() -> Any:
            return tx.execute(text(RANKED + " WHERE person_id = :me"), {"me": employees // 3}).all()

        assert len(top().rows) == 10
        assert mine().me.amount_millipoints == plain_mine()[0].earned
        quick = {"top_10": seconds(top, REPEATS), "my_rank": seconds(mine, REPEATS)}
        plain = {"top_10": seconds(plain_top, 3), "my_rank": seconds(plain_mine, 3)}
    return {
        "milliseconds": {name: value * 1e3 for name, value in quick.items()},
        "plain_milliseconds": {name: value * 1e3 for name, value in plain.items()},
        "times_faster": {name: plain[name] / quick[name] for name in quick},
        "times_faster_wanted": 100,
    }


def main() -> None:
    """Run both databases, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    scale = 10 if parser.parse_args().quick else 1
    sizes = [25_000 // scale, 50_000 // scale, 100_000 // scale]
    result: dict[str, Any] = {
        "benchmark": "boards",
        "employees": sizes[-1],
        "entries": sizes[-1] * ENTRIES_EACH,
    }
    with postgresql_server() as server:
        for dialect in ("sqlite", "postgresql"):
            result[dialect] = got = measure(dialect, server, sizes)
            print(
                f"{dialect}: top 10 {got['milliseconds']['top_10']:.2f} ms ({got['times_faster']['top_10']:.0f} times faster), "
                f"my rank {got['milliseconds']['my_rank']:.2f} ms ({got['times_faster']['my_rank']:.0f} times); rebuild "
                + ", ".join(f"{size}: {taken:.1f} s" for size, taken in got["rebuild_seconds"].items())
            )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
