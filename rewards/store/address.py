"""Database addresses as given in DATABASE_URL: strict parsing, and display without secrets."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from sqlalchemy import URL, make_url

from rewards.store.parameters import PLACES, check_parameters
from rewards.traces import said

_SCHEME = re.compile(r"\s*([a-z][a-z0-9]{1,19})(?:\+([a-z0-9_]{1,20}))?://", re.IGNORECASE)
_AUTHORITY = re.compile(
    r"(?:(?P<user>[^:@]*)(?::(?P<password>.*))?@)?(?P<hosts>(?:[A-Za-z0-9._-]*|\[[0-9A-Fa-f:.%]+\])(?::\d{1,5})?"
    r"(?:,(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.%]+\])(?::\d{1,5})?)*)",
    re.DOTALL,
)
_REST = re.compile(r"(?:/(?P<database>[^/@:?#\s]*))?(?:\?(?P<query>[^#@]*))?")
# Anything longer or with other characters is hidden: behind a wrong separator it could be a password.
_PLAIN_NAME = re.compile(r"[\w.%-]{0,63}")
_PLAIN_FILE = re.compile(r"(?:(?!:[^/]*@)[^;&])*")
_POSTGRESQL = ("postgresql", "postgres")
_SQLITE_DRIVERS = (None, "pysqlite")
_POSTGRESQL_DRIVERS = (None, "psycopg", "psycopg2", "psycopg2cffi", "asyncpg", "pg8000")
_NO_PORT = re.compile(r".*@[A-Za-z0-9._-]+:[^@:/?#]*[^@:/?#\d][^@:/?#]*(?:[/?#].*)?", re.DOTALL)
WRITE = "write postgresql://user:password@host/name or sqlite:///file"
UNREADABLE = (
    "DATABASE_URL: cannot be read as an address; in a password @ / ? # : and % are written %40 %2F %3F %23 %3A and %25; "
    + WRITE
)


def parse_address(text: str) -> URL:
    """The URL to connect to, always by psycopg 3 or Python's own sqlite3.

    Raises ValueError, whose message contains nothing that could be a password.
    """
    found = _SCHEME.match(text)
    if found is None:
        raise ValueError(f"DATABASE_URL: names no kind of database; {WRITE}")
    backend, driver = found.group(1).lower(), found.group(2)
    rest = text[found.end() :].rstrip()
    if not _is_text(unquote(rest)):
        # C libraries would cut the address at the zero byte and connect to another server.
        raise ValueError(UNREADABLE)
    if backend in _POSTGRESQL:
        if driver not in _POSTGRESQL_DRIVERS:
            raise ValueError(
                "database driver: none of those of PostgreSQL; write postgresql://user:password@host/name"
            )
        return _checked(_postgresql(rest))
    if backend != "sqlite":
        raise ValueError(f"database {backend!r}: only sqlite and postgresql are known; change DATABASE_URL")
    if driver not in _SQLITE_DRIVERS:
        raise ValueError(
            f"database driver {driver!r}: only the one that comes with Python is used; write sqlite:///file"
        )
    if not rest.startswith("/") and rest:
        raise ValueError("DATABASE_URL: an SQLite address has no host; write sqlite:///file")
    return _checked(make_url(f"sqlite://{rest}"))


def _checked(url: URL) -> URL:
    check_parameters(url)
    return url


def _is_text(text: str) -> bool:
    """True where a text can be encoded as UTF-8 and has no zero byte."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def shown(text: str) -> str:
    """An address that is safe to print: no password, no parameters; only the backend where the address cannot be parsed."""
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
    """The database's error message in one line, without secrets from the address."""
    driver = getattr(error, "orig", None) or error
    message = said(driver)
    if message:
        return message
    if type(driver).__module__.partition(".")[0] == "psycopg":
        # No statement of ours was sent yet, so that the message is about the connection.
        sentence = " ".join(str(driver).split())
        if not any(secret in sentence for secret in _secrets(text)):
            return sentence
        return "no connection; the server's answer repeats something of the address and is not shown"
    return type(driver).__name__


# Beginnings of what PostgreSQL and its library say, in English whatever the server's language where the library says it.
_REMEDIES = (
    (
        r"does not exist",
        "database",
        "make it (createdb) or correct the name behind the last / of DATABASE_URL",
    ),
    (
        r"role .* does not exist|authentication failed|no password supplied",
        "",
        "correct user and password in DATABASE_URL",
    ),
    (r"resolve host|translate host|Name or service", "", "correct the host in DATABASE_URL"),
    (
        r"refused|No such file|timeout|unreachable|timed out",
        "",
        "start the server, or correct host and port in DATABASE_URL",
    ),
    (r"SSL|certificate|sslroot", "", "correct the parameters about SSL in DATABASE_URL"),
)


def remedy_of(cause: str) -> str:
    """What to do about a connection that failed, by the sentence of the driver."""
    for pattern, word, remedy in _REMEDIES:
        if word in cause and re.search(pattern, cause):
            return f"{remedy}; see also groundswell doctor"
    return "check DATABASE_URL and groundswell doctor"


def _secrets(text: str) -> list[str]:
    try:
        url = parse_address(text)
    except ValueError:
        return [""]
    hidden = [name for name in url.query if name not in PLACES]
    values = [url.password, *(value for name in hidden for value in url.normalized_query[name])]
    return [str(value) for value in values if value]


def _postgresql(rest: str) -> URL:
    read = _split(rest)
    if read is None and _NO_PORT.fullmatch(rest):
        raise ValueError("DATABASE_URL: what follows the host is no port; write host:5432, or the host alone")
    if read is None:
        raise ValueError(UNREADABLE)
    authority, tail = read
    who = ""
    if authority["user"] is not None:
        secret = authority["password"]
        # Quoted again, so that every parser reads a password with an @ in it alike.
        who = quote(unquote(authority["user"]), safe="")
        who += "@" if secret is None else f":{quote(unquote(secret), safe='')}@"
    query = "" if tail["query"] is None else f"?{tail['query']}"
    try:
        return make_url(f"postgresql+psycopg://{who}{authority['hosts']}/{tail['database'] or ''}{query}")
    except Exception:
        raise ValueError(UNREADABLE) from None


def _split(rest: str) -> tuple[re.Match[str], re.Match[str]] | None:
    """Authority and remainder; None where the boundary between them is ambiguous."""
    end = re.search(r"[/?#]", rest)
    cut = len(rest) if end is None else end.start()
    authority, tail = _AUTHORITY.fullmatch(rest[:cut]), _REST.fullmatch(rest[cut:])
    return None if authority is None or tail is None else (authority, tail)
