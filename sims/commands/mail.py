"""Commands on the mail of the live program: mail list, mail retry."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from rewards.people.operator import operator
from sims.commands.console import JsonOut, say, write_json
from sims.commands.program import usable

mail = typer.Typer(no_args_is_help=True, help="The mail of the live program named by DATABASE_URL.")
Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose mail.")]
MOST_LISTED = 500
MOST_ID = 2**63 - 1
"""The largest number that a row can have."""


@mail.command("list")
def list_mail(
    every: Annotated[bool, typer.Option("--all", help="All mail, not only what was given up.")] = False,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """List failed mail, newest first, and the number in each state. The contents of mails are not shown.

    Example: groundswell mail list
    """
    from rewards.mail.desk import counts, mails

    with usable() as database, database.read() as tx:
        found = mails(tx, organisation, MOST_LISTED, failed_only=not every)
        numbers = counts(tx, organisation)
    rows = [
        asdict(one) | {name: getattr(one, name).isoformat() for name in ("queued_at", "next_at")}
        for one in found
    ]
    for row in rows:
        row["sent_at"] = None if row["sent_at"] is None else row["sent_at"].isoformat()
    write_json(json_out, {"kind": "mail", "counts": numbers, "mail": rows})
    say(", ".join(f"{number} {state}" for state, number in numbers.items()), json_out)
    for one in found:
        say(
            f"{one.id}  {one.queued_at:%Y-%m-%d %H:%M}  {one.kind}  {one.person or '-'}  {one.status}  {one.answer}",
            json_out,
        )


@mail.command()
def retry(
    number: Annotated[
        int, typer.Argument(metavar="ID", min=1, max=MOST_ID, help="The mail's id, as `mail list` says it.")
    ],
    organisation: Organisation = "company",
) -> None:
    """Try a mail that failed once more.

    Example: groundswell mail retry 17
    """
    from rewards.mail.desk import try_again

    with usable() as database, database.begin() as tx:
        try_again(tx, organisation, number, operator(), datetime.now(UTC))
    say(f"mail {number} is back in the queue")
