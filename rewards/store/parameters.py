"""Parameters of a database address, checked before a driver sees them. No message repeats a value: it could be a secret."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
from sqlalchemy import URL

_TLS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_WORDS: dict[str, tuple[str, ...]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "sslcertmode": ("disable", "allow", "require"),
    "ssl_min_protocol_version": _TLS,
    "ssl_max_protocol_version": _TLS,
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "load_balance_hosts": ("disable", "random"),
}
_NUMBERS = (
    "connect_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
)
_SWITCHES = ("0", "1", "true", "false", "yes", "no", "on", "off")
_OF_SQLITE_URIS = ("mode", "cache", "immutable", "nolock", "psow", "vfs", "modeof")
_OF_SQLITE: dict[str, tuple[Callable[[str], object], str]] = {
    "timeout": (float, "a number of seconds"),
    "cached_statements": (int, "a whole number"),
    "detect_types": (int, "a whole number"),
    "check_same_thread": (lambda value: _SWITCHES.index(value.lower()), "true or false"),
    "isolation_level": (str, ""),
    "uri": (lambda value: _SWITCHES.index(value.lower()), "true or false"),
}
PLACES = (
    *_WORDS,
    *_NUMBERS,
    "host",
    "hostaddr",
    "port",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "sslcrldir",
)
"""Parameters whose values say where something is or how, and hold no secret."""
# A name of another form may be part of a password that was cut at a question mark.
_NAME = re.compile(r"[a-z_]{1,30}")
MOST_PORT = 65_535


def check_parameters(url: URL) -> None:
    """Raises ValueError for a parameter that the driver would refuse; the message names the parameter and what it may be."""
    if url.port is not None and not 1 <= url.port <= MOST_PORT:
        raise ValueError(f"DATABASE_URL: port {url.port}: limit 1 to {MOST_PORT}; correct it")
    check = _sqlite if url.get_backend_name() == "sqlite" else _postgresql
    for name, values in url.normalized_query.items():
        for value in values:
            check(url, name, value)


def _postgresql(_url: URL, name: str, value: str) -> None:
    known = {one.keyword.decode() for one in psycopg.pq.Conninfo.get_defaults()}
    if name not in known:
        raise _unknown(name, "a PostgreSQL address")
    if name in _WORDS and value and value not in _WORDS[name]:
        raise _wrong(name, f"one of {', '.join(_WORDS[name])}")
    if name in _NUMBERS and re.fullmatch(r"\s*-?\d{1,9}\s*", value) is None:
        raise _wrong(name, "a whole number")
    if name == "port" and not all(
        re.fullmatch(r"\d{1,5}|", one) and int(one or 1) <= MOST_PORT for one in value.split(",")
    ):
        raise _wrong(name, f"a number from 1 to {MOST_PORT}")


def _sqlite(url: URL, name: str, value: str) -> None:
    if name in _OF_SQLITE_URIS:
        if "uri" not in url.query:
            raise ValueError(
                f"DATABASE_URL: parameter {name}: needs an address of SQLite's own form; write sqlite:///file:name?{name}=…&uri=true"
            )
        return
    if name not in _OF_SQLITE:
        raise _unknown(name, "an SQLite address")
    read, wanted = _OF_SQLITE[name]
    try:
        read(value)
    except ValueError:
        raise _wrong(name, wanted) from None


def _unknown(name: str, where: str) -> ValueError:
    called = f"parameter {name}" if _NAME.fullmatch(name) else "one of its parameters"
    return ValueError(f"DATABASE_URL: {called}: not known of {where}; correct its name or take it out")


def _wrong(name: str, wanted: str) -> ValueError:
    return ValueError(
        f"DATABASE_URL: parameter {name}: its value must be {wanted}; correct it or take it out"
    )
