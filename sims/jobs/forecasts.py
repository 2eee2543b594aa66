"""The kind of job that forecasts the live programme."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from rewards.store.session import Transaction
from sims.jobs.kind import NothingFollows
from sims.loop.asking import completed


class Forecasts(NothingFollows):
    """The kind of job that simulates the live programme, the tool alone and the control, from its start to some weeks ahead."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with the current people, the history so far, and the last accepted posterior."""
        return completed(tx, organisation, spec, datetime.now(UTC))

    def pieces(self, spec: str) -> int:
        """Number of pieces: a piece is some runs of every scenario."""
        return len(json.loads(spec)["chunks"])

    def compute(self, spec: str, number: int) -> bytes:
        """Simulate some runs of every scenario."""
        from sims.loop.pieces import compute

        return compute(json.loads(spec), number)

    def gathering(self, spec: str, spec_hash: str) -> ForecastSoFar:
        """A collector of all runs."""
        return ForecastSoFar(spec)


class ForecastSoFar:
    """The runs collected so far. A forecast needs all of them: stopping early would seal a different forecast."""

    def __init__(self, spec: str) -> None:
        self._spec = json.loads(spec)
        self._pieces: list[bytes] = []

    def take(self, piece: bytes) -> bool:
        """Add the next runs; True after the last."""
        self._pieces.append(piece)
        return False

    def body(self) -> str:
        """The forecast as JSON text, once all runs are present."""
        from sims.loop.pieces import body_of

        if len(self._pieces) < len(self._spec["chunks"]):
            return "{}"
        return json.dumps(body_of(self._spec, self._pieces), allow_nan=False, ensure_ascii=False)

    @property
    def title(self) -> str:
        """The scheme's title."""
        return str(self._spec["schemes"][-1]["title"])
