"""Pieces of a forecast job: some runs of the programme, of the tool alone and of the control, each with its parameter vector."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sims.calibration.going_on import going_on
from sims.calibration.series import SIMULATED
from sims.ensemble.bridge import CLICKS, lived, parameters_of
from sims.ensemble.intervals import interval
from sims.ensemble.result import ALL, WEEK_DAYS
from sims.forecasting.forecast import FORECAST, Known, sealed
from sims.forecasting.posterior import Posterior, load_posterior, named_in, posterior_in
from sims.history.series import History
from sims.rehearsal.pieces import scenarios_of
from sims.scenario.scenario import Scenario, SchemePhase

KEPT = tuple(dict.fromkeys((*FORECAST, *chain.from_iterable(SIMULATED.values()), "headcount")))
Runs = NDArray[np.float64]
GENERAL = "of published findings, and nothing of this company: it was never recalibrated"


def worlds(spec: Mapping[str, Any]) -> list[Scenario]:
    """The scenarios of a forecast: the programme, past and planned, the tool alone, and the control."""
    base = scenarios_of(spec)[0]
    schemes = {one["name"]: one["document"] for one in spec["schemes"]}
    tool: dict[str, Any] = {"tool": {}} if spec["assumptions"]["tool"] else {}
    names: dict[str, Any] = {}
    phases = []
    for day, version in spec["turns"]:
        document = schemes.get(f"v{version}")
        phase: dict[str, Any] = {"day": day}
        if document is not None:
            # Versions with the same name are distinguished by number.
            if names.setdefault(document["name"], version) != version:
                document = {**document, "name": f"{document['name'][:50]}-v{version}"}
            phase |= {"scheme": document, **tool}
        phases.append(SchemePhase.model_validate(phase))
    live = base.model_copy(
        update={
            "name": "live-programme",
            "title": "The live programme",
            "phases": tuple(phases),
            "horizon_days": WEEK_DAYS * spec["horizon_weeks"],
            "start_date": date.fromisoformat(spec["start"]),
            "splits": (),
        }
    )
    alone = live.tool_alone()
    return [live, *([] if alone is None else [alone]), live.without_schemes()]


def posterior_of(spec: Mapping[str, Any]) -> Posterior:
    """The last accepted posterior; the stored one without any."""
    return posterior_in(spec) or load_posterior(None)


def compute(spec: Mapping[str, Any], number: int) -> bytes:
    """Simulate some runs of every scenario; a pure function of the specification and the number."""
    scenarios, sample = worlds(spec), posterior_of(spec).sample()
    seed, runs = spec["assumptions"]["seed"], range(*spec["chunks"][number])
    asked = [
        (one, [(seed, run, parameters_of(one, seed, run, posterior=sample)) for run in runs])
        for one in scenarios
    ]
    body = [
        [_packed(daily[ALL], KEPT if place == 0 else (CLICKS,)) for place, daily in enumerate(run)]
        for run in lived(asked)
    ]
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 1)


def body_of(spec: Mapping[str, Any], pieces: Sequence[bytes]) -> dict[str, Any]:
    """The result of the runs: the sealed forecast, and the programme's effect so far against the control and the tool alone."""
    runs = [run for piece in pieces for run in json.loads(zlib.decompress(piece))]
    scenarios = worlds(spec)
    live = {name: np.stack([_array(run[0][name]) for run in runs]) for name in KEPT}
    clicks = [np.stack([_array(run[place][CLICKS]) for run in runs]) for place in range(len(scenarios))]
    known = spec["known"]
    cut = None if known is None else Known(date.fromisoformat(known["last"]), known["hash"])
    accepted = spec["posterior"] is not None
    warnings = () if accepted else (f"posterior: {GENERAL}",)
    posterior = posterior_of(spec)
    moved = (
        None if known is None else going_on(History.model_validate(known["history"]), scenarios[0], posterior)
    )
    forecast = sealed(
        scenarios[0],
        posterior,
        live,
        spec["assumptions"]["seed"],
        cut,
        warnings=warnings,
        going_on=moved,
    )
    return {
        "kind": "published-forecast",
        "forecast": forecast.model_dump(mode="json"),
        "brought": brought(known, clicks, accepted),
        "recalibration": named_in(spec),
    }


def brought(known: Mapping[str, Any] | None, clicks: Sequence[Runs], accepted: bool) -> dict[str, Any] | None:
    """The observed clicks attributed to the programme.

    In each run the fraction of simulated clicks that the counterfactual lacks, times the observed clicks.

    The fraction comes from the model, the number of clicks from the data, so that a run with too many clicks does not inflate the effect.
    `clicks` are those of the programme, of the tool alone where there is one, and of the control. None without any history.
    """
    if known is None or not known["days"]:
        return None
    totals = [each[:, : known["days"]].sum(axis=1) for each in clicks]
    programme, came = totals[0], known["clicks"]
    alive = programme > 0

    def beyond(world: Runs) -> dict[str, Any] | None:
        if not alive.any():
            return None
        return interval(came * (1.0 - world[alive] / programme[alive])).as_json()

    low, high = np.quantile(programme, (0.05, 0.95))
    return {
        "days": known["days"],
        "clicks": came,
        "beyond_nothing": beyond(totals[-1]),
        "beyond_tool": None if len(totals) < 3 else beyond(totals[1]),
        "runs": int(alive.sum()),
        "label": "calibrated" if accepted else "general",
        "plausible": bool(low <= came <= high),
        "model_clicks": interval(programme).as_json(),
    }


def _packed(outcomes: Mapping[str, Runs], names: Sequence[str]) -> dict[str, str]:
    return {
        name: base64.b64encode(np.ascontiguousarray(outcomes[name], dtype=np.float64).tobytes()).decode()
        for name in names
    }


def _array(text: str) -> Runs:
    return np.frombuffer(base64.b64decode(text))
