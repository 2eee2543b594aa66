"""Single-use links for choosing a password: invitations and resets. They expire, and are stored as hashes only.

A newer link ends earlier ones of its kind; a chosen password ends all. A link authenticates its holder as the person, so the right to
create one is checked here.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rewards.faults import Conflict, Gone, NotFound, Refused
from rewards.language import gettext as _
from rewards.mail.queue import queue
from rewards.people import membership
from rewards.people.accounts import PRESENT, Account, create_account, hash_password, known_roles, open_session
from rewards.people.operator import operator
from rewards.people.rights import ROLES, Right, given_by
from rewards.store import access_links as rows
from rewards.store import account_desk as desk_rows
from rewards.store import accounts as account_rows
from rewards.store import people as people_rows
from rewards.store import trail
from rewards.store.persons import find_row
from rewards.store.rows import HeldLinkRow, NamedPersonRow
from rewards.store.session import Database, Transaction
from rewards.store.units import digest, from_us, to_us

INVITATION, RESET = "invitation", "reset"
LIFETIMES = {INVITATION: timedelta(days=14), RESET: timedelta(hours=24)}
KEPT = timedelta(days=90)
"""For how long after its end a link can still say why it does not work."""
PAUSE = timedelta(minutes=5)
"""Least time between two resets requested by a person, so that repeated requests do not flood a mailbox."""
MOST_AT_ONCE = 200
"""Invitations in one go: a page of links that somebody still prints."""
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Link:
    """A link as shown once. `person` and `name`: its recipient; `email`: where it can be mailed."""

    secret: str
    purpose: str
    person: str
    name: str
    email: str | None
    expires_at: datetime
    roles: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The link's path below the public address."""
        return f"/{self.purpose}/{self.secret}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open link, with what its holder may see."""

    purpose: str
    person: str
    name: str
    roles: tuple[str, ...]
    expires_at: datetime


def invite(
    tx: Transaction,
    organisation: str,
    person: str,
    roles: Sequence[str],
    now: datetime,
    *,
    by: Account | None = None,
) -> Link:
    """Create a person's account with these roles, and a link for choosing a password. `by` None: the operator.

    A person invited as an employee is invited to the program too; the link replaces the mail about that.

    Raises NotFound for the person, BadValue for a role, Conflict for an active account, Refused without the right to invite the person.
    """
    link = _invited(tx, organisation, person, roles, now, by=by)
    if "employee" in roles:
        _to_take_part(tx, organisation, [link.person], now, by)
    return link


def _invited(
    tx: Transaction,
    organisation: str,
    person: str,
    roles: Sequence[str],
    now: datetime,
    *,
    by: Account | None,
) -> Link:
    kept = known_roles(roles)
    row = find_row(tx, organisation, person)
    _must_be_present(row)
    known = desk_rows.lock(tx, row.id)
    if known is not None and known.password_hash is not None and known.ended_at_us is None:
        raise Conflict(
            _("{person} has chosen a password already: change the roles, or reset the password.").format(person=row.external_id)
        )  # fmt: skip
    if by is not None and not by.may(Right.ACCOUNTS):
        others = set(kept) | set(known.roles.split() if known is not None else ())
        if not by.may(Right.INVITE) or others - {"employee"} or (known is not None and known.ended_at_us):
            raise Refused(
                _("Only an administrator invites for other roles, or opens a sign-in that was ended.")
            )
    actor = operator() if by is None else by.person
    create_account(tx, organisation, person, kept, None, now, actor)
    desk_rows.change(tx, row.id, {"ended_at_us": None})
    return replace(_issue(tx, organisation, row, INVITATION, actor, now=now), roles=kept)


def send(tx: Transaction, organisation: str, link: Link, public: str, now: datetime) -> bool:
    """Queue the mail with a link; False where the person has no address. `public`: the base URL."""
    data = {"link": public + link.path}
    queued = queue(tx, organisation, link.person, link.purpose, data, now=now, expires_at=link.expires_at)
    return queued is not None


def invite_group(
    tx: Transaction,
    organisation: str,
    now: datetime,
    by: Account | None = None,
    segment: str = "",
    *,
    team: str = "",
    most: int = MOST_AT_ONCE,
) -> tuple[list[Link], int]:
    """Invite people without an account, by id, of a segment or a team (of all by default).

    The roles are those of the people file.

    An inviter without the right to give other roles invites everybody as an employee. At most `most` at once; returns their links and the
    number of people left.
    """
    found, left = desk_rows.without_account(tx, organisation, segment, team, PRESENT, limit=most)
    gives = given_by(by.rights) if by is not None else frozenset(ROLES)
    links = []
    for person, written in found:
        roles = [role for role in written.split() if role in gives] or ["employee"]
        links.append(_invited(tx, organisation, person, roles, now, by=by))
    _to_take_part(tx, organisation, [one.person for one in links if "employee" in one.roles], now, by)
    return links, left


def reset(tx: Transaction, organisation: str, person: str, now: datetime, by: Account | None = None) -> Link:
    """A link for choosing another password; the present one stays valid until then. `by` None: the operator.

    Raises NotFound for a person without an account, Refused for a person who left, and without the right.
    """
    row = find_row(tx, organisation, person)
    _must_be_present(row)
    known = desk_rows.lock(tx, row.id)
    if known is None:
        raise NotFound(_("{person} has no sign-in: invite first.").format(person=row.external_id))
    if known.ended_at_us is not None:
        raise Refused(_("The sign-in of {person} was ended: invite again.").format(person=row.external_id))
    if by is not None and not by.may(Right.ACCOUNTS):
        raise Refused(_("Only an administrator resets the password of somebody else."))
    return _issue(tx, organisation, row, RESET, operator() if by is None else by.person, now=now)


def ask_reset(tx: Transaction, organisation: str, who: str, now: datetime) -> Link | None:
    """A reset link requested with an id or e-mail address, to be mailed to the address and never shown.

    None for an unknown person, without an address, or shortly after another link: the answer shown is the same.
    """
    row = people_rows.find(tx, organisation, who)
    if row is None and "@" in who:
        sharing = people_rows.by_address(tx, organisation, who)
        row = sharing[0] if len(sharing) == 1 else None
    if row is None or not row.email or row.status not in PRESENT:
        return None
    known = desk_rows.lock(tx, row.id)
    newest = rows.newest(tx, [row.id], RESET).get(row.id)
    if known is None or known.ended_at_us is not None:
        return None
    if newest is not None and newest.created_at_us > to_us(now - PAUSE):
        return None
    return _issue(tx, organisation, row, RESET, row.external_id, now=now)


def look(tx: Transaction, organisation: str, purpose: str, secret: str, now: datetime) -> Waiting:
    """The purpose of a link, which is not used up. Raises NotFound for an unknown one, Gone for one that has ended."""
    row = _open(tx, organisation, purpose, secret, now)
    person = find_row(tx, organisation, row.external_id)
    return Waiting(
        row.purpose, row.external_id, person.name, tuple(row.roles.split()), from_us(row.expires_at_us)
    )


def accept(
    db: Database,
    organisation: str,
    purpose: str,
    secret: str,
    password: str,
    *,
    now: datetime,
    device: str = "",
    former: str | None = None,
) -> str:
    """Set the password and sign in: the token of a session. Of two concurrent uses of a link one succeeds.

    Raises BadValue for the password, NotFound and Gone as `look`. The password is hashed before the transaction, since that takes long.
    """
    with db.read() as tx:
        _open(tx, organisation, purpose, secret, now)
    hashed = hash_password(password)
    with db.begin() as tx:
        row = _open(tx, organisation, purpose, secret, now)
        desk_rows.lock(tx, row.person_id)
        if not rows.use(tx, digest(secret), to_us(now)):
            raise _used()
        set_password(tx, organisation, row.person_id, hashed, row.external_id, now=now)
        return open_session(tx, organisation, row.external_id, now, device, former=former)


def set_password(
    tx: Transaction, organisation: str, person_id: int, hashed: str, actor: str, *, now: datetime
) -> None:
    """Store another password, and end open sessions and links."""
    account_rows.drop_sessions(tx, person_id)
    desk_rows.change(tx, person_id, {"password_hash": hashed})
    rows.supersede(tx, person_id, to_us(now))
    trail.log(tx, organisation, actor, "account.password", f"person:{person_id}", reason="", at_us=to_us(now))


def _issue(
    tx: Transaction, organisation: str, row: NamedPersonRow, purpose: str, actor: str, *, now: datetime
) -> Link:
    secret = secrets.token_urlsafe(_TOKEN_BYTES)
    expires = now + LIFETIMES[purpose]
    rows.supersede(tx, row.id, to_us(now), purpose)
    rows.forget_before(tx, row.id, to_us(now - KEPT))
    rows.add(tx, organisation, row.id, purpose, digest(secret), at_us=to_us(now), expires_us=to_us(expires))
    trail.log(tx, organisation, actor, f"account.{purpose}", f"person:{row.id}", reason="", at_us=to_us(now))
    return Link(secret, purpose, row.external_id, row.name, row.email, expires)


def _to_take_part(
    tx: Transaction, organisation: str, people: Sequence[str], now: datetime, by: Account | None
) -> None:
    """Record the invitation to the program for people who were never invited."""
    if people:
        actor = operator() if by is None else by.person
        membership.invite(tx, organisation, now, actor, people=people, tell=False)


def _must_be_present(row: NamedPersonRow) -> None:
    if row.status not in PRESENT:
        raise Refused(
            _("{person} is not with the company any more: reactivate first.").format(person=row.external_id)
        )


def _open(tx: Transaction, organisation: str, purpose: str, secret: str, now: datetime) -> HeldLinkRow:
    row = rows.find(tx, digest(secret))
    if row is None or row.organisation_id != organisation or row.purpose != purpose:
        raise NotFound(_("This link is not known. See that it is whole: a mail may have broken it in two."))
    if row.ending == rows.USED:
        raise _used()
    if row.ending == rows.SUPERSEDED:
        raise Gone(
            _("This link was replaced: use the newest one you got, or sign in if you have a password.")
        )
    if row.expires_at_us <= to_us(now):
        raise Gone(_("This link has expired: ask for a new one."))
    if row.status not in PRESENT or row.account_ended_at_us is not None:
        raise Gone(_("This sign-in was ended: ask an administrator."))
    return row


def _used() -> Gone:
    return Gone(_("This link was used already: sign in with the password that was chosen then."))
