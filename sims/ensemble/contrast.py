"""Contrasts of arms with the control within one scenario: per head, in total and by period, with intervals over runs.

An arm and the control are disjoint random groups of the same company, so that the difference of their means is the effect of the arm's
phases. Their sizes differ, so that flows are divided by the number of people.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sims.ensemble.intervals import interval, share_above

Runs = NDArray[np.float64]

CONTROL_ARM = "arm=control"
HEADCOUNT = "headcount"


class Kind(Protocol):
    """The kind of an outcome, which determines its aggregation."""

    @property
    def kind(self) -> str:
        """`flow`, `stock` or `ratio`."""


class Horizon(Protocol):
    """The horizon of a simulation."""

    @property
    def horizon_days(self) -> int:
        """Days."""


class Ensemble(Protocol):
    """The part of a result's interface that contrasts use."""

    @property
    def daily(self) -> Mapping[str, Mapping[str, Runs]]:
        """Daily values by split and outcome: float64[runs, days]."""

    @property
    def specs(self) -> Mapping[str, Kind]:
        """Every outcome's definition."""

    @property
    def reported(self) -> tuple[str, ...]:
        """The requested outcomes."""

    @property
    def provenance(self) -> Horizon:
        """Where the result comes from."""

    @property
    def periods(self) -> list[slice]:
        """Days of each period."""

    def splits(self) -> list[str]:
        """Names of the groups."""

    def weeks(self) -> list[slice]:
        """Days of each week."""

    def has(self, outcome: str, split: str) -> bool:
        """True where the outcome is measured for the group."""

    def over(self, outcome: str, days: slice, split: str) -> Runs:
        """The outcome over those days: float64[runs]."""


def contrasts(result: Ensemble) -> list[dict[str, Any]]:
    """Every arm minus the control, for everybody and for each group that outcomes are split by; empty without arms.

    Each entry: `arm`, `against`, `split` (`all`, or a group), `outcome`, `per` (`head` for flows, else `level`),
    `total`, `weekly` (for `all` only) and `periods`, in the order of the result's periods.
    """
    found = []
    for arm, split, treated, control in pairs(result):
        for outcome in result.reported:
            if not (result.has(outcome, treated) and result.has(outcome, control)):
                continue
            flow = result.specs[outcome].kind == "flow"
            body: dict[str, Any] = {
                "arm": arm,
                "against": "control",
                "split": split,
                "outcome": outcome,
                "per": "head" if flow else "level",
                "total": _difference(
                    result, outcome, treated, control, slice(0, result.provenance.horizon_days)
                ),
                "periods": [
                    {
                        "first_day": days.start,
                        "last_day": days.stop - 1,
                        **_difference(result, outcome, treated, control, days),
                    }
                    for days in result.periods
                ],
            }
            if split == "all":
                body["weekly"] = [
                    _difference(result, outcome, treated, control, week)["difference"]
                    for week in result.weeks()
                ]
            found.append(body)
    return found


def between_periods(result: Ensemble) -> list[dict[str, Any]]:
    """Every period minus the one before, of the whole company and of each arm, run by run: flows per head and week; empty with one period.

    Each entry: `split` (`all`, or an arm), `outcome`, `per`, the first days of the `earlier` and the `later` period, their values, and the
    difference. What changed between them is the phase and the time: an arm without a change separates the two.
    """
    found = []
    periods = result.periods
    arms = [label for label in result.splits() if label.startswith("arm=") and "," not in label]
    for split in ("all", *arms):
        for outcome in result.reported:
            if not result.has(outcome, split):
                continue
            flow = result.specs[outcome].kind == "flow"
            for earlier, later in pairwise(periods):
                before, after = (_a_week(result, outcome, split, days, flow) for days in (earlier, later))
                found.append(
                    {
                        "split": split,
                        "outcome": outcome,
                        "per": "head and week" if flow else "level",
                        "earlier": earlier.start,
                        "later": later.start,
                        "before": interval(before).as_json(),
                        "after": interval(after).as_json(),
                        "difference": interval(after - before).as_json(),
                        "share_of_runs_higher": share_above(after - before),
                    }
                )
    return found


def _a_week(result: Ensemble, outcome: str, split: str, days: slice, flow: bool) -> Runs:
    value = per_head(result, outcome, split, days)
    return value * 7.0 / (days.stop - days.start) if flow else value


def pairs(result: Ensemble) -> list[tuple[str, str, str, str]]:
    """(arm, split, label of the arm's part, label of the control's part) wherever both have people."""
    splits = result.splits()
    if CONTROL_ARM not in splits:
        return []
    found = []
    for label in splits:
        arm, _, group = label.removeprefix("arm=").partition(",")
        control = CONTROL_ARM + (f",{group}" if group else "")
        if label.startswith("arm=") and arm != "control" and control in splits:
            found.append((arm, group or "all", label, control))
    return found


def per_head(result: Ensemble, outcome: str, split: str, days: slice) -> Runs:
    """An outcome of a group over some days, shape (runs,): flows per head, levels as they are."""
    value = result.over(outcome, days, split)
    if result.specs[outcome].kind != "flow":
        return value
    heads = result.daily[split][HEADCOUNT][:, days].mean(axis=1)
    return np.asarray(np.divide(value, heads, out=np.zeros_like(value), where=heads > 0))


def _difference(result: Ensemble, outcome: str, treated: str, control: str, days: slice) -> dict[str, Any]:
    mine, theirs = (per_head(result, outcome, split, days) for split in (treated, control))
    ground = theirs > 0
    relative = mine[ground] / theirs[ground] - 1.0
    return {
        "treated": interval(mine).as_json(),
        "control": interval(theirs).as_json(),
        "difference": interval(mine - theirs).as_json(),
        "relative": interval(relative).as_json() if relative.size else None,
        "share_of_runs_higher": share_above(mine - theirs),
    }
