"""Whatever fails, and whatever was asked: the log says what and where, and holds nothing of the request."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from rewards.store.session import Database
from tests.company import PASSWORD, Company
from tests.web.api_client import make_api
from web.problems import COOKIE

SECRETS = {
    "cookie-secret-1",
    "agent-secret-2",
    "header-secret-3",
    "query-secret-4",
    "path-secret-5",
    "body-secret-6",
}


def _told(capfd: pytest.CaptureFixture[str]) -> str:
    said = capfd.readouterr()
    return said.out + said.err


def test_a_failing_sign_in_logs_no_password(
    sqlite_db: Database, company: Company, client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    with sqlite_db.begin() as tx:
        tx.execute(text("drop table session_token"))
    answer = client.post("/sign-in", data={"person": "ana", "password": PASSWORD})
    assert answer.status_code >= 500
    told = _told(capfd)
    assert PASSWORD not in told
    assert len(told) < 5000
    assert "session_token" in told
    assert "sign_in" in told


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/l/path-secret-5?q=query-secret-4"),
        ("GET", "/api/v1/badges?q=query-secret-4"),
        ("POST", "/api/v1/events"),
        ("POST", "/share/path-secret-5/declare"),
        ("GET", "/"),
    ],
)
def test_no_request_leaves_anything_in_the_log(
    db: Database, method: str, path: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = make_api(db)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"cannot answer {sorted(SECRETS)}")

    monkeypatch.setattr(Database, "begin", broken)
    monkeypatch.setattr(Database, "read", broken)
    headers = {
        "authorization": f"Bearer {api.tokens['admin']}",
        "user-agent": "agent-secret-2",
        "x-thing": "header-secret-3",
        "cookie": f"{COOKIE}=cookie-secret-1",
        "content-type": "application/cloudevents+json",
    }
    answer = api.client.request(method, path, headers=headers, content='{"subject": "body-secret-6"}')
    assert answer.status_code == 500
    told = _told(capfd)
    assert "RuntimeError" in told
    assert len(told) < 5000
    for secret in {*SECRETS, api.tokens["admin"]}:
        assert secret not in told
