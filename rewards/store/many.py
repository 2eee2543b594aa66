"""Bulk updates of people for imports: one statement for all rows of a kind."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Table, bindparam, column, update

from rewards.store import people, schema
from rewards.store.prepared import NoRow, Prepared, given, taken
from rewards.store.session import Transaction
from rewards.store.units import upsert

PERSON, IDENTITY, MEMBERSHIP = schema.person, schema.person_identity, schema.membership
CHANGED = (
    "segment", "team", "zone_flagged", "contacts", "locale", "role", "desk", "hours_share_ppm", "joined_date", "manager_id",
    "has_history",
)  # fmt: skip
"""What an import may change about a person, but for her zone, name and address."""
_ROWS = 10_000


def _setting(table: Table, key: str, names: Sequence[str]) -> Prepared[NoRow]:
    """An update of these columns, for each row given by `key`."""

    def make(dialect: str) -> Any:
        if dialect == "sqlite":
            told: dict[str, object] = {name: bindparam(name) for name in names}
            return update(table).where(table.c[key] == bindparam("key")).values(told)
        columns = [table.c[name] for name in names]
        rows = given([column("key", BigInteger()), *columns])
        return (
            update(table)
            .where(table.c[key] == rows.c["key"])
            .values({one.name: taken(rows, one) for one in columns})
        )

    return Prepared(NoRow, make)


_CHANGE = _setting(PERSON, "id", CHANGED)
_MANAGE = _setting(PERSON, "id", ("manager_id",))
_IDENTIFY = _setting(IDENTITY, "person_id", ("name", "email", "sort_name"))


def change(tx: Transaction, rows: Sequence[Mapping[str, object]]) -> None:
    """Update the columns of CHANGED by internal id (`key`)."""
    _later(tx, _CHANGE, rows)


def set_managers(tx: Transaction, pairs: Sequence[tuple[int, int]]) -> None:
    """Set managers: (person, manager) by internal id."""
    _later(tx, _MANAGE, [{"key": person, "manager_id": manager} for person, manager in pairs])


def identify(tx: Transaction, named: Sequence[tuple[int, str, str | None]]) -> None:
    """Set names and addresses: (person, name, address). The caller renews the search words."""
    rows = [
        {"key": id_, "name": name, "email": email, "sort_name": people.sort_name(name)}
        for id_, name, email in named
    ]
    _later(tx, _IDENTIFY, rows)


def add_memberships(tx: Transaction, organisation: str, spans: Sequence[tuple[int, int, str, str]]) -> None:
    """Insert memberships: (person, from which instant, segment, team)."""
    names = ("person_id", "from_us", "segment", "team")
    rows = [
        {"organisation_id": organisation, "ahead": False, **dict(zip(names, span, strict=True))}
        for span in spans
    ]
    made = upsert(tx, MEMBERSHIP)
    updates = {name: made.excluded[name] for name in ("segment", "team", "ahead")}
    for start in range(0, len(rows), _ROWS):
        statement = made.on_conflict_do_update(index_elements=["person_id", "from_us"], set_=updates)
        tx.execute(statement, rows[start : start + _ROWS])


def _later(tx: Transaction, statement: Prepared[NoRow], rows: Sequence[Mapping[str, object]]) -> None:
    for start in range(0, len(rows), _ROWS):
        tx.later(statement, rows[start : start + _ROWS])
