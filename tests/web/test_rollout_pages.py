"""Rollouts on pages and over the API: asked, simulated, registered, carried out, and told of as far as the draw can carry."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from rewards.jobs import work
from rewards.people.membership import invite
from rewards.people.people import deactivate, import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database
from sims.jobs.rollouts import PowersSoFar, RolloutPowers
from tests.company import ORGANISATION, Company, make_company

NOW = datetime.now(UTC)
FIRST = (NOW + timedelta(days=10)).date().isoformat()


@pytest.fixture
def company(db: Database) -> Company:
    found = make_company(db)
    rows = [
        PersonRow.model_validate(
            {
                "id": f"q{at}",
                "name": f"Q {at}",
                "segment": "field",
                "team": f"<b>t{at // 3}</b>",
                "contacts": 90,
                "timezone": "UTC",
            }
        )
        for at in range(36)
    ]
    enrolled = PRESETS["clicks"].model_copy(update={"membership": "enrolled", "name": "joined"})
    with db.begin() as tx:
        import_people(tx, ORGANISATION, rows, NOW)
        publish_scheme(tx, ORGANISATION, enrolled, NOW, "hal", "a test", NOW)
    return found


def numbers(design: str) -> dict[str, Any]:
    return {
        "runs": 20, "usable": 20, "design": design, "gives": "programme", "metric": "shares", "teams": 15.0,
        "treated": 7.0, "power": 0.55, "power_error": 0.1, "false_alarms": 0.05, "full_effect": {"mean": 0.4},
        "estimate": {"mean": 0.3}, "spill_over": 0.25, "untreated": 0.1, "standard_error": 0.1, "smallest_found": 0.28,
        "least_p": 0.001,
    }  # fmt: skip


def done(db: Database) -> None:
    """What a worker would say, without its time."""
    held = work.take(db, "a test", datetime.now(UTC))
    assert held is not None
    held = work.complete(db, held, RolloutPowers().completed, datetime.now(UTC))
    spec = json.loads(held.spec)
    assert len(spec["people"]) == 48
    assert RolloutPowers().pieces(held.spec) == len(spec["chunks"]) * len(spec["wishes"])
    body = json.loads(PowersSoFar(held.spec, "x").body())
    body["designs"] = [numbers(one["design"]) for one in spec["wishes"]]
    with db.begin() as tx:
        work.finish(tx, held, json.dumps(body), "Clicks", datetime.now(UTC))


def asked(client: TestClient, **typed: str) -> str:
    found = client.post("/rollouts", data={"weeks": "4", "baseline_weeks": "1", "runs": "20", **typed})
    assert found.status_code == 303, found.text
    return str(found.headers["location"])


def test_from_the_question_to_the_record(db: Database, clients: dict[str, TestClient]) -> None:
    hr, strategist, employee = clients["hal"], clients["sam"], clients["ana"]
    room = strategist.get("/rollouts").text
    assert room.count("15 teams with 48 people can be drawn.") == 2
    assert '<option value="programme" selected>' in room
    assert "are needed" not in room
    at = asked(strategist)
    waiting = strategist.get(at)
    assert "No numbers yet." in waiting.text
    done(db)
    shown = hr.get(at).text
    assert "55 %" in shown
    assert "Draw and register" in shown
    assert "Draw and register" not in strategist.get(at).text
    assert strategist.post(f"{at}/register", data={"design": "cluster", "first": FIRST}).status_code == 403
    made = hr.post(f"{at}/register", data={"design": "cluster", "first": FIRST, "title": "<i>First</i>"})
    assert made.status_code == 303, made.text
    record = made.headers["location"]
    shown = clients["max"].get(record).text
    assert "It is too early." in shown
    assert "Teams see each other." in shown
    assert "&lt;i&gt;First&lt;/i&gt;" in shown
    plan = strategist.get(f"{record}/plan.json").json()
    assert plan["expected"]["spill_over"] == 0.25
    assert {one["arm"] for one in plan["clusters"]} == {"control", "treated"}
    assert hr.post(f"{record}/stop", data={"reason": " "}).status_code == 422
    assert hr.post(f"{record}/stop", data={"reason": "a decision"}).status_code == 303
    assert "a decision" in strategist.get(record).text
    for path in ("/rollouts", at, record, f"{record}/plan.json"):
        assert employee.get(path).status_code == 403


def test_only_what_can_be_drawn_is_offered(db: Database, clients: dict[str, TestClient]) -> None:
    with db.begin() as tx:
        invite(tx, ORGANISATION, NOW, "hal", everybody=True)
    everybody_asked = clients["hal"].get("/rollouts").text
    assert '<option value="programme" disabled>' in everybody_asked
    assert '<option value="digests" selected>' in everybody_asked
    assert "0 teams with 0 people can be drawn. 15 others cannot" in everybody_asked
    assert "At least 5 are needed." in everybody_asked
    assert '<a href="/hr/people">' in everybody_asked
    assert "Simulate it" in everybody_asked
    with db.begin() as tx:
        for at in range(36):
            deactivate(tx, ORGANISATION, f"q{at}", NOW)
    too_few = clients["sam"].get("/rollouts").text
    assert too_few.count("At least 5 are needed.") == 2
    assert '<a href="/hr/people">' not in too_few, "a strategist may move nobody"
    assert "Simulate it" not in too_few


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ({"weeks": "0"}, "weeks: got &#39;0&#39;"),
        ({"metric": "love"}, "metric: got &#39;love&#39;"),
        ({"runs": "3"}, "runs: got &#39;3&#39;; limit 20 to 400"),
        ({"steps": "9"}, "each step takes at least one"),
        ({"scheme": "77"}, "77"),
        ({"gives": "\u00b2"}, "gives: got"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    clients: dict[str, TestClient], typed: dict[str, str], line: str
) -> None:
    found = clients["sam"].post("/rollouts", data={"weeks": "4", **typed})
    assert 400 <= found.status_code < 500
    assert line in found.text
    assert found.text.count('role="alert"') == 1


def test_what_cannot_be_registered_is_said_in_one_line(db: Database, clients: dict[str, TestClient]) -> None:
    hr = clients["hal"]
    at = asked(hr)
    early = hr.post(f"{at}/register", data={"design": "cluster", "first": FIRST})
    assert "once their power is known" in early.text
    done(db)
    for typed, line in (
        ({"design": "wedge", "first": FIRST}, "design: got"),
        ({"design": "cluster", "first": "soon"}, "first day: got"),
        ({"design": "cluster", "first": NOW.date().isoformat()}, "registered before it starts"),
    ):
        found = hr.post(f"{at}/register", data=typed)
        assert found.status_code == 422, found.text
        assert line in found.text


def test_the_api_says_the_same(db: Database, clients: dict[str, TestClient], company: Company) -> None:
    client = TestClient(clients["hal"].app, base_url="http://testserver")
    client.headers["Authorization"] = f"Bearer {company.token}"
    design = {"design": "holdout", "baseline_weeks": 1, "weeks": 4, "alpha": 0.2}
    job = client.post("/api/v1/rollouts/power", json={"designs": [design], "runs": 20})
    assert job.status_code == 202, job.text
    number = job.json()["job"]
    wanted = {"design": design, "first": FIRST, "title": "Holdout", "power": number}
    assert client.post("/api/v1/rollouts", json=wanted).status_code == 422
    done(db)
    assert client.get(f"/api/v1/rollouts/power/{number}").json()["power"]["designs"][0]["power"] == 0.55
    other = {**wanted, "design": {**design, "weeks": 5}}
    assert "this very design" in client.post("/api/v1/rollouts", json=other).json()["detail"]
    made = client.post("/api/v1/rollouts", json=wanted, headers={"Idempotency-Key": "k"})
    assert made.status_code == 201, made.text
    assert (
        client.post("/api/v1/rollouts", json=wanted, headers={"Idempotency-Key": "k"}).json() == made.json()
    )
    assert client.post("/api/v1/rollouts", json=wanted).status_code == 409
    number = made.json()["id"]
    assert made.json()["analysis"]["verdict"] == "too-early"
    assert [one["id"] for one in client.get("/api/v1/rollouts").json()["rollouts"]] == [number]
    stopped = client.post(f"/api/v1/rollouts/{number}/stop", json={"reason": "a test"})
    assert stopped.json()["status"] == "stopped"
    assert client.get("/api/v1/rollouts/999").status_code == 404
