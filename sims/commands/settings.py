"""The commands for a company's settings: name, languages, networks."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sims.commands.acting import By, Organisation, decider, known
from sims.commands.console import InputError, JsonOut, check_out, say, write_json
from sims.commands.program import usable

if TYPE_CHECKING:
    from pathlib import Path

    from rewards.people.organisations import Organisation as Home

settings = typer.Typer(
    no_args_is_help=True, help="The organisation of the live program, named by DATABASE_URL."
)


@settings.command("show")
def show(organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """Show name, zone, languages, and the networks in use, with those that give points.

    Example: groundswell settings show
    """
    check_out(json_out)
    with usable() as database, database.read() as tx:
        found = known(tx, organisation)
    _tell(found, json_out)


@settings.command("change")
def change(
    name: Annotated[str | None, typer.Option(help="The name that people read.")] = None,
    languages: Annotated[
        str | None, typer.Option(help="en and de, the own one first, with commas between.")
    ] = None,
    networks: Annotated[
        str | None, typer.Option(help="All networks that people use, with commas between.")
    ] = None,
    unpaid: Annotated[
        str | None,
        typer.Option(help="Those of them on which the company gives no points, with commas between."),
    ] = None,
    by: By = "",
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Change the given settings. The zone cannot be changed, since past days were counted by it.

    Example: groundswell settings change --name "Acme Ltd" --networks linkedin,x,facebook --unpaid x
    """
    from rewards.founding import networks_of
    from rewards.people.organisations import change_organisation
    from rewards.people.rights import Right

    check_out(json_out)
    if name is None and languages is None and networks is None and unpaid is None:
        raise InputError(
            "settings change: got nothing to change; give --name, --languages, --networks or --unpaid"
        )
    with usable() as database, database.begin() as tx:
        actor = decider(tx, organisation, by, Right.SETTINGS)
        was = known(tx, organisation)
        used = [one.channel for one in was.networks] if networks is None else _parts(networks)
        none = [one.channel for one in was.networks if not one.points] if unpaid is None else _parts(unpaid)
        if unpaid is not None and (strange := sorted(set(none) - set(used))):
            raise InputError(
                f"--unpaid: got {strange[0]!r}; it is not among the networks {', '.join(used)}; name one of them"
            )
        change_organisation(
            tx,
            organisation,
            was.name if name is None else name,
            was.languages if languages is None else _parts(languages),
            networks_of(used, none),
            actor=actor,
            now=datetime.now(UTC),
        )
        found = known(tx, organisation)
    _tell(found, json_out)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _tell(found: "Home", json_out: "Path | None") -> None:
    body: dict[str, Any] = {
        "name": found.name,
        "timezone": found.timezone,
        "languages": list(found.languages),
        "networks": {one.channel: one.points for one in found.networks},
    }
    write_json(json_out, {"kind": "settings", **body})
    networks = [f"{one.channel}{'' if one.points else ' (no points)'}" for one in found.networks]
    say(f"name: {found.name}", json_out)
    say(f"timezone: {found.timezone}", json_out)
    say(f"languages: {', '.join(found.languages)}", json_out)
    say(f"networks: {', '.join(networks) or 'none named'}", json_out)
