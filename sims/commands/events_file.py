"""Events as a file: JSON Lines, one CloudEvent a line, in canonical order."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from rewards.event_log import lines_of
from rewards.events import Event, to_cloudevent
from rewards.outputs import written

LINE_BYTES_MAX = 64 * 1024


class EventsFileError(ValueError):
    """Raised for a line that is not a JSON object: `file:line: what; limit; remedy`."""


def write_events(path: Path, events: Iterable[Event]) -> int:
    """Write the events as JSON Lines with sorted keys, and give back how many there were."""
    count = 0
    with written(path) as file:
        for line in event_lines(events):
            file.write(line.encode() + b"\n")
            count += 1
    return count


def event_lines(events: Iterable[Event]) -> Iterator[str]:
    """Each event as one line of JSON with sorted keys."""
    for event in events:
        yield json.dumps(to_cloudevent(event), sort_keys=True, ensure_ascii=False, allow_nan=False)


def read_objects(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every non-blank line as (line number, JSON object). Raises `EventsFileError` at the first bad line."""
    with path.open("rb") as file:
        for number, raw in enumerate(lines_of(file), start=1):
            if len(raw) > LINE_BYTES_MAX:
                raise EventsFileError(
                    f"{path}:{number}: got a line of {len(raw)} bytes; an event may have {LINE_BYTES_MAX}; "
                    f"write one CloudEvent a line"
                )
            if raw.strip():
                yield number, _object(raw, f"{path}:{number}")


def _object(raw: bytes, where: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        shown = raw.strip()[:40].decode("utf-8", "replace")
        raise EventsFileError(
            f"{where}: got {shown!r}; a line must be one JSON object ({error}); write one CloudEvent a line"
        ) from None
    if not isinstance(found, dict):
        kind = type(found).__name__
        raise EventsFileError(
            f"{where}: got a {kind}; a line must be one JSON object; write one CloudEvent a line"
        )
    return found


def batches(path: Path, size: int) -> Iterator[list[dict[str, Any]]]:
    """The file's JSON objects in lists of at most `size`, never the whole file at once."""
    objects = (found for _, found in read_objects(path))
    while batch := list(islice(objects, size)):
        yield batch
