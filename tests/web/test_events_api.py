"""POST /api/v1/events: an answer for each, and one clear line for what cannot be taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.company import Company


def event(**changes: Any) -> dict[str, Any]:
    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    whole = {
        "specversion": "1.0",
        "id": "e1",
        "source": "crm",
        "type": "org.groundswell.share",
        "subject": "ana",
        "time": at,
        "data": {"object": "launch", "channel": "linkedin"},
    }
    return whole | changes


@pytest.fixture
def headers(company: Company) -> dict[str, str]:
    return {"authorization": f"Bearer {company.plain_token}"}


def test_an_event_is_awarded_and_sent_again_is_the_same_answer(
    client: TestClient, headers: dict[str, str], company: Company
) -> None:
    sent = event()
    first = client.post("/api/v1/events", json=sent, headers=headers).json()["results"][0]
    again = client.post("/api/v1/events", json=sent, headers=headers).json()["results"][0]
    assert (first["status"], first["millipoints"]) == ("awarded", 2000)
    assert (again["status"], again["millipoints"]) == ("duplicate", 2000)
    me = client.get("/api/v1/me", headers={"authorization": f"Bearer {company.personal_token}"}).json()
    assert me["earned_millipoints"] == 2000
    assert me["badges"] == ["first-share"]


def test_one_id_with_two_payloads_is_a_conflict(client: TestClient, headers: dict[str, str]) -> None:
    sent = event()
    client.post("/api/v1/events", json=sent, headers=headers)
    answer = client.post("/api/v1/events", json=sent | {"subject": "ben"}, headers=headers)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_batch_answers_each(client: TestClient, headers: dict[str, str]) -> None:
    batch = [
        event(id="a"),
        event(id="b", subject="nobody"),
        {"specversion": "0.3"},
        event(id="d", subject="ben"),
    ]
    answer = client.post("/api/v1/events", json=batch, headers=headers)
    assert answer.status_code == 200
    assert [r["status"] for r in answer.json()["results"]] == [
        "awarded",
        "unknown_person",
        "invalid",
        "awarded",
    ]
    assert [r["index"] for r in answer.json()["results"]] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"3", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"id": NaN}', "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "application/json", 422),
        (b"[" + b",".join([b"{}"] * 1001) + b"]", "application/json", 413),
    ],
)
def test_bad_bodies(client: TestClient, headers: dict[str, str], body: bytes, kind: str, status: int) -> None:
    answer = client.post("/api/v1/events", content=body, headers=headers | {"content-type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "\n" not in answer.json()["detail"]


@pytest.mark.parametrize(
    "changes",
    [
        {"time": "yesterday"},
        {"time": "2026-01-01T00:00:00"},
        {"type": "com.other.share"},
        {"data": {"quantity": -1}},
        {"data": {"quantity": 10**12}},
        {"data": {"quantity": 1.5}},
        {"data": {"surprise": 1}},
        {"id": ""},
        {"subject": "a b"},
        {"id": "x" * 500},
        {"time": "99999-01-01T00:00:00Z"},
    ],
)
def test_a_bad_event_is_one_line_naming_the_field(
    client: TestClient, headers: dict[str, str], changes: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/events", json=event(**changes), headers=headers)
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert next(iter(changes)) in detail
    assert "\n" not in detail


def test_balances_page_by_page(client: TestClient, headers: dict[str, str], company: Company) -> None:
    client.post("/api/v1/events", json=event(), headers=headers)
    admin = {"authorization": f"Bearer {company.token}"}
    found, after = {}, ""
    while True:
        answer = client.get(f"/api/v1/balances?limit=5&after={after}", headers=admin)
        page = answer.json()
        found |= {row["person"]: row["earned_millipoints"] for row in page["balances"]}
        assert ("link" in answer.headers) is (page["next"] is not None)
        if page["next"] is None:
            break
        after = page["next"]
    assert len(found) == 12
    assert found["ana"] == 2000
    assert sum(found.values()) == 2000


def binary(headers: dict[str, str], **changes: str) -> dict[str, str]:
    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
    said = {
        "ce-specversion": "1.0",
        "ce-id": "b1",
        "ce-source": "/case",
        "ce-type": "org.groundswell.share",
        "ce-subject": "ana",
        "ce-time": at,
        "content-type": "application/json",
    }
    return headers | {name: value for name, value in (said | changes).items() if value}


def test_one_event_in_the_binary_mode_is_the_same_event_as_in_the_structured_one(
    client: TestClient, headers: dict[str, str]
) -> None:
    sent = binary(headers, **{"ce-id": "%E2%82%AC 1", "ce-source": '"a \\"b\\""'})
    first = client.post("/api/v1/events", content=b'{"object": "launch"}', headers=sent).json()["results"][0]
    assert (first["status"], first["id"], first["source"]) == ("awarded", "€ 1", 'a "b"')
    same = event(id="€ 1", source='a "b"', time=sent["ce-time"], data={"object": "launch"})
    again = client.post("/api/v1/events", json=same, headers=headers).json()["results"][0]
    assert again["status"] == "duplicate"
    empty = binary(headers, **{"ce-id": "b2", "content-type": ""})
    assert client.post("/api/v1/events", content=b"", headers=empty).status_code == 200


@pytest.mark.parametrize(
    ("changes", "body", "status", "told"),
    [
        ({"ce-specversion": ""}, b"{}", 422, "specversion: got None"),
        ({"ce-time": "20260302"}, b"{}", 422, "write one like 2026-03-02T10:00:00Z"),
        ({"content-type": "text/xml"}, b"<a/>", 415, "content type: got 'text/xml'"),
        ({}, b"{", 400, "not JSON"),
        ({}, b"[1]", 422, "data: got list"),
        ({"ce-data": "x"}, b"{}", 422, "ce-data"),
        ({"ce-id": "%ff"}, b"{}", 422, "ce-id"),
    ],
)
def test_what_is_wrong_in_the_binary_mode_is_named(
    client: TestClient, headers: dict[str, str], changes: dict[str, str], body: bytes, status: int, told: str
) -> None:
    answer = client.post("/api/v1/events", content=body, headers=binary(headers, **changes))
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "a\nb"},
        {"id": "\ud800"},
        {"source": "\ufffe"},
        {"data": {"\ud800": 1}},
        {"\ud800": 1},
        {"data": {"tags": ["a\x07b"]}},
        {"data": {"tags": [""]}},
        {"data": {"object": "\x00"}},
        {"type": "org.groundswell.Share"},
        {"subject": "a b"},
        {"specversion": "\ud800"},
        {"data_base64": "!"},
    ],
)
def test_what_is_no_text_is_one_line_without_a_pattern(
    client: TestClient, headers: dict[str, str], changes: dict[str, Any]
) -> None:
    body = json.dumps(event(**changes))
    answer = client.post(
        "/api/v1/events", content=body, headers=headers | {"content-type": "application/json"}
    )
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert detail.isprintable()
    assert not {"^", "\\x", "{0,"} & set(detail)


def test_any_text_is_an_id_and_one_way_of_writing_it(client: TestClient, headers: dict[str, str]) -> None:
    sent = event(id="Cafe\u0301 №1 / 日本", source="urn:é")
    first = client.post("/api/v1/events", json=sent, headers=headers).json()["results"][0]
    again = client.post("/api/v1/events", json=sent | {"id": "Café №1 / 日本"}, headers=headers)
    assert (first["status"], first["id"]) == ("awarded", "Café №1 / 日本")
    assert again.json()["results"][0]["status"] == "duplicate"
