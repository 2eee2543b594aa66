"""The committed people file is what its generator writes, and is as varied as the examples claim."""

import csv
import io
import runpy
import statistics
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((EXAMPLES / "people-midsize.csv").read_text("utf-8"))))


def test_the_file_is_what_the_generator_writes() -> None:
    made = runpy.run_path(str(EXAMPLES / "make_people.py"))
    assert made["text"](made["people"]()) == (EXAMPLES / "people-midsize.csv").read_text("utf-8")


def test_five_hundred_people_of_every_kind() -> None:
    people = rows()
    assert len({row["id"] for row in people}) == 500
    assert len({row["timezone"] for row in people}) >= 4
    assert len({row["segment"] for row in people}) >= 4
    assert {row["role"] for row in people} == {"employee", "hr", "strategist"}
    assert sum(row["desk"] == "non-desk" for row in people) >= 100
    assert sum(float(row["hours_share"]) < 1 for row in people) >= 50
    assert 190 <= statistics.median(int(row["contacts"]) for row in people) <= 500
