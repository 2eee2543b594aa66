"""Requests for rehearsals: schemes, the company's people, and the assumptions that can be changed on the page.

Light on purpose: a web request imports this module. The specification contains everything that the results depend on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate, pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rewards.document import content_hash
from rewards.faults import BadValue, Conflict, NotFound
from rewards.forecasts.recalibrations import Belief, belief_of
from rewards.jobs.queue import PATIENT, URGENT, Job, ask, job_of_spec
from rewards.ledger.entries import points_outstanding
from rewards.people.organisations import get_organisation
from rewards.people.people import Person, count_people, list_people
from rewards.people.tenure import months_before, months_between
from rewards.publishing.drafts import get_draft
from rewards.publishing.publication import scheme_in_force
from rewards.publishing.rehearsals import LOOSEST_PERCENT
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Transaction
from rewards.store.units import dump

KIND = "rehearsal"
MOST_SCHEMES = 6
SIZES = (4, 4, 4, 4, 8, 8, 16)
"""Runs in the first chunks, small so that first intervals appear within seconds; later chunks have as many as the last of these, since a
run in a large chunk costs little more than half."""
FEWEST_RUNS = 12
"""Least number of runs before the precision is evaluated."""
LIVE = "in-force"
BEGINNING = date(2026, 1, 5)
"""The default start date of scenarios; a test checks that it equals theirs."""
TURNING = "turning"
TURNING_BLOCKS = ((0, 4), (4, 8), (8, 12))
"""Runs of each piece of the search for turning points."""


class Assumptions(BaseModel):
    """Assumptions of a rehearsal other than people and schemes; each is a field of the form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weeks: Annotated[int, Field(ge=4, le=104)] = 26
    quiet_weeks: Annotated[int, Field(ge=0, le=26)] = 4
    audience: Annotated[int, Field(ge=100, le=1_000_000)] = 20_000
    items_per_week: Annotated[float, Field(gt=0.0, le=1000.0)] = 5.0
    approval_delay_days: Annotated[int, Field(ge=0, le=90)] = 0
    strictness: Annotated[float, Field(ge=0.0, le=1.0)] = 0.3
    training: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    friction: Annotated[float, Field(ge=0.0, le=1.0)] = 0.3
    tool: bool = True
    precision_percent: Annotated[float, Field(ge=0.5, le=LOOSEST_PERCENT)] = 10.0
    """Requested precision: Monte Carlo error of the estimated gain, in percent of the width of its central 80 % interval."""
    most_runs: Annotated[int, Field(ge=FEWEST_RUNS, le=1000)] = 200
    seed: Annotated[int, Field(ge=0, le=2**53)] = 1
    posterior: Belief = "accepted"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A scheme of a rehearsal; `draft` is its number if it is a draft."""

    name: str
    role: Literal["draft", "live"]
    scheme: IncentiveScheme
    draft: int | None = None


def chunk_plan(most_runs: int) -> list[tuple[int, int]]:
    """(first run, run after the last) of each chunk."""
    sizes: list[int] = []
    while sum(sizes) < most_runs:
        size = SIZES[min(len(sizes), len(SIZES) - 1)]
        sizes.append(min(size, most_runs - sum(sizes)))
    return list(pairwise(accumulate(sizes, initial=0)))


def specification(
    timezone: str,
    chosen: Sequence[Chosen],
    assumptions: Assumptions,
    posterior: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The specification without the people and their balances. `posterior`: digest of the accepted one."""
    return {
        "timezone": timezone,
        "schemes": [
            {
                "name": one.name,
                "role": one.role,
                "draft": one.draft,
                "title": one.scheme.title,
                "hash": content_hash(one.scheme),
                "document": one.scheme.model_dump(mode="json"),
            }
            for one in chosen
        ],
        "assumptions": assumptions.model_dump(mode="json"),
        "chunks": chunk_plan(assumptions.most_runs),
        "posterior": posterior,
    }


def with_people(spec: Mapping[str, Any], people: Sequence[Person], outstanding: int) -> dict[str, Any]:
    """The specification with the people and their balances, pseudonymised: people are numbered in the order of their ids."""
    return {**spec, "people": rows_of(people), "outstanding_millipoints": outstanding}


def completed(tx: Transaction, organisation: str, spec: str) -> str:
    """The specification with the current people and balances, where it does not contain them yet.

    Raises ValueError where there are no people.
    """
    body = json.loads(spec)
    if "people" in body:
        return spec
    people = list_people(tx, organisation)
    if not people:
        raise _nobody(organisation)
    return dump(with_people(body, people, points_outstanding(tx, organisation)))


def _nobody(organisation: str) -> BadValue:
    return BadValue(
        "organisation {organisation!r}: has no active people; import them first", organisation=organisation
    )


def ask_for_rehearsal(
    tx: Transaction,
    organisation: str,
    drafts: Sequence[int],
    live: bool,
    assumptions: Assumptions,
    *,
    actor: str,
    now: datetime,
) -> int:
    """Enqueue a rehearsal of these drafts, optionally of the scheme in force, and always of the control; returns the job's number.

    People are read when a worker takes the job, so that the request does not wait for it.

    Raises NotFound for a draft, Conflict for one that is no longer open, BadValue where there is nothing to rehearse, Refused where too
    many jobs are queued.
    """
    home = get_organisation(tx, organisation)
    if home is None:
        raise NotFound("organisation {organisation!r}: unknown; create it first", organisation=organisation)
    chosen = []
    for number in dict.fromkeys(drafts):
        found = get_draft(tx, organisation, number)
        if found.status != "draft":
            raise Conflict(
                "draft {draft}: is {status}; rehearse one that can still be published",
                draft=number,
                status=found.status,
            )
        chosen.append(Chosen(f"draft-{number}", "draft", found.scheme, number))
    in_force = scheme_in_force(tx, organisation, now) if live else None
    if in_force is not None:
        chosen.append(Chosen(LIVE, "live", in_force.scheme))
    if not 1 <= len(chosen) <= MOST_SCHEMES:
        raise BadValue(
            "schemes: got {count}; limit 1 to {most}; choose at least one draft or the one in force",
            count=len(chosen),
            most=MOST_SCHEMES,
        )
    if not count_people(tx, organisation):
        raise _nobody(organisation)
    if assumptions.quiet_weeks >= assumptions.weeks:
        raise BadValue(
            "quiet weeks: got {quiet}; limit below the {weeks} weeks in all; make them fewer",
            quiet=assumptions.quiet_weeks,
            weeks=assumptions.weeks,
        )
    belief = belief_of(tx, organisation, assumptions.posterior)
    spec = specification(home.timezone, chosen, assumptions, belief)
    title = ", ".join(one.scheme.title for one in chosen)
    total = len(spec["chunks"])
    return ask(tx, organisation, KIND, title[:200], spec, total=total, actor=actor, now=now, priority=URGENT)


def ask_for_turning(
    tx: Transaction, organisation: str, spec: Mapping[str, Any], spec_hash: str, *, result: int, now: datetime
) -> None:
    """Enqueue the search for turning points of a rehearsal's risks, once per specification. It counts towards nobody's limit."""
    if turning_of(tx, organisation, spec_hash) is None:
        total = len(spec["schemes"]) * len(TURNING_BLOCKS)
        actor = f"rehearsal:{result}"
        title = ", ".join(str(one["title"]) for one in spec["schemes"])[:200]
        ask(tx, organisation, TURNING, title, spec, total=total, actor=actor, now=now, priority=PATIENT)


def turning_of(tx: Transaction, organisation: str, spec_hash: str) -> Job | None:
    """The job that searches the turning points of a rehearsal's risks; None where there is none or it failed."""
    return job_of_spec(tx, organisation, TURNING, spec_hash)


def rows_of(people: Sequence[Person]) -> list[dict[str, Any]]:
    """People as rows of a scenario, numbered instead of named."""
    today = datetime.now(UTC).date()
    return [row_of(f"n{number}", person, today) for number, person in enumerate(people, start=1)]


def row_of(id_: str, person: Person, today: date, beginning: date = BEGINNING) -> dict[str, Any]:
    """One person as a row of a scenario, without identifying fields."""
    return {
        "id": id_,
        "segment": person.segment,
        "team": person.team,
        "timezone": person.timezone,
        "contacts": person.contacts,
        "desk": person.desk,
        "hours_share": person.hours_share,
        **_since(person, today, beginning),
    }


def _since(person: Person, today: date, beginning: date) -> dict[str, str]:
    """The first day that gives a person the same tenure at the scenario's start as today, in whole months.

    Empty where the first day is not known.
    """
    if person.first_day is None:
        return {}
    months = months_between(person.first_day, today)
    return {"first_day": months_before(beginning, months).isoformat()}
