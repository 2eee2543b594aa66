"""Options common to all commands that simulate an ensemble: execution, and precision."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sims.commands.console import InputError, check_folder

if TYPE_CHECKING:
    from agents.parameters.default_posterior import DefaultPosterior
    from sims.ensemble.run import Manner

AtDefaults = Annotated[
    bool,
    typer.Option(
        "--at-defaults",
        help="Every run by the declared default parameters, instead of its own draw from their joint posterior.",
    ),
]
PrecisionAsked = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="OUTCOME=VALUE",
        help="Go on until more runs would move the median of this outcome (compare: of its difference to doing nothing) by at most VALUE, "
        "or VALUE % of the width of its middle 80 %, with 95 % confidence: human_clicks=50, human_clicks=10%. --runs is then where it "
        "begins.",
    ),
]
MostRuns = Annotated[
    int | None, typer.Option("--most-runs", help="Where --precision stops in any case; 2,000 unless given.")
]
Checkpoint = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Keep finished runs here; the same question asked again goes on from them, with the same numbers.",
    ),
]
TurningPoints = Annotated[
    bool,
    typer.Option(
        "--turning-points",
        help="Also find, for each scenario, the size of the reward, the publicity of it, and the number of reminders and of posts beyond "
        "which clicks turn: some ten more scenarios for each.",
    ),
]
OnCluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Carry it out on a Ray cluster; local starts one on this machine.",
    ),
]


PosteriorFile = Annotated[
    Path | None,
    typer.Option(
        "--posterior",
        metavar="P.json",
        help="Each run by its own vector of this posterior, as `groundswell calibrate` wrote it; the stored one's unless given.",
    ),
]


def manner_of(
    at_defaults: bool,
    precision: str | None = None,
    most_runs: int | None = None,
    checkpoint: Path | None = None,
    cluster: str | None = None,
    *,
    posterior: Path | None = None,
) -> "Manner":
    """The manner of an ensemble's execution, from a command's options. Raises `InputError` where they are incompatible."""
    from sims.ensemble.precision import Precision
    from sims.ensemble.run import Manner

    if most_runs is not None and precision is None:
        raise InputError(
            "--most-runs: given without --precision; it says where a precision stops; add one or leave it out"
        )
    if at_defaults and posterior is not None:
        raise InputError(
            f"--posterior: got {posterior} with --at-defaults; runs go by the one or by the other; leave one out"
        )
    check_folder("--checkpoint", checkpoint)
    asked = None if precision is None else Precision.parse(precision, most_runs)
    drawn = drawn_from(posterior)
    return Manner(
        at_defaults=at_defaults, precision=asked, checkpoint=checkpoint, cluster=cluster, posterior=drawn
    )


def drawn_from(posterior: Path | None) -> "DefaultPosterior | None":
    """The posterior in a file, for runs to draw from; its warnings go to standard error. None: the stored one."""
    if posterior is None:
        return None
    from sims.ensemble.bridge import parameter_source
    from sims.forecasting.posterior import load_posterior

    loaded = load_posterior(posterior)
    for warning in loaded.warnings:
        typer.echo(f"note: {posterior}: {warning}", err=True)
    sample = loaded.sample()
    typer.echo(f"note: parameters are {parameter_source(sample)}, from {posterior}", err=True)
    return sample
