"""State that a new version of a scheme does not name: kept aside until a version names it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rewards.language import gettext, msg, said
from rewards.scheme.phrases import kind_words
from rewards.scoring.award import PersonState
from rewards.scoring.carrying import Part
from rewards.scoring.tables import CompiledScheme

Kind = Literal["rule", "repeats", "cap", "badge", "count", "streak", "freezes"]
_WHOLE: dict[str, Kind] = {"rule": "rule", "streak": "streak", "badge": "badge"}
_WITHIN: dict[str, Kind] = {"decay": "repeats", "cap": "cap", "count": "count", "freezes": "freezes"}
_GONE = {
    "rule": msg("rule {title!r}: not in it any more"),
    "badge": msg("badge {title!r}: not in it any more"),
    "streak": msg("streak {title!r}: not in it any more"),
}
_WINDOWS = {"day": msg("day"), "week": msg("week"), "month": msg("month"), "total": msg("ever")}
_SCOPES = {"rule": msg("the rule"), "object": msg("each item"), "pair": msg("each pair")}
_OWNER = {"decay": "rule", "cap": "rule", "count": "badge", "freezes": "streak", "return": "streak"}


@dataclass(frozen=True, slots=True)
class Loss:
    """One part of the state kept aside. `of`: the rule, badge or streak it belongs to ("": the scheme). `people`: who had begun it.

    State per object or pair has no total per person, and is not counted.
    """

    kind: Kind
    of: str
    words: str
    people: int


def losses(old: CompiledScheme, new: CompiledScheme, states: Iterable[PersonState]) -> list[Loss]:
    """In the order of the old scheme; `states` are those of the people, under the old scheme."""
    known = {part.identity for part in new.parts}
    gone = [part for part in old.parts if part.identity not in known]
    if not gone:
        return []
    begun = dict.fromkeys((part.identity for part in old.parts), frozenset[int]())
    for person, state in enumerate(states):
        row = state.row
        for part in old.parts:
            if tuple(row[part.columns]) != part.fresh:
                begun[part.identity] |= {person}
    dropped = {_whose(part) for part in gone if part.name.split("/")[0] in _WHOLE}
    return list(_told(old, gone, dropped, begun))


def _told(
    old: CompiledScheme, gone: list[Part], dropped: set[tuple[str, str]], begun: dict[int, frozenset[int]]
) -> Iterator[Loss]:
    for part in gone:
        kind, whose = part.name.split("/")[0], _whose(part)
        if kind in _WHOLE:
            # With a badge goes all that it counts.
            people = frozenset[int]().union(*(begun[one.identity] for one in gone if _whose(one) == whose))
            words = said(_GONE[kind], title=_title(old, *whose))
            yield Loss(_WHOLE[kind], whose[1], words, len(people))
        elif kind in _WITHIN and whose not in dropped:
            yield Loss(_WITHIN[kind], whose[1], _within(old, part), len(begun[part.identity]))


def _whose(part: Part) -> tuple[str, str]:
    """(rule, badge or streak, its id); the levels of a badge are the badge's."""
    kind, name = part.name.split("/")[:2]
    return _OWNER.get(kind, kind), name.split(".")[0] if kind == "badge" else name


def _within(old: CompiledScheme, part: Part) -> str:
    kind, name, *rest = part.name.split("/")
    owner, of = _whose(part)
    title = _title(old, owner, of) if name else ""
    if kind == "decay":
        return said(
            "rule {title!r}: how often it was awarded (window: {window}) fades from the beginning",
            title=title,
            window=_word(_WINDOWS, rest[0]),
        )
    if kind == "cap" and not name:
        return said(
            "the whole scheme: what was used of its limit (window: {window}; scope: {scope})",
            window=_word(_WINDOWS, rest[0]),
            scope=_word(_SCOPES, rest[1]),
        )
    if kind == "cap":
        return said(
            "rule {title!r}: what was used of its limit (window: {window}; scope: {scope})",
            title=title,
            window=_word(_WINDOWS, rest[0]),
            scope=_word(_SCOPES, rest[1]),
        )
    if kind == "freezes":
        return said(
            "streak {title!r}: freezes used (window: {window})", title=title, window=_word(_WINDOWS, rest[0])
        )
    return said(
        "badge {title!r}: its count of {events} starts at nothing", title=title, events=kind_words(rest[1])
    )


def _word(words: Mapping[str, str], name: str) -> str:
    return gettext(words.get(name, name))


def _title(old: CompiledScheme, kind: str, name: str) -> str:
    scheme = old.scheme
    titles = {
        "rule": {one.id: one.title for one in scheme.rules},
        "badge": {one.id: one.title for one in scheme.badges},
        "streak": {one.id: one.title for one in scheme.streaks},
    }
    return titles[kind].get(name, name)
