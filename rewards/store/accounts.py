"""Rows of sign-in: account, session_token, api_token. Tokens are kept as SHA-256 only."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, literal, or_, select, update

from rewards.store import people, schema
from rewards.store.prepared import Prepared
from rewards.store.rows import ApiTokenRow, BearerRow, HolderRow, ListedTokenRow, SessionTokenRow, SignedInRow
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
    BearerRow,
    lambda _: (
        select(TOKEN, IDENTITY.c.external_id, PERSON.c.status, MAKER.c.status.label("maker_status"))
        .join(IDENTITY, IDENTITY.c.person_id == TOKEN.c.person_id, isouter=True)
        .join(PERSON, PERSON.c.id == TOKEN.c.person_id, isouter=True)
        .join(MAKER, MAKER.c.id == TOKEN.c.maker_id, isouter=True)
        .where(TOKEN.c.token_hash == bindparam("hash"))
    ),
)


def save_account(
    tx: Transaction, organisation: str, person_id: int, roles: str, password_hash: str | None, *, at_us: int
) -> list[str]:
    """Insert an account or update its roles and password; returns the previous roles.

    A new password ends every session opened with the old one.
    """
    query = select(ACCOUNT.c.password_hash, ACCOUNT.c.roles).where(ACCOUNT.c.person_id == person_id)
    former = tx.execute(query).one_or_none()
    if former is not None and former.password_hash is not None and former.password_hash != password_hash:
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
            set_={"roles": roles, "password_hash": password_hash},
        ),
        row,
    )
    return [] if former is None else former.roles.split()


def find_account(tx: Transaction, organisation: str, external_id: str) -> HolderRow | None:
    """The account of an external id, or of the id of a merged account, with the person's status."""
    who = people.find(tx, organisation, external_id)
    query = (
        select(ACCOUNT, IDENTITY.c.external_id, PERSON.c.status)
        .join(IDENTITY, IDENTITY.c.person_id == ACCOUNT.c.person_id)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .where(ACCOUNT.c.person_id == (0 if who is None else who.id))
    )
    return tx.row(HolderRow, query)


def having(role: str) -> ColumnElement[bool]:
    """Condition: the account has the role."""
    padded = literal(" ") + ACCOUNT.c.roles + " "
    return padded.contains(f" {role} ", autoescape=True)


def somebody_with(tx: Transaction, organisation: str, role: str, states: Sequence[str]) -> str | None:
    """External id of an active account with the role: the one with the shortest list of roles, then the oldest."""
    query = (
        select(IDENTITY.c.external_id)
        .join(ACCOUNT, ACCOUNT.c.person_id == IDENTITY.c.person_id)
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .where(
            ACCOUNT.c.organisation_id == organisation,
            having(role),
            ACCOUNT.c.ended_at_us.is_(None),
            PERSON.c.status.in_(states),
        )
        .order_by(func.length(ACCOUNT.c.roles), ACCOUNT.c.person_id)
        .limit(1)
    )
    return tx.execute(query).scalar()


def roles_of(tx: Transaction, person_id: int) -> tuple[str, ...]:
    """The roles of a person's account; empty without one."""
    found: str | None = tx.execute(select(ACCOUNT.c.roles).where(ACCOUNT.c.person_id == person_id)).scalar()
    return tuple((found or "").split())


def add_session(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert one session."""
    tx.execute(insert(SESSION), dict(row))


def session_account(tx: Transaction, token_hash: str, now_us: int) -> SignedInRow | None:
    """The account behind a session that has not expired."""
    query = (
        select(
            ACCOUNT.c.organisation_id,
            ACCOUNT.c.roles,
            ACCOUNT.c.ended_at_us,
            IDENTITY.c.external_id,
            PERSON.c.status,
            SESSION.c.seen_at_us,
        )
        .select_from(SESSION)
        .join(ACCOUNT, ACCOUNT.c.person_id == SESSION.c.person_id)
        .join(IDENTITY, IDENTITY.c.person_id == SESSION.c.person_id)
        .join(PERSON, PERSON.c.id == SESSION.c.person_id)
        .where(and_(SESSION.c.token_hash == token_hash, SESSION.c.expires_at_us > now_us))
    )
    return tx.row(SignedInRow, query)


def drop_session(tx: Transaction, token_hash: str) -> None:
    """Delete one session."""
    tx.execute(delete(SESSION).where(SESSION.c.token_hash == token_hash))


def drop_sessions_of_provider(
    tx: Transaction, organisation: str, subject: str | None, session: str | None
) -> list[int]:
    """Delete sessions opened by single sign-on, by hashes of the provider's subject, its session or both; returns the person ids."""
    where = [SESSION.c.organisation_id == organisation]
    where += [] if subject is None else [SESSION.c.provider_subject == subject]
    where += [] if session is None else [SESSION.c.provider_session == session]
    gone = tx.execute(delete(SESSION).where(*where).returning(SESSION.c.person_id)).scalars()
    return [int(one) for one in gone]


def sessions_of(tx: Transaction, person_id: int, now_us: int) -> list[SessionTokenRow]:
    """A person's open sessions, most recently used first."""
    where = and_(SESSION.c.person_id == person_id, SESSION.c.expires_at_us > now_us)
    order = (SESSION.c.seen_at_us.desc(), SESSION.c.token_hash)
    return tx.rows(SessionTokenRow, select(SESSION).where(where).order_by(*order))


def session(tx: Transaction, token_hash: str) -> SessionTokenRow | None:
    """One session."""
    return tx.row(SessionTokenRow, select(SESSION).where(SESSION.c.token_hash == token_hash))


def note_session(tx: Transaction, token_hash: str, now_us: int, before_us: int) -> None:
    """Store when a session was last used; skipped where that is newer than `before_us`."""
    where = and_(SESSION.c.token_hash == token_hash, SESSION.c.seen_at_us < before_us)
    tx.execute(update(SESSION).where(where).values(seen_at_us=now_us))


def drop_sessions(tx: Transaction, person_id: int) -> None:
    """Delete all sessions of a person."""
    tx.execute(delete(SESSION).where(SESSION.c.person_id == person_id))


def drop_expired_sessions(tx: Transaction, now_us: int, person_id: int | None = None) -> int:
    """Delete expired sessions, of everybody unless a person is given; returns how many."""
    where = [SESSION.c.expires_at_us <= now_us]
    if person_id is not None:
        where.append(SESSION.c.person_id == person_id)
    return tx.execute(delete(SESSION).where(*where)).rowcount


def drop_account(tx: Transaction, person_id: int) -> None:
    """Delete a person's sessions, links, tokens and account."""
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
    *,
    person_id: int | None,
    maker_id: int | None,
    at_us: int,
    expires_us: int | None,
) -> None:
    """Insert one API token."""
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


def find_tokens(tx: Transaction, hashes: Sequence[str]) -> dict[str, BearerRow]:
    """Tokens by hash, each with external id and state of the person it acts for, and the state of its creator."""
    return {row.token_hash: row for row in tx.ask(_FIND_TOKEN, [{"hash": one} for one in hashes])}


def token_named(tx: Transaction, organisation: str, name: str) -> ApiTokenRow | None:
    """The token with a name."""
    where = and_(TOKEN.c.organisation_id == organisation, TOKEN.c.name == name)
    return tx.row(ApiTokenRow, select(TOKEN).where(where))


def page_of_tokens(tx: Transaction, organisation: str, limit: int, after: str) -> list[ListedTokenRow]:
    """Tokens by name, each with external ids of the person it acts for and of its creator."""
    maker = IDENTITY.alias("made_by")
    query = (
        select(TOKEN, IDENTITY.c.external_id, maker.c.external_id.label("maker"))
        .join(IDENTITY, IDENTITY.c.person_id == TOKEN.c.person_id, isouter=True)
        .join(maker, maker.c.person_id == TOKEN.c.maker_id, isouter=True)
        .where(TOKEN.c.organisation_id == organisation, TOKEN.c.name > after)
    )
    return tx.rows(ListedTokenRow, query.order_by(TOKEN.c.name).limit(limit))


def tokens_made_by(tx: Transaction, person_id: int) -> list[ApiTokenRow]:
    """Active tokens created by a person."""
    where = and_(TOKEN.c.maker_id == person_id, TOKEN.c.revoked_at_us.is_(None))
    return tx.rows(ApiTokenRow, select(TOKEN).where(where))


def narrow_token(tx: Transaction, token_hash: str, scopes: str, at_us: int) -> None:
    """Replace a token's scopes; without any scope left it is revoked and keeps the old ones for display."""
    values: dict[str, object] = {"scopes": scopes} if scopes else {"revoked_at_us": at_us}
    tx.execute(update(TOKEN).where(TOKEN.c.token_hash == token_hash).values(**values))


def renew_token(tx: Transaction, organisation: str, name: str, token_hash: str) -> None:
    """Replace a token's secret."""
    where = and_(TOKEN.c.organisation_id == organisation, TOKEN.c.name == name)
    tx.execute(update(TOKEN).where(where).values(token_hash=token_hash))


def note_token(tx: Transaction, organisation: str, name: str, now_us: int, before_us: int) -> None:
    """Store when a token was last used; skipped where that is newer than `before_us`."""
    unnoted = or_(TOKEN.c.used_at_us.is_(None), TOKEN.c.used_at_us < before_us)
    where = and_(
        TOKEN.c.organisation_id == organisation,
        TOKEN.c.name == name,
        TOKEN.c.revoked_at_us.is_(None),
        unnoted,
    )
    tx.execute(update(TOKEN).where(where).values(used_at_us=now_us))


def revoke(tx: Transaction, organisation: str, name: str, at_us: int) -> int:
    """Revoke a token; returns how many were revoked."""
    where = and_(
        TOKEN.c.organisation_id == organisation, TOKEN.c.name == name, TOKEN.c.revoked_at_us.is_(None)
    )
    return tx.execute(update(TOKEN).where(where).values(revoked_at_us=at_us)).rowcount
