"""The commands for API tokens: create, list, revoke. Access to the database implies the right to grant every scope."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from rewards.people.operator import operator
from sims.commands.console import InputError, JsonOut, check_out, say, write_json
from sims.commands.program import usable

MOST_LISTED = 1000

token = typer.Typer(no_args_is_help=True, help="Tokens with which other programs use the API.")
Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose tokens.")]


@token.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="After what uses it.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="What it may do, such as events:write; may be given again."),
    ] = None,
    person: Annotated[str, typer.Option(help="Whom it speaks for; the organisation unless given.")] = "",
    days: Annotated[int | None, typer.Option(help="How long it lasts; without end unless given.")] = None,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Create a token and print its secret, once.

    Example: groundswell token create payroll --scope admin --days 365
    """
    from rewards.people.accounts import SCOPES, create_token
    from rewards.people.tokens import MOST_DAYS

    check_out(json_out)
    if not scope:
        raise InputError(f"--scope: got none; a token needs one or more of {', '.join(SCOPES)}")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise InputError(f"--days: got {days}; limit 1 to {MOST_DAYS}; choose another number")
    now = datetime.now(UTC)
    expires = None if days is None else now + timedelta(days=days)
    with usable() as database, database.begin() as tx:
        must_exist(tx, organisation)
        secret = create_token(
            tx, organisation, name.strip(), scope, now, person=person or None, expires_at=expires
        )
    write_json(json_out, {"kind": "token", "name": name.strip(), "secret": secret})
    say(f"API token {name.strip()!r}, shown this once: {secret}", json_out)


@token.command(name="list")
def listed(organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """List the tokens, including expired ones: scopes, person, expiry, last use.

    Example: groundswell token list
    """
    from rewards.people.tokens import tokens_of

    check_out(json_out)
    found = []
    with usable() as database, database.read() as tx:
        must_exist(tx, organisation)
        after, more = "", True
        while more:
            page = tokens_of(tx, organisation, datetime.now(UTC), MOST_LISTED, after)
            found += page
            more = len(page) == MOST_LISTED
            after = page[-1].name if page else ""
    shown = [{**asdict(one), **texts(asdict(one))} for one in found]
    write_json(json_out, {"kind": "tokens", "tokens": shown})
    for one in shown:
        used = f"last used {one['used_at'][:16]}" if one["used_at"] else "never used"
        ends = f"ends {one['expires_at'][:10]}" if one["expires_at"] else "no end"
        whose = one["person"] or "the organisation"
        say(
            f"{one['name']}: {one['state']}; {' '.join(one['scopes'])}; for {whose}; {ends}; {used}", json_out
        )
    if not shown:
        say(f"{organisation} has no tokens", json_out)


@token.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As the list says it.")],
    organisation: Organisation = "company",
) -> None:
    """Revoke a token; requests that use it are refused from then on.

    Example: groundswell token revoke payroll
    """
    from rewards.people.accounts import revoke_token

    with usable() as database, database.begin() as tx:
        must_exist(tx, organisation)
        revoke_token(tx, organisation, name, datetime.now(UTC), operator())
    say(f"API token {name!r} has ended")


def must_exist(tx: Any, organisation: str) -> None:
    """Raise InputError where there is no such organisation."""
    from rewards.people.organisations import get_organisation

    if get_organisation(tx, organisation) is None:
        raise InputError(f"--organisation: got {organisation!r}; there is none of that name; name another")


def texts(values: dict[str, Any]) -> dict[str, Any]:
    """Instants as text, tuples as lists."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else list(value)
        for name, value in values.items()
        if isinstance(value, datetime | tuple)
    }
