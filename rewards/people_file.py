"""The people CSV: one row a person, header names equal to the fields of `PersonRow`."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from rewards.document import DocumentError, read_text

MOST_PEOPLE = 1_000_000
REQUIRED = ("id", "segment", "team", "timezone", "contacts")
_ZONES = frozenset(available_timezones())


def known_zone(name: str) -> str:
    """The IANA zone name itself. Raises ValueError where the pinned tzdata lacks it."""
    if name not in _ZONES:
        raise ValueError("not an IANA time zone; write one like Europe/Madrid")
    return name


Zone = Annotated[str, AfterValidator(known_zone)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Label = Annotated[str, Field(min_length=1, max_length=64)]


class PersonRow(BaseModel):
    """One person of the company, as HR's file has it. `contacts` counts people reached by a post; `hours_share` is 1.0 full-time."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: Identifier
    name: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=254)
    segment: Label
    team: Label
    timezone: Zone
    contacts: int = Field(ge=0, le=10_000_000)
    locale: str = Field(default="en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$")
    role: Literal["employee", "hr", "strategist"] = "employee"
    manager: Annotated[str, Field(pattern=r"^([A-Za-z0-9._-]{1,64})?$")] = ""
    desk: Literal["desk", "non-desk"] = "desk"
    hours_share: float = Field(default=1.0, gt=0.0, le=1.0)


def _row(record: dict[str, str], where: str) -> PersonRow:
    try:
        return PersonRow.model_validate({k: v for k, v in record.items() if v != "" or k in REQUIRED})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = first["msg"].removeprefix("Value error, ")
        raise DocumentError(
            f"{where}: {first['loc'][0]}: got {first['input']!r}; {message}; mend the cell"
        ) from None


def parse_people(text: str, name: str = "<text>") -> list[PersonRow]:
    """People of a CSV text, in file order. Raises DocumentError naming `name`, the line and the column."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [field.strip() for field in (reader.fieldnames or [])]
        reader.fieldnames = header
        missing = [field for field in REQUIRED if field not in header]
        unknown = [field for field in header if field not in PersonRow.model_fields]
        if missing:
            raise DocumentError(
                f"{name}:1: {missing[0]}: got no such column; {', '.join(REQUIRED)} are required; add it"
            )
        if unknown:
            raise DocumentError(
                f"{name}:1: {unknown[0]!r}: got an unknown column; only documented columns are taken; remove it"
            )
        if len(set(header)) != len(header):
            raise DocumentError(f"{name}:1: got a column twice; a column may stand once; remove one")
        return _rows(reader, name)
    except csv.Error as error:
        raise DocumentError(
            f"{name}:{reader.line_num}: not readable as CSV ({error}); quote the cell"
        ) from None


def _rows(reader: csv.DictReader[str], name: str) -> list[PersonRow]:
    rows: list[PersonRow] = []
    lines: dict[str, int] = {}
    for record in reader:
        where = f"{name}:{reader.line_num}"
        if None in record or None in record.values():
            raise DocumentError(
                f"{where}: got {'more' if None in record else 'fewer'} cells than columns; one a column; mend the row"
            )
        row = _row(record, where)
        if row.id in lines:
            raise DocumentError(
                f"{where}: id: got {row.id!r} again (line {lines[row.id]}); ids are unique; rename or remove one"
            )
        lines[row.id] = reader.line_num
        rows.append(row)
        if len(rows) > MOST_PEOPLE:
            raise DocumentError(f"{where}: got more than {MOST_PEOPLE} people; split the file")
    if not rows:
        raise DocumentError(f"{name}:1: got no people; at least one row is required; add one")
    return rows


def load_people(path: Path) -> list[PersonRow]:
    """People of a CSV file, in file order. Raises DocumentError naming the file, line and column."""
    return parse_people(read_text(path), str(path))
