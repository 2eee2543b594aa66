"""Account administration: who may sign in, with which roles, and ending an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rewards.faults import BadValue, NotFound, Refused
from rewards.language import gettext as _
from rewards.people.accounts import (
    PRESENT,
    Account,
    check_password,
    hash_password,
    known_roles,
    narrow_tokens,
    open_session,
)
from rewards.people.invitations import INVITATION, set_password
from rewards.people.operator import operator
from rewards.people.rights import ROLES, Right
from rewards.store import access_links as link_rows
from rewards.store import account_desk as rows
from rewards.store import accounts as account_rows
from rewards.store import organisations as organisation_rows
from rewards.store import trail
from rewards.store.persons import find_row
from rewards.store.rows import AccessLinkRow, AccountRow, ListedRow
from rewards.store.session import Database, Transaction
from rewards.store.units import maybe_us, to_us

State = Literal["none", "invited", "expired", "active", "ended", "gone"]
PAGE = 50
MOST_COUNTED = rows.MOST_COUNTED
MOST_SEARCHED = 64
MOST_LISTED = 200
"""Teams to choose from: of more, nobody reads the list."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One person in the list of accounts, and the account's state.

    none: no account yet; invited: until `until`; expired: the invitation expired unused; active; ended: by an administrator; gone:
    the person left.
    """

    person: str
    name: str
    email: str | None
    segment: str
    team: str
    roles: tuple[str, ...]
    state: State
    until: datetime | None


def accounts(
    tx: Transaction,
    organisation: str,
    now: datetime,
    search: str = "",
    role: str = "",
    *,
    after: str = "",
    limit: int = PAGE,
) -> tuple[list[Listed], str]:
    """People by id after `after`, and the cursor of the next page ('' at the end).

    With `role` only people with the role; with `search` only those with words with these prefixes in name, id, address, team or segment.
    Raises BadValue for an unknown role.
    """
    if role and role not in ROLES:
        raise BadValue("role {value!r}: limit {names}; choose one", value=role[:40], names=", ".join(ROLES))
    found = rows.listed(tx, organisation, search[:MOST_SEARCHED].strip(), role, after, limit=limit + 1)
    links = link_rows.newest(tx, [row.id for row in found[:limit]], INVITATION)
    shown = [_row(row, links.get(row.id), to_us(now)) for row in found[:limit]]
    return shown, shown[-1].person if len(found) > limit else ""


def account_of(tx: Transaction, organisation: str, person: str, now: datetime) -> Listed:
    """One person with the account. Raises NotFound."""
    who = find_row(tx, organisation, person)
    row = rows.listed_one(tx, who.id)
    assert row is not None, "she was just found"
    return _row(row, link_rows.newest(tx, [who.id], INVITATION).get(who.id), to_us(now))


def set_roles(
    tx: Transaction,
    organisation: str,
    person: str,
    roles: Sequence[str],
    now: datetime,
    *,
    by: Account | None = None,
) -> tuple[str, ...]:
    """Replace an account's roles. `by` None: the operator.

    Raises NotFound without an account, BadValue for a role, Refused without the right to, and where no administrator would be left.
    """
    kept = known_roles(roles)
    known = _locked(tx, organisation, person, by)
    if "admin" not in kept:
        _another_admin(tx, organisation, known)
    actor = operator() if by is None else by.person
    rows.change(tx, known.person_id, {"roles": " ".join(kept)})
    narrow_tokens(tx, known.person_id, known.roles.split(), kept, now)
    trail.log(
        tx,
        organisation,
        actor,
        "account.roles",
        f"person:{known.person_id}",
        reason=" ".join(kept),
        at_us=to_us(now),
    )
    return kept


def end_account(
    tx: Transaction, organisation: str, person: str, now: datetime, by: Account | None = None
) -> None:
    """End an account: its sessions and links, and tokens that act for the person or that the person created.

    The person and the history remain; a new invitation reopens the account. `by` None: the operator. Raises as `set_roles`.
    """
    known = _locked(tx, organisation, person, by)
    _another_admin(tx, organisation, known)
    actor = operator() if by is None else by.person
    rows.change(tx, known.person_id, {"password_hash": None, "ended_at_us": to_us(now)})
    account_rows.drop_sessions(tx, known.person_id)
    rows.revoke_of(tx, known.person_id, to_us(now))
    link_rows.supersede(tx, known.person_id, to_us(now))
    trail.log(
        tx, organisation, actor, "account.end", f"person:{known.person_id}", reason="", at_us=to_us(now)
    )


def change_password(
    db: Database, account: Account, current: str, wanted: str, now: datetime, *, device: str = ""
) -> str:
    """Change one's own password; every session ends, and the token of a new session is returned.

    Raises Refused for a wrong current password, BadValue for the new one. Both are hashed outside of transactions.
    """
    organisation, person = account.organisation, account.person
    with db.read() as tx:
        row = account_rows.find_account(tx, organisation, person)
    stored = None if row is None else row.password_hash
    if not check_password(current, stored):
        raise Refused(_("The current password is not right: nothing was changed."))
    hashed = hash_password(wanted)
    with db.begin() as tx:
        known = rows.lock(tx, find_row(tx, organisation, person).id)
        if known is None or known.password_hash != stored:
            raise Refused(_("The password was changed elsewhere meanwhile: nothing was changed."))
        set_password(tx, organisation, known.person_id, hashed, person, now=now)
        return open_session(tx, organisation, person, now, device)


def has_admin(tx: Transaction, organisation: str) -> bool:
    """True where there is an administrator who can sign in or has been invited to."""
    return rows.others_with(tx, organisation, "admin", 0, PRESENT)


def _locked(tx: Transaction, organisation: str, person: str, by: Account | None) -> AccountRow:
    if by is not None and not by.may(Right.ACCOUNTS):
        raise Refused(_("Only an administrator changes the accounts of others."))
    row = find_row(tx, organisation, person)
    # Two administrators who concurrently take the role from each other: the second transaction sees the first one's change.
    organisation_rows.find_exclusive(tx, organisation)
    known = rows.lock(tx, row.id)
    if known is None:
        raise NotFound(_("{person} has no sign-in: invite first.").format(person=row.external_id))
    return known


def _another_admin(tx: Transaction, organisation: str, known: AccountRow) -> None:
    """Raise Refused where this is the last administrator."""
    if "admin" in known.roles.split() and not rows.others_with(
        tx, organisation, "admin", known.person_id, PRESENT
    ):
        raise Refused(_("This is the last administrator: give somebody else the role first."))


def _row(row: ListedRow, link: AccessLinkRow | None, now_us: int) -> Listed:
    state: State = "none"
    until = None
    if row.status not in PRESENT:
        state = "gone"
    elif row.roles is None:
        state = "none"
    elif row.ended_at_us is not None:
        state = "ended"
    elif row.password_hash is not None or link is None:
        state = "active"
    elif link.ended_at_us is None and link.expires_at_us > now_us:
        state, until = "invited", maybe_us(link.expires_at_us)
    else:
        state = "expired"
    roles = tuple((row.roles or "").split())
    return Listed(row.external_id, row.name, row.email, row.segment, row.team, roles, state, until)


def groups(tx: Transaction, organisation: str) -> tuple[list[str], list[str]]:
    """Segments and teams for invitations; no teams where there are too many to list, so that one has to be typed."""
    segments, teams = rows.groups(tx, organisation, PRESENT, MOST_LISTED + 1)
    return segments[:MOST_LISTED], teams if len(teams) <= MOST_LISTED else []


def how_many(tx: Transaction, organisation: str) -> dict[str, int]:
    """Progress of the set-up: people, further accounts, published schemes, items on the grid."""
    found = rows.how_many(tx, organisation)
    return {**found, "people": max(0, found["people"] - 1), "invited": max(0, found["invited"] - 1)}
