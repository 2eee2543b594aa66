"""A client of the application over a small company on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from rewards.store.session import Database
from tests.company import ORGANISATION, PASSWORD, Company, make_company
from tests.web.api_client import Api, make_api
from web.app import create_app
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
def api(db: Database) -> Iterator[Api]:
    """The API on each database in turn."""
    made = make_api(db)
    with made.client:
        yield made
