"""Visitors behind proxies: believed only along hops that the operator has named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from rewards.faults import BadValue
from rewards.store.session import Database
from tests.company import ORGANISATION, Company
from web.app import create_app
from web.proxies import noted_addresses, parse_networks, visitor_address
from web.settings import Settings, settings_from_environment
from web.sign_in_limit import SIGN_IN_PER_MINUTE_AND_ADDRESS

NAMED = parse_networks("10.0.0.0/24, 2001:db8::/32 192.0.2.1")


@pytest.mark.parametrize(
    ("peer", "noted", "visitor"),
    [
        ("10.0.0.5", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.5", ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.5", ["203.0.113.9", "198.51.100.1", "192.0.2.1", "10.0.0.7"], "198.51.100.1"),
        ("203.0.113.50", ["198.51.100.1"], "203.0.113.50"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("10.0.0.5", ["10.0.0.6"], "10.0.0.6"),
        ("10.0.0.5", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.5", ["[2001:db9::7]:4711"], "2001:db9::7"),
        ("::ffff:10.0.0.5", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("2001:db8::1", ["2001:db9::7"], "2001:db9::7"),
        ("10.0.0.5", ["198.51.100.1", "unknown"], "10.0.0.5"),
        ("10.0.0.5", ["198.51.100.1", "<script>"], "10.0.0.5"),
        ("10.0.0.5", ["1.1.1.1"] + ["10.0.0.6"] * 5000, "10.0.0.6"),
        ("testclient", ["198.51.100.1"], "testclient"),
    ],
)
def test_the_list_is_read_from_the_right_through_named_hops(
    peer: str, noted: list[str], visitor: str
) -> None:
    assert visitor_address(peer, noted, NAMED) == visitor


def test_the_headers_of_proxies_are_read_over_all_their_lines() -> None:
    lines = [(b"x-forwarded-for", b"203.0.113.9, 198.51.100.1"), (b"x-forwarded-for", b"10.0.0.7")]
    assert noted_addresses(Headers(raw=lines), "x-forwarded-for") == [
        "203.0.113.9",
        "198.51.100.1",
        "10.0.0.7",
    ]
    line = b'for=203.0.113.9;proto=https, For="[2001:db9::7]:4711";by=10.0.0.5, proto=http'
    assert noted_addresses(Headers(raw=[(b"forwarded", line)]), "forwarded") == [
        "203.0.113.9",
        "[2001:db9::7]:4711",
        "",
    ]


@pytest.mark.parametrize("text", ["nginx", "10.0.0.0/33", "10.0.0.5:80"])
def test_what_is_no_network_is_told(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_TRUSTED_PROXIES", text)
    with pytest.raises(BadValue, match=r"GROUNDSWELL_TRUSTED_PROXIES.*not an address or a network"):
        settings_from_environment()


def test_a_wrong_setting_is_told_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_DEMO", "s3cret")
    with pytest.raises(BadValue, match="GROUNDSWELL_DEMO: ") as caught:
        settings_from_environment()
    assert "s3cret" not in str(caught.value)


@pytest.fixture
def behind(sqlite_db: Database, company: Company) -> Callable[..., TestClient]:
    """A client whose requests come from an address, to an application that trusts some proxies."""

    def make(trusted: str, peer: str, header: str = "X-Forwarded-For") -> TestClient:
        url = sqlite_db.url.render_as_string(hide_password=False)
        settings = Settings(
            DATABASE_URL=url, organisation=ORGANISATION, trusted_proxies=trusted, proxy_header=header
        )
        return TestClient(create_app(settings), follow_redirects=False, client=(peer, 50000))

    return make


def _sign_ins(client: TestClient, header: str, wrapped: str) -> set[int]:
    return {
        client.post(
            "/sign-in",
            data={"person": f"u{n}", "password": "wrong"},
            headers={header: wrapped.format(f"198.51.100.{n}")},
        ).status_code
        for n in range(1, SIGN_IN_PER_MINUTE_AND_ADDRESS + 2)
    }


def test_colleagues_behind_a_named_proxy_do_not_lock_each_other_out(
    behind: Callable[..., TestClient],
) -> None:
    assert _sign_ins(behind("10.0.0.5", "10.0.0.5"), "x-forwarded-for", "{}") == {401}
    forwarded = behind("10.0.0.5", "10.0.0.5", "Forwarded")
    assert _sign_ins(forwarded, "forwarded", "for={};proto=https") == {401}


@pytest.mark.parametrize(
    ("trusted", "peer"), [("", "127.0.0.1"), ("", "10.0.0.5"), ("10.0.0.5", "203.0.113.50")]
)
def test_an_unnamed_sender_passes_no_limit_with_made_up_addresses(
    behind: Callable[..., TestClient], trusted: str, peer: str
) -> None:
    assert 429 in _sign_ins(behind(trusted, peer), "x-forwarded-for", "{}")


def test_a_visitor_cannot_add_hops_of_his_own(behind: Callable[..., TestClient]) -> None:
    assert 429 in _sign_ins(behind("10.0.0.5", "10.0.0.5"), "x-forwarded-for", "{}, 203.0.113.9")
    assert 429 in _sign_ins(behind("10.0.0.5", "10.0.0.5"), "forwarded", "for={}")
