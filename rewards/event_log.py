"""Recorded event logs: one CloudEvent as a JSON object per line."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path
from typing import BinaryIO

from rewards.bounds import check_day
from rewards.document import DocumentError
from rewards.events import Event, EventError, parse_cloudevent, payload_hash, read_json
from rewards.faults import BadValue

MOST_LINE_BYTES = 64 * 1024


def read_events(path: Path, known: Container[str] | None = None) -> list[Event]:
    """The log's events in the order of lines, duplicates included.

    Raises DocumentError naming file and line for an invalid event, for one id with two payloads, and for a person who is not
    `known` (where that is given).
    """
    events: list[Event] = []
    lines: dict[tuple[str, str], tuple[int, Event]] = {}
    try:
        with path.open("rb") as file:
            for number, line in enumerate(lines_of(file), 1):
                if not line.strip():
                    continue
                where = f"{path}:{number}"
                event = _event(line, where)
                events.append(event)
                first, earlier = lines.setdefault((event.source, event.id), (number, event))
                if earlier is not event and payload_hash(earlier) != payload_hash(event):
                    raise DocumentError(
                        "{where}: id: got {id!r} of source {source!r} with another payload than on line {first}; an id "
                        "stands for one event; give it an id of its own",
                        where=where,
                        id=event.id,
                        source=event.source,
                        first=first,
                    )
                for name in (event.subject, event.owner):
                    if known is not None and name is not None and name not in known:
                        raise DocumentError(
                            "{where}: got person {name!r}; not among the people; add the person or drop the event",
                            where=where,
                            name=name,
                        )
    except OSError as error:
        raise DocumentError(
            "{path}:1: cannot be read ({strerror}); name a readable file", path=path, strerror=error.strerror
        ) from None
    return events


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; a line longer than any event is truncated, which bounds the memory."""
    while line := file.readline(MOST_LINE_BYTES + 1):
        yield line


def _event(line: bytes, where: str) -> Event:
    if len(line) > MOST_LINE_BYTES:
        raise DocumentError(
            "{where}: got a line of {count} bytes; an event has at most {most_line_bytes}; write one event a line",
            where=where,
            count=len(line),
            most_line_bytes=MOST_LINE_BYTES,
        )
    try:
        event = parse_cloudevent(read_json(line))
        for name, day in (
            ("localdate", event.local_date),
            ("ownerdate", event.frozen.owner_date if event.frozen else None),
        ):
            # The replay uses these values; the live program derives its own.
            if day is not None:
                check_day(day, f"{name} {{day}}: limit years {{first}} to {{last}}; name a date in them")
        return event
    except (EventError, BadValue) as error:
        raise DocumentError("{where}: {error}", where=where, error=error) from None
    except ValueError as error:
        raise DocumentError(
            "{where}: not JSON ({error}); one CloudEvents object a line; correct the line",
            where=where,
            error=error,
        ) from None
