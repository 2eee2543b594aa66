"""Sign-in by single sign-on: maps verified claims to an imported person, by id or address, with the provider's roles."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from rewards.addressing import mail_address
from rewards.faults import BadValue, NotFound, Refused
from rewards.language import gettext as _
from rewards.people.accounts import PRESENT, ProviderSession, open_session, save_roles
from rewards.people.importing import import_people
from rewards.people.rights import ROLES
from rewards.people_file import PersonRow
from rewards.store import accounts as rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import requests as request_rows
from rewards.store import trail
from rewards.store.rows import NamedPersonRow
from rewards.store.session import Transaction
from rewards.store.units import digest, to_us

CALLER, LOGOUT = "sign-on", "sign-on logout"
NOWHERE = "unassigned"
"""Segment and team of a person whom nobody has imported."""
MOST_ID_CHARACTERS = 64
_NO_ID = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Vouched:
    """Verified claims of an identity provider about a person: the id in the people file, or an address.

    `roles` None: the provider does not manage roles. `session`: the session at the provider.
    """

    person: str | None
    email: str | None
    name: str
    roles: frozenset[str] | None
    session: ProviderSession


def state_key(tx: Transaction, organisation: str) -> bytes:
    """The key that signs the state of sign-ons in progress, shared by all processes. Raises NotFound."""
    home = organisation_rows.find(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    return hmac.new(home.salt.encode(), b"sign-on on its way", hashlib.sha256).digest()


def was_used(tx: Transaction, organisation: str, state: str) -> bool:
    """True where this state has been used to sign in."""
    return request_rows.find_kept(tx, organisation, CALLER, digest(state)) is not None


def sign_on(
    tx: Transaction,
    organisation: str,
    vouched: Vouched,
    state: str,
    now: datetime,
    *,
    device: str = "",
    former: str | None = None,
    create: bool = False,
) -> str:
    """The token of a new session. A state opens one session only. Raises Refused for people who may not sign in."""
    if not _use(tx, organisation, state, now):
        raise Refused(_("This sign-in was used already. Begin again."))
    row = _find(tx, organisation, vouched)
    if row is None and create:
        row = _create(tx, organisation, vouched, now)
    if row is None:
        raise Refused(
            _(
                "You are not on this company's list of people, or under another address there. Ask HR to add you."
            )
        )
    if row.status not in PRESENT:
        raise Refused(_("You are not active in this program any more. Ask HR if that is a mistake."))
    _give_roles(tx, organisation, row, vouched.roles, now)
    return open_session(
        tx, organisation, row.external_id, now, device, former=former, provider=vouched.session
    )


def _use(tx: Transaction, organisation: str, state: str, now: datetime) -> bool:
    return request_rows.reserve(tx, _key(organisation, CALLER, state, now))


def _key(organisation: str, caller: str, once: str, now: datetime) -> dict[str, object]:
    """The row of a single-use key, which only its first user can reserve."""
    return {
        "organisation_id": organisation,
        "caller": caller,
        "key": digest(once),
        "request_hash": "",
        "owner": "",
        "until_us": to_us(now),
        "answer": "",
        "created_us": to_us(now),
    }


def _find(tx: Transaction, organisation: str, vouched: Vouched) -> NamedPersonRow | None:
    if vouched.person is not None:
        return people_rows.find(tx, organisation, vouched.person)
    if vouched.email is None:
        return None
    found = people_rows.by_address(tx, organisation, vouched.email)
    if len(found) > 1:
        raise Refused(
            _(
                "Several people of this company have your address, so it does not say who you are. Ask HR to correct that."
            )
        )
    return found[0] if found else None


def _create(tx: Transaction, organisation: str, vouched: Vouched, now: datetime) -> NamedPersonRow | None:
    """Create a person unknown to HR from the provider's claims; None where they give no valid unused id."""
    name = vouched.person
    if name is None:
        name = _NO_ID.sub("-", vouched.email or "")[:MOST_ID_CHARACTERS]
    values: Mapping[str, Any] = {
        "id": name, "name": vouched.name, "email": _address(vouched.email), "segment": NOWHERE, "team": NOWHERE, "timezone": "",
        "contacts": 0,
    }  # fmt: skip
    try:
        row = PersonRow.model_validate(values)
    except ValidationError:
        return None
    if people_rows.find(tx, organisation, row.id) is not None:
        return None
    import_people(tx, organisation, [row], now, "sign-on")
    return people_rows.find(tx, organisation, row.id)


def _address(told: str | None) -> str:
    """The provider's address where it is a valid mail address, else ''; people are not identified by it."""
    try:
        return mail_address(told or "")
    except BadValue:
        return ""


def _give_roles(
    tx: Transaction, organisation: str, row: NamedPersonRow, given: frozenset[str] | None, now: datetime
) -> None:
    """Replace the roles by the provider's, or keep the account's own; a new account has the role employee."""
    account = rows.find_account(tx, organisation, row.external_id)
    if account is not None and account.ended_at_us is not None:
        raise Refused(_("Your sign-in here was ended. Ask an administrator to open it again."))
    if given is None:
        given = frozenset({"employee"} if account is None else account.roles.split())
    if not given:
        raise Refused(_("Your company has given you no role in this program. Ask HR for one."))
    roles = " ".join(role for role in ROLES if role in given)
    if account is not None and account.roles == roles:
        return
    password = None if account is None else account.password_hash
    save_roles(tx, organisation, row.id, roles.split(), password, now=now)
    trail.log(tx, organisation, CALLER, "account.save", f"person:{row.id}", reason=roles, at_us=to_us(now))


def end_by_provider(
    tx: Transaction, organisation: str, subject: str, session: str, id_: str, *, now: datetime
) -> int | None:
    """End the sessions of a provider's subject, or of one session there ('' for either: any); returns how many.

    None for a logout token seen before: `id_` is used once, and request keys are stored for longer than a token is valid.
    """
    row = _key(organisation, LOGOUT, id_, now)
    if not request_rows.reserve(tx, row):
        return None
    ended = rows.drop_sessions_of_provider(
        tx, organisation, digest(subject) if subject else None, digest(session) if session else None
    )
    for person_id in sorted(set(ended)):
        trail.log(
            tx,
            organisation,
            CALLER,
            "session.end_by_provider",
            f"person:{person_id}",
            reason="",
            at_us=to_us(now),
        )
    return len(ended)
