"""CloudEvents in and out, their order, and the log of a replay."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewards.document import DocumentError
from rewards.event_log import read_events
from rewards.events import (
    Event,
    EventError,
    canonical_order,
    object_key,
    parse_cloudevent,
    payload_hash,
    to_cloudevent,
)

WORDS = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_.:-]{0,20}\Z")
IDS = st.from_regex(r"\A[A-Za-z0-9._-]{1,20}\Z")
EVENTS = st.builds(
    Event,
    source=WORDS,
    id=WORDS,
    kind=st.from_regex(r"\A[a-z][a-z0-9_.]{0,20}\Z"),
    subject=IDS,
    occurred_at=st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
    object=st.text(st.characters(exclude_categories=("C",)), max_size=40),
    channel=st.none() | WORDS,
    tags=st.lists(WORDS, max_size=3).map(tuple),
    quantity=st.integers(0, 1_000_000),
    verification=st.sampled_from(["declared", "tracked", "connector"]),
    owner=st.none() | IDS,
    local_date=st.none() | st.dates(),
    zone=st.none() | st.sampled_from(["Europe/Madrid", "UTC"]),
)


def message(**changes: Any) -> dict[str, Any]:
    body = {
        "specversion": "1.0", "id": "1", "source": "s", "type": "org.groundswell.share", "subject": "ana",
        "time": "2026-01-05T09:00:00+01:00", "data": {"object": "post"},
    }  # fmt: skip
    return {key: value for key, value in (body | changes).items() if value is not ...}


@given(EVENTS)
def test_an_event_survives_the_wire(event: Event) -> None:
    assert parse_cloudevent(json.loads(json.dumps(to_cloudevent(event)))) == event


def test_time_is_kept_in_utc_and_extensions_are_read() -> None:
    event = parse_cloudevent(
        message(
            recordedtime="2026-01-05T08:00:05Z",
            localzone="Europe/Madrid",
            localdate="2026-01-05",
            traceparent="x",
        )
    )
    assert event.occurred_at == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert (event.zone, event.local_date) == ("Europe/Madrid", date(2026, 1, 5))


def test_the_payload_is_what_the_sender_said() -> None:
    plain = parse_cloudevent(message())
    assert payload_hash(plain) == payload_hash(parse_cloudevent(message(recordedtime="2026-01-05T08:00:05Z")))
    assert payload_hash(plain) != payload_hash(parse_cloudevent(message(data={"object": "other"})))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"specversion": "0.3"}, "specversion: got '0.3'"),
        ({"type": "com.example.share"}, "type: got 'com.example.share'"),
        ({"subject": ...}, "subject: got nothing"),
        ({"time": "2026-01-05T09:00:00"}, "time: .*no offset"),
        ({"time": 5}, "time: got 5"),
        ({"data": []}, None),
        ({"data": [1]}, "data: got list"),
        ({"data": {"mood": "good"}}, "data.mood: got an unknown field"),
        ({"data": {"quantity": -1}}, "data.quantity: got -1"),
        ({"data": {"quantity": 1.5}}, "data.quantity: got 1.5"),
        ({"data": {"quantity": float("nan")}}, "data.quantity: got nan"),
        ({"data": {"quantity": 10**30}}, "data.quantity: got 1000000"),
        ({"data": {"quantity": True}}, "data.quantity: got True"),
        ({"data": {"verification": "sworn"}}, "data.verification: got 'sworn'"),
        ({"Unknown": 1}, "Unknown: got an unknown attribute"),
        ({"localzone": "Mars/Base"}, "localzone: got 'Mars/Base'"),
    ],
)
def test_bad_events_are_told_in_one_line(changes: dict[str, Any], told: str | None) -> None:
    if told is None:
        assert parse_cloudevent(message(**changes)).object == ""
        return
    with pytest.raises(EventError, match=told) as caught:
        parse_cloudevent(message(**changes))
    assert "\n" not in str(caught.value)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(st.lists(EVENTS, max_size=6))
def test_order_is_time_then_source_then_id(events: list[Event]) -> None:
    keys = [(e.occurred_at, e.source, e.id) for e in canonical_order(reversed(events))]
    assert keys == sorted(keys)


CASES = Path(__file__).parents[3] / "shared" / "cases"


def cases(name: str) -> list[Any]:
    return [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]


def test_tags_are_a_set() -> None:
    one, other = map(parse_cloudevent, cases("event-tags-reordered.jsonl"))
    assert one == other
    assert payload_hash(one) == payload_hash(other)
    assert parse_cloudevent(message(data={"tags": ["b", "a", "b"]})).tags == ("a", "b")


def test_data_in_base64_is_read() -> None:
    (sent,) = cases("event-data-base64.jsonl")
    found = parse_cloudevent(sent)
    assert (found.object, found.channel) == ("report", "linkedin")
    assert parse_cloudevent(message(data=None, data_base64="e30=")).object == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"data_base64": "e30="},
        {"data": ..., "data_base64": "e30"},
        {"data": ..., "data_base64": "WzFd"},
        {"data": ..., "data_base64": 7},
        {"data": ..., "data_base64": "e30=", "datacontenttype": "text/xml"},
    ],
)
def test_data_in_base64_that_is_none_is_named(changes: dict[str, Any]) -> None:
    with pytest.raises(EventError, match=r"data_base64|datacontenttype"):
        parse_cloudevent(message(**changes))


def test_a_whole_number_may_be_written_with_a_point() -> None:
    (sent,) = cases("event-whole-number-as-decimal.jsonl")
    assert parse_cloudevent(sent).quantity == 1
    assert type(parse_cloudevent(sent).quantity) is int
    with pytest.raises(EventError, match=r"quantity: got 1\.5"):
        parse_cloudevent(sent | {"data": {"quantity": 1.5}})


@pytest.mark.parametrize(
    "time", [cases("event-compact-time.jsonl")[0]["time"], "1772445600", "2026-03-02", 1772445600, "2026-W10-1T10:00:00Z"]
)  # fmt: skip
def test_a_time_is_rfc_3339_or_refused_with_the_form_that_is_wanted(time: Any) -> None:
    for attribute in ("time", "recordedtime"):
        with pytest.raises(EventError, match=f"{attribute}: .*write one like 2026-03-02T10:00:00Z"):
            parse_cloudevent(message(**{attribute: time}))


def test_what_looks_the_same_is_the_same() -> None:
    composed = parse_cloudevent(message(id="é", source="é", data={"object": "Résumé"}))
    taken_apart = parse_cloudevent(
        message(id="e\u0301", source="e\u0301", data={"object": "Re\u0301sume\u0301"})
    )
    assert composed == taken_apart
    assert object_key("Résumé") == object_key("Re\u0301sume\u0301")


def test_an_event_without_an_object_is_one_of_its_own() -> None:
    found = [
        parse_cloudevent(message(id=id_, source=source, data={})).item for id_, source in ("as", "at", "bs")
    ]
    assert len(set(found)) == 3
    assert parse_cloudevent(message(id="a")).item == parse_cloudevent(message(id="b")).item == "post"


def log(path: Path, *lines: object) -> Path:
    path.write_text(
        "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines),
        encoding="utf-8",
    )
    return path


def test_a_log_keeps_repetitions_and_skips_blank_lines(tmp_path: Path) -> None:
    assert len(read_events(log(tmp_path / "e.jsonl", message(), "", message(), message(id="2")))) == 3


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", r"e\.jsonl:2: not JSON"),
        ("[" * 5000, r"e\.jsonl:2: not JSON"),
        ("[1]", r"e\.jsonl:2: event: got list"),
        (
            message(data={"object": "other"}),
            r"e\.jsonl:2: id: got '1' of source 's' with another payload than on line 1",
        ),
        (message(id="2", subject="zed"), r"e\.jsonl:2: got person 'zed'; not among the people"),
        (message(id="2", data={"owner": "zed"}), r"e\.jsonl:2: got person 'zed'"),
        (
            '{"id": "' + "x" * 70_000 + '"}',
            r"e\.jsonl:2: got a line of \d+ bytes; an event has at most 65536",
        ),
        ('{"data": {"quantity": NaN}, "specversion": "1.0"}', r"e\.jsonl:2: "),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: object, told: str) -> None:
    path = log(tmp_path / "e.jsonl", message(), line)
    with pytest.raises(DocumentError, match=told) as caught:
        read_events(path, {"ana"})
    assert "\n" not in str(caught.value)


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        read_events(tmp_path / "none.jsonl")


@pytest.mark.parametrize("name", ["traceparent", "a" * 21, "a" * 64, "2fa"])
def test_an_extension_may_have_a_longer_name_than_is_advised(name: str) -> None:
    assert parse_cloudevent(message(**{name: "x"})).subject


@pytest.mark.parametrize("name", ["traceParent", "my_ext", "a" * 65, "é", ""])
def test_what_is_no_name_of_an_extension_is_told(name: str) -> None:
    with pytest.raises(EventError, match="extension names are up to 64 lower-case letters and digits"):
        parse_cloudevent(message(**{name: "x"}))
