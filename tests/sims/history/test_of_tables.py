"""Another tool's table becomes a history, or one clear line says why it does not."""

from datetime import date
from pathlib import Path

import pytest

from rewards.document import DocumentError, load_document
from sims.history.columns import Columns
from sims.history.reading import read_history
from sims.history.series import ALL, History

TEN = "".join(f"2026-03-{day:02d},{day},{day * 3}\n" for day in range(2, 12))


def read(folder: Path, text: str, columns: str | None = None) -> History:
    path = folder / "table.csv"
    path.write_text(text)
    if columns is None:
        return read_history(path)
    (folder / "columns.yaml").write_text(columns)
    return read_history(path, folder / "columns.yaml")


def refused(folder: Path, text: str, columns: str | None = None) -> str:
    with pytest.raises(DocumentError) as told:
        read(folder, text, columns)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_ten_rows(tmp_path: Path) -> None:
    found = read(tmp_path, "Date,Shares,Clicks\n" + TEN)
    assert (found.first, found.last, found.every_days) == (date(2026, 3, 2), date(2026, 3, 11), 1)
    assert found.series[ALL]["shares"] == tuple(map(float, range(2, 12)))
    assert found.weekly("clicks") == [3.0 * sum(range(2, 9))]
    assert found.warnings == ()


def test_headings_of_a_tool_are_mapped_and_others_passed_over(tmp_path: Path) -> None:
    columns = (
        "{date: Day, shares: Posts published, clicks: Link clicks, date_format: '%m/%d/%Y', headcount: 40}"
    )
    text = "Day;Posts published;Impressions;Link clicks\n03/02/2026;4;900;12\n03/03/2026;0;0;1\n"
    found = read(tmp_path, text, columns)
    assert found.series[ALL] == {"shares": (4.0, 0.0), "clicks": (12.0, 1.0)}
    assert found.headcount == 40


def test_weekly_totals_alone_will_do(tmp_path: Path) -> None:
    found = read(tmp_path, "date,shares\n2026-W10,5\n2026-W11,7\n2026-W13,6\n")
    assert (found.every_days, found.periods, found.last) == (7, 4, date(2026, 3, 29))
    assert found.weekly("shares") == [5.0, 7.0, None, 6.0]
    assert "1 weeks in 1 gaps" in found.warnings[0]


def test_one_week_by_its_number_is_a_week(tmp_path: Path) -> None:
    found = read(tmp_path, "date,shares\n2026-W10,12\n")
    assert (found.every_days, found.periods, found.last.isoformat()) == (7, 1, "2026-03-08")
    assert read(tmp_path, "date,shares\n2026-03-02,12\n").every_days == 1


def test_zeros_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, "date,shares\n02.03.2026,0\n03.03.2026,0\n")
    assert found.series[ALL]["shares"] == (0.0, 0.0)
    assert "every value is zero" in found.warnings[0]


def test_gaps_are_not_known_unless_they_are_zeros(tmp_path: Path) -> None:
    text = "date,shares\n2026-03-02,1\n2026-03-03,2\n2026-03-06,4\n"
    assert read(tmp_path, text).series[ALL]["shares"] == (1.0, 2.0, None, None, 4.0)
    assert read(tmp_path, text, "missing: zero").series[ALL]["shares"] == (1.0, 2.0, 0.0, 0.0, 4.0)


def test_weekends_that_never_have_a_row_are_zero(tmp_path: Path) -> None:
    days = [day for day in range(2, 21) if date(2026, 3, day).weekday() < 5 and day != 11]
    found = read(tmp_path, "date,shares\n" + "".join(f"2026-03-{day:02d},1\n" for day in days))
    assert found.weekly("shares") == [5.0, None]
    assert found.series[ALL]["shares"][5:7] == (0.0, 0.0)


def test_a_blank_cell_is_no_zero(tmp_path: Path) -> None:
    found = read(tmp_path, "date,shares,clicks\n2026-03-02,1,\n2026-03-03,2,0\n")
    assert found.series[ALL]["clicks"] == (None, 0.0)


def test_duplicated_days(tmp_path: Path) -> None:
    same = read(tmp_path, "date,shares\n2026-03-02,1\n2026-03-02,1\n2026-03-03,2\n")
    assert same.series[ALL]["shares"] == (1.0, 2.0)
    assert "1 rows repeat another" in same.warnings[0]
    other = "date,shares\n2026-03-02,1\n2026-03-02,3\n"
    told = refused(tmp_path, other)
    assert "table.csv:3: date: got 2026-03-02" in told
    assert "`duplicates: add`" in told
    assert read(tmp_path, other, "duplicates: add").series[ALL]["shares"] == (4.0,)
    assert read(tmp_path, other, "duplicates: last").series[ALL]["shares"] == (3.0,)


def test_a_department_that_appears_half_way(tmp_path: Path) -> None:
    text = (
        "date,team,shares\n2026-03-02,a,1\n2026-03-03,a,2\n2026-03-04,a,3\n2026-03-04,b,9\n2026-03-05,b,5\n"
    )
    found = read(tmp_path, text)
    assert found.series["team=b"]["shares"] == (None, None, 9.0, 5.0)
    assert found.series["team=a"]["shares"] == (1.0, 2.0, 3.0, 0.0)
    assert found.series[ALL]["shares"] == (1.0, 2.0, 12.0, 5.0)
    assert any("team=b appears on 2026-03-04" in told for told in found.warnings)


def test_people_give_active_sharers(tmp_path: Path) -> None:
    text = "date,person,shares\n2026-03-02,ana,2\n2026-03-02,bo,0\n2026-03-03,bo,1\n"
    found = read(tmp_path, text)
    assert found.series[ALL]["active_sharers"] == (1.0, 1.0)
    assert set(found.series) == {ALL}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "got no such column"),
        ("date,shares\n", "got no rows"),
        ("date,impressions\n2026-03-02,5\n", "got no column that is counted"),
        ("date,shares\n03/02/2026,5\n", "date_format"),
        ("date,shares\n2026-02-30,5\n", "a date like 2026-03-02"),
        ("date,shares\n2026-03-02,-1\n", "a number from 0"),
        ("date,shares\n2026-03-02,nan\n", "a number from 0"),
        ("date,shares\n2026-03-02,many\n", "table.csv:2: shares: got 'many'"),
        ("date,shares,shares\n2026-03-02,1,2\n", "got the column twice"),
        ("date,shares\n1970-01-01,1\n2026-03-02,1\n", "at most 3660 days"),
    ],
)
def test_what_is_no_table_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    assert told in refused(tmp_path, text)


def test_columns_are_checked(tmp_path: Path) -> None:
    assert "'Posts': got no such column" in refused(tmp_path, "date,shares\n2026-03-02,1\n", "shares: Posts")
    with pytest.raises(DocumentError, match="stands for two columns"):
        load_document("{shares: A, clicks: A}", Columns)
    told = refused(tmp_path, "date,shares\n2026-03-02,1\n2026-03-05,1\n", "every: week")
    assert "no whole number of weeks" in told


def test_a_workbook(tmp_path: Path) -> None:
    from tests.rewards.workbook import workbook

    path = tmp_path / "table.xlsx"
    path.write_bytes(workbook([["date", "shares"], ["2026-03-02", "3"], ["2026-03-03", "4"]]))
    assert read_history(path).series[ALL]["shares"] == (3.0, 4.0)
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(DocumentError, match="damaged Excel workbook"):
        read_history(path)
