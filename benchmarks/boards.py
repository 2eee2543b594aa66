"""Leaderboards over 100,000 employees and 1.2 million entries, against `rank()` over the ledger; and the rebuild's growth.

    python -m benchmarks.boards            # 100,000 employees; rebuild at 25,000, 50,000 and 100,000
    python -m benchmarks.boards --quick    # a tenth of each

The ledger is filled in bulk, the projections by `rebuild`. Then on the same database: the top 10 and one's own rank with
neighbours as the product answers them (`rewards.boards.boards.leaderboard`, from projections), and the plain query that sums the
ledger by person and applies `rank()`. Writes benchmarks/results/boards.json.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.servers import fresh, postgresql_server
from rewards.boards.boards import leaderboard
from rewards.document import load_document
from rewards.people.organisations import create_organisation
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.rebuild import rebuild
from rewards.store.session import Database

RESULTS = Path(__file__).parent / "results" / "boards.json"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOW_US = int(NOW.timestamp() * 1e6)
ENTRIES_EACH = 12
REPEATS = 30
SCHEME = """
name: bench
title: Bench
rules: [{id: share, title: Share, on: share, points: 1}]
leaderboards:
  - {id: ever, title: Ever, window: total, top: 10, neighbours: 0}
  - {id: near, title: Near, window: total, top: 0, neighbours: 2}
"""
_SERIES = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :{}) "
_PEOPLE = (
    """
INSERT INTO person (id, organisation_id, segment, team, timezone, contacts, locale, role, desk, hours_share_ppm, status,
                    hidden, pseudonym, created_at_us)
"""
    + _SERIES.format("people")
    + """
SELECT i, 'acme', 's' || (i % 8), 't' || (i % 2000), 'UTC', 100, 'en', 'employee', 'desk', 1000000, 'active', i % 50 = 0,
       'Colleague ' || i, CAST(:now AS BIGINT) FROM n
"""
)
_IDENTITIES = (
    """
INSERT INTO person_identity (person_id, organisation_id, external_id, name)
"""
    + _SERIES.format("people")
    + "SELECT i, 'acme', 'p' || i, 'P ' || i FROM n"
)
# Amounts of 0.5 to 19.5 points and dates spread by multiplication with primes: the same on both databases.
_JOURNAL = (
    """
INSERT INTO journal (id, organisation_id, person_id, origin, kind, rule, amount, reason, arguments, scheme_version,
                     local_date, board_date, team, occurred_us, recorded_us)
"""
    + _SERIES.format("entries")
    + """
SELECT i, 'acme', (i - 1) % :people + 1, 'award', 'points', 'share', (CAST(i AS BIGINT) * 7919 % 100003 % 39 + 1) * 500, 'awarded',
       '{}', 1, :day - CAST(i AS BIGINT) * 7907 % 100019 % 120, :day - CAST(i AS BIGINT) * 7907 % 100019 % 120,
       't' || (((i - 1) % :people + 1) % 2000),
       CAST(:now AS BIGINT), CAST(:now AS BIGINT) FROM n
"""
)
_POSTINGS = tuple(
    f"""
INSERT INTO posting (organisation_id, journal_id, account, person_id, detail, amount)
SELECT 'acme', id, '{account}', {holder}, '', {share} * amount FROM journal
"""
    for account, holder, share in (
        ("mint", "NULL", -2),
        ("earned", "person_id", 1),
        ("spendable", "person_id", 1),
    )
)
RANKED = """
SELECT person_id, earned, place FROM (
  SELECT person_id, earned, rank() OVER (ORDER BY earned DESC) AS place FROM (
    SELECT person_id, sum(amount) AS earned FROM posting
    WHERE organisation_id = 'acme' AND account = 'earned' GROUP BY person_id) AS sums) AS ranks
"""


def fill(db: Database, employees: int) -> None:
    """Employees with twelve awards each over the last 120 days, straight into the tables by the database itself."""
    with db.begin() as tx:
        create_organisation(tx, "acme", "Acme", "UTC", NOW)
        scheme = load_document(SCHEME, IncentiveScheme, "bench")
        publish_scheme(tx, "acme", scheme, NOW - timedelta(days=365), "bench", "bench", NOW)
        known = {
            "people": employees,
            "entries": employees * ENTRIES_EACH,
            "now": NOW_US,
            "day": NOW.date().toordinal(),
        }
        for statement in (_PEOPLE, _IDENTITIES, _JOURNAL, *_POSTINGS):
            wanted = {name: value for name, value in known.items() if f":{name}" in statement}
            tx.execute(text(statement), wanted)


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
