"""Single sign-on against two real providers: in, with the right roles, and out again; and whatever goes wrong on the way."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from rewards.faults import BadValue
from rewards.outside.logout_token import LoggedOut
from rewards.outside.provider_settings import ProviderSettings
from rewards.people.account_desk import end_account
from rewards.people.people import deactivate, get_person
from rewards.store import audit, schema
from rewards.store.session import Database
from tests.company import ORGANISATION, make_company
from tests.ports import deaf_port, free_port
from tests.providers import (
    BASE,
    SECRET,
    approve_at_canaille,
    approve_at_mock,
    asked,
    canaille,
    mock_provider,
)
from web.app import create_app
from web.problems import COOKIE
from web.session import now
from web.settings import Settings, settings_from_environment
from web.sign_on import STATE_COOKIE

ROLES = {"advocacy-hr": "hr", "advocacy-leads": ["hr", "strategist"]}
HTML = {"accept": "text/html"}
PEOPLE = (
    {"sub": "s-ana", "email": "Ana@Acme.example", "email_verified": True, "groups": ["advocacy-hr", "x"]},
    {"sub": "s-hal", "email": "hal@acme.example", "email_verified": True, "staff": "hal", "groups": []},
    {"sub": "s-unsure", "email": "sam@acme.example", "email_verified": False},
    {"sub": "s-silent", "email": "sam@acme.example"},
    {"sub": "s-ben", "email": "ben@acme.example", "email_verified": True, "name": "Ben"},
    {"sub": "s-new", "email": "new@acme.example", "email_verified": True, "name": "New One", "staff": "n.1"},
    {"sub": "s-odd", "email": "odd@acme.example", "email_verified": True, "staff": "no/id at all"},
)


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with mock_provider(PEOPLE) as issuer:
        yield issuer


def at_mock(issuer: str, **rest: Any) -> ProviderSettings:
    return ProviderSettings(issuer=issuer, client_id="groundswell", client_secret=SECRET, name="Acme", **rest)


@pytest.fixture
def serve(sqlite_db: Database) -> Callable[..., Any]:
    """Serves the company, whose people have addresses, to whom a provider vouches for."""
    make_company(sqlite_db)
    with sqlite_db.begin() as tx:
        for row in tx.execute(select(schema.person_identity)).all():
            address = f"{row.external_id}@acme.example"
            where = schema.person_identity.c.person_id == row.person_id
            tx.execute(schema.person_identity.update().where(where).values(email=address))

    @contextmanager
    def client(oidc: ProviderSettings | None, **rest: Any) -> Iterator[TestClient]:
        url = sqlite_db.url.render_as_string(hide_password=False)
        settings = Settings(DATABASE_URL=url, organisation=ORGANISATION, base_url=BASE, oidc=oidc, **rest)
        with TestClient(create_app(settings), base_url=BASE, follow_redirects=False) as found:
            yield found

    return client


def begin(client: TestClient, next: str = "/") -> str:
    answer = client.get("/sign-in/sso", params={"next": next})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def back(client: TestClient, address: str) -> Any:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}" == BASE
    return client.get(f"{parts.path}?{parts.query}", headers=HTML)


def sign_on(client: TestClient, person: str, next: str = "/") -> Any:
    return back(client, approve_at_mock(begin(client, next), person))


def roles_of(db: Database, person: str) -> str:
    with db.read() as tx:
        account, identity = schema.account, schema.person_identity
        query = select(account.c.roles).join(identity, identity.c.person_id == account.c.person_id)
        return str(tx.execute(query.where(identity.c.external_id == person)).scalar_one())


def said(answer: Any) -> str:
    """The one sentence of a refusal."""
    page = html.unescape(answer.text)
    start = page.index('role="alert">') + len('role="alert">')
    return page[start : page.index("<", start)]


def refused(client: TestClient, answer: Any, status: int, words: str) -> None:
    assert (answer.status_code, words in said(answer)) == (status, True), (answer.status_code, said(answer))
    assert COOKIE not in client.cookies
    assert STATE_COOKIE not in client.cookies


def test_an_address_leads_to_an_imported_person(mock: str, serve: Any, sqlite_db: Database) -> None:
    with serve(at_mock(mock)) as client:
        page = client.get("/sign-in?next=/points").text
        assert "Sign in with Acme" in page
        assert 'href="/sign-in/sso?next=/points"' in page
        there = begin(client, "/points")
        told = asked(there)
        assert there.startswith(f"{mock}/oauth2/authorize?")
        assert told["redirect_uri"] == f"{BASE}/sign-in/sso/callback"
        assert (told["response_type"], told["code_challenge_method"]) == ("code", "S256")
        assert {len(told[name]) for name in ("state", "nonce", "code_challenge")} == {43}
        answer = back(client, approve_at_mock(there, "s-ana"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/points")
        assert STATE_COOKIE not in client.cookies
        assert client.get("/points").status_code == 200
    assert roles_of(sqlite_db, "ana") == "employee"


def test_the_cookie_on_the_way_is_short_and_hidden(mock: str, serve: Any) -> None:
    with serve(at_mock(mock), secure_cookies=True) as client:
        cookie = client.get("/sign-in/sso").headers["set-cookie"]
    for part in ("HttpOnly", "Max-Age=600", "SameSite=lax", "Secure", "Path=/sign-in/sso"):
        assert part in cookie


@pytest.mark.parametrize(
    ("person", "roles", "status"),
    [("s-ana", "employee hr", 303), ("s-hal", "employee", 303), ("s-ben", "employee", 303)],
)
def test_roles_are_the_providers_where_it_has_a_say(
    mock: str, serve: Any, sqlite_db: Database, person: str, roles: str, status: int
) -> None:
    with serve(at_mock(mock, roles_claim="groups", roles=json.dumps(ROLES))) as client:
        assert sign_on(client, person).status_code == status
        assert client.get("/hr").status_code == (200 if "hr" in roles else 403)
    assert roles_of(sqlite_db, person.removeprefix("s-")) == roles
    with sqlite_db.read() as tx:
        changed = [
            line.reason
            for line in audit.page(tx, ORGANISATION, audit.Asked(), None, 50)
            if line.actor == "sign-on"
        ]
    assert changed == [roles]


def test_whoever_gets_no_role_does_not_come_in(mock: str, serve: Any) -> None:
    mapping = json.dumps({**ROLES, "everybody": "employee"})
    with serve(at_mock(mock, roles_claim="groups", roles=mapping)) as client:
        refused(client, sign_on(client, "s-hal"), 403, "given you no role")


@pytest.mark.parametrize("person", ["s-unsure", "s-silent"])
def test_an_address_that_is_not_verified_says_nothing(mock: str, serve: Any, person: str) -> None:
    with serve(at_mock(mock)) as client:
        refused(client, sign_on(client, person), 403, "not on this company's list")
    with serve(at_mock(mock, trust_email=True)) as client:
        assert sign_on(client, person).headers["location"] == "/strategist"


def test_a_claim_leads_to_the_id_of_the_people_file(mock: str, serve: Any) -> None:
    with serve(at_mock(mock, person_claim="staff")) as client:
        assert sign_on(client, "s-hal").headers["location"] == "/hr"
        for person in ("s-odd", "s-ana"):
            client.cookies.clear()
            refused(client, sign_on(client, person), 403, "not on this company's list")
    with serve(at_mock(mock, person_claim="staff", create=True)) as client:
        assert sign_on(client, "s-new").status_code == 303
        client.cookies.clear()
        refused(client, sign_on(client, "s-odd"), 403, "not on this company's list")


def test_nobody_is_added_unless_the_operator_says_so(mock: str, serve: Any, sqlite_db: Database) -> None:
    with serve(at_mock(mock)) as client:
        refused(client, sign_on(client, "s-new"), 403, "not on this company's list")
    with serve(at_mock(mock, create=True)) as client:
        assert sign_on(client, "s-new").status_code == 303
        assert sign_on(client, "s-new").status_code == 303
    with sqlite_db.read() as tx:
        made = get_person(tx, ORGANISATION, "new-acme.example")
    assert (made.name, made.email, made.timezone) == ("New One", "new@acme.example", "Europe/Madrid")


def test_who_left_is_told_so(mock: str, serve: Any, sqlite_db: Database) -> None:
    with sqlite_db.begin() as tx:
        deactivate(tx, ORGANISATION, "ana", now())
    with serve(at_mock(mock)) as client:
        refused(client, sign_on(client, "s-ana"), 403, "not active")


def test_a_sign_in_that_an_administrator_ended_stays_ended(
    mock: str, serve: Any, sqlite_db: Database
) -> None:
    with sqlite_db.begin() as tx:
        end_account(tx, ORGANISATION, "ana", now())
    with serve(at_mock(mock)) as client:
        refused(client, sign_on(client, "s-ana"), 403, "was ended")


def test_two_people_with_one_address_are_nobody(mock: str, serve: Any, sqlite_db: Database) -> None:
    with sqlite_db.begin() as tx:
        where = schema.person_identity.c.external_id == "kim"
        tx.execute(schema.person_identity.update().where(where).values(email="ANA@acme.example"))
    with serve(at_mock(mock)) as client:
        refused(client, sign_on(client, "s-ana"), 403, "Several people")


def test_a_refusal_at_the_provider_is_one_sentence(mock: str, serve: Any) -> None:
    with serve(at_mock(mock)) as client:
        there = begin(client)
        address = approve_at_mock(there, "s-ana", action="deny")
        if "state" not in asked(address):
            address += f"&state={asked(there)['state']}"
        refused(client, back(client, address), 403, "Acme did not sign you in")


@pytest.mark.parametrize(
    "next", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_it_leads_back_to_this_site_only(mock: str, serve: Any, next: str) -> None:
    with serve(at_mock(mock)) as client:
        assert sign_on(client, "s-ana", next).headers["location"] == "/"


def test_an_answer_counts_once(mock: str, serve: Any) -> None:
    with serve(at_mock(mock)) as client:
        there = begin(client)
        kept = client.cookies[STATE_COOKIE]
        address = approve_at_mock(there, "s-ana")
        assert back(client, address).status_code == 303
        client.cookies.clear()
        refused(client, back(client, address), 400, "Begin again")
        client.cookies.set(STATE_COOKIE, kept, path="/sign-in/sso", domain="testserver.local")
        refused(client, back(client, address), 400, "Begin again")
        client.cookies.set(STATE_COOKIE, kept, path="/sign-in/sso", domain="testserver.local")
        second = approve_at_mock(there, "s-hal")
        refused(client, back(client, second), 400, "Begin again")


def test_an_answer_to_another_browser_is_refused(mock: str, serve: Any) -> None:
    with serve(at_mock(mock)) as client:
        address = approve_at_mock(begin(client), "s-ana")
        client.cookies.clear()
        begin(client)
        refused(client, back(client, address), 400, "Begin again")


@pytest.mark.parametrize("kept", ["", "e30=.0", "x.y", "....", "é.ü", "e30="])
def test_a_cookie_that_somebody_made_up_is_refused(mock: str, serve: Any, kept: str) -> None:
    with serve(at_mock(mock)) as client:
        headers = {**HTML, "cookie": f"{STATE_COOKIE}={kept}".encode("latin-1")}
        answer = client.get("/sign-in/sso/callback?code=x&state=y", headers=headers)
        refused(client, answer, 400, "Begin again")


@pytest.mark.parametrize(
    "query", ["", "?state=", "?code=x", "?error=access_denied", "?code=x&state=" + "y" * 3000]
)
def test_an_answer_that_is_none_is_refused(mock: str, serve: Any, query: str) -> None:
    with serve(at_mock(mock)) as client:
        begin(client)
        refused(client, back(client, f"{BASE}/sign-in/sso/callback{query}"), 400, "Begin again")


def test_a_token_for_another_sign_on_is_refused(mock: str, serve: Any) -> None:
    """The code of one sign-on brought back under the state of another: its token has the nonce of the first."""
    with serve(at_mock(mock)) as client:
        address = approve_at_mock(begin(client), "s-ana")
        there = begin(client)
        forged = f"{BASE}/sign-in/sso/callback?code={asked(address)['code']}&state={asked(there)['state']}"
        refused(client, back(client, forged), 403, "invalid_claim: nonce")


def test_another_issuer_is_refused(mock: str, serve: Any) -> None:
    with serve(at_mock(mock)) as client:
        address = approve_at_mock(begin(client), "s-ana") + "&iss=https%3A%2F%2Fevil.example"
        refused(client, back(client, address), 403, "another issuer")


def test_an_issuer_that_names_itself_otherwise_is_not_asked(mock: str, serve: Any) -> None:
    with serve(at_mock(mock.replace("127.0.0.1", "localhost") + "/")) as client:
        answer = client.get("/sign-in/sso", headers=HTML)
        assert (answer.status_code, "does not answer" in said(answer)) == (503, True)


def test_a_proof_that_has_run_out_is_refused(serve: Any) -> None:
    with (
        mock_provider(PEOPLE, None, "--token-max-age", "-600") as issuer,
        serve(at_mock(issuer)) as client,
    ):
        refused(client, sign_on(client, "s-ana"), 403, "expired_token")


def test_new_keys_of_the_provider_are_learnt_at_once(serve: Any) -> None:
    port = free_port()
    with serve(at_mock(f"http://127.0.0.1:{port}")) as client:
        for _ in range(2):
            # Its keys are new at every start, and this process has read those of before.
            with mock_provider(PEOPLE, port):
                assert sign_on(client, "s-ana").status_code == 303


def test_a_provider_that_is_down_is_one_sentence_and_passwords_go_on(serve: Any) -> None:
    from tests.company import PASSWORD

    with deaf_port() as port, serve(at_mock(f"http://127.0.0.1:{port}")) as client:
        answer = client.get("/sign-in/sso", headers=HTML)
        assert answer.status_code == 503
        assert (
            said(answer)
            == "Acme does not answer just now. Try again in a minute, or sign in with your password."
        )
        form = {"person": "ana", "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303


def test_a_provider_that_goes_down_on_the_way_is_one_sentence(serve: Any) -> None:
    with mock_provider(PEOPLE) as issuer, deaf_port() as port:
        settings = at_mock(issuer)
        with serve(settings) as client:
            address = approve_at_mock(begin(client), "s-ana")
            client.app.state.provider.metadata()["token_endpoint"] = f"http://127.0.0.1:{port}/x"  # type: ignore[attr-defined]
            answer = back(client, address)
            refused(client, answer, 503, "does not answer just now")


def test_passwords_can_be_switched_off(mock: str, serve: Any) -> None:
    from tests.company import PASSWORD

    with serve(at_mock(mock), password_sign_in=False) as client:
        assert 'name="password"' not in client.get("/sign-in").text
        answer = client.post("/sign-in", data={"person": "ana", "password": PASSWORD})
        assert answer.status_code == 403
        assert sign_on(client, "s-ana").status_code == 303


def test_a_program_that_nobody_could_enter_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_PASSWORD_SIGN_IN", "false")
    with pytest.raises(BadValue, match="nobody could sign in"):
        settings_from_environment()
    monkeypatch.setenv("GROUNDSWELL_OIDC_ISSUER", "https://idp.example")
    monkeypatch.setenv("GROUNDSWELL_OIDC_CLIENT_ID", "groundswell")
    found = settings_from_environment()
    assert found.oidc is not None
    assert found.oidc.title == "idp.example"


def test_signing_out_ends_both_sessions(mock: str, serve: Any) -> None:
    with serve(at_mock(mock)) as client:
        sign_on(client, "s-ana")
        token = client.cookies[COOKIE]
        answer = client.post("/sign-out")
        assert answer.status_code == 200
        there = html.unescape(answer.text.split('content="0; url=')[1].split('"')[0])
        assert there.startswith(f"{mock}/oauth2/end_session?")
        told = asked(there)
        assert told["post_logout_redirect_uri"] == f"{BASE}/sign-in"
        assert told["client_id"] == "groundswell"
        assert told["id_token_hint"].count(".") == 2
        client.cookies.set(COOKIE, token)
        assert client.get("/points").status_code == 401


def test_the_provider_ends_the_sessions_that_it_opened(
    mock: str, serve: Any, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [
        LoggedOut("s-ana", "", "m-1", 0),
        LoggedOut("", "k-other", "m-2", 0),
        LoggedOut("s-ana", "", "m-1", 0),
    ]
    path = "/sign-in/sso/back-channel-logout"
    with serve(at_mock(mock)) as client:
        assert client.post(path, data={"logout_token": "none"}).status_code == 400
        sign_on(client, "s-hal")
        other = client.cookies[COOKIE]
        client.cookies.clear()
        sign_on(client, "s-ana")
        mine = client.cookies[COOKIE]
        client.cookies.clear()
        monkeypatch.setattr("web.sign_on.read_logout_token", lambda *_: told.pop())
        answers = [client.post(path, data={"logout_token": "t"}) for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 400]
        assert answers[2].json() == {"error": "invalid_request", "error_description": "used before"}
        assert all(one.headers["cache-control"] == "no-store" for one in answers)
        for token, status in ((mine, 401), (other, 200)):
            client.cookies.clear()
            client.cookies.set(COOKIE, token)
            assert client.get("/points").status_code == status
    with sqlite_db.read() as tx:
        assert [one.action for one in audit.page(tx, ORGANISATION, audit.Asked(), None, 3)].count(
            "session.end_by_provider"
        ) == 1


def test_nothing_of_it_is_there_without_a_provider(serve: Any) -> None:
    with serve(None) as client:
        assert client.post("/sign-in/sso/back-channel-logout").status_code == 404
        assert "/sign-in/sso" not in client.get("/sign-in").text
        assert client.get("/sign-in/sso").status_code == 404
        assert client.get("/sign-in/sso/callback").status_code == 404
        assert client.post("/sign-out").headers["location"] == "/sign-in"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = [
        {"id": "hal", "name": "Hal Field", "email": "hal@acme.example", "groups": ["advocacy-leads", "all"]},
        {"id": "ana", "name": "Ana Field", "email": "ana@acme.example", "groups": ["all"]},
        {"id": "zoe", "name": "Zoe Field", "email": "zoe@acme.example", "groups": ["all"]},
    ]
    with canaille(tmp_path_factory.mktemp("canaille"), people) as issuer:
        yield issuer


def at_canaille(issuer: str, **rest: Any) -> ProviderSettings:
    return ProviderSettings(
        issuer=issuer, client_id="groundswell", client_secret=SECRET, scopes="openid email profile groups",
        person_claim="sub", roles_claim="groups", roles=json.dumps(ROLES), **rest,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("person", "roles", "home"), [("hal", "employee strategist hr", "/hr"), ("ana", "employee", "/")]
)
def test_canaille_signs_in_and_out(
    real: str, serve: Any, sqlite_db: Database, person: str, roles: str, home: str
) -> None:
    with serve(at_canaille(real)) as client:
        assert "Sign in with 127.0.0.1" in client.get("/sign-in").text
        answer = back(client, approve_at_canaille(begin(client), person))
        assert (answer.status_code, answer.headers["location"]) == (303, home)
        assert roles_of(sqlite_db, person) == roles
        there = client.post("/sign-out").text
        assert f"{real}/oauth/end_session?" in there
    assert client.get("/points").status_code == 401


def test_canaille_knows_somebody_whom_the_company_does_not(real: str, serve: Any) -> None:
    with serve(at_canaille(real)) as client:
        address = approve_at_canaille(begin(client), "zoe")
        refused(client, back(client, address), 403, "not on this company's list")


def test_canaille_does_not_take_another_client(real: str, serve: Any) -> None:
    wrong = ProviderSettings(**{**at_canaille(real).model_dump(), "client_secret": "a wrong secret"})
    with serve(wrong) as client:
        address = approve_at_canaille(begin(client), "ana")
        refused(client, back(client, address), 403, "invalid_client")
