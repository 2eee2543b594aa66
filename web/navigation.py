"""The navigation: one list of its pages, and the start page of each role."""

from __future__ import annotations

from dataclasses import dataclass

from rewards.language import msg
from rewards.people.accounts import Account
from rewards.people.rights import Right


@dataclass(frozen=True, slots=True)
class Door:
    """A page in the navigation, shown to accounts with its right. `own`: about the reader, not about the reader's work.

    `rooms`: beginnings of the paths of further pages that belong to it, besides those below its own.
    """

    path: str
    label: str
    right: Right
    own: bool = False
    rooms: tuple[str, ...] = ()


ACCOUNT = "/account"
"""The page of one's own sign-in, open to every role."""
DOORS = (
    Door("/", msg("Share"), Right.TAKE_PART, own=True, rooms=("/share", "/suggest", "/items", "/recalls")),
    Door("/points", msg("Points"), Right.TAKE_PART, own=True),
    Door("/rules", msg("Rules"), Right.TAKE_PART, own=True),
    Door("/badges", msg("Badges"), Right.TAKE_PART, own=True),
    Door("/thanks", msg("Thanks"), Right.TAKE_PART, own=True),
    Door("/boards", msg("Boards"), Right.TAKE_PART, own=True),
    Door("/rewards", msg("Rewards"), Right.TAKE_PART, own=True),
    Door("/content", msg("Content"), Right.CONTENT_READ),
    Door("/hr", msg("Program"), Right.SCHEME_READ, rooms=("/hr/works-council", "/hr/one-page")),
    Door("/hr/health", msg("Health"), Right.SCHEME_READ),
    Door("/hr/schemes", msg("Schemes"), Right.SCHEME_READ, rooms=("/hr/first-scheme",)),
    Door("/hr/membership", msg("Membership"), Right.INVITE),
    Door("/hr/decisions", msg("Decisions"), Right.REVIEW, rooms=("/hr/nominations",)),
    Door("/hr/people", msg("People"), Right.PEOPLE_READ, rooms=("/hr/person", "/hr/import")),
    Door("/hr/audit", msg("Audit log"), Right.AUDIT_READ),
    Door("/hr/records", msg("Periods"), Right.PERIODS),
    Door("/invitations", msg("Invite"), Right.INVITE),
    Door("/admin/accounts", msg("Accounts"), Right.ACCOUNTS),
    Door("/admin/settings", msg("Settings"), Right.SETTINGS, rooms=("/admin/setup",)),
    Door("/strategist/watch", msg("Watch"), Right.FORECAST_READ),
    Door("/rehearsals", msg("Rehearse"), Right.FORECAST_READ),
    Door("/publishing", msg("Publish"), Right.SCHEME_APPROVE),
    Door("/strategist", msg("Compare"), Right.FORECAST_READ),
    Door("/strategist/lab", msg("Lab"), Right.FORECAST_READ),
    Door("/forecasts", msg("Forecasts"), Right.FORECAST_READ, rooms=("/calibrations",)),
    Door("/rollouts", msg("Rollouts"), Right.FORECAST_READ),
    Door("/admin/tokens", msg("Tokens"), Right.TOKENS),
    Door("/admin/webhooks", msg("Webhooks"), Right.TOKENS),
    Door("/admin/mail", msg("Mail"), Right.SETTINGS),
)

HOMES = {
    "hr": "/hr",
    "strategist": "/strategist",
    "auditor": "/hr",
    "content": "/content",
    "admin": "/admin/accounts",
    "employee": "/",
}
"""The page that a role begins with. Of several roles the first in this order says it."""


def doors(account: Account | None) -> tuple[tuple[Door, ...], tuple[Door, ...]]:
    """Pages open to an account: its own ones, and those of its work."""
    held = account.rights if account is not None else frozenset()
    shown = [door for door in DOORS if door.right in held]
    return tuple(door for door in shown if door.own), tuple(door for door in shown if not door.own)


def door_of(shown: tuple[tuple[Door, ...], tuple[Door, ...]], path: str) -> Door | None:
    """The door that a page lies behind: that with the longest fitting path of those shown. None: behind none of them."""
    fitting = [
        (len(room), door)
        for door in (*shown[0], *shown[1])
        for room in (door.path, *door.rooms)
        if path == room or path.startswith(f"{room}/")
    ]
    return max(fitting, key=lambda one: one[0])[1] if fitting else None


def home_of(account: Account) -> str:
    """The start page of an account."""
    return next((path for role, path in HOMES.items() if role in account.roles), ACCOUNT)
