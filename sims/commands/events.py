"""The commands on a live program's events: export."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rewards.amounts import several
from sims.commands.acting import known
from sims.commands.console import STDOUT, InputError, check_out, say, write_json
from sims.commands.program import opened

events = typer.Typer(no_args_is_help=True, help="The events of the live program, named by DATABASE_URL.")


@events.callback()
def _group() -> None:
    """The events of the live program."""


@events.command()
def export(
    out: Annotated[
        Path, typer.Argument(metavar="OUT.jsonl", help="CloudEvents, one a line; - is standard output.")
    ] = STDOUT,
    program: Annotated[
        Path | None,
        typer.Option(
            metavar="P.json",
            help="Versions, closed periods and people; beside OUT.jsonl as OUT.program.json unless given.",
        ),
    ] = None,
    organisation: Annotated[
        str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose events.")
    ] = "company",
    since: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT", help="Only what occurred from then on; then a replay lacks what came before."
        ),
    ] = None,
) -> None:
    """Export every event with what was frozen when it was taken in, and what a replay needs.

    Versions, periods, and people without names.

    Example: groundswell events export history.jsonl && groundswell replay history.jsonl
    """
    from rewards.fields import instant_of
    from rewards.ledger.history import export_events, export_program
    from sims.commands.events_file import event_lines, write_events
    from sims.history.recorded import program_beside

    beside = program or (None if out == STDOUT else program_beside(out))
    check_out(out, beside)
    try:
        start = None if since is None else instant_of(since)
    except ValueError as error:
        raise InputError(f"--since: got {since!r}; {error}") from None
    with ExitStack() as stack:
        tx = stack.enter_context(stack.enter_context(opened()).read())
        known(tx, organisation)
        found = export_events(tx, organisation, start)
        if out == STDOUT:
            for line in event_lines(found):
                typer.echo(line)
            count = None
        else:
            count = write_events(out, found)
        if beside is not None:
            write_json(beside, export_program(tx, organisation, datetime.now(UTC)).model_dump(mode="json"))
    if count is not None:
        say(f"{several(count, 'event')} of {organisation} in {out}, versions, periods and people in {beside}")
