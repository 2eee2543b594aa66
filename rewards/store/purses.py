"""Ledger entries of spendable points, for their expiry by age."""

from collections.abc import Collection, Iterable

from sqlalchemy import BigInteger, and_, bindparam, case, cast, func, or_, select

from rewards.store import schema
from rewards.store.prepared import Prepared
from rewards.store.rows import LapsedRow, SpendableRow
from rewards.store.session import Transaction

JOURNAL, POSTING, BALANCE, PERSON = schema.journal, schema.posting, schema.balance, schema.person
AS_OLD_AS_BEFORE = ("replay", "merge", "top_up", "bonus")
_LAPSED = Prepared(
    LapsedRow,
    lambda _: (
        select(BALANCE.c.holder)
        .where(BALANCE.c.organisation_id == bindparam("organisation"), BALANCE.c.account == "expired")
        .limit(1)
    ),
)
_CHUNK = 500


def with_old_points(tx: Transaction, organisation: str, before_us: int) -> list[int]:
    """People who may have spendable points awarded before an instant: a superset of those who have."""
    given = and_(POSTING.c.amount > 0, JOURNAL.c.origin.not_in(AS_OLD_AS_BEFORE))
    undone = and_(POSTING.c.amount < 0, JOURNAL.c.reverses.is_not(None))
    young = case((and_(JOURNAL.c.recorded_us >= before_us, or_(given, undone)), POSTING.c.amount), else_=0)
    query = (
        select(POSTING.c.person_id)
        .join(JOURNAL, JOURNAL.c.id == POSTING.c.journal_id)
        .where(POSTING.c.organisation_id == organisation, POSTING.c.account == "spendable")
        .group_by(POSTING.c.person_id)
        .having(and_(func.sum(POSTING.c.amount) > 0, func.sum(POSTING.c.amount - young) > 0))
    )
    return [person_id for person_id in tx.execute(query).scalars() if person_id is not None]


def any_lapsed(tx: Transaction, organisation: str) -> bool:
    """True where points of anybody have ever expired."""
    return bool(tx.ask(_LAPSED, [{"organisation": organisation}]))


def merged_into(tx: Transaction, ids: Collection[int]) -> dict[int, int]:
    """Accounts merged into these, directly or through others, with the account each ended in."""
    found: dict[int, int] = {}
    heirs = {id_: id_ for id_ in ids}
    while heirs:
        query = select(PERSON.c.id, PERSON.c.merged_into).where(PERSON.c.merged_into.in_(heirs))
        heirs = {row.id: heirs[row.merged_into] for row in tx.execute(query) if row.id not in found}
        found |= heirs
    return found


def entries_of(tx: Transaction, ids: Iterable[int]) -> list[SpendableRow]:
    """Entries with spendable points of these people, in order, each with its `person_id` and `amount`."""
    wanted = sorted(set(ids))
    found: list[SpendableRow] = []
    columns = (
        JOURNAL.c.id, JOURNAL.c.origin, JOURNAL.c.kind, JOURNAL.c.rule, JOURNAL.c.reverses, JOURNAL.c.event_ref,
        JOURNAL.c.recorded_us, JOURNAL.c.scheme_version, JOURNAL.c.dedupe, POSTING.c.person_id,
    )  # fmt: skip
    for start in range(0, len(wanted), _CHUNK):
        query = (
            select(*columns, cast(func.sum(POSTING.c.amount), BigInteger).label("amount"))
            .join(POSTING, POSTING.c.journal_id == JOURNAL.c.id)
            .where(POSTING.c.account == "spendable", POSTING.c.person_id.in_(wanted[start : start + _CHUNK]))
            .group_by(*columns)
        )
        found.extend(tx.rows(SpendableRow, query))
    return sorted(found, key=lambda row: int(row.id))
