"""Which addresses we may send to: public ones only, so that a subscription cannot reach into our own network (SSRF)."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from rewards.faults import BadValue, Refused

MOST_CHARACTERS = 2000
DEFAULT_PORTS = {"https": 443, "http": 80}
NAT64 = IPv6Network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The host as a request names it: the port only where it is not the scheme's own (RFC 9110, 4.2.3)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str, allow_loopback: bool = False) -> Target:
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
        raise BadValue(f"webhook url {shown!r}: not a URL; write https://host/path") from None
    if len(url) > MOST_CHARACTERS or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise BadValue(f"webhook url {shown!r}: limit {MOST_CHARACTERS} visible ASCII characters; shorten it")
    local = allow_loopback and _is_loopback_name(host)
    if parts.scheme not in (("https", "http") if local else ("https",)) or not host:
        raise BadValue(f"webhook url {shown!r}: https is required; write https://host/path")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadValue(f"webhook url {shown!r}: credentials and fragments are not taken; leave them out")
    literal = _literal(host)
    unroutable = literal is not None and not is_public(literal)
    if not local and (
        unroutable or _is_loopback_name(host) or ("." not in host.rstrip(".") and literal is None)
    ):
        raise BadValue(f"webhook url {shown!r}: not a public host; name one that the internet can reach")
    path = parts.path or "/"
    return Target(
        parts.scheme,
        host,
        port or DEFAULT_PORTS[parts.scheme],
        f"{path}?{parts.query}" if parts.query else path,
    )


def resolve(target: Target, allow_loopback: bool = False) -> list[str]:
    """The addresses to connect to. Raises Refused when any of them is not public, OSError when there are none.

    The caller connects to what is returned, not to the name: a second look-up could answer otherwise (DNS rebinding).
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    for text in addresses:
        address = ip_address(text.partition("%")[0])
        if not is_public(address) and not (allow_loopback and address.is_loopback):
            raise Refused(f"webhook host {target.host!r}: leads to an address that is not public; change it")
    return addresses


def is_public(address: Address) -> bool:
    """True for an address of the open internet; addresses that carry another inside are judged by that one."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inside is None and address in NAT64:
            inside = IPv4Address(int(address) & 0xFFFFFFFF)
        if inside:
            return is_public(inside)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_loopback_name(host: str) -> bool:
    literal = _literal(host)
    name = host.rstrip(".")
    return name == "localhost" or name.endswith(".localhost") or (literal is not None and literal.is_loopback)
