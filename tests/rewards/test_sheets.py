"""Tables as spreadsheets and HR systems really write them."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.document import DocumentError
from rewards.people_file import PersonRow, language_tag, load_file, load_people, parse_file
from rewards.sheets import column_of, decode

CASES = Path(__file__).parents[3] / "shared" / "cases"
HEAD = "id,name,segment,team,timezone,contacts"
ANA = "p1,Ana Ruiz,sales,north,Europe/Berlin,120"
RENEE = "p2,Renée Müller,sales,north,Europe/Berlin,80"
TABLE = f"{HEAD}\n{ANA}\n{RENEE}\n"
EXPECTED = [
    PersonRow(
        id="p1", name="Ana Ruiz", segment="sales", team="north", timezone="Europe/Berlin", contacts=120
    ),
    PersonRow(
        id="p2", name="Renée Müller", segment="sales", team="north", timezone="Europe/Berlin", contacts=80
    ),
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_however_a_spreadsheet_saves_it(tmp_path: Path, delimiter: str, newline: str, encoding: str) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(TABLE.replace(",", delimiter).replace("\n", newline).encode(encoding))
    assert load_people(file) == EXPECTED
    assert load_file(file).lines == {"p1": 2, "p2": 3}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("\ufeff" + TABLE, (2, 3)),
        ("sep=;\n" + TABLE.replace(",", ";"), (3, 4)),
        ('"sep=;"\r\n' + TABLE.replace(",", ";"), (3, 4)),
        (f"\n{TABLE}", (3, 4)),
        (f"{HEAD}\n{ANA}\n,,,,,\n\n ,\t, ,,,\n{RENEE}\n,,,,,\n,,,,,\n", (2, 6)),
        (f"{HEAD},,\n{ANA},,\n{RENEE},,\n", (2, 3)),
        (f"{HEAD}\n{ANA},,,\n{RENEE}\n", (2, 3)),
        (f"ID , Name,SEGMENT,Team,Time Zone,Con-tacts \n  p1,Ana Ruiz , sales,north\u00a0, Europe/Berlin ,120\n{RENEE}\n", (2, 3)),
        (f'"id", "name", "segment", "team", "timezone", "contacts"\np1, "Ana Ruiz", "sales", "north", "Europe/Berlin", "120"\n{RENEE}\n',
            (2, 3)),
        (f'{HEAD}\np1,"Ana\nRuiz",sales,north,"Europe/Berlin",120\n{RENEE}\n', (2, 4)),
        (f'"id","name","segment","team","timezone","contacts"\r\n"p1","Ana Ruiz","sales","north","Europe/Berlin","120"\r\n{RENEE}', (2, 3)),
    ],
)  # fmt: skip
def test_what_spreadsheets_leave_behind_is_no_content(text: str, lines: tuple[int, int]) -> None:
    found = parse_file(text, "p.csv")
    assert found.rows == EXPECTED
    assert tuple(found.lines.values()) == lines


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{HEAD}\n\n{ANA}\n{ANA}\n", r"p\.csv:4: id: got 'p1' again \(line 3\)"),
        (f'{HEAD}\np1,"Ana\n\nRuiz",s,t,UTC,1\np2,Bo,s,t,UTC,x\n', r"p\.csv:5: contacts"),
        (f"{HEAD}\n{ANA},stray\n", r"p\.csv:2: got more cells than columns: 'stray'"),
        (f"{HEAD},,\n{ANA},stray,\n", r"p\.csv:2: got more cells than columns: 'stray'"),
        (f"{HEAD}\n{ANA}\np2,Bo\n", r"p\.csv:3: got fewer cells"),
        (f"{HEAD},Team\n{ANA},x\n", r"p\.csv:1: '[Tt]eam': got a column twice"),
        (f"{HEAD},mood\n{ANA},x\n", r"p\.csv:1: 'mood': got an unknown column"),
        ("id;name;segment\np1;a;s\n", r"p\.csv:1: team: got no such column .*separated by semicolons"),
        (f'{HEAD}\n{ANA}\np2,"Bo,s,t,UTC,1\np3,Cy,s,t,UTC,1\n', r"p\.csv:3: not readable as CSV"),
        (f'{HEAD}\np1,Ana "the" Ruiz"x,s,t,UTC,1\n"p2"x,Bo,s,t,UTC,1\n', r"p\.csv:3: not readable as CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(DocumentError, match=told) as caught:
        parse_file(text, "p.csv")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("newline", "before"), [("\n", 1), ("\r\n", 1), ("\r", 7)])
def test_another_encoding_is_told_with_its_line(tmp_path: Path, newline: str, before: int) -> None:
    file = tmp_path / "people.csv"
    text = newline.join([HEAD, *[ANA] * before, RENEE])
    file.write_bytes(text.encode("windows-1252"))
    with pytest.raises(DocumentError, match=rf"people\.csv:{before + 2}: got the byte 0xE9.*CSV UTF-8"):
        load_people(file)


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60))
def test_text_is_read_as_it_was_written(text: str) -> None:
    written = "a" + text
    if not text.startswith("\0"):
        assert decode(written.encode()) == written
    assert decode(codecs.BOM_UTF16_LE + written.encode("utf-16-le")) == written


def test_numbers_with_a_comma_where_semicolons_separate() -> None:
    text = "id;segment;team;timezone;contacts;hours share\np1;s;t;UTC;120;0,8\n"
    assert parse_file(text).rows[0].hours_share == 0.8


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("de_DE", "de-DE"), ("DE-de", "de-DE"), ("fil", "fil"), ("en-US", "en-US"), ("es-419", "es-419"), ("es_419", "es-419"),
        ("zh-Hant", "zh-Hant"), ("zh_hant_tw", "zh-Hant-TW"), ("sr-Latn-RS", "sr-Latn-RS"), ("ca-ES-valencia", "ca-ES-valencia"),
        ("sl-nedis", "sl-nedis"), ("de-1996", "de-1996"), ("zh-yue", "zh-yue"), ("en-x-acme", "en-x-acme"), ("PT", "pt"),
    ],
)  # fmt: skip
def test_language_tags_are_taken_in_either_way_of_writing(written: str, tag: str) -> None:
    assert language_tag(written) == tag
    assert language_tag(tag) == tag


@pytest.mark.parametrize(
    "written",
    ["", "d", "german", "de-", "-de", "de--AT", "de-A", "12", "de DE", "de-DE-", "Deutsch (AT)", "a" * 99],
)
def test_what_is_no_language_tag_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="not a language tag"):
        language_tag(written)


def test_a_column_is_known_by_its_letters() -> None:
    assert {column_of(name) for name in ("Hours_Share", "hours share", "HOURS-SHARE")} == {"hoursshare"}


@pytest.mark.parametrize(("case", "people"), [("semicolon", 2), ("blank-rows", 2), ("locales", 4)])
def test_the_cases_are_read(case: str, people: int) -> None:
    assert len(load_people(CASES / f"people-{case}.csv")) == people


def test_the_case_of_excels_plain_csv_is_told() -> None:
    with pytest.raises(DocumentError, match=r"people-windows-1252\.csv:3: .*CSV UTF-8"):
        load_people(CASES / "people-windows-1252.csv")


@pytest.mark.parametrize("begins", [b"PK\x03\x04\x14\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_is_told_by_name(tmp_path: Path, begins: bytes) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(begins + bytes(100))
    with pytest.raises(DocumentError, match="is an Excel workbook, not text; save the sheet as CSV UTF-8"):
        load_people(file)
