"""Rows of `person_badge`: who holds which badge, as the ledger's entries say."""

from collections.abc import Collection, Iterable

from sqlalchemy import func, select

from rewards.store import schema
from rewards.store.rows import BadgeEntryRow, JournalRow, PersonBadgeRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

JOURNAL = schema.journal
BADGE = schema.person_badge
KINDS = ("badge", "badge_lost")
NO_OBJECT = 0
"""Stands where a badge is the person's, whatever the object."""
COLUMNS = (
    JOURNAL.c.id, JOURNAL.c.kind, JOURNAL.c.occurred_us, JOURNAL.c.recorded_us, JOURNAL.c.reverses,
)  # fmt: skip


def refresh(tx: Transaction, organisation: str, person_id: int, badge: str, object_key: int) -> None:
    """Bring one person's badge (for one object, where every object earns it anew) to what the ledger says of it."""
    query = select(*COLUMNS).where(
        JOURNAL.c.organisation_id == organisation,
        JOURNAL.c.person_id == person_id,
        JOURNAL.c.kind.in_(KINDS),
        JOURNAL.c.rule == badge,
        func.coalesce(JOURNAL.c.object_key, NO_OBJECT) == object_key,
    )
    journal_id, awarded_us, revoked_us = standing(tx.rows(BadgeEntryRow, query.order_by(JOURNAL.c.id)))
    values = {"journal_id": journal_id, "awarded_us": awarded_us, "revoked_us": revoked_us}
    key = {
        "organisation_id": organisation, "person_id": person_id, "badge": badge, "object_key": object_key
    }  # fmt: skip
    made = upsert(tx, BADGE)
    tx.execute(made.on_conflict_do_update(index_elements=list(key), set_=values), key | values)


def standing(entries: Iterable[BadgeEntryRow]) -> tuple[int, int, int | None]:
    """(entry, awarded at, revoked at or None) from one badge's entries by id: the last award that nothing undid counts.

    A later loss that nothing undid revokes it. Where every award was undone, the last one shows when it was.
    """
    awards: list[BadgeEntryRow] = []
    undone: dict[int, int] = {}
    for row in entries:
        if row.reverses is None:
            awards.append(row)
        else:
            undone[row.reverses] = row.recorded_us
    standing = sorted(
        (row for row in awards if row.id not in undone), key=lambda row: (row.occurred_us, row.id)
    )
    held = [row for row in standing if row.kind == "badge"]
    if not held:
        last = [row for row in awards if row.kind == "badge"][-1]
        return last.id, last.occurred_us, undone[last.id]
    lost = [row for row in standing[standing.index(held[-1]) + 1 :] if row.kind == "badge_lost"]
    return held[-1].id, held[-1].occurred_us, lost[0].occurred_us if lost else None


def holds_any(
    tx: Transaction, organisation: str, person_id: int, badges: Collection[tuple[str, int]]
) -> bool:
    """True when the person holds one of these badges (each with its object's key) now."""
    query = select(BADGE.c.badge, BADGE.c.object_key).where(
        BADGE.c.organisation_id == organisation,
        BADGE.c.person_id == person_id,
        BADGE.c.badge.in_({badge for badge, _ in badges}),
        BADGE.c.object_key.in_({object_key for _, object_key in badges}),
        BADGE.c.revoked_us.is_(None),
    )
    return any((badge, object_key) in badges for badge, object_key in tx.execute(query))


def held_before(tx: Transaction, person_id: int, before_us: int) -> set[tuple[str, int]]:
    """Badges that the person holds by entries from before an instant, each with its object's key."""
    query = (
        select(BADGE.c.badge, BADGE.c.object_key)
        .join(JOURNAL, JOURNAL.c.id == BADGE.c.journal_id)
        .where(
            BADGE.c.person_id == person_id, BADGE.c.revoked_us.is_(None), JOURNAL.c.occurred_us < before_us
        )
    )
    return {(badge, object_key) for badge, object_key in tx.execute(query)}


def kept(tx: Transaction, organisation: str) -> list[JournalRow]:
    """Standing badge entries, and lost ones, of people one of whose events was undone: what was permanent may have outlived it."""
    other, event = JOURNAL.alias(), schema.event
    undone = (
        select(event.c.person_id)
        .where(event.c.voided_at_us.is_not(None))
        .union(
            select(event.c.owner_id).where(event.c.voided_at_us.is_not(None), event.c.owner_id.is_not(None))
        )
    )
    query = (
        select(JOURNAL)
        .join(other, (other.c.reverses == JOURNAL.c.id) & (other.c.origin != "merge"), isouter=True)
        .where(
            JOURNAL.c.organisation_id == organisation,
            JOURNAL.c.kind == "badge",
            JOURNAL.c.origin != "merge",
            JOURNAL.c.event_ref.is_not(None),
            JOURNAL.c.reverses.is_(None),
            JOURNAL.c.person_id.in_(undone),
            other.c.id.is_(None),
        )
        .order_by(JOURNAL.c.id)
    )
    return tx.rows(JournalRow, query)


def of_person(tx: Transaction, person_id: int) -> list[PersonBadgeRow]:
    """The person's badges, the revoked included, the oldest first; one row for each object that earned it."""
    query = select(BADGE).where(BADGE.c.person_id == person_id)
    return tx.rows(PersonBadgeRow, query.order_by(BADGE.c.awarded_us, BADGE.c.journal_id))
