"""Analysis of a registered rollout strictly by its plan, by randomisation inference.

Light on purpose: a web request imports this module.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from sims.doctor import version
from sims.rollout.inference import DRAWS, Effect, NoContrastError, effect, least_p
from sims.rollout.plan import WEEK_DAYS, Plan, RolloutError
from sims.rollout.units import NEVER, Floats, Units

TOO_EARLY, TOO_FEW, UNTOLD, MORE, FEWER = "too-early", "too-few", "not-told-apart", "more", "fewer"
SPILL_NOTED = 0.1
CROSSED_NOTED = 0.02
SEED = 20260105


def units_of_plan(plan: Plan, sums: Mapping[str, Floats]) -> Units:
    """The units of analysis from each team's weekly sums; teams without people are left out."""
    known = [one for one in plan.clusters if one.name in sums]
    rates = np.stack([sums[one.name] / one.people for one in known]) if known else np.zeros((0, 0))
    weeks = [plan.wish.starts[one.arm] for one in known]
    return Units(
        tuple(one.name for one in known),
        rates,
        np.array([one.people for one in known], dtype=np.float64),
        np.array([NEVER if week is None else week for week in weeks], dtype=np.int64),
        np.array([one.block for one in known], dtype=np.int64),
    )


def analyse(
    plan: Plan, units: Units, until: date, crossed: float = 0.0, stopped: date | None = None
) -> dict[str, Any]:
    """The analysis as JSON values; no effect before the last day is over, since repeated looks inflate false positives.

    `crossed`: the part of the untreated who received treatment. `stopped`: the day on which the rollout was ended early.
    """
    wish = plan.wish
    weeks = max(0, min(wish.periods, ((until - plan.first).days + 1) // WEEK_DAYS))
    body: dict[str, Any] = {
        "kind": "rollout-analysis",
        "groundswell": version(),
        "plan": plan.hash,
        "design": wish.design,
        "gives": wish.gives,
        "metric": wish.metric,
        "first": plan.first.isoformat(),
        "last": plan.last.isoformat(),
        "until": until.isoformat(),
        "weeks_known": weeks,
        "weeks_planned": wish.periods,
        "stopped": None if stopped is None else stopped.isoformat(),
        "crossed": crossed,
    }
    if until < plan.last:
        return {**body, "verdict": TOO_EARLY, "effect": None, "notes": _notes(plan, crossed, stopped)}
    if units.rates.shape[1] < wish.periods:
        raise RolloutError(
            f"periods: got {units.rates.shape[1]}; the plan has {wish.periods} weeks; give each of them a row"
        )
    known = units.until(wish.periods)
    missing = len(plan.clusters) - len(units.names)
    notes = [*_notes(plan, crossed, stopped), *(["missing"] if missing else []), *doubts(known)]
    found = judged(known, wish.alpha)
    return {**body, "units_missing": missing, **found, "notes": [*notes, *unvaried(found)]}


def judged(units: Units, alpha: float) -> dict[str, Any]:
    """The effect and its verdict; without a verdict where no result could have been significant."""
    least = least_p(units.starts, units.strata)
    try:
        found = effect(units, alpha, DRAWS, SEED)
    except NoContrastError as none:
        return {"verdict": TOO_FEW, "effect": None, "least_p": least, "why": str(none)}
    if least > alpha:
        return {"verdict": TOO_FEW, "effect": None, "least_p": least, "why": ""}
    verdict = (MORE if found.estimate > 0 else FEWER) if found.told_apart else UNTOLD
    return {"verdict": verdict, "effect": as_json(found), "least_p": least, "brought": _brought(units, found)}


def doubts(units: Units) -> list[str]:
    """Deficiencies of the table itself."""
    return ["gaps"] if np.isnan(units.rates).any() else []


def unvaried(found: Mapping[str, Any]) -> list[str]:
    """A note where no two values differ, treated or not."""
    effect = found["effect"]
    return ["unvaried"] if effect is not None and not effect["varied"] and effect["low"] is None else []


def as_json(found: Effect) -> dict[str, Any]:
    """Plain JSON values."""
    return {**asdict(found), "robust": list(found.robust)}


def _brought(units: Units, found: Effect) -> dict[str, Any]:
    """The effect summed over all treated people and periods."""
    cells = units.treated & np.isfinite(units.rates)
    exposure = float((cells * units.people[:, np.newaxis]).sum())
    low, high = (None if one is None else one * exposure for one in (found.low, found.high))
    return {"person_periods": exposure, "estimate": found.estimate * exposure, "low": low, "high": high}


def _notes(plan: Plan, crossed: float, stopped: date | None) -> list[str]:
    notes = []
    spill = None if plan.expected is None else plan.expected.get("spill_over")
    if spill is not None and abs(spill) >= SPILL_NOTED:
        notes.append("spill-over")
    if crossed > CROSSED_NOTED:
        notes.append("crossed")
    if stopped is not None:
        notes.append("stopped")
    if plan.expected is None:
        notes.append("no-power")
    return notes


WORDS = {
    TOO_EARLY: "too early: nothing is judged before the registered last day; looking early and often finds what is not there",
    TOO_FEW: "too few units: no result of this draw could be told apart from chance",
    UNTOLD: "not told apart from no effect; that is no proof that there is none: the interval says what remains possible",
    MORE: "treated units did more, beyond what the draw explains",
    FEWER: "treated units did less, beyond what the draw explains",
    "spill-over": "treated and untreated teams see each other: in the model the estimate differs from the effect on everybody by more "
    "than a tenth",
    "crossed": "some who were not to be treated were: the estimate is of being assigned, and understates being treated",
    "stopped": "it was stopped by hand before its end: weeks after that count as they were assigned",
    "missing": "some units that were drawn are not in the table, and count nowhere: if that has to do with the treatment, the comparison "
    "is none",
    "gaps": "some units lack some periods, which count nowhere: if that has to do with the treatment, the comparison is none",
    "unvaried": "no value differs from another: they do not tell how far chance goes; look whether they are what they should be",
    "no-power": "no power was simulated beforehand: that nothing was found says little",
}
