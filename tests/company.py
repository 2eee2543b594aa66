"""A small company with a live program, for the tests of pages and API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from rewards.content.content import ChannelStatus, ContentItem, publish_item
from rewards.people.accounts import SCOPES, create_account, create_token, hash_password
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database

ORGANISATION = "acme"
PASSWORD = "correct horse battery"
EVERY_SCOPE = SCOPES


@dataclass(frozen=True)
class Company:
    """Ids of people by role, and API tokens."""

    employee: str
    colleague: str
    hr: str
    strategist: str
    token: str
    plain_token: str
    personal_token: str


def people() -> list[PersonRow]:
    """Twelve people in two segments and three time zones."""
    zones = ("Europe/Madrid", "America/New_York", "Asia/Tokyo")
    roles = {"hal": "hr", "sam": "strategist"}
    names = ("ana", "ben", "hal", "sam", "eve", "kim", "lea", "max", "nia", "oto", "pia", "ria")
    return [
        PersonRow.model_validate(
            {
                "id": name,
                "name": f"{name.title()} <b>Field</b>",
                "segment": "sales" if at % 2 else "engineering",
                "team": f"team-{at % 3}",
                "timezone": zones[at % 3],
                "contacts": 100 + 50 * at,
                "role": roles.get(name, "employee"),
            }
        )
        for at, name in enumerate(names)
    ]


def item() -> ContentItem:
    """Something green-lit, with a channel of every colour."""
    return ContentItem(
        id="launch",
        title="What we learnt from <i>launching</i>",
        url="https://example.org/launch?ref=1",
        summary="Five lessons.",
        topic="engineering",
        channels={
            "linkedin": ChannelStatus(status="green"),
            "x": ChannelStatus(status="amber", reason="no customer names"),
            "facebook": ChannelStatus(status="red", reason="forbids rewarded posts"),
        },
        disclosure="I work at Acme.",
        expires_at=datetime.now(UTC) + timedelta(days=9),
        suggested_texts=("Worth a read.",),
        approver="hal",
    )


@cache
def password_hash() -> str:
    """Hashed once for all tests: it is slow on purpose."""
    return hash_password(PASSWORD)


def make_company(db: Database) -> Company:
    """Create it: people, accounts with one password, tokens, the clicks scheme in force since a month ago."""
    now = datetime.now(UTC)
    began = now - timedelta(days=30)
    secret = password_hash()
    with db.begin() as tx:
        create_organisation(tx, ORGANISATION, "Acme", "Europe/Madrid", began)
        import_people(tx, ORGANISATION, people(), began)
        for person, roles in (
            ("ana", ["employee"]),
            ("hal", ["employee", "hr"]),
            ("sam", ["employee", "strategist"]),
            ("kim", ["content"]),
            ("max", ["auditor"]),
            ("nia", ["admin"]),
        ):
            create_account(tx, ORGANISATION, person, roles, secret, began)
        publish_scheme(tx, ORGANISATION, PRESETS["clicks"], began, "hal", "a test", began)
        publish_item(tx, ORGANISATION, item(), began)
        token = create_token(tx, ORGANISATION, "all", EVERY_SCOPE, began)
        plain = create_token(tx, ORGANISATION, "write", ("events:write",), began)
        personal = create_token(tx, ORGANISATION, "ana", ("me:read",), began, person="ana")
    return Company("ana", "ben", "hal", "sam", token, plain, personal)
