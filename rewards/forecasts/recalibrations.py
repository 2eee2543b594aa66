"""Recalibrations: a posterior is proposed, and a person accepts or rejects it with a reason. Forecasts use the latest accepted one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from rewards.faults import BadValue, Conflict, NotFound
from rewards.store import recalibrations as rows
from rewards.store import trail
from rewards.store.recalibrations import ACCEPTED, OPEN, REJECTED, WITHDRAWN
from rewards.store.rows import ListedRecalibrationRow
from rewards.store.session import Transaction
from rewards.store.units import digest, dump, from_us, maybe_us, to_us

MOST_WORDS = 1000
Belief = Literal["accepted", "published"]
"""The posterior that simulations of a company use: the one accepted last, or that of published findings."""
MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Recalibration:
    """A proposal and what became of it.

    `about`: how many vectors of how many parameters, which of them the data moved, and what to know.
    """

    id: int
    content_hash: str
    about: Mapping[str, Any]
    status: str
    actor: str
    proposed_at: datetime
    decider: str | None
    reason: str
    decided_at: datetime | None

    @property
    def open(self) -> bool:
        """True where the decision is pending."""
        return self.status == OPEN


def propose(
    tx: Transaction, organisation: str, posterior: Mapping[str, Any], *, actor: str, now: datetime
) -> int:
    """Propose a posterior for acceptance by people; returns its number.

    The caller has checked its `names`, `values` and `provenance` against the model.

    Raises BadValue for one too large to be kept.
    """
    text = dump(posterior)
    if len(text) > MOST_BYTES:
        raise BadValue(
            "posterior: got {size} bytes; limit {most}; thin its vectors", size=len(text), most=MOST_BYTES
        )
    told: Mapping[str, Any] = posterior.get("calibration") or {}
    parameters: Mapping[str, Any] = told.get("parameters") or {}
    about = {
        "vectors": len(posterior["values"]),
        "parameters": len(posterior["names"]),
        "moved": sorted(name for name, one in parameters.items() if one.get("moved")),
        "warnings": [str(one) for one in told.get("warnings", ())],
    }
    number = rows.add(
        tx,
        {
            "organisation_id": organisation,
            "document": text,
            "content_hash": digest(text),
            "about": dump(about),
            "status": OPEN,
            "actor": actor,
            "proposed_us": to_us(now),
        },
    )
    trail.log(
        tx, organisation, actor, "recalibration.propose", str(number), reason=digest(text), at_us=to_us(now)
    )
    return number


def propose_once(
    tx: Transaction, organisation: str, posterior: Mapping[str, Any], *, actor: str, now: datetime
) -> int:
    """Propose a posterior unless the same one is open or accepted; returns its number in either case.

    A rejected or withdrawn one becomes a new proposal, since proposing it again requests a new decision.
    """
    known = rows.of_hash(tx, organisation, digest(dump(posterior)))
    if known is not None and known.status in (OPEN, ACCEPTED):
        return known.id
    return propose(tx, organisation, posterior, actor=actor, now=now)


def of_hash(tx: Transaction, organisation: str, content: str) -> Recalibration | None:
    """The newest proposal of a posterior by its digest."""
    row = rows.of_hash(tx, organisation, content)
    return None if row is None else _one(row)


def withdraw(
    tx: Transaction, organisation: str, number: int, reason: str, *, actor: str, now: datetime
) -> None:
    """Withdraw an acceptance with a reason: the previously accepted recalibration is used again, or published findings alone.

    Raises NotFound, BadValue without a reason, Conflict where it is not accepted.
    """
    get_recalibration(tx, organisation, number)
    words = _reason(reason)
    values = {
        "status": WITHDRAWN,
        "deciding_actor": actor,
        "reason": words,
        "decided_us": to_us(now),
    }
    if not rows.decide(tx, number, values, ACCEPTED):
        raise Conflict(
            "recalibration {number}: is not accepted; only what counts can be taken back", number=number
        )
    trail.log(
        tx, organisation, actor, f"recalibration.{WITHDRAWN}", str(number), reason=words, at_us=to_us(now)
    )


def decide(
    tx: Transaction, organisation: str, number: int, accept: bool, reason: str, *, actor: str, now: datetime
) -> None:
    """Accept or reject a proposal, once, with a reason. Raises NotFound, BadValue without a reason, Conflict where it was decided."""
    get_recalibration(tx, organisation, number)
    words = _reason(reason)
    status = ACCEPTED if accept else REJECTED
    values = {"status": status, "deciding_actor": actor, "reason": words, "decided_us": to_us(now)}
    if not rows.decide(tx, number, values):
        raise Conflict("recalibration {number}: was decided already; propose another", number=number)
    trail.log(tx, organisation, actor, f"recalibration.{status}", str(number), reason=words, at_us=to_us(now))


def _reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words or len(words) > MOST_WORDS:
        raise BadValue(
            "reason: got {count} letters; limit 1 to {most}; say why", count=len(words), most=MOST_WORDS
        )
    return words


def list_recalibrations(tx: Transaction, organisation: str, limit: int = 20) -> list[Recalibration]:
    """The newest first."""
    return [_one(row) for row in rows.page(tx, organisation, limit)]


def get_recalibration(tx: Transaction, organisation: str, number: int) -> Recalibration:
    """One recalibration by number. Raises NotFound."""
    row = rows.find(tx, organisation, number)
    if row is None:
        raise NotFound("recalibration {number}: not in this organisation; look at the list", number=number)
    return _one(row)


def belief_of(tx: Transaction, organisation: str, choice: Belief = "accepted") -> dict[str, Any] | None:
    """The posterior named by a job's specification; None: that of published findings."""
    row = rows.accepted_name(tx, organisation) if choice == "accepted" else None
    return None if row is None else {"recalibration": row.id, "hash": row.content_hash}


def with_belief(tx: Transaction, organisation: str, spec: str) -> str:
    """A specification with the document of the posterior that it names; the document is stored once for all jobs.

    Raises ValueError where the document is not the one that was named.
    """
    body = json.loads(spec)
    named = body.get("posterior")
    if not isinstance(named, dict) or "recalibration" not in named or "document" in named:
        return spec
    document = document_of(tx, organisation, named["recalibration"])
    if digest(document) != named["hash"]:
        raise BadValue(
            "recalibration {number}: is not the posterior that was asked for; ask anew",
            number=named["recalibration"],
        )
    return dump({**body, "posterior": {**named, "document": json.loads(document)}})


def document_of(tx: Transaction, organisation: str, number: int) -> str:
    """The posterior of one of them, as JSON text. Raises NotFound."""
    found = rows.document(tx, organisation, number)
    if found is None:
        raise NotFound("recalibration {number}: not in this organisation; look at the list", number=number)
    return found


def _one(row: ListedRecalibrationRow) -> Recalibration:
    return Recalibration(
        row.id, row.content_hash, json.loads(row.about), row.status, row.actor, from_us(row.proposed_us),
        row.deciding_actor, row.reason, maybe_us(row.decided_us),
    )  # fmt: skip
