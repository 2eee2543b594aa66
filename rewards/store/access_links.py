"""Rows of single-use links: invitations, password resets and the first set-up. Links are stored as SHA-256 hashes only."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from rewards.store import schema
from rewards.store.rows import AccessLinkRow, HeldLinkRow, SetupLinkRow
from rewards.store.session import Transaction

LINK = schema.access_link
SETUP = schema.setup_link
ACCOUNT = schema.account
IDENTITY = schema.person_identity
PERSON = schema.person
USED, SUPERSEDED = "used", "superseded"
"""Why a link ended before its time."""


def add(
    tx: Transaction,
    organisation: str,
    person_id: int,
    purpose: str,
    link_hash: str,
    *,
    at_us: int,
    expires_us: int,
) -> None:
    """Insert one link."""
    row = {
        "link_hash": link_hash,
        "organisation_id": organisation,
        "person_id": person_id,
        "purpose": purpose,
        "created_at_us": at_us,
        "expires_at_us": expires_us,
    }
    tx.execute(insert(LINK), row)


def find(tx: Transaction, link_hash: str) -> HeldLinkRow | None:
    """A link with its person and the state of the person's account; None where it is unknown or was deleted."""
    query = (
        select(
            LINK,
            IDENTITY.c.external_id,
            PERSON.c.status,
            ACCOUNT.c.roles,
            ACCOUNT.c.ended_at_us.label("account_ended_at_us"),
        )
        .join(IDENTITY, IDENTITY.c.person_id == LINK.c.person_id)
        .join(PERSON, PERSON.c.id == LINK.c.person_id)
        .join(ACCOUNT, ACCOUNT.c.person_id == LINK.c.person_id)
        .where(LINK.c.link_hash == link_hash)
    )
    return tx.row(HeldLinkRow, query)


def use(tx: Transaction, link_hash: str, at_us: int) -> bool:
    """Mark a link as used; False where it has ended already."""
    where = (LINK.c.link_hash == link_hash, LINK.c.ended_at_us.is_(None))
    return bool(tx.execute(update(LINK).where(*where).values(ended_at_us=at_us, ending=USED)).rowcount)


def supersede(tx: Transaction, person_id: int, at_us: int, purpose: str | None = None) -> None:
    """End a person's open links, those of one purpose where it is given."""
    where = [LINK.c.person_id == person_id, LINK.c.ended_at_us.is_(None)]
    if purpose is not None:
        where.append(LINK.c.purpose == purpose)
    tx.execute(update(LINK).where(*where).values(ended_at_us=at_us, ending=SUPERSEDED))


def forget_before(tx: Transaction, person_id: int, before_us: int) -> None:
    """Delete a person's links that expired before an instant."""
    tx.execute(delete(LINK).where(LINK.c.person_id == person_id, LINK.c.expires_at_us < before_us))


def newest(tx: Transaction, person_ids: Sequence[int], purpose: str) -> dict[int, AccessLinkRow]:
    """Each person's newest link of a purpose; people without one are left out."""
    query = (
        select(LINK)
        .where(LINK.c.person_id.in_(person_ids), LINK.c.purpose == purpose)
        .order_by(LINK.c.created_at_us, LINK.c.link_hash)
    )
    return {row.person_id: row for row in tx.rows(AccessLinkRow, query)}


def add_setup(tx: Transaction, link_hash: str, at_us: int) -> None:
    """Insert a set-up link and end all earlier ones."""
    open_ones = SETUP.c.ended_at_us.is_(None)
    tx.execute(update(SETUP).where(open_ones).values(ended_at_us=at_us, ending=SUPERSEDED))
    tx.execute(insert(SETUP), {"link_hash": link_hash, "created_at_us": at_us})


def find_setup(tx: Transaction, link_hash: str) -> SetupLinkRow | None:
    """A set-up link, open or not."""
    return tx.row(SetupLinkRow, select(SETUP).where(SETUP.c.link_hash == link_hash))


def use_setup(tx: Transaction, link_hash: str, at_us: int) -> bool:
    """Mark a set-up link as used; False where it has ended already."""
    where = (SETUP.c.link_hash == link_hash, SETUP.c.ended_at_us.is_(None))
    return bool(tx.execute(update(SETUP).where(*where).values(ended_at_us=at_us, ending=USED)).rowcount)
