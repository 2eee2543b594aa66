"""Pages of accounts, invitations and passwords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from rewards.people.accounts import sign_in as by_password
from rewards.people.invitations import LIFETIMES, invite, reset
from rewards.people.people import import_people
from rewards.store import schema
from rewards.store.session import Database
from tests.company import ORGANISATION, PASSWORD, Company, people
from web.app import create_app
from web.problems import COOKIE
from web.session import now
from web.settings import Settings

PHRASE = "a long enough phrase"
As = Callable[[str], TestClient]


def link_in(text: str) -> str:
    found = re.search(r"<code>http://127\.0\.0\.1:8000(/(?:invitation|reset)/\S+?)</code>", text)
    assert found, text
    return found[1]


def chosen(
    client: TestClient, link: str, password: str = PHRASE, again: str | None = None
) -> tuple[int, str]:
    client.cookies.clear()
    answer = client.post(link, data={"password": password, "again": again or password})
    return answer.status_code, answer.headers.get("location", answer.text)


def test_an_invitation_from_the_page_to_the_first_page(client: TestClient, sign_in: As) -> None:
    sign_in("nia")
    page = client.get("/admin/accounts/ben")
    assert "no sign-in yet" in page.text
    made = client.post("/admin/accounts/ben/invitation", data={"role": ["employee", "hr"]})
    assert made.status_code == 200
    assert "no-store" in made.headers["cache-control"]
    link = link_in(made.text)
    client.cookies.clear()
    form = client.get(link)
    assert "Welcome, Ben" in form.text
    assert "<b>Field</b>" not in form.text
    assert chosen(client, link) == (303, "/hr")
    assert client.get("/hr").status_code == 200
    again = client.get(link, headers={"accept": "text/html"})
    assert again.status_code == 410
    assert "This link was used already" in again.text
    assert client.post("/sign-in", data={"person": "ben", "password": PHRASE}).status_code == 303


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "limit 10"),
        (PHRASE, "another long phrase", "differ"),
        ("x" * 1024, "y" * 1024, "differ"),
    ],
)
def test_what_is_refused_leaves_the_link_open(
    client: TestClient, sqlite_db: Database, company: Company, password: str, again: str, said: str
) -> None:
    with sqlite_db.begin() as tx:
        link = invite(tx, ORGANISATION, "ben", ["employee"], now())
    status, text = chosen(client, link.path, password, again)
    assert status == 422
    assert said in text
    assert chosen(client, link.path) == (303, "/")


def test_links_that_ended_say_so_in_a_sentence(
    client: TestClient, sqlite_db: Database, company: Company
) -> None:
    with sqlite_db.begin() as tx:
        expired = invite(tx, ORGANISATION, "ben", ["employee"], now() - LIFETIMES["invitation"])
        older = invite(tx, ORGANISATION, "eve", ["employee"], now())
        invite(tx, ORGANISATION, "eve", ["employee"], now())
    for path, status, said in (
        (expired.path, 410, "has expired"),
        (older.path, 410, "was replaced"),
        ("/invitation/" + "x" * 43, 404, "is not known"),
        ("/reset/" + older.secret, 404, "is not known"),
    ):
        for method in ("get", "post"):
            data = {"password": PHRASE, "again": PHRASE} if method == "post" else None
            answer = client.request(method, path, data=data, headers={"accept": "text/html"})
            assert (answer.status_code, said in answer.text) == (status, True), (path, method, answer.text)
            assert COOKIE not in answer.cookies


def test_the_form_speaks_german(client: TestClient, sqlite_db: Database, company: Company) -> None:
    with sqlite_db.begin() as tx:
        link = invite(tx, ORGANISATION, "ben", ["employee"], now())
    assert "Willkommen, Ben" in client.get(link.path, headers={"accept-language": "de"}).text


@pytest.fixture
def mailing(sqlite_db: Database, company: Company) -> Iterator[TestClient]:
    """An installation with a mail server, where Ben has an address."""
    with sqlite_db.begin() as tx:
        ben = next(one for one in people() if one.id == "ben")
        import_people(tx, ORGANISATION, [ben.model_copy(update={"email": "ben@acme.example"})], now())
    url = sqlite_db.url.render_as_string(hide_password=False)
    settings = Settings(
        DATABASE_URL=url,
        organisation=ORGANISATION,
        smtp_host="127.0.0.1",
        mail_from="us@acme.example",
        base_url="https://share.acme.example",
    )
    with TestClient(create_app(settings), base_url="http://testserver", follow_redirects=False) as found:
        yield found


def queued(db: Database) -> list[tuple[str, str]]:
    with db.read() as tx:
        return [(row.kind, row.data) for row in tx.execute(select(schema.mail).order_by(schema.mail.c.id))]


def test_asking_for_another_password_says_the_same_to_everybody(
    mailing: TestClient, sqlite_db: Database
) -> None:
    with sqlite_db.begin() as tx:
        invite(tx, ORGANISATION, "ben", ["employee"], now())
    for who in ("ana", "nobody", "nobody@x.org", "' OR 1=1", "x" * 254, "ben", "BEN@acme.example"):
        answer = mailing.post("/reset", data={"who": who})
        assert (answer.status_code, answer.headers["location"]) == (303, "/reset?asked=1")
    assert "If there is a sign-in" in mailing.get("/reset?asked=1").text
    assert mailing.post("/reset", data={"who": "x" * 255}).status_code == 422
    assert 'href="/reset"' in mailing.get("/sign-in").text
    ((kind, data),) = queued(sqlite_db)
    assert kind == "reset"
    found = re.search(r"https://share\.acme\.example(/reset/[\w-]+)", data)
    assert found
    assert chosen(mailing, found[1]) == (303, "/")


def test_without_a_mail_server_nobody_is_kept_waiting(client: TestClient) -> None:
    assert "sends no mail" in client.get("/reset").text
    assert client.post("/reset", data={"who": "ana"}).status_code == 409


def test_links_go_by_mail_where_they_can_and_are_shown_where_they_cannot(
    mailing: TestClient, sqlite_db: Database
) -> None:
    assert mailing.post("/sign-in", data={"person": "nia", "password": PASSWORD}).status_code == 303
    group = mailing.post("/invitations", data={"whom": "ids", "ids": "ben oto"}).text
    assert "Sent to ben@acme.example." in group
    assert group.count("<code>https://share.acme.example/invitation/") == 1
    assert [kind for kind, _ in queued(sqlite_db)] == ["invitation"]
    shown = mailing.post("/admin/accounts/ben/invitation", data={"role": "employee", "show": "true"}).text
    assert "<code>https://share.acme.example/invitation/" in shown
    assert len(queued(sqlite_db)) == 1


def test_a_reset_by_the_administrator(client: TestClient, sign_in: As) -> None:
    sign_in("nia")
    link = link_in(client.post("/admin/accounts/ana/reset").text)
    assert chosen(client, link) == (303, "/")
    assert client.post("/sign-in", data={"person": "ana", "password": PASSWORD}).status_code == 401


def test_roles_are_changed_and_a_sign_in_is_ended(client: TestClient, sign_in: As) -> None:
    sign_in("nia")
    changed = client.post("/admin/accounts/ana/roles", data={"role": ["employee", "auditor"]})
    assert changed.headers["location"] == "/admin/accounts/ana?done=roles"
    assert "The roles are changed." in client.get(changed.headers["location"]).text
    assert client.post("/admin/accounts/ana/roles").status_code == 422
    assert client.post("/admin/accounts/ana/roles", data={"role": "boss"}).status_code == 422
    assert client.post("/admin/accounts/ben/roles", data={"role": "hr"}).status_code == 404
    assert client.post("/admin/accounts/nobody/end").status_code == 404
    assert client.get("/admin/accounts/nobody").status_code == 404
    assert client.post("/admin/accounts/ana/end").headers["location"] == "/admin/accounts/ana?done=ended"
    last = client.post("/admin/accounts/nia/roles", data={"role": ["hr"]})
    assert last.status_code == 409
    assert "last administrator" in last.text
    assert client.post("/admin/accounts/nia/end").status_code == 409
    client.cookies.clear()
    assert client.post("/sign-in", data={"person": "ana", "password": PASSWORD}).status_code == 401


def test_accounts_are_searched_filtered_and_paged(client: TestClient, sign_in: As) -> None:
    sign_in("nia")
    everybody = client.get("/admin/accounts").text
    assert everybody.count("/admin/accounts/") >= 12
    assert "Ana &lt;b&gt;Field&lt;/b&gt;" in everybody
    found = client.get("/admin/accounts", params={"search": "ana", "role": "employee"}).text
    assert re.findall(r'href="/admin/accounts/(\w+)"', found) == ["ana"]
    assert "Nobody is found" in client.get("/admin/accounts", params={"search": "zzz"}).text
    assert client.get("/admin/accounts", params={"role": "boss"}).status_code == 422


def test_a_group_is_invited_by_hr_and_no_more_than_that(client: TestClient, sign_in: As) -> None:
    sign_in("hal")
    page = client.post("/invitations", data={"whom": "segment", "segment": "sales"})
    assert page.status_code == 200
    invited = re.findall(r"<code>\S+/(invitation)/", page.text)
    assert len(invited) == 3
    again = client.post("/invitations", data={"whom": "segment", "segment": "sales"})
    assert "0 links are made" in again.text
    named = client.post("/invitations", data={"whom": "ids", "ids": "eve, nobody\nana ben"})
    assert named.status_code == 200
    assert len(re.findall(r"<code>\S+/invitation/", named.text)) == 2
    assert "nobody" in named.text
    assert "ana has chosen a password already" in named.text
    for data in ({"whom": "ids"}, {"whom": "team"}, {"whom": "ids", "ids": " ".join(map(str, range(300)))}):
        answer = client.post("/invitations", data=data)
        assert answer.status_code == 422
    assert client.post("/admin/accounts/ana/reset").status_code == 403


def test_changing_ones_own_password(client: TestClient, sign_in: As, sqlite_db: Database) -> None:
    sign_in("ana")
    wrong = client.post(
        "/account/password", data={"current": "wrong wrong", "password": PHRASE, "again": PHRASE}
    )
    assert wrong.status_code == 409
    assert "not right" in wrong.text
    other = {"current": PASSWORD, "password": PHRASE}
    assert client.post("/account/password", data={**other, "again": "different"}).status_code == 422
    changed = client.post("/account/password", data={**other, "again": PHRASE})
    assert changed.headers["location"] == "/account/password?done=1"
    assert "Your password is changed" in client.get(changed.headers["location"]).text
    assert by_password(sqlite_db, ORGANISATION, "ana", PHRASE, now())


def test_a_reset_link_works_on_whatever_browser(client: TestClient, sign_in: As, sqlite_db: Database) -> None:
    with sqlite_db.begin() as tx:
        link = reset(tx, ORGANISATION, "ana", now())
    sign_in("hal")
    answer = client.post(link.path, data={"password": PHRASE, "again": PHRASE})
    assert answer.status_code == 303
    assert "signed in with the id ana" in client.get("/account").text
