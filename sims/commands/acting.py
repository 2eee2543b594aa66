"""The decider of a command, the operator or a person with the right to decide; and printing of pending decisions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sims.commands.console import InputError, say, write_json

if TYPE_CHECKING:
    from rewards.people.organisations import Organisation as Home
    from rewards.people.rights import Right
    from rewards.store.session import Transaction

By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar="PERSON",
        help="The id of the person who decides, who has to hold a role that may; else whom --as names, or the user of this machine.",
    ),
]
Organisation = Annotated[
    str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="The organisation of the live program.")
]
Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Its number in the list.")]
After = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Only what has a higher number than this.")]
Reason = Annotated[str, typer.Option(help="Why, in a sentence; it stays with the decision.")]


def decider(tx: "Transaction", organisation: str, by: str, right: "Right") -> str:
    """The actor to record. Raises InputError where the organisation is unknown, or the named person lacks the right."""
    from rewards.people.operator import is_system, operator
    from rewards.people.rights import roles_with
    from rewards.publishing.conditions import rights_for

    known(tx, organisation)
    actor = by.strip() or operator()
    if not is_system(actor) and right not in rights_for(tx, organisation, actor):
        raise InputError(
            f"{'--by' if by.strip() else '--as'}: {actor!r} may not do this; it is for the roles {', '.join(roles_with(right))}; name "
            "somebody who has one"
        )
    return actor


def known(tx: "Transaction", organisation: str) -> "Home":
    """The organisation. Raises InputError where there is none of that name."""
    from rewards.people.organisations import get_organisation

    found = get_organisation(tx, organisation)
    if found is None:
        raise InputError(
            f"--organisation: got {organisation!r}; not in this database; name one that `groundswell init` made"
        )
    return found


def print_list(kind: str, found: Sequence[Mapping[str, Any]], what: str, json_out: Path | None) -> None:
    """Print one line each: number, status, day, person, and the field `what`."""
    write_json(json_out, {"kind": kind, kind: list(found)})
    for one in found:
        say(
            f"{one['id']}  {one['status']}  {one['since'][:10]}  {one['person'] or '-'}  {one[what]}",
            json_out,
        )
    if not found:
        say("nothing", json_out)


def print_one(kind: str, found: Mapping[str, Any], json_out: Path | None) -> None:
    """Print one line for each field that is not empty."""
    write_json(json_out, {"of": kind, **found})
    for name, value in found.items():
        if isinstance(value, dict):
            value = ", ".join(f"{part} {text}" for part, text in value.items())
        if value not in (None, ""):
            say(f"{name}: {value}", json_out)
