"""Naming a colleague and deciding, on the pages; and the employee's challenges."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from rewards.document import load_document
from rewards.events import Event
from rewards.ledger.intake import record
from rewards.nominations.nominations import nominate
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Database
from tests.company import ORGANISATION, Company
from tests.company import people as everybody

SCHEME = """
name: praise
title: Praise
rules: [{id: share, title: Share, on: share, points: 2}]
challenges: [{id: all, title: "All <i>together</i>", goal: 1000, days: 90, unit: everyone, points: 5}]
recognition: {nominations: [{id: helper, title: "Helper <b>of</b> the week", every_days: 7, points: 15}]}
"""
SignIn = Callable[[str], TestClient]


@pytest.fixture
def praise(client: TestClient, sqlite_db: Database, company: Company) -> TestClient:
    """A scheme with an award, exact since 20 days ago; ben was named in the round that is over."""
    scheme = load_document(SCHEME, IncentiveScheme, "test")
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        publish_scheme(tx, ORGANISATION, scheme, now - timedelta(days=20), "hal", "test", now, "exact")
        nominate(
            tx, ORGANISATION, company.employee, "helper", company.colleague, message="Said <b>no</b>.",
            now=now - timedelta(days=7),
        )  # fmt: skip
    return client


def test_a_round_that_is_over_stands_among_what_waits(praise: TestClient, sign_in: SignIn) -> None:
    page = sign_in("hal").get("/hr/decisions").text
    assert "Helper &lt;b&gt;of&lt;/b&gt; the week: a round of nominations is over." in page
    assert 'href="/hr/nominations"' in page


def test_an_employee_names_a_colleague_and_takes_it_back(praise: TestClient, sign_in: SignIn) -> None:
    sign_in("ana")
    form = {"award": "helper", "nominee": "eve", "reason": "Found the <script>bug</script>."}
    for _ in range(2):
        answer = praise.post("/nominations", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/thanks?named=1#awards")
    page = praise.get("/thanks?named=1").text
    assert page.count("Found the &lt;script&gt;bug&lt;/script&gt;.") == 1
    assert "<script>bug" not in page
    assert "Helper &lt;b&gt;of&lt;/b&gt; the week" in page
    assert "You have named everybody you can" in page
    refused = praise.post("/nominations", data=form | {"nominee": "kim"})
    assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)
    assert praise.post("/nominations", data=form | {"nominee": "ana"}).status_code == 409
    found = re.search(r'action="(/nominations/\d+/withdraw)"', page)
    assert found
    assert praise.post(found.group(1)).status_code == 303
    assert praise.post(found.group(1)).status_code == 409
    assert "Name them" in praise.get("/thanks").text


def test_hr_decides_and_the_winner_reads_why(praise: TestClient, sign_in: SignIn) -> None:
    sign_in("ana")
    assert praise.get("/hr/nominations").status_code == 403
    sign_in("hal")
    assert 'href="/hr/nominations"' in praise.get("/hr").text
    page = praise.get("/hr/nominations").text
    assert "Said &lt;b&gt;no&lt;/b&gt;." in page
    found = re.search(r'name="first_day" value="([0-9-]+)"', page)
    assert found
    form = {"award": "helper", "first_day": found.group(1), "reason": "Bold <i>and</i> right."}
    assert praise.post("/hr/nominations", data=form | {"winners": "kim"}).status_code == 409
    answer = praise.post("/hr/nominations", data=form | {"winners": ["ben"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/hr/nominations?decided=1")
    assert praise.post("/hr/nominations", data=form | {"winners": ["ben"]}).status_code == 409
    page = praise.get("/hr/nominations?decided=1").text
    assert "Bold &lt;i&gt;and&lt;/i&gt; right." in page
    assert "Ben &lt;b&gt;Field&lt;/b&gt;" in page
    sign_in("ana")
    assert "Ben &lt;b&gt;Field&lt;/b&gt;" in praise.get("/thanks").text


def test_the_challenges_stand_with_the_badges(praise: TestClient, sign_in: SignIn) -> None:
    page = sign_in("ana").get("/badges").text
    assert "All &lt;i&gt;together&lt;/i&gt;" in page
    assert "0 of 1,000" in page
    assert "5 points for everybody who contributed" in page


def test_a_challenge_names_ones_own_team_and_those_that_reached_it_not_the_last(
    client: TestClient, sign_in: SignIn, sqlite_db: Database
) -> None:
    text = """
name: goals
title: Goals
rules: [{id: share, title: Share, on: share, points: 2}]
challenges: [{id: teams, title: Teams, goal: 2, days: 90}]
privacy: {minimum_group: 2}
"""
    at = datetime.now(UTC) - timedelta(hours=2)
    with sqlite_db.begin() as tx:
        people = [
            PersonRow(id=f"{team}{n}", segment="a", team=team, timezone="UTC", contacts=1)
            for team in ("red", "blue", "grey") for n in range(9)
        ]  # fmt: skip
        import_people(tx, ORGANISATION, [*everybody(), *people], at)
        publish_scheme(tx, ORGANISATION, load_document(text, IncentiveScheme, "test"), at, "hal", "test", at)
        event = Event(source="test", id="e", kind="share", subject="red1", object="o", occurred_at=at)
        record(tx, ORGANISATION, [event], received_at=at)
    page = sign_in("ana").get("/badges").text
    assert "Reached by red." in page
    assert re.search(r"\d more teams? not there yet\.", page)
    assert "grey" not in page
    assert "0 of 2" in page
