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
    assert "1 week without a row" in found.warnings[0]


def test_one_week_by_its_number_is_a_week(tmp_path: Path) -> None:
    found = read(tmp_path, "date,shares\n2026-W10,12\n")
    assert (found.every_days, found.periods, found.last.isoformat()) == (7, 1, "2026-03-08")
    alone = read(tmp_path, "date,shares\n2026-03-02,12\n")
    assert (alone.every_days, "`every: week`" in alone.warnings[0]) == (1, True)
    assert read(tmp_path, "date,shares\n2026-03-02,12\n", "every: week").warnings == ()
    assert read(tmp_path, "date,shares\n2026-03-02,12\n", "every: day").warnings == ()


def test_numbers_of_a_saved_history_have_a_limit(tmp_path: Path) -> None:
    body = read(tmp_path, "date,shares\n2026-W10,5\n2026-W11,7\n").model_dump_json()
    path = tmp_path / "saved.json"
    path.write_text(body.replace("5.0", "1e308"))
    with pytest.raises(
        DocumentError, match=r"saved\.json:1: series\.all\.shares\.0: got 1e\+308; must be 1e\+18 or less"
    ):
        read_history(path)


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
    assert "1 row the same as another" in same.warnings[0]
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
    notes: list[list[str | float | None]] = [["Report", None], ["made by", "us"]]
    path.write_bytes(workbook(notes, Data=[["date", "shares"], [46083, 3]], Old=[["date"], [46000]]))
    found = read_history(path)
    assert (found.series[ALL]["shares"], found.warnings[0]) == (
        (3.0,),
        "of several sheets 'Data' is read, and not People, Old",
    )
    path.write_bytes(workbook([["date", "shares"], [46083, "=A1"], [46084, "=A2"]]))
    with pytest.raises(DocumentError, match="shares: got blank cells alone"):
        read_history(path)
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(DocumentError, match="damaged Excel workbook"):
        read_history(path)


def shares(found: History) -> tuple[float | None, ...]:
    return found.series[ALL]["shares"]


def test_numbers_are_read_by_what_all_of_them_say(tmp_path: Path) -> None:
    german = read(tmp_path, "date;shares;spend\n02.03.2026;1.240;40,50\n03.03.2026;9;1.031,25\n")
    assert (shares(german), german.series[ALL]["spend"]) == ((1240.0, 9.0), (40.5, 1031.25))
    assert any("a comma before the tenths" in told for told in german.warnings)
    english = read(tmp_path, 'date,shares,spend\n2026-03-02,"1,240",€40.50\n2026-03-03,9,"1,031.25"\n')
    assert english.series[ALL] == german.series[ALL]
    spaced = read(tmp_path, "date;shares\n2026-03-02;1\u00a0240\n2026-03-03;1'240\n2026-03-04;1 240\n")
    assert shares(spaced) == (1240.0, 1240.0, 1240.0)
    # Counts are whole: what may be either is of thousands, and that is told.
    counts = read(tmp_path, "date;shares\n2026-03-02;1.240\n2026-03-03;9\n")
    assert (shares(counts), "read as thousands: 1240" in counts.warnings[0]) == ((1240.0, 9.0), True)
    told = read(tmp_path, "date;shares\n2026-03-02;1.240\n2026-03-03;9\n", "decimal: point")
    assert (shares(told), "1 count with a fraction" in told.warnings[0]) == ((1.24, 9.0), True)
    assert "`decimal: comma`" in refused(tmp_path, "date;shares;spend\n2026-03-02;3;1.240\n")
    assert "'1,5'" in refused(tmp_path, 'date,shares,spend\n2026-03-02,3,2.5\n2026-03-03,3,"1,5"\n')
    assert "'2.5'" in refused(tmp_path, 'date,shares,spend\n2026-03-02,3,"1,5"\n2026-03-03,3,2.5\n')


def test_what_stands_above_the_headings_is_passed_over(tmp_path: Path) -> None:
    title = "Export;;\nMarch 2026;;\nDatum;Beiträge;Klicks\n2026-03-02;1;2\n2026-03-03;2;3\n"
    found = read(tmp_path, title, "{date: Datum, shares: Beiträge, clicks: Klicks}")
    assert found.series[ALL] == {"shares": (1.0, 2.0), "clicks": (2.0, 3.0)}
    assert "2 rows above the headings" in found.warnings[0]
    # Merged cells are written once: in the row above, and in the first row of a date.
    merged = "date,Sharing,,\n,shares,active_sharers,\n2026-03-02,3,1,\n"
    assert read(tmp_path, merged).series[ALL] == {"active_sharers": (1.0,), "shares": (3.0,)}
    told = refused(tmp_path, "date,team,shares\n2026-03-02,a,1\n,b,2\n2026-03-03,a,1\n,b,2\n")
    assert "table.csv:3: date: got an empty cell" in told


@pytest.mark.parametrize(
    "last",
    [
        "Total,3,5\n",
        "Summe:,3,5\n",
        ",3,5\n",
        "Source: a tool,,\n",
        ",,\nTotal,,\n",
        "Grand Total,3,5\nSource,,\n",
    ],
)
def test_sums_and_notes_are_no_days(tmp_path: Path, last: str) -> None:
    found = read(tmp_path, "date,shares,clicks\n2026-03-02,1,2\n2026-03-03,2,3\n" + last)
    assert found.series[ALL] == {"shares": (1.0, 2.0), "clicks": (2.0, 3.0)}


def test_a_last_row_without_a_date_that_is_no_sum_is_refused(tmp_path: Path) -> None:
    text = "date,shares,clicks\n2026-03-02,1,2\n2026-03-03,2,3\n,7,5\n"
    assert "table.csv:4: date: got an empty cell" in refused(tmp_path, text)
    assert "remove the row" in refused(tmp_path, text.replace("\n,7", "\nall,7"))


def test_a_group_of_sums_is_not_added_to_the_others(tmp_path: Path) -> None:
    found = read(tmp_path, "date,team,shares\n2026-03-02,a,1\n2026-03-02,b,2\n2026-03-02,Total,3\n")
    assert (shares(found), set(found.series)) == ((3.0,), {ALL, "team=a", "team=b"})
    assert shares(read(tmp_path, "date,team,shares\n2026-03-02,Total,3\n")) == (3.0,)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-W10",
        "2026W10",
        "KW 10/2026",
        "2026 KW 10",
        "W10 2026",
        "Week 10, 2026",
        "2026-CW10",
        "KW10-2026",
    ],
)
def test_weeks_by_their_numbers(tmp_path: Path, cell: str) -> None:
    found = read(tmp_path, f'date,shares\n"{cell}",12\n')
    assert (found.first, found.every_days) == (date(2026, 3, 2), 7)


@pytest.mark.parametrize(
    "cell", ["2.3.26", "02.03.2026", "02.03.2026 00:00", "2026/3/2", "2026-03-02T10:00", "46083"]
)
def test_days_however_they_are_written(tmp_path: Path, cell: str) -> None:
    assert read(tmp_path, f"date,shares\n{cell},12\n").first == date(2026, 3, 2)


def test_months_are_neither_days_nor_weeks(tmp_path: Path) -> None:
    text = "date,shares\n2026-01-01,10\n2026-02-01,20\n2026-03-01,30\n"
    assert "bring weeks" in refused(tmp_path, text)
    # A day of the week that never has a row is a day off only where the other days mostly have one.
    assert sum(value is not None for value in shares(read(tmp_path, text, "every: day"))) == 3
    two = read(tmp_path, "date,shares\n2026-03-02,1\n2026-03-04,1\n2026-03-15,2\n")
    assert sum(value is not None for value in shares(two)) == 3


def test_a_workbook_whose_dates_are_numbers(tmp_path: Path) -> None:
    from tests.rewards.workbook import workbook

    path = tmp_path / "table.xlsx"
    rows: list[list[str | float | None]] = [
        ["Export", None, None],
        ["date", "shares", None],
        [46083, 3, None],
    ]
    path.write_bytes(workbook([*rows, [46084, 4.0, None], ["Total", 7, None]]))
    found = read_history(path)
    assert (found.first, shares(found)) == (date(2026, 3, 2), (3.0, 4.0))


def test_headings_that_are_not_known_are_guessed_in_the_line_that_refuses(tmp_path: Path) -> None:
    told = refused(tmp_path, "Datum;Beiträge;Klicks\n02.03.2026;12;40\n")
    assert "perhaps {date: Datum, shares: Beiträge, clicks: Klicks}" in told


@pytest.mark.parametrize(
    ("first", "second", "tells"),
    [
        ("02/03/2026", "16/03/2026", "dates have the day first, as 16/03/2026 tells"),
        ("03/02/26", "03/16/26", "dates have the month first, as 03/16/26 tells"),
        ("2-3-2026 9:30", "16-3-2026 23:59:59", "dates have the day first, as 16-3-2026 23:59:59 tells"),
        ("3/2/2026 9:30 PM", "3/16/2026 10:00 am", "dates have the month first, as 3/16/2026 10:00 am tells"),
        ("2. März 2026", "16. Mrz 26", ""),
        ("2 mars 2026", "16 mars 2026", ""),
        ("Montag, 2. März 2026", "Mo, 16. März 2026", ""),
        ("Mar 2, 2026", "March 16, 2026", ""),
        ("2-Mar-26", "16-Mar-26", ""),
        ("2026-03-02 - 2026-03-08", "2026-03-16 - 2026-03-22", ""),
        ("02.03.2026 – 08.03.2026", "16.03.2026 – 22.03.2026", ""),
        ("S10 2026", "Semaine 12, 2026", ""),
    ],
)
def test_dates_are_read_by_what_all_of_them_tell(tmp_path: Path, first: str, second: str, tells: str) -> None:
    text = f'date,shares\n"{first}",3\n"{second}",4\n'
    found = read(tmp_path, text)
    assert (found.first, shares(found)) == (date(2026, 3, 2), (3.0, None, 4.0))
    assert tells in ("", found.warnings[0])


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("02/03/2026", "09/03/2026", "no date of the table tells whether the day or the month stands first"),
        ("13/03/2026", "03/14/2026", "of 13/03/2026 and 03/14/2026 one has the day first and one the month"),
        ("31/02/2026", "16/03/2026", "got '31/02/2026'; a date like"),
        ("2 jui 2026", "9 jui 2026", "a date like 2026-03-02"),
        ("2026-03-02 - 2026-03-31", "2026-04-01 - 2026-04-30", "a date like 2026-03-02"),
    ],
)
def test_dates_of_which_nothing_tells_what_is_what_are_refused(
    tmp_path: Path, first: str, second: str, told: str
) -> None:
    assert told in refused(tmp_path, f'date,shares\n"{first}",3\n"{second}",4\n')


def test_rows_that_say_the_same_of_two_posts_are_not_one(tmp_path: Path) -> None:
    text = "date,network,clicks\n2026-03-02,LinkedIn,3\n2026-03-02,X,3\n"
    assert "on a row that is not the same as line 2" in refused(tmp_path, text)
    assert read(tmp_path, text, "duplicates: add").series[ALL]["clicks"] == (6.0,)
    hours = "date,person,shares\n2026-03-02T09:30,ana,1\n2026-03-02T19:30,ana,1\n"
    assert "on a row that is not the same as line 2" in refused(tmp_path, hours)


def test_what_tools_write_for_nothing_known_is_blank(tmp_path: Path) -> None:
    found = read(tmp_path, "date,shares,clicks\n2026-03-02,3,-\n2026-03-09,4,n/a\n2026-03-16,5,6\n")
    assert found.series[ALL]["clicks"] == (None, None, 6.0)
    assert "2 blank cells: not known, and no zeros" in found.warnings


def test_names_that_differ_by_capitals_and_spaces_are_one(tmp_path: Path) -> None:
    found = read(tmp_path, "date,team,shares\n2026-03-02,Sales,3\n2026-03-02,Labs,1\n2026-03-09,sales ,2\n")
    assert found.series["team=Sales"]["shares"] == (3.0, 2.0)
    assert set(found.series) == {ALL, "team=Sales", "team=Labs"}
    assert any("taken for 'Sales'" in told for told in found.warnings)


def test_rows_of_nobody_are_counted_in_whole_alone(tmp_path: Path) -> None:
    found = read(tmp_path, "date,person,shares\n2026-03-02,ana,2\n2026-03-02,,4\n2026-03-03,,1\n")
    assert found.series[ALL]["shares"] == (6.0, 1.0)
    assert found.series[ALL]["active_sharers"] == (1.0, 0.0)
    assert "2 rows of nobody: counted, but not among the people who shared" in found.warnings
