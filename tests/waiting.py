"""What waits for a person's decision: events held for a look, and rewards asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rewards.document import load_document
from rewards.events import Event
from rewards.ledger.intake import record
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.shop.claims import claim_reward
from rewards.store.session import Transaction
from tests.company import ORGANISATION


def share_too_often_and_claim(tx: Transaction, scheme: str, at: datetime) -> None:
    """Under this scheme ana and hal share three times within minutes, and each asks for a trip."""
    publish_scheme(tx, ORGANISATION, load_document(scheme, IncentiveScheme, "test"), at, "sam", "test", at)
    for person in ("ana", "hal"):
        events = [
            Event(
                source="test", id=f"{person}{number}", kind="share", subject=person, object=f"i{number}",
                occurred_at=at + timedelta(minutes=number),
            )
            for number in range(3)
        ]  # fmt: skip
        record(tx, ORGANISATION, events, received_at=at + timedelta(minutes=5))
        claim_reward(tx, ORGANISATION, person, "trip", f"trip {person}", now=datetime.now(UTC))
