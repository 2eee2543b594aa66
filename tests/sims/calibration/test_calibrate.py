"""`groundswell calibrate` on the real model: whatever a history is like, a sensible posterior or one clear line."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from agents.parameters.parameters import DECLARATIONS
from sims.calibration import living
from sims.calibration.calibrate import Question, calibrate
from sims.calibration.going_on import going_on
from sims.calibration.prior import COMPANIES_DIFFER, Prior, of_one_company, stated_by
from sims.calibration.series import CalibrationError
from sims.cli import app
from sims.forecasting.forecast import forecast
from sims.forecasting.posterior import Posterior, load_posterior
from sims.history.series import History
from sims.scenario.scenario import Scenario

RUNS = 400
WEEKS = 6


def company(people: int) -> Scenario:
    """People who are invited to a tool after two weeks."""
    return Scenario.model_validate(
        {
            "name": "tiny",
            "seed": 5,
            "horizon_days": 7 * (WEEKS + 2),
            "burn_in_days": 7,
            "organisation": {
                "headcount": people,
                "segments": [{"name": "desk", "share": 0.5}, {"name": "shop", "share": 0.5}],
                "contacts": {"median": 60},
                "audience": {"size": 1000},
            },
            "phases": [{"day": 0}, {"day": 14, "scheme": "clicks", "tool": {}}],
        }
    )


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    """Thirty people."""
    return company(30)


@pytest.fixture(scope="module")
def large() -> Scenario:
    """Two hundred: what so many do in a week is not chance alone."""
    return company(200)


def history(scenario: Scenario, **series: Any) -> History:
    values = {name: tuple(value) for name, value in series.items()}
    periods = len(next(iter(values.values())))
    return History(
        source="table", every_days=7, first=scenario.start_date, periods=periods, series={"all": values}
    )


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture(scope="module")
def busy(large: Scenario) -> Posterior:
    """Many more shares than such a company has in most worlds."""
    return calibrate(history(large, shares=[16, 18, 24, 28, 22, 30]), large, RUNS, processes=1)


def test_a_busy_company_is_told_to_be_one(large: Scenario, busy: Posterior) -> None:
    found = busy.calibration
    assert found is not None
    assert found["combinations"][0]["contraction"] > 0.25
    assert set(found["parameters"]) == set(Prior.of(large).names)
    for one in found["parameters"].values():
        assert one["moved"] == (one["contraction"] >= 0.25)
    assert found["parameters"]["base_log_odds"]["shift"] > 0.2
    # What is never seen of weekly totals stays where it was, and is said to.
    still = found["parameters"]["leads_per_click"]
    assert (still["moved"], still["contraction"] < 0.1) == (False, True)
    assert busy.provenance["cut_off"] == str(large.start_date + timedelta(days=7 * WEEKS - 1))
    assert [one["label"] for one in found["summaries"]][:2] == [
        "shares a week, weeks 1 to 2",
        "shares a week, weeks 3 to 4",
    ]
    for one in found["summaries"]:
        assert one["p90"][0] <= one["p50"][0] <= one["median"] <= one["p50"][1] <= one["p90"][1]
        assert 0.0 <= one["p"] <= 1.0


def test_the_posterior_lives_what_was_observed(large: Scenario, busy: Posterior) -> None:
    from sims.ensemble.run import Manner, simulate

    assert busy.calibration is not None
    manner = Manner(processes=1, posterior=busy.sample())
    mine, theirs = (simulate(large, 40, 3, processes=1, manner=one) for one in (manner, Manner(processes=1)))
    assert np.median(mine.total("shares")) > 1.3 * np.median(theirs.total("shares"))
    assert "calibrated" in (mine.provenance.parameters or "")


def test_silence_and_gaps_and_few_rows(tiny: Scenario) -> None:
    silent = calibrate(history(tiny, shares=[0] * 6, clicks=[0] * 6), tiny, RUNS, processes=1)
    assert silent.calibration is not None
    assert silent.calibration["parameters"]["base_log_odds"]["shift"] < 0.0
    gaps = Question.of(history(tiny, shares=[3, None, 4, None, None, 2]), tiny)
    assert [one.label for one in gaps.summaries] == [
        "shares a week, week 1",
        "shares a week, week 3",
        "shares a week, week 6",
    ]
    assert Question.of(history(tiny, shares=[3]), tiny).observed.weeks == 1


def test_a_group_that_appears_half_way_is_held_against_its_own_weeks(tiny: Scenario) -> None:
    known = history(tiny, shares=[3, 4, 5, 6, 7, 8])
    half = {"shares": (None, None, None, 2, 3, 4)}
    body = known.model_dump() | {"series": {**known.series, "segment=shop": half, "segment=labs": half}}
    question = Question.of(History.model_validate(body), tiny)
    assert [one.label for one in question.summaries][-1] == "part of shares: segment=shop, weeks 4 to 6"
    assert "the scenario has no segment=labs: left out" in question.observed.notes


def test_what_cannot_be_calibrated_on_is_one_line(tiny: Scenario) -> None:
    known = history(tiny, shares=[3, 4])
    early = known.model_copy(update={"first": tiny.start_date - timedelta(days=70)})
    with pytest.raises(CalibrationError, match="no whole week of the scenario has happened; set start_date"):
        calibrate(early, tiny, RUNS)
    with pytest.raises(CalibrationError, match="is known whole"):
        calibrate(history(tiny, shares=[None, None]), tiny, RUNS)
    with pytest.raises(CalibrationError, match="runs: got 3; from 400"):
        calibrate(known, tiny, 3)
    notes = Question.of(
        history(tiny, shares=[1] * 20).model_copy(update={"headcount": 300}), tiny
    ).observed.notes
    assert any("correct the one that is wrong" in one for one in notes)
    assert any("are not used; lengthen horizon_days" in one for one in notes)


def test_days_of_a_week_that_is_not_over_are_left_out_without_a_note(tiny: Scenario) -> None:
    days = tiny.horizon_days + 3
    known = history(tiny, shares=[1] * days).model_copy(update={"every_days": 1})
    observed = Question.of(known, tiny).observed
    assert observed.weeks == tiny.horizon_days // 7
    assert not any("horizon_days" in one for one in observed.notes)


def test_what_the_scenario_states_is_known(tiny: Scenario) -> None:
    chosen = tiny.parameters.model_copy(update={"values": {"base_log_odds": -5.0}, "off": ("trust",)})
    stated = tiny.model_copy(update={"parameters": chosen})
    assert set(stated_by(stated)) == {"base_log_odds", "trust_rate"}
    assert "base_log_odds" not in Prior.of(stated).names
    vectors = ((1, tuple(Prior.of(stated).values(np.zeros((1, Prior.of(stated).size)))[0].tolist())),)
    question = Question.of(history(stated, shares=[1, 2]), stated)
    assert living.live(question.asked(1), vectors)[0].shape == (1, 2)


def test_the_prior_is_the_stored_posterior_and_companies_differ_more_in_their_levels(tiny: Scenario) -> None:
    from agents.parameters.default_posterior import default_posterior

    prior, stored = Prior.of(tiny), default_posterior()
    values = prior.values(np.random.default_rng(1).standard_normal((2000, prior.size)))

    def both(name: str) -> tuple[np.ndarray, np.ndarray]:
        return values[:, prior.names.index(name)], stored.values[:, stored.names.index(name)]

    for name in ("base_log_odds", "visibility", "motivation_mean"):
        mine, theirs = both(name)
        scale = theirs.std()
        assert abs(np.median(mine) - np.median(theirs)) < 0.2 * scale
        between = COMPANIES_DIFFER.get(name, 0.0)
        assert mine.std() == pytest.approx(np.hypot(scale, between), rel=0.2)
    in_logs = of_one_company("click_base", np.exp(np.linspace(-6.0, -5.0, 9)))
    assert (in_logs == np.exp(np.linspace(-6.0, -5.0, 9))).all()
    for name in COMPANIES_DIFFER:
        stated = DECLARATIONS[name]
        assert stated.least <= prior.knots[prior.names.index(name)].min()
        assert prior.knots[prior.names.index(name)].max() <= stated.most


def test_a_company_far_busier_than_usual_fits_and_its_forecast_goes_on_where_it_stands() -> None:
    """Thirty people with eight shares a week, where less than one is usual."""
    few = company(30).model_copy(update={"phases": company(30).phases[:1]})
    lived_so_far = history(few, shares=[12, 4, 9, 5, 13, 8])
    found = calibrate(lived_so_far, few, processes=1)
    assert found.calibration is not None
    assert found.warnings == ()
    assert found.calibration["parameters"]["base_log_odds"]["shift"] > 0.2
    moves = going_on(lived_so_far, few, found)
    ahead = forecast(few, found, 60, 1, processes=1, history=lived_so_far, going_on=moves)
    low, high = np.quantile(ahead.samples["shares"][0], (0.25, 0.9))
    assert low < 8.5 < high


def test_command_resumes_to_the_same_bytes_and_never_writes_over(
    tiny: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, known = tmp_path / "tiny.yaml", tmp_path / "h.json"
    scenario.write_text(json.dumps(tiny.model_dump(mode="json")))
    known.write_text(history(tiny, shares=[3, 9, 12, 10], clicks=[1, 4, 2, 8]).model_dump_json())
    asked = ("calibrate", known, "--scenario", scenario, "--runs", RUNS, "--processes", 1, "--out")
    whole = run(*asked, tmp_path / "p.json")
    assert whole.exit_code == 0, whole.stderr
    assert "stay at their prior" in whole.stdout
    assert not (tmp_path / "p.json.partial").exists()
    lived, calls = living.live, []

    def signalled(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return lived(*given)

    monkeypatch.setattr(living, "live", signalled)
    ended = run(*asked, tmp_path / "ended.json")
    # What was under way when the signal came is kept too, and nothing new began.
    assert (ended.exit_code, len(calls)) == (128 + signal.SIGTERM, 3)
    assert "the same command goes on from there" in ended.stderr
    rows = (tmp_path / "ended.json.partial").read_text().splitlines()
    assert len(rows) == 1 + sum(len(vectors) for _, vectors in calls)
    (tmp_path / "ended.json.partial").write_text(
        "\n".join([*rows[:3], rows[3].replace("1", "2"), *rows[4:], rows[-1][:20]])
    )
    resumed = run(*asked, tmp_path / "ended.json")
    assert "ended.json.partial: 1 line damaged, and passed over" in resumed.stderr
    assert (tmp_path / "ended.json").read_bytes() == (tmp_path / "p.json").read_bytes()
    calls.clear()

    def interrupted(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return lived(*given)

    monkeypatch.setattr(living, "live", interrupted)
    broken = run(*asked, tmp_path / "again.json")
    assert (broken.exit_code, (tmp_path / "again.json").exists()) == (130, False)
    assert broken.stderr.splitlines()[-1] == (
        f"groundswell: interrupted; what is done is kept in {tmp_path}/again.json.partial; the same command goes on from there"
    )
    done = len(calls)
    calls.clear()
    calls.extend([()] * 10)
    resumed = run(*asked, tmp_path / "again.json")
    assert resumed.exit_code == 0, resumed.stderr
    assert len(calls) - 10 > done - 4
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "p.json").read_bytes()
    # What another history left behind is no help, and no harm.
    other = tmp_path / "other.json"
    other.write_text(history(tiny, shares=[9, 1, 2, 3], clicks=[5, 1, 0, 1]).model_dump_json())
    calls.clear()
    assert run("calibrate", other, *asked[2:], tmp_path / "p2.json").exit_code == 130
    calls.extend([()] * 10)
    assert run(*asked, tmp_path / "p2.json").exit_code == 0
    assert (tmp_path / "p2.json").read_bytes() == (tmp_path / "p.json").read_bytes()
    other_seed = ("--seed", 8, *asked[4:], tmp_path / "p3.json")
    calls.clear()
    assert run(*asked, tmp_path / "p3.json").exit_code == 130
    before = (tmp_path / "p3.json.partial").read_bytes()
    refused = run(*asked[:4], *other_seed)
    assert (refused.exit_code, (tmp_path / "p3.json.partial").read_bytes()) == (2, before)
    assert "runs of another calibration" in refused.stderr
    over = run(*asked, tmp_path / "p.json")
    assert (over.exit_code, "never written over" in over.stderr) == (2, True)
    posterior = load_posterior(tmp_path / "p.json")
    body = json.loads((tmp_path / "p.json").read_text())
    body["values"][0][0] = body["values"][1][0]
    (tmp_path / "forged.json").write_text(json.dumps(body))
    forged = run("simulate", scenario, "--runs", 1, "--posterior", tmp_path / "forged.json")
    assert (forged.exit_code, "was changed since it was calibrated" in forged.stderr) == (2, True)
    both = run("simulate", scenario, "--posterior", tmp_path / "p.json", "--at-defaults")
    assert both.exit_code == 2
    assert len(posterior.values) == 300
