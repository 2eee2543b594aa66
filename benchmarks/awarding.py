"""Awarding one event, against the same writes done by hand through the bare driver.

    python -m benchmarks.awarding            # 2,000 events a database
    python -m benchmarks.awarding --quick    # 400

Ours is one `record` call in its own transaction for each event: inbox, canonical order, kernel, journal, postings,
balances, projections, outbox. By hand is psycopg or sqlite3 writing the very same rows into a second database: no
reading, no scoring, no checking, everything known beforehand. Both go in turns of 50 events in one process, and at the
end both databases must hold equal rows. Writes benchmarks/results/awarding.json.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.by_hand import Writer, writes_of
from benchmarks.servers import fresh, postgresql_server
from rewards.events import Event
from rewards.ledger.intake import record
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database

RESULTS = Path(__file__).parent / "results" / "awarding.json"
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PEOPLE = 200
TURN = 50
MOST_TIMES = {"postgresql": 2.0, "sqlite": 3.0}


def found(db: Database) -> None:
    """A company of 200 with the preset for shares and clicks."""
    people = [
        PersonRow(id=f"p{n}", segment=f"s{n % 4}", team=f"t{n % 20}", timezone="Europe/Madrid", contacts=100)
        for n in range(PEOPLE)
    ]
    with db.begin() as tx:
        create_organisation(tx, "acme", "Acme", "Europe/Madrid", START)
        import_people(tx, "acme", people, START)
        publish_scheme(tx, "acme", PRESETS["clicks"], START, "bench", "bench", START)


def events(count: int) -> list[Event]:
    """Shares and clicks, one a second, three clicks a share, as a working day brings them."""
    return [
        Event(
            source="bench",
            id=f"e{n}",
            kind="share" if n % 4 == 0 else "click",
            subject=f"p{n * 7 % PEOPLE}",
            occurred_at=START + timedelta(seconds=n + 1),
            object=f"item-{n % 97}",
            channel="linkedin",
            tags=("news",),
            verification="tracked",
        )
        for n in range(count)
    ]


def ours(db: Database, some: Sequence[Event]) -> list[float]:
    """Seconds of each `record` call, transaction included."""
    took = []
    for event in some:
        began = time.perf_counter()
        with db.begin() as tx:
            record(tx, "acme", [event], received_at=event.occurred_at)
        took.append(time.perf_counter() - began)
    return took


def compare(dialect: str, server: str | None, count: int) -> dict[str, Any]:
    """Both ways in turns; microseconds an event and their ratio."""
    with ExitStack() as stack:
        source, mine, theirs = (stack.enter_context(fresh(dialect, server)) for _ in range(3))
        for db in (source, mine, theirs):
            found(db)
        every = events(count)
        ours(source, every)
        plan = writes_of(source)
        writer = stack.enter_context(Writer(theirs))
        times: dict[str, list[float]] = {"ours": [], "by_hand": []}
        for start in range(0, count, TURN):
            times["ours"] += ours(mine, every[start : start + TURN])
            times["by_hand"] += writer.write(plan[start : start + TURN])
        assert writes_of(mine) == writes_of(theirs) == plan, "the two databases differ"
    warm = {name: some[TURN:] for name, some in times.items()}
    means = {name: statistics.fmean(some) for name, some in warm.items()}
    medians = {name: statistics.median(some) for name, some in warm.items()}
    blocks = [
        sum(warm["ours"][at : at + TURN]) / sum(warm["by_hand"][at : at + TURN])
        for at in range(0, len(warm["ours"]), TURN)
    ]
    return {
        "events": count,
        "ours_us": {"mean": means["ours"] * 1e6, "median": medians["ours"] * 1e6},
        "by_hand_us": {"mean": means["by_hand"] * 1e6, "median": medians["by_hand"] * 1e6},
        "times": medians["ours"] / medians["by_hand"],
        "times_of_turns": {"least": min(blocks), "median": statistics.median(blocks), "most": max(blocks)},
        "most_times_wanted": MOST_TIMES[dialect],
    }


def main() -> None:
    """Run both databases, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = 400 if parser.parse_args().quick else 2000
    result: dict[str, Any] = {"benchmark": "awarding", "unit": "one event, one transaction"}
    with postgresql_server() as server:
        for dialect in ("sqlite", "postgresql"):
            result[dialect] = compare(dialect, server, count)
            got = result[dialect]
            print(
                f"{dialect}: {got['ours_us']['median']:.0f} us ours, {got['by_hand_us']['median']:.0f} us by hand, "
                f"{got['times']:.2f} times (wanted: at most {got['most_times_wanted']})"
            )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
