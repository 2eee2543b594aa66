"""Look-up of a person's row by external id, and the audit log of changes to people."""

from datetime import datetime

from rewards.faults import NotFound
from rewards.store import enrolment, trail
from rewards.store import people as rows
from rewards.store.rows import AnyPerson, NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import to_us

PPM = 1_000_000
PSEUDONYM = "Colleague "
"""How a pseudonym begins as it is stored; the rest tells it apart."""
ACTOR_PREFIX = "token:"
"""How an organisation's token is named as an actor, before its own name. No person's id has a colon."""
BEGINNING_US = 0


def find_row(tx: Transaction, organisation: str, external_id: str) -> NamedPersonRow:
    """The person's row. Raises NotFound."""
    row = rows.find(tx, organisation, external_id)
    if row is None:
        raise NotFound(
            "person {external_id!r}: not in organisation {organisation!r}; import the person first",
            external_id=external_id,
            organisation=organisation,
        )
    return row


def accounts_of(tx: Transaction, row: AnyPerson) -> list[int]:
    """Internal ids of the person's account and of those merged into it, which older keys and proofs refer to."""
    return rows.accounts_of(tx, row.id) if row.has_history else [row.id]


def is_hidden(tx: Transaction, organisation: str, row: AnyPerson) -> bool:
    """Whether a person is hidden from all boards."""
    if row.opted_out or row.status != "active" or row.standing in (enrolment.PAUSED, enrolment.LEFT):
        return True
    return row.standing != rows.ENROLLED and enrolment.shows_enrolled_only(tx, organisation)


def log_change(
    tx: Transaction,
    organisation: str,
    actor: str,
    action: str,
    person_id: int,
    *,
    now: datetime,
    reason: str = "",
) -> None:
    """Add a line about a person to the audit log."""
    trail.log(tx, organisation, actor, action, f"person:{person_id}", reason=reason, at_us=to_us(now))
