"""docs/roles.md says what the code says, and every route does what it says, for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

import web
from rewards.people.accounts import create_account, open_session
from rewards.people.rights import MEANINGS, RIGHTS_OF, ROLES, TITLES, Right, rights_of
from rewards.store.session import Database
from tests.company import ORGANISATION, Company, make_company
from tests.web.routes import every_route
from web.app import ROUTERS, create_app
from web.matrix import Entrance, entrances, text
from web.navigation import ACCOUNT, DOORS, HOMES, doors, home_of
from web.problems import COOKIE
from web.session import now
from web.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
GUARDED = [one for one in entrances(ROUTERS) if one.right is not None]


@pytest.fixture
def visitors(db: Database) -> Iterator[dict[str, TestClient]]:
    """Somebody of each role alone, signed in, on each database in turn."""
    make_company(db)
    url = db.url.render_as_string(hide_password=False)
    app = create_app(Settings(DATABASE_URL=url, organisation=ORGANISATION, demo=True))
    people = dict(zip(ROLES, ("ben", "kim", "sam", "hal", "max", "nia"), strict=True))
    found = {}
    with db.begin() as tx:
        for role, person in people.items():
            create_account(tx, ORGANISATION, person, [role], None, now())
            token = open_session(tx, ORGANISATION, person, now())
            client = TestClient(app, base_url="http://testserver", follow_redirects=False)
            client.cookies.set(COOKIE, token)
            found[role] = client
    with TestClient(app):
        yield found


def ask(client: TestClient, one: Entrance) -> int:
    """The status of a request that changes nothing: its form is empty, its row is not there."""
    path = re.sub(r"\{\w+(:\w+)?\}", "1", one.path)
    return client.request(one.method, path, headers={"accept": "text/html"}).status_code


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == text(ROUTERS), "run: python -m web.matrix docs/roles.md"


def test_the_matrix_knows_every_route() -> None:
    routes = every_route(create_app(Settings(DATABASE_URL="sqlite:///missing.sqlite")).routes)
    served = {(m, route.path) for route in routes if isinstance(route, APIRoute) for m in route.methods}
    assert served == {(one.method, one.path) for one in entrances(ROUTERS)}


def test_every_module_with_routes_is_served() -> None:
    """A router that nobody includes is a page that nobody reaches."""
    root = Path(web.__file__).parent
    files = [
        file for file in root.rglob("*.py") if re.search(r"^router = ", file.read_text("utf-8"), re.MULTILINE)
    ]
    modules = [".".join(("web", *file.relative_to(root).with_suffix("").parts)) for file in files]
    assert [name for name in modules if import_module(name).router not in ROUTERS] == []


def test_every_route_lets_in_the_roles_of_the_matrix_alone(visitors: dict[str, TestClient]) -> None:
    assert GUARDED
    for one in GUARDED:
        for role, client in visitors.items():
            status = ask(client, one)
            assert (status == 403) is (role not in one.roles), (one, role, status)
            assert status != 401
            assert status < 500, (one, role, status)


def test_an_auditor_changes_nothing_but_her_own_account() -> None:
    writes = [one for one in GUARDED if one.method in WRITES and "auditor" in one.roles]
    assert {one.right for one in writes} <= {Right.OWN}


def test_every_right_is_told_and_somebodys() -> None:
    assert list(MEANINGS) == list(Right)
    assert set(TITLES) == set(ROLES)
    assert frozenset().union(*RIGHTS_OF.values()) == set(Right)
    assert all(Right.OWN in held for held in RIGHTS_OF.values())
    assert rights_of(["employee", "auditor"]) == RIGHTS_OF["employee"] | RIGHTS_OF["auditor"]
    assert rights_of(["gone"]) == frozenset()


def test_every_role_begins_at_a_page_that_is_open_to_it(visitors: dict[str, TestClient]) -> None:
    assert set(HOMES) == set(ROLES)
    for role, client in visitors.items():
        assert client.get(HOMES[role]).status_code == 200
        answer = client.post("/sign-in/demo", data={"role": role})
        assert (answer.status_code, answer.headers["location"]) == (303, HOMES[role])


def test_the_start_page_leads_on_whoever_is_no_employee(visitors: dict[str, TestClient]) -> None:
    for role, client in visitors.items():
        answer = client.get("/")
        assert answer.status_code == (200 if role == "employee" else 303)
        assert role == "employee" or answer.headers["location"] == HOMES[role]


def test_navigation_shows_the_doors_that_open(visitors: dict[str, TestClient]) -> None:
    pages = {one.path: one for one in GUARDED if one.method == "GET"}
    assert all(door.right == pages[door.path].right or door.path == "/" for door in DOORS)
    for role, client in visitors.items():
        shown = set(re.findall(r'<li><a href="([^"]+)"', client.get(ACCOUNT).text))
        assert shown == {door.path for door in DOORS if door.right in RIGHTS_OF[role]}
    assert doors(None) == ((), ())


def test_of_several_roles_the_work_comes_first(
    sqlite_db: Database, company: Company, sign_in: Callable[[str], TestClient]
) -> None:
    with sqlite_db.begin() as tx:
        both = create_account(tx, ORGANISATION, company.employee, ["admin", "employee", "hr"], None, now())
    assert both.roles == ("employee", "hr", "admin")
    assert home_of(both) == "/hr"
    assert both.may(Right.REVIEW)
    assert both.may(Right.ACCOUNTS)
    assert not both.may(Right.CONTENT_WRITE)
