"""A scheme for the enrolled alone, simulated: everybody joins on the day before the first, and the log says so."""

from __future__ import annotations

from pathlib import Path

from agents.model import AdvocacyModel
from rewards.events import ENROLLED
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from sims.ensemble.run import record_run
from sims.scenario.scenario import Scenario


def test_a_replay_of_the_log_is_what_the_simulation_counted(examples: Path) -> None:
    scenario = Scenario.load(examples / "midsize-clicks.yaml").model_copy(update={"horizon_days": 7})
    phases = tuple(
        phase.model_copy(update={"scheme": phase.scheme.model_copy(update={"membership": "enrolled"})})
        if phase.scheme is not None
        else phase
        for phase in scenario.phases
    )
    asked = scenario.model_copy(update={"phases": phases})
    model = AdvocacyModel(asked, asked.seed, 0)
    model.run_for(asked.horizon_days)
    counted = model.points_by_person()
    events = record_run(asked, at_defaults=True)
    joined = [event.subject for event in events if event.kind == ENROLLED]
    assert sorted(joined) == sorted(counted)
    people = asked.organisation.people
    assert people is not None
    found = replay(events, compile_scheme(asked.schemes()[0]), list(people))
    assert {one.person: one.millipoints for one in found.standings} == {
        row.id: counted[row.id] for row in people
    }
    assert sum(counted.values()) > 0
