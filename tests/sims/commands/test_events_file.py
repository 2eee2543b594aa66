"""Events go to a file and come back; a bad line is named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewards.event_log import read_events
from rewards.events import Event
from sims.commands.events_file import EventsFileError, batches, read_objects, write_events


def event(number: int) -> Event:
    at = datetime(2026, 1, 5, 9, number, tzinfo=UTC)
    return Event(source="test", id=f"e{number}", kind="share", subject="p1", occurred_at=at, object="été")


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    events = [event(number) for number in range(5)]
    assert write_events(path, events) == 5
    assert read_events(path) == events
    assert [len(batch) for batch in batches(path, 2)] == [2, 2, 1]


def test_blank_lines_are_no_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('\n{"a": 1}\n\n{"a": 2}\n')
    assert list(read_objects(path)) == [(2, {"a": 1}), (4, {"a": 2})]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "must be one JSON object"),
        (b"[1]", "got a list"),
        (b"\xff\xfe", "must be one JSON object"),
        (b'"' + b"x" * 70_000 + b'"', "an event may have 65536"),
        (b"[" * 60_000, "must be one JSON object"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, words: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a": 1}\n' + line + b"\n")
    with pytest.raises(EventsFileError, match=words) as caught:
        list(read_objects(path))
    assert str(caught.value).startswith(f"{path}:2: ")
