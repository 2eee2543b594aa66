"""No document freezes the program or breaks it: numbers, nesting, dates and text have bounds, and what is refused is one line."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from agents.setting.setting import Setting
from rewards.bounds import FIRST_YEAR, LAST_YEAR, decimal_of, fraction_of
from rewards.content.content import ContentItem
from rewards.document import MOST_DEPTH, DocumentError, load_document, parse_data
from rewards.event_log import MOST_LINE_BYTES, read_events
from rewards.events import EventError, parse_cloudevent
from rewards.faults import BadValue
from rewards.people.people import set_leave
from rewards.people_file import parse_file
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from tests.attacks.conftest import cheaply
from tests.conftest import World
from tests.rewards.whole_scheme import WHOLE
from tests.web.api_client import Api

DEEP: Any = []
for _ in range(300):
    DEEP = [DEEP]
NESTED: Any = {"weekday": ["mon"]}
for _ in range(300):
    NESTED = {"not": NESTED}
ODD: dict[str, Any] = {
    "list": [1],
    "mapping": {"a": 1},
    "half a pair as a key": {"\ud800": 1},
    "half a pair": "\udfff",
    "exponent": "1e10000000",
    "small exponent": "1e-10000000",
    "zeros": "0e9999999",
    "ratio": "1/" + "9" * 100_000,
    "long": "9" * 100_000,
    "long decimal": "0." + "1" * 100_000,
    "great": 10**4000,
    "float": 1e308,
    "no number": float("nan"),
    "endless": float("inf"),
    "negative": -1,
    "true": True,
    "nothing": None,
    "deep": DEEP,
    "deep condition": NESTED,
    "date": "9999-12-31",
    "early date": "0001-01-01",
    "many": ["a"] * 5_000,
    "number as a key": {1: 2},
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a document, at every depth."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*path, key)
        yield from places(below, (*path, key))


def with_(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the document with another value at a place."""
    made = copy.deepcopy(document)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return made


def refusal(call: Callable[..., Any], *given: Any) -> str:
    """What a document is refused with, or nothing."""
    try:
        call(*given)
    except (DocumentError, EventError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("odd", ODD)
def test_any_value_at_any_place_of_a_scheme_is_taken_or_refused_in_one_line(odd: str) -> None:
    whole = yaml.safe_load(WHOLE)
    with cheaply(6.0):
        for path in places(whole):
            message = refusal(parse_data, with_(whole, path, ODD[odd]), IncentiveScheme, "document")
            assert len(message.encode()) < 1000, path
            assert "\n" not in message


@pytest.mark.parametrize("odd", ODD)
def test_any_value_at_any_place_of_an_event_is_taken_or_refused_in_one_line(odd: str) -> None:
    event = {
        "specversion": "1.0", "id": "e1", "source": "s", "type": "org.groundswell.share", "subject": "ana",
        "time": "2026-03-01T12:00:00Z", "recordedtime": "2026-03-01T12:00:00Z", "localzone": "UTC", "localdate": "2026-03-01",
        "datacontenttype": "application/json",
        "data": {"object": "o", "channel": "x", "tags": ["a"], "quantity": 1, "verification": "declared", "owner": "ben"},
    }  # fmt: skip
    with cheaply(2.0):
        for path in places(event):
            assert len(refusal(parse_cloudevent, with_(event, path, ODD[odd])).encode()) < 1000, path


@pytest.mark.parametrize(
    "text",
    [
        "name: " + "[" * 100_000,
        "name: " + "{a: " * 20_000,
        "- " * 20_000,
        "a: &a [x]\nb: [*a, *a]",
        "a: !!int 1:" + "1:" * 50_000 + "1",
        "a: !!float 1:30.5",
        "a: !!binary aaaa",
        "a: !!timestamp 2001-01-01",
        "a: !!python/object:os.system {}",
        "a: " + "9" * 100_000,
        "a: 1" + "_0" * 50_000,
        "a: 1." + "0" * 100_000 + "e99",
        "? [a, b]\n: c",
        "\x00",
        "a: 'never ends",
        "%YAML 9.9\n---\na: 1",
        "a: 1\n---\nb: 2",
    ],
)
def test_yaml_that_is_made_to_hurt_is_one_line(text: str) -> None:
    with cheaply(4.0), pytest.raises(DocumentError) as refused:
        load_document(text, IncentiveScheme, "f.yaml")
    assert len(str(refused.value).encode()) < 1000


def test_a_document_may_be_nested_as_deep_as_any_scheme_is() -> None:
    assert load_document(WHOLE, IncentiveScheme).name == "whole"
    inner: Any = yaml.safe_load(WHOLE)
    deepest = max(len(path) for path in places(inner)) + 1
    assert deepest < MOST_DEPTH


@pytest.mark.parametrize(
    "text", ["1e10000000", "1e-10000000", "9" * 41, "Infinity", "NaN", "sNaN", "", "x", "1e", "--1"]
)
def test_a_number_is_read_by_its_length_before_its_value(text: str) -> None:
    with cheaply(0.1):
        with pytest.raises(ValueError, match="number"):
            decimal_of(text)
        with pytest.raises(ValueError, match="number"):
            fraction_of(text)


@pytest.mark.parametrize("text", ["1/2", "1.5", "0", "1e2", "0.00001", "  3/4 ".strip()])
def test_numbers_as_people_write_them_are_read(text: str) -> None:
    assert float(fraction_of(text)) == pytest.approx(eval(text))


BEYOND = (f"{FIRST_YEAR - 1}-12-31", f"{LAST_YEAR + 1}-01-01", "9999-12-31", "0001-01-01")
CHALLENGE = {"id": "c", "title": "C", "goal": 1, "days": 366, "starts": "2026-01-01"}
PLAIN = {"name": "s", "title": "S"}


@pytest.mark.parametrize("day", BEYOND)
def test_a_day_beyond_the_years_is_refused_in_every_document(day: str, tmp_path: Path) -> None:
    for document in (
        PLAIN | {"challenges": [CHALLENGE | {"starts": day}]},
        PLAIN | {"calendar": {"holidays": [{"date": day, "title": "H"}]}},
    ):
        with pytest.raises(DocumentError, match=f"{FIRST_YEAR} to {LAST_YEAR}"):
            parse_data(document, IncentiveScheme, "document")
    with pytest.raises(DocumentError, match=f"{FIRST_YEAR} to {LAST_YEAR}"):
        parse_file(f"id,segment,team,timezone,contacts,leave\na,s,t,UTC,1,{day}/{day}\n")
    with pytest.raises(ValueError, match=f"{FIRST_YEAR} to {LAST_YEAR}"):
        Setting.model_validate({"start_date": day})
    with pytest.raises(ValueError, match=f"{FIRST_YEAR} to {LAST_YEAR}"):
        ContentItem(
            id="i", title="t", url="https://a.example/", channels={"x": {"status": "green"}}, expires_at=f"{day}T00:00:00Z"
        )  # fmt: skip
    event = {
        "specversion": "1.0", "id": "e", "source": "s", "type": "org.groundswell.share", "subject": "ana",
        "time": "2026-03-01T12:00:00Z",
    }  # fmt: skip
    for field in ("time", "recordedtime"):
        with pytest.raises(EventError, match=str(LAST_YEAR)):
            parse_cloudevent(event | {field: f"{day}T12:00:00Z"})
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(event | {"localdate": day}))
    with pytest.raises(DocumentError, match=str(LAST_YEAR)):
        read_events(log)


def test_a_day_beyond_the_years_is_refused_by_every_use_case(world: World) -> None:
    far, near = datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)
    for at in (far, near):
        with world.db.begin() as tx, pytest.raises(BadValue, match=str(LAST_YEAR)):
            publish_scheme(tx, world.organisation, World.scheme(WHOLE), at, "hr", "why", world.now)
        with world.db.begin() as tx, pytest.raises(BadValue, match=str(LAST_YEAR)):
            set_leave(tx, world.organisation, "ana", date(2026, 1, 1), far.date(), now=world.now)


@pytest.mark.parametrize("year", [FIRST_YEAR, LAST_YEAR])
def test_a_scheme_at_the_ends_of_the_years_breaks_no_page(api: Api, year: int) -> None:
    days = {"first": f"{year}-01-01", "last": f"{year}-12-31"}
    challenges = [CHALLENGE | {"id": name, "starts": day} for name, day in days.items()]
    holidays = [{"date": day, "title": "H"} for day in days.values()]
    document = PLAIN | {
        "challenges": challenges,
        "calendar": {"holidays": holidays, "zone": "Pacific/Kiritimati"},
    }
    made = api.post("/schemes", {"document": document}, "author")
    assert made.status_code == 201, made.text
    said = api.post(f"/schemes/{made.json()['id']}/publish", {"reason": "why"}, "author")
    assert said.status_code == 201, said.text
    for path in ("/badges", "/challenges", "/entries", "/leaderboards", "/rewards"):
        assert api.get(path, "ana").status_code < 500


@pytest.mark.parametrize("odd", sorted(ODD))
def test_an_odd_value_over_the_api_is_no_500(api: Api, odd: str) -> None:
    comparison = {"compare": {"field": "quantity", "op": ">", "value": ODD[odd]}}
    rule = {"id": "r", "title": "R", "on": "share", "points": 1}
    for document in (
        PLAIN | {"rules": [rule | {"when": comparison}]},
        PLAIN | {"rules": [rule | {"points": ODD[odd]}]},
        PLAIN | {"rules": [rule | {"multipliers": [{"factor": ODD[odd]}]}]},
        PLAIN | {"note": ODD[odd]},
        {"name": ODD[odd], "title": ODD[odd]},
        ODD[odd],
    ):
        with cheaply(2.0):
            answer = api.post("/schemes", {"document": document}, "author")
        assert answer.status_code in (201, 400, 422), answer.text[:500]


def test_a_batch_with_any_odd_event_answers_each_and_keeps_what_it_says(api: Api) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()

    def event(number: int, **more: Any) -> dict[str, Any]:
        return {
            "specversion": "1.0", "id": f"e{number}", "source": "s", "type": "org.groundswell.share", "subject": "ana",
            "time": at, "data": {"object": f"o{number}"}, **more,
        }  # fmt: skip

    # NaN and infinity are no JSON, and refused with the whole body.
    values = [value for value in ODD.values() if not (isinstance(value, float) and not math.isfinite(value))]
    odd: list[Any] = [event(100 + n, data={"object": value}) for n, value in enumerate(values)]
    odd += [event(200 + n, **{"\ud800": n}) for n in range(3)]
    odd += [
        event(300, data={"\udfff": 1}),
        event(400, type="\ud800"),
        event(500, specversion="\ud800"),
        *values,
    ]
    answer = api.post("/events", [event(1), *odd, event(2)], "writer")
    assert answer.status_code == 200, answer.text[:300]
    results = answer.json()["results"]
    assert {results[0]["status"], results[-1]["status"]} <= {"awarded", "zero"}
    kept = {entry["event_id"] for entry in api.get("/entries", "ana").json()["entries"]}
    assert kept >= {"e1", "e2"}
    for value in odd[-4:]:
        assert api.post("/events", value, "writer").status_code in (400, 413, 422)


def test_a_line_without_an_end_is_read_no_further_than_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(b"{" * (MOST_LINE_BYTES + 10))
    with pytest.raises(DocumentError, match="bytes"):
        read_events(path)
