"""Every page, search and list with 100,000 people: time from the request to the whole answer, in one process.

    python -m benchmarks.people                         # 100,000 people on SQLite and PostgreSQL
    python -m benchmarks.people --quick                 # a tenth
    python -m benchmarks.people --database postgresql   # one of the two, and nothing is written

What is asked are all GET routes of the application, pages and API, as somebody who has every role: a new one is measured without being
named here, or is told among those for whose parameters nothing stands. Requests go to the application itself, without a network. Prints a
table with a verdict, and writes benchmarks/results/people.json: by database how long the import of everybody took and the count of a
draft's shadow by the worker, and by page p50 and p95 of the clock, the processor's time in this process, and the status. What the
clock says is of the machine as it was: let it do nothing else, for some eight minutes.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from benchmarks.company import WHO, Found, found
from benchmarks.machine import describe
from benchmarks.servers import fresh, postgresql_server
from rewards.store.session import Database
from web.app import ROUTERS, create_app
from web.matrix import entrances
from web.problems import COOKIE
from web.settings import Settings

RESULTS = Path(__file__).parent / "results" / "people.json"
DATABASES = ("sqlite", "postgresql")
REPEATS = 40
MOST_MS = 50.0
SEARCHES = {
    "people, far behind": "",
    "people, a common beginning": "/hr/people?q=m",
    "people, first and last name": "/hr/people?q=an+sch",
    "people, a whole name": "/hr/people?q=anna+schmidt",
    "people, an id": "/hr/people?q=e012345",
    "people, an address": "/hr/people?q=p777%40field.example",
    "people, segment and beginning": "/hr/people?q=be&segment=sales",
    "people, a team": "/hr/people?team=team-00042",
    "people, nobody of that name": "/hr/people?q=zzzz",
    "colleagues, one letter": "/people/search?q=m",
    "colleagues, two beginnings": "/people/search?q=jo+wa",
    "accounts, a common beginning": "/admin/accounts?search=m",
    "accounts, a whole name": "/admin/accounts?search=anna+schmidt",
    "accounts, an address": "/admin/accounts?search=p777%40field.example",
    "accounts, nobody of that name": "/admin/accounts?search=zzzz",
    "accounts, a rare role": "/admin/accounts?role=admin",
    "content, words": "/content?q=item+7",
    "content, a segment": "/content?segment=sales",
    "content, a state and a channel": "/content?state=live&channel=linkedin",
    "content, a page behind": "/content?page=12",
    "home, a page behind": "/?page=9",
}
NOT_ASKED = {
    "/account/data.json": "one's own data as a file, whole",
    "/account/data.zip": "one's own data as a file, whole",
    "/api/v1/me/export": "one's own data as a file, whole",
    "/api/v1/people/{id}/export": "a person's data as a file, whole",
    "/hr/audit.csv": "a file of all that was logged, sent as it is read",
    "/hr/records/events.jsonl": "a file of all events, sent as it is read",
    "/hr/records/events.program.json": "a file of everybody beside the events",
    "/hr/import/{upload}": "a file of people, read whole",
    "/hr/import/job/{id}": "no large file is under way",
    "/hr/first-scheme": "leads away where there is a scheme",
    "/admin/setup": "leads away where there is a company",
    "/sign-in/sso": "there is no provider",
    "/sign-in/sso/callback": "there is no provider",
    "/metrics": "of the process, not of the company",
}
"""Routes that are no pages, searches or lists."""


def addresses(company: Found) -> tuple[dict[str, str], list[str]]:
    """What is asked, by what it is called in the table; and the routes that are not, since nothing here stands for their parameters."""
    values = {
        "{person}": "e000777", "{item}": "item-0001", "{draft}": str(company.draft), "{channel:path}": "linkedin", "{version}": "1",
    }  # fmt: skip
    asked: dict[str, str] = {}
    left: list[str] = []
    for one in entrances(ROUTERS):
        path = one.path
        if one.method != "GET" or path in NOT_ASKED:
            continue
        for place, value in {**values, "{id}": _id(path, company)}.items():
            path = path.replace(place, value)
        if "{" in path:
            left.append(one.path)
        else:
            asked[one.path] = path
    return {**asked, **{name: path or _far() for name, path in SEARCHES.items()}}, left


def _id(path: str, company: Found) -> str:
    """What stands for {id}: itself where nothing does."""
    if path.startswith(("/hr/person/", "/api/v1/people/")):
        return "e000777"
    if "/webhooks/" in path:
        return str(company.webhook)
    return f"d{company.draft}" if path.startswith("/api/v1/schemes/") else "{id}"


def ask(db: Database, company: Found) -> dict[str, dict[str, Any]]:
    """Milliseconds of every page: of the clock, and of the processor in this process (on SQLite that is all there is)."""
    settings = Settings(
        DATABASE_URL=db.url.render_as_string(hide_password=False),
        organisation="acme",
        base_url="https://acme.example",
    )
    measured = {}
    with TestClient(create_app(settings), follow_redirects=False) as client:
        client.cookies.set(COOKIE, company.session)
        for name, path in addresses(company)[0].items():
            headers = {"Authorization": f"Bearer {company.token}"} if path.startswith("/api/") else {}
            status = client.get(path, headers=headers).status_code
            times = []
            spent = time.process_time()
            for _ in range(REPEATS):
                began = time.perf_counter()
                client.get(path, headers=headers)
                times.append(1000 * (time.perf_counter() - began))
            spent = 1000 * (time.process_time() - spent) / REPEATS
            times.sort()
            measured[name] = {
                "status": status,
                "p50_ms": round(statistics.median(times), 1),
                "p95_ms": round(times[int(0.95 * REPEATS)], 1),
                "processor_ms": round(spent, 1),
            }
    return measured


def _far() -> str:
    place = base64.urlsafe_b64encode(json.dumps([0, "tom", 1]).encode()).decode().rstrip("=")
    return f"/hr/people?after={place}"


def table(measured: dict[str, dict[str, Any]]) -> Iterator[str]:
    """One line a page: p50, p95, processor and the verdict."""
    yield f"{'page':42} {'p50 ms':>8} {'p95 ms':>8} {'cpu ms':>8}  verdict"
    for name, one in sorted(measured.items(), key=lambda pair: -pair[1]["p95_ms"]):
        yield f"{name:42} {one['p50_ms']:8.1f} {one['p95_ms']:8.1f} {one['processor_ms']:8.1f}  {verdict(one)}"
    slow = sum(one["p95_ms"] >= MOST_MS for one in measured.values())
    yield f"{len(measured)} asked, {slow} of them at or above {MOST_MS:.0f} ms at p95"


def verdict(one: dict[str, Any]) -> str:
    """Whether a page answers, and in time."""
    if one["status"] >= 400:
        return f"answers {one['status']}"
    return "in time" if one["p95_ms"] < MOST_MS else "TOO SLOW"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--database", choices=DATABASES)
    asked = parser.parse_args()
    people = 10_000 if asked.quick else 100_000
    body: dict[str, Any] = {
        "people": people, "who": WHO, "repeats": REPEATS, "most_ms": MOST_MS, "not_asked": NOT_ASKED, "machine": describe(),
        "databases": {},
    }  # fmt: skip
    with postgresql_server() as server:
        for dialect in [asked.database] if asked.database else DATABASES:
            with fresh(dialect, server) as db:
                company = found(db, people)
                pages, left = ask(db, company), addresses(company)[1]
                body["databases"][dialect] = {
                    "import_s": round(company.import_s, 1), "shadow_s": round(company.shadow_s, 1), "pages": pages,
                }  # fmt: skip
            print(
                dialect,
                *table(pages),
                f"Not asked, for want of parameters: {', '.join(left)}",
                sep="\n",
                flush=True,
            )
    if not asked.database:
        RESULTS.write_text(json.dumps(body, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
