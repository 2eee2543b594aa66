"""The people directory: HR's list with its filters, and colleagues by name."""

import base64
import binascii
import json
from dataclasses import dataclass

from rewards.faults import BadValue
from rewards.store import directory as rows
from rewards.store.persons import find_row
from rewards.store.rows import ListedPersonRow
from rewards.store.session import Transaction
from rewards.words import beginnings_of

STATES: dict[str, tuple[str, ...]] = {
    "with us": ("active", "paused"),
    "deactivated": ("inactive",),
    "all": (),
}
"""States that HR may filter by. People on a break count as present, since abstention is shown to nobody."""
PAGE = 50
MOST_FOUND = 12
MOST_QUERY_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of people: prefixes of words in names, ids, addresses, teams and segments; '' filters nothing."""

    text: str = ""
    state: str = "with us"
    team: str = ""
    segment: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list. `roles`: the account's; empty without an account."""

    id: str
    name: str
    segment: str
    team: str
    with_us: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """One page, and the cursor of the next (None: this is the last)."""

    rows: tuple[Listed, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A colleague who can be chosen in a form; the team distinguishes namesakes."""

    id: str
    name: str
    team: str


def find_people(
    tx: Transaction, organisation: str, wanted: Wanted, cursor: str | None = None, limit: int = PAGE
) -> People:
    """One page of matching people in order of names. Raises BadValue for an invalid state, text or cursor."""
    if wanted.state not in STATES:
        raise BadValue(
            "state {state!r}: limit {names}; choose one of these", state=wanted.state, names=", ".join(STATES)
        )
    if len(wanted.text) > MOST_QUERY_CHARACTERS:
        raise BadValue(
            "search of {count} characters: limit {most_query_characters}; type the beginning of a name",
            count=len(wanted.text),
            most_query_characters=MOST_QUERY_CHARACTERS,
        )
    asked = rows.Wanted(wanted.text, STATES[wanted.state], wanted.team, wanted.segment, wanted.role)
    found = rows.page(tx, organisation, asked, None if cursor is None else _place(cursor), limit + 1)
    shown = tuple(_listed(row) for row in found[:limit])
    first = next(iter(beginnings_of(wanted.text)), "")
    return People(shown, _cursor(rows.place(found[limit - 1], first)) if len(found) > limit else None)


def find_colleagues(
    tx: Transaction, organisation: str, text: str, reader: str, limit: int = MOST_FOUND
) -> list[Colleague]:
    """Present people, except the reader, with a name whose words begin with the search terms."""
    me = find_row(tx, organisation, reader)
    found = rows.colleagues(tx, organisation, text[:MOST_QUERY_CHARACTERS], limit, me.id)
    return [Colleague(row.external_id, row.name or row.external_id, row.team) for row in found]


def named_colleagues(tx: Transaction, organisation: str, ids: list[str], reader: str) -> list[Colleague]:
    """Present people among some ids, in the order given, except the reader."""
    me = find_row(tx, organisation, reader)
    found = rows.by_external(tx, organisation, ids)
    kept = [found[id_] for id_ in dict.fromkeys(ids) if id_ in found and found[id_].person_id != me.id]
    return [Colleague(row.external_id, row.name or row.external_id, row.team) for row in kept]


def ids_after(tx: Transaction, organisation: str, after: str, limit: int) -> list[str]:
    """Ids after one, in order, deactivated people included."""
    return rows.ids_after(tx, organisation, after, limit)


def segments_of(tx: Transaction, organisation: str) -> list[str]:
    """All segments of people."""
    return rows.segments(tx, organisation)


def _listed(row: ListedPersonRow) -> Listed:
    return Listed(
        id=row.external_id,
        name=row.name or row.external_id,
        segment=row.segment,
        team=row.team,
        with_us=row.status in STATES["with us"],
        roles=tuple(row.roles.split()),
    )


def _cursor(place: rows.Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place(cursor: str) -> rows.Place:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        rank, name, number = json.loads(text)
        whole = type(rank) is int and type(number) is int and 0 <= rank <= 1 and 0 < number < 2**63
        if whole and isinstance(name, str) and "\x00" not in name:
            name.encode()
            return rank, name, number
    except (binascii.Error, ValueError, TypeError):
        pass
    raise BadValue("cursor: not one that this list gave; begin with its first page")
