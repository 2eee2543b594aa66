"""Taking in single events over HTTP, against a bare endpoint with the same driver and durability.

    python -m benchmarks.intake            # 10 turns
    python -m benchmarks.intake --quick    # 3

Ours is `groundswell serve` in a process of its own, with sign-in by token, scoring, journal, postings, balances, boards and
outbox; bare is `benchmarks.bare`: a ledger insert and a balance update. 16 senders keep their connections and send one event
after the other, and both endpoints take turns. Events come in order, then jumbled over two days, so that each replays what
follows it. Beside it: how long one answer on a kept connection takes. Writes benchmarks/results/intake.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.awarding import PEOPLE, found
from benchmarks.machine import describe
from benchmarks.senders import Senders, request
from benchmarks.servers import fresh, postgresql_server
from rewards.people.accounts import create_token
from rewards.store.session import Database
from rewards.store.verify import verify

RESULTS = Path(__file__).parent / "results" / "intake.json"
SERVE = [Path(sys.executable).with_name("groundswell"), "serve", "--port", "0"]
BARE = [sys.executable, "-m", "benchmarks.bare"]
SENDERS = 16
TURN = 320
LEAST_SHARE_WANTED = 0.5
ALONE = 200
START_SECONDS = 60
SEED = 11


@contextmanager
def process(command: Sequence[Any], env: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The address that a server process prints first, and its id; ended with the block."""
    with subprocess.Popen(command, env=os.environ | env, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        try:
            address = started.stdout.readline().rpartition(" ")[2].strip()
            give_up = time.monotonic() + START_SECONDS
            while not _answers(address):
                if started.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError(f"{command[0]} does not answer at {address!r}")
                time.sleep(0.1)
            yield address, started.pid
        finally:
            started.terminate()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/openapi.json", timeout=5):
            return True
    except (OSError, ValueError):
        return False


def messages(count: int, first: datetime, last: datetime, name: str) -> list[dict[str, Any]]:
    """Shares and clicks, three clicks a share, evenly over a span, by time."""
    step = (last - first) / count
    return [
        {
            "specversion": "1.0",
            "id": f"{name}{n}",
            "source": "bench",
            "type": f"org.groundswell.{'share' if n % 4 == 0 else 'click'}",
            "subject": f"p{n * 7 % PEOPLE}",
            "time": (first + n * step).isoformat().replace("+00:00", "Z"),
            "data": {
                "object": f"item-{n % 97}",
                "channel": "linkedin",
                "tags": ["news"],
                "verification": "tracked",
            },
        }
        for n in range(count)
    ]


def shares_of(url: str, token: str, some: Sequence[dict[str, Any]], senders: int) -> list[list[bytes]]:
    """The requests of each sender. A person's events go by one sender, so that they arrive in the order given."""
    shares: list[list[bytes]] = [[] for _ in range(senders)]
    for one in some:
        body = json.dumps(one).encode()
        shares[int(one["subject"][1:]) % senders].append(request(url, body, token))
    return shares


class Endpoint:
    """One of the two."""

    def __init__(self, url: str, pid: int, token: str = "", senders: int = SENDERS) -> None:
        self.url, self.pid, self.token, self.senders = url, pid, token, senders

    def cpu_seconds(self) -> float:
        """What its process has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def post(self, some: Sequence[dict[str, Any]]) -> float:
        """Events a second, over connections made before. Raises AssertionError where one was not taken."""
        shares = shares_of(self.url, self.token, some, self.senders)
        with Senders(self.url, self.senders) as senders:
            seconds, _, answers = senders.post(shares)
        refused = [one for one in answers if b'"awarded"' not in one and b'"zero"' not in one]
        assert not refused, (self.url, len(refused), refused[0])
        return len(some) / seconds


def turns(ours: Endpoint, bare: Endpoint, events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Both in turns; events a second, the share that ours reaches, and the CPU of each server process. The first turn warms up."""
    both = {"bare": bare, "ours": ours}
    rates: dict[str, list[float]] = {name: [] for name in both}
    used = dict.fromkeys(both, 0.0)
    for start in range(0, len(events), TURN):
        for name, endpoint in both.items():
            before = endpoint.cpu_seconds()
            rates[name].append(endpoint.post(events[start : start + TURN]))
            used[name] += endpoint.cpu_seconds() - before if start else 0.0
    warm = {name: found[1:] for name, found in rates.items()}
    shares = [mine / theirs for mine, theirs in zip(warm["ours"], warm["bare"], strict=True)]
    return {
        "events": len(events),
        "ours_per_s": statistics.median(warm["ours"]),
        "bare_per_s": statistics.median(warm["bare"]),
        "share": statistics.median(shares),
        "share_of_turns": {"least": min(shares), "most": max(shares)},
        "cpu_us_an_event": {name: seconds / (len(events) - TURN) * 1e6 for name, seconds in used.items()},
    }


def alone(address: str, pid: int, token: str, now: datetime) -> dict[str, float]:
    """One sender on a kept connection: microseconds of an empty answer, and events a second."""
    some = messages(ALONE, now - timedelta(hours=1), now, "alone")
    with Senders(address, 1) as one:
        _, took, _ = one.post([[request(f"{address}/healthz")] * ALONE])
    posted = Endpoint(f"{address}/api/v1/events", pid, token, 1).post(some)
    return {"empty_answer_us": statistics.median(took) * 1e6, "events_per_s": posted}


def compare(dialect: str, server: str | None, count: int) -> dict[str, Any]:
    """All figures of one database."""
    with ExitStack() as stack:
        mine, theirs = (stack.enter_context(fresh(dialect, server)) for _ in range(2))
        found(mine)
        now = datetime.now(UTC)
        with mine.begin() as tx:
            token = create_token(tx, "acme", "bench", ["events:write"], now)
        env = {"DATABASE_URL": _url(mine), "GROUNDSWELL_ORGANISATION": "acme"}
        served, mine_id = stack.enter_context(process(SERVE, env))
        bared, theirs_id = stack.enter_context(process([*BARE, _url(theirs)], {}))
        ours = Endpoint(f"{served}/api/v1/events", mine_id, token)
        bare = Endpoint(f"{bared}/events", theirs_id)
        ordered = messages(count, now - timedelta(hours=20), now - timedelta(hours=1), "n")
        jumbled = messages(count, now - timedelta(hours=68), now - timedelta(hours=20), "late")
        random.Random(SEED).shuffle(jumbled)
        result = {
            "in_order": turns(ours, bare, ordered),
            "out_of_order": turns(ours, bare, jumbled),
            "one_sender": alone(served, mine_id, token, now),
        }
        assert verify(mine) == []
    return result


def _url(db: Database) -> str:
    return db.url.render_as_string(hide_password=False)


def main() -> None:
    """Run both databases, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    count = TURN * (3 if parser.parse_args().quick else 10)
    result: dict[str, Any] = {
        "benchmark": "intake",
        "machine": describe(),
        "senders": SENDERS,
        "least_share_wanted": LEAST_SHARE_WANTED,
    }
    with postgresql_server() as server:
        for dialect in ("sqlite", "postgresql"):
            result[dialect] = compare(dialect, server, count)
            for order in ("in_order", "out_of_order"):
                got = result[dialect][order]
                print(
                    f"{dialect} {order}: {got['ours_per_s']:.0f} events/s, bare {got['bare_per_s']:.0f}, "
                    f"share {got['share']:.2f} (wanted: at least {LEAST_SHARE_WANTED}); CPU us an event: "
                    + ", ".join(f"{name} {spent:.0f}" for name, spent in got["cpu_us_an_event"].items())
                )
            got = result[dialect]["one_sender"]
            print(
                f"{dialect} one sender: {got['empty_answer_us']:.0f} us an empty answer, {got['events_per_s']:.0f} events/s"
            )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
