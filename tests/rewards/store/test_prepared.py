"""Rows given to a prepared statement arrive as they are: in their order, of every type, whatever their text holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, MetaData, Table, Text, select
from sqlalchemy.schema import Column, CreateTable, DropTable

from rewards.store.prepared import Prepared, adding, inserting
from rewards.store.session import Database

GIVEN = Table(
    "given_rows",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("amount", BigInteger),
    Column("true", Boolean),
    Column("state", LargeBinary),
)
SUMS = Table("given_sums", MetaData(), Column("name", Text, primary_key=True), Column("amount", BigInteger))


class IdRow(NamedTuple):
    """What an insert gives back."""

    id: int


class NameRow(NamedTuple):
    """What another insert gives back."""

    name: str


class SumRow(NamedTuple):
    """A row of the sums."""

    name: str
    amount: int


NAMES = ["z", 'a "quoted" \\ name', "日本語 🎈", "", "two\nlines", "%s", "null"]


@pytest.fixture
def given(db: Database) -> Iterator[Database]:
    """The database with the two tables."""
    with db.begin() as tx:
        for table in (GIVEN, SUMS):
            tx.execute(CreateTable(table))
    yield db
    with db.begin() as tx:
        for table in (GIVEN, SUMS):
            tx.execute(DropTable(table))


def test_many_rows_are_inserted_in_the_order_given_and_unchanged(given: Database) -> None:
    rows = [
        {"name": f"{n} {NAMES[n % 7]}", "amount": [None, 2**62, -(2**62)][n % 3], "true": n % 2 == 0, "state": bytes([n, 0, 255 - n])}
        for n in range(100)
    ]  # fmt: skip
    with given.begin() as tx:
        ids = [row.id for row in tx.ask(inserting(GIVEN, IdRow), rows)]
        assert ids == sorted(ids)
        found = {row.id: row for row in tx.execute(select(GIVEN))}
        for id_, row in zip(ids, rows, strict=True):
            stored = found[id_]._asdict()
            assert {**stored, "state": bytes(stored["state"])} == {"id": id_, **row}


def test_what_is_known_is_passed_over_and_sums_are_added_to(given: Database) -> None:
    row = {"name": "one", "amount": 1, "true": None, "state": None}
    once = inserting(GIVEN, NameRow, once=True)
    with given.begin() as tx:
        tx.ask(once, [row])
        assert [one.name for one in tx.ask(once, [row, {**row, "name": "two"}])] == ["two"]
        add = adding(SUMS, "amount")
        tx.later(add, [{"name": name, "amount": 2} for name in NAMES])
        tx.later(add, [{"name": name, "amount": place} for place, name in enumerate(NAMES)])
        found = tx.rows(SumRow, select(SUMS))
        assert {one.name: one.amount for one in found} == {name: 2 + n for n, name in enumerate(NAMES)}


def test_a_row_has_one_shape_whichever_way_it_was_read(given: Database) -> None:
    with given.begin() as tx:
        tx.later(adding(SUMS, "amount"), [{"name": "one", "amount": 2}])
        (core,) = tx.rows(SumRow, select(SUMS))
        (driver,) = tx.ask(Prepared(SumRow, lambda _: select(SUMS)), [{}])
        assert core == driver == tx.row(SumRow, select(SUMS)) == SumRow("one", 2)
        assert type(core) is type(driver) is SumRow
        assert tx.row(SumRow, select(SUMS).where(SUMS.c.name == "two")) is None


def test_a_statement_whose_columns_are_not_those_of_the_shape_is_refused(given: Database) -> None:
    with given.begin() as tx:
        for statement in (select(SUMS.c.amount, SUMS.c.name), select(SUMS.c.name), select(GIVEN)):
            with pytest.raises(TypeError, match="are no SumRow"):
                tx.rows(SumRow, statement)
            with pytest.raises(TypeError, match="are no SumRow"):
                tx.row(SumRow, statement)
            with pytest.raises(TypeError, match="are no SumRow"):
                tx.ask(Prepared(SumRow, lambda _, made=statement: made), [{}])
