"""Every page that somebody signs in for lies behind one door of the navigation, which it marks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from web.app import ROUTERS
from web.matrix import entrances
from web.navigation import ACCOUNT, DOORS, door_of

SignIn = Callable[[str], TestClient]
PAGES = sorted(
    one.path
    for one in entrances(ROUTERS)
    if one.method == "GET" and one.right is not None and not one.path.startswith("/api/")
)
# The page of one's own sign-in stands beside the navigation; links of mails lead on, and a search answers a script.
ELSEWHERE = (ACCOUNT, "/digest/", "/people/search")


def test_every_page_lies_behind_a_door() -> None:
    lost = [path for path in PAGES if not path.startswith(ELSEWHERE) and door_of((DOORS, ()), path) is None]
    assert lost == []


@pytest.mark.parametrize(
    ("who", "path", "door", "how"),
    [
        ("hal", "/hr/people", "/hr/people", "page"),
        ("hal", "/hr/people/new", "/hr/people", "true"),
        ("hal", "/hr/person/ana", "/hr/people", "true"),
        ("hal", "/calibrations", "/forecasts", "true"),
        ("hal", "/hr/works-council", "/hr", "true"),
        ("hal", "/hr/nominations", "/hr/decisions", "true"),
        ("hal", "/content/calendar", "/content", "true"),
        ("ana", "/suggest", "/", "true"),
        ("ana", "/account", "/account", "page"),
        ("ana", "/account/days", "/account", "true"),
    ],
)
def test_a_page_marks_where_it_is(sign_in: SignIn, who: str, path: str, door: str, how: str) -> None:
    page = sign_in(who).get(path).text
    head = page[: page.index("<main")]
    assert re.findall(r'href="([^"]*)"[^>]* aria-current="(\w+)"', head) == [(door, how)]
