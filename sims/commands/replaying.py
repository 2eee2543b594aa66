"""`groundswell replay`: recorded events scored offline by a scheme and its later versions, every entry with its reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from rewards.bounds import check_day
from rewards.clock import microseconds
from rewards.document import load_document
from rewards.event_log import read_events
from rewards.events import Event
from rewards.faults import BadValue
from rewards.fields import instant_of
from rewards.people_file import load_people
from rewards.scheme.scheme import MILLIPOINTS, IncentiveScheme, SchemeError
from rewards.scoring.absences import in_time
from rewards.scoring.recorded import RecordedProgram
from rewards.scoring.replay import Replay, ReplayEntry, Standing, replay
from rewards.scoring.tables import CompiledScheme, compile_scheme
from rewards.scoring.timeline import InForce, in_turn
from sims.commands.console import InputError
from sims.doctor import version
from sims.history.recorded import load_program, program_beside
from sims.reports.render import table

ENTRIES_SHOWN = 50


def replay_file(
    events: Path, schemes: Sequence[str | Path], people: Path | None, program: Path | None = None
) -> dict[str, Any]:
    """The replay of a file of events by a scheme and its later versions (`FILE@INSTANT`), as JSON values.

    Without schemes, the exported program supplies the versions by which each event was scored, and the people.
    Raises `DocumentError`, `SchemeError` or `InputError` naming file and remedy.
    """
    if not schemes:
        return _replay_export(events, people, program or program_beside(events))
    if program is not None:
        raise InputError(
            "--program: got --scheme beside it; an export has its own versions; give one of the two"
        )
    first, *later = [_version(str(given)) for given in schemes]
    if first[1] is not None:
        raise InputError(
            f"--scheme {schemes[0]}: the first version holds from the beginning; leave out its instant"
        )
    changes = [(_instant(path, since), _compiled(path)) for path, since in later]
    if any(one >= other for (one, _), (other, _) in pairwise(changes)):
        raise InputError("--scheme: got versions out of order; their instants rise; reorder them")
    compiled = _compiled(first[0])
    rows = None if people is None else load_people(people, flag_zones=True)
    log = read_events(events, None if rows is None else {row.id for row in rows})
    found = replay(log, compiled, rows, changes)
    return {"groundswell": version(), "scheme": found.compiled.scheme.name, **as_json(found)}


def _replay_export(events: Path, people: Path | None, program: Path) -> dict[str, Any]:
    if people is not None:
        raise InputError("--people: got no --scheme; an export has its own people; leave it out")
    if not program.exists():
        raise InputError(
            f"--scheme: got none, and {program} is not there; name the scheme, or the program that was exported with the events"
        )
    recorded = load_program(program)
    log = read_events(events, {one.id for one in recorded.people})
    found = replay_recorded(log, recorded, program)
    return {"groundswell": version(), "scheme": found.compiled.scheme.name, **as_json(found)}


def replay_recorded(log: Sequence[Event], recorded: RecordedProgram, name: Path) -> Replay:
    """The replay of exported events by the versions, people and periods exported with them. Raises InputError without any version."""
    versions = _in_time(
        recorded, {one.version: _compiled_scheme(one.scheme, name) for one in recorded.versions}
    )
    if not versions:
        raise InputError(f"{name}: got no version of a scheme; there is nothing to score by; name a --scheme")
    last = versions.get(recorded.in_force, versions[max(versions)])
    return replay(log, last, recorded.people, numbered=versions, kept=recorded.kept)


def _in_time(recorded: RecordedProgram, versions: dict[int, CompiledScheme]) -> dict[int, CompiledScheme]:
    """The versions; those not withdrawn are compiled with the absences before them."""
    held = [
        InForce(
            one.version, microseconds(one.effective_at), microseconds(one.effective_at), microseconds(one.published_at), one.mode
        )
        for one in recorded.versions
        if one.rolled_back_at is None
    ]  # fmt: skip
    turns = in_turn(held)
    found = in_time([(since_us, versions[version]) for since_us, version in turns])
    return versions | {version: one for (_, version), one in zip(turns, found, strict=True)}


def _version(given: str) -> tuple[Path, str | None]:
    """File and instant of one --scheme; an existing file whose name contains an @ is taken as such."""
    name, at, since = given.rpartition("@")
    return (Path(given), None) if not at or Path(given).exists() else (Path(name), since)


def _instant(path: Path, since: str | None) -> datetime:
    if since is None:
        raise InputError(
            f"--scheme {path}: a later version needs the instant from which it holds; write {path}@2026-03-01T12:00:00Z"
        )
    try:
        at = instant_of(since)
    except ValueError as error:
        raise InputError(f"--scheme {path}@{since}: got {since!r}; {error}") from None
    try:
        check_day(at)
    except BadValue as error:
        raise InputError(f"--scheme {path}@{since}: {error}") from None
    return at


def _compiled(path: Path) -> CompiledScheme:
    return _compiled_scheme(load_document(path, IncentiveScheme), path)


def _compiled_scheme(scheme: IncentiveScheme, path: Path) -> CompiledScheme:
    try:
        return compile_scheme(scheme)
    except SchemeError as error:
        raise SchemeError("{path}:1: {error}", path=path, error=error) from None


def as_json(found: Replay) -> dict[str, Any]:
    """A JSON object, keys in a fixed order, people by id."""
    return {
        "kind": "replay",
        "scheme_hash": found.compiled.hash,
        "duplicates": found.duplicates,
        "balances": [_standing(one) for one in sorted(found.standings, key=lambda one: one.person)],
        "entries": [_entry(one) for one in found.entries],
    }


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "person": one.person,
        "millipoints": one.millipoints,
        "level": one.level,
        "badges": list(one.badges),
        "streaks": one.streaks,
        "longest_streaks": one.longest_streaks,
        "zone": one.zone,
        "zone_flagged": one.zone_flagged,
    }


def _entry(one: ReplayEntry) -> dict[str, Any]:
    event = one.occasion.event
    return {
        "person": one.person,
        "source": event.source,
        "event": event.id,
        "occurred_at": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "local_date": one.occasion.day.isoformat(),
        "version": one.occasion.version,
        "item": one.entry.item,
        "kind": one.entry.kind,
        "millipoints": one.entry.amount_millipoints,
        "hold_hours": one.entry.hold_hours,
        "reason": one.entry.reason.value,
        "why": one.entry.why,
    }


def replay_text(body: Mapping[str, Any]) -> str:
    """A text report: the first entries, the frequency of each reason, and every balance with its badges."""
    entries, balances = body["entries"], body["balances"]
    reasons = Counter(str(entry["reason"]) for entry in entries)
    shown = [
        [each["person"], each["event"], each["item"], _points(each["millipoints"]), each["reason"]]
        for each in entries[:ENTRIES_SHOWN]
    ]
    held = [
        [each["person"], _points(each["millipoints"]), " ".join(each["badges"]), _streaks(each["streaks"])]
        for each in balances
        if each["millipoints"] or each["badges"]
    ]
    more = len(entries) - len(shown)
    parts = [
        f"{len(entries):,} entries under '{body['scheme']}', {body['duplicates']:,} duplicate events left out",
        table(["person", "event", "rule or badge", "points", "reason"], shown),
        *([f"... and {more:,} more entries: see --json"] if more else []),
        table(["reason", "entries"], [[name, f"{count:,}"] for name, count in sorted(reasons.items())]),
        table(["person", "points", "badges", "streaks"], held),
    ]
    return "\n\n".join(parts)


def _points(millipoints: int) -> str:
    whole, rest = divmod(millipoints, MILLIPOINTS)
    return f"{whole:,}" if rest == 0 else f"{millipoints / MILLIPOINTS:,.3f}"


def _streaks(streaks: Mapping[str, int]) -> str:
    return " ".join(f"{name}:{days}" for name, days in streaks.items())
