"""The commands that publish schemes: drafts, proposals and approval, through the same gate as pages and API."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rewards.amounts import several
from sims.commands.acting import known
from sims.commands.console import FINDING, InputError, JsonOut, check_out, say, write_json
from sims.commands.program import usable

if TYPE_CHECKING:
    from rewards.publishing.conditions import Plan
    from rewards.store.session import Transaction

scheme = typer.Typer(
    no_args_is_help=True, help="Schemes of the live program, named by DATABASE_URL: from a draft into force."
)
Organisation = Annotated[str, typer.Option(envvar="GROUNDSWELL_ORGANISATION", help="Whose schemes.")]
By = Annotated[str, typer.Option("--by", metavar="PERSON", help="The id of the person who does it.")]
Reason = Annotated[str, typer.Option(help="Why, in a sentence; kept in the record.")]
Draft = Annotated[str, typer.Argument(metavar="DRAFT", help="The draft's id, such as d7.")]
From = Annotated[
    str,
    typer.Option(
        "--from", metavar="INSTANT", help="When it counts, such as 2027-01-04T00:00:00Z; now unless given."
    ),
]
Exception_ = Annotated[
    str,
    typer.Option(
        "--exception",
        help="Why less precision than stated is enough, or the limit on fairness need not be kept, where they are not.",
    ),
]


@scheme.command("draft")
def draft(
    file: Annotated[Path, typer.Argument(metavar="S.yaml", help="The scheme.")],
    by: By,
    organisation: Organisation = "company",
) -> None:
    """Store a scheme as a draft.

    Example: groundswell scheme draft s.yaml --by p438
    """
    from rewards.document import load_document
    from rewards.publishing.drafts import create_draft
    from rewards.scheme.scheme import IncentiveScheme

    found = load_document(file, IncentiveScheme)
    with _changing(organisation) as tx:
        number = create_draft(tx, organisation, found, by, datetime.now(UTC)).id
    say(f"d{number}: “{found.title}” is a draft; rehearse it: groundswell rehearse d{number}")


@scheme.command("gate")
def gate(
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Whether publishing asks for anything.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="For how many days a rehearsal holds.")] = None,
    hours: Annotated[int | None, typer.Option(help="How many hours before people are told.")] = None,
    by: By = "command line",
    organisation: Organisation = "company",
    json_out: JsonOut = None,
) -> None:
    """Show what publishing a scheme requires, or change it.

    Example: groundswell scheme gate --on --days 30 --hours 24
    """
    from rewards.publishing.conditions import Rules, rules_of
    from rewards.publishing.gate import change_rules

    check_out(json_out)
    with _changing(organisation) as tx:
        was = rules_of(tx, organisation)
        rules = Rules(
            was.on if on is None else on,
            was.rehearsal_days if days is None else days,
            was.notice_hours if hours is None else hours,
        )
        if rules != was:
            change_rules(tx, organisation, rules, by, datetime.now(UTC))
    body = {"on": rules.on, "rehearsal_days": rules.rehearsal_days, "notice_hours": rules.notice_hours}
    write_json(json_out, {"kind": "gate", **body})
    state = "on" if rules.on else "off"
    say(
        f"the gate is {state}; a rehearsal holds for {several(rules.rehearsal_days, 'day')}, "
        f"people are told {several(rules.notice_hours, 'hour')} before",
        json_out,
    )


@scheme.command("status")
def status(draft: Draft, organisation: Organisation = "company", json_out: JsonOut = None) -> None:
    """The status of a draft at the gate, as if it were to count as soon as everybody can be notified. Exit 1 where more is missing than the
    second person.

    Example: groundswell scheme status d7
    """
    from datetime import timedelta

    from rewards.publishing.conditions import Plan, conditions, rules_of
    from rewards.publishing.drafts import get_draft

    check_out(json_out)
    now = datetime.now(UTC)
    with usable() as database, database.read() as tx:
        found = get_draft(tx, organisation, _number(draft, "d"))
        rules = rules_of(tx, organisation)
        plan = Plan("prospective", now + timedelta(hours=rules.notice_hours if rules.on else 0), "-")
        asked = conditions(tx, organisation, found, plan, now)
    told = [{"name": one.name, "kept": one.kept, "words": one.words} for one in asked]
    write_json(
        json_out, {"kind": "draft", "id": draft, "status": found.status, "gate": rules.on, "conditions": told}
    )
    states = {"draft": "an open draft", "published": "published", "retired": "put aside"}
    say(f"{draft}: “{found.scheme.title}” is {states.get(found.status, found.status)}", json_out)
    if not rules.on:
        say("the gate is off: nothing is asked for", json_out)
    for one in asked:
        say(f"{'kept' if one.kept else 'missing'}: {one.words}", json_out)
    if rules.on and not all(one.kept or one.name == "by-two" for one in asked):
        raise typer.Exit(FINDING)


@scheme.command("propose")
def propose(
    draft: Draft,
    by: By,
    reason: Reason,
    effective: From = "",
    exception: Exception_ = "",
    organisation: Organisation = "company",
) -> None:
    """Ask a second person to agree that a draft is published.

    Example: groundswell scheme propose d7 --by p438 --from 2027-01-04T00:00:00Z --reason "Less for clicks."
    """
    from rewards.publishing.gate import propose as ask

    at = datetime.now(UTC)
    with _changing(organisation) as tx:
        made = ask(tx, organisation, _number(draft, "d"), _plan(effective, reason, exception, at), by, now=at)
    say(
        f"{draft} waits for a second person: groundswell scheme publish {draft} --by PERSON --reason … (decision {made.id})"
    )


@scheme.command("publish")
def publish(
    draft: Draft,
    by: By,
    reason: Reason,
    effective: From = "",
    past_gate: Annotated[
        bool,
        typer.Option(
            "--past-gate",
            help="An emergency, for administrators: nothing is asked for, and the record says so.",
        ),
    ] = False,
    organisation: Organisation = "company",
) -> None:
    """Publish a draft: as the second person where the organisation has the gate, alone where it has none.

    Example: groundswell scheme publish d7 --by p214 --reason "Agreed with the works council."
    """
    from rewards.people.rights import Right
    from rewards.publishing.conditions import rights_for
    from rewards.publishing.gate import publish as put

    at = datetime.now(UTC)
    with _changing(organisation) as tx:
        if past_gate and Right.PAST_GATE not in rights_for(tx, organisation, by):
            raise InputError(f"--past-gate: {by!r} may not declare an emergency; name an administrator")
        plan = _plan(effective, reason, "", at)
        made = put(tx, organisation, _number(draft, "d"), plan, by, now=at, past_gate=past_gate)
    say(f"{draft} is version {made.version}, in force from {made.effective_at.isoformat()}")


@scheme.command("rollback")
def rollback(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version's id, such as v3.")],
    by: By,
    reason: Reason,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without this it only says what it would take back.")
    ] = False,
    organisation: Organisation = "company",
) -> None:
    """Take a version back: balances of the open period become as if it had never been published.

    Example: groundswell scheme rollback v3 --by p438 --reason "Pays a forged network." --yes
    """
    from rewards.publishing.foreseeing import foresee_roll_back
    from rewards.publishing.publication import roll_back

    number, at = _number(version, "v"), datetime.now(UTC)
    with usable() as database:
        changes = list(foresee_roll_back(database, organisation, number, at).by_person.values())
        if yes:
            with database.begin() as tx:
                roll_back(tx, organisation, number, by, reason, now=at)
    fallen, risen = sum(one < 0 for one in changes), sum(one > 0 for one in changes)
    whole = sum(changes) / 1000
    done = "taken back" if yes else "would be taken back; say --yes to do it"
    say(
        f"{version}: {done}. {several(fallen, 'person', 'people')} less, {risen:,} more, {whole:,g} points in all"
    )


@contextmanager
def _changing(organisation: str) -> Iterator["Transaction"]:

    with usable() as database, database.begin() as tx:
        known(tx, organisation)
        yield tx


def _number(text: str, kind: str) -> int:
    number = text.removeprefix(kind)
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise InputError(f"got {text!r}; an id is needed; write it as {kind}7")
    return int(number)


def _plan(effective: str, reason: str, exception: str, at: datetime) -> "Plan":
    from rewards.publishing.conditions import Plan

    try:
        instant = datetime.fromisoformat(effective) if effective else at
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InputError(
            f"--from: got {effective!r}; an instant with an offset is needed; write it as 2027-01-04T00:00:00Z"
        )
    return Plan("prospective", instant, reason, exception)
