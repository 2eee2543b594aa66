"""Common parts of tables: naming of constraints, keys and frequent columns."""

from typing import Literal, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.schema import SchemaItem

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

T = TypeVar("T")
Key = BigInteger().with_variant(Integer, "sqlite")


def row_id() -> Column[int]:
    """A generated integer key."""
    return Column("id", Key, primary_key=True, autoincrement=True)


def of_organisation() -> Column[str]:
    """The organisation (tenant) that the row belongs to."""
    return Column("organisation_id", String(64), ForeignKey("organisation.organisation_id"), nullable=False)


Merge = Literal["moves", "joins", "stays", "follows"]
"""What a column that names a person does where two accounts become one.

moves: its rows go to the account kept. joins: they go too, and code of their own settles what would then be there twice.
stays: they describe the account that was dropped, which is reached through it. follows: a sum over the ledger, moved by entries.
"""
Erasure = Literal["number", "blanked", "dropped", "swept"]
"""What it does where a person is erased. number: the row stays with a nameless number. blanked: so, without its words or proofs.
dropped: the row goes. swept: a text, in which a number takes the place of name, address and id.
"""


def of_person(
    name: str = "person_id",
    nullable: bool = False,
    *,
    merge: Merge | None = None,
    erasure: Erasure | None = None,
) -> Column[int]:
    """A reference to a person by internal id. Both keyword arguments are required: a test checks every column."""
    column: Column[int] = Column(name, Key, ForeignKey("person.id"), nullable=nullable)
    return column if merge is None or erasure is None else naming(column, merge, erasure)


def naming(column: Column[T], merge: Merge, erasure: Erasure) -> Column[T]:
    """Declare that a column refers to people, and how a merge and an erasure treat it."""
    column.info.update(merge=merge, erasure=erasure)
    return column


def instant(name: str, nullable: bool = False) -> Column[int]:
    """Microseconds since 1970 UTC."""
    return Column(name, BigInteger, nullable=nullable)


def folded(length: int) -> String:
    """A text in the form of `rewards.words`, sorted by code points whatever the database's collation."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def flag(name: str) -> Column[bool]:
    """A boolean, false by default."""
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default=text("false"))


def table(name: str, *parts: SchemaItem) -> Table:
    """A table of the schema."""
    return Table(name, metadata, *parts)
