"""The file of what is lived: whole lines alone count, of one question, and of one calibration at a time."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from sims.calibration.keeping import Kept
from sims.calibration.series import CalibrationError

ONE, OTHER = sha256(b"one").hexdigest(), sha256(b"other").hexdigest()
VALUES = np.array([[0.1, 1.0 / 3.0], [1e-300, 12345.678901234567]])


def kept(path: Path, count: int) -> None:
    file = Kept(path, ONE)
    file.add([((at, f"digest{at}"), VALUES * at) for at in range(count)])
    file.close()


def test_what_was_kept_is_read_to_the_bit_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "p.partial"
    kept(path, 3)
    again = Kept(path, ONE)
    assert [*again.found] == [(0, "digest0"), (1, "digest1"), (2, "digest2")]
    assert (again.found[2, "digest2"] == VALUES * 2).all()
    again.add([((7, "x"), VALUES)])
    again.close()
    last = Kept(path, ONE)
    assert (len(last.found), last.damaged) == (4, 0)
    last.close()


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_line_that_was_not_written_to_its_end_is_none_and_the_next_begins_anew(
    tmp_path: Path, cut: int
) -> None:
    path = tmp_path / "p.partial"
    kept(path, 3)
    path.write_bytes(path.read_bytes()[:-cut])
    again = Kept(path, ONE)
    assert (len(again.found), again.damaged) == (2, 0)
    again.add([((2, "digest2"), VALUES)])
    again.close()
    whole = Kept(path, ONE)
    assert (len(whole.found), whole.damaged) == (3, 0)
    whole.close()


@pytest.mark.parametrize("left", [b"", ONE.encode()[:17], ONE.encode()])
def test_a_file_whose_name_was_not_written_to_its_end_begins_anew(tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "p.partial"
    path.write_bytes(left)
    kept(path, 2)
    again = Kept(path, ONE)
    assert len(again.found) == 2
    again.close()


def test_a_number_that_changed_on_the_disk_is_no_run(tmp_path: Path) -> None:
    path = tmp_path / "p.partial"
    kept(path, 3)
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2].replace(b"0.1", b"0.2")
    path.write_bytes(b"\n".join([*lines[:3], b"\xff\x00", b"", *lines[3:]]))
    again = Kept(path, ONE)
    assert ([run for run, _ in again.found], again.damaged) == ([0, 2], 3)
    again.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{OTHER}\na\nb\n", "holds 2 runs of another calibration"),
        ("my notes\n", "no file of an interrupted calibration"),
        ("my notes", "no file of an interrupted calibration"),
        ("\n", "no file of an interrupted calibration"),
    ],
)
def test_what_is_of_something_else_is_left_alone(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "p.partial"
    path.write_text(text)
    with pytest.raises(CalibrationError, match=told):
        Kept(path, ONE)
    assert path.read_text() == text


def test_two_at_once_do_not_write_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "p.partial"
    first = Kept(path, ONE)
    with pytest.raises(CalibrationError, match="another calibration is at work on it"):
        Kept(path, ONE)
    first.close()
    Kept(path, ONE).close()
