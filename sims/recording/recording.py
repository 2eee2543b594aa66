"""Records one run of a scenario day by day: shares, cascades, employees' states, and the utility terms of some decisions.

Deterministic for a scenario and run. It contains no identities: people are numbered.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rewards.clock import local_date, microseconds
from rewards.events import VERIFICATION_LEVEL, object_key
from rewards.publishing.behaviour import MOST_ACTS, Act, Actor, Behaviour
from sims.ensemble.bridge import parameters_of

if TYPE_CHECKING:
    from agents.model import AdvocacyModel
    from agents.parameters.default_posterior import DefaultPosterior
    from rewards.events import Event
    from sims.scenario.scenario import Scenario

DAYS, BEHAVIOUR_DAYS = 91, 28
MOST_PEOPLE, EXPLAINED = 600, 12
FORMAT = 1
CURVES = ("shares", "human_clicks", "peer_trust", "fatigue", "motivation", "fear", "habit")
FLOWS = ("viewers", "human_clicks", "reposts", "deep_reposts")
TERM_DIGITS = 2


@dataclass(frozen=True)
class Recording:
    """A recording: `body` holds JSON values for playback, `behaviour` the events of the last four weeks for rescoring."""

    body: dict[str, Any]
    behaviour: Behaviour


def record(scenario: Scenario, run: int = 0, posterior: DefaultPosterior | None = None) -> Recording:
    """Simulate one run of a scenario and record its last quarter of a year."""
    from agents.model import AdvocacyModel

    parameters = parameters_of(scenario, scenario.seed, run, posterior=posterior)
    model = AdvocacyModel(scenario, scenario.seed, run, parameters=parameters, record_events=True)
    first = max(0, scenario.horizon_days - DAYS)
    model.run_for(first)
    model.explain = True
    chosen = _chosen(model)
    days: list[dict[str, Any]] = []
    reasons: list[list[Any]] = []
    for day in range(first, scenario.horizon_days):
        model.step()
        days.append(_day(model, day))
        reasons += _reasons(model, day, chosen)
    body = {
        "format": FORMAT,
        "title": scenario.title or scenario.name,
        "scenario": scenario.content_hash(),
        "seed": scenario.seed,
        "run": run,
        "first_date": model.clock.date_of(first).isoformat(),
        "first_day": first,
        "segments": list(model.staff.segments),
        "teams": list(model.staff.teams),
        "people": _people(model),
        "staff": int(model.staff.size),
        "items": list(model.items.ids),
        "explained": chosen,
        "terms": [term.__name__ for term in _terms()],
        "days": days,
        "reasons": reasons,
    }
    return Recording(body, _behaviour(model, scenario))


def _terms() -> tuple[Any, ...]:
    from agents.employees.decision import TERMS

    return TERMS


def _people(model: AdvocacyModel) -> list[list[int]]:
    """Segment, team and number of contacts of everybody who is shown."""
    staff = model.staff
    columns = (staff.segment, staff.team, staff.contacts)
    return [[int(column[row]) for column in columns] for row in range(min(MOST_PEOPLE, staff.size))]


def _chosen(model: AdvocacyModel) -> list[int]:
    """People whose decisions are explained: evenly spaced over the staff, so that segments and teams are covered."""
    drawn = min(MOST_PEOPLE, model.staff.size)
    return sorted({at * drawn // EXPLAINED for at in range(min(EXPLAINED, drawn))})


def _day(model: AdvocacyModel, day: int) -> dict[str, Any]:
    met = model.last_met
    assert met is not None
    who, *_ = model.flows.on(day, "shares")
    flows = [model.flows.on(day, name)[1] for name in FLOWS]
    items = _items(met.person, met.item, met.draw < met.chance, who)
    drawn = [at for at in range(who.size) if who[at] < MOST_PEOPLE]
    return {
        "curves": [round(float(model.today[name][0]), 4) for name in CURVES],
        "shares": [[int(who[at]), items[at], *(round(float(flow[at])) for flow in flows)] for at in drawn],
    }


def _items(
    person: NDArray[np.int64], item: NDArray[np.int64], wanted: NDArray[np.bool_], who: NDArray[np.int64]
) -> list[int]:
    """The item of each share; a person's shares of a day are in the order of their opportunities."""
    met: dict[int, list[int]] = defaultdict(list)
    for one, what, shared in zip(person.tolist(), item.tolist(), wanted.tolist(), strict=True):
        if shared:
            met[one].append(what)
    return [met[one].pop(0) if met[one] else -1 for one in who.tolist()]


def _reasons(model: AdvocacyModel, day: int, chosen: list[int]) -> list[list[Any]]:
    """[day, person, item, chance, shared, base, value of each term] for every opportunity of the `chosen` people."""
    met, occasion = model.last_met, model.last_occasion
    assert met is not None
    assert occasion is not None
    rows = np.flatnonzero(np.isin(met.person, chosen))
    if not rows.size:
        return []
    own = type(occasion)(*(column[rows] for column in occasion))
    p = model.lanes.of(met.person[rows])
    values = [np.broadcast_to(np.asarray(term(own, p)), rows.shape) for term in _terms()]
    return [
        [
            day, int(met.person[row]), int(met.item[row]), round(float(met.chance[row]), 4),
            int(met.draw[row] < met.chance[row]), round(float(own.base[at]), TERM_DIGITS),
            *(round(float(value[at]), TERM_DIGITS) for value in values),
        ]
        for at, row in enumerate(rows.tolist())
    ]  # fmt: skip


def _behaviour(model: AdvocacyModel, scenario: Scenario) -> Behaviour:
    """The events of the last four weeks, complete for each person, up to a limit."""
    staff = model.staff
    since = model.clock.date_of(max(0, scenario.horizon_days - BEHAVIOUR_DAYS))
    rows = {one: row for row, one in enumerate(staff.ids)}
    by_person: dict[int, list[Act]] = defaultdict(list)
    for event in model.recorded_events():
        row = rows[event.subject]
        day = local_date(event.occurred_at, staff.zones[int(staff.zone[row])])
        if day >= since:
            by_person[row].append(_act(event, day.toordinal()))
    segments = [staff.segments[int(code)] for code in staff.segment]
    people: dict[str, int] = defaultdict(int)
    sampled: dict[str, int] = defaultdict(int)
    actors, acts = [], 0
    for segment in segments:
        people[segment] += 1
    order = [row for start in range(16) for row in range(start, staff.size, 16)]
    for row in order:
        if acts >= MOST_ACTS:
            break
        sampled[segments[row]] += 1
        if by_person[row]:
            actors.append(Actor(segments[row], tuple(by_person[row])))
            acts += len(by_person[row])
    days = (model.clock.date_of(scenario.horizon_days) - since) // timedelta(days=1)
    title = scenario.title or scenario.name
    return Behaviour("rehearsal", title, since, days, dict(people), dict(sampled), tuple(actors))


def _act(event: Event, day: int) -> Act:
    return Act(
        event.kind, object_key(event.item), -1, microseconds(event.occurred_at), day, event.channel,
        tuple(event.tags), VERIFICATION_LEVEL[event.verification], event.quantity, owned=False,
    )  # fmt: skip
