"""Rows of `person_badge`, a projection of the ledger's badge entries."""

from collections.abc import Collection, Iterable

from sqlalchemy import ClauseElement, func, or_, select

from rewards.store import schema
from rewards.store.journal import JOURNAL
from rewards.store.prepared import NoRow, Prepared, each_of, insert_rows
from rewards.store.rows import BadgeEntryRow, JournalRow, PersonBadgeRow
from rewards.store.session import Transaction

BADGE = schema.person_badge
BADGE_KINDS = ("badge", "badge_lost")
NO_OBJECT = 0
"""Stands where a badge is the person's, whatever the object."""
BADGE_COLUMNS = (
    JOURNAL.c.person_id, JOURNAL.c.rule, func.coalesce(JOURNAL.c.object_key, NO_OBJECT).label("object_key"),
    JOURNAL.c.id, JOURNAL.c.kind, JOURNAL.c.occurred_us, JOURNAL.c.recorded_us, JOURNAL.c.reverses,
)  # fmt: skip
Key = tuple[int, str, int]
"""A person's badge: internal id, badge, and the key of the object or NO_OBJECT."""
_KEYS = ("organisation_id", "person_id", "badge", "object_key")
_STANDS = ("journal_id", "awarded_us", "revoked_us")


def _entries(dialect: str) -> ClauseElement:
    """All ledger entries of some badges, each with its key."""
    key = each_of([BADGE.c[name] for name in _KEYS], dialect)
    return select(*BADGE_COLUMNS).where(
        JOURNAL.c.organisation_id == key["organisation_id"],
        JOURNAL.c.person_id == key["person_id"],
        or_(*(JOURNAL.c.kind == kind for kind in BADGE_KINDS)),
        JOURNAL.c.rule == key["badge"],
        func.coalesce(JOURNAL.c.object_key, NO_OBJECT) == key["object_key"],
    )


def _keeping(dialect: str) -> ClauseElement:
    made = insert_rows(BADGE, [column.name for column in BADGE.columns], dialect)
    kept = {name: made.excluded[name] for name in _STANDS}
    kept_so: ClauseElement = made.on_conflict_do_update(index_elements=list(_KEYS), set_=kept)
    return kept_so


_ENTRIES = Prepared(BadgeEntryRow, _entries)
_KEEP = Prepared(NoRow, _keeping)


def refresh(tx: Transaction, organisation: str, badges: Iterable[Key]) -> set[int]:
    """Recompute people's badges from the ledger; returns the people who do not hold one of these now."""
    wanted = sorted(badges)
    asked = [dict(zip(_KEYS, (organisation, *key), strict=True)) for key in wanted]
    entries: dict[Key, list[BadgeEntryRow]] = {}
    for row in sorted(tx.ask(_ENTRIES, asked), key=lambda row: row.id) if asked else []:
        entries.setdefault((row.person_id, row.rule, row.object_key), []).append(row)
    stand = [badge_standing(entries[key]) for key in wanted]
    tx.later(
        _KEEP, [key | dict(zip(_STANDS, found, strict=True)) for key, found in zip(asked, stand, strict=True)]
    )
    return {
        person_id
        for (person_id, _, _), (_, _, revoked_us) in zip(wanted, stand, strict=True)
        if revoked_us is not None
    }


def badge_standing(entries: Iterable[BadgeEntryRow]) -> tuple[int, int, int | None]:
    """(entry, awarded at, revoked at or None) from one badge's entries by id: the last award that is not reversed counts.

    A later loss that is not reversed revokes it. Where every award is reversed, the last one and the instant of its reversal.
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


def badges_before(tx: Transaction, person_id: int, before_us: int) -> set[tuple[str, int]]:
    """Badges held by entries from before an instant, each with its object's key."""
    query = (
        select(BADGE.c.badge, BADGE.c.object_key)
        .join(JOURNAL, JOURNAL.c.id == BADGE.c.journal_id)
        .where(
            BADGE.c.person_id == person_id, BADGE.c.revoked_us.is_(None), JOURNAL.c.occurred_us < before_us
        )
    )
    return {(badge, object_key) for badge, object_key in tx.execute(query)}


def kept_badges(tx: Transaction, organisation: str) -> list[JournalRow]:
    """Badge entries in force, lost ones included, of people with a voided event: permanent badges outlive such events."""
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


def badges_of(tx: Transaction, person_id: int) -> list[PersonBadgeRow]:
    """The person's badges, revoked ones included, oldest first; one row for each object that earned it."""
    query = select(BADGE).where(BADGE.c.person_id == person_id)
    return tx.rows(PersonBadgeRow, query.order_by(BADGE.c.awarded_us, BADGE.c.journal_id))


def standing_badges(tx: Transaction, organisation: str) -> list[PersonBadgeRow]:
    """Every badge held in an organisation, oldest first."""
    query = select(BADGE).where(BADGE.c.organisation_id == organisation, BADGE.c.revoked_us.is_(None))
    return tx.rows(PersonBadgeRow, query.order_by(BADGE.c.awarded_us, BADGE.c.journal_id))
