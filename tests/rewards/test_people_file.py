"""The people CSV: what it takes, and one line with the cell for what it does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rewards.document import DocumentError
from rewards.people_file import load_people, parse_file, parse_people

HEAD = "id,segment,team,timezone,contacts,leave\n"


def test_rows_with_leave() -> None:
    (row,) = parse_file(
        HEAD + "ana,sales,north,Europe/Madrid,100,2026-08-03/2026-08-14 2026-12-24/2026-12-31\n"
    ).rows
    assert row.leave == ((date(2026, 8, 3), date(2026, 8, 14)), (date(2026, 12, 24), date(2026, 12, 31)))
    assert parse_file(HEAD + "ana,sales,north,Europe/Madrid,100,\n").rows[0].leave == ()


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "europe/madrid"])
def test_an_unknown_zone_is_refused_or_left_to_the_organisation(zone: str) -> None:
    text = HEAD + f"ana,sales,north,{zone},100,\n"
    with pytest.raises(DocumentError, match=r"p\.csv:2: timezone: .*Europe/Madrid"):
        parse_file(text, "p.csv")
    assert parse_file(text, "p.csv", flag_zones=True).rows[0].timezone == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,segment\nana,sales\n", "p.csv:1: team: got no such column"),
        (HEAD.replace("leave", "mood") + "a,s,t,UTC,1,x\n", "p.csv:1: 'mood': got an unknown column"),
        (HEAD, "p.csv:1: got no people"),
        (HEAD + "ana,s,t,UTC,-1,\n", "p.csv:2: contacts: got '-1'"),
        (HEAD + "ana,s,t,UTC,1,\nana,s,t,UTC,1,\n", "p.csv:3: id: got 'ana' again"),
        (HEAD + "ana,s,t,UTC,1\n", "p.csv:2: got fewer cells"),
        (HEAD + "ana,s,t,UTC,1,2026-08-03\n", "p.csv:2: leave: .*first/last"),
        (HEAD + "ana,s,t,UTC,1,2026-08-03/2026-08-01\n", "p.csv:2: leave: .*before it begins"),
        (HEAD + "ana,s,t,UTC,1,2026-02-30/2026-03-01\n", "p.csv:2: leave"),
        (HEAD + "a b,s,t,UTC,1,\n", "p.csv:2: id: got 'a b'"),
        ("", "p.csv:1: id: got no such column"),
        (HEAD + "ana,s\0,t,UTC,1,\n", r"p\.csv:2: segment: .*U\+0000"),
        (HEAD + f"ana,s,t,UTC,{'9' * 5000},\n", "p.csv:2: contacts: got '9{10,60}…;"),
        (HEAD + f"{'x' * 5000},s,t,UTC,1,\n", "p.csv:2: id: got 'x{10,60}…;"),
    ],
)
def test_whatever_is_wrong_is_told_with_its_cell(text: str, told: str) -> None:
    with pytest.raises(DocumentError, match=told) as caught:
        parse_file(text, "p.csv")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("cell", ["HR", "Hr", " hr "])
def test_roles_and_desks_are_the_same_in_capitals(cell: str) -> None:
    (row,) = parse_file(f"id,segment,team,timezone,contacts,role,desk\nana,s,t,UTC,1,{cell},Non-Desk\n").rows
    assert (row.role, row.desk) == ("hr", "non-desk")


@pytest.mark.parametrize("column", ["name", "email"])
@pytest.mark.parametrize("letter", ["\0", "\x07", "\x7f", "\ufffe"])
def test_what_no_database_can_hold_is_told_with_its_line(column: str, letter: str) -> None:
    text = f"id,segment,team,timezone,contacts,{column}\nana,s,t,UTC,1,A{letter}na\n"
    with pytest.raises(DocumentError, match=rf"p\.csv:2: {column}: got .*which is no text"):
        parse_file(text, "p.csv")


def test_people_of_a_text_are_those_of_its_file(tmp_path: Path) -> None:
    text = "id,segment,team,timezone,contacts\np1,sales,north,Europe/Berlin,9\n"
    (tmp_path / "people.csv").write_text(text, encoding="utf-8")
    assert parse_people(text) == parse_file(text).rows == load_people(tmp_path / "people.csv")
