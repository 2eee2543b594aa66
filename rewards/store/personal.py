"""Personal data export: every row that refers to a person, found from the schema and therefore in tables added later too."""

import json
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Column, Table, or_, select

from rewards.store import schema
from rewards.store.session import Transaction
from rewards.store.units import maybe_us

# Meaningless to the person, and useful to somebody who steals the file.
_SECRET = frozenset(
    {
        "password_hash",
        "token_hash",
        "payload_hash",
        "request_hash",
        "dedupe",
        "secret",
        "former_secret",
        "sheet",
    }
)
# People who decided about the person appear by role in the program, not by name here.
# A mail's data may contain a link that signs in.
_OTHERS = frozenset({"review.actor", "claim.actor", "mail.data"})
KUDOS_GIVEN = "given"
_JSON = frozenset({"tags", "arguments", "detail"})
Rows = list[dict[str, Any]]


def refers_to(table: Table) -> list[Column[Any]]:
    """Columns of a table that refer to a person by internal id."""
    return [
        column
        for column in table.columns
        if any(key.column is schema.person.c.id for key in column.foreign_keys)
        or column is schema.balance.c.holder
    ]


def rows_about(
    tx: Transaction, organisation: str, accounts: Sequence[int], names: Sequence[str]
) -> dict[str, Rows]:
    """Rows by table in readable form: instants and dates as text, JSON as values; other people as internal ids.

    `accounts` and `names`: internal and external ids of the person's account and of those merged into it.
    """
    found: dict[str, Rows] = {}
    for table in schema.metadata.sorted_tables:
        where = [column.in_(accounts) for column in refers_to(table)]
        if table is schema.person:
            where = [table.c.id.in_(accounts)]
        if table is schema.audit:
            subjects = [f"person:{account}" for account in accounts]
            where = [table.c.subject.in_(subjects), table.c.actor.in_(names)]
        if not where:
            continue
        query = select(table).where(table.c.organisation_id == organisation, or_(*where))
        seen = [row._asdict() for row in tx.execute(query.order_by(*table.primary_key))]
        rows = [_readable(table, row) for row in map(partial(_as_seen, table, accounts), seen) if row]
        if rows:
            found[table.name] = rows
    return found


def _as_seen(table: Table, accounts: Sequence[int], row: dict[str, Any]) -> dict[str, Any] | None:
    """The row with what the program shows the person: no thanks that are held, declined or withdrawn, and no name of a nominator."""
    if table is schema.kudos and row["giver_id"] not in accounts and row["status"] != KUDOS_GIVEN:
        return None
    if table is schema.nomination and row["nominator_id"] not in accounts:
        return row | {"nominator_id": None}
    return row


def _readable(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _value(name, value)
        for name, value in row.items()
        if name not in _SECRET and f"{table.name}.{name}" not in _OTHERS
    }


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.hex()
    if name.endswith("_us"):
        at = maybe_us(value) if value >= 0 else None
        return None if at is None else at.isoformat()
    if name.endswith("_date"):
        return date.fromordinal(value).isoformat() if value > 0 else None
    if name in _JSON and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
