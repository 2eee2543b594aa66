"""`groundswell explain`: decomposition of the difference between two scenarios."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sims.commands.console import JsonOut, check_file, check_out, say, write_json
from sims.commands.manner import AtDefaults, PosteriorFile, manner_of
from sims.commands.questions import ProcessCount, Runs, Seed

if TYPE_CHECKING:
    from sims.explanation.explain import Explanation


def explain(
    first: Annotated[Path, typer.Argument(metavar="A.yaml", help="The scenario to begin from.")],
    second: Annotated[Path, typer.Argument(metavar="B.yaml", help="What it has more than A is taken apart.")],
    outcome: Annotated[str, typer.Option(help="Which outcome, over the whole horizon.")] = "human_clicks",
    mechanisms: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GROUP", help="Only these groups of mechanisms, given again for each; all unless given."
        ),
    ] = None,
    orders: Annotated[
        int,
        typer.Option(min=1, max=100, help="Orders, each with its reverse, in which a run switches them on."),
    ] = 1,
    *,
    runs: Runs = None,
    seed: Seed = None,
    processes: ProcessCount = None,
    at_defaults: AtDefaults = False,
    posterior: PosteriorFile = None,
    json_out: JsonOut = None,
    csv_out: Annotated[
        Path | None,
        typer.Option("--csv", metavar="OUT.csv", help="Also write a row for each part and group of people."),
    ] = None,
) -> None:
    """Take the paired difference B minus A apart: by mechanism (Shapley values) and by group of people.

    The players are groups of mechanisms that are switched on and off. With 95 % intervals, and a sentence for each of the three largest
    parts.

    Example: groundswell explain examples/midsize-clicks.yaml examples/midsize-recognition.yaml --runs 10
    """
    from rewards.outputs import write_text
    from sims.explanation.explain import explain as ask
    from sims.reports.explained import explanation_text
    from sims.scenario.scenario import Scenario

    check_file("--csv", csv_out)
    check_out(json_out, csv_out)
    manner = replace(manner_of(at_defaults, posterior=posterior), processes=processes)
    one, other = Scenario.load(first), Scenario.load(second)
    found = ask(one, other, outcome, runs, seed, wanted=mechanisms or (), pairs=orders, manner=manner)
    write_json(json_out, found.as_json())
    if csv_out is not None:
        write_text(csv_out, explanation_csv(found))
    say(explanation_text(found), json_out)


def explanation_csv(found: "Explanation") -> str:
    """A row for each part, of everybody and of each group of people: part, group, mean over runs."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(["part", "title", "people", "outcome", "mean"])
    for part in found.parts:
        for split, values in {"all": part.values, **part.by_people}.items():
            writer.writerow([part.name, part.title, split, found.spec.name, repr(float(values.mean()))])
    return lines.getvalue()
