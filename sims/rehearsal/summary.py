"""The summary of a rehearsal: precision, weekly lift, risks, fairness, liability and provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rewards.scheme.quantities import millipoints
from rewards.scheme.scheme import IncentiveScheme
from sims.comparison.choice import LIMITS, Limit, choose
from sims.comparison.comparison import Comparison, candidate
from sims.comparison.wording import LIMIT_SHARE
from sims.ensemble.bridge import CLICKS, FAIRNESS, MOTIVATION, POINTS, SHARES, TRUST, guarded
from sims.ensemble.intervals import interval, share_above
from sims.ensemble.precision import Precision, Reached, reached
from sims.ensemble.result import ALL, Result
from sims.forecasting.posterior import named_in
from sims.rehearsal.asking import FEWEST_RUNS
from sims.rehearsal.pieces import TOOL_ONLY, TOOL_TITLE

GAMED = "gamed"
RISKS = {TRUST: "trust", MOTIVATION: "motivation", FAIRNESS: "fairness"}
GAMED_MOST = 0.05
"""Part of shares that are careless and bought by points above which a scheme is reported as a risk."""
LEAST_SHOWN = 5
"""Least size of a group; smaller ones are left out as too noisy."""

Runs = NDArray[np.float64]


def lift(candidate_: Result, nothing: Result) -> Runs:
    """float64[runs]: human clicks in excess of the control."""
    return np.asarray(candidate_.total(CLICKS) - nothing.total(CLICKS))


def precision(results: Sequence[Result], spec: Mapping[str, Any]) -> Reached:
    """The precision reached for the scheme with the least certain lift, and the requested one."""
    nothing, *others = results
    assumed = spec["assumptions"]
    asked = Precision(CLICKS, float(assumed["precision_percent"]) / 100.0, True, int(assumed["most_runs"]))
    return reached(asked, [lift(one, nothing) for one in others])


def sure_enough(results: Sequence[Result], spec: Mapping[str, Any]) -> bool:
    """True where the requested precision is reached."""
    found = precision(results, spec)
    return found.enough and found.runs >= FEWEST_RUNS


def summary(
    results: Sequence[Result], spec: Mapping[str, Any], spec_hash: str, beside: Mapping[str, Any]
) -> str:
    """The summary for pages and downloads as JSON text; the same runs give the same bytes. `beside`: results that need no runs."""
    nothing, *others = results
    chosen = choose([candidate(one) for one in others], candidate(nothing))
    comparison = Comparison(nothing, tuple(others), chosen)
    body = comparison.as_json()
    tool = next((one for one in others if one.name == TOOL_ONLY), None)
    schemes = [one for one in others if one is not tool]
    body |= {
        "kind": "rehearsal",
        "title": ", ".join(one.title for one in others),
        "assumptions": spec["assumptions"],
        "people": len(spec["people"]),
        "schemes": _tried(spec),
        "precision": precision(results, spec).as_json(FEWEST_RUNS),
        "lift": [_lift(one, nothing, tool) for one in others],
        "risks": [_risks(one, nothing) for one in others],
        "fairness": [row for one in schemes for row in _fairness(one)],
        "liability": [_liability(one, spec) for one in schemes],
    }  # fmt: skip
    body |= beside
    body["provenance"] |= {
        "spec_hash": spec_hash,
        "posterior": nothing.provenance.parameters,
        "recalibration": named_in(spec),
        "chunks": spec["chunks"],
    }
    return json.dumps(body, allow_nan=False, ensure_ascii=False, sort_keys=True)


def _tried(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [{key: one[key] for key in ("name", "role", "draft", "title", "hash")} for one in spec["schemes"]]
    alone = {"name": TOOL_ONLY, "role": "tool", "draft": None, "title": TOOL_TITLE, "hash": ""}
    return [alone, *found] if spec["assumptions"]["tool"] else found


def _lift(one: Result, nothing: Result, tool: Result | None) -> dict[str, Any]:
    gained = lift(one, nothing)
    weekly = one.weekly(CLICKS) - nothing.weekly(CLICKS)
    shares = one.total(SHARES) - nothing.total(SHARES)
    ground = float(nothing.total(CLICKS).mean())
    return {
        "scenario": one.name,
        "clicks": interval(gained).as_json(),
        "relative_percent": 100.0 * float(gained.mean()) / ground if ground > 0.0 else None,
        "shares": interval(np.asarray(shares)).as_json(),
        "beyond_tool": None if tool is None or one is tool else interval(lift(one, tool)).as_json(),
        "weekly": [interval(np.asarray(week)).as_json() for week in weekly.T],
        "share_of_runs_above": share_above(gained),
    }


def _risks(one: Result, nothing: Result) -> dict[str, Any]:
    """The three risks closest to their limits."""
    mine, ground = guarded(one), guarded(nothing)
    found = [_risk(limit, mine[limit.outcome], ground[limit.outcome]) for limit in LIMITS]
    shares, gamed = one.total(SHARES), one.total("gamed_shares")
    part = np.divide(gamed, shares, out=np.zeros_like(gamed), where=shares > 0)
    found.append(
        {
            "name": GAMED,
            "value": float(np.median(part)),
            "limit": GAMED_MOST,
            "worst": float(part.max()),
            "share_of_runs_kept": float(np.mean(part <= GAMED_MOST)),
            "room": (GAMED_MOST - float(np.median(part))) / GAMED_MOST,
        }
    )
    nearest = sorted(found, key=lambda risk: (risk["share_of_runs_kept"], risk["room"]))[:3]
    for risk in nearest:
        risk["kept"] = risk["share_of_runs_kept"] >= LIMIT_SHARE
    return {"scenario": one.name, "named": nearest}


def _risk(limit: Limit, values: Runs, ground: Runs) -> dict[str, Any]:
    shown = values - ground if limit.relative else values
    median = float(np.median(shown))
    # The remaining margin as a part of the distance from the harmless value to the limit.
    harmless = 0.0 if limit.relative else 1.0
    return {
        "name": RISKS[limit.outcome],
        "value": median,
        "limit": limit.floor,
        "worst": float(shown.min()),
        "share_of_runs_kept": float(np.mean(shown >= limit.floor)),
        "room": (median - limit.floor) / (harmless - limit.floor),
    }


def _fairness(one: Result) -> list[dict[str, Any]]:
    """Points a share and points a head of each group, relative to the overall mean."""
    whole = _ratio(one.total(POINTS), one.total(SHARES))
    head = _ratio(one.total(POINTS), one.total("headcount"))
    found = []
    for split in one.splits():
        heads = one.total("headcount", split)
        if float(np.median(heads)) < LEAST_SHOWN:
            continue
        points = one.total(POINTS, split)
        a_share = _ratio(_ratio(points, one.total(SHARES, split)), whole)
        a_head = _ratio(_ratio(points, heads), head)
        found.append(
            {
                "scenario": one.name,
                "group": split,
                "people": float(np.median(heads)),
                "points_a_share": interval(a_share).as_json(),
                "points_a_head": interval(a_head).as_json(),
            }
        )
    return found


def _liability(one: Result, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Liability for points in money: today, and at the end of the runs."""
    owed = one.total("liability", ALL)
    document = next(each["document"] for each in spec["schemes"] if each["name"] == one.name)
    scheme = IncentiveScheme.model_validate(document)
    rate = max(
        (reward.unit_cost_cents / millipoints(reward.points) for reward in scheme.rewards if reward.points),
        default=0.0,
    )
    found = interval(owed)
    return {
        "scenario": one.name,
        "today": spec["outstanding_millipoints"] * rate / 100.0,
        "expected": found.median,
        "p80": float(np.quantile(owed, 0.8)),
        "worst": float(owed.max()),
        "paid": interval(one.total("cost")).as_json(),
        "points": interval(one.total(POINTS)).as_json(),
        "priced": bool(rate),
    }


def _ratio(above: Runs, below: Runs) -> Runs:
    return np.asarray(np.divide(above, below, out=np.zeros_like(above), where=below > 0))
