"""Authentication: passwords hashed by argon2; sessions and API tokens random and stored as SHA-256 only."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from pwdlib import PasswordHash

from rewards.bounds import check_day
from rewards.faults import BadValue, Conflict, NotFound
from rewards.language import msg
from rewards.people.operator import operator
from rewards.people.rights import ROLES, Right, rights_of
from rewards.people.scopes import NAMES, WANTED
from rewards.store import accounts as rows
from rewards.store import trail
from rewards.store.persons import find_row
from rewards.store.rows import BearerRow, HolderRow, SignedInRow
from rewards.store.session import Database, Transaction
from rewards.store.units import digest, from_us, maybe_us, to_us

SCOPES = NAMES
PRESENT = ("active", "paused")
"""The states of a person in which she, and what speaks for her, may do anything: not inactive, erased or merged."""
SESSION_HOURS = 12
MOST_DEVICE_CHARACTERS = 64
MOST_NAME_CHARACTERS = 128
PASSWORD_MIN_CHARACTERS = 10
PASSWORD_MAX_CHARACTERS = 1024
_TOKEN_BYTES = 32
_HASHER = PasswordHash.recommended()


@dataclass(frozen=True, slots=True)
class Account:
    """The account that is signed in. `seen_at`: last recorded use of the session."""

    organisation: str
    person: str
    roles: tuple[str, ...]
    seen_at: datetime | None = field(default=None, compare=False)

    @property
    def rights(self) -> frozenset[Right]:
        """All rights of the account's roles."""
        return rights_of(self.roles)

    def may(self, right: Right) -> bool:
        """True where one of the roles grants the right."""
        return right in self.rights


@dataclass(frozen=True, slots=True)
class ApiToken:
    """An API token with its scopes and person (None: the organisation). `used_at`: last recorded use."""

    organisation: str
    name: str
    scopes: tuple[str, ...]
    person: str | None
    used_at: datetime | None = field(default=None, compare=False)


@cache
def _dummy() -> str:
    """A hash to check when no account exists, so that an unknown id takes as long as a wrong password; created at the first sign-in."""
    return _HASHER.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """The argon2 hash of a password. Raises BadValue for a password outside the limits."""
    if not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS:
        raise BadValue(
            "password of {count} characters: limit {password_min_characters} to {password_max_characters}; choose a longer phrase",
            count=len(password),
            password_min_characters=PASSWORD_MIN_CHARACTERS,
            password_max_characters=PASSWORD_MAX_CHARACTERS,
        )
    return _HASHER.hash(password)


def check_password(password: str, stored: str | None) -> bool:
    """True where the password matches the hash. Without a hash it takes equally long and is False."""
    nobody = _dummy()
    right = _HASHER.verify(password[:PASSWORD_MAX_CHARACTERS], stored or nobody)
    return right and stored is not None


@dataclass(frozen=True, slots=True)
class ProviderSession:
    """A session at an identity provider: subject, session id ('' where unknown), and the ID token that ends it."""

    subject: str
    session: str
    hint: str


def known_roles(roles: Sequence[str]) -> tuple[str, ...]:
    """The roles in their usual order without duplicates. Raises BadValue for an unknown one, or for none."""
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        raise BadValue(
            "roles {list}: limit {names}; give at least one of these",
            list=list(roles),
            names=", ".join(ROLES),
        )
    return tuple(role for role in ROLES if role in roles)


def create_account(
    tx: Transaction,
    organisation: str,
    person: str,
    roles: Sequence[str],
    password_hash: str | None,
    now: datetime,
    actor: str = "system",
) -> Account:
    """Create or change a person's account. Raises BadValue for an unknown role, NotFound for the person."""
    kept = known_roles(roles)
    row = find_row(tx, organisation, person)
    save_roles(tx, organisation, row.id, kept, password_hash, now=now)
    trail.log(
        tx, organisation, actor, "account.save", f"person:{row.id}", reason=" ".join(kept), at_us=to_us(now)
    )
    return Account(organisation, person, kept)


def save_roles(
    tx: Transaction,
    organisation: str,
    person_id: int,
    roles: Sequence[str],
    password_hash: str | None,
    *,
    now: datetime,
) -> None:
    """Store an account's roles and password; lost rights are also removed from the tokens that the person created."""
    former = rows.save_account(tx, organisation, person_id, " ".join(roles), password_hash, at_us=to_us(now))
    narrow_tokens(tx, person_id, former, roles, now)


def narrow_tokens(
    tx: Transaction, person_id: int, former: Sequence[str], roles: Sequence[str], now: datetime
) -> None:
    """Remove from a person's created tokens the scopes that only the former roles granted."""
    before, after = rights_of(former), rights_of(roles)
    lost = {scope for scope, wanted in WANTED.items() if before >= wanted and not after >= wanted}
    if lost:
        for row in rows.tokens_made_by(tx, person_id):
            left = [scope for scope in row.scopes.split() if scope not in lost]
            rows.narrow_token(tx, row.token_hash, " ".join(left), to_us(now))


def _may_enter(row: HolderRow | SignedInRow) -> bool:
    """True where the person is with the company and the account has not been ended."""
    return row.status in PRESENT and row.ended_at_us is None


def sign_in(
    db: Database,
    organisation: str,
    person: str,
    password: str,
    now: datetime,
    *,
    device: str = "",
    former: str | None = None,
) -> str | None:
    """The token of a new session, or None when id or password is wrong or the person is not active.

    The password is checked between two transactions, since hashing takes long and would block other writers.
    """
    with db.read() as tx:
        row = rows.find_account(tx, organisation, person)
    stored = None if row is None else row.password_hash
    if not check_password(password, stored) or row is None or not _may_enter(row):
        return None
    with db.begin() as tx:
        still = rows.find_account(tx, organisation, person)
        # The person may have left or changed the password during the check.
        if still is None or still.password_hash != stored or not _may_enter(still):
            return None
        return open_session(tx, organisation, person, now, device, former=former)


def _hashed(name: str) -> str | None:
    return digest(name) if name else None


def open_session(
    tx: Transaction,
    organisation: str,
    person: str,
    now: datetime,
    device: str = "",
    *,
    former: str | None = None,
    provider: ProviderSession | None = None,
) -> str:
    """Open a session without a password, for the demo and single sign-on; `former`, the browser's previous session, ends with it.

    `provider`: the session at the identity provider that opened it. Raises NotFound without an account.
    """
    row = rows.find_account(tx, organisation, person)
    if row is None or not _may_enter(row):
        raise NotFound(
            "account of person {person!r}: none that is active; create or reactivate it", person=person
        )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    expires = to_us(now + timedelta(hours=SESSION_HOURS))
    rows.drop_expired_sessions(tx, to_us(now), row.person_id)
    if former:
        rows.drop_session(tx, digest(former))
    rows.add_session(
        tx,
        {
            "token_hash": digest(token),
            "organisation_id": organisation,
            "person_id": row.person_id,
            "created_at_us": to_us(now),
            "expires_at_us": expires,
            "seen_at_us": to_us(now),
            "device": device[:MOST_DEVICE_CHARACTERS],
            "provider_hint": None if provider is None else provider.hint,
            "provider_subject": None if provider is None else _hashed(provider.subject),
            "provider_session": None if provider is None else _hashed(provider.session),
        },
    )
    return token


def somebody_with(tx: Transaction, organisation: str, role: str) -> str | None:
    """The person with this role and the fewest others, the oldest of several: offered by the demo."""
    return rows.somebody_with(tx, organisation, role, PRESENT)


def account_for_session(tx: Transaction, token: str, now: datetime) -> Account | None:
    """The account of a session token, or None where it is unknown or expired."""
    row = rows.session_account(tx, digest(token), to_us(now))
    if row is None or not _may_enter(row):
        return None
    return Account(row.organisation_id, row.external_id, tuple(row.roles.split()), from_us(row.seen_at_us))


def forget_sessions(tx: Transaction, now: datetime) -> int:
    """Delete expired sessions; returns how many."""
    return rows.drop_expired_sessions(tx, to_us(now))


def close_session(tx: Transaction, token: str) -> None:
    """End a session."""
    rows.drop_session(tx, digest(token))


def new_secret() -> str:
    """A new random secret for an API token."""
    return f"gs_{secrets.token_urlsafe(_TOKEN_BYTES)}"


def create_token(
    tx: Transaction,
    organisation: str,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    *,
    person: str | None = None,
    expires_at: datetime | None = None,
    made_by: str | None = None,
) -> str:
    """A new API token, shown only once. It acts for `person`, or for the organisation; it ends with that person or its creator.

    Raises BadValue for a name or a scope, Conflict for a name already used.
    """
    if not (0 < len(name) <= MOST_NAME_CHARACTERS and name.isprintable() and name == name.strip()):
        raise BadValue(
            "API token {value!r}: limit 1 to {most_name_characters} printable characters without blanks around them; name "
            "it after what uses it",
            value=name[:40],
            most_name_characters=MOST_NAME_CHARACTERS,
        )
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise BadValue(
            "scopes {list}: limit {names}; give at least one of these",
            list=list(scopes),
            names=", ".join(SCOPES),
        )
    if rows.token_named(tx, organisation, name) is not None:
        raise Conflict("API token {name!r}: the name is used; choose another", name=name)
    if expires_at is not None:
        check_day(
            expires_at,
            msg("an API token that expires on {day}: limit years {first} to {last}; name a date in them"),
        )
    person_id = None if person is None else find_row(tx, organisation, person).id
    maker_id = None if made_by is None else find_row(tx, organisation, made_by).id
    token = new_secret()
    expires_us = None if expires_at is None else to_us(expires_at)
    rows.add_token(
        tx,
        organisation,
        name,
        " ".join(scopes),
        digest(token),
        person_id=person_id,
        maker_id=maker_id,
        at_us=to_us(now),
        expires_us=expires_us,
    )
    trail.log(
        tx,
        organisation,
        made_by or operator(),
        "token.create",
        name,
        reason=" ".join(scopes),
        at_us=to_us(now),
    )
    return token


def authenticate_tokens(tx: Transaction, tokens: Sequence[str], now: datetime) -> list[ApiToken | None]:
    """The API tokens of these secrets, read in one query."""
    hashes = [digest(token) for token in tokens]
    found = rows.find_tokens(tx, sorted(set(hashes)))
    return [_api_token(found.get(one), to_us(now)) for one in hashes]


def _api_token(row: BearerRow | None, now_us: int) -> ApiToken | None:
    if row is None or row.revoked_at_us is not None or row.status == "inactive":
        return None
    if row.expires_at_us is not None and row.expires_at_us <= now_us:
        return None
    whose = ((row.person_id, row.status), (row.maker_id, row.maker_status))
    if any(id_ is not None and status not in PRESENT for id_, status in whose):
        return None
    scopes = tuple(row.scopes.split())
    return ApiToken(row.organisation_id, row.name, scopes, row.external_id, maybe_us(row.used_at_us))


def revoke_token(tx: Transaction, organisation: str, name: str, now: datetime, actor: str = "system") -> None:
    """Revoke an API token. Raises NotFound when no active token has the name."""
    if not rows.revoke(tx, organisation, name, to_us(now)):
        raise NotFound("API token {name!r}: none in force; list the tokens", name=name)
    trail.log(tx, organisation, actor, "token.revoke", name, reason="", at_us=to_us(now))
