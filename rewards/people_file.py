"""The people file: a table with a row per person, whose columns are the fields of `PersonRow`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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

from rewards.addressing import mail_address
from rewards.document import DocumentError, read_text
from rewards.faults import BadValue
from rewards.fields import Day, Normal, fault, like, printed
from rewards.language import gettext, msg
from rewards.roles import ROLES
from rewards.sheets import Record, SheetError, rows_of

MOST_PEOPLE = 1_000_000
MOST_TAG_CHARACTERS = 16
# Language, perhaps with an extended subtag; script; region; then variants, extensions and private use.
_TAG = re.compile(
    r"([a-z]{2,3}(?:-[a-z]{3})?)(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?"
    r"((?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)"
)
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
REQUIRED = ("id", "segment", "team", "timezone", "contacts")
_ZONES = frozenset(available_timezones())


_ZONE_WANTED = msg("not an IANA time zone; write one like Europe/Madrid")


def known_zone(name: str) -> str:
    """The IANA zone name itself. Raises ValueError where the pinned tzdata lacks it."""
    if name not in _ZONES:
        raise BadValue(_ZONE_WANTED)
    return name


Zone = Annotated[str, AfterValidator(known_zone)]


def _no_step(id_: str) -> str:
    """The id unchanged. Raises ValueError for `.` and `..`, which URLs resolve as folders."""
    if id_ in (".", ".."):
        raise BadValue("cannot stand in an address; choose an id with a letter or digit")
    return id_


Identifier = Annotated[
    str,
    like(r"^[A-Za-z0-9._-]{1,64}$", "an id of up to 64 letters, digits, ., _ and -"),
    Normal,
    AfterValidator(_no_step),
]
Label = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(printed), Normal]
_MOST_SHOWN = 60


def _zone_or_unknown(name: str) -> str:
    return name and known_zone(name)


def _in_small(value: object) -> object:
    """Normalise case: HR and Non-Desk become hr and non-desk."""
    return value.strip().lower() if isinstance(value, str) else value


def _roles(text: str) -> str:
    """Roles from a cell, `employee, content`, without duplicates and in their usual order. Raises ValueError for an unknown one."""
    named = [word for word in re.split(r"[\s,;|/+&]+", text) if word]
    unknown = [word for word in named if word not in ROLES]
    if unknown or not named:
        raise BadValue(
            "limit {roles}, several with commas between them; name some of these",
            roles=", ".join(ROLES),
        )
    return " ".join(role for role in ROLES if role in named)


def _with_a_point(value: object) -> object:
    """Convert a decimal comma, as spreadsheets write it: 0,8 becomes 0.8."""
    return value.replace(",", ".") if isinstance(value, str) and value.count(",") == 1 else value


def language_tag(text: str) -> str:
    """A language tag (BCP 47) in its usual case, parsed with hyphens or underscores. Raises ValueError."""
    found = _TAG.fullmatch(text.replace("_", "-").lower())
    if found is None or len(text) > MOST_TAG_CHARACTERS:
        raise BadValue(
            "not a language tag of up to {most_tag_characters} characters; write one like de, de-AT, es-419 or zh-Hant",
            most_tag_characters=MOST_TAG_CHARACTERS,
        )
    language, script, region, rest = found.groups()
    parts = [language, script and script.title(), region and region.upper(), rest and rest.strip("-")]
    return "-".join(part for part in parts if part)


def _tag_or_none(text: str) -> str:
    return text and language_tag(text)


def _intervals(value: object) -> object:
    """Leave from a cell: `2026-08-03/2026-08-14 2026-12-24/2026-12-31`."""
    if not isinstance(value, str):
        return value
    pairs = [part.split("/") for part in value.split()]
    if any(len(pair) != 2 for pair in pairs):
        raise BadValue("leave is written first/last, such as 2026-08-03/2026-08-14, with a space between two")
    return tuple(tuple(pair) for pair in pairs)


def _written_day(value: object) -> object:
    """A day from a cell: 2019-04-01, or 1.4.2019; an empty cell is none."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    found = _DOTTED.fullmatch(text)
    return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else text or None


class PersonRow(BaseModel):
    """One person of the company, as a row of HR's file.

    `contacts`: people reached by a post; `role`: roles of the invitation, separated by spaces; `hours_share`: 1.0 is
    full-time; `leave`: pairs of first and last dates; `first_day`: first day with the company. An unknown `timezone`
    and a missing `locale` are the empty string, which the import replaces by the organisation's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: Identifier
    name: Annotated[str, AfterValidator(printed)] = Field(default="", max_length=200)
    email: Annotated[str, AfterValidator(printed), AfterValidator(mail_address)] = Field(
        default="", max_length=254
    )
    segment: Label
    team: Label
    timezone: Annotated[str, AfterValidator(_zone_or_unknown)]
    contacts: int = Field(ge=0, le=10_000_000)
    locale: Annotated[str, AfterValidator(_tag_or_none)] = ""
    role: Annotated[str, BeforeValidator(_in_small), AfterValidator(_roles)] = "employee"
    manager: Annotated[
        str, like(r"^([A-Za-z0-9._-]{1,64})?$", "an id of up to 64 letters, digits, ., _ and -"), Normal
    ] = ""
    desk: Annotated[Literal["desk", "non-desk"], BeforeValidator(_in_small)] = "desk"
    hours_share: Annotated[float, BeforeValidator(_with_a_point)] = Field(default=1.0, gt=0.0, le=1.0)
    leave: Annotated[tuple[tuple[Day, Day], ...], BeforeValidator(_intervals), Field(max_length=1000)] = ()
    first_day: Annotated[Day | None, BeforeValidator(_written_day)] = None

    @field_validator("leave")
    @classmethod
    def _forwards(cls, value: tuple[tuple[date, date], ...]) -> tuple[tuple[date, date], ...]:
        for first, last in value:
            if last < first:
                raise BadValue(
                    "leave ends on {last}, before it begins on {first}; exchange them", last=last, first=first
                )
        return value


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """The people of a file in order. `lines`: line numbers; `unknown_zones`: unknown values of time zones, by id."""

    rows: list[PersonRow]
    lines: Mapping[str, int]
    unknown_zones: Mapping[str, str]


def _row(record: dict[str, str], where: str, flag_zones: bool) -> PersonRow:
    zone = record["timezone"]
    if flag_zones:
        record["timezone"] = zone if zone in _ZONES else ""
    elif not zone:
        raise DocumentError(
            "{where}: timezone: got nothing; {zone_wanted}", where=where, zone_wanted=gettext(_ZONE_WANTED)
        )
    try:
        return PersonRow.model_validate({k: v for k, v in record.items() if v != "" or k in REQUIRED})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        got = repr(first["input"])
        got = got if len(got) <= _MOST_SHOWN else got[: _MOST_SHOWN - 1] + "…"
        raise DocumentError(
            "{where}: {column}: got {got}; {fault}; correct the cell",
            where=where,
            column=first["loc"][0],
            got=got,
            fault=fault(first),
        ) from None


def parse_file(text: str, name: str = "<text>", flag_zones: bool = False) -> PeopleFile:
    """People of a table parsed by `rewards.sheets`. With `flag_zones` an unknown time zone becomes "" instead of an error.

    Raises DocumentError naming `name`, the line and the column.
    """
    try:
        line, columns, records = rows_of(text, REQUIRED, list(PersonRow.model_fields))
        return _rows(columns, records, name, line, flag_zones)
    except SheetError as error:
        raise DocumentError("{name}:{line}: {error}", name=name, line=error.line, error=error) from None


def _rows(
    columns: Sequence[str], records: Iterator[Record], name: str, header: int, flag_zones: bool
) -> PeopleFile:
    rows: list[PersonRow] = []
    lines: dict[str, int] = {}
    unknown_zones: dict[str, str] = {}
    for line, cells in records:
        where = f"{name}:{line}"
        record = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
        zone = record["timezone"]
        row = _row(record, where, flag_zones)
        if row.id in lines:
            raise DocumentError(
                "{where}: id: got {id!r} again (line {line}); ids are unique; rename or remove one",
                where=where,
                id=row.id,
                line=lines[row.id],
            )
        lines[row.id] = line
        if not row.timezone:
            unknown_zones[row.id] = zone
        rows.append(row)
        if len(rows) > MOST_PEOPLE:
            raise DocumentError(
                "{where}: got more than {most_people} people; split the file",
                where=where,
                most_people=MOST_PEOPLE,
            )
    if not rows:
        raise DocumentError(
            "{name}:{header}: got no people; at least one row is required; add one", name=name, header=header
        )
    return PeopleFile(rows, lines, unknown_zones)


def parse_people(text: str, name: str = "<text>", flag_zones: bool = False) -> list[PersonRow]:
    """The people of a table, as by `parse_file`. Raises DocumentError naming `name`, the line and the column."""
    return parse_file(text, name, flag_zones).rows


def load_people(path: Path, flag_zones: bool = False) -> list[PersonRow]:
    """The people of a file, as by `parse_file`. Raises DocumentError naming the file, line and column."""
    return parse_people(read_text(path), str(path), flag_zones)


def load_file(path: Path, flag_zones: bool = False) -> PeopleFile:
    """A file, as by `parse_file`. Raises DocumentError naming the file, line and column."""
    return parse_file(read_text(path), str(path), flag_zones)
