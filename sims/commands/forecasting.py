"""The commands of the loop: forecast, and score it once it has happened."""

from pathlib import Path
from typing import Annotated

import typer

from rewards.amounts import several
from sims.commands.console import JsonOut, check_new, check_out, say, write_json
from sims.commands.history import ArmsFile, ColumnsFile, Organisation, PeopleFile, Until, history_from
from sims.commands.manner import PosteriorFile
from sims.commands.questions import ProcessCount, ScenarioFile, Seed


def forecast(
    scenario: ScenarioFile,
    out: Annotated[Path, typer.Option(metavar="F.json", help="Where the forecast stands from then on.")],
    posterior: PosteriorFile = None,
    runs: Annotated[int | None, typer.Option(help="Runs, each by its own vector; 100 unless given.")] = None,
    *,
    seed: Seed = None,
    processes: ProcessCount = None,
    history: Annotated[
        str | None,
        typer.Option(
            metavar="HISTORY",
            help="What was known: the forecast goes on from it. It gives the data cut-off, and weeks that it reaches into are "
            "not forecast.",
        ),
    ] = None,
    columns: ColumnsFile = None,
    organisation: Organisation = "company",
) -> None:
    """Forecast a scenario week by week, with 50, 80 and 90 % intervals.

    Enrolled, active share, shares, human clicks, spend and trust, in a file that is never overwritten and records everything that it
    follows from.

    Example: groundswell forecast examples/midsize.yaml --posterior posterior.json --out forecast.json
    """
    from sims.calibration.going_on import going_on
    from sims.ensemble.intervals import PERCENTS
    from sims.forecasting.forecast import forecast as ask
    from sims.forecasting.posterior import load_posterior
    from sims.reports.render import table, told_in_digits
    from sims.scenario.scenario import Scenario

    check_new("--out", out, "a forecast")
    loaded = Scenario.load(scenario)
    known = None if history is None else history_from(history, (columns, None, None), organisation)
    drawn = load_posterior(posterior)
    moved = None if known is None else going_on(known, loaded, drawn)
    found = ask(loaded, drawn, runs, seed, processes=processes, history=known, going_on=moved)
    write_json(out, found.model_dump(mode="json"), new=True)
    about = found.provenance
    by = f"{several(about.posterior_vectors, 'vector')} of {'the joint' if posterior is None else 'a calibrated'} posterior"
    cut = "no data of the company" if about.cut_off is None else f"data to {about.cut_off}"
    head = (
        f"{loaded.title or loaded.name}: {several(found.weeks, 'week')} from {found.first}, {several(about.runs, 'run')}, "
        f"seed {about.seed}, {by} {about.posterior_hash[:16]}, {cut}"
    )
    rows = [
        [
            one["title"],
            *told_in_digits(total["median"], total["p80"], *(total[f"p{each}"] for each in PERCENTS)),
        ]
        for one in found.outcomes
        for total in [found.totals[one["name"]]]
    ]
    text = table(["outcome", "median", *(f"{each} %" for each in PERCENTS)], rows)
    notes = [f"note: {warning}" for warning in found.warnings]
    say("\n".join([head, "", text, f"forecast {found.hash[:16]} written to {out}", *notes]), out)


def score(
    forecast: Annotated[Path, typer.Argument(metavar="F.json", help="The forecast.")],
    history: Annotated[
        str,
        typer.Argument(
            metavar="HISTORY", help="What happened: .json, .jsonl, .csv, .xlsx, or a database's URL."
        ),
    ],
    columns: ColumnsFile = None,
    *,
    people: PeopleFile = None,
    arms: ArmsFile = None,
    organisation: Organisation = "company",
    until: Until = None,
    json_out: JsonOut = None,
) -> None:
    """Score a forecast against what happened, the misses first.

    Coverage of its intervals, CRPS, where each value fell (PIT), and skill over the last value, the seasonal mean,
    an autoregression and exponential smoothing.

    Example: groundswell score forecast.json history.json --json score.json
    """
    from sims.forecasting.forecast import load_forecast
    from sims.forecasting.scoring import score as ask
    from sims.forecasting.scoring import score_text

    check_out(json_out)
    made = load_forecast(forecast)
    body = ask(made, history_from(history, (columns, people, arms), organisation, until))
    write_json(json_out, body)
    say(score_text(body, {one["name"]: one["title"] for one in made.outcomes}), json_out)
