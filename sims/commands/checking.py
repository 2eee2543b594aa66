"""The command that checks the model against published findings: validate."""

from pathlib import Path
from typing import Annotated

import typer

from sims.commands.console import FINDING, JsonOut, check_file, check_out, say, write_json


def validate(
    replicates: Annotated[int, typer.Option(help="Paired replicates; the protocol asks for 200.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random numbers.")] = 1,
    target: Annotated[
        list[int] | None, typer.Option(help="Only this target; may be given several times.")
    ] = None,
    processes: Annotated[int | None, typer.Option(help="Local processes; one per core unless given.")] = None,
    json_out: JsonOut = None,
    *,
    page: Annotated[
        Path | None, typer.Option(metavar="PAGE.md", help="Also write a page with a plot for each target.")
    ] = None,
    magnitudes: Annotated[
        int,
        typer.Option(
            min=0,
            help="Also so many replicates of a year with and without a tool, for the plausible magnitudes; 40 are usual.",
        ),
    ] = 0,
) -> None:
    """Run the calibration targets on the model; exit 1 when one fails.

    Example: groundswell validate --replicates 20 --json validation.json
    """
    from sims.validation.page import magnitude_table, verdict_table, write_page
    from sims.validation.validate import as_json, passed
    from sims.validation.validate import magnitudes as run_years
    from sims.validation.validate import validate as run

    check_file("--page", page)
    check_out(json_out, page)
    verdicts = run(replicates, seed, target or None, processes)
    plausible = run_years(magnitudes, seed, processes) if magnitudes else []
    write_json(json_out, as_json(verdicts, seed, plausible))
    say(verdict_table(verdicts), json_out)
    if plausible:
        say(f"\n{magnitude_table(plausible)}", json_out)
    if page is not None:
        write_page(page, verdicts, seed, plausible)
        say(f"\npage written to {page}, plots beside it", json_out)
    if not all(passed(verdicts).values()):
        raise typer.Exit(FINDING)
