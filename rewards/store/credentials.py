"""Rows of issuer_key and credential: signing keys, and signed badges with their indexes in status lists."""

import secrets
from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, update

from rewards.store import schema
from rewards.store.rows import CredentialRow, IssuerKeyRow
from rewards.store.session import Transaction
from rewards.store.units import upsert

BADGE = schema.person_badge
CREDENTIAL = schema.credential
KEY = schema.issuer_key
LIST_SIZE = 131_072
"""Places of a status list: the least that Bitstring Status List v1.0 takes, so that one badge hides among many."""


def add_key(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert a signing key unless the organisation has it already."""
    tx.execute(upsert(tx, KEY).on_conflict_do_nothing(), dict(row))


def key_of(tx: Transaction, organisation: str, did: str | None = None) -> IssuerKeyRow | None:
    """The key of a DID, or (without one) the newest key whose secret is in the database."""
    query = select(KEY).where(KEY.c.organisation_id == organisation)
    if did is not None:
        return tx.row(IssuerKeyRow, query.where(KEY.c.did == did))
    kept = query.where(KEY.c.private_pem.is_not(None))
    return tx.row(IssuerKeyRow, kept.order_by(KEY.c.created_us.desc(), KEY.c.id).limit(1))


def key(tx: Transaction, key_id: str) -> IssuerKeyRow | None:
    """One key by its public id."""
    return tx.row(IssuerKeyRow, select(KEY).where(KEY.c.id == key_id))


def key_by_did(tx: Transaction, did: str) -> IssuerKeyRow | None:
    """A key by its DID, of any organisation."""
    return tx.row(IssuerKeyRow, select(KEY).where(KEY.c.did == did).limit(1))


def free_place(tx: Transaction, key_id: str) -> tuple[int, int]:
    """(list, index) for a new credential; the index is random, so that it discloses nothing about the order of issue.

    A list is closed once half full: a free index is then found in two tries on average.
    """
    tx.execute(tx.for_update(select(KEY.c.id).where(KEY.c.id == key_id)))
    used = tx.execute(select(func.count()).select_from(CREDENTIAL).where(CREDENTIAL.c.issuer == key_id))
    number = int(used.scalar_one()) // (LIST_SIZE // 2)
    while True:
        index = secrets.randbelow(LIST_SIZE)
        where = and_(
            CREDENTIAL.c.issuer == key_id,
            CREDENTIAL.c.list_number == number,
            CREDENTIAL.c.list_index == index,
        )
        if tx.execute(select(CREDENTIAL.c.id).where(where)).first() is None:
            return number, index


def add(tx: Transaction, row: Mapping[str, object]) -> None:
    """Insert one signed credential."""
    tx.execute(insert(CREDENTIAL), dict(row))


def of_badge(tx: Transaction, person_id: int, badge: str, object_key: int) -> list[CredentialRow]:
    """The person's credentials of a badge (for one object, where each object earns it anew), newest first."""
    where = and_(
        CREDENTIAL.c.person_id == person_id,
        CREDENTIAL.c.badge == badge,
        CREDENTIAL.c.object_key == object_key,
    )
    query = select(CREDENTIAL).where(where)
    return tx.rows(CredentialRow, query.order_by(CREDENTIAL.c.issued_us.desc(), CREDENTIAL.c.id))


def find(tx: Transaction, credential_id: str) -> CredentialRow | None:
    """One credential by id."""
    return tx.row(CredentialRow, select(CREDENTIAL).where(CREDENTIAL.c.id == credential_id))


def is_revoked(tx: Transaction, credential_id: str) -> bool:
    """True once the badge behind it was lost; a badge earned again gets a new credential."""
    where = and_(CREDENTIAL.c.id == credential_id, _lost())
    return tx.execute(select(CREDENTIAL.c.id).where(where)).first() is not None


def has_list(tx: Transaction, key_id: str, number: int) -> bool:
    """True where a status list contains any credential."""
    where = and_(CREDENTIAL.c.issuer == key_id, CREDENTIAL.c.list_number == number)
    return tx.execute(select(CREDENTIAL.c.id).where(where).limit(1)).first() is not None


def revoked_places(tx: Transaction, key_id: str, number: int) -> list[int]:
    """Set bits of a status list in ascending order."""
    where = and_(CREDENTIAL.c.issuer == key_id, CREDENTIAL.c.list_number == number, _lost())
    query = select(CREDENTIAL.c.list_index).where(where).order_by(CREDENTIAL.c.list_index)
    return list(tx.execute(query).scalars())


def revoke_lost(tx: Transaction, people: Collection[int], at_us: int) -> None:
    """Revoke for good the credentials of badges that these people no longer hold."""
    where = and_(CREDENTIAL.c.person_id.in_(sorted(people)), CREDENTIAL.c.revoked_us.is_(None), _lost())
    tx.execute(update(CREDENTIAL).where(where).values(revoked_us=at_us))


def forget(tx: Transaction, person_id: int) -> None:
    """Delete the signed documents of an erased person; their indexes in status lists remain."""
    tx.execute(update(CREDENTIAL).where(CREDENTIAL.c.person_id == person_id).values(token=None))


def _lost() -> ColumnElement[bool]:
    held = exists().where(
        BADGE.c.organisation_id == CREDENTIAL.c.organisation_id,
        BADGE.c.person_id == CREDENTIAL.c.person_id,
        BADGE.c.badge == CREDENTIAL.c.badge,
        BADGE.c.object_key == CREDENTIAL.c.object_key,
        BADGE.c.revoked_us.is_(None),
    )
    return or_(CREDENTIAL.c.revoked_us.is_not(None), ~held)
