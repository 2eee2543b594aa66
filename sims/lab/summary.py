"""The summary of an experiment's runs: outcomes of every scenario, gains over the control, and turning points of the lever."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.parameters.default_posterior import draw_parameters
from rewards.language import msg
from sims.comparison.turning import RESAMPLES, crossing
from sims.ensemble.bridge import outcome_specs
from sims.ensemble.intervals import interval, share_above
from sims.ensemble.precision import Precision, Reached, reached
from sims.ensemble.ranking import ranked
from sims.ensemble.result import Result
from sims.forecasting.posterior import named_in
from sims.lab.document import BASE, NOTHING, Written
from sims.lab.levers import LEVERS, Lever
from sims.lab.pieces import OUTCOMES, SETTING, settings_of
from sims.rehearsal.asking import FEWEST_RUNS

Runs = NDArray[np.float64]
EMPLOYEES, PAGE, ALL_CLICKS = "human_clicks", "corporate_clicks", "all_clicks"
BOTH = {
    "name": ALL_CLICKS,
    "title": msg("Clicks, employees' and the page's"),
    "unit": "clicks",
    "definition": msg(
        "Clicks on employees' shares and their reposts, and on posts of the company's own accounts."
    ),
    "kind": "flow",
    "better": "more",
}
TURNED = (
    ALL_CLICKS,
    EMPLOYEES,
    PAGE,
    "shares",
    "peer_trust",
    "motivation",
    "fear",
    "annoyance",
    "risky_shares",
)
"""Outcomes for which a sweep reports turning points, the most important first."""


def values_of(one: Result, name: str) -> Runs:
    """float64[runs]: one outcome over the whole horizon."""
    if name == ALL_CLICKS:
        return np.asarray(one.total(EMPLOYEES) + one.total(PAGE))
    return one.total(name)


def precision(results: Sequence[Result], spec: Mapping[str, Any]) -> Reached:
    """The precision reached for the scenario with the least certain gain, and the requested one."""
    nothing, *others = results
    part, most = float(spec["written"]["precision_percent"]) / 100.0, int(spec["chunks"][-1][1])
    ground = values_of(nothing, ALL_CLICKS)
    gains = [values_of(one, ALL_CLICKS) - ground for one in others]
    # Without any scenario other than the control, the precision is that of the control.
    return reached(Precision(ALL_CLICKS, part, True, most), gains or [ground])


def sure_enough(results: Sequence[Result], spec: Mapping[str, Any]) -> bool:
    """True where the requested precision is reached."""
    found = precision(results, spec)
    return found.enough and found.runs >= FEWEST_RUNS


def summary(results: Sequence[Result], spec: Mapping[str, Any], spec_hash: str) -> str:
    """The summary for pages and downloads as JSON text; the same runs give the same bytes."""
    written = Written.model_validate(spec["written"])
    settings = settings_of(written)
    titles = {variant.name: variant.title for variant in written.variants}
    body: dict[str, Any] = {
        "kind": "lab",
        "title": written.title,
        **numbers(results, titles, settings),
        "sweep": None
        if written.sweep is None
        else turns(results, LEVERS[written.sweep.lever], settings, written.sweep.of),
        "precision": precision(results, spec).as_json(FEWEST_RUNS),
        "hanging": hanging(results),
    }
    body["provenance"] |= {
        "recalibration": named_in(spec),
        "live_people": len(spec.get("people", ())),
        "spec_hash": spec_hash,
        "chunks": spec["chunks"],
    }
    return json.dumps(body, allow_nan=False, ensure_ascii=False, sort_keys=True)


def hanging(results: Sequence[Result]) -> list[dict[str, Any]]:
    """For each scenario, the parameters without evidence to which its gain in clicks is most sensitive."""
    nothing, *others = results
    ground, about = values_of(nothing, ALL_CLICKS), nothing.provenance
    drawn = [draw_parameters(about.seed, run) for run in range(about.runs)]
    return [
        {"scenario": one.name, "named": ranked(np.asarray(values_of(one, ALL_CLICKS) - ground), drawn)}
        for one in others
    ]


def numbers(
    results: Sequence[Result], titles: Mapping[str, str], settings: Sequence[float]
) -> dict[str, Any]:
    """Every outcome of every scenario (the first is the control), with the provenance."""
    nothing, about = results[0], results[0].provenance
    return {
        "outcomes": [BOTH, *(outcome_specs()[name].as_json() for name in OUTCOMES)],
        "scenarios": [_scenario(one, nothing, titles, settings) for one in results],
        "warnings": list(dict.fromkeys(line for one in results for line in one.warnings)),
        "provenance": {
            "groundswell": about.groundswell,
            "seed": about.seed,
            "runs": about.runs,
            "horizon_days": about.horizon_days,
            "posterior": about.parameters,
            "scenarios": [
                {
                    "name": one.name,
                    "hash": one.provenance.scenario_hash,
                    "schemes": dict(sorted(one.provenance.scheme_hashes.items())),
                }
                for one in results
            ],
        },
    }


def _scenario(
    one: Result, nothing: Result, titles: Mapping[str, str], settings: Sequence[float]
) -> dict[str, Any]:
    names = (ALL_CLICKS, *OUTCOMES)
    weekly = {
        name: [interval(np.asarray(week)).as_json() for week in _weekly(one, nothing, name).T]
        for name in (ALL_CLICKS, EMPLOYEES, PAGE)
    }
    at = int(one.name.removeprefix(SETTING)) if settings and one.name != NOTHING else None
    role = {NOTHING: NOTHING, BASE: "base"}.get(one.name, "variant" if at is None else "setting")
    return {
        "name": one.name,
        "title": titles.get(one.name) or ("" if role in (NOTHING, "base") else one.title),
        "role": role,
        "setting": None if at is None else settings[at],
        "totals": {name: interval(values_of(one, name)).as_json() for name in names},
        "more": {
            name: interval(gain).as_json() | {"share_of_runs_above": share_above(gain)}
            for name in names
            for gain in [values_of(one, name) - values_of(nothing, name)]
        },
        "weekly_more": weekly,
    }


def _weekly(one: Result, nothing: Result, name: str) -> Runs:
    names = (EMPLOYEES, PAGE) if name == ALL_CLICKS else (name,)
    return np.asarray(sum(one.weekly(each) - nothing.weekly(each) for each in names))


def turns(results: Sequence[Result], lever: Lever, settings: Sequence[float], of: str = "") -> dict[str, Any]:
    """The turning points of a lever; `results` are those of the control and of each setting."""
    nothing, *others = results
    at, found = np.array(settings), []
    for name in TURNED:
        ground = values_of(nothing, name)
        gains = np.stack([values_of(one, name) - ground for one in others], axis=1)
        found.append({"outcome": name, "gain": _turn(at, gains, False), "marginal": _turn(at, gains, True)})
    return {
        "lever": lever.name,
        "title": lever.title,
        "of": of,
        "settings": at.tolist(),
        "turns": found,
    }


def _turn(settings: Runs, gains: Runs, marginal: bool) -> dict[str, Any]:
    """The setting at which the gain over the control changes sign or, with `marginal`, beyond which it falls.

    `gains`: float64[runs, settings].
    """
    at = _at(settings, gains.mean(axis=0), marginal)
    rng = np.random.default_rng((int(marginal), len(gains)))
    again = (
        _at(settings, gains[rng.integers(0, len(gains), len(gains))].mean(axis=0), marginal)
        for _ in range(RESAMPLES)
    )
    crossed = [each for each in again if each is not None]
    return {
        "at": at,
        "interval_80": None if at is None or not crossed else np.quantile(crossed, (0.1, 0.9)).tolist(),
        "share_of_resamples_that_turn": len(crossed) / RESAMPLES,
        "first": float(gains[:, 0].mean()),
        "last": float(gains[:, -1].mean()),
    }


def _at(settings: Runs, means: Runs, marginal: bool) -> float | None:
    if marginal:
        # A constant gain has no turning point.
        return None if np.ptp(means) == 0.0 else crossing(settings, means, marginal=True)
    # The reference is a gain of 0, not the gain at the first setting.
    return crossing(np.concatenate([settings[:1], settings]), np.concatenate([[0.0], means]), marginal=False)
