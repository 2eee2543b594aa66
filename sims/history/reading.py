"""Reads a history from a file: a saved history, an event log, or another tool's table."""

from datetime import date
from pathlib import Path

from rewards.document import DocumentError, load_document, read_text
from rewards.event_log import read_events
from rewards.people_file import load_people
from rewards.sheets import SheetError, rows_of
from sims.history.columns import Columns
from sims.history.counting import HistoryError
from sims.history.of_events import About, history_of_events
from sims.history.of_tables import history_of_table
from sims.history.recorded import load_program, members_of_file, members_of_program, phases_of, program_beside
from sims.history.series import History, load_saved

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


def read_history(
    path: Path,
    columns: Path | None = None,
    people: Path | None = None,
    arms: Path | None = None,
    until: date | None = None,
) -> History:
    """The history in a file, by its extension: .json is a saved history, .jsonl events (up to `until`), .csv or .xlsx a table.

    Raises DocumentError: one line naming file, line, value, limit and remedy.
    """
    ending = path.suffix.lower()
    if until is not None and ending != ".jsonl":
        raise DocumentError(
            "--until: got {until}; of files only events go on to a day that none of them names; leave it out",
            until=until,
        )
    if ending not in (".json", ".jsonl", *TABLES):
        raise DocumentError(
            "{path}:1: got a file that ends in {ending!r}; .json, .jsonl, .csv and .xlsx are read; rename it, or name another",
            path=path,
            ending=ending,
        )
    if ending in TABLES:
        _refuse(path, "people", people)
        _refuse(path, "arms", arms)
        return history_of_table(path, Columns() if columns is None else load_document(columns, Columns))
    _refuse(path, "columns", columns)
    if ending == ".json":
        _refuse(path, "people", people)
        _refuse(path, "arms", arms)
        return load_saved(path)
    return _of_log(path, people, arms, until)


def _refuse(path: Path, name: str, given: Path | None) -> None:
    if given is not None:
        raise DocumentError(
            "--{name}: got {given}; {path} takes none: columns belong to tables, people and arms to events; leave it out",
            name=name,
            given=given,
            path=path,
        )


def _of_log(path: Path, people: Path | None, arms: Path | None, until: date | None) -> History:
    beside = program_beside(path)
    program = load_program(beside) if beside.exists() else None
    if arms is not None and people is None:
        raise DocumentError("--arms: got {arms} without --people; arms are of people; name both", arms=arms)
    members = {} if program is None else members_of_program(program)
    if people is not None:
        members = members_of_file(load_people(people, flag_zones=True), _arms(arms))
    about = About(
        organisation="" if program is None else program.organisation,
        members=members,
        phases=() if program is None else phases_of(program),
        until=until,
    )
    try:
        return history_of_events(read_events(path), about)
    except HistoryError as error:
        raise DocumentError("{path}:1: {error}", path=path, error=error) from None


def _arms(path: Path | None) -> dict[str, str]:
    """{person: arm} from a table with the columns id and arm."""
    if path is None:
        return {}
    try:
        _, columns, records = rows_of(read_text(path), ("id", "arm"), ("id", "arm"))
        return {(row := dict(zip(columns, cells, strict=False)))["id"]: row["arm"] for _, cells in records}
    except SheetError as error:
        raise DocumentError("{path}:{line}: {error}", path=path, line=error.line, error=error) from None
