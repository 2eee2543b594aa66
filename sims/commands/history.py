"""The commands on histories: from the live program, from events, or from another tool's table."""

from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rewards.amounts import several
from sims.commands.acting import known
from sims.commands.console import STDOUT, InputError, JsonOut, check_out, say, write_json
from sims.commands.program import opened

if TYPE_CHECKING:
    from sims.history.series import History

Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose history.")]
ColumnsFile = Annotated[
    Path | None,
    typer.Option("--columns", metavar="C.yaml", help="Which column of a table says what."),
]
PeopleFile = Annotated[
    Path | None, typer.Option("--people", metavar="P.csv", help="People, for teams and contacts of events.")
]
ArmsFile = Annotated[
    Path | None,
    typer.Option("--arms", metavar="A.csv", help="Columns id and arm: who lived through which arm."),
]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="The last day to count; unless given, yesterday (UTC) of a live program, and the last event of a log.",
    ),
]

history = typer.Typer(no_args_is_help=True, help="What happened, by day or week and by group.")


@history.callback()
def _group() -> None:
    """Histories of activity, by day or week and by group."""


@history.command()
def export(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="OUT.json or, tidy, OUT.csv; - is standard output.")
    ] = STDOUT,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="Events (.jsonl), a table (.csv, .xlsx), a saved history (.json) or a database's URL; DATABASE_URL unless given.",
        ),
    ] = None,
    columns: ColumnsFile = None,
    people: PeopleFile = None,
    arms: ArmsFile = None,
    organisation: Organisation = "company",
    until: Until = None,
) -> None:
    """Export activity by segment, team, arm and quartile of contacts, with the versions of the scheme.

    Enrolments, opens, shares, clicks, reactions, thanks, badges and redemptions.

    Example: groundswell history export history.json --from spreadsheet.csv --columns columns.yaml
    """
    check_out(out)
    if out != STDOUT and out.suffix.lower() not in (".json", ".csv"):
        raise InputError(f"{out}: a history is written as .json or as .csv; name it so")
    found = history_from(source, (columns, people, arms), organisation, until)
    if out.suffix.lower() == ".csv":
        from rewards.outputs import write_text

        write_text(out, found.as_csv())
    else:
        write_json(out, found.model_dump(mode="json"))
    say(_told(found), out)


@history.command()
def show(
    source: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help="As for export; DATABASE_URL unless given.")
    ] = None,
    columns: ColumnsFile = None,
    people: PeopleFile = None,
    arms: ArmsFile = None,
    organisation: Organisation = "company",
    until: Until = None,
    json_out: JsonOut = None,
) -> None:
    """Read a history and summarise it: dates, totals, gaps, and suspicious values.

    Example: groundswell history show spreadsheet.csv --columns columns.yaml
    """
    check_out(json_out)
    found = history_from(source, (columns, people, arms), organisation, until)
    write_json(json_out, found.model_dump(mode="json"))
    say(_told(found), json_out)


def history_from(
    source: str | None,
    files: tuple[Path | None, Path | None, Path | None] = (None, None, None),
    organisation: str = "company",
    until: str | None = None,
) -> "History":
    """A history from a file or a database. `files` are those of columns, people and arms. Raises one-line errors for bad input."""
    from sims.history.reading import read_history

    try:
        last = None if until is None else date.fromisoformat(until)
    except ValueError:
        raise InputError(f"--until: got {until!r}; a date like 2026-03-31 is required; correct it") from None
    if source is not None and "://" not in source:
        return _past(read_history(Path(source), *files, last))
    given = next((one for one in files if one is not None), None)
    if given is not None:
        raise InputError(f"{given}: a database needs no columns, people or arms; leave it out")
    return _of_database(source, organisation, last)


def _past(found: "History") -> "History":
    """The history unchanged; future days are reported on standard error, since they suggest a mistyped date or invented data."""
    today = datetime.now(UTC).date()
    if found.last > today:
        typer.echo(
            f"note: the history goes on to {found.last}, and today is {today}: what has not happened teaches nothing; mend the dates "
            "unless it is made up",
            err=True,
        )
    return found


def _of_database(url: str | None, organisation: str, until: date | None) -> "History":
    from sims.history.of_ledger import history_of_ledger

    with ExitStack() as stack:
        tx = stack.enter_context(stack.enter_context(opened(url)).read())
        known(tx, organisation)
        return history_of_ledger(tx, organisation, datetime.now(UTC), until)


def _told(found: "History") -> str:
    """A summary as text: dates, each measure's total or last level, phases, and notes."""
    from sims.history.series import ALL, MEASURES
    from sims.reports.render import number, table

    unit = "week" if found.every_days == 7 else "day"
    groups = len(found.series) - 1
    head = f"{several(found.periods, unit)} from {found.first} to {found.last}, {several(groups, 'group')}"
    rows = []
    for name, values in found.series[ALL].items():
        known = [value for value in values if value is not None]
        measure = MEASURES[name]
        value = number(known[-1] if measure.kind == "stock" else sum(known)) if known else "not known"
        rows.append([measure.title, value, f"{len(known)} of {found.periods}"])
    header = ["measure", "total or last", f"{unit}s known"]
    parts = [head, table(header, rows) if rows else "nothing is counted in it"]
    parts += [
        f"from {phase.since}: {phase.name}" + (f", version {phase.version}" if phase.version else "")
        for phase in found.phases
    ]
    return "\n".join([*parts, *(f"note: {warning}" for warning in found.warnings)])
