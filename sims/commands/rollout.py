"""The commands of randomised rollouts: power of designs, random assignment and registration, and analysis."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from sims.commands.console import FINDING, InputError, JsonOut, check_new, check_out, say, write_json
from sims.commands.manner import PosteriorFile, drawn_from
from sims.commands.questions import ProcessCount, ScenarioFile

if TYPE_CHECKING:
    from sims.rollout.plan import Design, Plan, Wish
    from sims.rollout.units import Units
    from sims.scenario.scenario import Scenario

rollout = typer.Typer(
    no_args_is_help=True, help="Randomised rollouts: designed with their power, and analysed."
)


@rollout.callback()
def _group() -> None:
    """Randomised rollouts: designed with their power, and analysed."""


@rollout.command()
def design(
    scenario: ScenarioFile,
    chosen: Annotated[
        str, typer.Option("--design", help="cluster, stepped-wedge, holdout, or all of them side by side.")
    ] = "all",
    metric: Annotated[str, typer.Option(help="shares, clicks or weekly_sharers.")] = "shares",
    gives: Annotated[
        str, typer.Option(help="What is rolled out: programme, or digests alone.")
    ] = "programme",
    weeks: Annotated[int, typer.Option(help="Weeks after the baseline.")] = 12,
    baseline: Annotated[int, typer.Option("--baseline-weeks", help="Weeks before anybody begins.")] = 4,
    steps: Annotated[int, typer.Option(help="Steps of a stepped wedge.")] = 4,
    holdout: Annotated[int, typer.Option(help="One team in so many is held out.")] = 5,
    alpha: Annotated[float, typer.Option(help="Level of the test.")] = 0.05,
    *,
    posterior: PosteriorFile = None,
    runs: Annotated[int, typer.Option(help="Runs, each by its own vector; at least 20.")] = 60,
    seed: Annotated[int, typer.Option(help="Names every draw.")] = 1,
    processes: ProcessCount = None,
    first: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The baseline's first day; the next Monday unless given."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PLAN.json", help="Draw the teams of the scenario's people, and seal the plan."),
    ] = None,
    json_out: JsonOut = None,
) -> None:
    """Simulate a rollout by team in the model: how often its analysis would find the effect, and one that does not exist.

    Example: groundswell rollout design examples/midsize.yaml --design stepped-wedge --metric clicks
    """
    from sims.ensemble.bridge import parameter_source
    from sims.rollout.plan import DESIGNS, sealed
    from sims.rollout.power import simulated
    from sims.rollout.words import power_text
    from sims.scenario.scenario import Scenario

    check_out(out, json_out)
    _check_design(chosen, out)
    asked = {
        "metric": metric, "gives": gives, "weeks": weeks, "baseline_weeks": baseline, "steps": steps, "holdout": holdout,
        "alpha": alpha, "seed": seed,
    }  # fmt: skip
    wishes = [_wish(one, asked) for one in (DESIGNS if chosen == "all" else (cast("Design", chosen),))]
    begins = _first(first)
    loaded = Scenario.load(scenario)
    _note_arms(loaded)
    sample = drawn_from(posterior)
    plan = None if out is None else _drawn(loaded, wishes[0], begins)
    found = simulated(loaded, wishes, runs, posterior=sample, processes=processes)
    body = {
        "kind": "rollout-power",
        "scenario": loaded.name,
        "scenario_hash": loaded.content_hash(),
        "parameters": parameter_source(sample),
        "wishes": [one.model_dump(mode="json") for one in wishes],
        "designs": found,
    }
    write_json(json_out, body)
    text = power_text(found)
    if plan is not None and out is not None:
        made = sealed(plan.wish, plan.clusters, plan.first, groundswell=plan.groundswell, title=plan.title, expected=found[0])  # fmt: skip
        write_json(out, made.model_dump(mode="json"), new=True)
        text += f"\nplan {made.hash[:16]} written to {out}: {made.first} to {made.last}"
    say(text, json_out)


@rollout.command()
def analyse(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="UNITS.csv",
            help="Columns unit, value, start, and period, people, stratum where there are any.",
        ),
    ],
    plan: Annotated[
        Path | None,
        typer.Option(metavar="PLAN.json", help="The registered plan; without it nothing is confirmed."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The last day in the table; yesterday (UTC) unless given."),
    ] = None,
    alpha: Annotated[
        float | None, typer.Option(help="Level, where there is no plan; 0.05 unless given.")
    ] = None,
    json_out: JsonOut = None,
) -> None:
    """Analyse a rollout: effect, cluster-robust error, and the interval of effects that redrawing the treatment does not refuse.

    With a plan nothing is shown before its last day, and arms are those that were drawn. Without one what is found is a hint.

    Example: groundswell rollout analyse units.csv --plan plan.json
    """
    from sims.rollout.analysis import TOO_EARLY, TOO_FEW, doubts, judged, unvaried
    from sims.rollout.analysis import analyse as ask
    from sims.rollout.plan import load_plan
    from sims.rollout.units import read_units
    from sims.rollout.words import analysis_text

    check_out(json_out)
    if alpha is not None and plan is not None:
        raise InputError(f"--alpha: got {alpha:g}; the plan says the level; leave it out")
    level = 0.05 if alpha is None else alpha
    if not 0.001 <= level <= 0.5:
        raise InputError(f"--alpha: got {level:g}; from 0.001 to 0.5; correct it")
    units = read_units(data)
    if plan is None:
        found = judged(units, level)
        notes = ["unregistered", *doubts(units), *unvaried(found)]
        body = {"kind": "rollout-analysis", "plan": None, **found, "notes": notes}
    else:
        registered = load_plan(plan)
        _same_draw(registered, units, data)
        body = ask(registered, units, _day("--until", until) or datetime.now(UTC).date() - timedelta(days=1))
    write_json(json_out, body)
    say(analysis_text(body), json_out)
    if body["verdict"] in (TOO_EARLY, TOO_FEW):
        raise typer.Exit(FINDING)


def _note_arms(scenario: "Scenario") -> None:
    if scenario.arms:
        typer.echo(
            "note: the scenario's own arms are left out: the last of its phases is the programme", err=True
        )


def _check_design(chosen: str, out: Path | None) -> None:
    """Raise InputError for an unknown design, for a plan's file with all designs, and where that file exists already."""
    from sims.rollout.plan import DESIGNS

    if out is not None:
        check_new("--out", out, "a plan")
    if chosen != "all" and chosen not in DESIGNS:
        raise InputError(f"--design: got {chosen!r}; known are {', '.join(DESIGNS)} and all; choose one")
    if out is not None and chosen == "all":
        raise InputError("--out: got a file for all designs; a plan has one; name it with --design")


def _wish(design: "Design", asked: dict[str, Any]) -> "Wish":
    from pydantic import ValidationError

    from rewards.fields import fault_and_remedy
    from sims.rollout.plan import Wish

    try:
        return Wish.model_validate({**asked, "design": design})
    except ValidationError as error:
        first = error.errors()[0]
        where = f"--{first['loc'][0]}".replace("_", "-") if first["loc"] else "--steps"
        value = first["input"] if first["loc"] else asked["steps"]
        raise InputError(f"{where}: got {value!r}; {fault_and_remedy(first)}") from None


def _day(name: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{name}: got {text!r}; a date like 2026-03-31 is required; correct it") from None


def _first(text: str | None) -> date:
    today = datetime.now(UTC).date()
    return _day("--first", text) or today + timedelta(days=7 - today.weekday())


def _drawn(scenario: "Scenario", wish: "Wish", first: date) -> "Plan":
    from sims.doctor import version
    from sims.rollout.plan import drawn, sealed
    from sims.rollout.power import teams_of

    return sealed(
        wish,
        drawn(wish, teams_of(scenario)),
        first,
        groundswell=version(),
        title=scenario.title or scenario.name,
    )


def _same_draw(plan: "Plan", units: "Units", path: Path) -> None:
    """Raise InputError where the units in a table are not treated as assigned."""
    from sims.rollout.units import NEVER

    drawn = {one.name: plan.wish.starts[one.arm] for one in plan.clusters}
    for name, start in zip(units.names, units.starts.tolist(), strict=True):
        if name not in drawn:
            raise InputError(
                f"{path}: unit {name!r} is not in the plan; only teams that were drawn are compared; remove it"
            )
        week = drawn[name]
        if start != (NEVER if week is None else week):
            got, meant = ("never" if one in (NEVER, None) else str(one) for one in (start, week))
            raise InputError(
                f"{path}: unit {name!r} starts in {got}, and was drawn to start in {meant}; units count as they were drawn; correct it"
            )
