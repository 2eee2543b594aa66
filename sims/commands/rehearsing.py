"""`groundswell rehearse`: a draft of the live program in simulation, for the company's own people, beside what is in force and beside
doing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rewards.faults import BadValue
from sims.rehearsal.asking import BEGINNING, since
from sims.reports.stored import save_comparison

if TYPE_CHECKING:
    from rewards.people.people import Person
    from rewards.scheme.scheme import IncentiveScheme
    from rewards.store.session import Database
    from sims.comparison.comparison import Comparison
    from sims.ensemble.run import Manner
    from sims.scenario.scenario import Scenario

QUIET_DAYS = 28
"""The company is left alone for four weeks first, so that a scheme meets habits and not the first day of a world."""


@dataclass(frozen=True)
class Rehearsal:
    """What the page of comparisons shows under `id`, the draft's content hash that was rehearsed, and the scenarios that were compared."""

    id: str
    draft_hash: str
    comparison: Comparison
    scenarios: tuple[Scenario, ...]


def rehearse(
    database: Database,
    organisation: str,
    draft: int,
    now: datetime,
    base: Scenario | None = None,
    *,
    runs: int | None = None,
    processes: int | None = None,
    actor: str = "rehearse",
    manner: Manner | None = None,
) -> Rehearsal:
    """Simulate the draft and the scheme in force for the organisation's active people, keep the comparison for the strategist's page, and
    note at the draft that its text was rehearsed.

    base    says what the database does not: audience, content, policy; the defaults unless given
    manner  how the runs are carried out; each by its own draw of the parameters unless given
    Raises NotFound for the organisation or the draft, Conflict where the draft changed meanwhile or is open no more, ValueError where
    nobody is there to simulate.
    """
    from rewards.faults import Conflict, NotFound
    from rewards.people.organisations import get_organisation
    from rewards.people.people import list_people
    from rewards.publishing.drafts import get_draft, rehearsed
    from rewards.publishing.publication import scheme_in_force
    from rewards.publishing.rehearsals import note_rehearsal
    from sims.comparison.comparison import compare
    from sims.ensemble.run import PLAIN

    with database.read() as tx:
        home = get_organisation(tx, organisation)
        if home is None:
            raise NotFound(f"organisation {organisation!r}: unknown; name one that exists")
        found = get_draft(tx, organisation, draft)
        live = scheme_in_force(tx, organisation, now)
        people = list_people(tx, organisation)
    if found.status != "draft":
        raise Conflict(f"draft {draft}: is {found.status}; rehearse one that can still be published")
    if not people:
        raise BadValue(
            "organisation {organisation!r}: has no active people; import them first",
            organisation=organisation,
        )
    schemes = {f"draft-{draft}": found.scheme} | ({} if live is None else {"in-force": live.scheme})
    scenarios = scenarios_of(people, home.timezone, schemes, base, now.date())
    comparison = compare(scenarios, runs, processes=processes, manner=manner or PLAIN)
    body = comparison.as_json()
    with database.begin() as tx:
        rehearsed(tx, organisation, draft, found.hash, actor, now=now)
        id_ = save_comparison(tx, organisation, body, now)
        note_rehearsal(tx, organisation, int(id_), body, actor, now=now)
    return Rehearsal(id_, found.hash, comparison, tuple(scenarios))


def scenarios_of(
    people: Sequence[Person],
    timezone: str,
    schemes: dict[str, IncentiveScheme],
    base: Scenario | None,
    today: date,
) -> list[Scenario]:
    """One scenario for each scheme, by name: the same company, four quiet weeks, then the scheme to the end, and with it the tool of
    `base`, or a usual one where nothing says what the company's is like."""
    from agents.setting.tool import Tool
    from sims.scenario.scenario import Scenario, SchemePhase

    beginning = BEGINNING if base is None else base.start_date
    rows = [{**_row(person), **since(person, today, beginning)} for person in people]
    if base is None:
        start: dict[str, Any] = {"organisation": {"people": rows, "timezone": timezone}, "runs": 12}
    else:
        start = base.model_dump(exclude={"phases", "arms", "name", "title"})
        start["organisation"] |= {"people": rows, "headcount": None, "timezone": timezone}
    quiet = SchemePhase()
    tools = [Tool()] if base is None else [phase.tool for phase in base.phases if phase.tool is not None]
    tool = tools[-1] if tools else None
    return [
        Scenario.model_validate(
            start
            | {
                "name": name,
                "title": scheme.title,
                "phases": (
                    quiet,
                    quiet.model_copy(update={"day": QUIET_DAYS, "scheme": scheme, "tool": tool}),
                ),
            }
        )
        for name, scheme in schemes.items()
    ]


def _row(person: Person) -> dict[str, Any]:
    """A person as a scenario takes people; nothing that names her is needed."""
    return {
        "id": person.id,
        "segment": person.segment,
        "team": person.team,
        "timezone": person.timezone,
        "contacts": person.contacts,
        "desk": person.desk,
        "hours_share": person.hours_share,
    }
