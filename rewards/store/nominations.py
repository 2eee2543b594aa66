"""Rows of `nomination` and `award_round`."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table, and_, delete, exists, func, insert, or_, select, update

from rewards.store import schema
from rewards.store.recognition import ERASED
from rewards.store.rows import AwardRoundRow, NominationRow, OpenRoundRow
from rewards.store.session import Transaction

NOMINATION, ROUND, JOURNAL = schema.nomination, schema.award_round, schema.journal


def add(tx: Transaction, row: Mapping[str, object]) -> int:
    """Insert a nomination; returns its id."""
    return int(tx.execute(insert(NOMINATION).returning(NOMINATION.c.id), dict(row)).scalar_one())


def find(tx: Transaction, organisation: str, nomination_id: int) -> NominationRow | None:
    """One nomination."""
    where = and_(NOMINATION.c.organisation_id == organisation, NOMINATION.c.id == nomination_id)
    return tx.row(NominationRow, select(NOMINATION).where(where))


def drop(tx: Transaction, nomination_id: int) -> None:
    """Delete a nomination."""
    tx.execute(delete(NOMINATION).where(NOMINATION.c.id == nomination_id))


def named_by(
    tx: Transaction, organisation: str, award: str, first_date: int, person_id: int
) -> list[NominationRow]:
    """One person's nominations in a round, in insertion order."""
    where = and_(_of(NOMINATION, organisation, award, first_date), NOMINATION.c.nominator_id == person_id)
    return tx.rows(NominationRow, select(NOMINATION).where(where).order_by(NOMINATION.c.id))


def of_round(tx: Transaction, organisation: str, award: str, first_date: int) -> list[NominationRow]:
    """Every nomination of a round."""
    where = _of(NOMINATION, organisation, award, first_date)
    return tx.rows(NominationRow, select(NOMINATION).where(where).order_by(NOMINATION.c.id))


def winners(tx: Transaction, organisation: str, award: str, first_date: int) -> list[int]:
    """People whose awards were not reversed, by internal id."""
    other = JOURNAL.alias()
    query = (
        select(NOMINATION.c.nominee_id)
        .join(other, other.c.reverses == NOMINATION.c.journal_id, isouter=True)
        .where(
            _of(NOMINATION, organisation, award, first_date),
            NOMINATION.c.journal_id.is_not(None),
            other.c.id.is_(None),
        )
        .distinct()
        .order_by(NOMINATION.c.nominee_id)
    )
    return list(tx.execute(query).scalars())


def undecided(tx: Transaction, organisation: str) -> list[OpenRoundRow]:
    """(award, first_date, scheme_version) of rounds with nominations and no decision, oldest first."""
    decided = exists().where(
        ROUND.c.organisation_id == NOMINATION.c.organisation_id,
        ROUND.c.award == NOMINATION.c.award,
        ROUND.c.first_date == NOMINATION.c.first_date,
    )
    return _rounds(tx, NOMINATION.c.organisation_id == organisation, ~decided)


def version_of(tx: Transaction, organisation: str, award: str, first_date: int) -> int | None:
    """The scheme version of the round's last nomination; None without any."""
    found = _rounds(tx, _of(NOMINATION, organisation, award, first_date))
    return found[0].scheme_version if found else None


def _rounds(tx: Transaction, *where: ColumnElement[bool]) -> list[OpenRoundRow]:
    keys = (NOMINATION.c.award, NOMINATION.c.first_date)
    query = select(*keys, func.max(NOMINATION.c.scheme_version).label("scheme_version")).where(*where)
    return tx.rows(OpenRoundRow, query.group_by(*keys).order_by(NOMINATION.c.first_date, NOMINATION.c.award))


def decided(tx: Transaction, organisation: str, limit: int) -> list[AwardRoundRow]:
    """Decisions, newest first."""
    query = select(ROUND).where(ROUND.c.organisation_id == organisation)
    return tx.rows(AwardRoundRow, query.order_by(ROUND.c.decided_us.desc(), ROUND.c.award).limit(limit))


def decision(tx: Transaction, organisation: str, award: str, first_date: int) -> AwardRoundRow | None:
    """The decision on a round."""
    return tx.row(AwardRoundRow, select(ROUND).where(_of(ROUND, organisation, award, first_date)))


def decide(tx: Transaction, row: AwardRoundRow, journal_ids: Mapping[int, int]) -> None:
    """Insert a decision; `journal_ids`: the winners' ledger entries by internal id."""
    tx.execute(insert(ROUND), row._asdict())
    where = _of(NOMINATION, row.organisation_id, row.award, row.first_date)
    for person_id, journal_id in journal_ids.items():
        mine = and_(where, NOMINATION.c.nominee_id == person_id)
        tx.execute(update(NOMINATION).where(mine).values(journal_id=journal_id))


def reopen(tx: Transaction, organisation: str, award: str, first_date: int) -> None:
    """Delete a decision; the nominations remain."""
    tx.execute(delete(ROUND).where(_of(ROUND, organisation, award, first_date)))
    where = _of(NOMINATION, organisation, award, first_date)
    tx.execute(update(NOMINATION).where(where).values(journal_id=None))


def move(tx: Transaction, organisation: str, gone: int, kept: int) -> None:
    """Reassign one account's nominations; duplicates and self-nominations that would result are deleted."""
    where = and_(
        NOMINATION.c.organisation_id == organisation,
        or_(NOMINATION.c.nominator_id.in_((gone, kept)), NOMINATION.c.nominee_id.in_((gone, kept))),
    )
    seen: set[tuple[object, ...]] = set()
    dropped: list[int] = []
    moved: list[NominationRow] = []
    # Winners first: of two duplicates the one with a ledger entry is kept.
    decided = NOMINATION.c.journal_id.is_(None)
    for row in tx.rows(NominationRow, select(NOMINATION).where(where).order_by(decided, NOMINATION.c.id)):
        pair = [kept if who == gone else who for who in (row.nominator_id, row.nominee_id)]
        key = (row.award, row.first_date, *pair)
        if (pair[0] == pair[1] and row.journal_id is None) or key in seen:
            dropped.append(row.id)
        elif gone in (row.nominator_id, row.nominee_id):
            moved.append(row)
        seen.add(key)
    if dropped:
        tx.execute(delete(NOMINATION).where(NOMINATION.c.id.in_(dropped)))
    for column in (NOMINATION.c.nominator_id, NOMINATION.c.nominee_id):
        ids = [row.id for row in moved if getattr(row, column.name) == gone]
        if ids:
            tx.execute(update(NOMINATION).where(NOMINATION.c.id.in_(ids)).values({column.name: kept}))


def blank_messages(tx: Transaction, person_id: int) -> None:
    """Delete the words by and about an erased person; the nominations remain."""
    where = or_(NOMINATION.c.nominator_id == person_id, NOMINATION.c.nominee_id == person_id)
    tx.execute(update(NOMINATION).where(where).values(message=ERASED))


def _of(table: Table, organisation: str, award: str, first_date: int) -> ColumnElement[bool]:
    return and_(
        table.c.organisation_id == organisation, table.c.award == award, table.c.first_date == first_date
    )
