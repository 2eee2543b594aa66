"""Every command that simulates takes a posterior, goes by it, and says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sims.cli import app

POSTERIOR = {"names": ["opportunities_per_week", "peer_premium"], "values": [[0.5, 1.0], [0.6, 1.2]]}
ALONE = ("--processes", "1")
COMMANDS = {
    "simulate": ["--runs", "2", *ALONE],
    "compare": ["--runs", "2", *ALONE],
    "sweep": ["--lever", "strictness", "--steps", "3", "--runs", "2", *ALONE],
    "waterfall": [],
    "explain": ["--runs", "1", "--mechanisms", "fear", *ALONE],
}


def run(*typed: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in typed])


@pytest.fixture
def posterior(tmp_path: Path) -> Path:
    path = tmp_path / "posterior.json"
    path.write_text(json.dumps(POSTERIOR))
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_it_goes_by_it_and_says_so(command: str, small_file: Path, posterior: Path, tmp_path: Path) -> None:
    files = [small_file]
    if command == "explain":
        other = small_file.with_name("other.yaml")
        other.write_text(small_file.read_text().replace("name: ", "name: other-", 1))
        files.append(other)
    asked = [command, *files, *COMMANDS[command], "--json"]
    plain, own = tmp_path / "plain.json", tmp_path / "own.json"
    assert run(*asked, plain).exit_code == 0
    done = run(*asked, own, "--posterior", posterior)
    assert done.exit_code == 0, done.stderr
    assert "note: parameters are 2 vectors of a calibrated posterior" in done.stderr
    assert "2 vectors of a calibrated posterior" in own.read_text()
    assert "calibrated posterior" not in plain.read_text()
    if command != "explain":
        assert _numbers(own) != _numbers(plain)
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    refused = run(*asked, "-", "--posterior", broken)
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)


def _numbers(path: Path) -> object:
    body = json.loads(path.read_text())
    return {name: value for name, value in body.items() if name not in ("provenance", "warnings")}
