"""The command that calibrates the model on a history."""

from pathlib import Path
from typing import Annotated

import typer

from sims.commands.console import INTERRUPTED, STDOUT, check_new, fail, say, write_json
from sims.commands.history import ArmsFile, ColumnsFile, Organisation, PeopleFile, Until, history_from
from sims.commands.questions import ProcessCount, Seed


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

    check_new("--out", out, "a posterior")
    loaded = Scenario.load(scenario)
    known = history_from(history, (columns, people, arms), organisation, until)
    kept = None if out == STDOUT else out.with_name(f"{out.name}.partial")
    try:
        found = ask(known, loaded, runs, seed, processes=processes, kept=kept)
    except (KeyboardInterrupt, SystemExit) as ended:
        if kept is None or not kept.exists():
            raise
        code = ended.code if isinstance(ended, SystemExit) else None
        raise typer.Exit(
            fail(
                f"interrupted; what is done is kept in {kept}; the same command goes on from there",
                code if isinstance(code, int) else INTERRUPTED,
            )
        ) from None
    write_json(out, found.model_dump(mode="json"), new=True)
    if kept is not None:
        kept.unlink(missing_ok=True)
    say(f"{calibration_text(found)}\nposterior {(found.seal or '')[:16]} written to {out}", out)
