"""What `groundswell doctor` says of single sign-on: the provider itself is asked."""

from __future__ import annotations

import pytest

from sims.commands.machine import sign_on_state
from tests.ports import deaf_port
from tests.providers import mock_provider


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("GROUNDSWELL_OIDC_CLIENT_ID", "groundswell")
    monkeypatch.setenv("GROUNDSWELL_OIDC_CLIENT_SECRET", "hidden-word")
    return monkeypatch


def test_without_a_provider_there_are_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sign_on_state() == ("passwords", [])
    monkeypatch.setenv("GROUNDSWELL_PASSWORD_SIGN_IN", "off")
    state, (finding,) = sign_on_state()
    assert (state, "nobody can sign in" in finding) == ("nobody", True)


def test_a_provider_that_answers_is_named(named: pytest.MonkeyPatch) -> None:
    with mock_provider([]) as issuer:
        named.setenv("GROUNDSWELL_OIDC_ISSUER", issuer)
        assert sign_on_state() == (f"{issuer} and passwords", [])
        named.setenv("GROUNDSWELL_PASSWORD_SIGN_IN", "false")
        assert sign_on_state() == (issuer, [])
        named.setenv("GROUNDSWELL_OIDC_ISSUER", f"{issuer}/")
        assert "another issuer" in sign_on_state()[1][0]


def test_a_provider_that_does_not_answer_is_a_finding(named: pytest.MonkeyPatch) -> None:
    with deaf_port() as port:
        issuer = f"http://127.0.0.1:{port}"
        named.setenv("GROUNDSWELL_OIDC_ISSUER", issuer)
        (finding,) = sign_on_state()[1]
    assert finding.startswith(
        f"single sign-on: {issuer}: /.well-known/openid-configuration: ConnectError; check"
    )


def test_settings_that_do_not_fit_are_a_finding(named: pytest.MonkeyPatch) -> None:
    named.setenv("GROUNDSWELL_OIDC_ISSUER", "http://idp.example")
    state, (finding,) = sign_on_state()
    assert (state, finding.startswith("GROUNDSWELL_OIDC_ISSUER: ")) == ("not usable", True)
    assert "hidden-word" not in finding
