"""The commands for content that employees suggest: list, show, accept or decline."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sims.commands.acting import After, By, Number, Organisation, decider, known, print_list, print_one
from sims.commands.console import JsonOut, check_out, say, write_json
from sims.commands.program import usable

if TYPE_CHECKING:
    from rewards.content.suggestions import Suggestion

Status = Annotated[
    Literal["open", "accepted", "declined", "published"],
    typer.Option(help="open, accepted, declined or published."),
]

suggestion = typer.Typer(no_args_is_help=True, help="What employees suggest to share, named by DATABASE_URL.")


@suggestion.command("list")
def list_all(
    status: Status = "open",
    after: After = 0,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """List the suggestions of a status, oldest first. Up to 50; more from the last number on.

    Example: groundswell suggestion list
    """
    from rewards.content.suggestions import suggestions

    check_out(json_out)
    with usable() as database, database.read() as tx:
        known(tx, organisation)
        found = [_told(one) for one in suggestions(tx, organisation, status, after)]
    print_list("suggestions", found, "title", json_out)


@suggestion.command("show")
def show(number: Number, organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """Show one suggestion, with its text and address.

    Example: groundswell suggestion show 4
    """
    from rewards.content.suggestions import get_suggestion

    check_out(json_out)
    with usable() as database, database.read() as tx:
        known(tx, organisation)
        found = _told(get_suggestion(tx, organisation, number))
    print_one("suggestion", found, json_out)


@suggestion.command("decide")
def decide(
    number: Number,
    decision: Annotated[Literal["accept", "decline"], typer.Argument(help="accept or decline.")],
    reason: Annotated[str, typer.Option(help="Whoever suggested it reads it; needed to decline.")] = "",
    by: By = "",
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Accept a suggestion as a draft, or decline it with a reason.

    Example: groundswell suggestion decide 4 accept --by p002
    """
    from rewards.content.answering import accept, decline
    from rewards.content.suggestions import get_suggestion
    from rewards.people.rights import Right

    check_out(json_out)
    now = datetime.now(UTC)
    with usable() as database, database.begin() as tx:
        actor = decider(tx, organisation, by, Right.CONTENT_WRITE)
        if decision == "accept":
            accept(tx, organisation, number, actor, reason, now=now)
        else:
            decline(tx, organisation, number, actor, reason, now=now)
        found = _told(get_suggestion(tx, organisation, number))
    write_json(json_out, {"of": "suggestion", **found})
    became = f"; the draft {found['became']} waits on the desk" if found["became"] else ""
    say(f"suggestion {number}: {found['status']}{became}", json_out)


def _told(one: "Suggestion") -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "item": one.item,
        "title": one.title,
        "url": one.url,
        "words": one.words,
        "since": one.opened_at.isoformat(),
        "status": one.status,
        "reason": one.reason,
        "became": one.became,
    }
