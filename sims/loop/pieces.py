"""A forecast of the live programme in pieces: some runs of it, of the tool alone, and of nothing, each by its own vector."""

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
    """The programme as it was and will be, the tool alone, and nothing."""
    base = scenarios_of(spec)[0]
    schemes = {one["name"]: one["document"] for one in spec["schemes"]}
    tool: dict[str, Any] = {"tool": {}} if spec["assumptions"]["tool"] else {}
    names: dict[str, Any] = {}
    phases = []
    for day, version in spec["turns"]:
        document = schemes.get(f"v{version}")
        phase: dict[str, Any] = {"day": day}
        if document is not None:
            # Versions of one name are distinguished by their numbers.
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
    """The one that was accepted last; the stored one where none was."""
    return posterior_in(spec) or load_posterior(None)


def compute(spec: Mapping[str, Any], number: int) -> bytes:
    """Some runs of every world. It depends on the specification and the number alone."""
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
    """What the runs say: the sealed forecast, and what the programme brought so far beside nothing and the tool alone."""
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
    """Clicks that would not have come.

    In each run the part of the programme's that its world without it lacks, of the clicks that did come.

    That part is the model's word, and the clicks are counted: so runs which would have more clicks than came say no more of them. `clicks`
    are those of the programme, of the tool alone where there is one, and of nothing. None where nothing is known.
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
