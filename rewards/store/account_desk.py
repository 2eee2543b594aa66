"""Account administration: locking and changing accounts, listing them, and listing people without one."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from rewards.store import directory, schema
from rewards.store.accounts import having
from rewards.store.rows import AccountRow, ListedRow
from rewards.store.session import Transaction

ACCOUNT = schema.account
TOKEN = schema.api_token
IDENTITY = schema.person_identity
PERSON = schema.person
MOST_COUNTED = 1000


def lock(tx: Transaction, person_id: int) -> AccountRow | None:
    """The account's row, locked."""
    return tx.row(AccountRow, select(ACCOUNT).where(ACCOUNT.c.person_id == person_id).with_for_update())


def change(tx: Transaction, person_id: int, values: Mapping[str, object]) -> None:
    """Change columns of one account."""
    tx.execute(update(ACCOUNT).where(ACCOUNT.c.person_id == person_id).values(**values))


def others_with(tx: Transaction, organisation: str, role: str, person_id: int, states: Sequence[str]) -> bool:
    """True where another person with one of these states has an active account with the role."""
    query = (
        select(ACCOUNT.c.person_id)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .where(
            ACCOUNT.c.organisation_id == organisation,
            having(role),
            ACCOUNT.c.ended_at_us.is_(None),
            ACCOUNT.c.person_id != person_id,
            PERSON.c.status.in_(states),
        )
        .limit(1)
    )
    return tx.execute(query).first() is not None


_LISTED = (
    select(
        PERSON.c.id,
        IDENTITY.c.external_id,
        IDENTITY.c.name,
        IDENTITY.c.email,
        PERSON.c.segment,
        PERSON.c.team,
        PERSON.c.status,
        ACCOUNT.c.roles,
        ACCOUNT.c.password_hash,
        ACCOUNT.c.ended_at_us,
    )
    .select_from(IDENTITY)
    .join(PERSON, PERSON.c.id == IDENTITY.c.person_id)
    .join(ACCOUNT, ACCOUNT.c.person_id == IDENTITY.c.person_id, isouter=True)
)


def listed(
    tx: Transaction, organisation: str, search: str, role: str, after: str, *, limit: int
) -> list[ListedRow]:
    """People with their accounts, by external id after `after`; `search` matches prefixes of words, all of which are required."""
    where = [IDENTITY.c.organisation_id == organisation, IDENTITY.c.external_id > after]
    if role or search:
        meets = directory.meeting(tx, organisation, search, role)
        if meets is None:
            return []
        where += meets
    return tx.rows(ListedRow, _LISTED.where(*where).order_by(IDENTITY.c.external_id).limit(limit))


def without_account(
    tx: Transaction, organisation: str, segment: str, team: str, states: Sequence[str], *, limit: int
) -> tuple[list[tuple[str, str]], int]:
    """(external id, role from the people file) of people without an account, the first by id, and the number of the others."""
    where = [
        IDENTITY.c.organisation_id == organisation,
        PERSON.c.status.in_(states),
        ~select(ACCOUNT.c.person_id).where(ACCOUNT.c.person_id == PERSON.c.id).exists(),
    ]
    where += [PERSON.c.segment == segment] if segment else []
    where += [PERSON.c.team == team] if team else []
    query = (
        select(IDENTITY.c.external_id, PERSON.c.role)
        .join(PERSON, PERSON.c.id == IDENTITY.c.person_id)
        .where(*where)
    )
    found = [(row[0], row[1]) for row in tx.execute(query.order_by(IDENTITY.c.external_id).limit(limit))]
    if len(found) < limit:
        return found, 0
    many: int = tx.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return found, many - len(found)


def groups(
    tx: Transaction, organisation: str, states: Sequence[str], limit: int
) -> tuple[list[str], list[str]]:
    """Segments and teams of present people, the first `limit` of each by name."""
    here = and_(PERSON.c.organisation_id == organisation, PERSON.c.status.in_(states))
    found = [_names(tx, here, column, limit) for column in (PERSON.c.segment, PERSON.c.team)]
    return found[0], found[1]


def _names(tx: Transaction, here: ColumnElement[bool], column: ColumnElement[str], limit: int) -> list[str]:
    """Distinct values of a column by skip scan: each is sought behind the previous one, so that no full scan is needed."""
    least = func.min(column)
    walk = select(select(least).where(here).scalar_subquery().label("name")).cte("walk", recursive=True)
    following = select(least).where(here, column > walk.c.name).scalar_subquery()
    walk = walk.union_all(select(following).where(walk.c.name.is_not(None)))
    return list(tx.execute(select(walk.c.name).where(walk.c.name.is_not(None)).limit(limit)).scalars())


def listed_one(tx: Transaction, person_id: int) -> ListedRow | None:
    """One person with the account."""
    return tx.row(ListedRow, _LISTED.where(IDENTITY.c.person_id == person_id))


def revoke_of(tx: Transaction, person_id: int, at_us: int) -> int:
    """Revoke every token that acts for a person or was created by that person; returns how many."""
    whose = or_(TOKEN.c.person_id == person_id, TOKEN.c.maker_id == person_id)
    where = and_(whose, TOKEN.c.revoked_at_us.is_(None))
    return tx.execute(update(TOKEN).where(where).values(revoked_at_us=at_us)).rowcount


def how_many(tx: Transaction, organisation: str) -> dict[str, int]:
    """Numbers of people, scheme versions, content items and accounts, each counted up to MOST_COUNTED."""
    tables = {"people": IDENTITY, "scheme": schema.scheme_version, "content": schema.content_item, "invited": ACCOUNT}  # fmt: skip
    found = {}
    for name, table in tables.items():
        here = (
            select(table.c.organisation_id).where(table.c.organisation_id == organisation).limit(MOST_COUNTED)
        )
        found[name] = int(tx.execute(select(func.count()).select_from(here.subquery())).scalar_one())
    return found
