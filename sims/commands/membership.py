"""The commands of membership: invite people, and act for those who do not use the pages.

Membership invite, join, pause, resume, leave, show.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from rewards.amounts import several
from rewards.people.operator import operator
from sims.commands.console import JsonOut, say, write_json
from sims.commands.program import usable

membership = typer.Typer(
    no_args_is_help=True, help="Who takes part in the live program named by DATABASE_URL."
)
Person = Annotated[str, typer.Argument(help="The person's id.")]
Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose program.")]


@membership.command()
def invite(
    people: Annotated[list[str] | None, typer.Argument(help="Ids of people.")] = None,
    segment: Annotated[
        list[str] | None, typer.Option(help="People of a segment; can be given again.")
    ] = None,
    team: Annotated[list[str] | None, typer.Option(help="People of a team; can be given again.")] = None,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="Everybody who was not invited yet.")
    ] = False,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Invite people to take part; who has an address gets a mail, and nobody is invited twice.

    Example: groundswell membership invite --segment sales
    """
    from rewards.people.membership import invite as invite_people

    invited = mailed = 0
    with usable() as database:
        while True:
            with database.begin() as tx:
                done = invite_people(
                    tx, organisation, datetime.now(UTC), operator(), people=people or (), segments=segment or (),
                    teams=team or (), everybody=everybody,
                )  # fmt: skip
            invited, mailed = invited + done.invited, mailed + done.mailed
            if not done.left or not done.invited:
                break
    write_json(json_out, {"kind": "invited", "invited": invited, "mailed": mailed})
    say(f"{invited} invited, {mailed} mails queued", json_out)


@membership.command()
def show(organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """Show how many take part, in counts that identify nobody.

    Example: groundswell membership show
    """
    from rewards.people.membership import enrolment

    with usable() as database, database.read() as tx:
        found = enrolment(tx, organisation, datetime.now(UTC))
    groups = {
        one.segment: {"people": one.people, "invited": one.invited, "enrolled": one.enrolled}
        for one in found.groups
    }
    body = {"people": found.people, "invited": found.invited, "enrolled": found.enrolled, "segments": groups}
    write_json(json_out, {"kind": "membership", **body})
    say(
        f"{several(found.people, 'person', 'people')}, {found.invited} invited, taking part: {found.enrolled}",
        json_out,
    )
    for name, counts in groups.items():
        say(
            f"  {name}: {several(counts['people'], 'person', 'people')}, {counts['invited']} invited, {counts['enrolled']} take part",
            json_out,
        )


def _step(name: str, person: str, organisation: str) -> None:
    from rewards.people import membership as steps

    take: Callable[..., None] = getattr(steps, name)
    with usable() as database, database.begin() as tx:
        take(tx, organisation, person, datetime.now(UTC), operator())
    say(f"{person}: done")


@membership.command()
def join(person: Person, organisation: Organisation = "company") -> None:
    """Somebody takes part from now on.

    Example: groundswell membership join ada
    """
    _step("join", person, organisation)


@membership.command()
def pause(person: Person, organisation: Organisation = "company") -> None:
    """Somebody takes a break.

    Example: groundswell membership pause ada
    """
    _step("pause", person, organisation)


@membership.command()
def resume(person: Person, organisation: Organisation = "company") -> None:
    """Somebody's break ends.

    Example: groundswell membership resume ada
    """
    _step("resume", person, organisation)


@membership.command()
def leave(person: Person, organisation: Organisation = "company") -> None:
    """Somebody takes part no longer; what was earned stays.

    Example: groundswell membership leave ada
    """
    _step("leave", person, organisation)
