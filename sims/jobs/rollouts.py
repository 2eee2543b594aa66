"""The kind of job that estimates the power of rollouts: a piece is some runs of one design."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from rewards.store.session import Transaction
from sims.jobs.kind import NothingFollows
from sims.rehearsal.asking import completed
from sims.rollout.asking import wishes_of


class RolloutPowers(NothingFollows):
    """The kind of job that estimates how often each design detects the effect of a scheme."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with the current people."""
        return completed(tx, organisation, spec)

    def pieces(self, spec: str) -> int:
        """Number of pieces: chunks of runs of each design."""
        body = json.loads(spec)
        return len(body["chunks"]) * len(body["wishes"])

    def compute(self, spec: str, number: int) -> bytes:
        """Simulate some runs of one design; designs alternate, so that all have early results."""
        from sims.forecasting.posterior import sample_in
        from sims.rehearsal.pieces import scenarios_of as company_of
        from sims.rollout.power import compute, scenarios_of

        body = json.loads(spec)
        wishes = wishes_of(body)
        wish = wishes[number % len(wishes)]
        first, after = body["chunks"][number // len(wishes)]
        scenarios = scenarios_of(company_of(body)[-1], wish)
        found = compute(scenarios, wish, range(first, after), sample_in(body))
        return zlib.compress(json.dumps(found).encode(), 1)

    def gathering(self, spec: str, spec_hash: str) -> PowersSoFar:
        """A collector of all pieces."""
        return PowersSoFar(spec, spec_hash)


class PowersSoFar:
    """The runs collected so far, by design."""

    def __init__(self, spec: str, spec_hash: str) -> None:
        self._spec: Mapping[str, Any] = json.loads(spec)
        self._hash = spec_hash
        self._wishes = wishes_of(self._spec)
        self._found: list[list[Mapping[str, Any]]] = [[] for _ in self._wishes]
        self._taken = 0

    def take(self, piece: bytes) -> bool:
        """Add the next piece; True after the last."""
        self._found[self._taken % len(self._wishes)] += json.loads(zlib.decompress(piece))
        self._taken += 1
        return False

    def body(self) -> str:
        """The power of each design by the runs so far, as JSON text."""
        from sims.ensemble.bridge import parameter_source
        from sims.forecasting.posterior import named_in, sample_in
        from sims.rollout.power import gathered

        designs = [gathered(found, wish) for found, wish in zip(self._found, self._wishes, strict=True)]
        body = {
            "kind": "rollout-power",
            "spec_hash": self._hash,
            "scheme": self._spec["schemes"][0]["hash"],
            "wishes": self._spec["wishes"],
            "designs": designs,
            "posterior": parameter_source(sample_in(self._spec)),
            "recalibration": named_in(self._spec),
        }
        return json.dumps(body, allow_nan=False, ensure_ascii=False)

    @property
    def title(self) -> str:
        """The scheme's title."""
        return str(self._spec["schemes"][0]["title"])
