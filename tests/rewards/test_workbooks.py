"""Excel workbooks are read as they look, and refused in one line where they cannot be."""

import io
import zipfile

import pytest

import rewards.workbooks
from rewards.sheets import SheetError
from rewards.workbooks import is_workbook, sheet_of
from tests.rewards.workbook import workbook


def test_cells_read_as_they_look() -> None:
    data = workbook(
        [["Id", "Contacts", "Share"], [10023.0, 150, 0.8], [], ["e-2", None, "80 %"], [" a  b ", 1e3, "ä<&"]]
    )
    assert is_workbook(data)
    assert sheet_of(data) == [
        (1, ["Id", "Contacts", "Share"]),
        (2, ["10023", "150", "0.8"]),
        (4, ["e-2", "", "80 %"]),
        (5, ["a b", "1000", "ä<&"]),
    ]


def test_what_is_no_workbook_is_said_in_one_line() -> None:
    whole = workbook([["Id"], ["a"]])
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as packed:
        packed.writestr("word/document.xml", "<x/>")
    bad = (
        whole[:200],
        whole[:-60],
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\x00" * 5000,
        empty.getvalue(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    )
    for data in bad:
        with pytest.raises(SheetError) as caught:
            sheet_of(data)
        assert "save" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_small_file_that_unpacks_to_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewards.workbooks, "MOST_UNPACKED_BYTES", 1 << 20)
    bomb = workbook([["Id"], ["x" * (3 << 20)]])
    assert len(bomb) < 1 << 16
    with pytest.raises(SheetError, match="unpacks to more than"):
        sheet_of(bomb)
