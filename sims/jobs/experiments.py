"""Lab experiments as a kind of job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rewards.store.session import Transaction
from sims.jobs.kind import NothingFollows
from sims.lab.asking import completed

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from sims.ensemble.bridge import Daily
    from sims.scenario.scenario import Scenario


class Experiments(NothingFollows):
    """The kind of job that simulates an experiment's scenarios, all of them run by run."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with the current people, checked to be simulable. Raises ValueError."""
        from sims.lab.pieces import check

        whole = completed(tx, organisation, spec)
        check(json.loads(whole))
        return whole

    def pieces(self, spec: str) -> int:
        """Number of pieces: a piece is some runs of every scenario."""
        return len(json.loads(spec)["chunks"])

    def compute(self, spec: str, number: int) -> bytes:
        """Simulate some runs of every scenario."""
        from sims.lab.pieces import compute

        scenarios, chunks, posterior = _read(spec)
        return compute(scenarios, *chunks[number], posterior)

    def gathering(self, spec: str, spec_hash: str) -> ExperimentSoFar:
        """A collector of runs that stops at the requested precision."""
        return ExperimentSoFar(spec, spec_hash)


class ExperimentSoFar:
    """The runs collected so far."""

    def __init__(self, spec: str, spec_hash: str) -> None:
        self._spec: Mapping[str, Any] = json.loads(spec)
        self._hash = spec_hash
        self._scenarios, _chunks, self._posterior = _read(spec)
        self._runs: list[list[Daily]] = []

    def take(self, piece: bytes) -> bool:
        """Add the next runs; True where the precision is reached."""
        from sims.lab.pieces import opened
        from sims.lab.summary import sure_enough
        from sims.rehearsal.pieces import results_of

        self._runs += opened(piece)
        return sure_enough(results_of(self._scenarios, self._runs, posterior=self._posterior), self._spec)

    def body(self) -> str:
        """The summary of the runs so far, as JSON text."""
        from sims.lab.summary import summary
        from sims.rehearsal.pieces import results_of

        results = results_of(self._scenarios, self._runs, posterior=self._posterior)
        return summary(results, self._spec, self._hash)

    @property
    def title(self) -> str:
        """The experiment's title."""
        return str(self._spec["written"]["title"])


@lru_cache(maxsize=2)
def _read(spec: str) -> tuple[list[Scenario], list[tuple[int, int]], DefaultPosterior | None]:
    from sims.forecasting.posterior import sample_in
    from sims.lab.pieces import scenarios_of

    body = json.loads(spec)
    chunks = [(int(first), int(after)) for first, after in body["chunks"]]
    return scenarios_of(body), chunks, sample_in(body)
