"""Outputs are tried before the work begins: what cannot be written is one line, and nothing was computed for it."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rewards.outputs import check_place, written
from sims.cli import app

SMALL = Path(__file__).parents[3] / "examples" / "small.yaml"
NOWHERE = Path("/proc/none.json")
TOO_LONG = "n" * 300 + ".json"
LIVED = (
    "sims.ensemble.sweep.daily_outcomes",
    "sims.explanation.worlds.lived",
    "sims.comparison.assumptions.lived",
    "sims.forecasting.forecast.lived",
    "sims.rollout.power.lived",
    "sims.calibration.living.live",
)


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [*map(str, arguments)])


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lives a run fails the test."""

    def lived(*_: Any) -> Any:
        raise AssertionError("a run was lived before the output was tried")

    # Where it is called, and not where it is defined: a module that is first loaded by a command would keep this for good.
    for place in LIVED:
        monkeypatch.setattr(place, lived)


@pytest.mark.parametrize("out", [NOWHERE, Path("/nowhere/at.json"), Path("/tmp"), Path(TOO_LONG)])
@pytest.mark.parametrize(
    "asked",
    [
        ("simulate", SMALL, "--json"),
        ("compare", SMALL, SMALL, "--json"),
        ("explain", SMALL, SMALL, "--csv"),
        ("sweep", SMALL, "--lever", "points", "--json"),
        ("waterfall", SMALL, "--json"),
        ("forecast", SMALL, "--out"),
        ("score", SMALL, SMALL, "--json"),
        ("calibrate", SMALL, "--scenario", SMALL, "--out"),
        ("validate", "--json"),
        ("validate", "--page"),
        ("rollout", "design", SMALL, "--out"),
        ("rollout", "analyse", SMALL, "--json"),
        ("history", "export"),
        ("history", "show", SMALL, "--json"),
        ("replay", SMALL, "--json"),
        ("brought", "--json"),
    ],
    ids=lambda asked: " ".join(str(one) for one in asked if one != SMALL),
)
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    no_work: None, asked: tuple[object, ...], out: Path
) -> None:
    found = run(*asked, out)
    assert (found.exit_code, found.stdout) == (2, "")
    assert len(found.stderr.splitlines()) == 1
    assert str(out) in found.stderr


def test_one_file_for_two_outputs_is_refused(no_work: None, tmp_path: Path) -> None:
    out = tmp_path / "one.json"
    found = run(
        "rollout", "design", SMALL, "--design", "cluster", "--out", out, "--json", tmp_path / "." / "one.json"
    )
    assert (found.exit_code, "named for two outputs" in found.stderr) == (2, True)
    assert run("simulate", SMALL, "--events", "-").exit_code == 2
    assert not any(tmp_path.iterdir())


def test_a_folder_in_which_nothing_can_be_kept_is_refused(no_work: None, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "in", Path("/proc/kept")):
        found = run("simulate", SMALL, "--checkpoint", folder)
        assert (found.exit_code, len(found.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize(("ended", "code"), [(KeyboardInterrupt(), 130), (SystemExit(143), 143)])
@pytest.mark.parametrize(
    "asked", [("simulate", SMALL), ("compare", SMALL), ("sweep", SMALL, "--lever", "points")]
)
def test_whoever_ends_what_is_kept_is_told_how_it_goes_on(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    asked: tuple[object, ...],
    ended: BaseException,
    code: int,
) -> None:
    def interrupted(*_: Any) -> Any:
        raise ended

    monkeypatch.setattr("sims.ensemble.sweep.daily_outcomes", interrupted)
    more = ("--processes", 1, "--runs", 2, "--checkpoint", tmp_path / "kept")
    found = run(*asked, *more)
    told = f"groundswell: interrupted; what is done is kept in {tmp_path}/kept; the same command goes on from there"
    assert (found.exit_code, found.stderr.splitlines()[-1]) == (code, told)


def test_what_is_new_takes_no_place_of_a_file_that_came_meanwhile(tmp_path: Path) -> None:
    out = tmp_path / "new.json"
    check_place(out)

    def meanwhile() -> None:
        with written(out, new=True) as file:
            file.write(b"mine")
            out.write_text("theirs")

    with pytest.raises(FileExistsError, match=r"new\.json"):
        meanwhile()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("new.json", "theirs")]
