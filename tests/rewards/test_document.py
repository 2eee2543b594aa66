"""YAML as people mean it: no number is read that was not written, and whatever is in doubt is told with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rewards.document import DocumentError, load_document, load_yaml
from rewards.scheme.scheme import IncentiveScheme

CASES = Path(__file__).parents[3] / "shared" / "cases"
SCHEME = "name: s\ntitle: S\nrules:\n  - {{id: share, title: Share, on: share, points: {}}}\n"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12), ("-3", -3), ("+3", 3), ("0", 0), ("1.5", 1.5), ("-.5", -0.5), ("1.", 1.0), ("1.5e3", 1500.0), ("1.5E-1", 0.15),
        ("true", True), ("False", False), ("null", None), ("~", None),
        ("yes", "yes"), ("No", "No"), ("on", "on"), ("OFF", "OFF"), ("y", "y"), ("1:30", "1:30"), ("1:30.5", "1:30.5"),
        ("190:20:30.15", "190:20:30.15"), ("2026-03-02", "2026-03-02"), ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("'010'", "010"), ('"1_000"', "1_000"), ("1,000", "1,000"), ("1.2.3", "1.2.3"), ("1e3", "1e3"), ("12e4", "12e4"),
    ],
)  # fmt: skip
def test_scalars_are_read_as_they_are_meant(written: str, value: Any) -> None:
    _, data = load_yaml(f"value: {written}\n")
    assert data == {"value": value}
    assert type(data["value"]) is type(value)


@pytest.mark.parametrize(
    "written", ["010", "-012", "08", "00", "0x1F", "0o17", "0b11", "1_000", "1_000.5", "1__0", "0_1"]
)
def test_digits_in_doubt_are_told_with_their_line(written: str) -> None:
    with pytest.raises(
        DocumentError, match=r"^<text>:4: got .*; numbers are written in decimal digits alone; .*quotes"
    ):
        load_document(SCHEME.format(written), IncentiveScheme)


@pytest.mark.parametrize("written", ["9" * 41, "9" * 5000, "1." + "0" * 5000, "1e" + "9" * 50])
def test_a_number_beyond_all_use_is_told_with_its_line(written: str) -> None:
    with pytest.raises(DocumentError, match=r"^<text>:4: got .*…; a number has at most 40 characters"):
        load_document(SCHEME.format(written), IncentiveScheme)
    assert load_yaml(f"value: '{written}'\n")[1] == {"value": written}


def test_a_letter_that_json_escapes_in_two_is_one(tmp_path: Path) -> None:
    text = json.dumps({"title 👩‍💻": ["👍 Straße", "x"]})
    assert load_yaml(text)[1] == json.loads(text)
    (tmp_path / "s.json").write_text(json.dumps({"name": "s", "title": "👍", "rules": []}))
    assert load_document(tmp_path / "s.json", IncentiveScheme).title == "👍"
    with pytest.raises(DocumentError, match=r"title: got .*whole characters"):
        load_document('{"name": "s", "title": "\\ud83d"}', IncentiveScheme)


@pytest.mark.parametrize("written", ["'1_000'", "'１０'", "'٣'", "'1e'", "'NaN'"])
def test_digits_that_only_python_reads_are_no_number(written: str) -> None:
    with pytest.raises(DocumentError, match=r"^<text>:4: rules\.0\.points: got .*not a number"):
        load_document(SCHEME.format(written), IncentiveScheme)


@pytest.mark.parametrize(
    "written",
    ["1:30", "1:30.5", "59:59", ".inf", "-.inf", ".nan", "yes", "on", "2026-03-02", "1,5", "1.2.3", "~"],
)
def test_what_is_no_amount_is_refused(written: str) -> None:
    text = SCHEME.format(f'"{written}"' if "," in written else written)
    with pytest.raises(DocumentError, match=r"^<text>:4: rules\.0\.points: got ") as caught:
        load_document(text, IncentiveScheme)
    assert "\n" not in str(caught.value)


def test_the_case_of_a_slip_of_the_pen() -> None:
    with pytest.raises(DocumentError, match=r"points-with-colon\.yaml:4: rules\.0\.points: got '1:30\.5'"):
        load_document(CASES / "points-with-colon.yaml", IncentiveScheme)


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "scheme.yaml"
    file.write_bytes("name: s\ntitle: Zwölf\n".encode("latin-1"))
    with pytest.raises(DocumentError, match=r"scheme\.yaml:2: got the byte 0xF6, which is not UTF-8"):
        load_yaml(file)
    file.write_bytes("name: s\ntitle: Zwölf\n".encode("utf-16"))
    assert load_yaml(file)[1] == {"name": "s", "title": "Zwölf"}
