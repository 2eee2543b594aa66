"""The page of API tokens: a secret is shown once, scopes go no further than one's own rights, use is noted beside the requests."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from rewards.people.account_desk import set_roles
from rewards.people.accounts import create_account
from rewards.people.tokens import TokenView, tokens_of
from rewards.store.session import Database
from tests.company import ORGANISATION, Company
from web.session import now

HTML = {"accept": "text/html"}
SignIn = Callable[[str], TestClient]


@pytest.fixture
def admin(sqlite_db: Database, company: Company, sign_in: SignIn) -> TestClient:
    """Ana, who is an employee and an administrator."""
    client = sign_in("ana")
    with sqlite_db.begin() as tx:
        create_account(tx, ORGANISATION, "nia", ["admin"], None, now())
        set_roles(tx, ORGANISATION, "ana", ["employee", "admin"], now())
    return client


@pytest.fixture
def listed(sqlite_db: Database) -> Callable[[], dict[str, TokenView]]:
    def read() -> dict[str, TokenView]:
        with sqlite_db.read() as tx:
            return {one.name: one for one in tokens_of(tx, ORGANISATION, now())}

    return read


def make(client: TestClient, **form: object) -> tuple[int, str, str]:
    """(status, page, the secret on it)."""
    data = {"name": "bot", "scopes": ["events:write"], "whose": "organisation", "days": "30", **form}
    answer = client.post("/admin/tokens", data=data, headers=HTML)
    found = re.search(r'value="(gs_[\w-]+)"', answer.text)
    return answer.status_code, answer.text, found.group(1) if found else ""


def test_a_secret_is_shown_once_and_works(
    admin: TestClient, listed: Callable[[], dict[str, TokenView]]
) -> None:
    status, _page, secret = make(admin)
    assert status == 200
    assert len(secret) > 40
    assert secret not in admin.get("/admin/tokens").text
    assert listed()["bot"].used_at is None
    bearer = {"authorization": f"Bearer {secret}", "content-type": "application/cloudevents+json"}
    assert admin.post("/api/v1/events", content=b"{}", headers=bearer).status_code == 422
    admin.app.state.token_uses.close()  # type: ignore[attr-defined]
    used = listed()["bot"].used_at
    assert used is not None
    assert (now() - used).total_seconds() < 60
    assert "Last used" in admin.get("/admin/tokens").text
    answer = admin.post("/admin/tokens/revoke", data={"name": "bot"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/tokens?ended=1")
    assert "refused from now on" in admin.get("/admin/tokens?ended=1").text
    assert admin.post("/api/v1/events", content=b"{}", headers=bearer).status_code == 401
    again = admin.post("/admin/tokens/revoke", data={"name": "bot"}, headers=HTML)
    assert (again.status_code, "in force any more" in again.text) == (404, True)


def test_only_what_ones_roles_allow_is_offered_and_taken(
    admin: TestClient, listed: Callable[[], dict[str, TokenView]]
) -> None:
    page = admin.get("/admin/tokens").text
    offered = set(re.findall(r'name="scopes" value="([^"]+)"', page))
    assert offered == {
        "events:write",
        "events:backfill",
        "me:read",
        "me:write",
        "kudos:write",
        "rewards:write",
    }
    status, page, secret = make(admin, scopes=["admin", "events:write"])
    assert (status, secret, "You may not give the scope admin" in page) == (409, "", True)
    assert 'value="bot"' in page
    assert "bot" not in listed()


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"name": ""}, 422, "name it after what uses it"),
        ({"name": "x" * 300}, 422, "name it after what uses it"),
        ({"name": "all"}, 409, "the name is used"),
        ({"scopes": []}, 422, "give at least one"),
        ({"scopes": ["nonsense"]}, 422, "give at least one"),
        ({"scopes": ["me:read"]}, 422, "a token that speaks for you"),
        ({"days": "0"}, 422, "lasts 1 to 3650"),
        ({"days": "99999999999999999999"}, 422, ""),
        ({"days": "soon"}, 422, "a whole number, or never"),
    ],
)
def test_what_is_refused_is_one_line(
    admin: TestClient,
    listed: Callable[[], dict[str, TokenView]],
    form: dict[str, object],
    status: int,
    said: str,
) -> None:
    before = listed()
    found, page, secret = make(admin, **form)
    assert (found, secret) == (status, "")
    assert said in page
    assert listed() == before


def test_a_double_click_shows_the_secret_that_counts(admin: TestClient) -> None:
    _, _, first = make(admin)
    status, _, second = make(admin)
    assert status == 200
    assert second
    assert second != first


def test_a_token_of_ones_own_speaks_for_oneself(
    admin: TestClient, listed: Callable[[], dict[str, TokenView]]
) -> None:
    make(admin, scopes=["me:read"], whose="me", days="never")
    found = listed()["bot"]
    assert (found.person, found.made_by, found.expires_at) == ("ana", "ana", None)


def test_more_than_a_page_is_led_on(admin: TestClient) -> None:
    for number in range(52):
        make(admin, name=f"bot {number:02}")
    page = admin.get("/admin/tokens").text
    following = re.search(r'href="(/admin/tokens\?after=[^"]+)"', page)
    assert following
    assert "bot 51" in admin.get(following.group(1)).text
