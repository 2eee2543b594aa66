"""The rehearsal room: asked for, followed, cancelled, run again, read and taken away."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from rewards.jobs.queue import cancel, get_job, list_jobs
from rewards.publishing.drafts import get_draft
from rewards.store.session import Database
from sims.rehearsal.asking import KIND, TURNING, chunk_plan
from tests.company import ORGANISATION
from tests.rehearsed import SMALL, carry_out, drafts, ended_meanwhile, rehearsed
from web.rehearsal.chart import bands, scale_of
from web.rehearsal.turns import turns_of

FORM = {key: str(value).lower() for key, value in SMALL.model_dump().items()}
SignIn = Callable[[str], TestClient]


def begin(client: TestClient, numbers: list[int], **other: str) -> str:
    answer = client.post(
        "/rehearsals", data={"draft": [str(one) for one in numbers], "live": "true", **FORM, **other}
    )
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_from_the_form_to_the_answer(sqlite_db: Database, sign_in: SignIn) -> None:
    first, second = drafts(sqlite_db, ORGANISATION, ("recognition", "habit"), "hal")
    client = sign_in("hal")
    room = client.get(f"/rehearsals?draft={second}").text
    assert re.search(rf'value="{second}" checked', room)
    assert not re.search(rf'value="{first}" checked', room)
    assert "12 people who are active" in room
    path = begin(client, [first, second])
    assert "It waits for a worker" in client.get(path).text
    carry_out(sqlite_db, pieces=1)
    page = client.get(path).text
    assert "The answer so far" in page
    assert "4 paired runs" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    with sqlite_db.read() as tx:
        assert not get_draft(tx, ORGANISATION, first).rehearsed
    assert client.post(f"{path}/cancel").status_code == 303
    assert ended_meanwhile(sqlite_db, ORGANISATION, 1) == "cancelled"
    part = client.get(path).text
    assert "A part of the answer: what was known when it ended" in part
    assert "4 paired runs" in part
    assert "Propose to publish" not in part
    with sqlite_db.read() as tx:
        assert not get_draft(tx, ORGANISATION, first).rehearsed


def test_the_result_is_kept_and_can_be_taken_away(sqlite_db: Database, sign_in: SignIn) -> None:
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    job = rehearsed(sqlite_db, ORGANISATION, [number], "hal")
    client = sign_in("sam")
    page = client.get(f"/rehearsals/{job}").text
    assert "The answer<" in page
    assert page.count("<svg") == 3
    assert "(in force)" in page
    for heading in (
        "What could go wrong",
        "Who gets how much",
        "What it may owe",
        "Who plays it",
        "From reach to clicks",
        "Where these numbers come from",
    ):
        assert heading in page
    body = client.get(f"/rehearsals/{job}/result.json").json()
    assert body["provenance"]["runs"] == 12
    assert len(body["provenance"]["spec_hash"]) == 64
    assert {len(one["named"]) for one in body["risks"]} == {3}
    assert {one["group"].partition("=")[0] for one in body["fairness"]} >= {"segment", "desk", "hours"}
    weeks = list(csv.DictReader(io.StringIO(client.get(f"/rehearsals/{job}/weeks.csv").text)))
    assert len(weeks) == 3 * SMALL.weeks
    assert float(weeks[0]["median"]) == body["lift"][0]["weekly"][0]["median"]
    fair = list(csv.DictReader(io.StringIO(client.get(f"/rehearsals/{job}/fairness.csv").text)))
    assert len(fair) == len(body["fairness"])
    plays = list(csv.DictReader(io.StringIO(client.get(f"/rehearsals/{job}/gaming.csv").text)))
    assert len(plays) == 2 * 5
    assert {one["scheme"] for one in plays} == {f"draft-{number}", "in-force"}
    assert all((one["rule"] == "") == (float(one["beyond_honest_a_week"]) == 0.0) for one in plays)
    walk = list(csv.DictReader(io.StringIO(client.get(f"/rehearsals/{job}/waterfall.csv").text)))
    assert [one["unit"] for one in walk] == ["people", "viewers", *["people"] * 2, *["human clicks"] * 2]
    assert float(walk[0]["left"]) == body["waterfall"]["naive"]
    chart = client.get(f"/rehearsals/{job}/draft-{number}.svg")
    assert chart.headers["content-type"] == "image/svg+xml"
    assert chart.text.startswith("<svg")
    assert client.get(f"/rehearsals/{job}/nobody.svg").status_code == 404
    again = client.post(f"/rehearsals/{job}/again").headers["location"]
    carry_out(sqlite_db)
    assert "the same numbers to the byte" in client.get(again).text
    assert client.get(f"{again}/result.json").content == client.get(f"/rehearsals/{job}/result.json").content
    with sqlite_db.read() as tx:
        assert get_draft(tx, ORGANISATION, number).rehearsed


def test_progress_comes_as_events(sqlite_db: Database, sign_in: SignIn) -> None:
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    job = rehearsed(sqlite_db, ORGANISATION, [number], "hal")
    with sign_in("hal").stream("GET", f"/rehearsals/{job}/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        event, data = "".join(answer.iter_text()).strip().split("\n")
    assert event == "event: progress"
    told_ = json.loads(data.removeprefix("data: "))
    assert (told_["status"], told_["ended"], told_["words"]) == ("done", True, "It is done.")


def test_what_cannot_be_rehearsed_is_said(sqlite_db: Database, sign_in: SignIn) -> None:
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    client = sign_in("hal")
    for data, words in (
        ({}, "choose at least one draft"),
        ({"draft": "77"}, "draft 77: not in organisation"),
        ({"draft": str(number), "weeks": "1000"}, "weeks: got &#39;1000&#39;; limit 4 to 104"),
        ({"draft": str(number), "seed": "one"}, "seed: got &#39;one&#39;"),
        ({"draft": str(number), "weeks": "4", "quiet_weeks": "4"}, "quiet weeks: got 4"),
    ):
        answer = client.post("/rehearsals", data={**FORM, **data})
        assert answer.status_code in (404, 409, 422), words
        assert words in answer.text
    for _ in range(3):
        begin(client, [number])
    assert (
        "3 of yours wait or run already"
        in client.post("/rehearsals", data={"draft": str(number), **FORM}).text
    )


def test_cancelling_what_waits(sqlite_db: Database, sign_in: SignIn) -> None:
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    client = sign_in("sam")
    path = begin(client, [number])
    assert client.post(f"{path}/cancel").status_code == 303
    assert "It was cancelled." in client.get(path).text
    assert client.post(f"{path}/cancel").status_code == 409
    with sqlite_db.read() as tx:
        (job,) = list_jobs(tx, ORGANISATION, KIND)
        assert get_job(tx, ORGANISATION, job.id).status == "cancelled"


def test_who_reads_and_who_rehearses(sqlite_db: Database, sign_in: SignIn) -> None:
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    path = begin(sign_in("hal"), [number])
    reader = sign_in("max")
    assert reader.get(path).status_code == 200
    assert "You read what others rehearsed" in reader.get("/rehearsals").text
    assert reader.post("/rehearsals", data=FORM).status_code == 403
    assert reader.post(f"{path}/cancel").status_code == 403
    assert sign_in("ana").get(path).status_code == 403


def test_charts_share_a_scale_that_holds_everything() -> None:
    weeks = [{"median": 1.0, "p50": [0.5, 2.0], "p80": [-3.0, 30.0], "p90": [-4.2, 47.0]}]
    low, high, step = scale_of([weeks, [{**weeks[0], "p90": [-1.0, 12.0]}]])
    assert (low, high, step) == (-20.0, 60.0, 20.0)
    assert "<script" not in bands(weeks, (low, high, step), "<script>", "Week")


def test_what_came_is_a_dot_inside_the_picture() -> None:
    week = {"median": 2.0, "p50": [1.0, 3.0], "p80": [1.0, 3.0], "p90": [0.0, 4.0]}
    seen = [3.0, None, 40.0]
    low, high, step = scale_of([[week] * 3], seen)
    assert high >= 40.0
    drawn = bands([week] * 3, (low, high, step), "label", "Week", seen=seen)
    assert drawn.count('class="seen"') == 2
    assert all(
        0 < float(one) < 230 for one in re.findall(r'class="seen" cx="[0-9.]+" cy="([0-9.-]+)"', drawn)
    )
    assert 'class="seen"' not in bands([week] * 3, (low, high, step), "label", "Week")


def test_chunks_hold_every_run_once() -> None:
    for most in (12, 13, 64, 1000):
        plan = chunk_plan(most)
        assert [first for first, _ in plan] == [0, *(after for _, after in plan[:-1])]
        assert plan[-1][1] == most


def test_where_risks_turn_comes_later(sqlite_db: Database, sign_in: SignIn) -> None:
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    job = rehearsed(sqlite_db, ORGANISATION, [number], "hal")
    client = sign_in("sam")
    assert "is still being computed" in client.get(f"/rehearsals/{job}").text
    assert client.get(f"/rehearsals/{job}/turning.csv").status_code == 404
    follow = f"/rehearsals/{job}/turning/stream"
    assert f'data-turned="0" data-follow="{follow}"' in client.get(f"/rehearsals/{job}").text
    carry_out(sqlite_db, pieces=1)
    page = client.get(f"/rehearsals/{job}").text
    assert "times its points" in page
    assert re.search(r'data-turned="[1-9]', page)
    with sqlite_db.begin() as tx:
        (under,) = list_jobs(tx, ORGANISATION, TURNING)
        assert under.actor.startswith("rehearsal:")
        cancel(tx, ORGANISATION, under.id, "hal", datetime.now(UTC))
    again = rehearsed(sqlite_db, ORGANISATION, [number], "hal")
    carry_out(sqlite_db)
    with client.stream("GET", f"/rehearsals/{again}/turning/stream") as answer:
        event, data = "".join(answer.iter_text()).strip().split("\n")
    assert event == "event: turned"
    told_ = json.loads(data.removeprefix("data: "))
    page = client.get(f"/rehearsals/{again}").text
    assert (told_["ended"], f'data-turned="{told_["shown"]}" data-follow=""' in page) == (True, True)
    assert "is still being computed" not in page
    assert "tried with none to eight times its points" in page
    rows = list(csv.DictReader(io.StringIO(client.get(f"/rehearsals/{again}/turning.csv").text)))
    assert [(one["scheme"], one["what"]) for one in rows] == [
        (scheme, what)
        for scheme in (f"draft-{number}", "in-force")
        for what in ("gain", "trust", "motivation", "fairness", "gamed")
    ]
    # The same once more has its turns already.
    rehearsed(sqlite_db, ORGANISATION, [number], "hal")
    with sqlite_db.read() as tx:
        newest, cancelled = list_jobs(tx, ORGANISATION, TURNING)
    # The cancelled one ends when its worker answers, or when its lease is over.
    assert (newest.status, cancelled.status in ("running", "cancelled")) == ("done", True)


@pytest.mark.parametrize(
    ("name", "means", "at", "words"),
    [
        ("trust", [1.0, 0.5, -1.0], 2.5, "Beyond 2.5 times its points it crosses its limit (90 %: 2.0 to 3.0)."),
        ("trust", [-1.0, 0.5, 1.0], 2.5, "Below 2.5 times its points it is beyond its limit"),
        ("fairness", [1.0, 1.0, 1.0], None, "From none to 8 times its points it stays within its limit."),
        ("gamed", [-1.0, -1.0, -1.0], None, "From none to 8 times its points it is beyond its limit."),
        ("gain", [1.0, 2.0, 0.0], 2.5, "Beyond 2.5 times its points, points bring fewer clicks than none"),
        ("gain", [1.0, 0.0, 2.0], 2.5, "Up to 2.5 times its points, points bring fewer clicks than none"),
        ("gain", [1.0, 2.0, 3.0], None, "points bring no fewer clicks than none"),
        ("gain", [1.0, 0.5, 0.2], None, "points bring fewer clicks than none"),
    ],
)  # fmt: skip
def test_turns_in_words(name: str, means: list[float], at: float | None, words: str) -> None:
    turn = {"name": name, "means": means, "turns_at": at, "interval_90": None if at is None else [2.0, 3.0]}
    body = {"settings": [0.0, 1.0, 8.0], "schemes": [{"scenario": "s", "turns": [turn]}]}
    assert words in turns_of(body)["s"][name]
