"""Statements of the hot path: written in Core, compiled once a dialect, sent straight through the driver.

Awarding runs about a dozen statements an event. Built, cached and executed by Core each costs several times what the
database itself takes, so these few are turned into SQL text once and handed to sqlite3 or psycopg as they are.
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
    """The shape of what a statement gives that gives nothing back."""


class Prepared(Generic[RowT]):
    """One statement and the shape of its rows. `make` builds it for a dialect; the rows given later name its bound parameters."""

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
    """SQL text, the order of its parameters, and how its rows are made; `row` is None where it gives none."""

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
        """The parameters of each execution: one a row, or a single one for all rows where they are `given`."""
        if _ROWS in self._names:
            placed = [{**row, _PLACE: place} for place, row in enumerate(rows)]
            return [self.values({_ROWS: _AS_JSON(placed)})]
        return [self.values(row) for row in rows]

    def values(self, row: Mapping[str, object]) -> Sequence[object]:
        """The parameters in the statement's order; those that the row does not name are the statement's own."""
        constants = self._constants
        if not constants:
            return self._given(row)
        return [row[name] if name in row else constants[name] for name in self._names]


def _reader(names: Sequence[str]) -> Callable[[Mapping[str, object]], Sequence[object]]:
    """What takes the values of these names, in this order, from a row."""
    if len(names) > 1:
        return cast("Callable[[Mapping[str, object]], Sequence[object]]", itemgetter(*names))
    return lambda row: [row[name] for name in names]


def check_columns(shape: type[NamedTuple], columns: Iterable[str]) -> None:
    """Raises TypeError where a statement gives other columns than the shape of its rows names, or in another order."""
    found = tuple(columns)
    if found != shape._fields:
        raise TypeError(
            f"rows of {', '.join(found) or 'nothing'} are no {shape.__name__}, which has "
            f"{', '.join(shape._fields) or 'no fields'}; name the same columns in rewards.store.rows"
        )


def given(columns: Sequence[ColumnElement[Any]]) -> TableValuedAlias:
    """On PostgreSQL: the rows given to a statement as a table, whose columns are named and typed as these.

    All rows travel as one JSON text. A parameter for each value of each row costs more than all that the database does with it.
    """
    # JSON has no bytes: they come as hexadecimal digits.
    typed = [column(str(one.key), String() if _is_bytes(one) else one.type) for one in columns]
    made = func.json_to_recordset(bindparam(_ROWS, type_=postgresql.JSON()))
    return made.table_valued(*typed, column(_PLACE, BigInteger())).render_derived(
        name="given", with_types=True
    )


def taken(rows: TableValuedAlias, one: ColumnElement[Any]) -> Any:
    """A column of what is `given`."""
    found = rows.c[str(one.key)]
    return func.decode(found, literal_column("'hex'")) if _is_bytes(one) else found


def each_of(columns: Sequence[ColumnElement[Any]], dialect: str) -> dict[str, Any]:
    """What a question compares with, for each of the rows given to it: by the names of these columns, and typed as they are."""
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
    """An insert of these columns of every row, in the order given; `also` tells others from them, asking for one by its name."""
    if dialect == "sqlite":
        told: dict[str, Any] = {name: bindparam(name) for name in names}
        return sqlite.insert(table).values(told | also(bindparam))
    rows = given([table.c[name] for name in names])

    def of(name: str) -> Any:
        return taken(rows, table.c[name])

    values = {name: of(name) for name in names} | also(of)
    # In this order: ids are counted up, and rows locked, one after the other as they were given.
    query = select(*values.values()).order_by(rows.c[_PLACE])
    return postgresql.insert(table).from_select(list(values), query)


def inserting(table: Table, returning: type[RowT], *, once: bool = False) -> Prepared[RowT]:
    """An insert of every column but the id that counts up; `once` passes over rows whose keys are taken."""
    names = [column.name for column in table.columns if column is not table.autoincrement_column]

    def make(dialect: str) -> Any:
        statement = insert_rows(table, names, dialect)
        if once:
            statement = statement.on_conflict_do_nothing()
        names_back = returning._fields
        return statement.returning(*(table.c[name] for name in names_back)) if names_back else statement

    return Prepared(returning, make)


def one_of(column: ColumnElement[int], dialect: str) -> ColumnElement[bool]:
    """The column is one of the keys that `Transaction.ask_each` is given, all of them at once."""
    if dialect == "sqlite":
        return column.in_(select(func.json_each(bindparam(KEYS)).table_valued("value").c.value))
    return column == func.any(bindparam(KEYS, type_=postgresql.ARRAY(BigInteger)))


def adding(table: Table, amount: str) -> Prepared[NoRow]:
    """An upsert that adds to a column of a table keyed by its primary key."""
    keys = [column.name for column in table.primary_key.columns]

    def make(dialect: str) -> ClauseElement:
        made = insert_rows(table, (*keys, amount), dialect)
        added: ClauseElement = made.on_conflict_do_update(
            index_elements=keys, set_={amount: table.c[amount] + made.excluded[amount]}
        )
        return added

    return Prepared(NoRow, make)
