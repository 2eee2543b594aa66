"""The difference of two scenarios taken apart, on a small company."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from agents.parameters.parameters import MECHANISMS
from sims.cli import app
from sims.ensemble.run import Manner, simulate_all
from sims.explanation import explain as module
from sims.explanation.explain import REST, explain
from sims.explanation.mechanisms import ALWAYS_ON, GROUPS, groups_of
from sims.scenario.scenario import Scenario

ONE = Manner(processes=1)


def test_the_parts_of_every_run_add_up_to_its_difference_exactly(small: Scenario) -> None:
    nothing = small.without_schemes()
    found = explain(nothing, small, "shares", runs=4, manner=ONE)
    assert np.array_equal(sum(part.values for part in found.parts), found.difference)
    control, treated = simulate_all([nothing, small], runs=4, processes=1)
    assert np.array_equal(found.difference, treated.total("shares") - control.total("shares"))
    assert found.difference.any()


def test_groups_of_people_add_up_too_within_each_part(small: Scenario) -> None:
    found = explain(small.without_schemes(), small, "shares", runs=3, manner=ONE)
    segments = [split for split in found.by_people if split.startswith("segment=")]
    assert len(segments) == 2
    assert np.array_equal(sum(found.by_people[split] for split in segments), found.difference)
    for part in found.parts:
        assert np.array_equal(sum(part.by_people[split] for split in segments), part.values)


def test_one_group_alone_is_the_difference_less_that_without_it(small: Scenario) -> None:
    nothing = small.without_schemes()
    found = explain(nothing, small, "shares", runs=3, wanted=["pull"], manner=ONE)
    off = [
        each.model_copy(
            update={"parameters": each.parameters.model_copy(update={"off": ("reward", "novelty")})}
        )
        for each in (nothing, small)
    ]
    without = [each.total("shares") for each in simulate_all(off, runs=3, processes=1)]
    pull, rest = found.parts
    assert np.array_equal(rest.values, without[1] - without[0])
    assert np.array_equal(pull.values, found.difference - rest.values)


def test_a_scenario_and_its_twin_differ_by_nothing(small: Scenario) -> None:
    found = explain(small, small.model_copy(update={"name": "twin"}), runs=2, manner=ONE)
    assert not any(part.values.any() for part in found.parts)
    assert found.sentences() == []
    assert all(part["share"] is None for part in found.as_json()["mechanisms"])


def test_processes_change_no_byte(small: Scenario) -> None:
    one, two = (
        json.dumps(explain(small.without_schemes(), small, runs=3, manner=Manner(processes=count)).as_json())
        for count in (1, 2)
    )
    assert one == two


def test_what_cannot_be_run_is_bounded(small: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_endless", lambda puzzle, worlds: {w for w in worlds if w.bit_count() == 3})
    found = explain(small.without_schemes(), small, "shares", runs=2, manner=ONE)
    assert found.missing == 4
    assert np.allclose(sum(part.values for part in found.parts), found.difference)
    assert any((part.low < part.high).any() for part in found.parts)
    assert all((part.low <= part.values).all() and (part.values <= part.high).all() for part in found.parts)


def test_every_mechanism_is_in_one_group_or_always_on() -> None:
    grouped = [name for group in groups_of(MECHANISMS) for name in group.mechanisms]
    assert sorted([*grouped, *(name for name in ALWAYS_ON if name in MECHANISMS)]) == sorted(MECHANISMS)
    assert len({group.name for group in GROUPS} | {REST, "further"}) == len(GROUPS) + 2
    # "Further" is for what somebody adds and does not name: nothing that there is hides in it.
    assert all(group.name != "further" for group in groups_of(MECHANISMS))


def test_a_mechanism_that_nobody_grouped_is_not_lost() -> None:
    [further] = [group for group in groups_of({**MECHANISMS, "brand_new": {}}) if group.name == "further"]
    assert "brand_new" in further.mechanisms


def test_the_command_writes_text_json_and_csv(small_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(
        small_file.read_text().replace("name: small", "name: other").replace("points.yaml", "none")
    )
    out, rows = tmp_path / "out.json", tmp_path / "out.csv"
    found = CliRunner().invoke(
        app,
        [
            "explain",
            str(other),
            str(small_file),
            "--outcome",
            "shares",
            "--runs",
            "3",
            "--json",
            str(out),
            "--csv",
            str(rows),
        ],
    )
    assert found.exit_code == 0, found.output
    body = json.loads(out.read_text())
    assert found.stdout.startswith("small minus other, shares: 3 paired runs")
    assert all(sentence in found.stdout for sentence in body["sentences"])
    assert 1 <= len(body["sentences"]) <= 3
    assert sum(part["mean"] for part in body["mechanisms"]) == pytest.approx(body["difference"]["mean"])
    head, *lines = rows.read_text().splitlines()
    assert head == "part,title,people,outcome,mean"
    assert sum(float(line.rsplit(",", 1)[1]) for line in lines if ",all," in line) == pytest.approx(
        body["difference"]["mean"]
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--outcome", "fame"], "outcome 'fame'; known are"),
        (["--mechanisms", "magic"], "mechanisms 'magic'; known groups are"),
        (["--runs", "0"], "it must be 1 to"),
    ],
)
def test_bad_input_is_told_in_one_line(options: list[str], words: str, small_file: Path) -> None:
    found = CliRunner().invoke(app, ["explain", str(small_file), str(small_file), *options])
    assert found.exit_code == 2
    assert found.stderr.count("\n") == 1
    assert words in found.stderr
