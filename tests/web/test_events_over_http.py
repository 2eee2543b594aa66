"""The loop over a real server: what the model counted is what the running API awards for the same events, posted by the command."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.model import AdvocacyModel
from rewards.people.accounts import create_token
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.publishing.publication import publish_scheme
from rewards.store.session import Database
from rewards.store.verify import verify
from sims.commands.events_file import write_events
from sims.ensemble.run import record_run
from sims.scenario.scenario import Scenario
from tests.commands import run
from tests.company import EVERY_SCOPE
from tests.serving import serving

EXAMPLES = Path(__file__).parents[2] / "examples"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
DAYS = 28


@pytest.fixture
def scenario() -> Scenario:
    return Scenario.load(EXAMPLES / "midsize-clicks.yaml").model_copy(update={"horizon_days": DAYS})


@pytest.fixture
def token(db: Database, scenario: Scenario) -> str:
    """A live program of the scenario's people and scheme, in force since long before."""
    people = scenario.organisation.people
    assert people is not None
    with db.begin() as tx:
        create_organisation(tx, "acme", "Acme", "Europe/Madrid", LONG_AGO)
        import_people(tx, "acme", list(people), LONG_AGO)
        publish_scheme(tx, "acme", scenario.schemes()[0], LONG_AGO, "test", "first", LONG_AGO)
        return create_token(tx, "acme", "test", EVERY_SCOPE, LONG_AGO)


def balances(address: str, token: str) -> dict[str, int]:
    """Everybody's earned millipoints, page by page as the Link header leads."""
    found: dict[str, int] = {}
    path: str | None = "/api/v1/balances?limit=200"
    while path:
        request = urllib.request.Request(address + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as response:
            found |= {row["person"]: row["earned_millipoints"] for row in json.load(response)["balances"]}
            link = response.headers.get("Link")
        path = link.partition("<")[2].partition(">")[0] if link else None
    return found


def test_points_over_http_equal_the_simulations(
    db: Database, scenario: Scenario, token: str, tmp_path: Path
) -> None:
    model = AdvocacyModel(scenario, scenario.seed, 0)
    model.run_for(DAYS)
    counted = model.points_by_person()
    events = tmp_path / "events.jsonl"
    count = write_events(events, record_run(scenario, at_defaults=True))
    url = db.url.render_as_string(hide_password=False)
    with serving(url, "acme") as address:
        post = ["post", str(events), "--url", address, "--token", token, "--json", "-"]
        first = run(post)
        again = run([*post, "--batch", "7"])
        earned = balances(address, token)
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert json.loads(again.stdout)["statuses"] == {"duplicate": count}
    assert sum(counted.values()) > 0
    assert earned == {person: counted[person] for person in earned}
    assert sum(earned.values()) == sum(counted.values())
    assert verify(db) == []
