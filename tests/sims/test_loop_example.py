"""The whole circle, at small size: what the example tells is so."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "loop.py"
SECONDS = 900


@pytest.mark.timeout(SECONDS)
def test_once_around_the_posterior_forecasts_better_than_the_prior(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = ["--people", "30", "--weeks", "8", "--known", "5", "--runs", "400", "--folder", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), *small])
    # Its commands are forked from a process that has loaded the program.
    monkeypatch.setattr(subprocess, "run", lambda typed, *, cwd, env, **_: run(typed[1:], cwd=cwd, env=env))
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    printed = capsys.readouterr().out
    # Everybody's acts came through the API, and the ledger's history has as many shares as the truth had.
    seen = json.loads((tmp_path / "lived-through.json").read_text("utf-8"))
    lived = [json.loads(line) for line in (tmp_path / "lived.jsonl").read_text("utf-8").splitlines()]
    shares = sum(one["type"].endswith("share") for one in lived)
    assert sum(value or 0 for value in seen["series"]["all"]["shares"]) == shares > 0
    forecasts = [
        json.loads((tmp_path / f"{name}-forecast.json").read_text("utf-8")) for name in ("prior", "posterior")
    ]
    assert [one["provenance"]["cut_off"] for one in forecasts] == [None, "2026-02-08"]
    assert [one["weeks"] for one in forecasts] == [8, 3]
    found = json.loads((tmp_path / "loop.json").read_text("utf-8"))
    assert found["posterior"]["shares"] < found["prior"]["shares"]
    assert re.search(r"^chosen: (clicks|recognition|none)", printed, re.MULTILINE)
