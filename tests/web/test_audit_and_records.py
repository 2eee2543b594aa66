"""The audit log is read, filtered and taken along; a period is closed after what it means was shown; events leave as a file."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from rewards.events import Event
from rewards.ledger.intake import record
from rewards.people.audit import OWN
from rewards.people.changing import edit_person
from rewards.people.organisations import get_organisation
from rewards.people.people import erase, pause, set_opt_out
from rewards.store import audit, trail
from rewards.store.session import Database
from rewards.store.units import to_us
from tests.company import ORGANISATION
from web.hr.audit_words import ACTIONS

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
        assert {(line[1], line[2], line[3]) for line in found} == {("hal", "Person edited", "Name 119")}
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
    assert "Person erased" in page
    for word in ("Quill", "pause", "opt_out", "Eve"):
        assert word not in page


def written_actions() -> tuple[set[str], set[str]]:
    """Actions of log lines as the code writes them: whole ones, and the beginnings of those that are put together."""
    whole, beginnings = set(), set()
    for file in (Path(__file__).parents[2] / "rewards").rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if not isinstance(call, ast.Call) or ast.unparse(call.func) not in {"trail.log", "log_change"}:
                continue
            for part in ast.walk(call.args[3]):
                if isinstance(part, ast.JoinedStr):
                    beginnings.add(str(part.values[0].value))  # type: ignore[attr-defined]
                elif isinstance(part, ast.Constant) and re.fullmatch(r"[a-z]+\.[a-z_-]+", str(part.value)):
                    whole.add(str(part.value))
    return whole, beginnings


def test_every_action_that_is_written_has_words_in_every_language() -> None:
    whole, beginnings = written_actions()
    assert len(whole) > 40
    assert whole - ACTIONS.keys() - OWN == set()
    assert {one for one in beginnings if not any(known.startswith(one) for known in ACTIONS)} == set()


def test_no_line_of_the_page_shows_a_code(sign_in: SignIn, sqlite_db: Database) -> None:
    now = datetime.now(UTC)
    hashed = "0123456789abcdef" * 4
    notes = {
        "people.import": ("csv", "12", "people imported"),
        "account.save": ("sign-on", "person:7", "employee hr"),
        "scheme.rehearse": ("worker", "3", hashed),
        "people.merge": ("operator:root", "person:9999", "into person:9998"),
        "gate.change": ("token:erp", "acme", "on, 30 days, 24 hours"),
        "nomination.decide": ("system", "award:helper_of_month:2026-05-01", ""),
        "later_thing.was_done": ("operator", "1", ""),
    }
    with sqlite_db.begin() as tx:
        for action in ACTIONS:
            actor, subject, reason = notes.get(action, ("system", "4", ""))
            trail.log(tx, ORGANISATION, actor, action, subject, reason=reason, at_us=to_us(now))
        actor, subject, reason = notes["later_thing.was_done"]
        trail.log(tx, ORGANISATION, actor, "later_thing.was_done", subject, reason=reason, at_us=to_us(now))
    client = sign_in("hal")
    client.headers["accept-language"] = "de"
    address, found, page = "/hr/audit", [], ""
    while address:
        page = client.get(address).text
        found += rows(page)
        following = re.search(r'href="(/hr/audit\?[^"]*after=[^"]*)"', page)
        address = unescape(following[1]) if following else ""
    # The reason of a token's line lists its scopes, which are what the token's page and the API call them too.
    shown = [cell for line in found for cell in line[1:] if line[2] != "Token erstellt"] + re.findall(
        r"<option[^>]*>([^<]*)</option>", page
    )
    award = "helper_of_month"
    assert [text for text in shown if re.search(r"[a-z][._:][a-z]", text.replace(award, ""))] == []
    lines = {line[2]: line for line in reversed(found)}
    assert lines["Personen importiert"][1:] == ["ein Import", "Personen importiert", "12 Personen", ""]
    assert lines["Konto gespeichert"][4] == "Beschäftigte, Personalabteilung"
    assert lines["Regeln erprobt"][3:] == ["Entwurf 3", "Text 0123456789ab…"]
    assert lines["Konten zusammengeführt"][1:] == [
        "root (Betrieb)",
        "Konten zusammengeführt",
        "Person Nr. 9999",
        "in Person Nr. 9998",
    ]
    assert lines["Regeln der Schranke geändert"][4] == "an; eine Probe gilt 30 Tage, Frist 24 Stunden"
    assert "Later thing was done" in lines
    chosen = client.get("/hr/audit?action=people.import&actor=csv").text
    assert {(line[1], line[2]) for line in rows(chosen)} == {("ein Import", "Personen importiert")}
    assert '<option value="people.import" selected>Personen importiert</option>' in chosen


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
