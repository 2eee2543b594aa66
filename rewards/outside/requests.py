"""Idempotent requests: one key, one effect, one answer.

The key is taken in a transaction of its own, so that a second request sees that the first is under way; the answer is
kept in the transaction of the effect, so that there is never one without the other.
"""

import secrets
from datetime import datetime, timedelta

from rewards.faults import BadValue, Conflict
from rewards.store import requests as rows
from rewards.store.session import Transaction
from rewards.store.units import to_us

LEASE = timedelta(minutes=2)
"""A request that has not answered by then died; its key may be taken over, for its transaction was never committed."""
KEPT = timedelta(hours=48)


class KeyReused(BadValue):
    """Raised where an idempotency key is reused with another request."""

    code = "key_reused"


class InFlight(Conflict):
    """The first request of the key has not been answered yet."""

    code = "in_flight"


def begin_request(
    tx: Transaction, organisation: str, caller: str, key: str, request_hash: str, *, now: datetime
) -> tuple[str, str | None]:
    """(owner, None) for a new request, or ("", the stored response). Raises KeyReused, InFlight."""
    owner = secrets.token_hex(16)
    row = {
        "organisation_id": organisation,
        "caller": caller,
        "key": key,
        "request_hash": request_hash,
        "owner": owner,
        "until_us": to_us(now + LEASE),
        "answer": None,
        "created_us": to_us(now),
    }
    if rows.reserve(tx, row):
        return owner, None
    found = rows.find(tx, organisation, caller, key)
    if found is None:
        raise InFlight(f"key {key!r}: its first request just ended without effect; send it again")
    if found.request_hash != request_hash:
        raise KeyReused(f"key {key!r}: was used for another request; use a new key")
    if found.answer is not None:
        return "", str(found.answer)
    if found.until_us > to_us(now):
        raise InFlight(f"key {key!r}: its first request is still under way; wait and send it again")
    rows.take_over(tx, organisation, caller, key, owner, until_us=to_us(now + LEASE))
    return owner, None


def finish_request(
    tx: Transaction, organisation: str, caller: str, key: str, owner: str, *, answer: str
) -> None:
    """Store the response in the transaction of its effect. Raises InFlight where the key was taken over, which rolls both back."""
    if not rows.answer(tx, organisation, caller, key, owner, text=answer):
        raise InFlight(f"key {key!r}: took too long and was taken over by a second request; send it again")


def abandon_request(tx: Transaction, organisation: str, caller: str, key: str, owner: str) -> None:
    """The request had no effect: the key is free again."""
    rows.free(tx, organisation, caller, key, owner)


def forget_requests(tx: Transaction, now: datetime) -> int:
    """Drop keys older than KEPT; returns how many."""
    return rows.drop_before(tx, to_us(now - KEPT))
