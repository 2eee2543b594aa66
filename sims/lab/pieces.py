"""The scenarios of a lab run, and its pieces: some runs of every scenario, computed independently and serialised as bytes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rewards.scheme.scheme import IncentiveScheme
from sims.ensemble.bridge import Daily, daily_outcomes
from sims.ensemble.result import ALL
from sims.ensemble.spread import warnings_of
from sims.lab.asking import names_live
from sims.lab.document import Written, scenario_of
from sims.lab.levers import LEVERS, Lever
from sims.scenario.scenario import Scenario

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior

OUTCOMES = (
    "human_clicks", "corporate_clicks", "shares", "viewers", "weekly_sharers", "reposts", "care", "peer_trust",
    "corporate_trust", "fatigue", "motivation", "fear", "annoyance", "enrolled", "unfollows", "risky_shares", "sanctions",
    "points", "cost",
)  # fmt: skip
"""The outcomes that the lab shows."""
SETTING = "setting-"
KEPT = (*(name for name in OUTCOMES if name != "care"), "quality")
"""The daily outcomes that are stored; care is a quotient of two of them."""


def scenarios_of(spec: Mapping[str, Any]) -> list[Scenario]:
    """The control, then the scenario as it is (where it differs from the control) and its variants; for a sweep, one for each setting.

    Raises ValueError for an invalid scenario, such as one that names a segment that the live people do not have.
    """
    written = Written.model_validate(_of_company(spec))
    known = {name: IncentiveScheme.model_validate(one) for name, one in spec["schemes"].items()}
    people = spec.get("people", ())
    base = scenario_of(written, None, known.get, people)
    nothing = base.without_schemes()
    if written.sweep is not None:
        found = [nothing, *_settings(written, known, people)]
    else:
        variants = [scenario_of(written, at, known.get, people) for at in range(len(written.variants))]
        found = [nothing, *([] if base.phases == nothing.phases else [base]), *variants]
    return [one.model_copy(update={"outcomes": OUTCOMES, "splits": ()}) for one in found]


def _of_company(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The experiment with the company's time zone as the default for live people."""
    written: dict[str, Any] = spec["written"]
    company = written["scenario"].get("organisation")
    if not names_live(written) or not isinstance(company, dict):
        return written
    zoned = {"timezone": spec["timezone"], **company}
    return {**written, "scenario": {**written["scenario"], "organisation": zoned}}


def _settings(
    written: Written, known: Mapping[str, IncentiveScheme], people: Sequence[Mapping[str, Any]]
) -> list[Scenario]:
    swept = written.sweep
    assert swept is not None
    names = [one.name for one in written.variants]
    of = scenario_of(written, names.index(swept.of) if swept.of else None, known.get, people)
    return pulled(of, LEVERS[swept.lever], settings_of(written))


def pulled(scenario: Scenario, lever: Lever, settings: Sequence[float]) -> list[Scenario]:
    """The scenario with the lever at each setting."""
    return [
        lever.pull(scenario, setting).model_copy(update={"name": f"{SETTING}{at}", "title": f"{setting:g}"})
        for at, setting in enumerate(settings)
    ]


def settings_of(written: Written) -> tuple[float, ...]:
    """The settings of the sweep; empty without one."""
    if written.sweep is None:
        return ()
    lever = LEVERS[written.sweep.lever]
    return lever.settings(*written.sweep.ends(lever), written.sweep.steps)


def check(spec: Mapping[str, Any]) -> None:
    """Check before the first run that all scenarios can be simulated to the end. Raises ValueError."""
    for scenario in scenarios_of(spec):
        warnings_of(scenario)


def compute(
    scenarios: Sequence[Scenario], first: int, after: int, posterior: DefaultPosterior | None = None
) -> bytes:
    """Simulate some runs of every scenario; a pure function of its arguments, so that every worker gives the same bytes."""
    found = daily_outcomes(scenarios, scenarios[0].seed, range(first, after), posterior=posterior)
    values = np.array([[[daily[ALL][name] for name in KEPT] for daily in run] for run in found], dtype="<f8")
    head = json.dumps(values.shape).encode()
    return zlib.compress(head + b"\n" + values.tobytes(), 1)


def opened(piece: bytes) -> list[list[Daily]]:
    """The result of `compute` deserialised: daily outcomes by run, then scenario."""
    head, _, body = zlib.decompress(piece).partition(b"\n")
    values = np.frombuffer(body, dtype="<f8").reshape(json.loads(head))
    return [[{ALL: dict(zip(KEPT, daily, strict=True))} for daily in run] for run in values]
