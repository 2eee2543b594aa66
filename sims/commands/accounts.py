"""Accounts by command: who may sign in, invitations, roles, resets, the end of a sign-in. Whoever can reach the database may do all."""

import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sims.commands.console import FINDING, InputError, JsonOut, check_out, say, write_json
from sims.commands.program import usable

if TYPE_CHECKING:
    from rewards.people.invitations import Link
    from rewards.store.session import Transaction

LISTENS_AT = "http://127.0.0.1:8000"
MOST_LISTED = 1000

account = typer.Typer(no_args_is_help=True, help="Who may sign in, and with which roles.")
Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose people.")]
People = Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Ids of the people file.")]
Roles = Annotated[
    str, typer.Option(metavar="ROLE,...", help="employee, content, strategist, hr, auditor, admin; several with commas.")
]  # fmt: skip
Address = Annotated[
    str, typer.Option(envvar="GROUNDSWELL_BASE_URL", help="The public address, with which links begin.")
]
Mail = Annotated[
    bool, typer.Option("--mail", help="Send the links to those who have an address; print the others.")
]


@account.command()
def invite(
    people: People = None,
    roles: Roles = "employee",
    segment: Annotated[str, typer.Option(help="All of a segment who have no account yet.")] = "",
    team: Annotated[str, typer.Option(help="All of a team who have no account yet.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="All who have no account yet.")] = False,
    mail: Mail = False,
    base_url: Address = LISTENS_AT,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Invite people: a link each, which works once, to choose a password. Links are printed, or sent with --mail.

    Example: groundswell account invite ana ben --roles employee,hr
    """
    from rewards.people.invitations import invite as make
    from rewards.people.invitations import invite_group

    check_out(json_out)
    if bool(people) == bool(segment or team or everybody):
        raise InputError(
            "account invite: got no ids or a group beside them; name people, or --segment, --team or --all"
        )
    now, wanted = datetime.now(UTC), _split(roles)
    if not people and wanted != ["employee"]:
        raise InputError(
            f"--roles: got {roles!r} for a group; limit employee; name people by id for other roles"
        )
    left = 0
    with usable() as database, database.begin() as tx:
        if people:
            links = [make(tx, organisation, one, wanted, now) for one in dict.fromkeys(people)]
        else:
            links, left = invite_group(tx, organisation, now, None, segment, team=team)
        handed = _hand_out(tx, organisation, links, base_url, mail, now=now)
    _tell(handed, json_out)
    if left:
        say(f"{left} more of the group have no account yet; run it again", json_out)
    if not links:
        say("nobody was invited: everybody of the group has an account", json_out)
        raise typer.Exit(FINDING)


@account.command()
def reset(
    person: Annotated[str, typer.Argument(metavar="ID")],
    mail: Mail = False,
    base_url: Address = LISTENS_AT,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Make a link at which somebody chooses another password; the one she has holds until then.

    Example: groundswell account reset ana
    """
    from rewards.people.invitations import reset as make

    check_out(json_out)
    now = datetime.now(UTC)
    with usable() as database, database.begin() as tx:
        handed = _hand_out(tx, organisation, [make(tx, organisation, person, now)], base_url, mail, now=now)
    _tell(handed, json_out)


@account.command("roles")
def roles_of(
    person: Annotated[str, typer.Argument(metavar="ID")],
    roles: Annotated[str, typer.Argument(metavar="ROLE,...")],
    organisation: Organisation = "company",
) -> None:
    """Give somebody these roles and no others.

    Example: groundswell account roles ana employee,hr
    """
    from rewards.people.account_desk import set_roles

    with usable() as database, database.begin() as tx:
        kept = set_roles(tx, organisation, person, _split(roles), datetime.now(UTC))
    say(f"{person}: {', '.join(kept)}")


@account.command()
def deactivate(
    person: Annotated[str, typer.Argument(metavar="ID")], organisation: Organisation = "company"
) -> None:
    """End somebody's sign-in, with sessions, links and tokens; the person and her history stay. Another invitation opens it again.

    Example: groundswell account deactivate ana
    """
    from rewards.people.account_desk import end_account

    with usable() as database, database.begin() as tx:
        end_account(tx, organisation, person, datetime.now(UTC))
    say(f"{person}: the sign-in is ended")


@account.command("list")
def listed(
    search: Annotated[str, typer.Option(help="Beginning of an id, or words of name or address.")] = "",
    role: Annotated[str, typer.Option(help="Only those who have it.")] = "",
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """List people with their roles, and whether they can sign in.

    Example: groundswell account list --role hr
    """
    from rewards.people.account_desk import accounts

    check_out(json_out)
    with usable() as database, database.read() as tx:
        rows, after = accounts(tx, organisation, datetime.now(UTC), search, role, limit=MOST_LISTED)
    found = [asdict(row) for row in rows]
    write_json(
        json_out,
        {
            "kind": "accounts",
            "accounts": [one | {"until": _text(one["until"])} for one in found],
            "after": after,
        },
    )
    for row in rows:
        until = f" until {_text(row.until)}" if row.until else ""
        say(
            f"{row.person:<16} {row.state + until:<12} {', '.join(row.roles) or '-':<24} {row.name}", json_out
        )
    if after:
        say(f"... {MOST_LISTED} are shown; narrow it with --search or --role", json_out)


def _split(roles: str) -> list[str]:
    return [one.strip() for one in roles.split(",") if one.strip()]


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _hand_out(
    tx: "Transaction", organisation: str, links: "Iterable[Link]", base: str, mail: bool, *, now: datetime
) -> list[dict[str, Any]]:
    from rewards.people.invitations import send

    base = base.rstrip("/")
    if mail and not os.environ.get("GROUNDSWELL_SMTP_HOST", "").strip():
        raise InputError(
            "--mail: GROUNDSWELL_SMTP_HOST is not set, so no mail is sent; set it, or leave --mail out"
        )
    return [
        {
            "person": link.person,
            "name": link.name,
            "link": base + link.path,
            "until": _text(link.expires_at),
            "mailed": mail and send(tx, organisation, link, base, now),
        }
        for link in links
    ]


def _tell(handed: list[dict[str, Any]], json_out: JsonOut) -> None:
    """Print the links. One that is sent is not printed: whoever has it can sign in."""
    shown = [{**one, "link": None if one["mailed"] else one["link"]} for one in handed]
    write_json(json_out, {"kind": "links", "links": shown})
    for one in shown:
        say(f"{one['person']}: {one['link'] or 'sent by mail'} (works once, until {one['until']})", json_out)
