"""The model is calibrated as a job, on what happened here or on the file of another tool.

What it learns is proposed, looked at and decided.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from starlette.testclient import TestClient

from rewards.events import Event
from rewards.forecasts.recalibrations import belief_of, decide, propose
from rewards.jobs import work
from rewards.jobs.queue import URGENT, ask, get_job, spec_of
from rewards.ledger.intake import record
from rewards.store.results import latest_result, replace_result
from rewards.store.session import Database
from sims.history.counting import HistoryError
from sims.history.of_ledger import history_of_ledger
from sims.history.series import load_saved
from sims.jobs import calibrations
from sims.loop.learning import question_of
from tests.company import ORGANISATION, Company, make_company
from web.loop import histories
from web.loop.histories import renew_histories

NOW = datetime.now(UTC)
WEEKS = "Week;Department;Posts published;Link clicks\n2026-W10;sales;12;40\n2026-W11;sales;9;31\n2026-W12;sales;11;35\n"
POSTERIOR: dict[str, Any] = {
    "provenance": {},
    "names": ["opportunities_per_week"],
    "values": [[4.0], [5.0], [6.0]],
}


@pytest.fixture
def company(db: Database) -> Company:
    found = make_company(db)
    with db.begin() as tx:
        events = [act("share", "ana", days) for days in range(25, 1, -3)]
        events += [act("click", "ben", days, "ana") for days in range(25, 1, -2)]
        events.sort(key=lambda one: one.occurred_at)
        record(tx, ORGANISATION, events, received_at=NOW, backfill=True)
    return found


def act(kind: str, who: str, days_ago: int, owner: str | None = None) -> Event:
    return Event(
        source="test", id=f"{kind}{days_ago}", kind=kind, subject=who, owner=owner, object="item", channel="linkedin",
        occurred_at=NOW - timedelta(days=days_ago), verification="declared" if kind == "share" else "tracked",
    )  # fmt: skip


def guessed(task: str) -> bytes:
    """Weekly values as a run might have them, without living it: they follow from its number and vector alone, as those of a run do."""
    spec, vectors = json.loads(task)
    asked = question_of(json.loads(spec))[0].asked(1)
    found = []
    for run, values in vectors:
        rng = np.random.default_rng([run, crc32(json.dumps(values).encode())])
        mean = 4.0 * np.exp(0.1 * float(np.tanh(values[0])))
        found.append(rng.poisson(mean, (len(asked.series), asked.weeks)).astype(float).tolist())
    return json.dumps(found).encode()


class Inline:
    """A process that is none: what it is given it answers when it is asked. `before`: called with how many pieces were answered."""

    def __init__(self, before: Any = None) -> None:
        self.piece: int | None = None
        self.answered, self._before, self._task = 0, before, ""

    def give(self, kind: str, spec: str, number: int) -> None:
        assert kind == calibrations.KIND
        self._task, self.piece = spec, number

    def answer(self) -> tuple[int, bytes]:
        number, self.piece = self.piece, None
        assert number is not None
        if self._before is not None:
            self._before(self.answered)
        self.answered += 1
        return number, guessed(self._task)


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(children: Sequence[Any], _seconds: float) -> list[Any]:
        return [child for child in children if child.piece is not None]

    monkeypatch.setattr(calibrations, "answering", busy)


def carry_out(db: Database, child: Inline | None = None, stop: threading.Event | None = None) -> Inline:
    """Be a worker in this process, for one job."""
    held = work.take(db, "a test", datetime.now(UTC))
    assert held is not None
    child = child or Inline()
    calibrations.carry_out(db, held, [child], stop or threading.Event())  # type: ignore[list-item]
    return child


def test_on_what_happened_here_put_back_and_gone_on_with_to_the_same_bytes(
    db: Database, clients: dict[str, TestClient]
) -> None:
    strategist = clients["sam"]
    assert "On what happened here" in strategist.get("/calibrations").text
    began = strategist.post("/calibrations", data={"runs": "400"})
    assert began.status_code == 303
    job = int(began.headers["location"].rsplit("/", 1)[1])
    stop = threading.Event()
    carry_out(db, Inline(lambda answered: stop.set() if answered == 3 else None), stop)
    with db.read() as tx:
        found = get_job(tx, ORGANISATION, job)
    # The worker was told to end in the middle; what was lived is kept.
    assert (found.status, found.done > 0) == ("waiting", True)
    assert "waits for a worker" in strategist.get(f"/calibrations/{job}").text
    second = carry_out(db)
    with db.read() as tx:
        done = get_job(tx, ORGANISATION, job)
        assert belief_of(tx, ORGANISATION) is None
    assert (done.status, done.fault) == ("done", "")
    page = clients["hal"].get(f"/calibrations/{job}").text
    assert "Look at recalibration 1" in page

    shown = strategist.get("/forecasts/recalibrations/1").text
    assert 'class="weeks strip"' in shown
    assert "stay as they were believed before" in shown or "stays as it was believed before" in shown
    posterior = strategist.get("/forecasts/recalibrations/1/posterior.json").json()
    assert posterior["provenance"]["runs"] == 400
    assert posterior["seal"]

    again = strategist.post(f"/calibrations/{job}/again")
    third = carry_out(db)
    assert third.answered > second.answered
    text = strategist.get(again.headers["location"]).text
    assert "it gave the same numbers to the byte" in text
    # The same posterior is not proposed twice.
    assert [one["id"] for one in clients["api"].get("/api/v1/recalibrations").json()["recalibrations"]] == [1]
    with db.read() as tx:
        assert "ana" not in json.loads(spec_of(tx, ORGANISATION, job))["people"][0].values()
    for path in ("/calibrations", f"/calibrations/{job}", "/forecasts/recalibrations/1"):
        assert clients["ana"].get(path).status_code == 403
        assert clients["max"].get(path).status_code == 200
    assert clients["max"].post("/calibrations", data={"runs": "400"}).status_code == 403


def test_of_a_large_company_the_worker_makes_the_days_history(
    db: Database, clients: dict[str, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = {kind: clients["sam"].get(f"/calibrations/history.{kind}").text for kind in ("json", "csv")}
    renew_histories(db, datetime.now(UTC))
    monkeypatch.setattr(histories, "FEW_PEOPLE", 0)
    with db.read() as tx:
        assert latest_result(tx, ORGANISATION, histories.KIND) is None, (
            "a small company's is made for who asks"
        )
    db.cache.clear()
    renew_histories(db, datetime.now(UTC))

    def never(*_given: object) -> None:
        raise AssertionError("a request reads every event")

    monkeypatch.setattr(histories, "history_of_ledger", never)
    kept = {kind: clients["sam"].get(f"/calibrations/history.{kind}").text for kind in ("json", "csv")}
    assert kept == plain
    with db.begin() as tx:
        kept_of = latest_result(tx, ORGANISATION, histories.KIND)
        assert kept_of is not None
        replace_result(
            tx, ORGANISATION, histories.KIND, "another day, or other groups", "x",
            body_json=kept_of.body_json, now=datetime.now(UTC),
        )  # fmt: skip
    monkeypatch.setattr(histories, "history_of_ledger", history_of_ledger)
    assert clients["sam"].get("/calibrations/history.csv").text == plain["csv"]


def test_what_happened_here_is_a_file_for_who_reads_forecasts(
    db: Database, clients: dict[str, TestClient], tmp_path: Path
) -> None:
    page = clients["sam"].get("/calibrations").text
    saved, tidy = (clients["sam"].get(f"/calibrations/history.{kind}") for kind in ("json", "csv"))
    assert [f'href="/calibrations/history.{kind}"' in page for kind in ("json", "csv")] == [True, True]
    path = tmp_path / "history.json"
    path.write_text(saved.text)
    with db.read() as tx:
        assert load_saved(path) == history_of_ledger(tx, ORGANISATION, datetime.now(UTC))
    assert tidy.text == load_saved(path).as_csv()
    assert tidy.headers["content-disposition"] == 'attachment; filename="history.csv"'
    assert clients["max"].get("/calibrations/history.json").status_code == 200
    for kind in ("json", "csv"):
        assert clients["ana"].get(f"/calibrations/history.{kind}").status_code == 403


def test_where_nothing_happened_there_is_no_file_and_one_line(
    clients: dict[str, TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(*_: Any) -> Any:
        raise HistoryError("no event")

    monkeypatch.setattr("web.loop.histories.history_of_ledger", nothing)
    for kind in ("json", "csv"):
        answer = clients["sam"].get(f"/calibrations/history.{kind}")
        assert (answer.status_code, "Nothing has happened here yet" in answer.text) == (409, True)


def test_it_is_cancelled_in_the_middle(db: Database, clients: dict[str, TestClient]) -> None:
    began = clients["sam"].post("/calibrations", data={"runs": "400"})
    path = began.headers["location"]

    def cancelled(answered: int) -> None:
        if answered == 2:
            assert clients["sam"].post(f"{path}/cancel").status_code == 303

    carry_out(db, Inline(cancelled))
    assert "It was cancelled." in clients["sam"].get(path).text
    with db.read() as tx:
        assert belief_of(tx, ORGANISATION) is None


def test_it_gives_way_to_whoever_waits(db: Database, clients: dict[str, TestClient]) -> None:
    began = clients["sam"].post("/calibrations", data={"runs": "400"})
    job = int(began.headers["location"].rsplit("/", 1)[1])

    def urgent(answered: int) -> None:
        if answered == 2:
            with db.begin() as tx:
                ask(tx, ORGANISATION, "forecast", "x", {}, total=1, actor="hal", now=NOW, priority=URGENT)

    carry_out(db, Inline(urgent))
    with db.read() as tx:
        found = get_job(tx, ORGANISATION, job)
    assert (found.status, found.attempts, found.done > 0) == ("waiting", 0, True)


@pytest.mark.parametrize(
    ("runs", "told"), [("10", "limit 400 to 10000"), ("many", "write a whole number"), ("1" * 30, "runs")]
)
def test_what_is_no_number_of_runs_is_said(clients: dict[str, TestClient], runs: str, told: str) -> None:
    answer = clients["sam"].post("/calibrations", data={"runs": runs})
    assert answer.status_code == 422
    assert told in answer.text


def test_on_a_file_of_another_tool_with_its_columns_told(
    db: Database, clients: dict[str, TestClient]
) -> None:
    strategist = clients["sam"]
    sent = strategist.post("/calibrations/files", files={"file": ("tool.csv", WEEKS, "text/csv")})
    assert sent.status_code == 303
    path = sent.headers["location"]
    text = strategist.get(path).text
    # What the headings mean is guessed.
    assert "3 weeks" in text
    assert '<td class="num">32</td>' in text
    columns = {"column_date": "Week", "column_clicks": "Link clicks"}
    text = strategist.get(path, params=columns).text
    assert '<td class="num">106</td>' in text
    assert '<td class="num">32</td>' not in text
    began = strategist.post(path, data={**columns, "in_force": "tool", "since": "2026-03-09", "runs": "400"})
    assert began.status_code == 303, began.text
    job = int(began.headers["location"].rsplit("/", 1)[1])
    with db.read() as tx:
        spec = json.loads(spec_of(tx, ORGANISATION, job))
    assert (spec["start"], spec["horizon_weeks"], spec["tool_from"]) == ("2026-03-02", 3, 7)
    assert list(spec["history"]["series"]["all"]) == ["clicks"]
    carry_out(db)
    assert "Look at recalibration 1" in strategist.get(began.headers["location"]).text
    assert clients["ana"].get(path).status_code == 403
    for where, told in (("2025-01-01", "limit 2026-03-02 to"), ("never", "a date like")):
        refused = strategist.post(path, data={**columns, "since": where, "runs": "400"})
        assert (refused.status_code, told in refused.text) == (422, True)


FUTURE = (NOW + timedelta(days=400)).date().isoformat()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no file came"),
        ("a,b\n1,2\n", "got no such column"),
        ("date,shares\n", "got no rows"),
        ("date,shares\n2026-03-02,1\n2026-03-02,4\n", "a date stands once"),
        ("date,shares\n2026-03-02,many\n", "a number from 0"),
        ("date,shares\n2026-03-02,9e99\n", "a number from 0"),
        ("date,shares\n02/03/2026,1\n", "whether the day or the month stands first"),
        ("date,shares\n1026-03-02,1\n2026-03-02,1\n", "limit years"),
        ("date,shares,shares\n2026-03-02,1,1\n", "column twice"),
        ("\x00\x01\x02", "tool.csv:1"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_on_its_page(
    clients: dict[str, TestClient], text: str, told: str
) -> None:
    sent = clients["sam"].post("/calibrations/files", files={"file": ("tool.csv", text, "text/csv")})
    answer = sent if sent.status_code == 422 else clients["sam"].get(sent.headers["location"])
    assert told in answer.text
    assert answer.text.count('role="alert"') == 1
    if sent.status_code == 303:
        refused = clients["sam"].post(sent.headers["location"], data={"runs": "400"})
        assert (refused.status_code, told in refused.text) == (422, True)


TEN = "".join(f"2026-03-{day:02},{day % 3}\n" for day in range(2, 12))
HALF = "2026-03-02,sales,3\n2026-03-09,sales,2\n2026-03-09,labs,1\n2026-03-16,sales,2\n2026-03-16,labs,4\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("date,shares\n" + TEN, "10 days, "),
        ("date,shares\n2026-03-02,0\n2026-03-09,0\n2026-03-16,0\n", "nothing can be learnt from it but that"),
        ("date,shares\n2026-03-02,1\n2026-03-09,2\n2026-03-30,2\n", "2 weeks without a row"),
        (
            "date,shares\n2026-03-02,1\n2026-03-02,1\n2026-03-09,2\n",
            "1 row the same as another in everything",
        ),
        ("date,team,shares\n" + HALF, "team=labs appears on 2026-03-09"),
        ("week,shares\n2026-W10,7\n", "1 week, "),
        (
            "Export;;\nDatum;Beiträge;Kosten\n02.03.2026;1.240;40,50\n09.03.2026;9;1,5\nSumme;1.249;42\n",
            "a comma before the tenths",
        ),
        ("Kalenderwoche;Klicks\nKW 10/2026;5\nKW 11/2026;\n", "1 blank cell: not known"),
        ("date,shares\n2026-03-02,999999999999\n2026-03-09,1\n", "1,000,000,000,000"),
    ],
)
def test_an_odd_file_is_read_and_what_was_assumed_is_said(
    clients: dict[str, TestClient], text: str, told: str
) -> None:
    sent = clients["sam"].post("/calibrations/files", files={"file": ("tool.csv", text, "text/csv")})
    answer = clients["sam"].get(sent.headers["location"])
    assert answer.status_code == 200
    assert told in answer.text
    assert "Calibrate on it" in answer.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"date,shares\n2026-03-02,1\n{FUTURE},4\n", "mend the dates"),
        ("date,shares\n2026-03-02,1\n2026-03-03,4\n", "at least one whole week"),
    ],
)
def test_a_file_that_teaches_nothing_is_refused_when_it_is_asked(
    clients: dict[str, TestClient], text: str, told: str
) -> None:
    sent = clients["sam"].post("/calibrations/files", files={"file": ("tool.csv", text, "text/csv")})
    assert clients["sam"].get(sent.headers["location"]).status_code == 200
    refused = clients["sam"].post(sent.headers["location"], data={"runs": "400"})
    assert (refused.status_code, told in refused.text) == (422, True)


def test_a_posterior_is_brought_looked_at_accepted_and_taken_back(
    db: Database, clients: dict[str, TestClient]
) -> None:
    strategist = clients["sam"]
    sent = strategist.post(
        "/forecasts/recalibrations", files={"file": ("p.json", json.dumps(POSTERIOR), "application/json")}
    )
    assert sent.headers["location"] == "/forecasts/recalibrations/1"
    text = clients["max"].get("/forecasts/recalibrations/1").text
    assert "only its vectors are known" in text
    assert "Accept it" not in text
    assert (
        strategist.post(
            "/forecasts/recalibrations/1", data={"decision": "accept", "reason": "it fits"}
        ).status_code
        == 303
    )
    room = strategist.get("/rehearsals").text
    assert 'name="posterior" value="published"' in room
    assert "recalibration 1, accepted" in room
    again = strategist.post("/forecasts/recalibrations/1", data={"decision": "reject", "reason": "no"})
    assert (again.status_code, "was decided already" in again.text) == (409, True)
    assert (
        strategist.post(
            "/forecasts/recalibrations/1", data={"decision": "withdraw", "reason": "it missed"}
        ).status_code
        == 303
    )
    assert "taken back" in strategist.get("/forecasts/recalibrations/1").text
    assert 'name="posterior"' not in strategist.get("/rehearsals").text
    assert strategist.get("/forecasts/recalibrations/9").status_code == 404
    assert (
        clients["max"].post("/forecasts/recalibrations", files={"file": ("p.json", "{}")}).status_code == 403
    )


@pytest.mark.parametrize(
    "body",
    ["", "[1]", "{", '{"names": [], "values": []}', json.dumps({**POSTERIOR, "seal": "0" * 64}), "[" * 100_000, "\x00",
     json.dumps({**POSTERIOR, "names": ["unheard_of"]}), json.dumps(POSTERIOR).replace("4.0", "NaN")],
)  # fmt: skip
def test_what_is_no_posterior_is_one_line(clients: dict[str, TestClient], body: str) -> None:
    answer = clients["sam"].post("/forecasts/recalibrations", files={"file": ("p.json", body)})
    assert answer.status_code == 422
    assert answer.text.count('role="alert"') == 1
    over = clients["api"].post(
        "/api/v1/recalibrations", json={"posterior": {"names": ["x"], "values": [[1]]}}
    )
    assert (over.status_code, over.json()["code"]) == (422, "bad_document")


@pytest.mark.parametrize(
    "calibration",
    [
        {"parameters": 3},
        {"parameters": {"a": {"moved": True}}, "summaries": []},
        {"warnings": 7},
        {"summaries": "x"},
    ],
)
def test_a_posterior_that_somebody_made_up_breaks_no_page(
    clients: dict[str, TestClient], calibration: dict[str, Any]
) -> None:
    body = json.dumps({**POSTERIOR, "calibration": calibration})
    sent = clients["sam"].post("/forecasts/recalibrations", files={"file": ("p.json", body)})
    assert sent.status_code in (303, 422)
    if sent.status_code == 303:
        assert clients["sam"].get(sent.headers["location"]).status_code == 200
    assert clients["sam"].get("/forecasts").status_code == 200


def test_over_the_api(db: Database, clients: dict[str, TestClient]) -> None:
    api = clients["api"]
    made = api.post("/api/v1/recalibrations", json={"posterior": POSTERIOR})
    assert (made.status_code, made.json()["counts"], made.json()["posterior"]) == (201, False, None)
    where = made.headers["location"]
    assert api.get(where).json()["posterior"]["names"] == POSTERIOR["names"]
    decided = api.post(f"{where}/decision", json={"decision": "accept", "reason": "it fits"})
    assert decided.json()["counts"] is True
    withdrawn = api.post(f"{where}/decision", json={"decision": "withdraw", "reason": "it missed"})
    assert (withdrawn.json()["status"], withdrawn.json()["counts"]) == ("withdrawn", False)
    asked = api.post("/api/v1/calibrations", json={"runs": 400})
    assert asked.status_code == 202
    assert api.get(asked.headers["location"]).json()["kind"] == "calibration"
    assert api.post("/api/v1/calibrations", json={"runs": 5}).status_code == 422


def test_rehearsals_go_by_what_was_accepted_and_again_by_the_same(
    db: Database, clients: dict[str, TestClient]
) -> None:
    from tests.rehearsed import SMALL, drafts, rehearsed
    from tests.rehearsed import carry_out as rehearse

    with db.begin() as tx:
        first = propose(tx, ORGANISATION, POSTERIOR, actor="sam", now=NOW)
        decide(tx, ORGANISATION, first, True, "it fits", actor="sam", now=NOW)
    (draft,) = drafts(db, ORGANISATION, ("recognition",), "hal")
    by_own = rehearsed(db, ORGANISATION, [draft], "sam")
    text = clients["sam"].get(f"/rehearsals/{by_own}").text
    assert "The model went by recalibration 1, which your company accepted." in text
    assert "3 vectors of a calibrated posterior" in text
    gate = clients["hal"].get(f"/publishing/{draft}").text
    assert "It went by recalibration 1: 3 vectors of a calibrated posterior" in gate
    told = clients["sam"].get(f"/rehearsals/{by_own}/result.json").json()
    assert told["provenance"]["recalibration"]["number"] == first
    with db.begin() as tx:
        other = {**POSTERIOR, "values": [[1.0], [2.0]]}
        second = propose(tx, ORGANISATION, other, actor="sam", now=NOW + timedelta(minutes=1))
        decide(tx, ORGANISATION, second, True, "fits more", actor="sam", now=NOW + timedelta(minutes=1))
        assert len(spec_of(tx, ORGANISATION, by_own)) < 100_000
        assert "document" not in json.loads(spec_of(tx, ORGANISATION, by_own))["posterior"]
    # What was asked is kept by its digest: run again it is the same, whatever was accepted since.
    again = clients["sam"].post(f"/rehearsals/{by_own}/again").headers["location"]
    rehearse(db)
    assert "it gave the same numbers to the byte" in clients["sam"].get(again).text
    assert "Recalibration 2 is accepted by now" in clients["hal"].get(f"/publishing/{draft}").text
    by_published = rehearsed(
        db, ORGANISATION, [draft], "sam", SMALL.model_copy(update={"posterior": "published"})
    )
    text = clients["sam"].get(f"/rehearsals/{by_published}").text
    assert "published findings alone" in text
    other_told = clients["sam"].get(f"/rehearsals/{by_published}/result.json").json()
    assert other_told["provenance"]["recalibration"] is None
    assert other_told["lift"] != told["lift"]


def test_the_file_can_be_a_history_that_was_exported(clients: dict[str, TestClient], tmp_path: Path) -> None:
    history = {
        "source": "table",
        "every_days": 7,
        "first": "2026-03-02",
        "periods": 2,
        "series": {"all": {"shares": [3, None]}},
    }
    sent = clients["sam"].post("/calibrations/files", files={"file": ("h.json", json.dumps(history))})
    assert "2 weeks" in clients["sam"].get(sent.headers["location"]).text
    sent = clients["sam"].post("/calibrations/files", files={"file": ("h.json", "{")})
    assert "is no JSON" in clients["sam"].get(sent.headers["location"]).text
