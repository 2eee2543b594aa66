"""What a provider says when a session has ended: read as strictly as who is there, and taken once."""

from __future__ import annotations

import time
from typing import Any

import pytest
from joserfc import jwt

from rewards.outside.logout_token import EVENT, LoggedOut, read_logout_token
from rewards.outside.single_sign_on import NotProven
from tests.rewards.outside.test_single_sign_on import CLIENT, OTHER, RSA, SHARED, Teller, of, teller

__all__ = ["teller"]
NOW = int(time.time())


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hour stands still, however long the other tests took."""
    monkeypatch.setattr(time, "time", lambda: float(NOW))


def token(teller: Teller, header: dict[str, Any] | None = None, key: Any = RSA, **change: Any) -> str:
    claims = {
        "iss": teller.issuer, "aud": CLIENT, "sub": "s-1", "sid": "k-1", "iat": NOW, "exp": NOW + 120, "jti": "once",
        "events": {EVENT: {}}, **change,
    }  # fmt: skip
    kept = {name: value for name, value in claims.items() if value is not ...}
    head = {"alg": "RS256", "kid": "one", "typ": "logout+jwt"} | (header or {})
    return jwt.encode({k: v for k, v in head.items() if v is not ...}, kept, key, algorithms=[head["alg"]])


def test_the_right_token_says_whose_sessions_end(teller: Teller) -> None:
    found = read_logout_token(of(teller), token(teller))
    assert found == LoggedOut("s-1", "k-1", "once", NOW + 180)
    assert read_logout_token(of(teller), token(teller, sid=...)).session == ""
    assert read_logout_token(of(teller), token(teller, sub=...)).subject == ""
    assert read_logout_token(of(teller), token(teller, aud=["other", CLIENT])).id == "once"
    for typ in (..., "JWT", "Logout+jwt"):
        assert read_logout_token(of(teller), token(teller, {"typ": typ})).id == "once"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": ...},
        {"aud": "another"},
        {"aud": ...},
        {"iat": ...},
        {"iat": NOW + 600},
        {"exp": ...},
        {"exp": NOW - 600},
        {"exp": NOW + 90_000},
        {"jti": ...},
        {"jti": ""},
        {"jti": "x" * 300},
        {"jti": 7},
        {"sub": ..., "sid": ...},
        {"sub": 7},
        {"nonce": "n"},
        {"events": ...},
        {"events": {}},
        {"events": [EVENT]},
        {"events": {EVENT: "yes"}},
        {"events": {"http://schemas.openid.net/event/other": {}}},
    ],
)
def test_what_is_not_exactly_that_ends_nothing(teller: Teller, change: dict[str, Any]) -> None:
    with pytest.raises(NotProven):
        read_logout_token(of(teller), token(teller, **change))


@pytest.mark.parametrize("name", ["jti", "sub", "sid"])
def test_an_id_of_255_characters_is_the_longest(teller: Teller, name: str) -> None:
    found = read_logout_token(of(teller), token(teller, **{name: "x" * 255}))
    assert "x" * 255 in (found.id, found.subject, found.session)
    with pytest.raises(NotProven, match=name):
        read_logout_token(of(teller), token(teller, **{name: "x" * 256}))


def test_a_token_lives_for_an_hour_at_most(teller: Teller) -> None:
    assert read_logout_token(of(teller), token(teller, exp=NOW + 3600)).until == NOW + 3660
    with pytest.raises(NotProven, match="exp"):
        read_logout_token(of(teller), token(teller, exp=NOW + 3601))


def test_clocks_may_be_a_minute_apart_and_no_more(teller: Teller) -> None:
    assert read_logout_token(of(teller), token(teller, iat=NOW - 300, exp=NOW - 59)).until == NOW + 1
    assert read_logout_token(of(teller), token(teller, iat=NOW + 59)).id == "once"
    for change in ({"iat": NOW - 300, "exp": NOW - 61}, {"iat": NOW + 61}):
        with pytest.raises(NotProven):
            read_logout_token(of(teller), token(teller, **change))


def test_a_longer_text_than_a_token_is_not_looked_at(teller: Teller) -> None:
    provider = of(teller)
    for length, why in ((16 * 1024 + 1, "no logout token"), (16 * 1024, "decode_error")):
        with pytest.raises(NotProven, match=why):
            read_logout_token(provider, "x" * length)


def test_only_the_providers_key_speaks_for_it(teller: Teller) -> None:
    provider = of(teller)
    wrong = [
        token(teller, key=OTHER),
        token(teller, {"alg": "HS256", "kid": "three"}, SHARED),
        token(teller, {"typ": "at+jwt"}),
        token(teller)[:-4] + "AAAA",
        "",
        "no token",
        "a.b.c",
        "x" * 20_000,
    ]
    for text in wrong:
        with pytest.raises(NotProven):
            read_logout_token(provider, text)
