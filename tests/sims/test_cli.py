"""The command line: exit codes, one line for bad input, JSON, and an example in every help text."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sims.cli import app

COMMANDS = ["simulate", "compare", "sweep", "waterfall", "replay", "init", "rehearse", "post", "doctor"]
DB_COMMANDS = ["upgrade", "verify", "rebuild", "backup", "restore"]
runner = CliRunner()


def one_line(text: str) -> str:
    assert text.startswith("groundswell: ")
    assert text.count("\n") == 1, text
    return text


@pytest.mark.parametrize("command", [[name] for name in COMMANDS] + [["db", name] for name in DB_COMMANDS])
def test_every_help_has_an_example(command: list[str]) -> None:
    found = runner.invoke(app, [*command, "--help"])
    assert found.exit_code == 0
    assert "Example:" in found.stdout


def test_simulate_writes_json_and_a_table(small_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    found = runner.invoke(
        app, ["simulate", str(small_file), "--runs", "2", "--seed", "5", "--json", str(out)]
    )
    assert found.exit_code == 0
    assert "2 runs of 14 days, seed 5" in found.stdout
    body = json.loads(out.read_text("utf-8"))
    assert (body["kind"], body["provenance"]["seed"], body["provenance"]["runs"]) == ("simulation", 5, 2)
    assert str(tmp_path) not in out.read_text("utf-8")


def test_json_on_standard_output_is_alone_there(small_file: Path) -> None:
    found = runner.invoke(app, ["compare", str(small_file), "--runs", "1", "--json", "-"])
    assert json.loads(found.stdout)["kind"] == "comparison"


def test_waterfall_prints_the_essays_figures(examples: Path) -> None:
    found = runner.invoke(app, ["waterfall", str(examples / "essay.yaml")])
    assert found.exit_code == 0
    for figure in ("50", "5,000", "200,000", "600,000", "250,000", "2,500,000"):
        assert f" {figure}  " in found.stdout


def test_compare_says_which_scheme_and_why(small_file: Path) -> None:
    found = runner.invoke(app, ["compare", str(small_file), "--runs", "2"])
    assert found.exit_code == 0
    assert "Choice: " in found.stdout
    assert "small minus nothing" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["simulate", "missing.yaml"], "missing.yaml"),
        (["simulate", "{small}", "--runs", "0"], "runs: got 0; it must be 1 to 100000"),
        (["simulate", "{small}", "--runs", "few"], "--runs"),
        (["simulate", "{small}", "--seed", "-1"], "seed: got -1"),
        (["simulate", "{small}", "--processes", "0"], "processes: got 0"),
        (["simulate", "{small}", "--json", "/no/such/folder/out.json"], "existing folder"),
        (["simulate"], "SCENARIO.yaml"),
        (["compare", "{small}", "{small}"], "names must differ"),
        (["compare", "{small}", "--assumptions", "--at-defaults"], "leave one out"),
        (["replay", "missing.jsonl", "--scheme", "{scheme}"], "missing.jsonl"),
        (["post", "missing.jsonl", "--token", "t"], "missing.jsonl"),
        (["post", "missing.jsonl"], "--token: got none"),
        (["init", "--people", "missing.csv", "--scheme", "{scheme}"], "missing.csv"),
        (["nonsense"], "nonsense"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(small_file: Path, arguments: list[str], words: str) -> None:
    filled = [each.format(small=small_file, scheme=small_file.with_name("points.yaml")) for each in arguments]
    found = runner.invoke(app, filled)
    assert found.exit_code == 2
    assert words in one_line(found.stderr)


def test_a_rival_package_stops_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    from sims.commands import console
    from sims.doctor import Clash

    monkeypatch.setattr(console, "package_clashes", lambda: [Clash("web", "the distribution 'rival'")])
    found = runner.invoke(app, ["doctor"])
    assert found.exit_code == 2
    assert "package name 'web' is also claimed by the distribution 'rival'" in one_line(found.stderr)


def test_importing_the_command_line_loads_no_model() -> None:
    code = (
        "import sys, sims, sims.cli, sims.reports.stored, sims.demo.demo; "
        "heavy = {'mesa', 'numba', 'pandas', 'agents.model'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_documented_names_are_there() -> None:
    import sims
    import sims.comparison.comparison

    assert callable(sims.compare)
    assert callable(sims.simulate)
    assert sims.Scenario.load
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = sims.nonsense
