"""The live programme is forecast, the forecast is sealed and scored, recalibrations are decided by people, and what it brought is told with
how far to trust it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

import pytest
from starlette.testclient import TestClient

from rewards.events import Event
from rewards.faults import Conflict
from rewards.forecasts.recalibrations import belief_of, decide, document_of, propose
from rewards.jobs import work
from rewards.ledger.intake import record
from rewards.store.results import replace_result
from rewards.store.session import Database
from rewards.store.units import digest
from sims.forecasting.forecast import Forecast
from sims.jobs.forecasts import Forecasts
from sims.loop.asking import monday, specification
from sims.loop.scores import drift_of, renew_scores_of, score_kind
from sims.rehearsal.asking import Assumptions
from tests.company import ORGANISATION, Company, make_company

NOW = datetime.now(UTC)
POSTERIOR: dict[str, Any] = {
    "provenance": {},
    "names": ["opportunities_per_week"],
    "values": [[4.0], [5.0], [6.0]],
}


@pytest.fixture
def company(db: Database) -> Company:
    found = make_company(db)
    with db.begin() as tx:
        events = [act("share", "ana", days, str(days)) for days in range(25, 1, -3)]
        events += [act("click", "ben", days, f"c{days}", owner="ana") for days in range(25, 1, -2)]
        events.sort(key=lambda one: one.occurred_at)
        record(tx, ORGANISATION, events, received_at=NOW, backfill=True)
    return found


def act(kind: str, who: str, days_ago: int, name: str, owner: str | None = None) -> Event:
    return Event(
        source="test", id=name, kind=kind, subject=who, owner=owner, object="item", channel="linkedin",
        occurred_at=NOW - timedelta(days=days_ago), verification="declared" if kind == "share" else "tracked",
    )  # fmt: skip


def made(db: Database) -> int:
    """Carry out the forecast that waits, as a worker does."""
    kind = Forecasts()
    held = work.take(db, "a test", datetime.now(UTC))
    assert held is not None
    held = work.complete(db, held, kind.completed, datetime.now(UTC))
    with db.read() as tx:
        spec = kind.whole(tx, held.organisation, held.spec)
    gathering = kind.gathering(spec, "")
    assert gathering.body() == "{}"
    for number in range(kind.pieces(spec)):
        gathering.take(kind.compute(spec, number))
    with db.begin() as tx:
        return work.finish(tx, held, gathering.body(), gathering.title, datetime.now(UTC))


@pytest.mark.parametrize("day", range(7))
def test_it_has_the_weeks_that_were_asked_for_on_every_day_of_the_week(sqlite_db: Database, day: int) -> None:
    make_company(sqlite_db)
    at = datetime.combine(monday(NOW.date()) + timedelta(days=day), time(9), UTC)
    with sqlite_db.read() as tx:
        _title, spec = specification(tx, ORGANISATION, 4, Assumptions(), now=at)
    known = (at.date() - date.fromisoformat(spec["start"])).days
    assert spec["horizon_weeks"] - ceil(known / 7) == 4


def test_published_scored_and_told(db: Database, clients: dict[str, TestClient]) -> None:
    strategist = clients["sam"]
    assert strategist.post("/forecasts", data={"weeks": "4", "runs": "20"}).status_code == 303
    assert "waits for a worker" in strategist.get("/forecasts").text
    number = made(db)
    sealed = strategist.get(f"/forecasts/{number}/forecast.json")
    forecast = Forecast.model_validate(sealed.json())
    yesterday = (NOW - timedelta(days=1)).date()
    assert (forecast.provenance.runs, forecast.provenance.cut_off) == (20, yesterday)
    assert forecast.first > yesterday
    assert any("nothing of this company" in one for one in forecast.warnings)
    page = clients["max"].get(f"/forecasts/{number}").text
    assert "Nothing of it is over yet" in page
    assert page.count('class="weeks"') == len(forecast.weekly)

    told = clients["api"].get("/api/v1/brought").json()["brought"]
    assert [one["against"] for one in told] == ["nothing", "tool"]
    assert {one["label"] for one in told} <= {"general", "implausible"}
    assert all(one["clicks"] == 12.0 and one["low"] <= one["estimate"] <= one["high"] for one in told)
    assert "Beside nothing at all" in clients["hal"].get("/hr/one-page").text
    assert "runs away" not in clients["hal"].get("/hr/health").text

    later = NOW + timedelta(days=7 * (forecast.weeks + 1))
    assert renew_scores_of(db, ORGANISATION, later) == 1
    answer = clients["api"].get(f"/api/v1/forecasts/{number}").json()
    assert answer["hash"] == forecast.hash
    assert answer["score"]["forecast"]["hash"] == forecast.hash
    assert answer["score"]["points"] >= forecast.weeks
    scored = strategist.get(f"/forecasts/{number}").text
    assert "Nothing of it is over yet" not in scored
    assert scored.count('class="seen"') == answer["score"]["points"]
    # Coverage, PIT, CRPS and skill of each outcome; each week with its three intervals and where what came fell.
    heads = [
        "in 50 %",
        "in 80 %",
        "in 90 %",
        "low, middle, high",
        "CRPS",
        "skill over the last value",
        "50 % of runs",
        "80 % of runs",
    ]
    assert [one for one in [*heads, "90 % of runs", "Runs below it"] if one not in scored] == []
    assert list(answer["score"])[:5] == ["kind", "groundswell", "forecast", "history", "misses"]
    assert {"coverage", "crps", "pit", "pit_thirds", "skill"} <= set(answer["score"]["outcomes"]["shares"])

    # Four weeks above the middle 80 %: whoever looks after the programme is told, and to which side.
    body = answer["score"]
    for week in body["outcomes"]["shares"]["weeks"]:
        week["actual"] = week["p80"][1] + 1.0
    body["drift"] = drift_of(body)
    with db.begin() as tx:
        text = json.dumps(body)
        replace_result(tx, ORGANISATION, score_kind(number), "drift", digest(text), body_json=text, now=later)
    health = clients["hal"].get("/hr/health").text
    assert "runs away from its forecast in: " in health
    assert "Shares (more than forecast)" in health
    for path in ("/forecasts", f"/forecasts/{number}", f"/forecasts/{number}/forecast.json"):
        assert clients["ana"].get(path).status_code == 403


def test_a_recalibration_counts_once_somebody_accepts_it(
    db: Database, clients: dict[str, TestClient]
) -> None:
    with db.begin() as tx:
        first, second = (propose(tx, ORGANISATION, POSTERIOR, actor="sam", now=NOW) for _ in range(2))
        assert belief_of(tx, ORGANISATION) is None
    page = clients["sam"].get("/forecasts").text
    assert "Vectors: 3, parameters: 1" in page
    blank = clients["sam"].post(
        f"/forecasts/recalibrations/{first}", data={"decision": "accept", "reason": ""}
    )
    assert blank.status_code == 422
    assert "say why" in blank.text
    given = {"decision": "accept", "reason": "it fits <b>March</b>"}
    assert clients["sam"].post(f"/forecasts/recalibrations/{first}", data=given).status_code == 303
    assert "it fits &lt;b&gt;March" in clients["hal"].get("/forecasts").text
    rejected = clients["api"].post(
        f"/api/v1/recalibrations/{second}/decision", json={"decision": "reject", "reason": "a campaign ran"}
    )
    assert rejected.json()["status"] == "rejected"
    with db.begin() as tx:
        belief = belief_of(tx, ORGANISATION)
        assert belief is not None
        assert belief["recalibration"] == first
        assert json.loads(document_of(tx, ORGANISATION, first)) == POSTERIOR
        with pytest.raises(Conflict, match="was decided already"):
            decide(tx, ORGANISATION, first, False, "again", actor="sam", now=NOW)
    assert clients["sam"].post("/forecasts", data={"weeks": "2", "runs": "20"}).status_code == 303
    made(db)
    told = clients["api"].get("/api/v1/brought").json()["brought"]
    assert {one["label"] for one in told} <= {"calibrated", "implausible"}
    assert [
        one["status"] for one in clients["api"].get("/api/v1/recalibrations").json()["recalibrations"]
    ] == [
        "rejected",
        "accepted",
    ]


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ({"weeks": "0"}, "weeks: got &#39;0&#39;; limit 1 to 26"),
        ({"weeks": "4", "runs": "19"}, "runs: got &#39;19&#39;; limit 20 to 400"),
        ({"weeks": "\u00b2"}, "weeks: got"),
    ],
)
def test_what_cannot_be_forecast_is_said_in_one_line(
    clients: dict[str, TestClient], typed: dict[str, str], line: str
) -> None:
    found = clients["sam"].post("/forecasts", data=typed)
    assert found.status_code == 422
    assert line in found.text


def test_drift_is_most_of_the_last_weeks_on_one_side() -> None:
    def weeks(*actual: float) -> dict[str, Any]:
        return {"weeks": [{"actual": one, "p80": [10.0, 20.0]} for one in actual]}

    body = {
        "outcomes": {
            "shares": weeks(15, 25, 26, 15, 27),
            "human_clicks": weeks(25, 25, 25, 15, 15, 15, 15),
            "cost": weeks(5, 25, 5, 25),
            "enrolled": weeks(1, 2, 3),
        }
    }
    assert drift_of(body) == ["shares", "enrolled"]
    assert json.dumps(drift_of({"outcomes": {}})) == "[]"
