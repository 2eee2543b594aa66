"""The demo company is created once, and is there again after a restart."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from rewards.content.content import green_lit_for
from rewards.content.overview import Filters, grid
from rewards.content.suggestions import suggestions_waiting
from rewards.jobs.queue import list_jobs
from rewards.ledger.entries import entries_for
from rewards.nominations.decisions import rounds_to_decide
from rewards.people.membership import enrolment
from rewards.people.participation import participation
from rewards.people.rights import ROLES
from rewards.people_file import load_people
from rewards.publishing.drafts import list_drafts
from rewards.publishing.publication import scheme_in_force
from rewards.review import open_reviews
from rewards.shop.claims import claims_waiting
from rewards.store.results import latest_result, list_results
from rewards.store.session import open_database
from rewards.store.verify import verify
from rewards.thanks.recognition import kudos_received
from sims.demo.company import at_their_sites
from sims.demo.demo import EXAMPLES, ORGANISATION, PEOPLE, create_demo
from sims.demo.foreseen import WEEKS, published_on
from sims.demo.rehearsed import SMALL, rehearse_once
from sims.forecasting.forecast import Forecast
from sims.history.of_ledger import history_of_ledger
from sims.loop.asking import KIND as FORECAST
from sims.loop.scores import renew_scores_of, score_kind
from sims.rehearsal.asking import KIND, chunk_plan
from sims.reports.stored import latest_comparison


def test_the_demo_is_a_program_in_full_swing(demo_url: str) -> None:
    now = datetime.now(UTC)
    # Colleagues who acted since the demo was made would be told of; how they go on is tested below.
    demo = create_demo(demo_url, say=pytest.fail, go_on=False)
    assert set(demo.accounts) == set(ROLES)
    assert len(set(demo.accounts.values())) == len(ROLES)
    database = open_database(demo_url)
    with database.read() as tx:
        stored = latest_comparison(tx, ORGANISATION)
        assert stored is not None
        assert stored.id == demo.comparison_id
        assert [each["role"] for each in stored.body["scenarios"]] == ["control", "candidate", "candidate"]
        version = scheme_in_force(tx, ORGANISATION, now)
        assert version is not None
        assert participation(tx, ORGANISATION, now).people == 500
        assert participation(tx, ORGANISATION, now).shares_28d > 0
        employee = demo.accounts["employee"]
        assert len(green_lit_for(tx, ORGANISATION, employee, now)) >= 4
        assert len(kudos_received(tx, ORGANISATION, employee)) >= 3
        assert entries_for(tx, ORGANISATION, employee)
    assert verify(database) == []
    database.close()


def test_every_page_of_the_demo_has_something_to_decide_or_to_see(demo_url: str) -> None:
    now = datetime.now(UTC)
    database = open_database(demo_url)
    with database.read() as tx:
        version = scheme_in_force(tx, ORGANISATION, now)
        assert version is not None
        scheme = version.scheme
        parts = (scheme.leaderboards, scheme.rewards, scheme.challenges, scheme.streaks, scheme.levels)
        assert all(parts)
        assert scheme.recognition.kudos
        assert {one.state for one in rounds_to_decide(tx, ORGANISATION, now)} == {"waiting", "open"}
        assert [one.kind for one in open_reviews(tx, ORGANISATION)]
        assert claims_waiting(tx, ORGANISATION)
        assert [one.status for one in list_drafts(tx, ORGANISATION)] == ["draft"]
        assert [
            [one.item.id for one in grid(tx, ORGANISATION, Filters(state=state), now, "UTC")]
            for state in ("recalled", "in_review")
        ] == [["fair-stand"], ["repair-cafe"]]
        assert suggestions_waiting(tx, ORGANISATION) == 2
        joined = enrolment(tx, ORGANISATION, now)
        assert joined.invited > 0
        assert joined.enrolled
        assert "were added for this demo" in version.reason
    database.close()


def test_what_the_demo_forecast_two_weeks_ago_is_held_against_what_came(
    demo_url: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    copyfile(demo_url.removeprefix("sqlite:///"), tmp_path / "own.sqlite")
    database = open_database(f"sqlite:///{tmp_path / 'own.sqlite'}")
    assert renew_scores_of(database, ORGANISATION, now) == 1
    with database.read() as tx:
        [kept] = list_results(tx, ORGANISATION, FORECAST, 10)
        made = latest_comparison(tx, ORGANISATION)
        score = latest_result(tx, ORGANISATION, score_kind(kept.id))
        assert score is not None
        assert made is not None
        known = history_of_ledger(tx, ORGANISATION, kept.saved_at)
    database.close()
    assert kept.saved_at == published_on(made.created_at)
    body = json.loads(kept.body_json)
    forecast = Forecast.model_validate(body["forecast"])
    assert (forecast.first, forecast.weeks) == (kept.saved_at.date(), WEEKS)
    assert forecast.provenance.cut_off == forecast.first - timedelta(days=1)
    # It knew of the clicks until then, and of none that came.
    assert body["brought"]["days"] >= len(known.dates) - 7
    assert body["brought"]["clicks"] == sum(known.series["all"]["clicks"])
    told = json.loads(score.body_json)
    assert {name: one["points"] for name, one in told["outcomes"].items()} == dict.fromkeys(
        ("enrolled", "weekly_sharers", "shares", "human_clicks", "cost"), 2
    )
    assert told["drift"] == []


def test_a_team_works_at_one_site() -> None:
    zones: dict[str, set[str]] = {}
    for row in at_their_sites(load_people(EXAMPLES / PEOPLE)):
        zones.setdefault(row.team, set()).add(row.timezone)
    assert all(len(found) == 1 for found in zones.values())
    assert len(set.union(*zones.values())) > 2


@pytest.mark.postgres
def test_the_demo_lives_on_postgresql_too(fresh_url: Callable[[str], str]) -> None:
    url = fresh_url("postgresql")
    now = datetime.now(UTC)
    said: list[str] = []
    create_demo(url, runs=1, say=said.append, now=now - timedelta(days=5))
    create_demo(url, runs=1, say=said.append, now=now)
    assert said[-1].startswith("The company went on since")
    database = open_database(url)
    assert verify(database) == []
    database.close()


def test_a_small_rehearsal_is_asked_for_once(demo_url: str, tmp_path: Path) -> None:
    copyfile(demo_url.removeprefix("sqlite:///"), tmp_path / "own.sqlite")
    url, now = f"sqlite:///{tmp_path / 'own.sqlite'}", datetime.now(UTC)
    assert rehearse_once(url, ORGANISATION, "p214", now)
    assert not rehearse_once(url, ORGANISATION, "p214", now)
    database = open_database(url)
    with database.read() as tx:
        (job,) = list_jobs(tx, ORGANISATION, KIND)
    database.close()
    assert (job.status, job.actor, job.total) == ("waiting", "p214", len(chunk_plan(SMALL.most_runs)))
