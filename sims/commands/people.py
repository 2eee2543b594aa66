"""The commands about people: what HR does on its pages, by the same use cases."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rewards.amounts import several
from rewards.people.operator import operator
from sims.commands.acting import known
from sims.commands.console import FINDING, InputError, JsonOut, check_out, how_far, say, write_json
from sims.commands.program import usable

if TYPE_CHECKING:
    from rewards.people.reimporting import Applied, Plan
    from rewards.store.session import Transaction

MOST_SAID = 50

people = typer.Typer(no_args_is_help=True, help="The people of the live program, named by DATABASE_URL.")
Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose people.")]
PersonId = Annotated[str, typer.Argument(metavar="ID", help="The person's id.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


@contextmanager
def _writing(organisation: str) -> Iterator["Transaction"]:
    with usable() as database, database.begin() as tx:
        known(tx, organisation)
        yield tx


def _day(text: str, option: str) -> date:
    from rewards.fields import day_of

    try:
        return day_of(text)
    except ValueError as error:
        raise InputError(f"{option}: got {text!r}; {error}") from None


def _sure(question: str, yes: bool) -> None:
    if not yes and not typer.confirm(question):
        raise typer.Abort


def _pairs(mapping: list[str]) -> dict[str, str]:
    found = {}
    for one in mapping:
        name, equals, column = one.partition("=")
        if not equals:
            raise InputError(
                f"--map: got {one!r}; a field and a column are needed; write it as team=Abteilung"
            )
        found[name.strip()] = column.strip()
    return found


@people.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Excel (.xlsx), with a header.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Which column says a field; guessed unless told."),
    ] = None,
    segment: Annotated[str, typer.Option(help="For new people whose row does not say it.")] = "",
    team: Annotated[str, typer.Option(help="For new people whose row does not say it.")] = "",
    timezone: Annotated[
        str, typer.Option(help="For new people whose row does not say it; else the organisation's.")
    ] = "",
    contacts: Annotated[str, typer.Option(help="For new people whose row does not say it.")] = "100",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the differences and change nothing.")
    ] = False,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Apply the other rows where some cannot be read.")
    ] = False,
    deactivate_missing: Annotated[
        bool, typer.Option("--deactivate-missing", help="Deactivate who is not in the file.")
    ] = False,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Import HR's file again: the new are added, the known brought up to date, who is missing stays unless told otherwise.

    Exit 1 where rows cannot be read: then nothing is applied, unless they are to be left out.

    Example: groundswell people import people.xlsx --map team=Abteilung --dry-run
    """
    from rewards.faults import BadValue
    from rewards.people.columns import mapping_of, table_of
    from rewards.people.reimporting import Told, apply_plan, plan_to_apply
    from rewards.people.uploads import digest_of

    check_out(json_out)
    data = file.read_bytes()
    try:
        table = table_of(data)
    except BadValue as error:
        raise InputError(f"{file}: {error}") from None
    told = Told(mapping_of(table.header, _pairs(mapping or [])), segment, team, timezone, contacts)
    with _writing(organisation) as tx, how_far("reading", len(table.rows)) as read:
        plan = plan_to_apply(tx, organisation, table, digest_of(data), told, progress=read)
        applied = None
        if not dry_run and (leave_out or not plan.faults):
            with how_far("writing", len(plan.rows)) as wrote:
                applied = apply_plan(
                    tx, organisation, plan, actor=operator(), now=datetime.now(UTC), stamp=plan.stamp, leave_out=leave_out,
                    deactivate_missing=deactivate_missing, progress=wrote,
                )  # fmt: skip
    _tell(file, table.header, told.columns, plan, applied, json_out=json_out)
    if applied is None:
        say("nothing was applied" if not dry_run else "nothing was applied: this was a dry run", json_out)
    elif applied.deactivated:
        say(f"{applied.deactivated:,} deactivated", json_out)
    if plan.faults:
        raise typer.Exit(FINDING)


def _tell(
    file: Path,
    header: Sequence[str],
    columns: Mapping[str, int],
    plan: "Plan",
    applied: "Applied | None",
    *,
    json_out: Path | None,
) -> None:
    write_json(
        json_out,
        {
            "kind": "people-import",
            "applied": None if applied is None else asdict(applied),
            "columns": {name: header[at] for name, at in sorted(columns.items())},
            "added": [row.id for row in plan.added],
            "changed": [asdict(one) for one in plan.changed],
            "unchanged": plan.unchanged,
            "missing": [id_ for id_, _ in plan.missing],
            "deactivated": [id_ for id_, _ in plan.deactivated],
            "errors": [asdict(one) for one in plan.faults],
        },
    )
    for one in plan.faults[:MOST_SAID]:
        say(f"{file}:{one.line}: {one.column or 'row'}: got {one.value!r}; {one.why}", json_out)
    for change in plan.changed[:MOST_SAID]:
        parts = ", ".join(f"{name}: {old or '–'} → {new}" for name, old, new in change.fields)
        say(f"changed {change.id}: {parts}", json_out)
    for word, ids in (("new", [row.id for row in plan.added]), ("missing", [id_ for id_, _ in plan.missing])):
        if ids:
            more = f" and {len(ids) - MOST_SAID:,} more" if len(ids) > MOST_SAID else ""
            say(f"{word}: {', '.join(ids[:MOST_SAID])}{more}", json_out)
    say(
        f"{len(plan.added):,} new, {len(plan.changed):,} changed, {plan.unchanged:,} as known, {len(plan.missing):,} missing, "
        f"{several(len(plan.faults), 'row')} that cannot be read",
        json_out,
    )


@people.command("list")
def list_people(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="Beginnings of names, ids, teams.")] = "",
    state: Annotated[str, typer.Option(help="“with us”, deactivated or all.")] = "with us",
    segment: Annotated[str, typer.Option(help="Of this segment.")] = "",
    team: Annotated[str, typer.Option(help="Of this team.")] = "",
    role: Annotated[str, typer.Option(help="With this role.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """List people by name.

    Example: groundswell people list "an mül" --segment sales
    """
    from rewards.people.directory import Wanted, find_people

    check_out(json_out)
    with usable() as database, database.read() as tx:
        found = find_people(tx, organisation, Wanted(text, state, team, segment, role), None, limit)
    write_json(
        json_out,
        {"kind": "people", "people": [asdict(row) for row in found.rows], "more": found.next is not None},
    )
    for row in found.rows:
        left = "" if row.with_us else "  (deactivated)"
        roles = f"  {' '.join(row.roles)}" if row.roles else ""
        say(
            f"{row.id}  {row.name}  {row.segment} / {row.team}{roles}{left}",
            json_out,
        )
    if found.next is not None:
        say(f"more follow; narrow the search, or raise --limit above {limit}", json_out)


@people.command()
def add(
    id: PersonId,
    segment: Annotated[str, typer.Option()],
    team: Annotated[str, typer.Option()],
    timezone: Annotated[str, typer.Option(help="IANA name.")],
    name: Annotated[str, typer.Option()] = "",
    email: Annotated[str, typer.Option()] = "",
    manager: Annotated[str, typer.Option(help="The manager's id.")] = "",
    locale: Annotated[str, typer.Option(help="Language tag; the organisation's unless given.")] = "",
    desk: Annotated[str, typer.Option(help="desk or non-desk.")] = "desk",
    hours_share: Annotated[str, typer.Option(help="1 is full time.")] = "1",
    first_day: Annotated[str, typer.Option(help="The first day with the company, such as 2019-04-01.")] = "",
    contacts: Annotated[str, typer.Option(help="People that a post reaches.")] = "100",
    organisation: Organisation = "company",
) -> None:
    """Add one person.

    Example: groundswell people add e-17 --name Ana --segment sales --team north --timezone Europe/Madrid
    """
    from rewards.people.changing import add_person

    record = {
        "id": id, "name": name, "email": email, "segment": segment, "team": team, "timezone": timezone, "manager": manager,
        "locale": locale, "desk": desk, "hours_share": hours_share, "first_day": first_day,
        "contacts": contacts,
    }  # fmt: skip
    with _writing(organisation) as tx:
        add_person(tx, organisation, record, operator(), datetime.now(UTC))
    say(f"{id} is added")


@people.command()
def edit(
    id: PersonId,
    name: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
    manager: Annotated[str | None, typer.Option(help="The manager's id; '' for none.")] = None,
    locale: Annotated[str | None, typer.Option(help="Language tag.")] = None,
    desk: Annotated[str | None, typer.Option(help="desk or non-desk.")] = None,
    hours_share: Annotated[str | None, typer.Option(help="1 is full time.")] = None,
    first_day: Annotated[
        str | None, typer.Option(help="The first day with the company; '' for not known.")
    ] = None,
    contacts: Annotated[str | None, typer.Option(help="People that a post reaches.")] = None,
    organisation: Organisation = "company",
) -> None:
    """Change the data of a person.

    Example: groundswell people edit e-17 --hours-share 0.5
    """
    from rewards.people.changing import edit_person

    told = {
        "name": name, "email": email, "manager": manager, "locale": locale, "desk": desk, "hours_share": hours_share,
        "first_day": first_day, "contacts": contacts,
    }  # fmt: skip
    changes = {field: value for field, value in told.items() if value is not None}
    if not changes:
        raise InputError("people edit: got nothing to change; name an option such as --name")
    with _writing(organisation) as tx:
        edit_person(tx, organisation, id, changes, None, actor=operator(), now=datetime.now(UTC))
    say(f"{id} is changed")


@people.command()
def move(
    id: PersonId,
    segment: Annotated[str | None, typer.Option(help="The new segment.")] = None,
    team: Annotated[str | None, typer.Option(help="The new team.")] = None,
    timezone: Annotated[str | None, typer.Option(help="The new zone, from a day not yet begun.")] = None,
    day: Annotated[str, typer.Option("--from", metavar="DAY", help="The first day there.")] = "",
    organisation: Organisation = "company",
) -> None:
    """Move a person to another segment, team or time zone from a day on.

    Example: groundswell people move e-17 --team south --from 2026-12-01
    """
    from rewards.ledger.places import today
    from rewards.people.changing import move_person, move_zone
    from rewards.people.people import get_person
    from rewards.store.units import to_us

    if segment is None and team is None and timezone is None:
        raise InputError("people move: got nowhere to go; name --segment, --team or --timezone")
    now = datetime.now(UTC)
    first = _day(day, "--from") if day else None
    with _writing(organisation) as tx:
        if segment is not None or team is not None:
            old = get_person(tx, organisation, id)
            begins = first or today(to_us(now), old.timezone)
            move_person(
                tx, organisation, id, old.segment if segment is None else segment, old.team if team is None else team, first=begins,
                stamp=None, actor=operator(), now=now,
            )  # fmt: skip
        if timezone is not None:
            move_zone(tx, organisation, id, timezone, first, stamp=None, actor=operator(), now=now)
    say(f"{id} moves")


@people.command()
def leave(
    id: PersonId,
    first: Annotated[str, typer.Argument(metavar="FIRST", help="First day off.")],
    last: Annotated[str, typer.Argument(metavar="LAST", help="Last day off.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take it back.")] = False,
    organisation: Organisation = "company",
) -> None:
    """Record days off of a person, both ends included; streaks pause on them.

    Example: groundswell people leave e-17 2026-12-24 2026-12-31
    """
    from rewards.people.people import drop_leave, set_leave

    act = drop_leave if remove else set_leave
    days = _day(first, "FIRST"), _day(last, "LAST")
    _do(organisation, lambda tx, now: act(tx, organisation, id, *days, now=now, actor=operator()))
    say(f"leave of {id} from {first} to {last} is {'taken back' if remove else 'noted'}")


@people.command()
def deactivate(id: PersonId, organisation: Organisation = "company") -> None:
    """Deactivate a person who left: no sign-in, no board; everything earned stays.

    Example: groundswell people deactivate e-17
    """
    from rewards.people.changing import deactivate as act

    _do(organisation, lambda tx, now: act(tx, organisation, id, None, operator(), now=now))
    say(f"{id} is deactivated")


@people.command()
def reactivate(id: PersonId, organisation: Organisation = "company") -> None:
    """Reactivate a person who came back, with everything earned before.

    Example: groundswell people reactivate e-17
    """
    from rewards.people.people import reactivate as act

    _do(organisation, lambda tx, now: act(tx, organisation, id, now, operator()))
    say(f"{id} is reactivated")


@people.command()
def link(
    id: PersonId,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The id of the other account.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take it back.")] = False,
    organisation: Organisation = "company",
) -> None:
    """Link two accounts of one human: they cannot thank each other.

    Example: groundswell people link e-17 x-4
    """
    from rewards.people.people import link_people, unlink_people

    act = unlink_people if remove else link_people
    _do(organisation, lambda tx, now: act(tx, organisation, id, other, now, actor=operator()))
    say(f"{id} and {other} are {'no longer linked' if remove else 'linked'}")


@people.command()
def merge(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="The account that is kept.")],
    drop: Annotated[str, typer.Argument(metavar="DROP", help="The account that becomes part of it.")],
    yes: Yes = False,
    organisation: Organisation = "company",
) -> None:
    """Make two accounts of one human one. This cannot be undone.

    Example: groundswell people merge e-17 x-4 --yes
    """
    from rewards.merging import merge_people

    _sure(f"{drop} becomes part of {keep}, which cannot be undone. Merge?", yes)
    _do(organisation, lambda tx, now: merge_people(tx, organisation, keep, drop, now, actor=operator()))
    say(f"{drop} is part of {keep} now")


@people.command()
def erase(id: PersonId, yes: Yes = False, organisation: Organisation = "company") -> None:
    """Erase a person's identity: name, address, id, sign-in and texts; totals stay. This cannot be undone.

    Example: groundswell people erase e-17 --yes
    """
    from rewards.people.changing import erase as act

    _sure(f"{id} is forgotten, which cannot be undone. Erase?", yes)
    _do(organisation, lambda tx, now: act(tx, organisation, id, None, operator(), now=now))
    say("one person is erased")


def _do(organisation: str, act: Callable[["Transaction", datetime], Any]) -> None:
    with _writing(organisation) as tx:
        act(tx, datetime.now(UTC))
