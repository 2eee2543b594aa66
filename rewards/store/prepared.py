"""Prepared statements of the hot path: written in Core, compiled once per dialect, executed by the driver.

Awarding runs about a dozen statements an event. For each, Core's compilation, caching and execution take several times as
long as the database itself, so these few are compiled to SQL text once and passed to sqlite3 or psycopg directly.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar, cast

from sqlalchemy import (
    BigInteger,
    ClauseElement,
    ColumnElement,
    LargeBinary,
    String,
    Table,
    TableValuedAlias,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECTS: dict[str, Any] = {
    "sqlite": SQLiteDialect_pysqlite(paramstyle="qmark"),
    "postgresql": PGDialect_psycopg(paramstyle="format"),  # type: ignore[no-untyped-call]
}
_ROWS, _PLACE = "rows", "place"
KEYS = "keys"
_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=bytes.hex).encode
RowT = TypeVar("RowT", bound=NamedTuple)


class NoRow(NamedTuple):
    """The row type of a statement that returns no rows."""


class Prepared(Generic[RowT]):
    """A statement and its row type. `make` builds it for a dialect; parameter rows name its bound parameters."""

    __slots__ = ("_made", "_make", "_shape")

    def __init__(self, shape: type[RowT], make: Callable[[str], ClauseElement]) -> None:
        self._shape = shape
        self._make = make
        self._made: dict[str, Compiled[RowT]] = {}

    def on(self, dialect: str) -> "Compiled[RowT]":
        """The statement for a dialect, compiled the first time."""
        found = self._made.get(dialect)
        if found is None:
            found = self._made[dialect] = Compiled(self._shape, self._make(dialect), dialect)
        return found


class Compiled(Generic[RowT]):
    """SQL text, the order of its parameters, and the constructor of its rows; `row` is None where it returns none."""

    __slots__ = ("_constants", "_given", "_names", "row", "sql")

    def __init__(self, shape: type[RowT], statement: ClauseElement, dialect: str) -> None:
        compiled = cast("SQLCompiler", statement.compile(dialect=_DIALECTS[dialect]))
        self.sql: str = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._given = _reader(self._names)
        check_columns(shape, [str(column.key) for column in getattr(statement, "exported_columns", ())])
        self.row: Callable[[Iterable[object]], RowT] | None = shape._make if shape._fields else None

    def sets(self, rows: Sequence[Mapping[str, object]]) -> list[Sequence[object]]:
        """Parameters of each execution: one per row, or a single one for all rows where they are `given` as JSON."""
        if _ROWS in self._names:
            placed = [{**row, _PLACE: place} for place, row in enumerate(rows)]
            return [self.values({_ROWS: _AS_JSON(placed)})]
        return [self.values(row) for row in rows]

    def values(self, row: Mapping[str, object]) -> Sequence[object]:
        """Parameters in the statement's order; those missing in the row take the statement's constants."""
        constants = self._constants
        if not constants:
            return self._given(row)
        return [row[name] if name in row else constants[name] for name in self._names]


def _reader(names: Sequence[str]) -> Callable[[Mapping[str, object]], Sequence[object]]:
    """A function that picks the values of these names, in this order, from a row."""
    if len(names) > 1:
        return cast("Callable[[Mapping[str, object]], Sequence[object]]", itemgetter(*names))
    return lambda row: [row[name] for name in names]


def check_columns(shape: type[NamedTuple], columns: Iterable[str]) -> None:
    """Raises TypeError where a statement's columns differ from the row type's fields, or in their order."""
    found = tuple(columns)
    if found != shape._fields:
        raise TypeError(
            f"rows of {', '.join(found) or 'nothing'} are no {shape.__name__}, which has "
            f"{', '.join(shape._fields) or 'no fields'}; name the same columns in rewards.store.rows"
        )


def given(columns: Sequence[ColumnElement[Any]]) -> TableValuedAlias:
    """Parameter rows as a table (PostgreSQL), with the names and types of these columns.

    All rows are sent as one JSON text: one parameter per value would cost more than the database's own work.
    """
    # JSON has no bytes: they are sent as hexadecimal digits.
    typed = [column(str(one.key), String() if _is_bytes(one) else one.type) for one in columns]
    made = func.json_to_recordset(bindparam(_ROWS, type_=postgresql.JSON()))
    return made.table_valued(*typed, column(_PLACE, BigInteger())).render_derived(
        name="given", with_types=True
    )


def taken(rows: TableValuedAlias, one: ColumnElement[Any]) -> Any:
    """A column of the table made by `given`."""
    found = rows.c[str(one.key)]
    return func.decode(found, literal_column("'hex'")) if _is_bytes(one) else found


def each_of(columns: Sequence[ColumnElement[Any]], dialect: str) -> dict[str, Any]:
    """The parameters of each given row as expressions, by the names of these columns and with their types."""
    if dialect == "sqlite":
        return {str(one.key): bindparam(str(one.key)) for one in columns}
    rows = given(columns)
    return {str(one.key): taken(rows, one) for one in columns}


def _is_bytes(one: ColumnElement[Any]) -> bool:
    return isinstance(one.type, LargeBinary)


def insert_rows(
    table: Table,
    names: Sequence[str],
    dialect: str,
    also: Callable[[Callable[[str], ColumnElement[Any]]], dict[str, Any]] = lambda _: {},
) -> Any:
    """An insert of these columns for every row, in the given order; `also` computes further columns from them by name."""
    if dialect == "sqlite":
        told: dict[str, Any] = {name: bindparam(name) for name in names}
        return sqlite.insert(table).values(told | also(bindparam))
    rows = given([table.c[name] for name in names])

    def of(name: str) -> Any:
        return taken(rows, table.c[name])

    values = {name: of(name) for name in names} | also(of)
    # In the given order, which decides the order of new ids and of row locks.
    query = select(*values.values()).order_by(rows.c[_PLACE])
    return postgresql.insert(table).from_select(list(values), query)


def inserting(table: Table, returning: type[RowT], *, once: bool = False) -> Prepared[RowT]:
    """An insert of every column but the generated id; `once` skips rows whose keys exist."""
    names = [column.name for column in table.columns if column is not table.autoincrement_column]

    def make(dialect: str) -> Any:
        statement = insert_rows(table, names, dialect)
        if once:
            statement = statement.on_conflict_do_nothing()
        names_back = returning._fields
        return statement.returning(*(table.c[name] for name in names_back)) if names_back else statement

    return Prepared(returning, make)


def one_of(column: ColumnElement[int], dialect: str) -> ColumnElement[bool]:
    """Condition: the column is one of the keys passed to `Transaction.ask_each`."""
    if dialect == "sqlite":
        return column.in_(select(func.json_each(bindparam(KEYS)).table_valued("value").c.value))
    return column == func.any(bindparam(KEYS, type_=postgresql.ARRAY(BigInteger)))


def adding(table: Table, amount: str) -> Prepared[NoRow]:
    """An upsert that adds to one column of a table, by its primary key."""
    keys = [column.name for column in table.primary_key.columns]

    def make(dialect: str) -> ClauseElement:
        made = insert_rows(table, (*keys, amount), dialect)
        added: ClauseElement = made.on_conflict_do_update(
            index_elements=keys, set_={amount: table.c[amount] + made.excluded[amount]}
        )
        return added

    return Prepared(NoRow, make)
