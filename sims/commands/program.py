"""The commands that touch a live program: post, rehearse, db upgrade, verify, rebuild, backup and restore."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rewards.amounts import several
from sims.commands.console import FINDING, InputError, JsonOut, check_out, say, write_json
from sims.commands.manner import (
    AtDefaults,
    Checkpoint,
    MostRuns,
    OnCluster,
    PosteriorFile,
    PrecisionAsked,
    TurningPoints,
    manner_of,
)
from sims.commands.questions import ProcessCount

if TYPE_CHECKING:
    from rewards.store.session import Database

DATABASE_DEFAULT = "sqlite:///var/groundswell.sqlite"
DATABASE_PACKAGES = frozenset({"sqlalchemy", "sqlite3", "psycopg", "alembic"})

db = typer.Typer(no_args_is_help=True, help="The live program's database, named by DATABASE_URL.")


def database_url() -> str:
    """The URL of the database: `DATABASE_URL`, or a SQLite file below the current folder."""
    return os.environ.get("DATABASE_URL") or DATABASE_DEFAULT


def shown(url: str) -> str:
    """A database URL without its password, for printing."""
    from rewards.store.address import shown as without_secrets

    return without_secrets(url)


@contextmanager
def database_faults(url: str) -> Iterator[None]:
    """A context that turns database errors into one line. Raises `InputError`, which contains no secret of the URL and no value."""
    from rewards.faults import Unavailable
    from rewards.store.address import cause_of, remedy_of

    try:
        yield
    except Unavailable as error:
        # The driver's error explains a failed connection best; `cause_of` removes what must not be repeated.
        cause = getattr(error.__cause__, "orig", None) or error.__cause__
        vague = cause is not None and error.brief == type(cause).__name__
        what = cause_of(cause, url) if vague and cause is not None else error.brief
        raise InputError(f"database {shown(url)}: {what}; {remedy_of(what)}") from None
    except Exception as error:
        # Only the store may import the driver's classes, so that they are recognised here by their module.
        if type(error).__module__.partition(".")[0] not in DATABASE_PACKAGES:
            raise
        what = cause_of(error, url)
        raise InputError(f"database {shown(url)}: {what}; {remedy_of(what)}") from None


@contextmanager
def opened(url: str | None = None, create: bool = False) -> Iterator["Database"]:
    """A context with the database, closed at the end; a missing file is created only with `create`.

    Raises `InputError` when it cannot be opened or used.
    """
    from rewards.store.session import open_database

    url = url or database_url()
    with database_faults(url):
        database = open_database(url, create)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def usable(url: str | None = None) -> Iterator["Database"]:
    """A context with the database of a live program, checked to have this version's tables. Raises `InputError`."""
    from rewards.store.migrate import CURRENT, WHAT_TO_DO, state

    with opened(url) as database:
        found = state(database)
        if found != CURRENT:
            raise InputError(f"database {shown(url or database_url())} {WHAT_TO_DO[found]}")
        _check_actor(database)
        yield database


def _check_actor(database: "Database") -> None:
    """Raises `InputError` where --as names nobody."""
    from rewards.people.operator import is_system, operator
    from rewards.people.people import is_anybody

    actor = operator()
    if not is_system(actor):
        with database.read() as tx:
            if not is_anybody(tx, actor):
                raise InputError(f"--as: got {actor!r}; nobody has this id; name somebody of the people file")


def prepared(url: str) -> None:
    """Create the tables in a blank database, and the SQLite file where its folder exists or is the default one.

    A missing folder is an error and is not created, since a disk may not be mounted. Raises `InputError`.
    """
    from rewards.store.address import parse_address
    from rewards.store.engines import file_of
    from rewards.store.migrate import is_blank
    from rewards.store.migrate import upgrade as migrate

    parsed = parse_address(url)
    file = file_of(parsed) if parsed.get_backend_name() == "sqlite" and parsed.database else None
    create = file is None or url == DATABASE_DEFAULT or file.parent.is_dir()
    with opened(url, create=create) as database:
        if is_blank(database):
            migrate(database)


@db.command()
def upgrade() -> None:
    """Upgrade the database's tables, and the stored scoring states, to this version.

    Example: groundswell db upgrade
    """
    from rewards.ledger.renewing import renew_states
    from rewards.store.migrate import upgrade as migrate

    with opened(create=True) as database:
        migrate(database)
        renew_states(database, datetime.now(UTC))
    say(f"{shown(database_url())} is up to date")


@db.command()
def verify(json_out: JsonOut = None) -> None:
    """Check that the ledger sums to zero, the projections match it and it is append-only; exit 1 if not.

    Example: groundswell db verify
    """
    from rewards.store.verify import verify as check

    with opened() as database:
        found = [asdict(finding) for finding in check(database)]
    write_json(json_out, {"kind": "verification", "findings": found})
    for finding in found:
        say(f"{finding['check']}: {finding['organisation'] or 'the database'}: {finding['detail']}", json_out)
    if found:
        raise typer.Exit(FINDING)
    say(f"{shown(database_url())} is sound", json_out)


@db.command()
def rebuild() -> None:
    """Recompute balances, boards and badges from the ledger, where `db verify` finds that they differ.

    Example: groundswell db rebuild
    """
    from rewards.store.rebuild import rebuild_all

    with opened() as database:
        found = rebuild_all(database)
    say(
        f"{shown(database_url())}: projections of {len(found)} organisation{'s' * (len(found) != 1)} rebuilt from the ledger"
    )


@db.command()
def backup(out: Annotated[Path, typer.Argument(metavar="OUT")]) -> None:
    """Copy the database to a file while it is in use.

    Example: groundswell db backup groundswell.backup
    """
    from rewards.store.backup import backup as copy

    with opened() as database:
        copy(database, out)
    say(f"{shown(database_url())} copied to {out}")


@db.command()
def restore(source: Annotated[Path, typer.Argument(metavar="BACKUP")]) -> None:
    """Put a backup into the (empty) database named by DATABASE_URL.

    Example: DATABASE_URL=sqlite:///var/new.sqlite groundswell db restore groundswell.backup
    """
    from rewards.store.backup import restore as put_back

    with database_faults(database_url()):
        put_back(source, database_url())
    say(f"{source} restored to {shown(database_url())}")


Published = Annotated[
    bool,
    typer.Option(
        "--published",
        help="By published findings alone, instead of the recalibration that was accepted last.",
    ),
]
LACKING = (
    " The gate asks for a stated precision that was reached: give --precision human_clicks=10%, with --most-runs beyond it, or a "
    "written reason."
)


def _number_of(draft: str) -> int:
    """The number in a draft's id. Raises InputError for anything else."""
    number = draft.removeprefix("d")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise InputError(f"DRAFT: got {draft!r}; the id of a draft is needed; write it as d7")
    return int(number)


def rehearse(
    draft: Annotated[
        str, typer.Argument(metavar="DRAFT", help="The draft's id as the API says it, such as d7.")
    ],
    organisation: Annotated[
        str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose draft.")
    ] = "company",
    scenario: Annotated[
        Path | None,
        typer.Option(
            metavar="S.yaml", help="A scenario whose audience, content and policy are the company's."
        ),
    ] = None,
    runs: Annotated[
        int | None, typer.Option(help="Paired runs; the scenario's own, or 12, unless given.")
    ] = None,
    processes: ProcessCount = None,
    *,
    at_defaults: AtDefaults = False,
    posterior: PosteriorFile = None,
    published: Published = False,
    precision: PrecisionAsked = None,
    most_runs: MostRuns = None,
    checkpoint: Checkpoint = None,
    cluster: OnCluster = None,
    turning: TurningPoints = False,
    json_out: JsonOut = None,
) -> None:
    """Simulate a draft for the company's own people, compared with the scheme in force and with doing nothing.

    The strategist's page shows it, and the draft counts as rehearsed.

    Example: groundswell rehearse d7 --scenario examples/midsize.yaml --runs 20
    """
    from rewards.people.operator import operator
    from sims.commands.rehearsing import rehearse as ask
    from sims.comparison.turning import told_of, turning_points_beside
    from sims.reports.render import comparison_text
    from sims.scenario.scenario import Scenario

    check_out(json_out)
    number = _number_of(draft)
    base = None if scenario is None else Scenario.load(scenario)
    manner = manner_of(at_defaults, precision, most_runs, checkpoint, cluster, posterior=posterior)
    manner = replace(manner, processes=processes)
    with usable() as database:
        found = ask(
            database,
            organisation,
            number,
            datetime.now(UTC),
            base,
            runs=runs,
            manner=manner,
            actor=operator(),
            belief="published" if published else "accepted",
        )
    # The rehearsal is stored already, so that its page does not wait for this.
    points = turning_points_beside(found.comparison.control, found.scenarios, found.manner) if turning else []
    if json_out is not None:
        write_json(json_out, found.detailed_json() | told_of(points, turning))
    say(comparison_text(found.comparison), json_out)
    for point in points:
        say(f"{point.scenario}: {point.sentence()}", json_out)
    stated = found.comparison.control.precision
    enough = stated is not None and stated.enough and stated.asked.outcome == "human_clicks"
    lacking = "" if enough else LACKING
    say(f"\nDraft {draft} is rehearsed ({found.draft_hash[:12]}), by {found.went_by}.{lacking}", json_out)


def post(
    events: Annotated[Path, typer.Argument(metavar="EVENTS.jsonl", help="CloudEvents, one a line.")],
    url: Annotated[str, typer.Option(help="Where Groundswell is served.")] = "http://127.0.0.1:8000",
    token: Annotated[
        str, typer.Option(envvar="GROUNDSWELL_TOKEN", help="An API token with the scope events:write.")
    ] = "",
    batch: Annotated[int, typer.Option(help="Events a request.")] = 100,
    json_out: JsonOut = None,
) -> None:
    """Post a file of events to a running Groundswell; exit 1 if it did not take every one of them.

    Example: groundswell post events.jsonl --url http://127.0.0.1:8000 --token gs_...
    """
    from sims.commands.events_file import read_objects
    from sims.commands.posting import TAKEN, post_file
    from sims.ensemble.executors import progress

    if not token:
        raise InputError("--token: got none; a bearer token is needed; `groundswell init` prints one")
    total = sum(1 for _ in read_objects(events))
    with progress("events", total) as advance:
        statuses = post_file(events, url, token, batch, advance)
    write_json(json_out, {"kind": "receipts", "statuses": dict(sorted(statuses.items()))})
    counts = ", ".join(f"{count:,} {status}" for status, count in sorted(statuses.items()))
    say(f"{several(statuses.total(), 'event')}: {counts}", json_out)
    if any(count for status, count in statuses.items() if status not in TAKEN):
        raise typer.Exit(FINDING)
