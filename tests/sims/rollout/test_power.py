"""Power by simulation: the arms are those of the design, false alarms stay rare, and the same question gives the same numbers."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sims.cli import app
from sims.rollout.plan import RolloutError, Wish
from sims.rollout.power import scenarios_of, simulated, teams_of
from sims.scenario.scenario import Scenario

WISH = Wish(baseline_weeks=2, weeks=4, alpha=0.1)


@pytest.fixture
def company(small: Scenario) -> Scenario:
    """Forty-eight people in sixteen teams, who share a lot."""
    segments = tuple(one.model_copy(update={"teams": 8}) for one in small.organisation.segments)
    organisation = small.organisation.model_copy(update={"segments": segments, "headcount": 48})
    return small.model_copy(update={"organisation": organisation})


def test_the_arms_live_through_the_last_phase_from_their_week_on(company: Scenario) -> None:
    wish = Wish(design="stepped-wedge", baseline_weeks=2, weeks=8, steps=4)
    rolled, everybody, nobody = scenarios_of(company, wish)
    assert [arm.phases[-1].day for arm in rolled.arms] == [14, 28, 42, 56]
    assert all(arm.by == "team" and arm.share == 0.25 for arm in rolled.arms)
    assert rolled.horizon_days == 70
    assert everybody.phases[-1].scheme == company.phases[-1].scheme
    assert nobody.schemes() == []
    assert [arm.share for arm in scenarios_of(company, Wish(design="holdout"))[0].arms] == [0.8]


def test_what_cannot_be_rolled_out_is_refused(company: Scenario) -> None:
    with pytest.raises(RolloutError, match="changes nothing"):
        scenarios_of(company.without_schemes(), WISH)
    with pytest.raises(RolloutError, match=r"set tool\.digests_per_week"):
        scenarios_of(company, WISH.model_copy(update={"gives": "digests"}))
    with pytest.raises(RolloutError, match="a power needs at least 20"):
        simulated(company, [WISH], 19)


def test_the_same_question_gives_the_same_numbers_and_false_alarms_are_rare(company: Scenario) -> None:
    found = simulated(company, [WISH], 20, processes=1)[0]
    assert found == simulated(company, [WISH], 20, processes=1)[0]
    assert found["runs"] == 20
    assert found["false_alarms"] <= 0.35
    assert found["least_p"] < WISH.alpha
    assert 0.0 <= found["power"] <= 1.0


def test_the_commands_design_draw_and_analyse(company: Scenario, small_file: Path, tmp_path: Path) -> None:
    text = (
        small_file.read_text("utf-8")
        .replace("headcount: 40", "headcount: 48")
        .replace("teams: 2", "teams: 8")
    )
    small_file.write_text(text, "utf-8")
    plan, units = tmp_path / "plan.json", tmp_path / "units.csv"
    options = [
        "--weeks",
        "4",
        "--baseline-weeks",
        "2",
        "--runs",
        "20",
        "--processes",
        "1",
        "--first",
        "2026-01-05",
    ]
    run = CliRunner().invoke
    made = run(
        app, ["rollout", "design", str(small_file), "--design", "cluster", *options, "--out", str(plan)]
    )
    assert made.exit_code == 0, made.output
    assert "written to" in made.output
    body = json.loads(plan.read_text("utf-8"))
    assert sum(one["people"] for one in body["clusters"]) == 48
    assert {one.name for one in teams_of(Scenario.load(small_file))} == {
        one["name"] for one in body["clusters"]
    }
    again = run(
        app, ["rollout", "design", str(small_file), "--design", "cluster", *options, "--out", str(plan)]
    )
    assert again.exit_code == 2
    assert "never written over" in again.stderr

    with units.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("unit", "period", "value", "people", "start"))
        for one in body["clusters"]:
            treated = one["arm"] == "treated"
            for week in range(6):
                value = (3.0 if treated and week >= 2 else 1.0) * one["people"] + week % 2
                writer.writerow((one["name"], week, value, one["people"], 2 if treated else "never"))
    judged = run(app, ["rollout", "analyse", str(units), "--plan", str(plan), "--until", "2026-02-15"])
    assert judged.exit_code == 0, judged.output
    assert "treated units did more" in judged.output
    assert "effect: 2 on" in judged.output
    early = run(app, ["rollout", "analyse", str(units), "--plan", str(plan), "--until", "2026-02-14"])
    assert early.exit_code == 1
    assert "too early" in early.output
    assert "effect:" not in early.output
    hint = run(app, ["rollout", "analyse", str(units)])
    assert "this is a hint, and no confirmation" in hint.output


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--design", "wedge"], "--design: got 'wedge'"),
        (["--design", "cluster", "--weeks", "0"], "--weeks: got 0"),
        (["--design", "cluster", "--metric", "love"], "--metric: got 'love'"),
        (["--first", "soon"], "--first: got 'soon'"),
        (["--out", "x.json"], "--out: got a file for all designs"),
    ],
)
def test_bad_input_is_one_line(small_file: Path, arguments: list[str], line: str) -> None:
    found = CliRunner().invoke(app, ["rollout", "design", str(small_file), *arguments])
    assert found.exit_code == 2
    assert line in found.stderr
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("unit,value\na,1\n", "start: got no such column"),
        ("unit,value,start\na,x,0\n", "units.csv:2: value: got 'x'"),
        ("unit,value,start\na,1,0\na,2,0\n", "units.csv:3: unit: got 'a'"),
        ("unit,value,start,people\na,1,0,0\n", "units.csv:2: people: got '0'"),
        ("unit,value,start\na,1,soon\n", "units.csv:2: start: got 'soon'"),
        ("unit,value,start\na,nan,0\n", "units.csv:2: value: got 'nan'"),
        ("unit,value,start\n", "units: got '0'"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_line(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "units.csv"
    path.write_text(text, "utf-8")
    found = CliRunner().invoke(app, ["rollout", "analyse", str(path)])
    assert found.exit_code == 2, found.output
    assert line in found.stderr
    assert found.stderr.count("\n") == 1


def test_power_goes_by_a_posterior_and_says_so(company: Scenario, small_file: Path, tmp_path: Path) -> None:
    small_file.write_text(
        small_file.read_text("utf-8")
        .replace("headcount: 40", "headcount: 48")
        .replace("teams: 2", "teams: 8"),
        "utf-8",
    )
    posterior = tmp_path / "p.json"
    posterior.write_text(json.dumps({"names": ["opportunities_per_week"], "values": [[0.5], [0.6]]}))
    options = [
        "--design",
        "cluster",
        "--weeks",
        "2",
        "--baseline-weeks",
        "1",
        "--runs",
        "20",
        "--processes",
        "1",
    ]
    asked = ["rollout", "design", str(small_file), *options, "--json"]
    run = CliRunner().invoke
    plain, own = tmp_path / "plain.json", tmp_path / "own.json"
    assert run(app, [*asked, str(plain)]).exit_code == 0
    done = run(app, [*asked, str(own), "--posterior", str(posterior)])
    assert done.exit_code == 0, done.stderr
    assert "note: parameters are 2 vectors of a calibrated posterior" in done.stderr
    before, after = (json.loads(path.read_text()) for path in (plain, own))
    assert "2 vectors of a calibrated posterior" in after["parameters"]
    assert before["designs"] != after["designs"]
    posterior.write_text("{")
    refused = run(app, [*asked, "-", "--posterior", str(posterior)])
    assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
