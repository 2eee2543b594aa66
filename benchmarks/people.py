"""HR's pages and the search for colleagues with 100,000 people: time from the request to the whole answer, in one process.

    python -m benchmarks.people            # 100,000 people on SQLite and PostgreSQL
    python -m benchmarks.people --quick    # a tenth

The people are imported as HR's file would be. Requests go to the application itself, without a network; each is asked as somebody who is
signed in. Writes benchmarks/results/people.json.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from benchmarks.machine import describe
from benchmarks.servers import fresh, postgresql_server
from rewards.people.accounts import create_account, open_session
from rewards.people.importing import import_people
from rewards.people.organisations import create_organisation
from rewards.people_file import PersonRow
from rewards.store.session import Database
from web.app import create_app
from web.problems import COOKIE
from web.settings import Settings

RESULTS = Path(__file__).parent / "results" / "people.json"
REPEATS = 40
STARTS = ("An", "Ma", "Jo", "Pe", "Li", "Su", "Ka", "To", "Fe", "Ni")
ENDS = (
    "na",
    "ria",
    "hannes",
    "ter",
    "sa",
    "sanne",
    "rl",
    "m",
    "lix",
    "ls",
    "bert",
    "ra",
    "ke",
    "co",
    "va",
    "dine",
)
FAMILIES = ("Schmi", "Mü", "Wag", "Beck", "Hoff", "Schu", "Koch", "Wol", "Neu", "Kai", "Hart", "Lan")
TAILS = (
    "dt",
    "ller",
    "ner",
    "er",
    "mann",
    "lz",
    "s",
    "f",
    "ling",
    "ser",
    "wig",
    "ge",
    "mayer",
    "stein",
    "berg",
    "bach",
)
PAGES = {
    "the list": "/hr/people",
    "the list, far behind": "",
    "a common beginning": "/hr/people?q=m",
    "a common first and last name": "/hr/people?q=an+sch",
    "a whole name": "/hr/people?q=anna+schmidt",
    "an id": "/hr/people?q=e012345",
    "a segment and a beginning": "/hr/people?q=be&segment=sales",
    "a team": "/hr/people?team=team-00042",
    "nobody of that name": "/hr/people?q=zzzz",
    "one person": "/hr/person/e000777",
    "colleagues, one letter": "/people/search?q=m",
    "colleagues, two beginnings": "/people/search?q=jo+wa",
    "the page of thanks": "/thanks",
    "the audit log": "/hr/audit",
}


def fill(db: Database, people: int) -> tuple[str, float]:
    """The company; a session of somebody of HR, and how long the import took in seconds."""
    rng, now = random.Random(1), datetime.now(UTC)
    rows = [
        PersonRow(
            id=f"e{at:06}", email=f"p{at}@field.example", segment=rng.choice(("sales", "service", "finance", "research")),
            name=f"{rng.choice(STARTS)}{rng.choice(ENDS)} {rng.choice(FAMILIES)}{rng.choice(TAILS)}",
            team=f"team-{rng.randrange(max(1, people // 12)):05}", timezone="Europe/Berlin", contacts=100,
        )
        for at in range(people)
    ]  # fmt: skip
    with db.begin() as tx:
        create_organisation(tx, "acme", "Acme", "Europe/Berlin", now)
        began = time.perf_counter()
        import_people(tx, "acme", rows, now)
        seconds = time.perf_counter() - began
    with db.begin() as tx:
        create_account(tx, "acme", "e000000", ["employee", "hr"], None, now)
        return open_session(tx, "acme", "e000000", now), seconds


def ask(db: Database, session: str) -> dict[str, dict[str, float]]:
    """Milliseconds by page: of the clock, and of the processor in this process (on SQLite that is all there is)."""
    settings = Settings(DATABASE_URL=db.url.render_as_string(hide_password=False), organisation="acme")
    found = {}
    with TestClient(create_app(settings)) as client:
        client.cookies.set(COOKIE, session)
        far = _far(client)
        for name, path in PAGES.items():
            times = []
            client.get(path or far)
            spent = time.process_time()
            for _ in range(REPEATS):
                began = time.perf_counter()
                answer = client.get(path or far)
                times.append(1000 * (time.perf_counter() - began))
                if answer.status_code != 200:
                    raise SystemExit(f"{path}: {answer.status_code}")
            spent = 1000 * (time.process_time() - spent) / REPEATS
            times.sort()
            found[name] = {
                "median_ms": round(statistics.median(times), 1),
                "p95_ms": round(times[int(0.95 * REPEATS)], 1),
                "processor_ms": round(spent, 1),
            }
    return found


def _far(client: TestClient) -> str:
    import base64

    place = base64.urlsafe_b64encode(json.dumps([0, "tom", 1]).encode()).decode().rstrip("=")
    return f"/hr/people?after={place}"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    people = 10_000 if parser.parse_args().quick else 100_000
    body: dict[str, Any] = {"people": people, "repeats": REPEATS, "machine": describe(), "databases": {}}
    with postgresql_server() as server:
        for dialect in ("sqlite", "postgresql"):
            with fresh(dialect, server) as db:
                session, seconds = fill(db, people)
                body["databases"][dialect] = {"import_s": round(seconds, 1), "pages": ask(db, session)}
            print(dialect, json.dumps(body["databases"][dialect], indent=1), flush=True)
    RESULTS.write_text(json.dumps(body, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
