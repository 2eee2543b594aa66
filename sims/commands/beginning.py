"""`init`: creates an organisation with a live program."""

from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rewards.amounts import several
from rewards.language import LANGUAGES
from rewards.people.operator import operator
from sims.commands.accounts import LISTENS_AT, Address, Organisation
from sims.commands.console import InputError, say
from sims.commands.program import opened

if TYPE_CHECKING:
    from rewards.people.invitations import Link
    from rewards.people.organisations import Network
    from rewards.people_file import PeopleFile, PersonRow
    from rewards.scheme.scheme import IncentiveScheme
    from rewards.store.session import Transaction

INIT_SCOPES = ("events:write", "events:backfill", "me:read")
ADMIN_TEAM, ADMIN_SEGMENT = "Office", "Company"
"""Team and segment of the first administrator until the people file sets them."""


PeopleFileOption = Annotated[
    Path | None, typer.Option(metavar="P.csv", help="The people to import; `people import` brings more.")
]
SchemeOption = Annotated[Path | None, typer.Option(metavar="S.yaml", help="The scheme to publish.")]
TemplateOption = Annotated[
    str,
    typer.Option(metavar="NAME", help="A template to publish instead: clicks, recognition and others."),
]
AdminOption = Annotated[
    str,
    typer.Option(
        metavar="ID", help="The first administrator, of the file or beside it; her link is printed."
    ),
]
AdminName = Annotated[str, typer.Option(help="Her name, where the file does not have her.")]
AdminEmail = Annotated[str, typer.Option(help="Her address, where the file does not have her.")]
AdminRoles = Annotated[str, typer.Option(metavar="ROLE,...", help="What she does beside administering.")]
EVERY_LANGUAGE = ",".join(LANGUAGES)
Languages = Annotated[str, typer.Option(metavar="CODE,...", help="Its languages, its own first.")]
Networks = Annotated[str, typer.Option(metavar="NAME,...", help="Networks that people use.")]
NoPoints = Annotated[
    str, typer.Option(metavar="NAME,...", help="Networks on which the company gives no points.")
]
Since = Annotated[
    str, typer.Option(metavar="DATE", help="In force from this day (UTC), so that history can be posted.")
]


def init(
    people: PeopleFileOption = None,
    scheme: SchemeOption = None,
    template: TemplateOption = "",
    admin: AdminOption = "",
    admin_name: AdminName = "",
    *,
    admin_email: AdminEmail = "",
    admin_roles: AdminRoles = "employee,hr,content",
    organisation: Organisation = "company",
    name: Annotated[str, typer.Option(help="Name for people to read.")] = "Our company",
    timezone: Annotated[str, typer.Option(help="IANA time zone.")] = "Europe/Madrid",
    languages: Languages = EVERY_LANGUAGE,
    networks: Networks = "",
    no_points: NoPoints = "",
    since: Since = "2000-01-01",
    base_url: Address = LISTENS_AT,
) -> None:
    """Create an organisation with a live program in DATABASE_URL, and print an API token and the first administrator's link, once.

    Example: groundswell init --people examples/people-midsize.csv --template clicks --admin p438
    """
    from rewards.founding import networks_of
    from rewards.people.accounts import create_token
    from rewards.people.organisations import change_organisation, create_organisation
    from rewards.people.people import import_people
    from rewards.people_file import load_file
    from rewards.publishing.publication import publish_scheme
    from rewards.store.migrate import upgrade as migrate

    if people is None and not admin:
        raise InputError(
            "init: got neither --people nor --admin; somebody is needed; name a file, or the first administrator"
        )
    found = None if people is None else load_file(people, flag_zones=True)
    used = networks_of(_split(networks), _split(no_points))
    loaded = _scheme(scheme, template)
    now, effective_at = datetime.now(UTC), _midnight(since)
    # Segments and teams are valid from the same day on, or earlier events would be scored without them.
    began = min(now, effective_at)
    rows = _with_admin(found, admin, admin_name, admin_email, timezone)
    with opened(create=True) as database:
        migrate(database)
        with database.begin() as tx:
            create_organisation(tx, organisation, name, timezone, began)
            change_organisation(tx, organisation, name, _split(languages), used, actor=operator(), now=now)
            summary = import_people(tx, organisation, rows, began, operator())
            if loaded is not None:
                mode: Literal["prospective", "exact"] = "prospective" if effective_at >= now else "exact"
                own = (timezone, _split(languages)[0]) if template else None
                fitting = _on(loaded, used, own)
                publish_scheme(tx, organisation, fitting, effective_at, operator(), "first scheme", now, mode)
            token = create_token(tx, organisation, "init", INIT_SCOPES, now)
            link = _invited(tx, organisation, admin, admin_roles, now)
    for one in summary.not_taken:
        assert found is not None
        said = found.unknown_zones.get(one.person, "") if one.value is None else one.value
        say(f"{people}:{found.lines[one.person]}: {one.column}: got {said!r}, which was not taken: {one.why}")
    in_force = "no scheme yet" if loaded is None else f"scheme '{loaded.name}' in force from {since}"
    say(f"{organisation}: {several(len(rows), 'person', 'people')}, {in_force}")
    say(f"API token, shown this once: {token}")
    if link is not None:
        say(f"{link.person} chooses a password at {base_url.rstrip('/')}{link.path}")
    say(f"serve it with GROUNDSWELL_ORGANISATION={organisation} groundswell serve")


def _scheme(path: Path | None, template: str) -> "IncentiveScheme | None":
    from rewards.document import load_document
    from rewards.scheme.presets import PRESETS
    from rewards.scheme.scheme import IncentiveScheme

    if path is not None and template:
        raise InputError(
            "init: got --scheme and --template; one scheme is in force at a time; leave one of them out"
        )
    if path is not None:
        return load_document(path, IncentiveScheme)
    if template and template not in PRESETS:
        raise InputError(f"--template: got {template!r}; limit {', '.join(PRESETS)}; choose one of these")
    return PRESETS[template] if template else None


def _on(
    scheme: "IncentiveScheme", used: "tuple[Network, ...]", own: tuple[str, str] | None
) -> "IncentiveScheme":
    """The scheme with the company's networks; a template also gets its time zone and language (`own`)."""
    from rewards.founding import with_networks, with_zone
    from rewards.scheme.preset_titles import in_language

    if own is not None:
        scheme = in_language(with_zone(scheme, own[0]), own[1])
    return with_networks(scheme, used)


def _with_admin(
    found: "PeopleFile | None", admin: str, name: str, email: str, zone: str
) -> "list[PersonRow]":
    """The people of the file, plus the administrator where the file lacks that person."""
    from rewards.people.changing import row_of

    rows = [] if found is None else found.rows
    if not admin or any(row.id == admin for row in rows):
        return rows
    record = {
        "id": admin, "name": name, "email": email, "team": ADMIN_TEAM, "segment": ADMIN_SEGMENT, "timezone": zone, "contacts": 0,
    }  # fmt: skip
    return [*rows, row_of(record)]


def _invited(tx: "Transaction", organisation: str, admin: str, roles: str, now: datetime) -> "Link | None":
    from rewards.people.invitations import invite

    return invite(tx, organisation, admin, ["admin", *_split(roles)], now) if admin else None


def _split(names: str) -> list[str]:
    return [one.strip() for one in names.split(",") if one.strip()]


def _midnight(day: str) -> datetime:
    from rewards.bounds import check_day
    from rewards.fields import day_of

    try:
        since = day_of(day)
    except ValueError:
        raise InputError(f"--since: got {day!r}; it must be a date; write it as 2026-01-05") from None
    check_day(since, "--since {day}: limit years {first} to {last}; name a date in them")
    return datetime.combine(since, time(), UTC)
