"""The data that accompany a file of exported events: the program's versions, and the groups of people."""

from collections.abc import Iterable, Mapping
from datetime import UTC
from pathlib import Path

from rewards.document import DocumentError, content_hash, parse_data
from rewards.events import read_json
from rewards.people_file import PersonRow
from rewards.scoring.recorded import RecordedProgram
from sims.history.counting import Member
from sims.history.series import HistoryPhase


def program_beside(events: Path) -> Path:
    """The path of the program file of an export: history.program.json next to history.jsonl."""
    return events.with_name(f"{events.name.removesuffix('.jsonl')}.program.json")


def load_program(path: Path) -> RecordedProgram:
    """The program from an export's program file. Raises DocumentError naming the file."""
    try:
        data = read_json(path.read_bytes())
    except ValueError as error:
        raise DocumentError(
            "{path}:1: not JSON ({error}); export the events and the program again", path=path, error=error
        ) from None
    return parse_data(data, RecordedProgram, str(path))


def phases_of(program: RecordedProgram) -> tuple[HistoryPhase, ...]:
    """The scheme versions as phases with their first date (UTC); versions rolled back are left out."""
    held = [one for one in program.versions if one.rolled_back_at is None]
    return tuple(
        HistoryPhase(
            since=one.effective_at.astimezone(UTC).date(),
            name=one.scheme.name,
            version=one.version,
            scheme_hash=content_hash(one.scheme),
        )
        for one in sorted(held, key=lambda one: (one.effective_at, one.version))
    )


def members_of_program(program: RecordedProgram) -> dict[str, Member]:
    """The groups of everybody in an export."""
    return {one.id: Member(one.segment, one.team, zone=one.timezone) for one in program.people}


def members_of_file(rows: Iterable[PersonRow], arms: Mapping[str, str]) -> dict[str, Member]:
    """The groups of everybody in a people file, with the given arms."""
    return {
        row.id: Member(row.segment, row.team, arms.get(row.id), row.contacts, row.timezone or "UTC")
        for row in rows
    }
