"""The command that closes a period of the live program."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from rewards.people.operator import operator
from sims.commands.acting import known
from sims.commands.console import say
from sims.commands.people import Organisation, Yes
from sims.commands.program import usable

period = typer.Typer(no_args_is_help=True, help="Periods of the live program, named by DATABASE_URL.")


@period.callback()
def _group() -> None:
    """Periods of the live program."""


@period.command()
def close(
    until: Annotated[
        str,
        typer.Argument(
            metavar="UNTIL", help="An instant such as 2026-12-01T00:00:00Z, or a day: its beginning there."
        ),
    ],
    yes: Yes = False,
    organisation: Organisation = "company",
) -> None:
    """Freeze all that occurred before an instant. This cannot be undone.

    Example: groundswell period close 2026-12-01 --yes
    """
    from rewards.ledger.periods import close_period
    from rewards.people.periods import end_of

    with usable() as database:
        with database.read() as tx:
            home = known(tx, organisation)
        end = end_of(until, home.timezone)
        if not yes and not typer.confirm(f"Everything before {end.isoformat()} is frozen for good. Close?"):
            raise typer.Abort
        with database.begin() as tx:
            close_period(tx, organisation, end, operator(), datetime.now(UTC))
    say(f"the period of {organisation} is closed until {end.isoformat()}")
