"""Programme health and the page for the CFO: one set of numbers on the page, in the file and over the API."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from starlette.testclient import TestClient

from rewards.events import Event
from rewards.health.rows import HealthWeek
from rewards.intake import record
from rewards.publishing.publication import scheme_in_force
from rewards.publishing.rehearsals import note_rehearsal
from rewards.store.results import replace_result, save_result
from rewards.store.session import Database
from sims.loop.asking import KIND as FORECAST
from sims.loop.asking import monday
from sims.reports.stored import save_comparison
from tests.company import ORGANISATION, Company
from web.hr.health import curve
from web.hr.health_kept import promised
from web.hr.health_words import MEASURES, UNITS
from web.session import now

SignIn = Callable[[str], TestClient]


def share(db: Database, *people: str) -> None:
    at = now()
    events = [
        Event(source="t", id=f"e{number}", kind="share", subject=one, occurred_at=at, object=f"o{number}")
        for number, one in enumerate(people)
    ]
    with db.begin() as tx:
        record(tx, ORGANISATION, events, received_at=at)


def forecast(scheme: str) -> dict[str, object]:
    band = {"median": 4.0, "p50": [3.0, 5.0], "p80": [2.0, 9.0], "p90": [1.0, 12.0]}
    weekly = [band] * 20
    return {
        "title": "Rehearsed",
        "provenance": {"groundswell": "x", "seed": 1, "runs": 12, "horizon_days": 140,
            "scenarios": [{"name": "a", "hash": "h", "schemes": {"0": scheme}}]},
        "outcomes": [], "differences": [], "warnings": [],
        "scenarios": [{"name": "a", "title": "A", "change_days": [0], "totals": {},
            "weekly": {"weekly_sharers": [{**band, "p80": [0.1, 0.5]}] * 20, "shares": weekly, "human_clicks": weekly}}],
        "choice": {"scenario": "a", "reason": "", "rule": "", "verdict": "clear",
            "candidates": [{"scenario": "a", "admissible": True, "incremental_clicks": band, "share_of_runs_above_nothing": 0.9,
                "median_points": 1.0, "checks": []}]},
    }  # fmt: skip


def keep_forecast(db: Database) -> None:
    with db.begin() as tx:
        live = scheme_in_force(tx, ORGANISATION, now())
        assert live is not None
        save_comparison(tx, ORGANISATION, forecast(live.hash), now())


def test_page_file_and_api_say_the_same(sign_in: SignIn, sqlite_db: Database, company: Company) -> None:
    share(sqlite_db, "ana", "ben", "eve", "kim", "lea", "max", "ana")
    client = sign_in("hal")
    page = client.get("/hr/health").text
    rows = list(csv.DictReader(StringIO(client.get("/hr/health.csv").text)))
    got = client.get("/api/v1/program/health", headers={"Authorization": f"Bearer {company.token}"})
    assert got.status_code == 200
    body = got.json()
    from_file = [
        (one["section"], one["measure"], one["group"], one["told"])
        for one in rows
        if one["section"] != "weeks"
    ]
    assert from_file == [(one["section"], one["measure"], one["group"], one["told"]) for one in body["rows"]]
    shares = next(one for one in body["rows"] if one["measure"] == "shares_28d")
    assert shares["value"] == 7
    assert re.search(r"Shares, 28 days.*?<dd>7", page, re.DOTALL)
    assert sum(week["shares"] for week in body["weeks"]) == sum(
        int(one["value"]) for one in rows if one["measure"] == "shares"
    )


def test_what_came_too_late_to_count_is_in_no_number(sign_in: SignIn, sqlite_db: Database) -> None:
    """The weeks add up to the whole: a share that earns nothing because it was told too late stands in neither."""
    share(sqlite_db, "ana", "ben")
    early = now() - timedelta(days=9)
    late = Event(source="t", id="late", kind="share", subject="eve", occurred_at=early, object="o")
    with sqlite_db.begin() as tx:
        record(tx, ORGANISATION, [late], received_at=now())
    client = sign_in("hal")
    rows = list(csv.DictReader(StringIO(client.get("/hr/health.csv").text)))
    whole = [int(one["value"]) for one in rows if one["measure"] == "shares_28d"]
    assert whole == [sum(int(one["value"]) for one in rows if one["measure"] == "shares")] == [2]


def test_every_measure_is_defined_where_it_stands(sign_in: SignIn) -> None:
    page = sign_in("hal").get("/hr/health").text
    described = re.findall(r'class="define" aria-describedby="([^"]+)"', page)
    assert len(described) == len(set(described)) > 15
    assert all(f'role="tooltip" id="{one}"' in page for one in described)


def test_no_name_of_anybody_stands_there(sign_in: SignIn, sqlite_db: Database) -> None:
    share(sqlite_db, "ana", "ben")
    client = sign_in("max")
    for path in ("/hr/health", "/hr/health.csv", "/hr/one-page"):
        answer = client.get(path)
        assert answer.status_code == 200
        body = answer.text[answer.text.find("<main") :]
        assert not re.search(r"\b(ana|ben|eve|kim|lea|nia|oto|pia|ria)\b", body, re.IGNORECASE)


def test_the_curve_lies_in_the_forecasts_band(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    assert "<polygon" not in client.get("/hr/health").text
    keep_forecast(sqlite_db)
    with sqlite_db.begin() as tx:
        replace_result(tx, ORGANISATION, "health", "", "", body_json="{}", now=now())
    page = client.get("/hr/health").text
    assert "<polygon" in page
    assert "Rehearsed" in page


def test_a_week_whose_number_is_not_shown_is_a_gap() -> None:
    told = ["6", "fewer than 5", "8", "9"]
    drawn = curve([HealthWeek(f"2026-11-{2 + 7 * at:02}", text, 9, 0) for at, text in enumerate(told)], 5)
    assert [len(line.split()) for line in drawn.lines] == [1, 2]
    assert len(drawn.dots) == 3
    (left, _), *_ = drawn.dots
    assert drawn.days[0][0] == left


def test_a_rehearsal_of_the_text_in_force_is_its_forecast(sign_in: SignIn, sqlite_db: Database) -> None:
    with sqlite_db.begin() as tx:
        live = scheme_in_force(tx, ORGANISATION, now())
        assert live is not None
        body = forecast(live.hash)
        at = now()
        number = save_result(tx, ORGANISATION, "rehearsal", "Ours", "h", body_json=json.dumps(body), now=at)
        note_rehearsal(tx, ORGANISATION, number, body, "hal", now=at)
        save_comparison(tx, ORGANISATION, forecast("another"), at)
    assert "80 %: 2.0 to 9.0" in sign_in("hal").get("/hr/one-page").text


def test_a_published_forecast_is_a_promise_of_the_weeks_after_it(
    sign_in: SignIn, sqlite_db: Database
) -> None:
    this_week = monday(now().date())
    band = {"median": 7.0, "p50": [6.0, 8.0], "p80": [5.0, 9.0], "p90": [4.0, 10.0]}

    def publish(weeks_ago: int, high: float, saved: datetime) -> None:
        weeks = [{**band, "p80": [5.0, high]}] * 3
        first = this_week - timedelta(weeks=weeks_ago)
        weekly = {"weekly_sharers": [{**band, "p80": [0.1, 0.5]}] * 3, "shares": weeks, "human_clicks": weeks}
        sealed = {"first": first.isoformat(), "weekly": weekly}
        body = {"forecast": sealed, "brought": None, "recalibration": None}
        with sqlite_db.begin() as tx:
            save_result(tx, ORGANISATION, FORECAST, "Foreseen", "h", body_json=json.dumps(body), now=saved)

    # Before the scheme in force was published, nobody could forecast it.
    publish(3, 99.0, now() - timedelta(days=60))
    publish(3, 21.0, now() - timedelta(days=20))
    with sqlite_db.read() as tx:
        live = scheme_in_force(tx, ORGANISATION, now())
        assert live is not None
        title, weeks = promised(tx, ORGANISATION, live)
        assert promised(tx, ORGANISATION, live) == (title, weeks)
    assert title == "Foreseen"
    assert [one[2] for one in weeks["shares"].values()] == [21.0, 21.0, 21.0]
    publish(1, 22.0, now() - timedelta(days=8))
    keep_forecast(sqlite_db)
    with sqlite_db.read() as tx:
        _title, weeks = promised(tx, ORGANISATION, live)
    named = [weeks["shares"][(this_week - timedelta(weeks=at)).isoformat()][2] for at in (4, 3, 2, 1, 0)]
    # As it was rehearsed, then as each published forecast said before the week.
    assert named == [9.0, 21.0, 21.0, 22.0, 22.0]
    client = sign_in("hal")
    assert "<polygon" in client.get("/hr/health").text
    assert "weekly numbers lie within" in client.get("/hr/one-page").text


def test_one_page_for_the_cfo(sign_in: SignIn, sqlite_db: Database) -> None:
    share(sqlite_db, *["ana"] * 6, *["ben"] * 6)
    client = sign_in("hal")
    page = client.get("/hr/one-page").text
    assert "no forecast of exactly this text is kept" in page
    assert re.search(r"12 shares at 5 minutes and 60 an hour.*?<dd>60 ", page, re.DOTALL)
    again = client.get("/hr/one-page?minutes=10&hourly=30").text
    assert re.search(r"12 shares at 10 minutes and 30 an hour.*?<dd>60 ", again, re.DOTALL)
    keep_forecast(sqlite_db)
    page = client.get("/hr/one-page").text
    assert "80 %: 2.0 to 9.0" in page
    assert "weekly numbers lie within" in page
    for odd in ("minutes=-1", "minutes=nan", "hourly=x", "hourly=1e999"):
        assert client.get(f"/hr/one-page?{odd}").status_code == 422


@pytest.mark.parametrize("role", ["ana", "nia", "kim"])
def test_it_is_not_everybodys(sign_in: SignIn, role: str) -> None:
    assert sign_in(role).get("/hr/health").status_code == 403


def test_every_figure_says_its_unit(sign_in: SignIn) -> None:
    client = sign_in("hal")
    page = client.get("/hr/health").text
    figures = dict(re.findall(r'(?s)<div data-testid="(\w+)">.*?<dd>(.*?)</dd></div>', page))
    assert len(figures) > 15
    bare = [
        name
        for name, text in figures.items()
        if re.match(r"[\d,.]+", text) and not text.endswith("%") and 'class="hint"' not in text
    ]
    assert bare == []
    assert set(MEASURES) - set(UNITS) == {"coverage", "least_to_median"}
    assert "in your currency" in figures["liability"]
    money = re.findall(r"<dd>[\d,.]+ <span[^>]*>in your currency</span>", client.get("/hr/one-page").text)
    assert len(money) >= 4
