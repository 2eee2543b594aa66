"""Founding an organisation: the set-up link, the organisation with its first administrator, and its first scheme.

The set-up link creates the organisation, once. A newer link ends the one before: each start of `serve` prints another.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rewards.document import DocumentError, dump_document, load_document
from rewards.faults import BadValue, Conflict, Gone, NotFound, Refused
from rewards.fields import name_in
from rewards.language import gettext as _
from rewards.language import speaking
from rewards.people import membership
from rewards.people.accounts import create_account, hash_password, known_roles, open_session
from rewards.people.organisations import (
    Network,
    change_organisation,
    create_organisation,
    get_organisation,
    list_organisations,
    own_language,
)
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import SchemeVersion, publish_scheme, scheme_in_force, versions
from rewards.scheme.networks import rules_of
from rewards.scheme.preset_titles import in_language, titled_text
from rewards.scheme.presets import PRESETS, text_of_preset
from rewards.scheme.scheme import IncentiveScheme
from rewards.store import access_links as rows
from rewards.store.session import Database, Transaction
from rewards.store.units import digest, to_us

SETUP = "operator"
"""The actor recorded before there are people."""
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Beginning:
    """The data of a new organisation. `admin`: the first administrator, who is also a person of the company."""

    slug: str
    name: str
    timezone: str
    languages: tuple[str, ...]
    networks: tuple[Network, ...]
    admin: PersonRow
    roles: tuple[str, ...]


def is_empty(tx: Transaction) -> bool:
    """True without any organisation."""
    return not list_organisations(tx)


def setup_path(tx: Transaction, now: datetime) -> str:
    """A new set-up link, as a path below the server's address; earlier ones end. Raises Refused after the set-up."""
    if not is_empty(tx):
        raise Refused(
            "the database holds an organisation already; invite an administrator: groundswell account invite ID --roles admin"
        )
    secret = secrets.token_urlsafe(_TOKEN_BYTES)
    rows.add_setup(tx, digest(secret), to_us(now))
    return f"/setup/{secret}"


def look(tx: Transaction, secret: str) -> None:
    """Check that a set-up link is open. Raises NotFound for an unknown one, Gone for one that was used or replaced."""
    row = rows.find_setup(tx, digest(secret))
    if row is None:
        raise NotFound(
            _("This set-up link is not known: take the one that the server printed when it started.")
        )
    if row.ending == rows.SUPERSEDED:
        raise Gone(_("The server was started again and printed a newer set-up link: take that one."))
    if row.ending == rows.USED or not is_empty(tx):
        raise _done()


def found(
    db: Database, secret: str, beginning: Beginning, password: str, now: datetime, *, device: str = ""
) -> str:
    """Use the set-up link: creates the organisation and its first administrator, and returns the token of a session.

    Of two concurrent uses one succeeds. Raises as `look`, and BadValue for invalid data.
    """
    with db.read() as tx:
        look(tx, secret)
    hashed = hash_password(password)
    with db.begin() as tx:
        look(tx, secret)
        if not rows.use_setup(tx, digest(secret), to_us(now)):
            raise _done()
        establish(tx, beginning, hashed, now)
        return open_session(tx, beginning.slug, beginning.admin.id, now, device)


def establish(
    tx: Transaction,
    beginning: Beginning,
    password_hash: str | None,
    now: datetime,
    began: datetime | None = None,
) -> None:
    """Create the organisation and its first administrator. `began`: start of memberships, for posting past events."""
    roles = known_roles(beginning.roles)
    if "admin" not in roles:
        raise BadValue(
            "roles {names}: admin is missing; the first account has to be able to invite others",
            names=", ".join(roles),
        )
    create_organisation(tx, beginning.slug, beginning.name, beginning.timezone, began or now)
    change_organisation(
        tx, beginning.slug, beginning.name, beginning.languages, beginning.networks, actor=SETUP, now=now
    )
    import_people(tx, beginning.slug, [beginning.admin], began or now, SETUP)
    create_account(tx, beginning.slug, beginning.admin.id, roles, password_hash, now, SETUP)
    membership.invite(tx, beginning.slug, now, SETUP, people=[beginning.admin.id], tell=False)


def template(tx: Transaction, organisation: str, name: str) -> IncentiveScheme:
    """A template adapted to the company's networks (those without points earn none), language and time zone.

    Raises NotFound for the name.
    """
    if name not in PRESETS:
        raise NotFound(
            "template {value!r}: limit {names}; choose one of these",
            value=name[:40],
            names=", ".join(PRESETS),
        )
    home = get_organisation(tx, organisation)
    if home is None:
        return PRESETS[name]
    scheme = in_language(PRESETS[name], home.languages[0])
    return with_networks(with_zone(scheme, home.timezone), home.networks)


def text_of_template(tx: Transaction, organisation: str, name: str) -> str:
    """`template` as the text of a new draft. Raises NotFound for the name."""
    fitting, shipped = template(tx, organisation, name), PRESETS[name]
    text = titled_text(text_of_preset(name), own_language(tx, organisation)).rstrip("\n") + "\n"
    if fitting.calendar.zone != shipped.calendar.zone:
        text += f"calendar: {{zone: {fitting.calendar.zone}}}\n"
    if fitting.unrewarded_channels != shipped.unrewarded_channels:
        text += f"unrewarded_channels: {json.dumps(fitting.unrewarded_channels, ensure_ascii=False)}\n"
    try:
        same = load_document(text, IncentiveScheme) == fitting
    except DocumentError:
        same = False
    # A title that cannot replace the one in the shipped text: the whole document is serialised.
    return text if same else dump_document(fitting)


def with_zone(scheme: IncentiveScheme, zone: str) -> IncentiveScheme:
    """A scheme whose boards and challenges use the days of a time zone."""
    return scheme.model_copy(update={"calendar": scheme.calendar.model_copy(update={"zone": zone})})


def with_networks(scheme: IncentiveScheme, networks: Sequence[Network]) -> IncentiveScheme:
    """A scheme without points on networks for which the company gives none."""
    unpaid = [one.channel for one in networks if not one.points and not scheme.is_unrewarded(one.channel)]
    return scheme.model_copy(update={"unrewarded_channels": (*scheme.unrewarded_channels, *unpaid)})


def publish_template(
    tx: Transaction, organisation: str, name: str, actor: str, now: datetime
) -> SchemeVersion:
    """Publish a template as the first scheme. Raises Conflict where a scheme exists, NotFound for the name."""
    if scheme_in_force(tx, organisation, now) is not None or versions(tx, organisation):
        raise Conflict(_("A scheme is published already: change it as a draft, and rehearse that first."))
    with speaking(own_language(tx, organisation)):
        reason = _("first scheme")
    return publish_scheme(tx, organisation, template(tx, organisation, name), now, actor, reason, now)


def networks_of(used: Sequence[str], unpaid: Sequence[str]) -> tuple[Network, ...]:
    """Networks by name, with points unless the company or the network itself gives none."""
    none = {name_in(one) for one in unpaid}
    return tuple(
        Network(name, name not in none and _may_pay(name)) for name in dict.fromkeys(map(name_in, used))
    )


def _may_pay(channel: str) -> bool:
    known = rules_of(channel)
    return known is None or known.rewards


def _done() -> Gone:
    return Gone(_("This company is set up already: sign in, or ask its administrator for an invitation."))
