"""Rows of `organisation`."""

import secrets
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from rewards.store import schema
from rewards.store.prepared import Prepared
from rewards.store.rows import OrganisationRow
from rewards.store.session import Transaction

ORGANISATION = schema.organisation


def add(tx: Transaction, slug: str, name: str, timezone: str, salt: str, *, at_us: int) -> None:
    """Insert one organisation, with the approval gate switched on."""
    row = {
        "organisation_id": slug,
        "name": name,
        "timezone": timezone,
        "salt": salt,
        "gated": True,
        # Its languages are not chosen yet.
        "languages": "",
        "created_at_us": at_us,
    }
    tx.execute(insert(ORGANISATION), row)


_SELECT = select(ORGANISATION)


def find(tx: Transaction, slug: str) -> OrganisationRow | None:
    """The organisation's row, or None."""
    return tx.row(OrganisationRow, _SELECT.where(ORGANISATION.c.organisation_id == slug))


def every(tx: Transaction) -> list[OrganisationRow]:
    """All organisations by slug."""
    return tx.rows(OrganisationRow, _SELECT.order_by(ORGANISATION.c.organisation_id))


def change(tx: Transaction, slug: str, name: str, languages: str, networks: str) -> None:
    """Update columns of an organisation."""
    values = {"name": name, "languages": languages, "networks": networks}
    tx.execute(update(ORGANISATION).where(ORGANISATION.c.organisation_id == slug).values(**values))
    tx.memo.pop(("home", slug), None)


def change_gate(tx: Transaction, slug: str, gated: bool, rehearsal_days: int, notice_hours: int) -> None:
    """Update the rules of the approval gate."""
    values = {"gated": gated, "rehearsal_days": rehearsal_days, "notice_hours": notice_hours}
    tx.execute(update(ORGANISATION).where(ORGANISATION.c.organisation_id == slug).values(**values))
    tx.memo.pop(("home", slug), None)


def close_until(tx: Transaction, slug: str, until_us: int) -> None:
    """Close the periods before `until_us`."""
    where = ORGANISATION.c.organisation_id == slug
    tx.execute(update(ORGANISATION).where(where).values(closed_until_us=until_us))
    tx.memo.pop(("home", slug), None)


def schemes_token(tx: Transaction, slug: str) -> str:
    """A token that changes with every publication, used as cache key; "" where it is unknown or about to change."""
    held: tuple[bool, OrganisationRow] | None = tx.memo.get(("home", slug))
    return str(held[1].schemes_token) if held else ""


def renew_schemes_token(tx: Transaction, slug: str) -> None:
    """Replace the token after a change of the versions in force. It is random: a counter's value would be reused after a rollback."""
    where = ORGANISATION.c.organisation_id == slug
    tx.execute(update(ORGANISATION).where(where).values(schemes_token=secrets.token_hex(16)))
    held: tuple[bool, OrganisationRow] | None = tx.memo.get(("home", slug))
    if held:
        tx.memo["home", slug] = (held[0], held[1]._replace(schemes_token=""))


def find_shared(tx: Transaction, slug: str) -> OrganisationRow | None:
    """The row under a shared lock: no period is closed and no scheme published during this transaction."""
    held: tuple[bool, OrganisationRow] | None = tx.memo.get(("home", slug))
    return held[1] if held else remember(tx, slug, tx.ask(SHARED, [{"slug": slug}]), exclusive=False)


def find_exclusive(tx: Transaction, slug: str) -> OrganisationRow | None:
    """The row under an exclusive lock: no event is recorded during this transaction."""
    held: tuple[bool, OrganisationRow] | None = tx.memo.get(("home", slug))
    if held and held[0]:
        return held[1]
    return remember(tx, slug, tx.ask(_EXCLUSIVE, [{"slug": slug}]), exclusive=True)


def remember(
    tx: Transaction, slug: str, rows: list[OrganisationRow], *, exclusive: bool
) -> OrganisationRow | None:
    """Cache a locked row for the rest of the transaction; None where the organisation does not exist."""
    if not rows:
        return None
    tx.memo["home", slug] = (exclusive, rows[0])
    return rows[0]


def _by_slug(*, read: bool = False, key_share: bool = False) -> Prepared[OrganisationRow]:
    def make(dialect: str) -> Any:
        query = _SELECT.where(ORGANISATION.c.organisation_id == bindparam("slug"))
        return query.with_for_update(read=read, key_share=key_share) if dialect == "postgresql" else query

    return Prepared(OrganisationRow, make)


SHARED = _by_slug(read=True)
_EXCLUSIVE = _by_slug(key_share=True)
