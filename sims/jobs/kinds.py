"""The registry of kinds of jobs; rehearsals and their turning points."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from rewards.jobs.importing import KIND as IMPORT
from rewards.jobs.importing import carry_out
from rewards.jobs.work import Held
from rewards.lab.experiments import KIND as LAB
from rewards.store.session import Database, Transaction
from rewards.store.units import digest
from sims.jobs.experiments import Experiments
from sims.jobs.forecasts import Forecasts
from sims.jobs.kind import ByBelief, Gathering, Kind, NothingFollows
from sims.jobs.rollouts import RolloutPowers
from sims.loop.asking import KIND as FORECAST
from sims.loop.calibrating import KIND as CALIBRATION
from sims.rehearsal.asking import KIND as REHEARSAL
from sims.rehearsal.asking import TURNING, TURNING_BLOCKS, ask_for_turning, completed
from sims.rollout.asking import KIND as ROLLOUT_POWER

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from sims.ensemble.bridge import Daily
    from sims.scenario.scenario import Scenario

MOST_RECORDED = 5_000
"""Number of people above which no run is recorded, since that would delay the next job."""


class Rehearsals(ByBelief):
    """The kind of job that rehearses drafts of schemes in simulation."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with the current people."""
        return completed(tx, organisation, spec)

    def pieces(self, spec: str) -> int:
        """Number of pieces: a piece is some runs of every scenario."""
        return len(json.loads(spec)["chunks"])

    def compute(self, spec: str, number: int) -> bytes:
        """Simulate some runs of every scenario."""
        from sims.rehearsal.pieces import compute

        scenarios, chunks, posterior = _read(spec)
        first, after = chunks[number]
        return compute(scenarios, first, after, posterior)

    def gathering(self, spec: str, spec_hash: str) -> Gathering:
        """A collector of runs that stops at the requested precision."""
        return _RehearsalSoFar(spec, spec_hash)

    def kept(
        self,
        tx: Transaction,
        organisation: str,
        actor: str,
        spec: str,
        body: str,
        *,
        result: int,
        now: datetime,
    ) -> None:
        """Mark the drafts with this text as rehearsed, and enqueue the search for turning points of their risks."""
        from rewards.publishing.rehearsals import note_rehearsal

        note_rehearsal(tx, organisation, result, json.loads(body), actor, now=now)
        ask_for_turning(tx, organisation, json.loads(spec), digest(spec), result=result, now=now)

    def afterwards(self, db: Database, organisation: str, spec: str, now: datetime) -> None:
        """Record one run of the first draft for the player and for rescoring in the designer, unless the company is too large."""
        from rewards.publishing.behaviour import keep_behaviour
        from sims.recording.kept import keep_recording
        from sims.recording.recording import record

        body = json.loads(spec)
        if len(body["people"]) > MOST_RECORDED:
            return
        scenarios, _chunks, posterior = _read(spec)
        names = [one["name"] for one in body["schemes"] if one["role"] == "draft"] or [scenarios[-1].name]
        found = record(next(one for one in scenarios if one.name == names[0]), posterior=posterior)
        with db.begin() as tx:
            keep_recording(tx, organisation, found.body, now)
            keep_behaviour(tx, organisation, found.behaviour, now)


class _RehearsalSoFar:
    def __init__(self, spec: str, spec_hash: str) -> None:
        self._spec: Mapping[str, Any] = json.loads(spec)
        self._hash = spec_hash
        self._scenarios, _chunks, self._posterior = _read(spec)
        self._runs: list[list[Daily]] = []

    def take(self, piece: bytes) -> bool:
        """Add the next runs; True where the precision is reached."""
        from sims.rehearsal.pieces import clicks_of, opened
        from sims.rehearsal.summary import sure_enough

        self._runs += opened(piece)
        return sure_enough(clicks_of(self._scenarios, self._runs), self._spec)

    def body(self) -> str:
        """The summary of the runs so far, as JSON text."""
        from sims.rehearsal.pieces import results_of
        from sims.rehearsal.summary import summary

        results = results_of(self._scenarios, self._runs, posterior=self._posterior)
        return summary(results, self._spec, self._hash, self._beside)

    @cached_property
    def _beside(self) -> dict[str, Any]:
        from sims.rehearsal.beside import beside

        return beside(self._scenarios, self._spec, self._posterior)

    @property
    def title(self) -> str:
        """The schemes by their titles."""
        return _titles(self._spec)


class Turnings(NothingFollows):
    """The kind of job that finds turning points of a rehearsal's risks."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification unchanged: that of a finished rehearsal is complete."""
        return spec

    def pieces(self, spec: str) -> int:
        """Number of pieces: a piece is some runs of one scheme at every multiple of its points."""
        return len(json.loads(spec)["schemes"]) * len(TURNING_BLOCKS)

    def compute(self, spec: str, number: int) -> bytes:
        """Simulate some runs of one scheme."""
        from sims.rehearsal.turning import compute

        return compute(json.loads(spec), number)

    def gathering(self, spec: str, spec_hash: str) -> Gathering:
        """A collector of all pieces."""
        return _TurningSoFar(spec, spec_hash)


class _TurningSoFar:
    def __init__(self, spec: str, spec_hash: str) -> None:
        self._spec: Mapping[str, Any] = json.loads(spec)
        self._hash = spec_hash
        self._pieces: list[bytes] = []

    def take(self, piece: bytes) -> bool:
        """Add the next piece; True after the last."""
        self._pieces.append(piece)
        return False

    def body(self) -> str:
        """The result of the pieces so far, as JSON text."""
        from sims.rehearsal.turning import body_of

        return body_of(self._spec, self._hash, self._pieces)

    @property
    def title(self) -> str:
        """The schemes by their titles."""
        return _titles(self._spec)


def _titles(spec: Mapping[str, Any]) -> str:
    return ", ".join(str(one["title"]) for one in spec["schemes"])


@lru_cache(maxsize=2)
def _read(spec: str) -> tuple[list[Scenario], list[tuple[int, int]], DefaultPosterior | None]:
    from sims.forecasting.posterior import sample_in
    from sims.rehearsal.pieces import scenarios_of

    body = json.loads(spec)
    chunks = [(int(first), int(after)) for first, after in body["chunks"]]
    return scenarios_of(body), chunks, sample_in(body)


WHOLE: Mapping[str, Callable[[Database, Held, Callable[[], datetime]], None]] = {IMPORT: carry_out}
"""Kinds that are not divided into pieces: the worker carries each out and finishes the job."""
KINDS: Mapping[str, Kind] = {
    REHEARSAL: Rehearsals(),
    TURNING: Turnings(),
    LAB: Experiments(),
    ROLLOUT_POWER: RolloutPowers(),
    FORECAST: Forecasts(),
}


def compute_of(kind: str) -> Callable[[str, int], bytes]:
    """The function that computes a piece of a kind from the specification's text and the piece's number."""
    if kind == CALIBRATION:
        from sims.loop.learning import lived

        return lambda spec, _number: lived(spec)
    return KINDS[kind].compute


def warm() -> None:
    """Import and compile in advance what the first piece needs."""
    from rewards.scheme.presets import PRESETS
    from sims.rehearsal.pieces import compute, scenarios_of

    person = {"segment": "a", "team": "a", "timezone": "UTC", "contacts": 10, "desk": "desk"}
    assumed = {
        "audience": 100,
        "items_per_week": 5.0,
        "strictness": 0.3,
        "training": 0.2,
        "approval_delay_days": 0,
        "friction": 0.3,
        "weeks": 4,
        "seed": 1,
        "quiet_weeks": 1,
        "tool": True,
    }
    schemes = [
        {"name": name, "title": name, "document": scheme.model_dump(mode="json")}
        for name, scheme in PRESETS.items()
    ]
    people = [{"id": f"n{number}", **person} for number in range(12)]
    spec = {"people": people, "timezone": "UTC", "assumptions": assumed, "schemes": schemes}
    compute(scenarios_of(spec), 0, 2)
