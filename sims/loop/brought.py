"""Estimates of the programme's effect after the fact.

From randomised rollouts where there were any, else from the model, each labelled by its credibility.

Light on purpose: a web request imports this module.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from rewards.rollout.rollouts import list_rollouts
from rewards.store.results import latest_result
from rewards.store.session import Transaction
from sims.loop.asking import KIND
from sims.rollout.live import analysis_of

Label = Literal["randomised", "calibrated", "general", "implausible"]
"""From most to least credible: a randomised rollout; the model calibrated on this company; the model of published findings; a model
whose clicks are far from those observed."""


@dataclass(frozen=True)
class Brought:
    """Human clicks attributed to the programme. `low`, `high`: a `percent` interval; None: unbounded.

    `against`: nothing, the tool alone, or untreated teams (`teams`). `clicks`: observed in total, where known. `recalibration`: the one
    that the model used, if any.
    """

    label: Label
    against: Literal["nothing", "tool", "teams"]
    first: date
    last: date
    estimate: float
    low: float | None
    high: float | None
    percent: float
    clicks: float | None
    title: str
    recalibration: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "first": self.first.isoformat(), "last": self.last.isoformat()}


def brought(tx: Transaction, organisation: str, now: datetime) -> list[Brought]:
    """The estimates, most credible first; empty where no rollout of clicks is over and no forecast was published."""
    return [*_randomised(tx, organisation, now), *_modelled(tx, organisation)]


def _randomised(tx: Transaction, organisation: str, now: datetime) -> list[Brought]:
    found = []
    for one in list_rollouts(tx, organisation):
        body = analysis_of(tx, one, now) if one.last < now.date() else None
        if body is None or body["metric"] != "clicks" or body["effect"] is None:
            continue
        got = body["brought"]
        found.append(
            Brought(
                "randomised", "teams", one.first, one.last, got["estimate"], got["low"], got["high"],
                100 * (1 - body["effect"]["alpha"]), None, one.title,
            )
        )  # fmt: skip
    return found


def _modelled(tx: Transaction, organisation: str) -> list[Brought]:
    kept = latest_result(tx, organisation, KIND)
    body = None if kept is None else json.loads(kept.body_json)
    got = None if body is None else body["brought"]
    if kept is None or body is None or got is None:
        return []
    named = body.get("recalibration")
    last = date.fromisoformat(body["forecast"]["provenance"]["cut_off"])
    first = last - timedelta(days=got["days"] - 1)
    label: Label = got["label"] if got["plausible"] else "implausible"
    sides: Sequence[tuple[Literal["nothing", "tool"], Any]] = (
        ("nothing", got["beyond_nothing"]), ("tool", got["beyond_tool"])
    )  # fmt: skip
    found = []
    for against, one in sides:
        if one is not None:
            low, high = one["p80"]
            found.append(
                Brought(
                    label,
                    against,
                    first,
                    last,
                    one["median"],
                    low,
                    high,
                    80.0,
                    got["clicks"],
                    kept.title,
                    None if named is None else named["number"],
                )
            )
    return found
