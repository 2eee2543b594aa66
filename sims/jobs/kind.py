"""The interface of a kind of job: its pieces, each a pure function of the specification, and the result of the pieces so far."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from rewards.forecasts.recalibrations import with_belief
from rewards.store.session import Database, Transaction


class Kind(Protocol):
    """One kind of job. `compute` runs in a process of its own; the rest in the worker."""

    def completed(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with the data read when a worker first takes the job. Raises ValueError where it cannot be carried out."""

    def whole(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with documents that it refers to by digest, for `compute`. Raises ValueError where one is missing."""

    def pieces(self, spec: str) -> int:
        """Maximum number of pieces."""

    def compute(self, spec: str, number: int) -> bytes:
        """Compute one piece, a function of the specification and the number only."""

    def gathering(self, spec: str, spec_hash: str) -> Gathering:
        """The collector of pieces, which are added in order."""

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
        """Called in the transaction that stores the result."""

    def afterwards(self, db: Database, organisation: str, spec: str, now: datetime) -> None:
        """Called after the result is stored, outside of any transaction; a failure here does not affect the result."""


class Gathering(Protocol):
    """The pieces collected so far."""

    def take(self, piece: bytes) -> bool:
        """Add the next piece; True where no more are needed."""

    def body(self) -> str:
        """The result of the pieces so far, as JSON text."""

    @property
    def title(self) -> str:
        """The title of the result."""


class ByBelief:
    """Base of kinds whose specification refers to a posterior by digest."""

    def whole(self, tx: Transaction, organisation: str, spec: str) -> str:
        """The specification with the posterior's document."""
        return with_belief(tx, organisation, spec)


class NothingFollows(ByBelief):
    """Base of kinds without further actions after the result."""

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
        """No action."""

    def afterwards(self, db: Database, organisation: str, spec: str, now: datetime) -> None:
        """No action."""
