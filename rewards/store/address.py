"""The address of a database, as people write it into DATABASE_URL: read strictly, and shown without any secret."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from sqlalchemy import URL, make_url

from rewards.traces import said

_SCHEME = re.compile(r"\s*([a-z][a-z0-9]{1,19})(?:\+([a-z0-9_]{1,20}))?://", re.IGNORECASE)
_AUTHORITY = re.compile(
    r"(?:(?P<user>[^:@]*)(?::(?P<password>.*))?@)?(?P<hosts>(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.%]+\])(?::\d{1,5})?"
    r"(?:,(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.%]+\])(?::\d{1,5})?)*)",
    re.DOTALL,
)
_REST = re.compile(r"(?:/(?P<database>[^/@:?#\s]*))?(?:\?(?P<query>[^#@]*))?")
# Of a name no more is shown than a name has: what is written after it with a wrong sign could be a password.
_PLAIN_NAME = re.compile(r"[\w.%-]{0,63}")
_PLAIN_FILE = re.compile(r"(?:(?!:[^/]*@)[^;&])*")
_POSTGRESQL = ("postgresql", "postgres")
_SQLITE_DRIVERS = (None, "pysqlite")
WRITE = "write postgresql://user:password@host/name or sqlite:///file"
UNREADABLE = (
    "DATABASE_URL: cannot be read as an address; in a password @ / ? # : and % are written %40 %2F %3F %23 %3A and %25; "
    + WRITE
)


def parse_address(text: str) -> URL:
    """The address to connect to, always by psycopg 3 or the driver that comes with Python.

    Raises ValueError, whose text repeats nothing of what could be a password.
    """
    found = _SCHEME.match(text)
    if found is None:
        raise ValueError(f"DATABASE_URL: names no kind of database; {WRITE}")
    backend, driver = found.group(1).lower(), found.group(2)
    rest = text[found.end() :].rstrip()
    if not _is_text(unquote(rest)):
        # A library in C would end the address at the zero byte, and go to another server.
        raise ValueError(UNREADABLE)
    if backend in _POSTGRESQL:
        return _postgresql(rest)
    if backend != "sqlite":
        raise ValueError(f"database {backend!r}: only sqlite and postgresql are known; change DATABASE_URL")
    if driver not in _SQLITE_DRIVERS:
        raise ValueError(
            f"database driver {driver!r}: only the one that comes with Python is used; write sqlite:///file"
        )
    if not rest.startswith("/") and rest:
        raise ValueError("DATABASE_URL: an SQLite address has no host; write sqlite:///file")
    return make_url(f"sqlite://{rest}")


def _is_text(text: str) -> bool:
    """Whether UTF-8 has it, and it has no zero byte."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def shown(text: str) -> str:
    """The address as it may be printed: no password, no parameters, and of one that cannot be read only its kind."""
    found = _SCHEME.match(text)
    if found is None:
        return "***"
    backend, rest = found.group(1).lower(), text[found.end() :].rstrip()
    if backend == "sqlite":
        file = rest.partition("?")[0]
        return f"sqlite://{file}" if file.startswith("/") and _PLAIN_FILE.fullmatch(file) else "sqlite://***"
    if backend not in _POSTGRESQL:
        return f"{backend}://***"
    read = _split(rest)
    if read is None:
        return "postgresql://***"
    authority, rest_of_it = read
    who = _plain_name(authority["user"] or "")
    secret = ":***" if authority["password"] is not None else ""
    at = "@" if authority["user"] is not None else ""
    database = rest_of_it["database"]
    return f"postgresql://{who}{secret}{at}{authority['hosts']}" + (
        "" if database is None else f"/{_plain_name(database)}"
    )


def _plain_name(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else "***"


def cause_of(error: BaseException, text: str) -> str:
    """What a database said when it failed, in one line, without anything of its address that could be secret."""
    driver = getattr(error, "orig", None) or error
    message = said(driver)
    if message:
        return message
    if type(driver).__module__.partition(".")[0] == "psycopg":
        # Nothing of ours has reached the server yet: the sentence is about the connection.
        sentence = " ".join(str(driver).split())
        if not any(secret in sentence for secret in _secrets(text)):
            return sentence
    return type(driver).__name__


def _secrets(text: str) -> list[str]:
    try:
        url = parse_address(text)
    except ValueError:
        return [""]
    values = [url.password, *(value for name in url.query for value in url.normalized_query[name])]
    return [str(value) for value in values if value]


def _postgresql(rest: str) -> URL:
    read = _split(rest)
    if read is None:
        raise ValueError(UNREADABLE)
    authority, tail = read
    who = ""
    if authority["user"] is not None:
        secret = authority["password"]
        # Written anew, so that a password with an @ in it is one thing to every reader.
        who = quote(unquote(authority["user"]), safe="")
        who += "@" if secret is None else f":{quote(unquote(secret), safe='')}@"
    query = "" if tail["query"] is None else f"?{tail['query']}"
    try:
        return make_url(f"postgresql+psycopg://{who}{authority['hosts']}/{tail['database'] or ''}{query}")
    except Exception:
        raise ValueError(UNREADABLE) from None


def _split(rest: str) -> tuple[re.Match[str], re.Match[str]] | None:
    """Authority and what follows it, or None where the two cannot be distinguished for sure."""
    end = re.search(r"[/?#]", rest)
    cut = len(rest) if end is None else end.start()
    authority, tail = _AUTHORITY.fullmatch(rest[:cut]), _REST.fullmatch(rest[cut:])
    return None if authority is None or tail is None else (authority, tail)
