"""Scopes of API tokens, and the rights needed to grant them."""

from collections.abc import Mapping
from types import MappingProxyType

from rewards.language import msg
from rewards.people.rights import Right

WANTED: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        "events:write": frozenset({Right.TOKENS}),
        "events:backfill": frozenset({Right.TOKENS}),
        "me:read": frozenset({Right.TAKE_PART}),
        "me:write": frozenset({Right.TAKE_PART}),
        "kudos:write": frozenset({Right.TAKE_PART}),
        "rewards:write": frozenset({Right.TAKE_PART}),
        "people:read": frozenset({Right.PEOPLE_READ}),
        "people:write": frozenset({Right.PEOPLE_WRITE}),
        "schemes:write": frozenset({Right.SCHEME_WRITE}),
        "lab:read": frozenset({Right.FORECAST_READ}),
        "lab:write": frozenset({Right.REHEARSE}),
        "content:read": frozenset({Right.CONTENT_READ}),
        "content:write": frozenset({Right.CONTENT_WRITE}),
        "content:approve": frozenset({Right.CONTENT_APPROVE}),
        "admin": frozenset(
            {Right.TOKENS, Right.SCHEME_WRITE, Right.REVIEW, Right.PEOPLE_WRITE, Right.CONTENT_APPROVE}
        ),
    }
)
"""The rights needed to grant each scope; losing one removes the scope from the tokens that the person created."""
NAMES = tuple(WANTED)
PERSONAL = ("me:read", "me:write", "kudos:write", "rewards:write")
"""Scopes of a token that speaks for a person; for the organisation nothing of the kind can be done."""
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "events:write": msg("send events of the last days"),
        "events:backfill": msg("send events however old they are"),
        "me:read": msg("read one's own points, badges and boards"),
        "me:write": msg("change one's own choices"),
        "kudos:write": msg("thank and nominate in one's own name"),
        "rewards:write": msg("ask for rewards in one's own name"),
        "people:read": msg("the list of people, to read"),
        "people:write": msg("add, change, import, invite, merge and erase people"),
        "schemes:write": msg("draft, publish and roll back schemes"),
        "lab:read": msg("the lab's experiments and their runs, to read"),
        "lab:write": msg("write, change and run experiments in the lab"),
        "content:read": msg("the content desk, to read"),
        "content:write": msg("write, change and recall content"),
        "content:approve": msg("approve content, or decline it"),
        "admin": msg("everything that HR and administrators do over the API"),
    }
)
