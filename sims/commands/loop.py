"""The commands of the live loop: the programme's estimated effect, and recalibrations of its model."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rewards.amounts import several
from sims.commands.acting import known
from sims.commands.console import JsonOut, check_out, say, write_json
from sims.commands.history import Organisation
from sims.commands.program import usable

Number = Annotated[int, typer.Argument(help="The recalibration's number.", min=1)]
Reason = Annotated[str, typer.Option(help="Why; the reason stays with it.")]

recalibration = typer.Typer(no_args_is_help=True, help="What the model is to believe of the company.")


@recalibration.callback()
def _group() -> None:
    """Recalibrations: posteriors proposed and accepted for forecasts of this company."""


def brought(organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """Estimate the effect of the live program after the fact, each number labelled by its credibility.

    From randomised rollouts where there were any, else from the counterfactuals of the last published forecast.

    Example: groundswell brought --json brought.json
    """
    from sims.loop.brought import brought as ask
    from sims.reports.render import number, table, told_in_digits

    check_out(json_out)
    with usable() as db, db.read() as tx:
        known(tx, organisation)
        found = ask(tx, organisation, datetime.now(UTC))
    write_json(json_out, {"kind": "brought", "brought": [one.as_json() for one in found]})
    rows = [
        [
            one.label if one.recalibration is None else f"{one.label}, by recalibration {one.recalibration}",
            one.against,
            f"{one.first} to {one.last}",
            *(
                [number(one.estimate), "unbounded"]
                if one.low is None or one.high is None
                else told_in_digits(one.estimate, (one.low, one.high), (one.low, one.high))
            ),
            f"{one.percent:.0f} %",
        ]
        for one in found
    ]
    text = table(["how known", "beside", "days", "clicks more", "between", "covers"], rows) if rows else (
        "nobody can say yet: no rollout was drawn at random and judged by clicks, and no forecast was published since something happened"
    )  # fmt: skip
    say(text, json_out)


@recalibration.command()
def propose(
    posterior: Annotated[Path, typer.Argument(metavar="P.json", help="What `groundswell calibrate` wrote.")],
    organisation: Organisation = "company",
) -> None:
    """Propose a posterior to those who decide which one forecasts use.

    Example: groundswell recalibration propose posterior.json
    """
    from rewards.forecasts.recalibrations import propose as put
    from rewards.people.operator import operator
    from sims.forecasting.posterior import load_posterior

    loaded = load_posterior(posterior)
    with usable() as db, db.begin() as tx:
        known(tx, organisation)
        number = put(
            tx, organisation, loaded.model_dump(mode="json"), actor=operator(), now=datetime.now(UTC)
        )
    say(
        f"recalibration {number} is proposed: {several(len(loaded.values), 'vector')} of {several(len(loaded.names), 'parameter')}"
    )


@recalibration.command("list")
def list_all(organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """List proposals and decisions.

    Example: groundswell recalibration list
    """
    from rewards.forecasts.recalibrations import list_recalibrations
    from sims.reports.render import table

    check_out(json_out)
    with usable() as db, db.read() as tx:
        known(tx, organisation)
        found = list_recalibrations(tx, organisation, 100)
    body = [
        {"id": one.id, "hash": one.content_hash, "status": one.status, "reason": one.reason} for one in found
    ]
    write_json(json_out, {"kind": "recalibrations", "recalibrations": body})
    rows = [[str(one.id), one.status, f"{one.proposed_at:%Y-%m-%d}", one.reason] for one in found]
    say(table(["number", "status", "proposed", "reason"], rows), json_out)


@recalibration.command()
def accept(number: Number, reason: Reason, organisation: Organisation = "company") -> None:
    """Accept a posterior: forecasts use it from now on.

    Example: groundswell recalibration accept 1 --reason "its forecast of March was met"
    """
    _decide(organisation, number, True, reason)


@recalibration.command()
def reject(number: Number, reason: Reason, organisation: Organisation = "company") -> None:
    """Reject a posterior: forecasts stay as they are.

    Example: groundswell recalibration reject 1 --reason "a campaign ran in these weeks"
    """
    _decide(organisation, number, False, reason)


@recalibration.command()
def withdraw(number: Number, reason: Reason, organisation: Organisation = "company") -> None:
    """Withdraw an acceptance: the one accepted before is used again, or published findings alone.

    Example: groundswell recalibration withdraw 1 --reason "its forecast missed every week of April"
    """
    from rewards.forecasts.recalibrations import withdraw as take_back
    from rewards.people.operator import operator

    with usable() as db, db.begin() as tx:
        known(tx, organisation)
        take_back(tx, organisation, number, reason, actor=operator(), now=datetime.now(UTC))
    say(f"recalibration {number} is taken back")


def _decide(organisation: str, number: int, yes: bool, reason: str) -> None:
    from rewards.forecasts.recalibrations import decide
    from rewards.people.operator import operator

    with usable() as db, db.begin() as tx:
        known(tx, organisation)
        decide(tx, organisation, number, yes, reason, actor=operator(), now=datetime.now(UTC))
    say(f"recalibration {number} is {'accepted' if yes else 'rejected'}")
