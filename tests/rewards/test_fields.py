"""How values are written: instants, dates, whole numbers, text."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from rewards.document import DocumentError, load_document
from rewards.fields import Day, Instant, day_of, fault, instant_of, normal
from rewards.language import speaking
from rewards.people_file import parse_file
from rewards.scheme.scheme import IncentiveScheme


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-02T10:00:00Z", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02t10:00:00z", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02 10:00:00+01:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02T10:00:00-00:00", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02T10:00:00.1Z", datetime(2026, 3, 2, 10, 0, 0, 100_000, UTC)),
        ("2026-03-02T10:00:00.123456789Z", datetime(2026, 3, 2, 10, 0, 0, 123_456, UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2017-01-01T00:59:60+01:00", datetime(2017, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_by_rfc_3339(text: str, at: datetime) -> None:
    assert instant_of(text) == at


@pytest.mark.parametrize(
    "text",
    ["", "1772445600", "20260302", "20260302T100000Z", "2026-03-02", "2026-03-02T10:00Z", "2026-03-02T10:00:00",
     "2026-03-02T24:00:00Z", "2026-03-02T10:00:60Z", "2026-02-30T10:00:00Z", "2026-03-02T10:00:00+0100", "2026-W10-1T10:00:00Z",
     " 2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z\n", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00",
     "２026-03-02T10:00:00Z", "2026-03-02T10:00:00+24:00", "2026-03-02T10:00:00." + "1" * 50 + "Z"],
)  # fmt: skip
def test_anything_else_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match="RFC 3339"):
        instant_of(text)


@pytest.mark.parametrize(
    "text", ["", "20260302", "2026-W10-1", "1772445600", "2026-3-2", "2026-02-30", "2026-03-02T00:00:00Z"]
)
def test_a_date_is_written_out(text: str) -> None:
    with pytest.raises(ValueError, match="write one like 2026-03-02"):
        day_of(text)


class Dated(BaseModel):
    at: Instant | None = None
    on: Day | None = None


@pytest.mark.parametrize("value", [1772445600, 1772445600.0, True, "1772445600", datetime(2026, 3, 2)])
def test_a_bare_number_is_neither_time_nor_date(value: object) -> None:
    for field in ("at", "on"):
        with pytest.raises(ValidationError):
            Dated.model_validate({field: value})


def test_dates_of_documents_and_files_are_no_bare_numbers_either() -> None:
    for where in ("calendar: {holidays: [{date: 20261225, title: C}]}",
                  "challenges: [{id: c, title: C, goal: 1, days: 1, starts: '20261225'}]"):  # fmt: skip
        with pytest.raises(DocumentError, match="write one like 2026-03-02"):
            load_document(f"name: s\ntitle: S\n{where}\n", IncentiveScheme, "s")
    with pytest.raises(DocumentError, match="write one like 2026-03-02"):
        parse_file("id,segment,team,timezone,contacts,leave\na,s,t,UTC,1,20260803/20260814\n")


def test_names_that_look_the_same_are_the_same_everywhere() -> None:
    people = parse_file("id,segment,team,timezone,contacts\na,Ve\u0301lo,Ve\u0301lo,UTC,1\n").rows
    scheme = load_document(
        "name: s\ntitle: S\nunrewarded_channels: [e\u0301]\n"
        "rules: [{id: a, title: A, on: share, points: 1, when: {all: [{segment: [Ve\u0301lo]}, {tag: [e\u0301]}]}}]\n",
        IncentiveScheme,
        "s",
    )
    assert people[0].segment == people[0].team == "Vélo"
    assert scheme.unrewarded_channels == ("é",)
    assert "Vélo" in scheme.model_dump_json()
    assert normal("e\u0301") == "é"


def test_a_fault_never_shows_a_pattern() -> None:
    with pytest.raises(ValidationError) as caught:
        IncentiveScheme.model_validate(
            {"name": "A B", "title": "\n", "rules": [{"id": "É", "on": "X", "points": 1}]}
        )
    told = [fault(error) for error in caught.value.errors()]
    assert "not an id: a small letter, then up to 47 small letters, digits, _ or -" in told
    assert not any("^" in line or "pattern" in line for line in told)


class Form(BaseModel):
    name: Annotated[str, AfterValidator(str.strip), Field(min_length=1, max_length=3)] = "x"
    day: date | None = None
    tags: Annotated[tuple[str, ...], Field(max_length=1)] = ()
    kind: Literal["a", "b"] = "a"
    count: Annotated[int, Field(ge=0, le=9)] = 0
    needed: str


@pytest.mark.parametrize(
    ("record", "english", "german"),
    [
        ({"name": "long"}, "limit 3 characters; shorten it", "erlaubt sind 3 Zeichen; kürze es"),
        ({"name": ""}, "nothing was given; it is required", "nichts angegeben; es muss ausgefüllt sein"),
        ({"tags": ("a", "b")}, "limit 1 entries; leave some out", "erlaubt sind 1 Einträge; lass einige weg"),
        ({"kind": "c"}, "limit 'a' or 'b'; choose one of them", "erlaubt ist 'a' or 'b'; wähle eines davon"),
        ({"count": "x"}, "a whole number is required", "hier gehört eine ganze Zahl hin"),
        ({"count": 10}, "must be 9 or less", "darf höchstens 9 sein"),
        ({"count": -1}, "must be 0 or more", "muss mindestens 0 sein"),
        ({"day": "soon"}, "not a date; write one like 2026-03-02", "kein Datum; schreib es wie 2026-03-02"),
        ({"needed": None}, "text is required", "hier gehört Text hin"),
    ],
)
def test_what_is_wrong_is_said_in_the_readers_language(
    record: dict[str, object], english: str, german: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"needed": "x"} | record)
    assert fault(caught.value.errors()[0]) == english
    with speaking("de"):
        assert fault(caught.value.errors()[0]) == german
