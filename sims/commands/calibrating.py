"""The command that calibrates the model on a history."""

from pathlib import Path
from typing import Annotated

import typer

from sims.commands.console import InputError, check_out, say, write_json
from sims.commands.history import ArmsFile, ColumnsFile, Organisation, PeopleFile, Until, history_from
from sims.commands.questions import ProcessCount, Seed

STDOUT = Path("-")


def calibrate(
    history: Annotated[
        str,
        typer.Argument(
            metavar="HISTORY", help="What happened: .json, .jsonl, .csv, .xlsx, or a database's URL."
        ),
    ],
    scenario: Annotated[
        Path,
        typer.Option(
            "--scenario", metavar="S.yaml", help="The company, and what was in force from which day."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="P.json", help="Where the posterior stands from then on.")],
    columns: ColumnsFile = None,
    *,
    people: PeopleFile = None,
    arms: ArmsFile = None,
    organisation: Organisation = "company",
    until: Until = None,
    runs: Annotated[
        int | None, typer.Option(help="Runs of the model, over all steps; 1,000 unless given.")
    ] = None,
    seed: Seed = None,
    processes: ProcessCount = None,
) -> None:
    """Calibrate the model on a history: which parameters it informs, and whether the model could have produced it at all.

    Where it was interrupted, the same command continues it.

    Example: groundswell calibrate history.json --scenario examples/midsize.yaml --out posterior.json
    """
    from sims.calibration.calibrate import calibrate as ask
    from sims.calibration.told import calibration_text
    from sims.scenario.scenario import Scenario

    check_out(out)
    if out != STDOUT and out.exists():
        raise InputError(
            f"--out: {out} is there already; a posterior is never written over; name another file"
        )
    loaded = Scenario.load(scenario)
    known = history_from(history, (columns, people, arms), organisation, until)
    kept = None if out == STDOUT else out.with_name(f"{out.name}.partial")
    try:
        found = ask(known, loaded, runs, seed, processes=processes, kept=kept)
    except KeyboardInterrupt:
        if kept is not None:
            typer.echo(f"what is done is kept in {kept}; ask again to go on from there", err=True)
        raise
    write_json(out, found.model_dump(mode="json"))
    if kept is not None:
        kept.unlink(missing_ok=True)
    say(f"{calibration_text(found)}\nposterior {(found.seal or '')[:16]} written to {out}", out)
