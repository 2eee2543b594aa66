"""`groundswell sweep`: the curve, where it turns, and input that cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sims.cli import app

SCENARIO = """name: small
organisation:
  headcount: 30
  audience: {size: 300}
  corporate_accounts: [{followers: 200, posts_per_week: 3}]
horizon_days: 28
burn_in_days: 7
"""


def sweep(tmp_path: Path, *rest: str) -> int:
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO, "utf-8")
    with pytest.raises(SystemExit) as ended:
        app(["sweep", str(path), "--runs", "4", "--processes", "1", *rest])
    return int(ended.value.code or 0)


def test_the_curve_and_where_it_turns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.json"
    asked = ("--lever", "page-posts", "--least", "0", "--most", "6", "--steps", "3", "--json", str(out))
    assert sweep(tmp_path, *asked) == 0
    first = out.read_bytes()
    text = capsys.readouterr().out
    assert "the sign turns: beyond 3 (80 %: 3 to 3; 100% of resampled runs turn)" in text
    assert "one more brings less: nowhere from 0 to 6" in text
    body = json.loads(first)
    assert [one["setting"] for one in body["scenarios"][1:]] == [0.0, 3.0, 6.0]
    assert body["provenance"]["runs"] == 4
    assert sweep(tmp_path, *asked) == 0
    assert out.read_bytes() == first


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (("--lever", "colour"), "lever 'colour'; known are strictness"),
        (("--lever", "strictness", "--most", "3"), "limit 0 to 1"),
        (("--lever", "strictness", "--steps", "2"), "steps"),
        (("--lever", "points"), "no phase has a scheme that gives points"),
        (("--lever", "reminders"), "no phase has a tool"),
    ],
)
def test_what_cannot_be_swept_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rest: tuple[str, ...], words: str
) -> None:
    assert sweep(tmp_path, *rest) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
