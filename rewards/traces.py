"""Errors in a form safe for logs: type and location, never a value.

A message, a statement's parameters or a local variable can hold a password, a token or somebody's address, whatever the
error. Errors are therefore reported by type, stack locations, and those messages of the database or the system that contain
no values.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

MOST_ERRORS = 6
MOST_PLACES = 20
MOST_CHARACTERS = 200
LAST_PLACES = 3
HOME = f"{Path(__file__).resolve().parents[1].as_posix()}/"
_OURS = re.compile(rf"{re.escape(HOME)}(?=(?:engine|rewards|agents|sims|web)/)")
_LIBRARIES = re.compile(r".*/(?:site-packages|python3\.\d+)/")
# Of SQLite's own messages only those that name parts of the schema; bound values appear in none of them.
_SQLITE_SENTENCES = re.compile(
    r"(?:no such (?:table|column|index|trigger): [\w.]{1,80}|table \w{1,64} has no column named \w{1,64}|"
    r"[A-Z ]{3,20} constraint failed(?:: [\w., ]{1,160})?|database (?:is|table is|schema is|disk image is) \w{1,20}|"
    r"database or disk is full|disk I/O error|unable to open database file|attempt to write a readonly database|"
    r"file is not a database|interrupted|out of memory)"
)
# SQLSTATE classes whose messages name the server's objects and no data: connection, integrity, transaction state,
# catalog, syntax and access, resources, operator, system.
_SPEAKING_CLASSES = frozenset({"08", "23", "25", "28", "3D", "40", "42", "53", "54", "55", "57", "58", "XX"})


def trace_of(error: BaseException) -> dict[str, Any]:
    """An error and its causes as fields of a log line, outermost first: `error`, `what`, `where`, and `because`.

    A few kilobytes at most, whatever the error.
    """
    errors = [_told(one) for one in _chain(error)]
    found = dict(errors[0])
    if errors[1:]:
        found["because"] = errors[1:]
    return found


def lines_of(error: BaseException) -> list[str]:
    """The error as lines for a terminal, innermost frame last as in a Python traceback."""
    lines: list[str] = []
    for one in reversed(list(_chain(error))):
        cause = _told(one)
        lines += [f"  {place}" for place in cause["where"]]
        lines.append(" ".join(filter(None, (cause["error"], cause.get("what", "")))))
    return lines


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen and len(seen) < MOST_ERRORS:
        seen.add(id(following))
        yield following
        if isinstance(following, BaseExceptionGroup):
            following = following.exceptions[0]
        elif following.__cause__ is not None or following.__suppress_context__:
            following = following.__cause__
        else:
            following = following.__context__


def _told(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    told: dict[str, Any] = {"error": f"{home}{kind.__qualname__}"[:MOST_CHARACTERS]}
    what = said(error)
    if what:
        told["what"] = what
    told["where"] = _places(error.__traceback__)
    return told


def said(error: BaseException) -> str:
    """The safe part of an error's message, or ''."""
    home = type(error).__module__.partition(".")[0]
    if home == "sqlite3":
        return _of_sqlite(error)
    if home == "psycopg":
        return _of_postgresql(error)
    if isinstance(error, OSError) and isinstance(error.errno, int) and error.errno > 0:
        return os.strerror(error.errno)
    return ""


def _of_sqlite(error: BaseException) -> str:
    sentence = str(error)
    known = sentence if _SQLITE_SENTENCES.fullmatch(sentence) else ""
    return ": ".join(filter(None, (str(getattr(error, "sqlite_errorname", "") or ""), known)))


def _of_postgresql(error: Any) -> str:
    state, diagnosis = str(error.sqlstate or ""), error.diag
    if state[:2] in _SPEAKING_CLASSES and diagnosis.message_primary:
        return f"{state}: {diagnosis.message_primary}"[:MOST_CHARACTERS]
    named = filter(None, (diagnosis.table_name, diagnosis.column_name, diagnosis.constraint_name))
    return " ".join((state, *map(str, named)))[:MOST_CHARACTERS]


def _places(trace: TracebackType | None) -> list[str]:
    """`file:line function` of each frame of ours and of the last few; frames of libraries in between are counted."""
    found: list[tuple[bool, str]] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        file = code.co_filename.replace(os.sep, "/")
        place = f"{_short(file)}:{trace.tb_lineno} {code.co_qualname}"[:MOST_CHARACTERS]
        found.append((_OURS.match(file) is not None, place))
        trace = trace.tb_next
    kept = [at for at, (ours, _) in enumerate(found) if ours or at >= len(found) - LAST_PLACES]
    if len(kept) > MOST_PLACES:
        kept = [*kept[: MOST_PLACES // 2], *kept[-MOST_PLACES // 2 :]]
    places: list[str] = []
    before = -1
    for at in kept:
        if at > before + 1:
            places.append(f"… {at - before - 1} more")
        places.append(found[at][1])
        before = at
    return places


def _short(file: str) -> str:
    return _OURS.sub("", file) if _OURS.match(file) else _LIBRARIES.sub("", file)
