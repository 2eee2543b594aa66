"""The demo company: 500 people, two rehearsed schemes, one of them live for four weeks, and content.

All data are produced as in a real company: people come from a CSV, the choice of the scheme from `compare`, the times of shares and clicks
from the model, and each act calls the same use case as a click on a page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sims.commands.console import InputError
from sims.demo.content import NETWORKS, SHARED, demo_items, demo_thanks
from sims.reports.stored import latest_comparison, save_comparison

if TYPE_CHECKING:
    from rewards.people.people import Person
    from rewards.people_file import PersonRow
    from rewards.store.session import Database, Transaction
    from sims.comparison.comparison import Comparison
    from sims.demo.living import Happening
    from sims.scenario.scenario import Scenario

ORGANISATION = "demo"
NAME = "Northwind Instruments"
TIMEZONE = "Europe/Madrid"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CANDIDATES = ("midsize-clicks.yaml", "midsize-recognition.yaml")
PEOPLE = "people-midsize.csv"
RUNS = 12
LIVE_DAYS = 28


@dataclass(frozen=True)
class Demo:
    """The current demo company.

    The sign-in account of each role, the choice of the rule, the live scheme, and its scenario.
    """

    organisation: str
    accounts: dict[str, str]
    comparison_id: str
    chosen: str
    live: str
    scenario: Path


def create_demo(
    url: str,
    *,
    runs: int | None = None,
    say: Callable[[str], None] = print,
    now: datetime | None = None,
    go_on: bool = True,
) -> Demo:
    """Create the demo company in the database at `url`, or return the existing one.

    `go_on`: extend the history of an existing one up to now; otherwise the process next to the server does.

    Raises `InputError` when the examples folder is missing (an installed package has none: run it from a
    checkout).
    """
    from rewards.store.migrate import upgrade
    from rewards.store.session import open_database

    now = datetime.now(UTC) if now is None else now
    if not EXAMPLES.is_dir():
        raise InputError(
            f"{EXAMPLES}: no such folder; the demo reads its company there; run it from a checkout"
        )
    database = open_database(url)
    try:
        upgrade(database)
        found = _existing(database, now)
        if found is None:
            _create(database, RUNS if runs is None else runs, say, now)
            found = _existing(database, now)
        elif go_on:
            _go_on(database, found, say, now)
        assert found is not None, "the demo company was just created"
        return found
    finally:
        database.close()


def _existing(database: "Database", now: datetime) -> Demo | None:
    from rewards.people.organisations import get_organisation
    from rewards.people.people import list_people
    from rewards.publishing.publication import scheme_in_force

    with database.read() as tx:
        if get_organisation(tx, ORGANISATION) is None:
            return None
        stored = latest_comparison(tx, ORGANISATION)
        version = scheme_in_force(tx, ORGANISATION, now)
        if stored is None:
            return None
    with database.begin() as tx:
        # A demo of an earlier version had fewer roles.
        accounts = _accounts(tx, list_people(tx, ORGANISATION), now)
    chosen = str(stored.body["choice"]["scenario"])
    live = "" if version is None else version.scheme.title
    # A scheme written in the demo itself is simulated in the first candidate's setting: candidates differ by the scheme only.
    named = "" if version is None else f"midsize-{version.scheme.name}.yaml"
    candidate = named if named in CANDIDATES else CANDIDATES[0]
    return Demo(ORGANISATION, accounts, stored.id, chosen, live, EXAMPLES / candidate)


def _go_on(database: "Database", demo: Demo, say: Callable[[str], None], now: datetime) -> None:
    """Extend the history up to now by the colleagues' acts while the demo was stopped."""
    from sims.demo.living import Life
    from sims.scenario.scenario import Scenario

    caught = Life(database, ORGANISATION, Scenario.load(demo.scenario), 0, now).catch_up(now)
    _settle(database, now)
    if caught.acts:
        say(f"The company went on since {caught.since:%Y-%m-%d %H:%M} UTC: {caught.acts:,} things happened.")


def _settle(database: "Database", now: datetime) -> None:
    """Process due results of challenges, highlights, and expiry of points."""
    from rewards.outside.delivery import HttpSender
    from rewards.worker import work_once

    work_once(database, now, HttpSender())


def _create(database: "Database", runs: int, say: Callable[[str], None], now: datetime) -> None:
    """Create everything in one transaction, so that an interruption leaves nothing behind."""
    from rewards.people_file import load_people
    from rewards.publishing.publication import publish_scheme
    from sims.comparison.comparison import compare
    from sims.demo.acts import with_a_tool
    from sims.demo.company import at_their_sites, goings_on, with_first_days
    from sims.demo.foreseen import publish_forecast, published_on
    from sims.demo.living import Life
    from sims.demo.scheme import BESIDE, live_scheme
    from sims.scenario.scenario import Scenario

    people = with_first_days(at_their_sites(load_people(EXAMPLES / PEOPLE)), now.date())
    scenarios = [with_a_tool(Scenario.load(EXAMPLES / name)) for name in CANDIDATES]
    say(
        f"Rehearsing {len(scenarios)} schemes for {len(people)} people: {runs} paired runs of half a year ..."
    )
    comparison = compare(scenarios, runs)
    say(f"Choice: {comparison.choice.scenario} ({comparison.choice.verdict}). {comparison.choice.reason}")
    chosen = chosen_scenario(comparison, scenarios)
    began = datetime.combine((now - timedelta(days=LIVE_DAYS + 2)).date(), time(), UTC)
    reason = in_titles(comparison.choice.reason, scenarios)
    if chosen.name != comparison.choice.scenario:
        say(
            f"That leaves nothing to look at: the demo publishes {chosen.name}, the candidate with most clicks."
        )
        reason = f"{reason} To have something to look at, the demo publishes “{chosen.title}”, the candidate with most clicks."
    at_the_gate = before_the_gate(comparison, scenarios)
    for line in at_the_gate:
        say(line)
    reason = " ".join([reason, *at_the_gate])
    with database.begin() as tx:
        accounts = _company(tx, people, began)
        publish_scheme(
            tx, ORGANISATION, live_scheme(chosen.schemes()[0]), began, "demo", f"{reason} {BESIDE}", began
        )
        _content(tx, began)
        life = Life(database, ORGANISATION, chosen, 0, now)
        beside = goings_on(tx, ORGANISATION, people, accounts, began, now=now)
        foreseen = (published_on(now), partial(publish_forecast, tx=tx, organisation=ORGANISATION))
        caught = life.fill(tx, now, [*beside, *_own(tx, people, now), foreseen])
        save_comparison(tx, ORGANISATION, comparison.as_json(), now)
    _settle(database, now)
    say(f"Published; four weeks of the program were lived through: {caught.acts:,} things happened.")


def chosen_scenario(comparison: "Comparison", scenarios: "Sequence[Scenario]") -> "Scenario":
    """The scenario chosen by the rule; if that is the control, the candidate with the most incremental clicks."""
    named = {scenario.name: scenario for scenario in scenarios}
    if comparison.choice.scenario in named:
        return named[comparison.choice.scenario]
    best = max(comparison.choice.assessments, key=lambda each: each.incremental_clicks.median)
    return named[best.name]


def before_the_gate(comparison: "Comparison", scenarios: "Sequence[Scenario]") -> list[str]:
    """The status of each candidate at the product's own publishing gate.

    Whether rehearsal and fairness would let it pass, and if not, why.
    """
    from rewards.publishing.conditions import FEWEST_RUNS

    titles = {scenario.name: scenario.title for scenario in scenarios}
    runs, found = comparison.control.provenance.runs, []
    for each in comparison.choice.assessments:
        lacks = [f"{runs} runs, and {FEWEST_RUNS} are needed"] if runs < FEWEST_RUNS else []
        [fair] = [check for check in each.checks if check.limit.outcome == "fairness"]
        if not fair.passed:
            unsure = ", and it is not sure enough" if fair.value >= fair.limit.floor else ""
            lacks.append(
                f"the least-paid segment gets {fair.value:.0%} of the usual points a share, at least {fair.limit.floor:.0%} is "
                f"wanted{unsure}"
            )
        how = f"would need a written reason: {'; '.join(lacks)}" if lacks else "passes"
        found.append(f"Before the gate of a company that has a scheme, “{titles[each.name]}” {how}.")
    return [
        *found,
        "The first scheme of a company goes into force without it, when nobody has points to lose.",
    ]


def in_titles(reason: str, scenarios: "Sequence[Scenario]") -> str:
    """The reason of the choice with the scenarios' titles instead of their names."""
    for scenario in scenarios:
        reason = reason.replace(f"'{scenario.name}'", f"“{scenario.title}”")
    return reason


def _company(tx: "Transaction", people: "list[PersonRow]", now: datetime) -> dict[str, str]:
    from rewards.people.organisations import Network, change_organisation, create_organisation
    from rewards.people.people import import_people
    from rewards.scheme.networks import UNREWARDED

    create_organisation(tx, ORGANISATION, NAME, TIMEZONE, now)
    used = [Network(one, one not in UNREWARDED) for one in NETWORKS]
    change_organisation(tx, ORGANISATION, NAME, ("en", "de"), used, actor="demo", now=now)
    import_people(tx, ORGANISATION, people, now, PEOPLE)
    return _accounts(tx, people, now)


def _accounts(tx: "Transaction", people: "Sequence[PersonRow | Person]", now: datetime) -> dict[str, str]:
    """The sign-in account of every role: an existing one, else a person with that role in the file, else the next of the others."""
    from rewards.people.accounts import create_account, somebody_with
    from rewards.people.rights import ROLES

    others = iter([one.id for one in people if one.role == "employee"])
    found: dict[str, str] = {}
    for role in ROLES:
        named = (one.id for one in people if one.role == role != "employee")
        person = somebody_with(tx, ORGANISATION, role)
        if person is None:
            person = next(named, None) or next(one for one in others if one not in found.values())
            # No password: the demo signs in by role, and only where the demo is switched on.
            create_account(tx, ORGANISATION, person, list(dict.fromkeys(["employee", role])), None, now)
        found[role] = person
    return found


def _content(tx: "Transaction", now: datetime) -> None:
    from rewards.content.content import publish_item

    for item in demo_items(now):
        publish_item(tx, ORGANISATION, item, now)


def _own(tx: "Transaction", people: "list[PersonRow]", now: datetime) -> "list[Happening]":
    """The demo employee's history: shares, clicks on them, thanks."""
    employee, *others = [row.id for row in people if row.role == "employee"]
    happened: list[Happening] = []
    for item, days_ago, visitors in SHARED:
        at = now - timedelta(days=days_ago)
        happened.append((at, partial(_share, tx, employee, item)))
        for visitor in range(visitors):
            after = at + timedelta(hours=1 + 3 * visitor)
            happened.append((after, partial(_click, tx, employee, item, f"{item}-{visitor}")))
    for number, (message, days_ago) in enumerate(demo_thanks()):
        at = now - timedelta(days=days_ago, minutes=number)
        happened.append(
            (
                at,
                partial(
                    _thank,
                    tx=tx,
                    giver=others[number],
                    receiver=employee,
                    message=message,
                    key=f"demo-{number}",
                ),
            )
        )
    return happened


def _share(tx: "Transaction", employee: str, item: str, at: datetime) -> None:
    from rewards.content.links import declare_share, prepare_share

    declare_share(
        tx,
        ORGANISATION,
        employee,
        prepare_share(tx, ORGANISATION, employee, item, "linkedin", now=at).code,
        at,
    )


def _click(tx: "Transaction", employee: str, item: str, visitor: str, at: datetime) -> None:
    from rewards.content.links import follow_link, prepare_share

    # The same person, item and channel always have the same link.
    draft = prepare_share(tx, ORGANISATION, employee, item, "linkedin", now=at)
    follow_link(tx, draft.code, "", visitor, at)


def _thank(at: datetime, *, tx: "Transaction", giver: str, receiver: str, message: str, key: str) -> None:
    from rewards.thanks.recognition import give_kudos

    give_kudos(tx, ORGANISATION, giver, receiver, message, tags=(), key=key, now=at)
