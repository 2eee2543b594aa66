"""`groundswell history`: from a table, from events, from a database; bad input in one line."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sims.cli import app

LINE = {
    "specversion": "1.0", "id": "e1", "source": "test", "type": "org.groundswell.share", "subject": "ana",
    "time": "2026-03-02T09:00:00Z", "data": {"quantity": 2},
}  # fmt: skip


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["history", *map(str, arguments)])


def test_a_table_to_json_and_csv_and_back(tmp_path: Path) -> None:
    table, saved, tidy = tmp_path / "t.csv", tmp_path / "h.json", tmp_path / "h.csv"
    table.write_text("date,team,shares\n2026-03-02,=a,3\n2026-03-03,=a,\n")
    found = run("export", saved, "--from", table)
    assert found.exit_code == 0, found.stderr
    assert "note: 1 blank cell: not known" in found.stdout
    assert run("export", tidy, "--from", saved).exit_code == 0
    rows = list(csv.DictReader(tidy.read_text().splitlines()))
    assert rows[0] == {"date": "2026-03-02", "split": "all", "measure": "shares", "value": "3"}
    assert rows[-1]["value"] == ""
    again = run("show", saved, "--json", "-")
    assert json.loads(again.stdout) == json.loads(saved.read_text())


def test_a_history_without_measures_says_so(tmp_path: Path) -> None:
    saved = tmp_path / "h.json"
    saved.write_text(
        json.dumps({"source": "table", "first": "2026-03-02", "periods": 1, "series": {"all": {}}})
    )
    told = run("show", saved).stdout.splitlines()
    assert told == ["1 day from 2026-03-02 to 2026-03-02, 0 groups", "nothing is counted in it"]


def test_events_with_people_and_arms(tmp_path: Path) -> None:
    events, people, arms = tmp_path / "e.jsonl", tmp_path / "p.csv", tmp_path / "a.csv"
    events.write_text(json.dumps(LINE) + "\n")
    people.write_text("id,segment,team,timezone,contacts\nana,sales,s1,Europe/Madrid,100\n")
    arms.write_text("id,arm\nana,pilot\n")
    found = run("show", events, "--people", people, "--arms", arms, "--json", "-")
    assert found.exit_code == 0, found.stderr
    series = json.loads(found.stdout)["series"]
    assert list(series) == ["all", "arm=pilot", "contacts=q1", "segment=sales", "team=s1"]
    assert series["arm=pilot"]["shares"] == [2.0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["show", "nowhere.csv"], "nowhere.csv"),
        (["show", "nowhere.jsonl"], "nowhere.jsonl"),
        (["show", "nowhere.json"], "nowhere.json"),
        (["show", "photo.png"], ".jsonl, .csv and .xlsx are read"),
        (["show", "e.jsonl", "--columns", "c.yaml"], "columns belong to tables"),
        (["show", "t.csv", "--people", "p.csv"], "people and arms to events"),
        (["show", "e.jsonl", "--arms", "a.csv"], "name both"),
        (["show", "t.csv", "--until", "2026-01-01"], "leave it out"),
        (["show", "sqlite:///nowhere.sqlite"], "nowhere.sqlite"),
        (["show", "bad.json"], "bad.json:1"),
        (["show", "other.json"], "other.json:1"),
        (["show", "short.json"], "one for each of 2 periods"),
        (["export", "out.xlsx", "--from", "t.csv"], ".json or as .csv"),
        (["export", "out.json", "--from", "empty.jsonl"], "at least one"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("e.jsonl").write_text(json.dumps(LINE) + "\n")
    Path("empty.jsonl").write_text("")
    Path("t.csv").write_text("date,shares\n2026-03-02,3\n")
    Path("bad.json").write_text("[[[")
    Path("other.json").write_text("[1]")
    short = {"source": "table", "first": "2026-03-02", "periods": 2, "series": {"all": {"shares": [1]}}}
    Path("short.json").write_text(json.dumps(short))
    found = run(*arguments)
    assert (found.exit_code, found.stderr.count("\n")) == (2, 1), found.stderr
    assert told in found.stderr


def test_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'p.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    people = tmp_path / "people.csv"
    people.write_text("id,segment,team,timezone,contacts\nana,sales,s1,Europe/Madrid,100\n")
    made = CliRunner().invoke(app, ["init", "--people", str(people), "--template", "clicks"])
    assert made.exit_code == 0, made.stderr
    found = run("show")
    assert (found.exit_code, "got no event" in found.stderr) == (2, True)
    assert "nobody" in run("show", "--organisation", "nobody").stderr
    assert "a date like" in run("show", "--until", "soon").stderr


def test_weekly_totals_of_another_tool_as_csv_week_by_week(tmp_path: Path) -> None:
    table, tidy = tmp_path / "t.csv", tmp_path / "h.csv"
    table.write_text(
        "Tool X;;;\nKalenderwoche;Abteilung;Beiträge;Kosten\nKW 10/2026;a;1.234.567;40,50\nKW 12/2026;a;2;\nKW 12/2026;b;3;1,5\n"
        "Summe;;1.234.572;42\n"
    )
    columns = tmp_path / "c.yaml"
    columns.write_text("{date: Kalenderwoche, segment: Abteilung, shares: Beiträge, spend: Kosten}")
    found = run("export", tidy, "--from", table, "--columns", columns)
    assert found.exit_code == 0, found.stderr
    assert tidy.read_text().splitlines() == [
        "date,split,measure,value",
        *("2026-03-02,all,shares,1234567", "2026-03-02,all,spend,40.5"),
        *("2026-03-02,segment=a,shares,1234567", "2026-03-02,segment=a,spend,40.5"),
        *("2026-03-02,segment=b,shares,", "2026-03-02,segment=b,spend,"),
        # A week without a row is not known.
        *("2026-03-09,all,shares,", "2026-03-09,all,spend,"),
        *("2026-03-09,segment=a,shares,", "2026-03-09,segment=a,spend,"),
        *("2026-03-09,segment=b,shares,", "2026-03-09,segment=b,spend,"),
        *("2026-03-16,all,shares,5", "2026-03-16,all,spend,1.5"),
        *("2026-03-16,segment=a,shares,2", "2026-03-16,segment=a,spend,"),
        *("2026-03-16,segment=b,shares,3", "2026-03-16,segment=b,spend,1.5"),
    ]
