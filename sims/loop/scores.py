"""Scores of published forecasts, renewed daily by the worker: misses, and drift of the programme away from the forecast."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rewards.daily import once_a_day
from rewards.store.results import list_results, replace_result
from rewards.store.session import Database
from rewards.store.units import digest
from sims.forecasting.forecast import Forecast, ForecastError
from sims.history.counting import HistoryError
from sims.history.of_ledger import history_of_ledger
from sims.loop.asking import DRIFT_OUTSIDE, DRIFT_WEEKS, KIND

MOST_SCORED = 5


def score_kind(forecast: int) -> str:
    """The key under which the score of a forecast is stored."""
    return f"score:{forecast}"


def renew_scores(db: Database, now: datetime) -> None:
    """Score the latest forecasts of every organisation, once a day and process."""
    once_a_day(db, "scoring", renew_scores_of, now)


def renew_scores_of(db: Database, organisation: str, now: datetime) -> int:
    """Score the latest forecasts that have begun; returns the number scored."""
    with db.read() as tx:
        published = list_results(tx, organisation, KIND, MOST_SCORED)
        found = [(one, Forecast.model_validate(json.loads(one.body_json)["forecast"])) for one in published]
        begun = [(one, forecast) for one, forecast in found if forecast.first < now.date()]
        if not begun:
            return 0
        try:
            history = history_of_ledger(tx, organisation, now)
        except HistoryError:
            return 0
    # Importing the scoring module compiles for seconds, so that it is imported only where there is something to score.
    from sims.forecasting.scoring import score

    scored = 0
    for one, forecast in begun:
        try:
            body = score(forecast, history)
        except ForecastError:
            continue
        body["drift"] = drift_of(body)
        text = json.dumps(body, allow_nan=False, ensure_ascii=False)
        with db.begin() as tx:
            replace_result(
                tx, organisation, score_kind(one.id), one.title, digest(text), body_json=text, now=now
            )
        scored += 1
    return scored


def drift_of(body: Mapping[str, Any]) -> list[str]:
    """The outcomes with drift: most of the last weeks outside of the central 80 % interval, on one side."""
    found = []
    for name, one in body["outcomes"].items():
        last = one["weeks"][-DRIFT_WEEKS:]
        above = sum(week["actual"] > week["p80"][1] for week in last)
        below = sum(week["actual"] < week["p80"][0] for week in last)
        if max(above, below) >= DRIFT_OUTSIDE:
            found.append(name)
    return found
