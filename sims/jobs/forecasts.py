"""The kind of job that forecasts the live programme."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from rewards.store.session import Transaction
from sims.jobs.kind import NothingFollows
from sims.loop.asking import completed


class Forecasts(NothingFollows):
    """The live programme, the tool alone, and nothing, from when it began to some weeks ahead."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        """With the people of now, what is known, and the posterior that was accepted last."""
        return completed(tx, organisation, spec, datetime.now(UTC))

    def pieces(self, spec: str) -> int:
        """A piece is some runs of every world."""
        return len(json.loads(spec)["chunks"])

    def compute(self, spec: str, number: int) -> bytes:
        """Some runs of every world."""
        from sims.loop.pieces import compute

        return compute(json.loads(spec), number)

    def gathering(self, spec: str, spec_hash: str) -> ForecastSoFar:
        """All runs."""
        return ForecastSoFar(spec)


class ForecastSoFar:
    """The runs so far. A forecast is made of all of them: what is sealed early would be another one."""

    def __init__(self, spec: str) -> None:
        self._spec = json.loads(spec)
        self._pieces: list[bytes] = []

    def take(self, piece: bytes) -> bool:
        """Never enough before the last."""
        self._pieces.append(piece)
        return False

    def body(self) -> str:
        """The forecast, once all runs are there."""
        from sims.loop.pieces import body_of

        if len(self._pieces) < len(self._spec["chunks"]):
            return "{}"
        return json.dumps(body_of(self._spec, self._pieces), allow_nan=False, ensure_ascii=False)

    @property
    def title(self) -> str:
        """The scheme by its title."""
        return str(self._spec["schemes"][-1]["title"])
