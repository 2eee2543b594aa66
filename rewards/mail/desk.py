"""The operator's view of mail: what waits, what failed and why, and trying again."""

from dataclasses import dataclass
from datetime import datetime

from rewards.faults import Conflict
from rewards.store import mail as rows
from rewards.store import trail
from rewards.store.session import Transaction
from rewards.store.units import from_us, maybe_us, to_us

NOT_SENT = (rows.FAILED, rows.EXPIRED)


@dataclass(frozen=True, slots=True)
class MailView:
    """One mail. `person` None for somebody erased since; `answer` is the result of the last attempt."""

    id: int
    kind: str
    person: str | None
    name: str
    status: str
    attempts: int
    queued_at: datetime
    next_at: datetime
    sent_at: datetime | None
    answer: str


def mails(
    tx: Transaction, organisation: str, limit: int = 100, before: int | None = None, failed_only: bool = False
) -> list[MailView]:
    """All mails, or failed ones, newest first."""
    statuses = NOT_SENT if failed_only else (rows.WAITING, rows.SENT, *NOT_SENT)
    return [
        MailView(
            row.id, row.kind, row.external_id, row.name or "", row.status, row.attempts, from_us(row.created_us),
            from_us(row.next_us), maybe_us(row.sent_us), row.answer,
        )
        for row in rows.page(tx, organisation, statuses, limit, before)
    ]  # fmt: skip


def counts(tx: Transaction, organisation: str, most: int | None = None) -> dict[str, int]:
    """How many mails of the last three months are in which state: older ones are forgotten. Nobody waits for millions to be counted
    who names a `most`: beyond it, one more stands for all that there are."""
    statuses = (rows.WAITING, rows.SENT, *NOT_SENT)
    if most is not None:
        return rows.counts_up_to(tx, organisation, statuses, most)
    found = rows.counts(tx, organisation)
    return {status: found.get(status, 0) for status in statuses}


def try_again(tx: Transaction, organisation: str, mail: int, actor: str, now: datetime) -> None:
    """Put a mail that failed back into the queue. Raises Conflict for one that did not fail, or is too late by now."""
    if not rows.again(tx, organisation, mail, to_us(now)):
        raise Conflict("mail {mail}: did not fail, or is too late by now; write a new one", mail=mail)
    trail.log(tx, organisation, actor, "mail.again", str(mail), reason="", at_us=to_us(now))
