"""Valid parts of a scheme that the live program cannot carry out: publication refuses them, so that no promise is broken.

Where each field acts is declared in `tests/contracts/scheme_fields.py`, which holds this list against what is there.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from rewards.language import gettext, msg
from rewards.scheme.quantities import SchemeError
from rewards.scheme.scheme import IncentiveScheme

UNKEPT = {
    "Privacy.boards_opt_in": msg(
        "boards by choice alone cannot be run live; publish with false, so that people appear unless they opt out"
    ),
}
"""Fields that may be rehearsed and not published with another value than their own, and why."""


def refuse_unkept(scheme: IncentiveScheme) -> None:
    """Raises SchemeError for what the live program would not do."""
    for where, part, name in fields_of(scheme, ""):
        why = UNKEPT.get(f"{type(part).__name__}.{name}")
        value = getattr(part, name)
        if why is not None and value != type(part).model_fields[name].get_default(call_default_factory=True):
            raise SchemeError(
                "{where} {value}: {why}", where=where, value=str(value).lower(), why=gettext(why)
            )
    for board in scheme.leaderboards:
        if board.per_head and board.group != "team":
            raise SchemeError(
                "leaderboard {id!r} is per head, of {group!r}: only teams are compared by their members; leave per_head out",
                id=board.id,
                group=board.group,
            )
    titles = [one.title for one in scheme.recognition.highlights]
    for title in titles:
        if titles.count(title) > 1:
            raise SchemeError(
                "highlight {title!r} stands twice; titles tell highlights apart; rename one", title=title
            )


def fields_of(part: BaseModel, path: str) -> Iterator[tuple[str, BaseModel, str]]:
    """(path, part, field) of every field of a document, down to the last part."""
    for name in type(part).model_fields:
        where = f"{path}.{name}" if path else name
        yield where, part, name
        yield from _inside(getattr(part, name), where)


def _inside(value: object, path: str) -> Iterator[tuple[str, BaseModel, str]]:
    if isinstance(value, BaseModel):
        yield from fields_of(value, path)
    elif isinstance(value, tuple):
        for at, one in enumerate(value):
            yield from _inside(one, f"{path}[{at}]")
