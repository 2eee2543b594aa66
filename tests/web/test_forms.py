"""Forms as browsers send them: a line break is one character, and whatever is refused gives the words back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from web.employee.routes import MOST_THANKS
from web.text import MOST_REASON, one_break

CASES = Path(__file__).parents[3] / "shared" / "cases"
HTML = {"accept": "text/html"}
LINE = "Thank you for the talk on Monday; it changed how "


def as_sent(text: str) -> str:
    """Browsers send each line break of a text area as two characters."""
    return text.replace("\n", "\r\n")


def thank(
    client: TestClient, message: str, receiver: str = "ben", key: str = "0123456789"
) -> tuple[int, str]:
    form = {"receiver": receiver, "message": message, "key": key}
    answer = client.post("/thanks", data=form, headers=HTML)
    return answer.status_code, answer.text


def test_line_breaks_count_once(client: TestClient, sign_in: Callable[[str], TestClient]) -> None:
    sign_in("ana")
    message = (CASES / "thanks-with-line-breaks.txt").read_text("utf-8")
    assert (len(message), message.count("\n")) == (MOST_THANKS, 9)
    assert thank(client, as_sent(message))[0] == 303
    assert "it changed how !" in client.get("/thanks").text


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "a\nb"])
def test_every_line_break_is_one(text: str) -> None:
    assert one_break(text) == "a\nb"


@pytest.mark.parametrize(
    ("message", "receiver", "status"),
    [
        (LINE * 11, "ben", 422),
        (as_sent(f"{LINE}\n" * 10 + "x"), "ben", 422),
        ("Thank you for <everything>", "ana", 409),
        ("Thank you for <everything>", "nobody", 409),
        ("Thank you for <everything>", "", 409),
    ],
)
def test_refused_thanks_give_the_words_back(
    client: TestClient, sign_in: Callable[[str], TestClient], message: str, receiver: str, status: int
) -> None:
    sign_in("ana")
    answered, text = thank(client, message, receiver)
    assert answered == status
    assert message.replace("\r\n", "\n").replace("<", "&lt;").replace(">", "&gt;") in text
    assert 'role="alert"' in text


def test_whom_one_thanks_is_kept_with_the_words(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    sign_in("ana")
    assert 'name="receiver" value="ben" checked>' in thank(client, LINE * 11)[1]


def test_a_form_that_lacks_a_field_gives_the_words_back_too(
    client: TestClient, sign_in: Callable[[str], TestClient]
) -> None:
    sign_in("ana")
    answer = client.post("/thanks", data={"message": f"{LINE}\r\nNine!"}, headers=HTML)
    assert answer.status_code == 422
    assert f"{LINE}" in answer.text


def test_a_password_is_never_given_back(client: TestClient) -> None:
    answer = client.post("/sign-in", data={"password": "wholly secret words"}, headers=HTML)
    assert answer.status_code == 422
    assert "wholly secret words" not in answer.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/hr/reviews/1", {"decision": "approve"}),
        ("/hr/claims/1", {"decision": "decline"}),
        ("/hr/nominations", {"award": "star", "first_day": "2026-11-01"}),
        ("/hr/nominations", {"award": "star", "first_day": "yesterday"}),
        ("/nominations", {"award": "star", "nominee": "ben"}),
    ],
)
@pytest.mark.parametrize("reason", ["It was all that I saw of it", "x" * (MOST_REASON + 1)])
def test_refused_reasons_are_given_back(
    client: TestClient, sign_in: Callable[[str], TestClient], path: str, fields: dict[str, str], reason: str
) -> None:
    sign_in("hal" if path.startswith("/hr") else "ana")
    answer = client.post(path, data=fields | {"reason": reason}, headers=HTML)
    assert answer.status_code in (404, 409, 422)
    assert reason in answer.text
