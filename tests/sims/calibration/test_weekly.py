"""Single weeks beside the mean of their measure: what is told of one is what was counted, and an odd one moves its summaries."""

import numpy as np
import pytest

from sims.calibration.calibrate import Question
from sims.calibration.series import Observed, Series
from sims.calibration.weekly import weeks_of
from sims.history.series import ALL, History
from sims.scenario.scenario import Scenario

VALUES = np.array([[4.0, 0.0, 30.0, 7.0, np.nan, 12.0], [1.0, 2.0, np.nan, np.nan, np.nan, 3.0], [2.0] * 6])
OBSERVED = Observed((Series(ALL, "shares"), Series(ALL, "clicks"), Series("segment=a", "shares")), VALUES, ())


def test_known_weeks_of_everybodys_measures_that_have_a_few() -> None:
    assert [one.label for one in weeks_of(OBSERVED)] == [f"shares in week {week}" for week in (1, 2, 3, 4, 6)]


def test_a_week_is_told_as_it_was_counted() -> None:
    values = np.nan_to_num(VALUES)
    for one in weeks_of(OBSERVED):
        assert one.told(float(one.of(values[None])[0]), values) == pytest.approx(
            values[0, one.week], abs=1e-6
        )


def test_weeks_of_quiet_and_of_busy_companies_are_equally_uneven() -> None:
    rng, found = np.random.default_rng(1), []
    for mean in (2.0, 10.0, 80.0):
        counts = rng.poisson(mean * rng.gamma(10.0, 0.1, (4000, 1, 8))).astype(float)
        one = weeks_of(Observed((Series(ALL, "shares"),), counts[0], ()))[0]
        found.append(float(one.of(counts).std()))
    assert max(found) / min(found) < 1.3


def test_an_odd_week_moves_the_summaries_that_read_it() -> None:
    scenario = Scenario.model_validate({"name": "odd", "horizon_days": 42, "organisation": {"headcount": 30}})
    shares = (5.0, 6.0, 50.0, 4.0, 6.0, 5.0)
    history = History(
        source="table", every_days=7, first=scenario.start_date, periods=6, series={ALL: {"shares": shares}}
    )
    question = Question.of(history, scenario)
    effect = dict(zip((one.label for one in question.summaries), question.effect(2, 0.0), strict=True))
    assert effect["shares a week, weeks 1 to 2"] == 0.0
    assert effect["shares a week, weeks 3 to 6"] == pytest.approx(np.log(65.5 / 20.5), abs=0.15)
    assert effect["unevenness of shares"] > 2.0
