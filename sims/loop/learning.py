"""Calibration jobs: the company's scenario, parameter vectors in pieces, and the resulting posterior."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sims.calibration.calibrate import Question, budget_of, document, fitted
from sims.calibration.living import Asked, Lives, live
from sims.forecasting.posterior import Posterior
from sims.history.series import History
from sims.loop.pieces import worlds
from sims.scenario.scenario import Scenario, SchemePhase


def scenario_of(spec: Mapping[str, Any]) -> Scenario:
    """The scenario of the company over the weeks of its history, with the schemes in force."""
    live_one = worlds(spec)[0].model_copy(update={"name": "company", "title": ""})
    begun = spec.get("tool_from")
    if begun is None:
        return live_one
    before = [{"day": 0}] if begun else []
    phases = [SchemePhase.model_validate(one) for one in (*before, {"day": begun, "tool": {}})]
    return live_one.model_copy(update={"phases": tuple(phases)})


def question_of(spec: Mapping[str, Any]) -> tuple[Question, History, Scenario]:
    """The calibration's question, history and scenario. Raises CalibrationError where the history is not informative."""
    history, scenario = History.model_validate(spec["history"]), scenario_of(spec)
    return Question.of(history, scenario), history, scenario


def lived(task: str) -> bytes:
    """The simulated weekly values of a piece, float64[series, weeks] a run, as JSON; a pure function of the piece."""
    spec, vectors = json.loads(task)
    found = live(_asked(spec), tuple((int(run), tuple(values)) for run, values in vectors))
    return json.dumps([one.tolist() for one in found], allow_nan=False).encode()


@lru_cache(maxsize=1)
def _asked(spec: str) -> Asked:
    body = json.loads(spec)
    return question_of(body)[0].asked(seed_of(body))


def seed_of(spec: Mapping[str, Any]) -> int:
    """The seed of all random numbers of the calibration."""
    return int(spec["assumptions"]["seed"])


def posterior_of(spec: Mapping[str, Any], model: Lives) -> Posterior:
    """The posterior given the history, with a function that simulates vectors."""
    question, history, scenario = question_of(spec)
    budget, seed = budget_of(int(spec["runs"])), seed_of(spec)
    return document(
        question, fitted(question, model, budget, seed), history, scenario, budget=budget, seed=seed
    )
