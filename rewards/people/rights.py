"""Access control: rights, and the roles that have them. Pages, routes and commands require a right, never a role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from rewards import roles
from rewards.language import msg


class Right(StrEnum):
    """One permission. Every signed-in account has `OWN`."""

    OWN = "own"
    TAKE_PART = "take-part"
    CONTENT_READ = "content-read"
    CONTENT_WRITE = "content-write"
    CONTENT_APPROVE = "content-approve"
    SCHEME_READ = "scheme-read"
    SCHEME_WRITE = "scheme-write"
    SCHEME_APPROVE = "scheme-approve"
    PAST_GATE = "past-gate"
    FORECAST_READ = "forecast-read"
    REHEARSE = "rehearse"
    REVIEW = "review"
    PEOPLE_READ = "people-read"
    PEOPLE_WRITE = "people-write"
    PERIODS = "periods"
    EVENTS_EXPORT = "events-export"
    INVITE = "invite"
    AUDIT_READ = "audit-read"
    ACCOUNTS = "accounts"
    TOKENS = "tokens"
    SETTINGS = "settings"


MEANINGS: Mapping[Right, str] = MappingProxyType(
    {
        Right.OWN: msg("one's own account: password, sessions"),
        Right.TAKE_PART: msg("share, thank, nominate, redeem; one's own points"),
        Right.CONTENT_READ: msg("the content desk, to read"),
        Right.CONTENT_WRITE: msg("write, change and recall content"),
        Right.CONTENT_APPROVE: msg("approve content, or decline it"),
        Right.SCHEME_READ: msg(
            "the scheme in force and its versions; who takes part, in groups that tell nobody apart"
        ),
        Right.SCHEME_WRITE: msg("draft, propose and roll back schemes"),
        Right.SCHEME_APPROVE: msg("agree that a scheme is published, as the second person, or decline it"),
        Right.PAST_GATE: msg("publish a scheme in an emergency without what the gate asks for"),
        Right.FORECAST_READ: msg("comparisons and forecasts"),
        Right.REHEARSE: msg("rehearse schemes in simulation"),
        Right.REVIEW: msg("decide what waits for a person: held events, rewards asked for, nominations"),
        Right.PEOPLE_READ: msg("the list of people"),
        Right.PEOPLE_WRITE: msg("add, change, import, link, merge and erase people"),
        Right.PERIODS: msg("close a period"),
        Right.EVENTS_EXPORT: msg("export all events"),
        Right.INVITE: msg("invite people to the program, as employees"),
        Right.AUDIT_READ: msg("the audit log"),
        Right.ACCOUNTS: msg("accounts, their roles, invitations to any role, resets"),
        Right.TOKENS: msg("API tokens and webhooks"),
        Right.SETTINGS: msg("the organisation: name, zone, languages, networks; single sign-on"),
    }
)
"""Descriptions of the rights in the access matrix."""

RIGHTS_OF: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        "employee": frozenset({Right.OWN, Right.TAKE_PART}),
        "content": frozenset(
            {Right.OWN, Right.CONTENT_READ, Right.CONTENT_WRITE, Right.CONTENT_APPROVE}
        ),
        "strategist": frozenset(
            {
                Right.OWN, Right.CONTENT_READ, Right.CONTENT_WRITE, Right.SCHEME_READ, Right.FORECAST_READ, Right.REHEARSE,
            }
        ),
        "hr": frozenset(
            {
                Right.OWN, Right.CONTENT_READ, Right.SCHEME_READ, Right.SCHEME_WRITE, Right.SCHEME_APPROVE, Right.FORECAST_READ,
                Right.REHEARSE, Right.REVIEW,
                Right.PEOPLE_READ, Right.PEOPLE_WRITE, Right.PERIODS, Right.EVENTS_EXPORT, Right.INVITE, Right.AUDIT_READ,
            }
        ),
        "auditor": frozenset(
            {Right.OWN, Right.CONTENT_READ, Right.SCHEME_READ, Right.FORECAST_READ, Right.AUDIT_READ}
        ),
        "admin": frozenset(
            {
                Right.OWN, Right.INVITE, Right.AUDIT_READ, Right.ACCOUNTS, Right.TOKENS, Right.SETTINGS, Right.SCHEME_APPROVE,
                Right.PAST_GATE,
            }
        ),
    }
)  # fmt: skip
"""The roles, each with the least that its work needs. The auditor (a works council, say) only reads, and reads no list of people."""

ROLES = roles.ROLES
assert tuple(RIGHTS_OF) == ROLES, "every role has its rights"
TITLES: Mapping[str, str] = MappingProxyType(
    {
        "employee": msg("Employee"),
        "content": msg("Content"),
        "strategist": msg("Strategist"),
        "hr": msg("HR"),
        "auditor": msg("Auditor"),
        "admin": msg("Administrator"),
    }
)
"""Display names of the roles."""


def rights_of(held: Iterable[str]) -> frozenset[Right]:
    """The union of the rights of roles; unknown roles grant none."""
    return frozenset[Right]().union(*(RIGHTS_OF.get(role, frozenset()) for role in held))


def roles_with(right: Right) -> tuple[str, ...]:
    """The roles that grant a right."""
    return tuple(role for role, held in RIGHTS_OF.items() if right in held)


def given_by(rights: Iterable[Right]) -> frozenset[str]:
    """Roles that an account with these rights may give: all with the right to administer accounts, else only employee."""
    return frozenset(ROLES) if Right.ACCOUNTS in rights else frozenset({roles.EMPLOYEE})
