"""Requests for lab runs: the parsed experiment, the schemes that it refers to, and its division into pieces.

Light on purpose: a web request imports this module. The specification contains everything that the results depend on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any

from rewards.faults import BadValue, NotFound
from rewards.forecasts.recalibrations import belief_of
from rewards.lab.experiments import Experiment, start_run
from rewards.people.directory import segments_of
from rewards.people.organisations import get_organisation
from rewards.people.people import list_people
from rewards.publishing.drafts import OPEN, get_draft, list_drafts
from rewards.publishing.publication import scheme_in_force
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Transaction
from rewards.store.units import dump
from sims.lab.document import LIVE, MOST_PEOPLE, Read, Written, read
from sims.lab.levers import LEVERS
from sims.rehearsal.asking import rows_of

IN_FORCE = "in-force"
DRAFT = "draft-"
SIZES = (4, 4, 4, 4, 8)
SIZES_OF_MANY = (2, 2, 4)
"""Runs in the first chunks of an experiment with few scenarios (`SIZES`) and with many; later chunks repeat the last size."""
MANY = 6


class Known:
    """Schemes by the names that an experiment may use: presets, the scheme in force, and drafts."""

    def __init__(self, tx: Transaction, organisation: str, now: datetime) -> None:
        self._tx, self._organisation, self._now = tx, organisation, now
        self.found: dict[str, IncentiveScheme] = {}
        """The schemes that were looked up so far, by name."""

    def __call__(self, name: str) -> IncentiveScheme | None:
        """The scheme of that name, or None."""
        scheme = self.found.get(name) or self._read(name)
        if scheme is not None:
            self.found[name] = scheme
        return scheme

    def names(self) -> list[str]:
        """The names offered in a form."""
        drafts = [one for one in list_drafts(self._tx, self._organisation) if one.status == OPEN]
        force = [IN_FORCE] if scheme_in_force(self._tx, self._organisation, self._now) else []
        return [*PRESETS, *force, *(f"{DRAFT}{one.id}" for one in drafts)]

    def _read(self, name: str) -> IncentiveScheme | None:
        if name in PRESETS:
            return PRESETS[name]
        if name == IN_FORCE:
            found = scheme_in_force(self._tx, self._organisation, self._now)
            return None if found is None else found.scheme
        number = name.removeprefix(DRAFT)
        if number == name or not (number.isascii() and number.isdecimal() and len(number) < 16):
            return None
        try:
            return get_draft(self._tx, self._organisation, int(number)).scheme
        except NotFound:
            return None


def read_experiment(tx: Transaction, organisation: str, text: str, now: datetime) -> tuple[Read, Known]:
    """The parsed text of an experiment in this organisation, with the schemes it refers to. Never raises."""
    known = Known(tx, organisation, now)
    segments = segments_of(tx, organisation) if LIVE in text else []
    return read(text, known, segments or ("company",)), known


def ask_for_run(
    tx: Transaction, organisation: str, experiment: Experiment, *, actor: str, now: datetime
) -> int:
    """Enqueue a run of an experiment in its current state; returns the job's number.

    Live people are read when a worker takes the job.

    Raises BadValue where the text is not a valid experiment or there is nobody to simulate, Refused where too many jobs are queued.
    """
    found, known = read_experiment(tx, organisation, experiment.text, now)
    if found.written is None:
        fault = found.faults[0]
        raise BadValue(
            "experiment {experiment}: line {line}: {fault}", experiment=experiment.id, line=fault.line, fault=fault.message
        )  # fmt: skip
    home = get_organisation(tx, organisation)
    zone = "UTC" if home is None else home.timezone
    belief = belief_of(tx, organisation, found.written.posterior)
    spec = specification(found.written, known.found, zone, belief)
    return start_run(tx, organisation, experiment, spec, total=len(spec["chunks"]), actor=actor, now=now)


def specification(
    written: Written,
    schemes: Mapping[str, IncentiveScheme],
    timezone: str,
    posterior: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything that the results depend on, as JSON values; `completed` adds live people. The note is left out.

    `posterior`: digest of the accepted one; None for the published one.
    """
    runs = int(written.scenario.get("runs", 30))
    return {
        "written": written.model_dump(mode="json", exclude={"note"}),
        "schemes": {name: one.model_dump(mode="json") for name, one in sorted(schemes.items())},
        "timezone": timezone,
        "posterior": posterior,
        "chunks": chunk_plan(runs, scenarios_in(written)),
    }


def scenarios_in(written: Written) -> int:
    """Number of scenarios simulated in each run."""
    if written.sweep is None:
        return 2 + len(written.variants)
    low, high = written.sweep.ends(LEVERS[written.sweep.lever])
    return 1 + len(LEVERS[written.sweep.lever].settings(low, high, written.sweep.steps))


def chunk_plan(most_runs: int, scenarios: int) -> list[tuple[int, int]]:
    """(first run, run after the last) of each chunk."""
    plan = SIZES if scenarios <= MANY else SIZES_OF_MANY
    sizes: list[int] = []
    while sum(sizes) < most_runs:
        size = plan[min(len(sizes), len(plan) - 1)]
        sizes.append(min(size, most_runs - sum(sizes)))
    return list(pairwise(accumulate(sizes, initial=0)))


def completed(tx: Transaction, organisation: str, spec: str) -> str:
    """The specification with the current people, where it concerns them and does not contain them yet.

    Raises ValueError where there are none.
    """
    body = json.loads(spec)
    if "people" in body:
        return spec
    rows: list[dict[str, Any]] = []
    if names_live(body["written"]):
        people = list_people(tx, organisation)
        if not 1 <= len(people) <= MOST_PEOPLE:
            raise BadValue(
                "people: {count} are active; limit 1 to {most} in the lab; import some, or write a headcount",
                count=len(people), most=MOST_PEOPLE,
            )  # fmt: skip
        rows = rows_of(people)
    return dump({**body, "people": rows})


def names_live(written: Mapping[str, Any]) -> bool:
    """True where an experiment concerns the company's own people."""
    parts = [written["scenario"], *(one["changes"] for one in written["variants"])]
    companies = [one.get("organisation") for one in parts]
    return any(isinstance(one, dict) and one.get("people") == LIVE for one in companies)
