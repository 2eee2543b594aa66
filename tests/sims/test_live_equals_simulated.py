"""The loop closes: what the model counted is what the live program awards for the same events."""

from datetime import UTC, datetime
from pathlib import Path

from agents.model import AdvocacyModel
from rewards.ledger.entries import balances
from rewards.ledger.intake import record
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.publishing.publication import publish_scheme
from rewards.store.migrate import upgrade
from rewards.store.session import open_database
from sims.ensemble.bridge import parameters_of
from sims.ensemble.run import record_run
from sims.scenario.scenario import Scenario

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def test_every_employee_has_the_points_that_the_simulation_counted(examples: Path, tmp_path: Path) -> None:
    scenario = Scenario.load(examples / "midsize-clicks.yaml").model_copy(update={"horizon_days": 21})
    model = AdvocacyModel(scenario, scenario.seed, 0, parameters_of(scenario, scenario.seed, 0))
    model.run_for(scenario.horizon_days)
    counted = model.points_by_person()
    events = record_run(scenario)
    people = scenario.organisation.people
    assert people is not None
    assert sum(counted.values()) > 0

    database = open_database(f"sqlite:///{tmp_path / 'live.sqlite'}")
    upgrade(database)
    with database.begin() as tx:
        create_organisation(tx, "acme", "Acme", "Europe/Madrid", NOW)
        import_people(tx, "acme", list(people), LONG_AGO)
        publish_scheme(tx, "acme", scenario.schemes()[0], LONG_AGO, "test", "first", LONG_AGO)
        record(tx, "acme", events, received_at=NOW, backfill=True)
        earned = {row.id: balances(tx, "acme", row.id).earned for row in people}
    database.close()
    assert earned == {row.id: counted[row.id] for row in people}
