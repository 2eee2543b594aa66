"""A person's open sessions: device, start, last use, and ending them."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.faults import NotFound, Unavailable
from rewards.language import gettext as _
from rewards.people.accounts import Account
from rewards.store import accounts as rows
from rewards.store import trail
from rewards.store.persons import find_row
from rewards.store.session import Database, Transaction
from rewards.store.units import digest, from_us, to_us

SEEN_EVERY = timedelta(minutes=10)
"""Resolution of the recorded last use of a session: writing it at every request would cost more than most requests."""
_ID_CHARACTERS = 16


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One open session. `device`: a short description or ''; `this`: the session of the request."""

    id: str
    device: str
    since: datetime
    seen_at: datetime
    this: bool


def sessions_of(
    tx: Transaction, organisation: str, person: str, token: str, now: datetime
) -> list[OpenSession]:
    """The person's sessions: the current one first, then by last use."""
    row = find_row(tx, organisation, person)
    mine = digest(token)
    found = [
        OpenSession(
            one.token_hash[:_ID_CHARACTERS],
            one.device,
            from_us(one.created_at_us),
            from_us(one.seen_at_us),
            one.token_hash == mine,
        )
        for one in rows.sessions_of(tx, row.id, to_us(now))
    ]
    return sorted(found, key=lambda one: not one.this)


def end_session(tx: Transaction, organisation: str, person: str, session: str, now: datetime) -> None:
    """End one of the person's sessions. Raises NotFound where it belongs to another person or has ended."""
    row = find_row(tx, organisation, person)
    for one in rows.sessions_of(tx, row.id, to_us(now)):
        if one.token_hash[:_ID_CHARACTERS] == session:
            rows.drop_session(tx, one.token_hash)
            trail.log(
                tx, organisation, person, "session.end", f"person:{row.id}", reason="", at_us=to_us(now)
            )
            return
    raise NotFound(_("This session has ended already, or is not yours; the list shows those that are open."))


def end_other_sessions(tx: Transaction, organisation: str, person: str, token: str, now: datetime) -> int:
    """End all of the person's sessions except the current one; returns how many."""
    row = find_row(tx, organisation, person)
    others = [one for one in rows.sessions_of(tx, row.id, to_us(now)) if one.token_hash != digest(token)]
    for one in others:
        rows.drop_session(tx, one.token_hash)
    if others:
        trail.log(
            tx, organisation, person, "session.end_others", f"person:{row.id}", reason="", at_us=to_us(now)
        )
    return len(others)


def note_seen(db: Database, account: Account, token: str, now: datetime) -> None:
    """Store a session's last use, unless that was done recently; skipped while the database is busy."""
    before = now - SEEN_EVERY
    if account.seen_at is None or account.seen_at >= before:
        return
    with suppress(Unavailable), db.begin(0.0) as tx:
        rows.note_session(tx, digest(token), to_us(now), to_us(before))


def provider_hint(tx: Transaction, token: str) -> str | None:
    """The ID token for ending the session at the identity provider; None for sessions opened otherwise."""
    row = rows.session(tx, digest(token))
    return None if row is None else row.provider_hint
