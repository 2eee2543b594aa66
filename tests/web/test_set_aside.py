"""Not for me: an item leaves the list of its reader alone, costs nothing, and comes back when she asks for it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.testclient import TestClient

from tests.company import Company

SignIn = Callable[[str], TestClient]


def test_an_item_is_set_aside_and_offered_again(sign_in: SignIn, company: Company) -> None:
    ana = sign_in("ana")
    assert 'href="/share/launch/' in ana.get("/").text
    assert ana.post("/items/launch/aside").headers["location"] == "/"
    # Twice is once.
    ana.post("/items/launch/aside")
    page = ana.get("/").text
    assert 'href="/share/launch/' not in page
    assert "Set aside by you" in page
    assert ana.post("/items/launch/again").status_code == 303
    assert 'href="/share/launch/' in ana.get("/").text


def test_it_is_hers_alone(sign_in: SignIn, company: Company) -> None:
    sign_in("ana").post("/items/launch/aside")
    assert 'href="/share/launch/' in sign_in("hal").get("/").text


def test_an_item_that_is_none_is_refused(sign_in: SignIn, company: Company) -> None:
    assert sign_in("ana").post("/items/nothing/aside").status_code == 404
