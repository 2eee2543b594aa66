"""The commands for pending decisions: events and thanks held for review, and claims of rewards."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sims.commands.acting import (
    After,
    By,
    Number,
    Organisation,
    Reason,
    decider,
    known,
    print_list,
    print_one,
)
from sims.commands.console import JsonOut, check_out, say, write_json
from sims.commands.program import usable

if TYPE_CHECKING:
    from rewards.review import Review
    from rewards.shop.claims import Claim

Decision = Annotated[Literal["approve", "decline"], typer.Argument(help="approve or decline.")]
State = Annotated[Literal["open", "decided"], typer.Option(help="What waits, or what was decided.")]
PAGE = 200
MILLI = 1000

review = typer.Typer(no_args_is_help=True, help="Events and thanks held for a look, named by DATABASE_URL.")
claim = typer.Typer(no_args_is_help=True, help="Rewards that people asked for, named by DATABASE_URL.")


@review.command("list")
def list_reviews(
    state: State = "open", after: After = 0, organisation: Organisation = "company", json_out: JsonOut = None
) -> None:
    """List what is held for review, oldest first, or what was decided. Up to 200; more from the last number on.

    Example: groundswell review list --json -
    """
    from rewards.review import reviews_page

    check_out(json_out)
    with usable() as database, database.read() as tx:
        known(tx, organisation)
        found = reviews_page(tx, organisation, state, PAGE, after)
    print_list("reviews", [_review(one) for one in found], "kind", json_out)


@review.command("show")
def show_review(number: Number, organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """Show one review, with the reason why it is held.

    Example: groundswell review show 3
    """
    from rewards.review import get_review

    check_out(json_out)
    with usable() as database, database.read() as tx:
        known(tx, organisation)
        found = get_review(tx, organisation, number)
    print_one("review", _review(found), json_out)


@review.command("decide")
def decide_review(
    number: Number,
    decision: Decision,
    reason: Reason,
    by: By = "",
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Approve what was held, or undo it. Nobody can approve their own.

    Example: groundswell review decide 3 approve --reason "two projects at once" --by p438
    """
    from rewards.bounds import reason_given
    from rewards.people.rights import Right
    from rewards.review import decide, get_review

    check_out(json_out)
    words, now = reason_given(reason), datetime.now(UTC)
    with usable() as database, database.begin() as tx:
        actor = decider(tx, organisation, by, Right.REVIEW)
        decide(tx, organisation, number, decision, actor, reason=words, now=now)
        found = get_review(tx, organisation, number)
    _decided("review", _review(found), json_out)


@claim.command("list")
def list_claims(organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """List claims of rewards that wait for approval, oldest first.

    Example: groundswell claim list
    """
    from rewards.shop.claims import claims_waiting

    check_out(json_out)
    with usable() as database, database.read() as tx:
        known(tx, organisation)
        found = claims_waiting(tx, organisation)
    print_list("claims", [_claim(one) for one in found], "reward", json_out)


@claim.command("show")
def show_claim(number: Number, organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """Show one claim, in whatever state.

    Example: groundswell claim show 12
    """
    from rewards.shop.claims import get_claim

    check_out(json_out)
    with usable() as database, database.read() as tx:
        known(tx, organisation)
        found = get_claim(tx, organisation, number)
    print_one("claim", _claim(found), json_out)


@claim.command("decide")
def decide_claim(
    number: Number,
    decision: Decision,
    reason: Reason,
    by: By = "",
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Approve a claim, or return the points. Nobody can approve their own.

    Example: groundswell claim decide 12 approve --reason "ordered" --by p438
    """
    from rewards.bounds import reason_given
    from rewards.people.rights import Right
    from rewards.shop.claims import approve_claim, decline_claim

    check_out(json_out)
    act: Callable[..., Claim] = approve_claim if decision == "approve" else decline_claim
    words, now = reason_given(reason), datetime.now(UTC)
    with usable() as database, database.begin() as tx:
        actor = decider(tx, organisation, by, Right.REVIEW)
        found = act(tx, organisation, number, actor, words, now=now)
    _decided("claim", _claim(found), json_out)


def _review(one: "Review") -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "kind": one.kind,
        "detail": one.detail,
        "since": one.opened_at.isoformat(),
        "status": one.status,
        "by": one.actor,
        "reason": one.reason,
    }


def _claim(one: "Claim") -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "reward": one.reward,
        "points": one.cost_millipoints / MILLI,
        "since": one.claimed_at.isoformat(),
        "status": one.status,
        "reason": one.reason,
    }


def _decided(kind: str, found: Mapping[str, Any], json_out: Path | None) -> None:
    write_json(json_out, {"of": kind, **found})
    say(f"{kind} {found['id']}: {found['status']}", json_out)
