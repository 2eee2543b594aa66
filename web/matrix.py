"""Writes docs/roles.md from the code: which role may do what, and who is let in by every route: `python -m web.matrix docs/roles.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from rewards.people.rights import MEANINGS, RIGHTS_OF, ROLES, Right
from web.session import Needs, ShownWith, TokenWith

HEAD = """# Roles, and what they open

Written from the code by `python -m web.matrix docs/roles.md`; a test keeps it equal, and another asks every route as every role.
Somebody may have several roles and may then do what any of them allows. Routes ask for a right; a right that a role lacks is a 403.

An auditor (a works council, say) only reads, and reads no list of people. An administrator gives roles and decides nothing about anybody's
points. HR may invite people as employees; any other role is given by an administrator.
"""
YES, NO = "yes", ""


@dataclass(frozen=True, slots=True)
class Entrance:
    """One route: the right that a session needs (None: no session opens it) or the scopes of which a token needs one."""

    method: str
    path: str
    right: Right | None
    scopes: tuple[str, ...]

    @property
    def public(self) -> bool:
        """True for a public route."""
        return self.right is None and not self.scopes

    @property
    def roles(self) -> frozenset[str]:
        """The roles whose session is let in."""
        return frozenset(role for role in ROLES if self.right in RIGHTS_OF[role])


def entrances(routers: Iterable[APIRouter]) -> list[Entrance]:
    """Every route with the right or scopes that it requires, sorted by path and method."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return sorted(
        (_entrance(route, method) for route in routes for method in route.methods or ()),
        key=lambda one: (one.path.startswith("/api/"), one.path, one.method),
    )


def _entrance(route: APIRoute, method: str) -> Entrance:
    asked = list(_asked(route.dependant))
    rights = [one.right for one in asked if isinstance(one, Needs)]
    scopes = [scope for one in asked if isinstance(one, ShownWith | TokenWith) for scope in one.scopes]
    if len(rights) > 1:
        raise ValueError(f"{method} {route.path}: asks for {len(rights)} rights; limit 1; ask for one")
    return Entrance(method, route.path, rights[0] if rights else None, tuple(dict.fromkeys(scopes)))


def _asked(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _asked(inner)


def text(routers: Iterable[APIRouter]) -> str:
    """The whole page."""
    found = entrances(routers)
    pages = [one for one in found if one.right is not None]
    tokens = [one for one in found if one.scopes]
    public = [one for one in found if one.public]
    rights = [[f"`{right}`", words, *_marks(_holders(right))] for right, words in MEANINGS.items()]
    sessions = [[one.method, f"`{one.path}`", f"`{one.right}`", *_marks(one.roles)] for one in pages]
    scopes = [[one.method, f"`{one.path}`", _listed(one.scopes)] for one in tokens]
    open_to_all = [[one.method, f"`{one.path}`"] for one in public]
    parts = [
        HEAD,
        "## Rights\n",
        _table(["right", "what it is", *ROLES], rights),
        "\n## Pages\n",
        _table(["method", "route", "right", *ROLES], sessions),
        "\n## The API\nA token, by its scopes; no session opens these.\n",
        _table(["method", "route", "one of the scopes"], scopes),
        "\n## Open to all\n",
        _table(["method", "route"], open_to_all),
    ]
    return "\n".join(parts)


def _holders(right: Right) -> frozenset[str]:
    return frozenset(role for role in ROLES if right in RIGHTS_OF[role])


def _marks(roles: frozenset[str]) -> list[str]:
    return [YES if role in roles else NO for role in ROLES]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    from web.app import ROUTERS

    Path(sys.argv[1]).write_text(text(ROUTERS), "utf-8")
