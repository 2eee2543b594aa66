"""Client addresses of requests that come through proxies named by the operator.

Each proxy appends the address of its client to a header. Entries further to the left may be forged, so the list is read from
the right, as long as the hop that wrote an entry is a trusted proxy. Headers from other senders are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rewards.faults import BadValue

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
EVERYBODY: tuple[Network, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))
PROXY_HEADERS = ("x-forwarded-for", "forwarded")
MOST_HOPS = 32
_SHOWN = 60
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("[^"]{0,100}"|[^;,"\s]{0,100})', re.IGNORECASE)


def parse_networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas or spaces; `*` trusts every sender. Raises BadValue."""
    found: list[Network] = []
    for word in text.replace(",", " ").split():
        if word == "*":
            found += EVERYBODY
            continue
        try:
            found.append(ip_network(word, strict=False))
        except ValueError:
            raise BadValue(
                "GROUNDSWELL_TRUSTED_PROXIES: {value!r}: not an address or a network; write them like 10.0.0.5 or "
                "10.0.0.0/24, separated by commas",
                value=word[:_SHOWN],
            ) from None
    return tuple(found)


def visitor_address(peer: str, noted: Sequence[str], trusted: Sequence[Network]) -> str:
    """The visitor's address: `peer` sent the request, `noted` are the header's entries, the nearest hop last."""
    current = _address(peer)
    if current is None:
        return peer
    for entry in reversed(noted[-MOST_HOPS:]):
        if not _within(current, trusted):
            break
        behind = _address(entry)
        if behind is None:
            # An entry that is no address is ignored; the hop that wrote it counts as the visitor.
            break
        current = behind
    return str(current)


def noted_addresses(headers: Headers, header: str) -> list[str]:
    """The entries of the proxies' header in order, over all its lines."""
    entries = [entry for line in headers.getlist(header) for entry in line.split(",")]
    if header != "forwarded":
        return [entry.strip() for entry in entries]
    return list(_forwarded(entries))


def _forwarded(elements: Iterable[str]) -> Iterable[str]:
    """The `for` of each element of a Forwarded header (RFC 7239); '' without one."""
    for element in elements:
        found = _FOR.search(element)
        yield found.group(1).strip('"') if found else ""


def _address(text: str) -> Address | None:
    """An address as headers write it: bare, with a port, in brackets. An IPv4 address inside IPv6 is that IPv4 address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


class Visitors:
    """ASGI middleware that replaces the client of a request, a proxy, by the visitor."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network], header: str) -> None:
        self.app, self.trusted, self.header = app, trusted, header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        client = scope.get("client")
        if self.trusted and client and scope["type"] in ("http", "websocket"):
            noted = noted_addresses(Headers(scope=scope), self.header)
            scope = {**scope, "client": (visitor_address(client[0], noted, self.trusted), 0)}
        await self.app(scope, receive, send)
