"""What every table is made of: names of constraints, keys and common columns."""

from typing import Any

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

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

Key = BigInteger().with_variant(Integer, "sqlite")


def row_id() -> Column[int]:
    """A key that counts up."""
    return Column("id", Key, primary_key=True, autoincrement=True)


def of_organisation() -> Column[str]:
    """The tenant that the row belongs to."""
    return Column("organisation_id", String(64), ForeignKey("organisation.organisation_id"), nullable=False)


def of_person(name: str = "person_id", nullable: bool = False) -> Column[int]:
    """A reference to a person by internal id."""
    return Column(name, Key, ForeignKey("person.id"), nullable=nullable)


def instant(name: str, nullable: bool = False) -> Column[int]:
    """Microseconds since 1970 UTC."""
    return Column(name, BigInteger, nullable=nullable)


def flag(name: str) -> Column[bool]:
    """A truth value, false unless said."""
    return Column(name, Boolean(create_constraint=False), nullable=False, server_default=text("false"))


def table(name: str, *parts: Any) -> Table:
    """A table of this schema."""
    return Table(name, metadata, *parts)
