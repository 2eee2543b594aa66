"""Rows of sign-in: account, session_token, api_token. Tokens are kept as SHA-256 only."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, insert, literal, or_, select, update

from rewards.store import people, schema
from rewards.store.prepared import Prepared
from rewards.store.session import Transaction
from rewards.store.units import upsert

ACCOUNT = schema.account
LINK = schema.access_link
SESSION = schema.session_token
TOKEN = schema.api_token
IDENTITY = schema.person_identity
PERSON = schema.person
MAKER = PERSON.alias("maker")
_FIND_TOKEN = Prepared(
    lambda _: (
        select(TOKEN, IDENTITY.c.external_id, PERSON.c.status, MAKER.c.status.label("maker_status"))
        .join(IDENTITY, IDENTITY.c.person_id == TOKEN.c.person_id, isouter=True)
        .join(PERSON, PERSON.c.id == TOKEN.c.person_id, isouter=True)
        .join(MAKER, MAKER.c.id == TOKEN.c.maker_id, isouter=True)
        .where(TOKEN.c.token_hash == bindparam("hash"))
    )
)


def save_account(
    tx: Transaction, organisation: str, person_id: int, roles: str, password_hash: str | None, at_us: int
) -> None:
    """Create the account or change its roles and password. Another password ends every session that the former one opened."""
    former = tx.execute(select(ACCOUNT.c.password_hash).where(ACCOUNT.c.person_id == person_id)).scalar()
    if former is not None and former != password_hash:
        drop_sessions(tx, person_id)
    row = {
        "person_id": person_id,
        "organisation_id": organisation,
        "roles": roles,
        "password_hash": password_hash,
        "created_at_us": at_us,
    }
    statement = upsert(tx, ACCOUNT)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id"],
            set_={"roles": roles, "password_hash": password_hash, "ended_at_us": None},
        ),
        row,
    )


def find_account(tx: Transaction, organisation: str, external_id: str) -> Row[Any] | None:
    """The account of an external id, or of one that was merged into it, with the person's status."""
    who = people.find(tx, organisation, external_id)
    query = (
        select(ACCOUNT, IDENTITY.c.external_id, PERSON.c.status)
        .join(IDENTITY, IDENTITY.c.person_id == ACCOUNT.c.person_id)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .where(ACCOUNT.c.person_id == (0 if who is None else who.id))
    )
    return tx.execute(query).one_or_none()


def lock(tx: Transaction, person_id: int) -> Row[Any] | None:
    """The account's row as it stands while nobody else changes it."""
    return tx.execute(select(ACCOUNT).where(ACCOUNT.c.person_id == person_id).with_for_update()).one_or_none()


def change(tx: Transaction, person_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of one account."""
    tx.execute(update(ACCOUNT).where(ACCOUNT.c.person_id == person_id).values(**values))


def others_with(tx: Transaction, organisation: str, role: str, person_id: int, states: Sequence[str]) -> bool:
    """Whether anybody but this person has the role and may sign in."""
    query = (
        select(ACCOUNT.c.person_id)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .where(
            ACCOUNT.c.organisation_id == organisation,
            _has(role),
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
    tx: Transaction, organisation: str, search: str, role: str, after: str, limit: int
) -> list[Row[Any]]:
    """People with their accounts, by external id from the one after `after`."""
    where = [IDENTITY.c.organisation_id == organisation, IDENTITY.c.external_id > after]
    if role:
        where.append(_has(role))
    if search:
        where.append(
            or_(
                IDENTITY.c.external_id.startswith(search, autoescape=True),
                IDENTITY.c.name.icontains(search, autoescape=True),
                IDENTITY.c.email.icontains(search, autoescape=True),
            )
        )
    return list(tx.execute(_LISTED.where(*where).order_by(IDENTITY.c.external_id).limit(limit)))


def without_account(
    tx: Transaction, organisation: str, segment: str, team: str, states: Sequence[str], limit: int
) -> tuple[list[str], int]:
    """External ids of people who have no account, the first by id, and how many there are beside them."""
    where = [
        IDENTITY.c.organisation_id == organisation,
        PERSON.c.status.in_(states),
        ~select(ACCOUNT.c.person_id).where(ACCOUNT.c.person_id == PERSON.c.id).exists(),
    ]
    where += [PERSON.c.segment == segment] if segment else []
    where += [PERSON.c.team == team] if team else []
    query = select(IDENTITY.c.external_id).join(PERSON, PERSON.c.id == IDENTITY.c.person_id).where(*where)
    found = list(tx.execute(query.order_by(IDENTITY.c.external_id).limit(limit)).scalars())
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


def listed_one(tx: Transaction, person_id: int) -> Row[Any]:
    """One person with her account."""
    return tx.execute(_LISTED.where(IDENTITY.c.person_id == person_id)).one()


def revoke_of(tx: Transaction, person_id: int, at_us: int) -> int:
    """Revoke every token that speaks for a person or that she made; returns how many."""
    whose = or_(TOKEN.c.person_id == person_id, TOKEN.c.maker_id == person_id)
    where = and_(whose, TOKEN.c.revoked_at_us.is_(None))
    return tx.execute(update(TOKEN).where(where).values(revoked_at_us=at_us)).rowcount


def _has(role: str) -> ColumnElement[bool]:
    padded = literal(" ") + ACCOUNT.c.roles + " "
    return padded.contains(f" {role} ", autoescape=True)


def somebody_with(tx: Transaction, organisation: str, role: str, states: Sequence[str]) -> str | None:
    """Who has the role and the shortest list of roles, of several the first."""
    query = (
        select(IDENTITY.c.external_id)
        .join(ACCOUNT, ACCOUNT.c.person_id == IDENTITY.c.person_id)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .where(
            ACCOUNT.c.organisation_id == organisation,
            _has(role),
            ACCOUNT.c.ended_at_us.is_(None),
            PERSON.c.status.in_(states),
        )
        .order_by(func.length(ACCOUNT.c.roles), ACCOUNT.c.person_id)
        .limit(1)
    )
    return tx.execute(query).scalar()


def add_session(
    tx: Transaction, organisation: str, person_id: int, token_hash: str, at_us: int, expires_us: int
) -> None:
    """Remember one open session."""
    row = {
        "token_hash": token_hash,
        "organisation_id": organisation,
        "person_id": person_id,
        "created_at_us": at_us,
        "expires_at_us": expires_us,
    }
    tx.execute(insert(SESSION), row)


def session_account(tx: Transaction, token_hash: str, now_us: int) -> Row[Any] | None:
    """The account behind a session that has not expired."""
    query = (
        select(
            ACCOUNT.c.organisation_id,
            ACCOUNT.c.roles,
            ACCOUNT.c.ended_at_us,
            IDENTITY.c.external_id,
            PERSON.c.status,
        )
        .select_from(SESSION)
        .join(ACCOUNT, ACCOUNT.c.person_id == SESSION.c.person_id)
        .join(IDENTITY, IDENTITY.c.person_id == SESSION.c.person_id)
        .join(PERSON, PERSON.c.id == SESSION.c.person_id)
        .where(and_(SESSION.c.token_hash == token_hash, SESSION.c.expires_at_us > now_us))
    )
    return tx.execute(query).one_or_none()


def drop_session(tx: Transaction, token_hash: str) -> None:
    """End one session."""
    tx.execute(delete(SESSION).where(SESSION.c.token_hash == token_hash))


def drop_sessions(tx: Transaction, person_id: int) -> None:
    """End all sessions of a person."""
    tx.execute(delete(SESSION).where(SESSION.c.person_id == person_id))


def drop_expired_sessions(tx: Transaction, now_us: int, person_id: int | None = None) -> int:
    """Forget sessions that have expired, everybody's unless a person is named; returns how many."""
    where = [SESSION.c.expires_at_us <= now_us]
    if person_id is not None:
        where.append(SESSION.c.person_id == person_id)
    return tx.execute(delete(SESSION).where(*where)).rowcount


def drop_account(tx: Transaction, person_id: int) -> None:
    """Forget sessions, links, tokens and the account of a person."""
    drop_sessions(tx, person_id)
    tx.execute(delete(LINK).where(LINK.c.person_id == person_id))
    tx.execute(delete(TOKEN).where(TOKEN.c.person_id == person_id))
    tx.execute(delete(ACCOUNT).where(ACCOUNT.c.person_id == person_id))


def add_token(
    tx: Transaction,
    organisation: str,
    name: str,
    scopes: str,
    token_hash: str,
    person_id: int | None,
    maker_id: int | None,
    at_us: int,
    expires_us: int | None,
) -> None:
    """Remember one API token."""
    row = {
        "token_hash": token_hash,
        "organisation_id": organisation,
        "name": name,
        "scopes": scopes,
        "person_id": person_id,
        "maker_id": maker_id,
        "created_at_us": at_us,
        "expires_at_us": expires_us,
    }
    tx.execute(insert(TOKEN), row)


def find_tokens(tx: Transaction, hashes: Sequence[str]) -> dict[str, Any]:
    """Tokens by their hashes, each with the external id and state of the person it speaks for, and the state of who made it."""
    return {row.token_hash: row for row in tx.ask(_FIND_TOKEN, [{"hash": one} for one in hashes])}


def token_named(tx: Transaction, organisation: str, name: str) -> Row[Any] | None:
    """The token of that name."""
    where = and_(TOKEN.c.organisation_id == organisation, TOKEN.c.name == name)
    return tx.execute(select(TOKEN).where(where)).one_or_none()


def revoke(tx: Transaction, organisation: str, name: str, at_us: int) -> int:
    """Revoke a token; returns how many were revoked."""
    where = and_(
        TOKEN.c.organisation_id == organisation, TOKEN.c.name == name, TOKEN.c.revoked_at_us.is_(None)
    )
    return tx.execute(update(TOKEN).where(where).values(revoked_at_us=at_us)).rowcount
