"""Expiry of spendable points: the rest of a lot expires after the number of days in the scheme."""

from datetime import datetime

from rewards.ledger.new_entries import EXPIRED, SPENDABLE, NewEntry
from rewards.ledger.places import today
from rewards.ledger.posting import post, purses
from rewards.ledger.versions import NO_SCHEME, Schemes
from rewards.store import purses as rows
from rewards.store import states
from rewards.store.session import Transaction
from rewards.store.units import to_us

DAY_US = 86_400_000_000


def expire_due(tx: Transaction, organisation: str, now: datetime) -> int:
    """Expire spendable points older than `redemption_expiry_days`; returns how many people lost some.

    Days count from when the points first became spendable, replays notwithstanding; for a refunded claim from its refund. Earned
    points, which rank, are untouched. Idempotent: a second run finds nothing.
    """
    schemes, now_us = Schemes.of(tx, organisation), to_us(now)
    version = schemes.at(now_us)
    days = None if version == NO_SCHEME else schemes.scheme(version).calendar.redemption_expiry_days
    if days is None:
        return 0
    before_us = now_us - days * DAY_US
    # Candidates are found without a lock; the amounts are read again under the locks, when nobody else can spend.
    locked = states.lock(tx, organisation, rows.with_old_points(tx, organisation, before_us))
    old = {who: purse.older_than(before_us) for who, purse in purses(tx, list(locked)).items()}
    day = today(now_us, schemes.zone(version)).toordinal()
    drafts = [
        NewEntry(
            person_id=person_id, origin="expiry", kind="expiry", rule="", amount=-amount, reason="expired",
            scheme_version=version, local_date=day, board_date=day, team="", occurred_us=now_us,
            moves=((SPENDABLE, person_id, "", -amount), (EXPIRED, person_id, "", amount)),
        )
        for person_id, amount in sorted(old.items())
        if amount
    ]  # fmt: skip
    post(tx, organisation, drafts, now_us)
    return len(drafts)
