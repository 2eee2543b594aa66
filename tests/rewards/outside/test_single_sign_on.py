"""How an ID token is read: whatever is not exactly what was asked for proves nothing. The provider here says what it is told to say."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from rewards.outside.provider_settings import ProviderSettings, provider_from_environment
from rewards.outside.single_sign_on import NotProven, Proof, Provider, Silent, claim_of

CALLBACK = "https://share.acme.example/sign-in/sso/callback"
CLIENT = "groundswell"
RSA = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
SHARED = OctKey.import_key("a secret of the client, long enough for it", {"kid": "three"})


class Teller:
    """A provider that answers what a test says. `change` is applied to an ID token that would be right."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {}
        self.change: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.key: Key = RSA
        self.keys: list[Key] = [RSA, EC]
        self.info: Any = {"sub": "s-1"}
        self.answer: dict[str, Any] = {}
        self.status = 200
        self.asked: list[str] = []
        self.nonce = ""
        self.issuer = ""

    def token(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 300, "nonce": self.nonce,
        }  # fmt: skip
        claims |= self.change
        kept = {name: value for name, value in claims.items() if value is not ...}
        return jwt.encode(self.header, kept, self.key, algorithms=[self.header["alg"]])

    def say(self, path: str) -> Any:
        self.asked.append(path)
        if path.endswith("openid-configuration"):
            paths = {
                "authorization_endpoint": "/in",
                "token_endpoint": "/token",
                "jwks_uri": "/keys",
                "userinfo_endpoint": "/me",
            }
            found = {name: self.issuer + at for name, at in paths.items()}
            algorithms = {"id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"]}
            return {"issuer": self.issuer, **found, **algorithms, **self.metadata}
        if path == "/keys":
            return {"keys": [key.as_dict(private=False) for key in self.keys]}
        if path == "/me":
            return self.info
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.token(), **self.answer}


@pytest.fixture
def teller() -> Iterator[Teller]:
    made = Teller()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(made.say(self.path)).encode()
            self.send_response(made.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if 300 <= made.status < 400:
                self.send_header("location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        made.issuer = f"http://127.0.0.1:{server.server_port}"
        yield made
        server.shutdown()


def of(teller: Teller, **rest: Any) -> Provider:
    return Provider(ProviderSettings(issuer=teller.issuer, client_id=CLIENT, client_secret="s", **rest))


def proven(teller: Teller, provider: Provider | None = None, **answer: str) -> Proof:
    provider = provider or of(teller)
    _, begun = provider.begin(CALLBACK)
    teller.nonce = begun.nonce
    return provider.finish(begun, CALLBACK, {"code": "c", "state": begun.state, **answer})


def test_the_right_token_proves_who_is_there(teller: Teller) -> None:
    assert proven(teller).claims["sub"] == "s-1"
    teller.key, teller.header = EC, {"alg": "ES256", "kid": "two"}
    assert proven(teller).claims["sub"] == "s-1"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"iss": ...}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": ""}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": ...}, "aud"),
        ({"aud": [CLIENT, "another"]}, "azp"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": ...}, "nonce"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": ...}, "sub"),
        ({"exp": ...}, "exp"),
        ({"exp": 1_000_000_000}, "expired_token"),
        ({"iat": ...}, "iat"),
        ({"iat": 4_000_000_000, "exp": 4_000_000_300}, "iat"),
        ({"nbf": 4_000_000_000}, "nbf"),
        ({"exp": "tomorrow"}, "exp"),
        ({"at_hash": "wrong"}, "at_hash"),
    ],
)
def test_a_claim_that_is_not_right_proves_nothing(teller: Teller, change: dict[str, Any], why: str) -> None:
    teller.change = change
    with pytest.raises(NotProven) as raised:
        proven(teller)
    assert why in raised.value.why


def test_several_audiences_want_the_party_named(teller: Teller) -> None:
    teller.change = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert proven(teller).claims["sub"] == "s-1"


@pytest.mark.parametrize(
    ("key", "header"),
    [
        (OTHER, {"alg": "RS256", "kid": "one"}),
        (SHARED, {"alg": "HS256", "kid": "three"}),
        (RSA, {"alg": "RS256", "kid": "unknown"}),
        (EC, {"alg": "ES256", "kid": "one"}),
    ],
)
def test_another_key_proves_nothing(teller: Teller, key: Key, header: dict[str, Any]) -> None:
    teller.key, teller.header = key, header
    with pytest.raises(NotProven):
        proven(teller)


@pytest.mark.parametrize(
    "token", ["", "a.b", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "é.é.é", None, 7]
)
def test_what_is_no_token_proves_nothing(teller: Teller, token: Any) -> None:
    teller.answer = {"id_token": token}
    with pytest.raises(NotProven):
        proven(teller)


def test_keys_are_asked_for_once_and_again_when_they_change(teller: Teller) -> None:
    provider = of(teller)
    for _ in range(3):
        proven(teller, provider)
    assert (teller.asked.count("/keys"), len([p for p in teller.asked if "well-known" in p])) == (1, 1)
    new = RSAKey.generate_key(2048, {"kid": "new", "use": "sig"})
    teller.key, teller.keys, teller.header = new, [new], {"alg": "RS256", "kid": "new"}
    proven(teller, provider)
    assert teller.asked.count("/keys") == 2
    # The same name for another key is a change too.
    teller.key = RSAKey.generate_key(2048, {"kid": "new", "use": "sig"})
    teller.keys = [teller.key]
    proven(teller, provider)
    assert teller.asked.count("/keys") == 3


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"state": "another"}, "another state"),
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"error": "access_denied"}, "access_denied"),
        ({"error": "<script>alert(1)</script>"}, "scriptalert1script"),
        ({"code": ""}, "no code"),
        ({"code": "x" * 5000}, "no code"),
    ],
)
def test_an_answer_that_is_not_to_what_was_asked(teller: Teller, answer: dict[str, str], why: str) -> None:
    with pytest.raises(NotProven) as raised:
        proven(teller, None, **answer)
    assert raised.value.why == why
    assert "/token" not in teller.asked


def test_what_the_token_leaves_out_is_asked_for_and_must_be_of_the_same_person(teller: Teller) -> None:
    teller.info = {"sub": "s-1", "email": "ana@acme.example", "email_verified": True, "groups": ["hr"]}
    assert proven(teller).claims["email"] == "ana@acme.example"
    teller.change = {"email": "own@acme.example"}
    assert proven(teller).claims["email"] == "own@acme.example"
    teller.info = {"sub": "s-2", "email": "ben@acme.example"}
    with pytest.raises(NotProven):
        proven(teller)


def test_a_claim_may_stand_inside_another() -> None:
    claims = {"realm_access": {"roles": ["a"]}, "https://acme.example/roles": ["b"]}
    assert claim_of(claims, "realm_access.roles") == ["a"]
    assert claim_of(claims, "https://acme.example/roles") == ["b"]
    assert claim_of(claims, "realm_access.roles.more") is None


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_provider_that_answers_otherwise_is_silent(teller: Teller, status: int) -> None:
    teller.status = status
    with pytest.raises(Silent) as raised:
        of(teller).begin(CALLBACK)
    assert str(status) in raised.value.why
    assert "/elsewhere" not in teller.asked


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
        {"userinfo_endpoint": 7},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://a@evil.example/in"},
    ],
)
def test_metadata_that_lead_elsewhere_are_not_followed(teller: Teller, metadata: dict[str, Any]) -> None:
    teller.metadata = metadata
    with pytest.raises(Silent):
        of(teller).begin(CALLBACK)


def test_an_answer_without_end_is_not_read(teller: Teller) -> None:
    teller.metadata = {"padding": "x" * 600_000}
    with pytest.raises(Silent):
        of(teller).begin(CALLBACK)


def test_it_ends_where_the_provider_says(teller: Teller) -> None:
    assert of(teller).end_address("t", "https://share.acme.example/sign-in") is None
    teller.metadata = {"end_session_endpoint": f"{teller.issuer}/out?tenant=1"}
    found = of(teller).end_address("t", "https://share.acme.example/sign-in")
    assert found == (
        f"{teller.issuer}/out?tenant=1&id_token_hint=t&client_id=groundswell"
        "&post_logout_redirect_uri=https%3A%2F%2Fshare.acme.example%2Fsign-in"
    )


def set_up(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"GROUNDSWELL_OIDC_{name}", value)


@pytest.mark.parametrize(
    ("values", "variable"),
    [
        ({"CLIENT_ID": "c"}, "ISSUER"),
        ({"ISSUER": "http://idp.example", "CLIENT_ID": "c"}, "ISSUER"),
        ({"ISSUER": "https://idp.example?x=1", "CLIENT_ID": "c"}, "ISSUER"),
        ({"ISSUER": "https://a:b@idp.example", "CLIENT_ID": "c"}, "ISSUER"),
        ({"ISSUER": "https://idp.example:port", "CLIENT_ID": "c"}, "ISSUER"),
        ({"ISSUER": "https://idp.example"}, "CLIENT_ID"),
        ({"ISSUER": "https://idp.example", "CLIENT_ID": "c", "SCOPES": "email"}, "SCOPES"),
        ({"ISSUER": "https://idp.example", "CLIENT_ID": "c", "ROLES": '{"a": "hr"}'}, "ROLES"),
        ({"ISSUER": "https://idp.example", "CLIENT_ID": "c", "ROLES_CLAIM": "groups"}, "ROLES"),
        ({"ISSUER": "https://idp.example", "CLIENT_ID": "c", "ROLES_CLAIM": "g", "ROLES": "{"}, "ROLES"),
        ({"ISSUER": "https://idp.example", "CLIENT_ID": "c", "ROLES_CLAIM": "g", "ROLES": "[]"}, "ROLES"),
        (
            {"ISSUER": "https://idp.example", "CLIENT_ID": "c", "ROLES_CLAIM": "g", "ROLES": '{"a": "boss"}'},
            "ROLES",
        ),
        ({"ISSUER": "https://idp.example", "CLIENT_ID": "c", "CREATE": "perhaps"}, "CREATE"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], variable: str
) -> None:
    set_up(monkeypatch, CLIENT_SECRET="hidden-word", **values)
    with pytest.raises(ValueError, match=f"^GROUNDSWELL_OIDC_{variable}: ") as raised:
        provider_from_environment()
    assert "hidden-word" not in str(raised.value)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert provider_from_environment() is None
    set_up(
        monkeypatch, ISSUER="https://idp.example/realms/acme", CLIENT_ID="c", CLIENT_SECRET="hidden-word", NAME="Acme",
        ROLES_CLAIM="groups", ROLES='{"cn=hr,ou=groups": "hr", "leads": ["hr", "strategist"]}',
    )  # fmt: skip
    found = provider_from_environment()
    assert found is not None
    assert found.title == "Acme"
    assert found.discovery == "https://idp.example/realms/acme/.well-known/openid-configuration"
    assert found.mapping == {"cn=hr,ou=groups": {"hr"}, "leads": {"hr", "strategist"}}
    assert "hidden-word" not in repr(found)
