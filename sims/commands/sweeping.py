"""`groundswell sweep`: one lever of a scenario varied over its range, compared with doing nothing."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rewards.amounts import several
from sims.commands.console import InputError, JsonOut, check_out, going_on_from, say, write_json
from sims.commands.manner import AtDefaults, Checkpoint, OnCluster, PosteriorFile, manner_of
from sims.commands.questions import ProcessCount, Runs, ScenarioFile, Seed

if TYPE_CHECKING:
    from sims.lab.levers import Lever

LeverName = Annotated[
    str,
    typer.Option(
        "--lever",
        help="What is pulled: strictness, training, approval-delay, approval, friction, cadence, polish, promotion, reminders, points, "
        "page-posts or page-followers.",
    ),
]
Least = Annotated[float | None, typer.Option(help="The first setting; the lever's usual one unless given.")]
Most = Annotated[float | None, typer.Option(help="The last setting; the lever's usual one unless given.")]
Steps = Annotated[int, typer.Option(help="How many settings, evenly; 3 to 21.")]


def sweep(
    scenario: ScenarioFile,
    lever: LeverName,
    least: Least = None,
    most: Most = None,
    steps: Steps = 7,
    *,
    runs: Runs = None,
    seed: Seed = None,
    processes: ProcessCount = None,
    at_defaults: AtDefaults = False,
    posterior: PosteriorFile = None,
    checkpoint: Checkpoint = None,
    cluster: OnCluster = None,
    json_out: JsonOut = None,
) -> None:
    """Vary one lever of a scenario over its range, run by run under common random numbers, and find where its effect turns.

    Example: groundswell sweep examples/small.yaml --lever strictness --steps 5 --runs 20
    """
    from rewards.document import parse_data
    from sims.ensemble.run import simulate_all
    from sims.lab.document import Swept
    from sims.lab.levers import LEVERS
    from sims.lab.pieces import OUTCOMES, pulled
    from sims.lab.summary import numbers, turns
    from sims.scenario.scenario import Scenario

    check_out(json_out)
    asked = {"lever": lever, "least": least, "most": most, "steps": steps}
    found = parse_data(asked, Swept, "sweep")
    chosen, loaded = LEVERS[lever], Scenario.load(scenario)
    if not chosen.fits(loaded):
        raise InputError(f"--lever {lever}: {chosen.told_remedy()}")
    settings = chosen.settings(*found.ends(chosen), found.steps)
    tried = [
        one.model_copy(update={"outcomes": OUTCOMES, "splits": ()})
        for one in (loaded.without_schemes(), *pulled(loaded, chosen, settings))
    ]
    manner = manner_of(at_defaults, None, None, checkpoint, cluster, posterior=posterior)
    with going_on_from(checkpoint):
        results = simulate_all(tried, runs, seed, processes, manner, echoes=False)
    body = {
        "kind": "sweep",
        "scenario": loaded.name,
        **numbers(results, {}, settings),
        "sweep": turns(results, chosen, settings),
    }
    write_json(json_out, body)
    say(_text(body, chosen), json_out)


def _text(body: dict[str, Any], lever: "Lever") -> str:
    """The response curve of all clicks as a table, and its turning point."""
    from sims.reports.render import told_in_digits

    rows = [one for one in body["scenarios"] if one["role"] == "setting"]
    lines = [
        f"{lever.title}, of {body['scenario']}, {several(body['provenance']['runs'], 'run')}: clicks more than doing nothing"
    ]
    lines.append(f"{'setting':>12} {'median':>12} {'50 % of runs':>26} {'80 % of runs':>26}")
    for one in rows:
        more = one["more"]["all_clicks"]
        middle, *bands = told_in_digits(more["median"], more["p80"], more["p50"], more["p80"])
        lines.append(f"{one['setting']:>12g} {middle:>12} " + " ".join(f"{band:>26}" for band in bands))
    turn = body["sweep"]["turns"][0]
    first, last = body["sweep"]["settings"][0], body["sweep"]["settings"][-1]
    for name, what in (("gain", "the sign turns"), ("marginal", "one more brings less")):
        one = turn[name]
        if one["at"] is None or one["interval_80"] is None:
            lines.append(f"{what}: nowhere from {first:g} to {last:g}")
        else:
            low, high = one["interval_80"]
            share = one["share_of_resamples_that_turn"]
            lines.append(
                f"{what}: beyond {one['at']:.3g} (80 %: {low:.3g} to {high:.3g}; {share:.0%} of resampled runs turn)"
            )
    return "\n".join([*lines, *body["warnings"]])
