"""What a kind of job has to say: its pieces, each a pure function of the specification, and what the pieces done so far amount to."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from rewards.forecasts.recalibrations import with_belief
from rewards.store.session import Database, Transaction


class Kind(Protocol):
    """One kind of job. `compute` runs in a process of its own; the rest in the worker."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with what is read when a worker takes it up first. Raises ValueError where it cannot be done."""

    def whole(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with what is kept elsewhere under its digest, for those who compute. Raises ValueError where it is gone."""

    def pieces(self, spec: str) -> int:
        """How many pieces it takes at most."""

    def compute(self, spec: str, number: int) -> bytes:
        """One piece. It depends on the specification and the number alone."""

    def gathering(self, spec: str, spec_hash: str) -> Gathering:
        """What takes the pieces in, in their order."""

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
        """Called in the transaction that keeps the result."""

    def afterwards(self, db: Database, organisation: str, spec: str, now: datetime) -> None:
        """Called when the result is kept, outside of any transaction; what fails here takes nothing from the result."""


class Gathering(Protocol):
    """The pieces so far."""

    def take(self, piece: bytes) -> bool:
        """Take the next piece in; True where it is enough."""

    def body(self) -> str:
        """What they say, as JSON text."""

    @property
    def title(self) -> str:
        """What the result is called."""


class ByBelief:
    """For kinds that go by the posterior which their specification names."""

    def whole(self, tx: Transaction, organisation: str, spec: str) -> str:
        """With the posterior's document."""
        return with_belief(tx, organisation, spec)


class NothingFollows(ByBelief):
    """For kinds whose result is all that they give."""

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
        """Nothing follows from it."""

    def afterwards(self, db: Database, organisation: str, spec: str, now: datetime) -> None:
        """Nothing is done."""
