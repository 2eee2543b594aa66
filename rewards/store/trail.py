"""The audit log, and the outbox of messages to other systems."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from rewards.store import schema
from rewards.store.prepared import NoRow, inserting
from rewards.store.session import Transaction
from rewards.store.units import dump

AUDIT = schema.audit
OUTBOX = schema.outbox
_TELL = inserting(OUTBOX, NoRow)


def log(
    tx: Transaction, organisation: str, actor: str, action: str, subject: str, *, reason: str, at_us: int
) -> None:
    """Add a line to the audit log. `subject` holds internal ids, never names."""
    row = {
        "organisation_id": organisation,
        "actor": actor,
        "action": action,
        "subject": subject,
        "reason": reason,
        "recorded_us": at_us,
    }
    tx.execute(insert(AUDIT), row)


def subjects_of(tx: Transaction, organisation: str, action: str) -> list[tuple[int, str]]:
    """(instant, subject) of every log line with an action, oldest first."""
    where = (AUDIT.c.organisation_id == organisation, AUDIT.c.action == action)
    query = select(AUDIT.c.recorded_us, AUDIT.c.subject).where(*where).order_by(AUDIT.c.id)
    return [(row.recorded_us, row.subject) for row in tx.execute(query)]


def tell(tx: Transaction, organisation: str, messages: Sequence[tuple[str, object]], at_us: int) -> None:
    """Queue (topic, payload) messages for delivery after commit."""
    rows = [
        {
            "organisation_id": organisation,
            "topic": topic,
            "payload": dump(payload),
            "created_at_us": at_us,
            "dispatched_at_us": None,
        }
        for topic, payload in messages
    ]
    tx.later(_TELL, rows)
