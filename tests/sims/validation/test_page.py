"""The page, its plots and the command, on made-up verdicts."""

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from sims.validation import validate as protocol
from sims.validation.page import page, verdict_table, write_page
from sims.validation.plots import number, span, svg_of
from sims.validation.validate import TARGETS, BandCheck, judge, passed

ROOT = Path(__file__).parents[3]


def verdicts() -> list[BandCheck]:
    """Every target in the middle of its band but one, whose sign is wrong."""
    found = []
    for target in TARGETS:
        middle = (target.low + target.high) / 2.0
        values = middle + 0.01 * (target.high - target.low) * np.linspace(-1.0, 1.0, 20)
        found.append(judge(target, values if target.key != 17 else -values))
    return found


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (0.01234, "0.0123"), (-1.5, "−1.50"), (23.456, "23.5"), (1234.5, "1234")]
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_plots_are_sound_and_say_what_they_show() -> None:
    drawn = svg_of([v for v in verdicts() if v.key in (12, 13, 17)])
    root = ElementTree.fromstring(drawn)
    assert "Unexpected praise" in root.attrib["aria-label"]
    assert drawn.count("fail") == 1


def test_an_axis_reaches_from_the_results_to_the_near_edges_of_the_band() -> None:
    target = next(t for t in TARGETS if t.key == 13)
    low, high = span(judge(target, np.linspace(-0.10, -0.02, 50)))
    assert low < -0.10
    assert -0.02 < high < 0.5 < target.high


def test_the_page_has_a_section_and_a_plot_for_every_target(tmp_path: Path) -> None:
    write_page(tmp_path / "validation.md", verdicts(), 1)
    text = (tmp_path / "validation.md").read_text("utf-8")
    for target in passed(verdicts()):
        assert f"### {target}. " in text
        assert (tmp_path / "validation" / f"{target:02d}.svg").is_file()
    assert "**fail**" in text
    assert "the sign holds in 0.0% of the replicates only" in text
    assert "22 of 23 targets pass" in text


def test_a_median_outside_its_band_is_the_reason_of_a_failure() -> None:
    [target] = [target for target in TARGETS if target.key == 13]
    wide = judge(target, np.linspace(target.low - 0.4, target.low + 0.2, 21))
    text = page([wide], 1)
    assert f"fails: the median {number(wide.median)} lies below the band." in text


def test_the_page_in_the_docs_has_the_plots_it_names() -> None:
    text = (ROOT / "docs" / "validation.md").read_text("utf-8")
    for target in passed(verdicts()):
        assert f"(validation/{target:02d}.svg)" in text
        assert (ROOT / "docs" / "validation" / f"{target:02d}.svg").is_file()


def test_the_same_verdicts_give_the_same_page() -> None:
    assert page(verdicts(), 1) == page(verdicts(), 1)
    assert "22 of 23 targets pass" in verdict_table(verdicts())


def test_the_command_ends_in_a_finding_when_a_target_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import typer

    from sims.commands.checking import validate

    monkeypatch.setattr(protocol, "validate", lambda *given: verdicts())
    app = typer.Typer()
    app.command()(validate)
    done = CliRunner().invoke(app, ["--replicates", "20", "--json", str(tmp_path / "v.json")])
    body = json.loads((tmp_path / "v.json").read_text("utf-8"))
    assert done.exit_code == 1
    assert (body["passed"], body["of"]) == (22, 23)
    assert "Unexpected praise" in done.output
