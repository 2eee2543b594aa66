"""Accounts as they are administered: locked, changed, listed, and who has none."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, func, or_, select, update

from rewards.store import schema
from rewards.store.accounts import having
from rewards.store.rows import AccountRow, ListedRow
from rewards.store.session import Transaction

ACCOUNT = schema.account
TOKEN = schema.api_token
IDENTITY = schema.person_identity
PERSON = schema.person
MOST_COUNTED = 1000


def lock(tx: Transaction, person_id: int) -> AccountRow | None:
    """The account's row as it stands while nobody else changes it."""
    return tx.row(AccountRow, select(ACCOUNT).where(ACCOUNT.c.person_id == person_id).with_for_update())


def change(tx: Transaction, person_id: int, values: Mapping[str, object]) -> None:
    """Change columns of one account."""
    tx.execute(update(ACCOUNT).where(ACCOUNT.c.person_id == person_id).values(**values))


def others_with(tx: Transaction, organisation: str, role: str, person_id: int, states: Sequence[str]) -> bool:
    """Whether anybody but this person has the role and may sign in."""
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
    """People with their accounts, by external id from the one after `after`."""
    where = [IDENTITY.c.organisation_id == organisation, IDENTITY.c.external_id > after]
    if role:
        where.append(having(role))
    if search:
        where.append(
            or_(
                IDENTITY.c.external_id.startswith(search, autoescape=True),
                IDENTITY.c.name.icontains(search, autoescape=True),
                IDENTITY.c.email.icontains(search, autoescape=True),
            )
        )
    return tx.rows(ListedRow, _LISTED.where(*where).order_by(IDENTITY.c.external_id).limit(limit))


def without_account(
    tx: Transaction, organisation: str, segment: str, team: str, states: Sequence[str], *, limit: int
) -> tuple[list[tuple[str, str]], int]:
    """(external id, roles of the people file) of people who have no account, the first by id, and how many there are beside them."""
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


def groups(tx: Transaction, organisation: str, states: Sequence[str]) -> tuple[list[str], list[str]]:
    """The segments and the teams of people who are with the company."""
    here = (PERSON.c.organisation_id == organisation, PERSON.c.status.in_(states))
    segments = tx.execute(select(PERSON.c.segment).where(*here).distinct().order_by(PERSON.c.segment))
    teams = tx.execute(select(PERSON.c.team).where(*here).distinct().order_by(PERSON.c.team))
    return list(segments.scalars()), list(teams.scalars())


def listed_one(tx: Transaction, person_id: int) -> ListedRow | None:
    """One person with her account."""
    return tx.row(ListedRow, _LISTED.where(IDENTITY.c.person_id == person_id))


def revoke_of(tx: Transaction, person_id: int, at_us: int) -> int:
    """Revoke every token that speaks for a person or that she made; returns how many."""
    whose = or_(TOKEN.c.person_id == person_id, TOKEN.c.maker_id == person_id)
    where = and_(whose, TOKEN.c.revoked_at_us.is_(None))
    return tx.execute(update(TOKEN).where(where).values(revoked_at_us=at_us)).rowcount


def how_many(tx: Transaction, organisation: str) -> dict[str, int]:
    """How many people, versions of schemes, items of content and accounts there are; of each, beyond 1000, that many."""
    tables = {"people": IDENTITY, "scheme": schema.scheme_version, "content": schema.content_item, "invited": ACCOUNT}  # fmt: skip
    found = {}
    for name, table in tables.items():
        here = (
            select(table.c.organisation_id).where(table.c.organisation_id == organisation).limit(MOST_COUNTED)
        )
        found[name] = int(tx.execute(select(func.count()).select_from(here.subquery())).scalar_one())
    return found
