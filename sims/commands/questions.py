"""The commands simulate, compare, waterfall, and replay of recorded events."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from rewards.amounts import several
from sims.commands.console import InputError, JsonOut, check_file, check_out, going_on_from, say, write_json
from sims.commands.manner import (
    AtDefaults,
    Checkpoint,
    MostRuns,
    OnCluster,
    PosteriorFile,
    PrecisionAsked,
    TurningPoints,
    drawn_from,
    manner_of,
)

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO.yaml", help="The scenario to read.")]
Runs = Annotated[int | None, typer.Option(help="Number of runs; the scenario's own unless given.")]
Seed = Annotated[
    int | None, typer.Option(help="Seed of all random numbers; the scenario's own unless given.")
]
ProcessCount = Annotated[
    int | None,
    typer.Option(
        "--processes", help="Local processes; unless given as many as shorten the work, one per core at most."
    ),
]


def simulate(
    scenario: ScenarioFile,
    runs: Runs = None,
    seed: Seed = None,
    processes: ProcessCount = None,
    *,
    at_defaults: AtDefaults = False,
    posterior: PosteriorFile = None,
    precision: PrecisionAsked = None,
    most_runs: MostRuns = None,
    checkpoint: Checkpoint = None,
    cluster: OnCluster = None,
    json_out: JsonOut = None,
    events: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Also write run 0's events as CloudEvents.")
    ] = None,
    by_day: Annotated[
        bool, typer.Option("--by-day", help="Add each day's intervals to the JSON, beside each week's.")
    ] = False,
) -> None:
    """Simulate one scenario as an ensemble: outcomes with 50, 80 and 90 % intervals.

    In whole, by week, by period between changes of phases, by group, and each arm against the control.

    Example: groundswell simulate examples/midsize.yaml --runs 20 --json out.json --events events.jsonl
    """
    from sims.commands.events_file import write_events
    from sims.ensemble.run import record_run
    from sims.ensemble.run import simulate as ask
    from sims.reports.render import result_text
    from sims.scenario.scenario import Scenario

    check_file("--events", events)
    check_out(json_out, events)
    loaded = Scenario.load(scenario)
    manner = manner_of(at_defaults, precision, most_runs, checkpoint, cluster, posterior=posterior)
    with going_on_from(checkpoint):
        result = ask(loaded, runs, seed, processes, manner)
    if json_out is not None:
        write_json(json_out, result.as_json(by_day))
    say(result_text(result), json_out)
    if events is not None:
        count = write_events(
            events, record_run(loaded, seed, at_defaults=at_defaults, posterior=manner.posterior)
        )
        say(f"\n{several(count, 'event')} of run 0 written to {events}", json_out)


def compare(
    scenarios: Annotated[list[Path], typer.Argument(metavar="A.yaml B.yaml ...", help="The scenarios.")],
    runs: Runs = None,
    seed: Seed = None,
    processes: ProcessCount = None,
    *,
    at_defaults: AtDefaults = False,
    posterior: PosteriorFile = None,
    precision: PrecisionAsked = None,
    most_runs: MostRuns = None,
    checkpoint: Checkpoint = None,
    cluster: OnCluster = None,
    turning: TurningPoints = False,
    assumptions: Annotated[
        bool,
        typer.Option(
            "--assumptions",
            help="Also tell, for each scenario, how much of what it brings hangs on friction, fear, policy and training, of "
            "which nothing is known (or only what --posterior says of them): every run seven times more.",
        ),
    ] = False,
    json_out: JsonOut = None,
) -> None:
    """Compare scenarios run by run under common random numbers, and with doing nothing, and choose one.

    Example: groundswell compare examples/midsize-clicks.yaml examples/midsize-recognition.yaml --runs 20
    """
    from sims.comparison.assumptions import hanging_beside
    from sims.comparison.comparison import compare as ask
    from sims.comparison.turning import told_of, turning_points_beside
    from sims.reports.render import comparison_text
    from sims.scenario.scenario import Scenario

    check_out(json_out)
    if assumptions and at_defaults:
        raise InputError(
            "--assumptions: got it with --at-defaults, where nothing is drawn and no variance is there to take apart; leave one out"
        )
    manner = manner_of(at_defaults, precision, most_runs, checkpoint, cluster, posterior=posterior)
    loaded = [Scenario.load(path) for path in scenarios]
    each = replace(manner, processes=processes)
    with going_on_from(checkpoint):
        comparison = ask(loaded, runs, seed, processes, manner)
        found = turning_points_beside(comparison.control, loaded, each) if turning else []
        resting = hanging_beside(comparison.control, loaded, each) if assumptions else []
    if json_out is not None:
        told = {"assumptions": [one.as_json() for one in resting]} if assumptions else {}
        write_json(json_out, comparison.detailed_json() | told_of(found, turning) | told)
    say(comparison_text(comparison), json_out)
    for point in found:
        say(f"{point.scenario}: {point.sentence()}", json_out)
    for one in resting:
        say(f"{one.scenario}: {one.sentence()}", json_out)


def waterfall(
    scenario: ScenarioFile, seed: Seed = None, posterior: PosteriorFile = None, json_out: JsonOut = None
) -> None:
    """Show the steps from naive reach to expected human clicks, each factor with its source, and the essay's figures.

    Example: groundswell waterfall examples/essay.yaml
    """
    from sims.reach.waterfall import waterfall as walk
    from sims.reports.render import waterfall_text
    from sims.scenario.scenario import Scenario

    check_out(json_out)
    loaded = Scenario.load(scenario)
    found = walk(loaded, seed, drawn_from(posterior))
    write_json(json_out, found.as_json())
    say(waterfall_text(found), json_out)


def replay(
    events: Annotated[Path, typer.Argument(metavar="EVENTS.jsonl", help="CloudEvents, one a line.")],
    scheme: Annotated[
        list[str] | None,
        typer.Option(
            metavar="S.yaml[@INSTANT]",
            help="The scheme to score by. Given again with an instant: the version that holds from then on.",
        ),
    ] = None,
    people: Annotated[
        Path | None, typer.Option(metavar="P.csv", help="People, for segments, teams and time zones.")
    ] = None,
    program: Annotated[
        Path | None,
        typer.Option(
            metavar="P.json",
            help="Without --scheme: versions, periods and people as `groundswell events export` wrote them; "
            "EVENTS.program.json unless given.",
        ),
    ] = None,
    json_out: JsonOut = None,
) -> None:
    """Score recorded events offline: every entry with its reason code, balances, badges, streaks.

    Example: groundswell replay events.jsonl --scheme examples/schemes/clicks.yaml --scheme
    examples/schemes/recognition.yaml@2026-03-01T12:00:00Z, or an export by what the live program had: groundswell replay history.jsonl
    """
    from sims.commands.replaying import replay_file, replay_text

    check_out(json_out)
    body = replay_file(events, scheme or (), people, program)
    write_json(json_out, body)
    say(replay_text(body), json_out)
