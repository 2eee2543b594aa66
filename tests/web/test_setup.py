"""The first hour over HTTP: from an empty database by the set-up link to an employee's first earned point."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from rewards.founding import setup_path
from rewards.ledger.entries import balances
from rewards.people.organisations import Network, get_organisation
from rewards.publishing.publication import scheme_in_force
from rewards.store.session import Database
from web.app import create_app
from web.session import now
from web.settings import Settings

PHRASE = "a long enough phrase"
FORM: dict[str, Any] = {
    "name": "Acme & Sons",
    "timezone": "Europe/Madrid",
    "spoken": ["en", "de"],
    "network": ["linkedin", "x", "facebook"],
    "unpaid": ["x"],
    "person": "ana",
    "person_name": "Ana Field",
    "email": "ana@acme.example",
    "team": "people",
    "segment": "office",
    "role": ["hr", "content"],
    "password": PHRASE,
    "again": PHRASE,
}


@pytest.fixture
def client(db: Database) -> Iterator[TestClient]:
    """A server over an empty database."""
    url = db.url.render_as_string(hide_password=False)
    with TestClient(
        create_app(Settings(DATABASE_URL=url)), base_url="http://testserver", follow_redirects=False
    ) as found:
        yield found


def link(db: Database) -> str:
    with db.begin() as tx:
        return setup_path(tx, now())


def test_the_form_makes_the_company_and_signs_its_first_administrator_in(
    client: TestClient, db: Database
) -> None:
    path = link(db)
    assert "Nothing is set up yet" in client.get("/sign-in").text
    assert "Set up your company" in client.get(path).text
    made = client.post(path, data=FORM)
    assert (made.status_code, made.headers["location"]) == (303, "/admin/setup")
    steps = client.get("/admin/setup")
    assert steps.status_code == 200
    assert "Acme &amp; Sons" in steps.text
    with db.read() as tx:
        home = get_organisation(tx, "company")
    assert home is not None
    assert (home.timezone, home.languages) == ("Europe/Madrid", ("en", "de"))
    assert home.networks == (Network("linkedin", True), Network("x", False), Network("facebook", False))
    client.cookies.clear()
    assert "Nothing is set up yet" not in client.get("/sign-in").text
    assert client.post("/sign-in", data={"person": "ana", "password": PHRASE}).status_code == 303
    for again in (client.get(path), client.post(path, data=FORM)):
        assert again.status_code == 410
        assert "set up already" in again.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"again": "another long phrase"}, "differ"),
        ({"password": "short", "again": "short"}, "limit 10"),
        ({"name": " "}, "name of the organisation"),
        ({"timezone": "Mars/Olympus"}, "time zone"),
        ({"timezone": ""}, "time zone"),
        ({"person": "ana field"}, "id: got"),
        ({"person": ""}, "id: got"),
        ({"spoken": []}, "languages"),
        ({"spoken": ["xx"]}, "languages"),
        ({"network": ["myspace"]}, "myspace"),
        ({"role": ["auditor"]}, "Role"),
        ({"team": ""}, "team"),
    ],
)
def test_what_is_refused_loses_nothing_and_leaves_the_link_open(
    client: TestClient, db: Database, change: dict[str, Any], said: str
) -> None:
    path = link(db)
    answer = client.post(path, data=FORM | change)
    assert answer.status_code == 422
    assert said.casefold() in answer.text.casefold()
    assert 'value="Ana Field"' in answer.text
    with db.read() as tx:
        assert get_organisation(tx, "company") is None
    assert client.post(path, data=FORM).status_code == 303


def test_two_browsers_at_once_make_one_company(client: TestClient, db: Database) -> None:
    path, outcomes = link(db), []
    both = threading.Barrier(2, timeout=30)

    def go(person: str) -> None:
        both.wait()
        answer = client.post(path, data=FORM | {"person": person})
        outcomes.append((answer.status_code, "set up already" in answer.text))

    threads = [threading.Thread(target=go, args=(person,)) for person in ("ana", "ben")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(outcomes) == [(303, False), (410, True)]


def test_a_newer_set_up_link_ends_the_former_and_a_wrong_one_is_not_known(
    client: TestClient, db: Database
) -> None:
    former, path = link(db), link(db)
    assert client.get(former).status_code == 410
    assert client.post(former, data=FORM).status_code == 410
    assert client.get("/setup/" + "x" * 43).status_code == 404
    assert client.get(path).status_code == 200


def test_the_first_scheme_keeps_the_networks_of_the_company(client: TestClient, db: Database) -> None:
    client.post(link(db), data=FORM)
    page = client.get("/hr/first-scheme")
    assert page.text.count("Publish this one") >= 2
    assert client.post("/hr/first-scheme", data={"chosen": "nothing"}).status_code == 422
    assert client.post("/hr/first-scheme", data={"chosen": "clicks"}).headers["location"] == "/hr"
    with db.read() as tx:
        version = scheme_in_force(tx, "company", now())
    assert version is not None
    assert version.scheme.is_unrewarded("x")
    assert version.scheme.is_unrewarded("facebook")
    assert not version.scheme.is_unrewarded("linkedin")
    again = client.post("/hr/first-scheme", data={"chosen": "clicks"})
    assert again.status_code == 409
    assert "published already" in again.text


def test_settings_are_changed_and_kept_where_they_are_refused(client: TestClient, db: Database) -> None:
    client.post(link(db), data=FORM)
    wrong = client.post("/admin/settings", data={"name": "x" * 121, "spoken": "de", "network": "xing"})
    assert wrong.status_code == 422
    assert "x" * 121 in wrong.text
    saved = client.post("/admin/settings", data={"name": "Acme", "spoken": "de", "network": "xing"})
    assert saved.headers["location"] == "/admin/settings?done=1"
    with db.read() as tx:
        home = get_organisation(tx, "company")
    assert home is not None
    assert (home.name, home.languages, home.networks) == ("Acme", ("de",), (Network("xing", True),))


def test_an_administrator_without_other_roles_sees_whose_the_steps_are(
    client: TestClient, db: Database
) -> None:
    client.post(link(db), data=FORM | {"role": []})
    steps = client.get("/admin/setup").text
    assert 'href="/hr/first-scheme"' not in steps
    assert "For: HR." in steps
    assert client.get("/hr/first-scheme").status_code == 403


def test_the_whole_hour(client: TestClient, db: Database) -> None:
    client.post(link(db), data=FORM)
    for path in linked_from(client.get("/admin/setup").text):
        assert client.get(path).status_code == 200, path
    colleague = {"id": "ben", "name": "Ben", "segment": "shop", "team": "north", "timezone": "Europe/Berlin"}
    assert client.post("/hr/people/new", data=colleague).status_code == 303
    assert client.post("/hr/first-scheme", data={"chosen": "clicks"}).status_code == 303
    item = b"id,title,url,channels\nhello,Hello,https://example.org/hello,linkedin\n"
    brought = client.post("/content/bring/file", files={"file": ("items.csv", item, "text/csv")})
    assert brought.status_code in (200, 303), brought.text
    submitted = client.post("/content/items/hello/submit", data={"revision": "1"})
    assert submitted.status_code == 303, submitted.text
    assert client.post("/content/items/hello/approve").status_code == 303
    invited = client.post("/invitations", data={"whom": "all"})
    found = re.search(r"<code>http://\S+?(/invitation/\S+?)</code>", invited.text)
    assert found, invited.text
    client.cookies.clear()
    welcome = client.post(found[1], data={"password": PHRASE, "again": PHRASE})
    assert welcome.headers["location"] == "/"
    declare = re.search(r'formaction="(/share/[^"/]+/declare)"', client.get("/share/hello/linkedin").text)
    assert declare
    assert client.post(declare[1]).status_code == 303
    with db.read() as tx:
        assert balances(tx, "company", "ben").earned == 2000


def linked_from(page: str) -> list[str]:
    """The pages that the steps lead to."""
    found = re.findall(r'<h2><a href="(/[^"]+)">', page)
    assert len(found) == 4
    return found
