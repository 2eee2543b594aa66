"""Cascades beyond what was ever measured are told; endless ones are refused, in one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sims.cli import app
from sims.comparison.comparison import compare
from sims.ensemble import spread
from sims.ensemble.run import record_run, simulate
from sims.ensemble.spread import warnings_of, warnings_of_each
from sims.reach.waterfall import waterfall
from sims.scenario.scenario import Scenario

runner = CliRunner()
TEXT = """
name: seen
organisation: {{headcount: 60, audience: {{size: 5000, onward_contacts: {onward}}}, corporate_accounts: []}}
content: {{channels: [{{name: linkedin, visibility: {visibility}}}]}}
parameters: {{values: {{repost_base: {repost}}}}}
horizon_days: 7
burn_in_days: 0
runs: 1
"""


def written(folder: Path, visibility: float = 0.06, onward: float = 300.0, repost: float = 0.0021) -> Path:
    path = folder / "seen.yaml"
    path.write_text(TEXT.format(visibility=visibility, onward=onward, repost=repost), "utf-8")
    return path


@pytest.mark.parametrize(
    "how", [{"visibility": 1.0, "repost": 0.0042}, {"onward": 2000.0, "repost": 0.01}, {"repost": 0.08}]
)
@pytest.mark.parametrize("command", ["simulate", "compare", "waterfall"])
def test_a_cascade_that_never_ends_is_refused_in_one_line(command: str, how, tmp_path: Path) -> None:
    found = runner.invoke(app, [command, str(written(tmp_path, **how))])
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1
    for words in ("an average repost brings", "above 1 cascades never end", "lower the channel's visibility"):
        assert words in found.stderr


@pytest.mark.parametrize("command", ["simulate", "compare", "waterfall"])
def test_a_cascade_that_was_never_measured_is_told(command: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    found = runner.invoke(app, [command, str(written(tmp_path, 0.4)), "--json", str(out)])
    assert found.exit_code == 0
    assert "Warning: seen: on linkedin, visibility 0.4, an average repost brings 0." in found.stdout
    [told] = json.loads(out.read_text("utf-8"))["warnings"]
    assert f"Warning: {told}" in found.stdout


def test_usual_companies_are_not_warned_of(tmp_path: Path, examples: Path) -> None:
    usual = Scenario.load(written(tmp_path))
    assert simulate(usual, processes=1).as_json()["warnings"] == []
    assert compare([usual], processes=1).as_json()["warnings"] == waterfall(usual).as_json()["warnings"] == []
    for path in sorted(examples.glob("*.yaml")):
        assert warnings_of(Scenario.load(path)) == ()


def test_events_of_an_endless_cascade_are_refused_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="never end"):
        record_run(Scenario.load(written(tmp_path, 1.0, repost=0.0042)))


def test_visibility_is_no_fault_where_nobody_reposts(tmp_path: Path) -> None:
    scenario = Scenario.load(written(tmp_path, 1.0, repost=0.0))
    assert warnings_of(scenario) == ()


def test_impressions_are_called_viewers(tmp_path: Path) -> None:
    body = simulate(Scenario.load(written(tmp_path)), processes=1).as_json()
    [viewers] = [spec for spec in body["outcomes"] if spec["name"] == "viewers"]
    assert (viewers["title"], viewers["unit"]) == ("Viewers", "viewers")
    assert "impression" not in json.dumps(body).lower()
    assert "exposures" not in body["totals"]
    path = written(tmp_path)
    path.write_text(path.read_text("utf-8") + "outcomes: [exposures]\n", "utf-8")
    found = runner.invoke(app, ["simulate", str(path)])
    assert found.exit_code == 2
    assert "'exposures'; it is called 'viewers' now" in found.stderr


def test_scenarios_of_one_company_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    small, other = (Scenario.load(f"examples/{name}.yaml") for name in ("small", "team"))
    loud = small.model_copy(
        update={"parameters": small.parameters.model_copy(update={"values": {"repost_base": 0.004}})}
    )
    asked, reposts = [], spread.average_reposts

    def counted(scenario: Scenario, parameters: Any) -> Any:
        asked.append(scenario.name)
        return reposts(scenario, parameters)

    monkeypatch.setattr(spread, "average_reposts", counted)
    scenarios = [small, small.model_copy(update={"name": "twin"}), loud, other]
    drawn = [[one.parameters.resolve()] * 2 for one in scenarios]
    found = warnings_of_each(scenarios, drawn)
    assert asked == ["small", "small", "team"]
    assert found == [warnings_of(one, mine) for one, mine in zip(scenarios, drawn, strict=True)]
