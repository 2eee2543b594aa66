"""The commands of the content desk: import, list, approve, recall."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rewards.amounts import several
from rewards.people.operator import operator
from sims.commands.acting import known
from sims.commands.console import FINDING, JsonOut, check_out, say, write_json
from sims.commands.program import usable

if TYPE_CHECKING:
    from rewards.content.bringing import Read

content = typer.Typer(no_args_is_help=True, help="The content of the live program, named by DATABASE_URL.")
Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose content.")]
By = Annotated[
    str,
    typer.Option(
        "--by", metavar="PERSON", help="Who does it: a person's id, or what stands in the audit log."
    ),
]
ADDRESS = ("https://", "http://")


@content.command("import")
def bring_in(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL", help="CSV, JSON, RSS or Atom; or the https address of a feed or a page."
        ),
    ],
    organisation: Organisation = "company",
    by: By = "",
    json_out: JsonOut = None,
) -> None:
    """Make drafts of the items in a file or at an address; unchanged items stay. Exit 1 if rows were refused.

    Example: groundswell content import items.csv --by p214
    """
    from rewards.content.bringing import bring_items

    check_out(json_out)
    now = datetime.now(UTC)
    with usable() as database:
        with database.read() as tx:
            home = known(tx, organisation)
        read = _read(source, home.timezone, home.languages[0])
        with database.begin() as tx:
            done = bring_items(tx, organisation, read.items, by or operator(), now)
    refused = [{"place": one.place, "why": one.why} for one in read.refused]
    body = {
        "new": list(done.new),
        "changed": list(done.changed),
        "unchanged": list(done.unchanged),
        "refused": refused,
    }
    write_json(json_out, {"kind": "content-import", **body})
    say(
        f"{len(done.new)} new, {len(done.changed)} changed, {len(done.unchanged)} as they stood; drafts until somebody approves them",
        json_out,
    )
    for one in read.refused:
        say(f"{source}:{one.place}: {one.why}", json_out)
    if refused:
        raise typer.Exit(FINDING)


def _read(source: str, zone: str, language: str) -> "Read":
    from rewards.content.bringing import Read, read_items
    from rewards.content.feeds import bring, item_from
    from rewards.faults import BadValue
    from rewards.outside.fetching import Fetcher
    from sims.commands.console import InputError

    if source.lower().startswith(ADDRESS):
        return Read(tuple(item_from(found, language) for found in bring(Fetcher(), source)), ())
    data = Path(source).read_bytes()
    try:
        return read_items(data, zone, language)
    except BadValue as error:
        raise InputError(f"{source}: {error}") from None


@content.command("list")
def listing(
    organisation: Organisation = "company",
    state: Annotated[
        str,
        typer.Option(
            help="draft, in_review, rejected, live, planned, expired or recalled; all unless given."
        ),
    ] = "",
    json_out: JsonOut = None,
) -> None:
    """List every item of the desk and the grid with its state, most recently changed first.

    Example: groundswell content list --state live
    """
    from rewards.content.overview import STATES, Filters, grid
    from sims.commands.console import InputError

    check_out(json_out)
    if state and state not in STATES:
        raise InputError(f"--state: got {state!r}; it must be one of {', '.join(STATES)}")
    with usable() as database, database.read() as tx:
        known(tx, organisation)
        rows = grid(tx, organisation, Filters(state=state), datetime.now(UTC), "UTC")
    items = [
        {
            "id": row.item.id,
            "title": row.item.title,
            "state": row.state,
            "change": row.draft,
            "week": row.week,
            "channels": {name: one.status for name, one in row.item.channels.items()},
        }
        for row in rows
    ]
    write_json(json_out, {"kind": "content", "items": items})
    for row in rows:
        channels = " ".join(f"{name}:{one.status}" for name, one in row.item.channels.items())
        change = f" (change: {row.draft})" if row.draft else ""
        say(f"{row.item.id}  {row.state}{change}  {row.week}  {channels}  {row.item.title}", json_out)


@content.command()
def approve(
    items: Annotated[
        list[str], typer.Argument(metavar="ITEM...", help="Ids of drafts or of items in review.")
    ],
    organisation: Organisation = "company",
    by: By = "",
    reason: Annotated[str, typer.Option(help="Kept with the decision.")] = "",
    json_out: JsonOut = None,
) -> None:
    """Approve items as they are now on the desk; a draft is submitted first. Exit 1 while more people have to approve.

    Example: groundswell content approve launch --by p214 --reason "read and checked"
    """
    from rewards.content.desk import approve as agree
    from rewards.content.desk import get_draft, submit

    check_out(json_out)
    now = datetime.now(UTC)
    outcomes: dict[str, str] = {}
    with usable() as database, database.begin() as tx:
        known(tx, organisation)
        for item in items:
            if get_draft(tx, organisation, item).status != "in_review":
                submit(tx, organisation, item, by or operator(), now)
            left = agree(tx, organisation, item, by or operator(), reason, now=now)
            outcomes[item] = "live" if left is None else "in_review"
    write_json(json_out, {"kind": "content-approval", "items": outcomes})
    _tell(outcomes, json_out)
    if "in_review" in outcomes.values():
        raise typer.Exit(FINDING)


def _tell(outcomes: dict[str, str], json_out: Path | None) -> None:
    words = {"live": "on the grid", "in_review": "waits for one more person's approval"}
    for item, outcome in outcomes.items():
        say(f"{item}: {words[outcome]}", json_out)


@content.command()
def recall(
    items: Annotated[list[str], typer.Argument(metavar="ITEM...", help="Ids of items on the grid.")],
    reason: Annotated[str, typer.Option(help="For those who shared them.")],
    organisation: Organisation = "company",
    notice: Annotated[str, typer.Option(help="For everybody who follows a link.")] = "",
    by: By = "",
    json_out: JsonOut = None,
) -> None:
    """Withdraw items at once: their links lead to a notice, and those who have one are notified on their page and by mail.

    Example: groundswell content recall launch --reason "a wrong figure" --by p214
    """
    from rewards.content.content import recall as withdraw
    from sims.commands.console import InputError

    check_out(json_out)
    if not reason.strip():
        raise InputError("--reason: got none; those who shared it are told why; give one")
    now = datetime.now(UTC)
    told: dict[str, int] = {}
    with usable() as database, database.begin() as tx:
        known(tx, organisation)
        for item in items:
            told[item] = withdraw(
                tx, organisation, item, reason.strip(), now, actor=by or operator(), notice=notice.strip()
            )
    write_json(json_out, {"kind": "content-recall", "told": told})
    _say_told(items, told, json_out)


def _say_told(items: Sequence[str], told: dict[str, int], json_out: Path | None) -> None:
    for item in items:
        say(f"{item}: recalled; {several(told[item], 'person', 'people')} with links of it told", json_out)
