"""The audit log is read, filtered and taken along; a period is closed after what it means was shown; events leave as a file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

from starlette.testclient import TestClient

from rewards.events import Event
from rewards.ledger.intake import record
from rewards.people.changing import edit_person
from rewards.people.organisations import get_organisation
from rewards.people.people import erase, pause, set_opt_out
from rewards.store import audit, trail
from rewards.store.session import Database
from rewards.store.units import to_us
from tests.company import ORGANISATION

SignIn = Callable[[str], TestClient]


def rows(page: str) -> list[list[str]]:
    body = page[page.index("<tbody>") :] if "<tbody>" in page else ""
    lines = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell))
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)
        ]
        for line in lines
    ]


def test_the_log_is_filtered_and_read_page_by_page(sign_in: SignIn, sqlite_db: Database) -> None:
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        for at in range(120):
            edit_person(
                tx,
                ORGANISATION,
                "ana" if at % 2 else "ben",
                {"name": f"Name {at}"},
                None,
                actor="hal",
                now=now - timedelta(minutes=at),
            )
    for reader in ("hal", "max", "nia"):
        client = sign_in(reader)
        address, found = "/hr/audit?action=people.edit&person=ana", []
        while address:
            page = client.get(address).text
            found += rows(page)
            following = re.search(r'href="(/hr/audit\?[^"]*after=[^"]*)"', page)
            address = unescape(following[1]) if following else ""
        assert len(found) == 60
        assert {(line[1], line[2], line[3]) for line in found} == {("hal", "people.edit", "Name 119")}
        assert ('href="/hr/person/ana"' in page) is (reader == "hal"), "an auditor reads no list of people"
    for query, count in (
        ("actor=hal", 50),
        ("actor=nobody", 0),
        ("last=2001-01-01", 0),
        ("first=2001-01-01&action=people.edit", 50),
    ):
        assert len(rows(client.get(f"/hr/audit?{query}").text)) == count, query
    for bad in (
        "person=nobody",
        "first=soon",
        "after=xx",
        "action=people.pause",
        "first=0001-01-01",
        "last=9999-12-31",
    ):
        answer = client.get(f"/hr/audit?{bad}")
        assert (answer.status_code in (409, 422), 'role="alert"' in answer.text) == (True, True), bad
    assert sign_in("ana").get("/hr/audit").status_code == 403


def test_the_log_names_nobody_who_was_erased_and_not_who_abstains(
    sign_in: SignIn, sqlite_db: Database
) -> None:
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        pause(tx, ORGANISATION, "eve", now)
        set_opt_out(tx, ORGANISATION, "eve", True, now)
        edit_person(tx, ORGANISATION, "ben", {"name": "Quill Remarkable"}, None, actor="hal", now=now)
        erase(tx, ORGANISATION, "ben", now, "hal")
    page = sign_in("max").get("/hr/audit").text
    assert "people.erase" in page
    for word in ("Quill", "pause", "opt_out", "Eve"):
        assert word not in page


def test_the_file_has_all_lines_and_no_formula(sign_in: SignIn, sqlite_db: Database) -> None:
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        for at in range(130):
            trail.log(
                tx,
                ORGANISATION,
                "hal",
                "test.note",
                f"thing:{at}",
                reason="=1+1" if at else '<b>"so", she said</b>',
                at_us=to_us(now),
            )
    answer = sign_in("max").get("/hr/audit.csv?action=test.note")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    lines = list(csv.reader(io.StringIO(answer.text)))
    assert lines[0] == ["time", "actor", "action", "subject", "person", "name", "reason"]
    assert len(lines) == 131
    assert {line[-1] for line in lines[1:]} == {"'=1+1", '<b>"so", she said</b>'}
    assert sign_in("max").get("/hr/audit.csv?first=soon").status_code == 422


def test_a_period_is_closed_after_it_was_shown_what_that_means(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    shown = client.post("/hr/records/period", data={"until": day})
    assert shown.status_code == 200
    assert "is frozen for good. This cannot be undone." in shown.text
    with sqlite_db.read() as tx:
        home = get_organisation(tx, ORGANISATION)
    assert home is not None
    assert home.closed_until is None
    form = {
        name: unescape(value)
        for name, value in re.findall(r'name="(until|confirmed)" value="([^"]*)"', shown.text)
    }
    assert client.post("/hr/records/period", data=form | {"until": "2026-01-01"}).status_code == 200, (
        "confirmed is one end, not any"
    )
    assert client.post("/hr/records/period", data=form).headers["location"] == "/hr/records?closed=1"
    twice = client.post("/hr/records/period", data=form)
    assert (twice.status_code, "limit after the last closing" in twice.text) == (422, True)
    assert "Closed until" in client.get("/hr/records?closed=1").text
    for bad in ("soon", "", "2999-01-01", "0000-00-00"):
        assert client.post("/hr/records/period", data={"until": bad}).status_code == 422
    with sqlite_db.read() as tx:
        log = audit.page(tx, ORGANISATION, audit.Asked(), None, 1)
    assert (log[0].actor, log[0].action) == ("hal", "period.close")


def test_events_leave_as_a_file_that_replays(sign_in: SignIn, sqlite_db: Database) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    with sqlite_db.begin() as tx:
        record(
            tx,
            ORGANISATION,
            [Event(source="t", id="e1", kind="share", subject="ana", object="ä", occurred_at=at)],
            received_at=at,
        )
    client = sign_in("hal")
    lines = client.get("/hr/records/events.jsonl").text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["e1"]
    program = client.get("/hr/records/events.program.json").json()
    assert program["organisation"] == ORGANISATION
    assert "Ana" not in json.dumps(program)
    for person in ("ana", "sam", "max", "nia"):
        assert sign_in(person).get("/hr/records/events.jsonl").status_code == 403
