"""The scenario lab's pages: begun, edited on both sides, run, followed, read and taken away; who may what; the essay's figures."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from rewards.jobs.queue import get_job
from rewards.lab.experiments import get_experiment
from rewards.store.session import Database
from tests.company import ORGANISATION
from tests.rehearsed import carry_out, ended_meanwhile
from tests.web.test_designer_pages import fields as fields_of

SignIn = Callable[[str], TestClient]
LAB = "/strategist/lab"
SMALL = """title: Small
scenario:
  organisation:
    people: live
    audience: {size: 300}
    corporate_accounts: [{followers: 200, posts_per_week: 3}]
  horizon_days: 28
  burn_in_days: 7
  runs: 4
  phases: [{day: 0}, {day: 7, tool: {}}]
"""
VARIANTS = "variants:\n  - {name: strict, title: A strict policy, changes: {policy: {strictness: 1.0}}}\n"
SWEEP = "sweep: {lever: page-posts, least: 0, most: 6, steps: 3}\n"


def begun(client: TestClient, source: str = "template:policy") -> str:
    answer = client.post(LAB, data={"begin_from": source})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the editor, as it stands."""
    form = page[page.index('id="editor"') :]
    return fields_of(form[: form.index("</form>")] + '<div id="look">')


def ran(client: TestClient, path: str, text: str) -> str:
    """Save a text and run it; the address of the run."""
    revision = fields(client.get(path).text)["revision"]
    answer = client.post(path, data={"revision": revision, "was": text, "text": text, "do": "run"})
    assert answer.status_code == 303, re.search(r'role="alert">([^<]*)', answer.text)
    return str(answer.headers["location"])


def test_from_a_template_to_numbers_that_can_be_taken_away(sqlite_db: Database, sign_in: SignIn) -> None:
    client = sign_in("sam")
    assert "How many reminders" in client.get(LAB).text
    path = begun(client)
    page = client.get(path).text
    assert "Most people trained" in page
    assert "5 companies lived 40 times at most, for 26 weeks" in page
    run = ran(client, path, SMALL + VARIANTS)
    assert run == f"{LAB}/runs/1"
    assert "It waits for a worker" in client.get(run).text
    assert client.get(f"{run}/result.json").status_code == 404
    carry_out(sqlite_db, pieces=1)
    so_far = client.get(run).text
    assert "The answer so far" in so_far
    assert '<noscript><meta http-equiv="refresh"' in so_far
    assert client.post(f"{run}/cancel").status_code == 303
    assert ended_meanwhile(sqlite_db, ORGANISATION, 1) == "cancelled"
    part = client.get(run).text
    assert "A part of the answer: what was known when it ended" in part
    assert '<table class="table">' in part
    assert "refresh" not in part
    file = client.get(f"{run}/outcomes.csv")
    assert file.headers["content-disposition"] == 'attachment; filename="lab-1-part-outcomes.csv"'


def test_the_result_is_kept_and_the_same_again(sqlite_db: Database, sign_in: SignIn) -> None:
    client = sign_in("sam")
    run = ran(client, begun(client), SMALL + VARIANTS)
    carry_out(sqlite_db)
    page = client.get(run).text
    assert "The answer<" in page
    assert page.count("<svg") == 2
    for words in (
        "Do nothing",
        "As it is",
        "A strict policy",
        "Week by week",
        "Where these numbers come from",
    ):
        assert words in page
    body = client.get(f"{run}/result.json").json()
    assert body["provenance"]["live_people"] == 12
    rows = list(csv.DictReader(io.StringIO(client.get(f"{run}/outcomes.csv").text)))
    assert len(rows) == len(body["outcomes"]) * 5
    shown = next(
        one for one in rows if (one["scenario"], one["outcome"], one["of"]) == ("strict", "fear", "total")
    )
    assert float(shown["median"]) == body["scenarios"][2]["totals"]["fear"]["median"]
    assert len(list(csv.DictReader(io.StringIO(client.get(f"{run}/weeks.csv").text)))) == 2 * 3 * 4
    assert client.get(f"{run}/curve.csv").status_code == 404
    chart = client.get(f"{run}/strict.svg")
    assert (chart.headers["content-type"], chart.text[:4]) == ("image/svg+xml", "<svg")
    again = client.post(f"{run}/again").headers["location"]
    carry_out(sqlite_db)
    assert "the same numbers to the byte" in client.get(again).text
    assert client.get(f"{again}/result.json").content == client.get(f"{run}/result.json").content
    # Whoever reads forecasts opens it under the same address.
    assert client.get(run).status_code == 200


def test_a_sweep_shows_its_curve_and_where_it_turns(sqlite_db: Database, sign_in: SignIn) -> None:
    client = sign_in("sam")
    run = ran(client, begun(client), SMALL + SWEEP)
    carry_out(sqlite_db)
    page = client.get(run).text
    # The page's three posts a week are what doing nothing has.
    turns = r"less than doing nothing up to 3\.00, more beyond it \(80 %: 3\.00 to 3\.00; \d+ % of resampled runs turn\)"
    assert re.search(turns, page), re.findall(r"Company-page clicks: [^<]*", page)
    assert "no sign turns in this range" in page or "resampled runs turn" in page
    rows = list(csv.DictReader(io.StringIO(client.get(f"{run}/curve.csv").text)))
    assert {one["setting"] for one in rows} == {"0.0", "3.0", "6.0"}
    turned = {one["sign_turns_at"] for one in rows if one["outcome"] == "corporate_clicks"}
    assert turned == {"3.0"}
    assert client.get(f"{run}/corporate-clicks.svg").text.startswith("<svg")
    assert client.get(f"{run}/nothing.svg").status_code == 404


def test_form_and_text_are_one_document(sqlite_db: Database, sign_in: SignIn) -> None:
    client = sign_in("sam")
    path = begun(client)
    sent = fields(client.get(path).text)
    sent["variants.0.changes.policy.strictness"] = "0.95"
    sent["text"] = sent["text"].replace("title: Most people trained", "title: All trained")
    looked = client.post(path, data={**sent, "do": "look"})
    assert looked.status_code == 200
    both = fields(looked.text)
    assert "strictness: 0.95" in both["text"]
    assert both["variants.1.title"] == "All trained"
    with sqlite_db.read() as tx:
        assert get_experiment(tx, ORGANISATION, 1).revision == 1
    added = client.post(path, data={**both, "do": "add:variants"})
    assert fields(added.text)["variants.3.name"] == "variant-1"
    dropped = client.post(path, data={**fields(added.text), "do": "drop:variants.0"})
    assert fields(dropped.text)["variants.0.name"] == "trained"
    assert client.post(path, data={**both, "do": "save"}).status_code == 303
    with sqlite_db.read() as tx:
        assert "0.95" in get_experiment(tx, ORGANISATION, 1).text


def test_what_is_wrong_stands_at_its_field(sign_in: SignIn) -> None:
    client = sign_in("sam")
    path = begun(client)
    sent = fields(client.get(path).text)
    wrong = {**sent, "scenario.policy.strictness": "7", "do": "save"}
    answer = client.post(path, data=wrong)
    assert answer.status_code == 422
    assert 'id="f-scenario-policy-strictness-fault"' in answer.text
    assert "strictness: got 7" in html.unescape(answer.text)
    text = client.post(path, data={**sent, "text": "title: [", "do": "save"})
    assert text.status_code == 422
    assert "Most people trained" in text.text


def test_two_who_save_lose_nothing(sqlite_db: Database, sign_in: SignIn) -> None:
    client = sign_in("sam")
    path = begun(client)
    sent = fields(client.get(path).text)
    theirs = {**sent, "title": "Theirs", "do": "save"}
    assert sign_in("hal").post(path, data=theirs).status_code == 303
    client = sign_in("sam")
    mine = client.post(path, data={**sent, "title": "Mine", "do": "save"})
    assert mine.status_code == 409
    assert "changed the same lines" in mine.text
    with sqlite_db.read() as tx:
        assert get_experiment(tx, ORGANISATION, 1).title == "Theirs"


def test_who_reads_and_who_writes(sqlite_db: Database, sign_in: SignIn) -> None:
    path = begun(sign_in("hal"))
    reader = sign_in("max")
    page = reader.get(path)
    assert page.status_code == 200
    assert "Save and run" not in page.text
    assert "You read what others tried" in reader.get(LAB).text
    for answer in (
        reader.post(LAB, data={"begin_from": "template:policy"}),
        reader.post(path, data={"text": "x", "do": "save"}),
        reader.post(f"{path}/put-aside"),
    ):
        assert answer.status_code == 403
    employee = sign_in("ana")
    for address in (LAB, path, f"{LAB}/essay", f"{LAB}/essay.csv"):
        assert employee.get(address).status_code == 403


def test_bad_input_is_one_line(sqlite_db: Database, sign_in: SignIn) -> None:
    client = sign_in("sam")
    assert client.post(LAB, data={"begin_from": "template:none"}).status_code == 422
    assert client.post(LAB, data={"begin_from": "experiment:99"}).status_code == 404
    assert client.get(f"{LAB}/99").status_code == 404
    assert client.get(f"{LAB}/runs/99").status_code == 404
    assert client.get(f"{LAB}/{10**30}").status_code == 422
    path = begun(client)
    for text in (
        "",
        "- 1",
        "title: x\nscenario: {organisation: {people: /etc/passwd}}",
        "a: &x 1\nb: *x",
        "{" * 200,
    ):
        sent = {"revision": "1", "was": text, "text": text, "do": "run"}
        assert client.post(path, data=sent).status_code == 422, text
    with sqlite_db.read() as tx:
        assert get_experiment(tx, ORGANISATION, 1).revision == 1


def test_put_aside_and_begun_from_a_copy(sign_in: SignIn) -> None:
    client = sign_in("sam")
    path = begun(client)
    copy = begun(client, "experiment:1")
    assert client.post(f"{path}/put-aside").status_code == 303
    listed = client.get(LAB).text
    assert (f'href="{path}"' in listed, f'href="{copy}"' in listed) == (False, True)
    assert "Save and run" not in client.get(path).text
    assert client.post(f"{path}/put-aside").status_code == 409


def test_progress_comes_as_events_and_what_waits_is_cancelled(sqlite_db: Database, sign_in: SignIn) -> None:
    client = sign_in("sam")
    run = ran(client, begun(client), SMALL + VARIANTS)
    assert client.post(f"{run}/cancel").status_code == 303
    with client.stream("GET", f"{run}/stream") as answer:
        event, data = "".join(answer.iter_text()).strip().split("\n")
    assert event == "event: progress"
    assert json.loads(data.removeprefix("data: "))["status"] == "cancelled"
    assert client.post(f"{run}/cancel").status_code == 409
    with sqlite_db.read() as tx:
        assert get_job(tx, ORGANISATION, 1).status == "cancelled"
    assert "It ended before there were any numbers" in client.get(run).text


def test_the_essays_figures_with_ones_own_numbers(sign_in: SignIn) -> None:
    client = sign_in("sam")
    page = html.unescape(client.get(f"{LAB}/essay").text)
    for figure in ("50", "200,000", "5,000,000", "600,000", "2,500,000"):
        assert f">{figure}<" in page, figure
    own = html.unescape(
        client.get(f"{LAB}/essay?employees=10&contacts=5000&networks=1&visit_percent=2,5").text
    )
    assert ">2,500,000<" in own
    assert ">125<" in own
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"{LAB}/essay.csv?employees=10&contacts=5000&networks=1").text))
    )
    assert float(rows[0]["left"]) == 50_000
    assert float(rows[-1]["left"]) < 5_000
    assert rows[-1]["unit"] == "human clicks"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("employees=0", "Employees who share: got '0'; limit 1 to 200000"),
        ("contacts=many", "Contacts of each: got 'many'"),
        ("visit_percent=nan", "got 'nan'; limit 0"),
        ("networks=9", "limit 1 to 5"),
    ],
)
def test_numbers_that_cannot_be_are_said(sign_in: SignIn, query: str, words: str) -> None:
    client = sign_in("sam")
    answer = client.get(f"{LAB}/essay?{query}")
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert client.get(f"{LAB}/essay.csv?{query}").status_code == 422
