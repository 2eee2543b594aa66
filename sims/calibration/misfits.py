"""Tests with histories that the model cannot produce: the misfit must be reported, or the forecast be wide enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sims.calibration.calibrate import digits
from sims.calibration.laws import Floats
from sims.calibration.proving import Asked, Lived, ahead, calibrated, forecasts_of
from sims.calibration.series import Series
from sims.calibration.synthetic import Company, company, life
from sims.history.series import ALL

Change = Callable[[Company, Floats], Floats]
SHOCK_WEEKS = 2
MORE_SHARES, MORE_CLICKS = 3.0, 6.0
OF_SHARING = ("shares", "clicks", "active_sharers", "weekly_sharers")


@dataclass(frozen=True)
class Misfit:
    """A kind of misfit: mechanisms off in the truth, mechanisms off in the calibration, and a change of the history."""

    of_truth: tuple[str, ...] = ()
    of_fit: tuple[str, ...] = ()
    change: Change | None = None


def _mistyped(one: Company, lived: Floats) -> Floats:
    """A typing error: one week's shares times ten."""
    found = lived.copy()
    found[one.series.index(Series(ALL, "shares")), one.weeks // 2] *= 10.0
    return found


def _outage(one: Company, lived: Floats) -> Floats:
    """An outage of the networks for two weeks: nobody could share."""
    return _in_two_weeks(one, lived, dict.fromkeys(OF_SHARING, 0.0))


def _campaign(one: Company, lived: Floats) -> Floats:
    """A campaign: two weeks of exceptional attention."""
    more = {**dict.fromkeys(OF_SHARING, MORE_SHARES), "clicks": MORE_CLICKS}
    found = _in_two_weeks(one, lived, more)
    place = one.series.index(Series(ALL, "weekly_sharers"))
    found[place] = np.minimum(found[place], one.headcount)
    return found


def _in_two_weeks(one: Company, lived: Floats, factors: Mapping[str, float]) -> Floats:
    found, first = lived.copy(), one.weeks - 2 * SHOCK_WEEKS
    for place, series in enumerate(one.series):
        found[place, first : first + SHOCK_WEEKS] *= factors.get(series.measure, 1.0)
    return found


MISFITS: Mapping[str, Misfit] = {
    "a zero too many in a week's shares": Misfit(change=_mistyped),
    "networks down for two weeks": Misfit(change=_outage),
    "a campaign from outside, for two weeks": Misfit(change=_campaign),
    "no contagion at all": Misfit(of_truth=("norm", "repost", "recognition", "enrolment_pull", "feedback")),
    "mechanisms that the calibration lacks": Misfit(of_fit=("norm", "habit", "digests", "regulars")),
}


def numbers(each: int) -> list[str]:
    """Identifiers of `each` companies of each kind."""
    return [f"{kind}: {number}" for kind in MISFITS for number in range(each)]


def prove_misfit(asked: Asked, number: str) -> dict[str, Any]:
    """The result for one company: whether the misfit was reported, and the position of the outcome in the forecast."""
    kind, _, place = number.rpartition(": ")
    misfit, usual = MISFITS[kind], company(int(place), asked.seed)
    truth, lived = life(_without(usual, misfit.of_truth))
    seen, one = (
        lived if misfit.change is None else misfit.change(usual, lived),
        _without(usual, misfit.of_fit),
    )
    question, found = calibrated(one, seen, asked)
    draws = {"posterior": found.z}
    each = Lived(one, truth, seen, question, found, draws, ahead(one, draws))
    return {
        "number": number,
        "kind": kind,
        "change": one.change,
        "suspicious": found.checked.suspicious,
        "widened": digits(found.widened),
        "forecasts": forecasts_of(each),
    }


def _without(one: Company, off: tuple[str, ...]) -> Company:
    """The company with some mechanisms switched off."""
    chosen = one.scenario.parameters.model_copy(update={"off": off})
    return replace(one, scenario=one.scenario.model_copy(update={"parameters": chosen}))
