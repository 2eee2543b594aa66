"""Who acted, in words: the program, its operator and tokens have codes as actors, and people their ids."""

from __future__ import annotations

from rewards.language import gettext, msg, said
from rewards.people.operator import OPERATOR, is_system
from rewards.store.persons import ACTOR_PREFIX

ACTORS: dict[str, str] = {
    "system": msg("the program"),
    "worker": msg("the worker"),
    OPERATOR: msg("the operator"),
    "sign-on": msg("single sign-on"),
    "sign-on logout": msg("single sign-on"),
    "demo": msg("the demo"),
    "csv": msg("an import"),
}
NUMBERED: dict[str, str] = {"person": msg("person no. {id}"), "rehearsal": msg("a rehearsal")}


def actor_text(actor: str) -> str:
    """Who did it: a person's name or id as it is, and what is no person in words."""
    if actor in ACTORS:
        return gettext(ACTORS[actor])
    if is_system(actor):
        return said("{user} as operator", user=actor.removeprefix(f"{OPERATOR}:"))
    if actor.startswith(ACTOR_PREFIX):
        return said("token {name}", name=actor.removeprefix(ACTOR_PREFIX))
    kind, _, number = actor.partition(":")
    return said(NUMBERED[kind], id=number) if kind in NUMBERED and number.isdecimal() else actor
