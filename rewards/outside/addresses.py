"""Which addresses we may send to: public ones only, so that a subscription cannot reach into our own network (SSRF)."""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from rewards.faults import BadValue, Refused

MOST_CHARACTERS = 2000
DEFAULT_PORTS = {"https": 443, "http": 80}
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
UNICAST = IPv6Network("2000::/3")
"""All that the registry has given out for use between networks, so that nothing local lies in it; NAT64 and mapped addresses are asked
for by themselves."""
# The special-purpose registries of IANA (RFC 6890 and its updates): all that is not reachable from everywhere, whatever its kind,
# and multicast. Addresses that are anycast for one protocol (192.0.0.9, 192.88.99.1) are no receiver of messages either.
RESERVED_FOUR = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ),
    )
)  # fmt: skip
RESERVED_SIX = tuple(
    map(
        IPv6Network,
        ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20"),
    )
)
# Resolvers read a name that ends in a number, decimal or not, as an address: 127.1 and 0x7f.0.0.1 are this machine.
_NAME = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.){0,126}(?!(?:[0-9]+|0x[0-9a-f]*)\.?$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?"
)
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a message: `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as a request names it: the port only where it is not the scheme's own (RFC 9110, 4.2.3)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str, allow_loopback: bool = False, what: str = "webhook url") -> Target:
    """Read a target address. Raises BadValue for anything but a plain https URL of a public host.

    `allow_loopback` also takes http to this machine, for tests and development.
    """
    shown = url[:80]
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
        host.encode("idna")
    except ValueError:
        raise BadValue(
            "{what} {shown!r}: not a URL; write https://host/path", what=what, shown=shown
        ) from None
    if len(url) > MOST_CHARACTERS or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise BadValue(
            "{what} {shown!r}: limit {most_characters} visible ASCII characters without blanks; write it as browsers show it",
            what=what,
            shown=shown,
            most_characters=MOST_CHARACTERS,
        )
    local = allow_loopback and _is_loopback_name(host)
    if parts.scheme not in (("https", "http") if local else ("https",)) or not host:
        raise BadValue("{what} {shown!r}: https is required; write https://host/path", what=what, shown=shown)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadValue(
            "{what} {shown!r}: credentials and fragments are not taken; leave them out",
            what=what,
            shown=shown,
        )
    literal = _literal(host)
    unroutable = not is_public(literal) if literal is not None else _NAME.fullmatch(host) is None
    if not local and (
        unroutable or _is_loopback_name(host) or ("." not in host.rstrip(".") and literal is None)
    ):
        raise BadValue(
            "{what} {shown!r}: not a public host; name one that the internet can reach",
            what=what,
            shown=shown,
        )
    path = parts.path or "/"
    return Target(
        parts.scheme,
        host,
        port or DEFAULT_PORTS[parts.scheme],
        f"{path}?{parts.query}" if parts.query else path,
    )


def resolve(target: Target, allow_loopback: bool = False, what: str = "webhook") -> list[str]:
    """The addresses to connect to. Raises Refused when any of them is not public, OSError when there are none.

    The caller connects to what is returned, not to the name: a second look-up could answer otherwise (DNS rebinding).
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    for text in addresses:
        address = ip_address(text.partition("%")[0])
        if not is_public(address) and not (allow_loopback and address.is_loopback):
            raise Refused(
                "{what} host {host!r}: leads to an address that is not public; change it",
                what=what,
                host=target.host,
            )
    return addresses


def is_public(address: Address) -> bool:
    """True for an address of the open internet; one that carries another inside is judged by that one too."""
    if isinstance(address, IPv6Address):
        known = address in UNICAST or address in NAT64 or address.ipv4_mapped is not None
        return known and not _within(address, RESERVED_SIX) and all(map(is_public, _inside(address)))
    return not _within(address, RESERVED_FOUR)


def _within(address: Address, networks: tuple[IPv4Network, ...] | tuple[IPv6Network, ...]) -> bool:
    return any(address in network for network in networks)


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses to which translators and tunnels on the way would bring what is sent to this one."""
    number = int(address)
    low, middle = IPv4Address(number & 0xFFFFFFFF), IPv4Address(number >> 80 & 0xFFFFFFFF)
    if address in NAT64 or address.ipv4_mapped is not None:
        return [low]
    if address in SIX_TO_FOUR:
        return [middle]
    # ISATAP (RFC 5214): an IPv4 address behind 0:5efe or 200:5efe in the lower half.
    return [low] if number >> 32 & 0xFCFFFFFF == 0x5EFE else []


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.partition("%")[0].removesuffix("."))
    except ValueError:
        return None


def _is_loopback_name(host: str) -> bool:
    literal = _literal(host)
    name = host.rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or (literal is not None and literal.is_loopback)
