"""One's own page: sessions with their device, ended singly or all others; signing in leaves no session behind."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.company import PASSWORD
from web.devices import device_of
from web.problems import COOKIE

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"
)
EDGE = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        (SAFARI, "Safari, iPhone"),
        (EDGE, "Edge, macOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0", "Samsung Internet, Android"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_a_few_words(agent: str, words: str) -> None:
    assert device_of(agent) == words


def sign_in_with(client: TestClient, agent: str, person: str = "ana") -> str:
    client.cookies.clear()
    form = {"person": person, "password": PASSWORD}
    assert client.post("/sign-in", data=form, headers={"user-agent": agent}).status_code == 303
    return client.cookies[COOKIE]


def use(client: TestClient, token: str) -> TestClient:
    client.cookies.clear()
    client.cookies.set(COOKIE, token)
    return client


def sessions(page: str) -> list[str]:
    return re.findall(r'name="session" value="(\w+)"', page)


def test_sessions_are_listed_and_ended(client: TestClient) -> None:
    first, second = sign_in_with(client, FIREFOX), sign_in_with(client, SAFARI)
    page = use(client, first).get("/account").text
    assert "Firefox, Windows" in page
    assert "Safari, iPhone" in page
    assert page.index("Firefox, Windows") < page.index("this one") < page.index("Safari, iPhone")
    other = sessions(page)[1]
    answer = client.post("/account/sessions/end", data={"session": other})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=ended")
    again = client.post("/account/sessions/end", data={"session": other}, headers={"accept": "text/html"})
    assert again.status_code == 404
    assert "has ended already" in again.text
    assert use(client, second).get("/account").status_code == 401


def test_all_others_are_ended_at_once(client: TestClient) -> None:
    others = [sign_in_with(client, SAFARI) for _ in range(3)]
    colleague = sign_in_with(client, SAFARI, "hal")
    mine = sign_in_with(client, FIREFOX)
    assert client.post("/account/sessions/end-others").headers["location"] == "/account?done=others"
    assert len(sessions(client.get("/account?done=others").text)) == 1
    assert [use(client, token).get("/account").status_code for token in others] == [401] * 3
    assert [use(client, token).get("/account").status_code for token in (mine, colleague)] == [200] * 2


def test_signing_in_again_rotates_the_session(client: TestClient) -> None:
    first = sign_in_with(client, FIREFOX)
    form = {"person": "ana", "password": PASSWORD}
    second = use(client, first).post("/sign-in", data=form).cookies[COOKIE]
    assert second != first
    third = use(client, second).post("/sign-in/demo", data={"role": "hr"}).cookies[COOKIE]
    found = [use(client, token).get("/account").status_code for token in (first, second, third)]
    assert found == [401, 401, 200]


def test_nobody_ends_the_session_of_somebody_else(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    hers = sign_in_with(client, FIREFOX, "hal")
    (session,) = sessions(client.get("/account").text)
    sign_in("ana")
    assert client.post("/account/sessions/end", data={"session": session}).status_code == 404
    assert use(client, hers).get("/account").status_code == 200
