"""The people CSV: one row a person, header names equal to the fields of `PersonRow`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)  # fmt: skip

from rewards.document import DocumentError, read_text
from rewards.fields import Day, Normal, fault, like

MOST_PEOPLE = 1_000_000
REQUIRED = ("id", "segment", "team", "timezone", "contacts")
_ZONES = frozenset(available_timezones())


_ZONE_WANTED = "not an IANA time zone; write one like Europe/Madrid"


def known_zone(name: str) -> str:
    """The IANA zone name itself. Raises ValueError where the pinned tzdata lacks it."""
    if name not in _ZONES:
        raise ValueError(_ZONE_WANTED)
    return name


Zone = Annotated[str, AfterValidator(known_zone)]
Identifier = Annotated[
    str, like(r"^[A-Za-z0-9._-]{1,64}$", "an id of up to 64 letters, digits, ., _ and -"), Normal
]
Label = Annotated[str, Field(min_length=1, max_length=64), Normal]


def _zone_or_unknown(name: str) -> str:
    return name and known_zone(name)


def _intervals(value: object) -> object:
    """Leave as written in a cell: `2026-08-03/2026-08-14 2026-12-24/2026-12-31`."""
    if not isinstance(value, str):
        return value
    pairs = [part.split("/") for part in value.split()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(
            "leave is written first/last, such as 2026-08-03/2026-08-14, with a space between two"
        )
    return tuple(tuple(pair) for pair in pairs)


class PersonRow(BaseModel):
    """One person of the company, as HR's file has it.

    `contacts` counts people reached by a post; `hours_share` is 1.0 full-time; `leave` holds first and last dates. A `timezone` that
    is not known is the empty string, for the reader to replace by the organisation's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: Identifier
    name: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=254)
    segment: Label
    team: Label
    timezone: Annotated[str, AfterValidator(_zone_or_unknown)]
    contacts: int = Field(ge=0, le=10_000_000)
    locale: Annotated[str, like(r"^[a-z]{2}(-[A-Z]{2})?$", "a language tag such as de or de-AT")] = "en"
    role: Literal["employee", "hr", "strategist"] = "employee"
    manager: Annotated[
        str, like(r"^([A-Za-z0-9._-]{1,64})?$", "an id of up to 64 letters, digits, ., _ and -"), Normal
    ] = ""
    desk: Literal["desk", "non-desk"] = "desk"
    hours_share: float = Field(default=1.0, gt=0.0, le=1.0)
    leave: Annotated[tuple[tuple[Day, Day], ...], BeforeValidator(_intervals), Field(max_length=1000)] = ()

    @field_validator("leave")
    @classmethod
    def _forwards(cls, value: tuple[tuple[date, date], ...]) -> tuple[tuple[date, date], ...]:
        for first, last in value:
            if last < first:
                raise ValueError(f"leave ends on {last}, before it begins on {first}; exchange them")
        return value


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """The people of a file, in its order. `lines`: where each stands; `unknown_zones`: what it says of zones that are not known, by id."""

    rows: list[PersonRow]
    lines: Mapping[str, int]
    unknown_zones: Mapping[str, str]


def _row(record: dict[str, str], where: str, flag_zones: bool) -> PersonRow:
    zone = record["timezone"].strip()
    if flag_zones:
        record["timezone"] = zone if zone in _ZONES else ""
    elif not zone:
        raise DocumentError(f"{where}: timezone: got nothing; {_ZONE_WANTED}")
    try:
        return PersonRow.model_validate({k: v for k, v in record.items() if v != "" or k in REQUIRED})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise DocumentError(
            f"{where}: {first['loc'][0]}: got {first['input']!r}; {fault(first)}; mend the cell"
        ) from None


def parse_people(text: str, name: str = "<text>", flag_zones: bool = False) -> list[PersonRow]:
    """The people of `parse_file` alone."""
    return parse_file(text, name, flag_zones).rows


def parse_file(text: str, name: str = "<text>", flag_zones: bool = False) -> PeopleFile:
    """People of a CSV text. With `flag_zones` an unknown time zone becomes "" instead of an error.

    Raises DocumentError naming `name`, the line and the column.
    """
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
        return _rows(reader, name, flag_zones)
    except csv.Error as error:
        raise DocumentError(
            f"{name}:{reader.line_num}: not readable as CSV ({error}); quote the cell"
        ) from None


def _rows(reader: csv.DictReader[str], name: str, flag_zones: bool) -> PeopleFile:
    rows: list[PersonRow] = []
    lines: dict[str, int] = {}
    unknown_zones: dict[str, str] = {}
    for record in reader:
        where = f"{name}:{reader.line_num}"
        if None in record or None in record.values():
            raise DocumentError(
                f"{where}: got {'more' if None in record else 'fewer'} cells than columns; one a column; mend the row"
            )
        zone = record["timezone"].strip()
        row = _row(record, where, flag_zones)
        if row.id in lines:
            raise DocumentError(
                f"{where}: id: got {row.id!r} again (line {lines[row.id]}); ids are unique; rename or remove one"
            )
        lines[row.id] = reader.line_num
        if not row.timezone:
            unknown_zones[row.id] = zone
        rows.append(row)
        if len(rows) > MOST_PEOPLE:
            raise DocumentError(f"{where}: got more than {MOST_PEOPLE} people; split the file")
    if not rows:
        raise DocumentError(f"{name}:1: got no people; at least one row is required; add one")
    return PeopleFile(rows, lines, unknown_zones)


def load_people(path: Path, flag_zones: bool = False) -> list[PersonRow]:
    """People of a CSV file, as `parse_people` says. Raises DocumentError naming the file, line and column."""
    return load_file(path, flag_zones).rows


def load_file(path: Path, flag_zones: bool = False) -> PeopleFile:
    """A CSV file, as `parse_file` says. Raises DocumentError naming the file, line and column."""
    return parse_file(read_text(path), str(path), flag_zones)
