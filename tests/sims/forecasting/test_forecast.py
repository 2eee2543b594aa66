"""A forecast says everything that it follows from, is never written over, and cannot be changed unseen."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from sims.cli import app
from sims.forecasting.forecast import FORECAST, Forecast, ForecastError, forecast
from sims.forecasting.posterior import Posterior
from sims.history.series import History
from sims.scenario.scenario import Scenario

RUNS = 20


def narrow(opportunities: float) -> Posterior:
    return Posterior(names=("opportunities_per_week",), values=((opportunities,), (opportunities * 1.01,)))


@pytest.fixture
def free(small: Scenario) -> Scenario:
    """The small company without a value of its own that would stand over the posterior's."""
    stated = small.parameters.model_copy(update={"values": {}})
    return small.model_copy(update={"parameters": stated})


def shares(found: Forecast) -> float:
    return float(np.mean(found.samples["shares"]))


def test_the_posterior_moves_it_and_the_number_of_processes_does_not(free: Scenario) -> None:
    few, many = (forecast(free, narrow(value), RUNS, 1, processes=1) for value in (0.5, 12.0))
    assert shares(many) > 2 * shares(few)
    assert forecast(free, narrow(0.5), RUNS, 1, processes=2) == few
    assert (few.provenance.posterior_hash, few.provenance.posterior_vectors) == (narrow(0.5).hash(), 2)
    assert tuple(few.samples) == FORECAST
    for name in FORECAST:
        (low, high), (least, most) = few.totals[name]["p50"], few.totals[name]["p90"]
        assert least <= low <= high <= most


def test_weeks_that_are_known_are_left_out(free: Scenario) -> None:
    known = {"source": "table", "first": "2026-01-05", "periods": 3, "series": {"all": {"shares": [1, 2, 3]}}}
    found = forecast(free, narrow(1.0), RUNS, 1, processes=1, history=History.model_validate(known))
    assert (str(found.first), found.weeks) == ("2026-01-12", 1)
    assert str(found.provenance.cut_off) == "2026-01-07"
    assert any("does not go on from it" in one for one in found.warnings)
    longer = known | {"periods": 14, "series": {"all": {"shares": [1] * 14}}}
    with pytest.raises(ForecastError, match="lengthen horizon_days"):
        forecast(free, narrow(1.0), RUNS, 1, processes=1, history=History.model_validate(longer))
    with pytest.raises(ForecastError, match="at least 20"):
        forecast(free, narrow(1.0), 5, 1, processes=1)


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_forecast_and_score(small_file: Path, tmp_path: Path) -> None:
    out, posterior, events = tmp_path / "f.json", tmp_path / "p.json", tmp_path / "e.jsonl"
    posterior.write_text(json.dumps({"names": ["visibility"], "values": [[0.05], [0.06]]}))
    asked = ("forecast", small_file, "--posterior", posterior, "--runs", RUNS, "--processes", 1, "--out")
    found = run(*asked, out)
    assert found.exit_code == 0, found.stderr
    assert "no data of the company" in found.stdout
    again = run(*asked, out)
    assert (again.exit_code, "never written over" in again.stderr) == (2, True)
    assert run("simulate", small_file, "--runs", 1, "--events", events).exit_code == 0
    # A log begins with its first event: one on the first day makes both weeks known.
    first = {
        "specversion": "1.0", "id": "first", "source": "test", "type": "org.groundswell.share", "subject": "ana",
        "time": "2026-01-05T09:00:00Z", "data": {"quantity": 1},
    }  # fmt: skip
    events.write_text(json.dumps(first) + "\n" + events.read_text())
    scored = run("score", out, events, "--until", "2026-01-18", "--json", "-")
    assert scored.exit_code == 0, scored.stderr
    body = json.loads(scored.stdout)
    assert list(body)[:5] == ["kind", "groundswell", "forecast", "history", "misses"]
    assert body["outcomes"]["shares"]["points"] == 2
    out.write_text(out.read_text().replace('"first": "2026-01-05"', '"first": "2026-01-12"'))
    changed = run("score", out, events)
    assert (changed.exit_code, changed.stderr.count("\n")) == (2, 1)
    assert "changed since it was made" in changed.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "p.json:1"),
        ("[]", "a mapping"),
        ('{"names": ["x"], "values": [[1]]}', "no parameter of the model"),
        ('{"names": ["visibility"], "values": []}', "values"),
        ('{"names": ["visibility"], "values": [[1, 2]]}', "vector 0 has 2 values"),
        ('{"names": ["visibility"], "values": [[7]]}', "visibility"),
        ('{"names": ["visibility"], "values": [[NaN]]}', "values"),
        ('{"names": ["visibility", "visibility"], "values": [[0.1, 0.1]]}', "stands twice"),
    ],
)
def test_what_is_no_posterior_is_one_line(small_file: Path, tmp_path: Path, text: str, told: str) -> None:
    posterior = tmp_path / "p.json"
    posterior.write_text(text)
    found = run("forecast", small_file, "--posterior", posterior, "--out", tmp_path / "f.json")
    assert (found.exit_code, found.stderr.count("\n")) == (2, 1), found.stderr
    assert told in found.stderr
