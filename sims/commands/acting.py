"""Who decides by a command: whoever runs the machine, or a person who may decide the same on a page."""

from typing import TYPE_CHECKING, Annotated

import typer

from sims.commands.console import InputError

if TYPE_CHECKING:
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
Reason = Annotated[str, typer.Option(help="Why, in a sentence; it stays with the decision.")]


def decider(tx: "Transaction", organisation: str, by: str, right: "Right") -> str:
    """Whom the record names. Raises InputError where the organisation is unknown, or a named person may not decide this."""
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


def known(tx: "Transaction", organisation: str) -> None:
    """Raises InputError where there is no such organisation."""
    from rewards.people.organisations import get_organisation

    if get_organisation(tx, organisation) is None:
        raise InputError(
            f"--organisation: got {organisation!r}; not in this database; name one that `groundswell init` made"
        )
