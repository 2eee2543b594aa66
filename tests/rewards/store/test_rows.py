"""The shapes of rows are those of the tables: every column, in its order, with its type."""

from __future__ import annotations

from types import NoneType
from typing import NamedTuple, get_args, get_type_hints

import pytest
from sqlalchemy import Table

from rewards.store import rows, schema

TABLES = schema.metadata.sorted_tables


def shape_of(table: Table) -> type[NamedTuple]:
    name = "".join(part.capitalize() for part in table.name.split("_")) + "Row"
    found: type[NamedTuple] = getattr(rows, name)
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_each_table_has_a_row_with_its_columns(table: Table) -> None:
    shape = shape_of(table)
    assert shape._fields == tuple(column.name for column in table.columns)
    hints = get_type_hints(shape)
    for column in table.columns:
        kind = column.type.python_type
        assert hints[column.name] == (kind | None if column.nullable else kind), column


def test_selections_over_several_tables_repeat_their_columns_with_the_same_types() -> None:
    known: dict[str, set[object]] = {}
    for table in TABLES:
        for name, kind in get_type_hints(shape_of(table)).items():
            known.setdefault(name, set()).update(_kinds(kind))
    for name in rows.__all__:
        shape = getattr(rows, name)
        for field, kind in get_type_hints(shape).items() if isinstance(shape, type) else ():
            assert _kinds(kind) <= known.get(field, _kinds(kind)), f"{name}.{field}"


def _kinds(hint: object) -> set[object]:
    """A type without None, which an outer join or a condition adds or takes away."""
    return {one for one in (*get_args(hint), hint) if one is not NoneType and not get_args(one)}
