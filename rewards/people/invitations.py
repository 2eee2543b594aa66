"""Links that let somebody choose a password: invitations and resets. They work once, end by themselves, and are stored as hashes only.

A newer link ends those before it of its kind; once a password is chosen, all end. Whoever holds a link is taken for the person, so who may
make one for whom is asked here.
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
    """A link as it is given out, once. `person` and `name` say whom it is for, `email` where it can be sent."""

    secret: str
    purpose: str
    person: str
    name: str
    email: str | None
    expires_at: datetime
    roles: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of the link below the public address."""
        return f"/{self.purpose}/{self.secret}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open link, with what its holder may know."""

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
    """Give a person a sign-in with these roles, and make the link at which she chooses a password. `by` None: the operator.

    Who is invited as an employee is invited to the programme too: what she is sent is the link, and no mail beside it.

    Raises NotFound for the person, BadValue for a role, Conflict where she can sign in already, Refused for who may not invite her.
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
    """Queue the link to be sent to its person; False where she has no address. `public`: what it begins with."""
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
    """Invite the people of a segment or a team (of all, where none is named) who have no account yet, by id.

    Roles are those of the people file.

    Somebody who may not give other roles invites them all as employees. At most `most` at once; returns their links and how many are
    left to be invited.
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
    """A link at which a person chooses another password; the one she has holds until then. `by` None: the operator.

    Raises NotFound for a person without a sign-in, Refused for one who left, and for who may not.
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
    """A link for somebody who names her id or her e-mail address herself, to be sent to that address and shown to nobody.

    None where there is nobody, no address, or a link was made a moment ago: the answer shown is the same.
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
    """The purpose of a link, without using it. Raises NotFound for an unknown one, Gone for one that ended."""
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
    """Choose the password, and sign in: the token of a session. Of two who use a link at once one wins.

    Raises BadValue for the password, NotFound and Gone as `look`. The password is hashed before the transaction: it takes a while.
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
    """Another password: sessions that the former one opened end, and so do links that are open."""
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
    """Note that people were invited to the programme, those who never were."""
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
