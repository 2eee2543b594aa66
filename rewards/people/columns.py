"""Column mapping of people files: guessed from headers in English or German, and corrected by the importer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rewards.faults import BadValue
from rewards.language import msg
from rewards.people_file import MOST_PEOPLE
from rewards.sheets import DELIMITERS, Record, SheetError, column_of, decode, records_of
from rewards.workbooks import is_workbook, sheet_of

FIRST, LAST = "first_name", "last_name"
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "id": msg("Id"),
        "name": msg("Name"),
        FIRST: msg("First name"),
        LAST: msg("Last name"),
        "email": msg("E-mail"),
        "segment": msg("Segment"),
        "team": msg("Team"),
        "timezone": msg("Time zone"),
        "contacts": msg("People that a post reaches"),
        "locale": msg("Language"),
        "role": msg("Roles of the invitation"),
        "manager": msg("Manager's id"),
        "desk": msg("Place of work"),
        "hours_share": msg("Share of full time"),
        "leave": msg("Leave"),
        "first_day": msg("First day with the company"),
    }
)
"""The fields of a person, as the page calls them."""
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "id": "id personid employeeid employeenumber employeeno staffid staffnumber personnelnumber personnelno workerid userid "
        "personalnummer personalnr mitarbeiterid mitarbeiternummer mitarbeiternr persnr kennung benutzerkennung",
        "name": "name fullname displayname employeename completename vollername ganzername anzeigename mitarbeiter mitarbeitername",
        FIRST: "firstname givenname forename vorname rufname",
        LAST: "lastname surname familyname nachname familienname zuname",
        "email": "email mail emailaddress mailaddress workemail businessemail emailadresse mailadresse epost dienstlicheemail",
        "segment": "segment division department businessunit unit function area bereich abteilung sparte geschäftsbereich "
        "unternehmensbereich ressort",
        "team": "team group teamname squad costcenter costcentre gruppe arbeitsgruppe teambezeichnung kostenstelle",
        "timezone": "timezone tz zone zeitzone",
        "contacts": "contacts connections followers reach audience kontakte follower reichweite kontaktzahl",
        "locale": "locale language lang preferredlanguage sprache korrespondenzsprache",
        "role": "role roles rolle rollen",
        "manager": "manager managerid supervisor supervisorid reportsto lineManager linemanagerid vorgesetzter vorgesetzte "
        "vorgesetztenid führungskraft teamleitung vorgesetztennummer",
        "desk": "desk workplace deskwork arbeitsplatz arbeitsplatzart",
        "hours_share": "hoursshare fte parttime parttimeshare employmentlevel workload teilzeit teilzeitgrad teilzeitfaktor "
        "beschäftigungsgrad stellenanteil arbeitszeitanteil bg",
        "leave": "leave absence absences abwesenheit abwesenheiten urlaub elternzeit",
        "first_day": "firstday firstdayofwork startdate hiredate dateofhire hired joined joindate joineddate dateofjoining entrydate "
        "employedsince employmentstart eintritt eintrittsdatum eintrittsdat einstellungsdatum beschäftigtseit ersterarbeitstag",
    }
)
_GUESS = {column_of(word): field for field, words in HEADERS.items() for word in words.split()}
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Table:
    """The first non-empty line of a file as header, and the rows below it with their line numbers."""

    header: tuple[str, ...]
    rows: tuple[Record, ...]


def table_of(data: bytes) -> Table:
    """The table of a CSV file or an Excel workbook with any columns. Raises BadValue naming the line."""
    try:
        records = sheet_of(data) if is_workbook(data) else _csv(decode(data))
    except SheetError as error:
        raise BadValue("line {line}: {error}", line=error.line, error=error) from None
    if not records:
        raise BadValue("the file is empty; a header and one row a person are needed; choose another file")
    (_, header), rows = records[0], records[1:]
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MOST_COLUMNS or len(rows) > MOST_PEOPLE:
        raise BadValue(
            "the file has {count} columns and {count_2} rows; limit {most_columns} and {most_people}; leave out what is not needed",
            count=len(header),
            count_2=len(rows),
            most_columns=MOST_COLUMNS,
            most_people=MOST_PEOPLE,
        )
    if not rows:
        raise BadValue("the file has a header and no people; at least one row is needed; choose another file")
    return Table(tuple(header), tuple(rows))


def _csv(text: str) -> list[Record]:
    """CSV records, parsed with the delimiter that gives the most known columns in the header, or else the most columns."""

    def worth(delimiter: str) -> tuple[int, int]:
        header = next(_without_sep(text, delimiter), (1, []))[1]
        return sum(column_of(cell) in _GUESS for cell in header), len(header)

    worths: dict[str, tuple[int, int]] = {}
    for delimiter in DELIMITERS:
        try:
            worths[delimiter] = worth(delimiter)
        except SheetError:
            worths[delimiter] = (-1, 0)
    return list(_without_sep(text, max(DELIMITERS, key=lambda one: worths[one])))


def _without_sep(text: str, delimiter: str) -> Iterator[Record]:
    """The rows without Excel's line `sep=;`, which states the delimiter."""
    for at, (line, cells) in enumerate(records_of(text, delimiter)):
        joined = delimiter.join(cells).strip('" ').lower()
        if at > 0 or not (joined.startswith("sep=") and len(joined) <= len("sep=;")):
            yield line, cells


def guess(header: Sequence[str]) -> dict[str, int]:
    """The column of each field recognised in the header, the first of several; a column for the whole name replaces those of its parts."""
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        field = _GUESS.get(column_of(cell))
        if field is not None:
            found.setdefault(field, at)
    if "name" in found and {FIRST, LAST} <= found.keys():
        del found["name"]
    return found


def mapping_of(header: Sequence[str], told: Mapping[str, str]) -> dict[str, int]:
    """The guess with corrections: field = header of a column, its number from 1, or '' for none. Raises BadValue."""
    found = guess(header)
    for field, name in told.items():
        if field not in FIELDS:
            raise BadValue(
                "column for {field!r}: limit {names}; name one of these fields",
                field=field,
                names=", ".join(FIELDS),
            )
        if not name:
            found.pop(field, None)
            continue
        at = [number for number, cell in enumerate(header) if cell == name] or [
            number for number, cell in enumerate(header) if column_of(cell) == column_of(name)
        ]
        if not at and name.isascii() and name.isdecimal() and 1 <= int(name) <= len(header):
            at = [int(name) - 1]
        if not at:
            raise BadValue(
                "column {name!r} for {field}: not in the file ({value}); name one of these columns",
                name=name,
                field=field,
                value=", ".join(header)[:200],
            )
        found[field] = at[0]
    if "id" not in found:
        raise BadValue(
            "id: no column of the file says it ({value}); choose the column that holds each person's id",
            value=", ".join(header)[:200],
        )
    return found
