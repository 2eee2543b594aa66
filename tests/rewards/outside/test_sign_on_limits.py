"""Single sign-on at its limits: how long keys are kept, how much is read, what is asked of whom, and by which method."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rewards.outside.provider_settings import ProviderSettings
from rewards.outside.single_sign_on import MOST_ANSWER_BYTES, NotProven, Provider, Silent, code_of
from tests.rewards.outside.test_single_sign_on import CALLBACK, CLIENT, EC, Teller, of, proven, teller

__all__ = ["teller"]


def asked(teller: Teller, path: str) -> int:
    return sum(path in one for one in teller.asked)


def test_metadata_and_keys_are_kept_for_an_hour(teller: Teller) -> None:
    now = [0.0]
    provider = Provider(of(teller).settings, clock=lambda: now[0])
    for at, times in ((0.0, 1), (3599.9, 1), (3600.0, 2), (7199.9, 2), (7200.0, 3)):
        now[0] = at
        proven(teller, provider)
        assert (asked(teller, "well-known"), asked(teller, "/keys")) == (times, times)


def test_an_answer_of_half_a_mebibyte_is_the_longest(teller: Teller) -> None:
    assert MOST_ANSWER_BYTES == 524_288
    wanted = of(teller)
    teller.metadata = {"padding": ""}
    short = len(json.dumps(teller.say("openid-configuration")))
    teller.metadata = {"padding": "x" * (MOST_ANSWER_BYTES - short)}
    assert wanted.metadata()["issuer"] == teller.issuer
    teller.metadata = {"padding": "x" * (MOST_ANSWER_BYTES - short + 1)}
    with pytest.raises(Silent, match="more than 524288 bytes"):
        of(teller).metadata()


def test_a_code_of_4096_characters_is_the_longest(teller: Teller) -> None:
    assert proven(teller, code="c" * 4096).claims["sub"] == "s-1"
    with pytest.raises(NotProven, match="no code"):
        proven(teller, code="c" * 4097)


def test_clocks_may_be_a_minute_apart_and_no_more(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    now = int(time.time())
    monkeypatch.setattr(time, "time", lambda: float(now))
    for change, right in (
        ({"iat": now - 600, "exp": now - 59}, True),
        ({"iat": now - 600, "exp": now - 61}, False),
        ({"iat": now + 59}, True),
        ({"iat": now + 61}, False),
    ):
        teller.change = change
        if right:
            assert proven(teller).claims["sub"] == "s-1"
        else:
            with pytest.raises(NotProven):
                proven(teller)


@pytest.mark.parametrize("offered", [["RS256"], None, "ES256"])
def test_only_signatures_that_the_provider_offers_count(teller: Teller, offered: Any) -> None:
    # Without a list RS256 is what every provider has.
    teller.metadata = {"id_token_signing_alg_values_supported": offered}
    assert proven(teller).claims["sub"] == "s-1"
    teller.key, teller.header = EC, {"alg": "ES256", "kid": "two"}
    with pytest.raises(NotProven):
        proven(teller)


@pytest.mark.parametrize(
    ("settings", "change", "asks"),
    [
        ({}, {}, True),
        ({}, {"email": "ana@acme.example"}, True),
        ({}, {"email": "ana@acme.example", "email_verified": False}, False),
        ({"trust_email": True}, {"email": "ana@acme.example"}, False),
        ({"person_claim": "number"}, {"number": "7"}, False),
        ({"person_claim": "number"}, {"email": "ana@acme.example", "email_verified": True}, True),
        ({"person_claim": "number", "roles_claim": "groups", "roles": '{"a": "hr"}'}, {"number": "7"}, True),
        (
            {"person_claim": "number", "roles_claim": "groups", "roles": '{"a": "hr"}'},
            {"number": "7", "groups": []},
            False,
        ),
    ],
)
def test_the_provider_is_asked_for_what_its_token_leaves_out_alone(
    teller: Teller, settings: dict[str, Any], change: dict[str, Any], asks: bool
) -> None:
    teller.change = change
    proven(teller, of(teller, **settings))
    assert ("/me" in teller.asked) is asks


def test_without_a_place_to_ask_or_a_token_to_ask_with_nothing_is_asked(teller: Teller) -> None:
    for answer, metadata in (({"access_token": None}, {}), ({}, {"userinfo_endpoint": None})):
        teller.answer, teller.metadata = answer, metadata
        assert "email" not in proven(teller).claims
        assert "/me" not in teller.asked


@pytest.mark.parametrize(
    ("offered", "secret", "method"),
    [
        (None, "s", "client_secret_basic"),
        (["client_secret_basic", "client_secret_post"], "s", "client_secret_basic"),
        (["client_secret_post"], "s", "client_secret_post"),
        (["private_key_jwt"], "s", "client_secret_basic"),
        ("client_secret_post", "s", "client_secret_basic"),
        (["client_secret_post"], "", "none"),
    ],
)
def test_the_secret_travels_as_the_provider_takes_it(offered: Any, secret: str, method: str) -> None:
    provider = Provider(
        ProviderSettings(issuer="https://idp.example", client_id=CLIENT, client_secret=secret)
    )
    assert provider._method({"token_endpoint_auth_methods_supported": offered}) == method


def test_the_browser_is_sent_with_a_state_a_nonce_and_a_challenge_of_its_own(teller: Teller) -> None:
    provider = of(teller)
    found = [provider.begin(CALLBACK) for _ in range(2)]
    for address, begun in found:
        parts = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{teller.issuer}/in?")
        assert (parts["state"], parts["nonce"], parts["redirect_uri"]) == (begun.state, begun.nonce, CALLBACK)
        assert (parts["code_challenge_method"], parts["response_type"]) == ("S256", "code")
        assert begun.verifier not in address
        assert all(len(one) == 43 for one in (begun.state, begun.nonce, begun.verifier))
    secrets = [value for _, begun in found for value in (begun.state, begun.nonce, begun.verifier)]
    assert len(set(secrets)) == 6


def test_a_session_ends_at_the_address_with_or_without_a_query(teller: Teller) -> None:
    teller.metadata = {"end_session_endpoint": f"{teller.issuer}/out"}
    found = of(teller).end_address("t", "https://share.acme.example/")
    assert found is not None
    assert found.startswith(f"{teller.issuer}/out?id_token_hint=t&")
    teller.status = 500
    assert of(teller).end_address("t", "https://share.acme.example/") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("access_denied", "access_denied"),
        ("a b-c", "ab-c"),
        ("é<ß>", "error"),
        ("", "error"),
        (None, "None"),
        ("x" * 41, "x" * 40),
    ],
)
def test_a_code_is_cleaned_and_cut(text: object, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize("answer", [[], "text", 7, None])
def test_what_is_no_object_is_no_answer(teller: Teller, answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teller, "say", lambda _: answer)
    with pytest.raises(Silent, match="no JSON object"):
        of(teller).metadata()


@pytest.mark.parametrize("path", ["/token", "/keys", "/me"])
def test_no_endpoint_leads_elsewhere(teller: Teller, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = teller.say

    def redirect(at: str) -> Any:
        teller.status = 302 if at == path else 200
        return usual(at)

    monkeypatch.setattr(teller, "say", redirect)
    with suppress(Silent):
        proven(teller)
    assert path in teller.asked
    assert "/elsewhere" not in teller.asked


@pytest.mark.parametrize("token", [None, 7, ["e30.e30."]])
def test_an_answer_without_an_id_token_says_so(teller: Teller, token: Any) -> None:
    teller.answer = {"id_token": token}
    with pytest.raises(NotProven) as raised:
        proven(teller)
    assert raised.value.why == "no ID token"
