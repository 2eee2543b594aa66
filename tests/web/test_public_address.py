"""No address that the program hands out comes from the host that a request names."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from rewards.store.session import Database
from tests.company import ORGANISATION, PASSWORD, Company
from tests.web.api_client import Api
from web import server
from web.app import create_app
from web.settings import Settings

FOREIGN = {
    "host": "elsewhere.example",
    "x-forwarded-host": "elsewhere.example",
    "forwarded": "host=elsewhere.example",
}


def test_a_badge_is_signed_for_the_public_address(api: Api) -> None:
    api.share("ana")
    said = api.get("/badges/first/credential", "ana", headers=FOREIGN)
    assert said.status_code == 200
    assert "elsewhere" not in said.text
    place = said.json()["document"]["credentialStatus"]["statusListCredential"]
    assert place.startswith("http://127.0.0.1:8000/api/v1/issuers/")
    issuer = re.search(r"issuers/(\w+)/status/(\d+)", place)
    assert issuer is not None
    import jwt

    listed = api.client.get(f"/api/v1/issuers/{issuer[1]}/status/{issuer[2]}", headers=FOREIGN)
    assert jwt.decode(listed.text, options={"verify_signature": False})["jti"] == place


@pytest.mark.parametrize(
    ("base_url", "listens_at", "begins"),
    [
        ("https://share.acme.example/", "http://127.0.0.1:8123", "https://share.acme.example/l/"),
        ("", "http://127.0.0.1:8123", "http://127.0.0.1:8123/l/"),
        ("", "", ""),
    ],
)
def test_a_tracked_link_begins_with_the_public_address(
    sqlite_db: Database, company: Company, base_url: str, listens_at: str, begins: str
) -> None:
    settings = Settings(
        DATABASE_URL=sqlite_db.url.render_as_string(hide_password=False),
        organisation=ORGANISATION,
        base_url=base_url,
    )
    client = TestClient(create_app(settings, listens_at), follow_redirects=False)
    client.post("/sign-in", data={"person": "ana", "password": PASSWORD})
    said = client.get("/share/launch/linkedin", headers=FOREIGN)
    assert "elsewhere" not in said.text
    if begins:
        assert begins in said.text
    else:
        assert said.status_code == 503
        assert "GROUNDSWELL_BASE_URL" in said.text


@pytest.mark.parametrize(
    "text", ["share.acme.example", "ftp://x", "https://u:p@x", "https://x?y", "https://[x"]
)
def test_what_is_no_public_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        Settings(base_url=text)


def test_a_wildcard_is_no_address_to_hand_out() -> None:
    for host, known in (("127.0.0.1", True), ("0.0.0.0", False), ("::", False)):
        with closing(server.listen(host, 0)) as taken:
            assert (server.reachable(taken) != "") is known


def test_a_redirect_names_no_host(client: TestClient) -> None:
    answer = client.get("/points/", headers=FOREIGN)
    assert (answer.status_code, answer.headers["location"]) == (307, "/points")
