"""No webhook reaches into a network of ours: the special-purpose registries of IANA whole, in every form that carries an address."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

import pytest

from rewards.faults import BadValue, Refused
from rewards.outside.addresses import is_public, parse_target, resolve

# Name, then the blocks: iana-ipv4-special-registry and iana-ipv6-special-registry, and the multicast blocks.
SPECIAL_FOUR = (
    "0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/31", "192.0.0.192/32", "192.0.2.0/24",
    "192.88.99.0/24", "192.88.99.1/32", "192.88.99.2/32", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "240.0.0.0/4", "255.255.255.255/32", "224.0.0.0/4", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24",
)  # fmt: skip
SPECIAL_SIX = (
    "::1/128", "::/128", "::ffff:0:0/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128",
    "2001:2::/48", "2001:3::/32", "2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "3fff::/20",
    "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "::127.0.0.1/128",
    "2620:4f:8000::/48", "3ffe::/16",
)  # fmt: skip
PUBLIC = (
    "8.8.8.8",
    "1.1.1.1",
    "93.184.215.14",
    "198.52.0.1",
    "192.1.0.1",
    "2606:4700::1",
    "2a00:1450:4001::1",
    "64:ff9b::8.8.8.8",
)


def forms(inside: IPv4Address) -> list[Any]:
    """An IPv4 address in every form that IPv6 has for it."""
    high, low = int(inside) >> 16, int(inside) & 0xFFFF
    return [
        ip_address(text)
        for text in (
            f"::ffff:{inside}", f"::{inside}", f"64:ff9b::{inside}", f"64:ff9b:1::{inside}", f"2002:{high:x}:{low:x}::1",
            f"2001:0:4136:e378:8000:63bf:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}", f"2606:4700::5efe:{high:x}:{low:x}",
            f"2606:4700::200:5efe:{high:x}:{low:x}",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("block", SPECIAL_FOUR)
def test_no_special_address_is_public_in_any_form(block: str) -> None:
    network = ip_network(block)
    for at in {0, 1, network.num_addresses // 2, network.num_addresses - 1}:
        inside = network[min(at, network.num_addresses - 1)]
        assert not is_public(inside)
        assert isinstance(inside, IPv4Address)
        assert [form for form in forms(inside) if is_public(form)] == []


@pytest.mark.parametrize("block", SPECIAL_SIX)
def test_no_special_address_of_ipv6_is_public(block: str) -> None:
    network = ip_network(block)
    assert not is_public(network[0])
    assert not is_public(network[-1])


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["192.0.0.192", "192.88.99.1", "[64:ff9b:1::a00:1]", "[2002:c000:c0::1]", "[5f00::1]"]
)
def test_such_an_address_is_refused_before_and_at_the_look_up(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadValue, match="not a public host"):
        parse_target(f"https://{address}/in")
    target = parse_target("https://rebound.example.org/in")
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address.strip("[]"), 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Refused, match="not public"):
        resolve(target)


@pytest.mark.parametrize(
    "host",
    [
        "127.1", "127.0.0.1.", "10.0.0.1.", "0177.0.0.1", "0x7f.0.0.1", "0x7f.1", "127.0.0.0x1", "2130706433", "017700000001", "0x7f000001",
        "a.1", "a.0x", "%31%32%37.0.0.1", "a.example\\.b", "a..b", ".a.b", "a!b.example", "[::1%25lo]", "[::1].", "localhost.",
        "a.localhost",
    ],
)  # fmt: skip
def test_an_address_in_a_form_that_only_resolvers_read_is_no_name(host: str) -> None:
    with pytest.raises(BadValue, match="webhook url"):
        parse_target(f"https://{host}/in")


@pytest.mark.parametrize("host", ["a.example", "A.Example", "a.example.", "1.a.example", "x-1.2y.example", "_in.a.example",
    "xn--bcher-kva.example"])  # fmt: skip
def test_a_name_is_one(host: str) -> None:
    assert parse_target(f"https://{host}/in").host == host.lower()


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.8.9.10", "::1", "10.0.0.1", "169.254.169.254", "fe80::1%eth0"]
)
def test_a_name_that_leads_into_our_network_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = parse_target("https://rebound.example.org/in")
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("8.8.8.8", address)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Refused, match="not public"):
        resolve(target)
    if ip_address(address.partition("%")[0]).is_loopback:
        # For tests and development alone, and never another network of ours.
        assert resolve(target, allow_loopback=True) == ["8.8.8.8", address]
    else:
        with pytest.raises(Refused, match="not public"):
            resolve(target, allow_loopback=True)


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://a.example", "a.example", "/"),
        ("https://a.example:443/in", "a.example", "/in"),
        ("https://a.example:8443?x=1", "a.example:8443", "/?x=1"),
        ("https://[2606:4700::1]/in", "[2606:4700::1]", "/in"),
        ("https://[2606:4700::1]:8443/in?x=1", "[2606:4700::1]:8443", "/in?x=1"),
    ],
)
def test_a_request_names_the_port_only_where_it_is_not_the_usual_one(
    url: str, authority: str, path: str
) -> None:
    target = parse_target(url)
    assert (target.authority, target.path) == (authority, path)


def test_an_address_has_2000_characters_at_most() -> None:
    start = "https://a.example/"
    assert parse_target(start + "x" * (2000 - len(start))).host == "a.example"
    with pytest.raises(BadValue, match="limit 2000 visible ASCII characters"):
        parse_target(start + "x" * (2001 - len(start)))
