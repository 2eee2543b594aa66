"""`groundswell rehearse`: a draft of the live program in simulation, for the company's own people.

It is compared with the scheme in force and with doing nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rewards.faults import BadValue
from sims.rehearsal.asking import BEGINNING, row_of
from sims.reports.stored import save_comparison

if TYPE_CHECKING:
    from rewards.forecasts.recalibrations import Belief
    from rewards.people.people import Person
    from rewards.scheme.scheme import IncentiveScheme
    from rewards.store.session import Database, Transaction
    from sims.comparison.comparison import Comparison
    from sims.ensemble.run import Manner
    from sims.scenario.scenario import Scenario

QUIET_DAYS = 28
"""Days without a program before the scheme, so that it meets the company's habits in a stationary state."""


@dataclass(frozen=True)
class Rehearsal:
    """A rehearsal: the stored comparison's `id`, the content hash of the draft, and the compared scenarios.

    `manner`: how they were simulated; `recalibration`: the accepted posterior that they used (None: another one).
    """

    id: str
    draft_hash: str
    comparison: Comparison
    scenarios: tuple[Scenario, ...]
    manner: Manner
    recalibration: Mapping[str, Any] | None

    @property
    def went_by(self) -> str:
        """The posterior used by the runs, in words."""
        vectors = self.comparison.control.provenance.parameters or "the declared defaults"
        return (
            vectors
            if self.recalibration is None
            else f"{vectors}, recalibration {self.recalibration['number']}"
        )

    def detailed_json(self) -> dict[str, Any]:
        """The detailed comparison as JSON values, with the posterior used."""
        body = self.comparison.detailed_json()
        body["provenance"]["recalibration"] = self.recalibration
        return body


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
    belief: Belief = "accepted",
) -> Rehearsal:
    """Simulate the draft and the scheme in force for the organisation's active people, and store the comparison.

    The strategist's page shows it, and the draft's text counts as rehearsed.

    base    supplies what the database lacks: audience, content, policy; the defaults unless given
    manner  how the runs are simulated; with a draw of the parameters for each run unless given
    belief  the posterior used where the manner sets none: the one that the company accepted last, or published findings
    Raises NotFound for the organisation or the draft, Conflict where the draft changed meanwhile or is no longer open, ValueError where
    there is nobody to simulate.
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
        manner, named = _believing(tx, organisation, manner or PLAIN, belief)
    if found.status != "draft":
        raise Conflict(f"draft {draft}: is {found.status}; rehearse one that can still be published")
    if not people:
        raise BadValue(
            "organisation {organisation!r}: has no active people; import them first",
            organisation=organisation,
        )
    schemes = {f"draft-{draft}": found.scheme} | ({} if live is None else {"in-force": live.scheme})
    scenarios = scenarios_of(people, home.timezone, schemes, base, now.date())
    comparison = compare(scenarios, runs, processes=processes, manner=manner)
    body = comparison.as_json()
    body["provenance"]["recalibration"] = named
    with database.begin() as tx:
        rehearsed(tx, organisation, draft, found.hash, actor, now=now)
        id_ = save_comparison(tx, organisation, body, now)
        note_rehearsal(tx, organisation, int(id_), body, actor, now=now)
    return Rehearsal(id_, found.hash, comparison, tuple(scenarios), manner, named)


def _believing(
    tx: Transaction, organisation: str, manner: Manner, belief: Belief
) -> tuple[Manner, dict[str, Any] | None]:
    """The manner with the accepted posterior where it sets none, and the recalibration that this is."""
    from rewards.forecasts.recalibrations import belief_of, with_belief
    from sims.forecasting.posterior import named_in, sample_in

    if manner.at_defaults or manner.posterior is not None:
        return manner, None
    spec = {"posterior": belief_of(tx, organisation, belief)}
    sample = sample_in(json.loads(with_belief(tx, organisation, json.dumps(spec))))
    return replace(manner, posterior=sample), named_in(spec)


def scenarios_of(
    people: Sequence[Person],
    timezone: str,
    schemes: dict[str, IncentiveScheme],
    base: Scenario | None,
    today: date,
) -> list[Scenario]:
    """One scenario for each scheme, by name: the same company, four weeks without a program, then the scheme to the end.

    With the tool of `base`, or a typical one where that is not specified.
    """
    from agents.setting.tool import Tool
    from sims.scenario.scenario import Scenario, SchemePhase

    beginning = BEGINNING if base is None else base.start_date
    rows = [row_of(person.id, person, today, beginning) for person in people]
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
