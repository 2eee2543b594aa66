"""A client of the application over a small company on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from rewards.people.accounts import open_session
from rewards.store.session import Database
from tests.company import ORGANISATION, PASSWORD, Company, make_company
from tests.web.api_client import Api, make_api
from web.app import create_app
from web.problems import COOKIE
from web.session import now
from web.settings import Settings


@pytest.fixture
def company(sqlite_db: Database) -> Company:
    return make_company(sqlite_db)


@pytest.fixture
def client(sqlite_db: Database, company: Company) -> Iterator[TestClient]:
    url = sqlite_db.url.render_as_string(hide_password=False)
    app = create_app(Settings(DATABASE_URL=url, organisation=ORGANISATION, demo=True))
    with TestClient(app, base_url="http://testserver", follow_redirects=False) as found:
        yield found


@pytest.fixture
def sign_in(client: TestClient) -> Callable[[str], TestClient]:
    """Signs the client in as a person, by password."""

    def as_person(person: str) -> TestClient:
        client.cookies.clear()
        answer = client.post("/sign-in", data={"person": person, "password": PASSWORD})
        assert answer.status_code == 303
        return client

    return as_person


@pytest.fixture
def clients(db: Database, company: Company) -> Iterator[dict[str, TestClient]]:
    """Clients of some people who are signed in, by their ids, and `api` by token: of whatever company a test has on `db`."""
    app = create_app(
        Settings(DATABASE_URL=db.url.render_as_string(hide_password=False), organisation=ORGANISATION)
    )
    found = {}
    for person in ("hal", "sam", "max", "ana"):
        with db.begin() as tx:
            token = open_session(tx, ORGANISATION, person, now())
        found[person] = TestClient(app, base_url="http://testserver", follow_redirects=False)
        found[person].cookies.set(COOKIE, token)
    found["api"] = TestClient(app, base_url="http://testserver")
    found["api"].headers["Authorization"] = f"Bearer {company.token}"
    with TestClient(app):
        yield found


@pytest.fixture
def api(db: Database) -> Iterator[Api]:
    """The API on each database in turn."""
    made = make_api(db)
    with made.client:
        yield made
