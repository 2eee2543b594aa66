"""A draft of the live program is rehearsed for the company's own people, and knows it until it changes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rewards.document import load_document
from rewards.publishing.drafts import create_draft, discard_draft, edit_draft, get_draft
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Database
from sims.cli import app
from sims.commands.rehearsing import rehearse, scenarios_of
from sims.reports.stored import latest_comparison
from sims.scenario.scenario import Scenario
from tests.company import ORGANISATION, make_company

NOW = datetime.now(UTC)
SHORT = """
name: short
title: Short
horizon_days: 42
runs: 2
organisation: {headcount: 20, audience: {size: 400}}
content: {items_per_week: 3}
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    path = tmp_path / "short.yaml"
    path.write_text(SHORT)
    return path


@pytest.fixture
def draft(sqlite_db: Database) -> int:
    make_company(sqlite_db)
    with sqlite_db.begin() as tx:
        return create_draft(tx, ORGANISATION, PRESETS["recognition"], "sam", NOW).id


def test_a_rehearsal_is_kept_and_holds_until_the_text_changes(
    sqlite_db: Database, draft: int, base: Path
) -> None:
    found = rehearse(sqlite_db, ORGANISATION, draft, NOW, Scenario.load(base), processes=1)
    assert [result.name for result in found.comparison.results] == [f"draft-{draft}", "in-force"]
    with sqlite_db.begin() as tx:
        stored = latest_comparison(tx, ORGANISATION)
        assert stored is not None
        assert (stored.id, stored.body["kind"]) == (found.id, "comparison")
        assert get_draft(tx, ORGANISATION, draft).rehearsed
        edit_draft(tx, ORGANISATION, draft, PRESETS["curator"], "sam", now=NOW)
        assert not get_draft(tx, ORGANISATION, draft).rehearsed


def test_the_scenarios_are_the_companys_own_people_in_its_own_world(
    sqlite_db: Database, draft: int, base: Path
) -> None:
    from rewards.people.people import list_people

    with sqlite_db.read() as tx:
        people = list_people(tx, ORGANISATION)
    schemes = {"one": PRESETS["clicks"], "other": PRESETS["recognition"]}
    for world in (Scenario.load(base), None):
        made = scenarios_of(people, "Europe/Madrid", schemes, world, date(2026, 6, 1))
        assert [scenario.name for scenario in made] == ["one", "other"]
        for scenario in made:
            rows = scenario.organisation.people
            assert rows is not None
            assert {(row.id, row.team, row.contacts, row.name) for row in rows} == {
                (person.id, person.team, person.contacts, "") for person in people
            }
            assert [(phase.day, phase.scheme is None) for phase in scenario.phases] == [
                (0, True),
                (28, False),
            ]
    assert made[0].horizon_days > 100
    short = scenarios_of(people, "Europe/Madrid", schemes, Scenario.load(base), date(2026, 6, 1))[0]
    assert (short.horizon_days, short.organisation.audience.size, short.content.items_per_week) == (
        42,
        400,
        3,
    )


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["rehearse", *arguments])


def test_the_command_says_what_came_of_it(
    sqlite_db: Database, draft: int, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GROUNDSWELL_ORGANISATION", ORGANISATION)
    done = run(f"d{draft}", "--scenario", str(base), "--processes", "1")
    assert done.exit_code == 0, done.stderr
    assert f"Draft d{draft} is rehearsed" in done.stdout
    assert "a stated precision that was reached: give --precision" in done.stdout
    for arguments, told in (
        (["seven"], "the id of a draft is needed"),
        (["d99"], "list the schemes"),
        ([f"d{draft}", "--organisation", "nowhere"], "unknown"),
    ):
        refused = run(*arguments)
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
        assert told in refused.stderr


def test_the_command_tells_turning_points_when_asked(
    sqlite_db: Database, draft: int, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", sqlite_db.url.render_as_string(hide_password=False))
    monkeypatch.setenv("GROUNDSWELL_ORGANISATION", ORGANISATION)
    asked = (f"d{draft}", "--scenario", str(base), "--processes", "1")
    plain, told = tmp_path / "plain.json", tmp_path / "told.json"
    assert run(*asked, "--json", str(plain)).exit_code == 0
    done = run(*asked, "--turning-points", "--json", str(told))
    assert done.exit_code == 0, done.stderr
    body, points = json.loads(told.read_text()), json.loads(told.read_text())["turning_points"]
    assert body == json.loads(plain.read_text()) | {"turning_points": points}
    # Recognition alone pays nothing that could be more or less; the scheme in force does.
    assert {(point["scenario"], point["lever"]) for point in points} >= {("in-force", "reward_size")}
    # Posts by the page are held against its own clicks, everything else against those on people's shares.
    assert {point["outcome"] for point in points} == {"human_clicks", "corporate_clicks"}


def test_what_was_put_aside_is_not_rehearsed(sqlite_db: Database, draft: int, base: Path) -> None:
    with sqlite_db.begin() as tx:
        discard_draft(tx, ORGANISATION, draft, "sam", "no", now=NOW)
    with pytest.raises(ValueError, match="is retired"):
        rehearse(sqlite_db, ORGANISATION, draft, NOW, Scenario.load(base), processes=1)


def test_a_draft_that_changes_meanwhile_is_not_taken_for_rehearsed(
    sqlite_db: Database, draft: int, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sims.comparison.comparison

    usual = sims.comparison.comparison.compare

    def slow(*arguments: Any, **rest: Any) -> Any:
        with sqlite_db.begin() as tx:
            edit_draft(
                tx, ORGANISATION, draft, load_document(OTHER, IncentiveScheme, "other"), "sam", now=NOW
            )
        return usual(*arguments, **rest)

    monkeypatch.setattr(sims.comparison.comparison, "compare", slow)
    with pytest.raises(ValueError, match="was changed since"):
        rehearse(sqlite_db, ORGANISATION, draft, NOW, Scenario.load(base), processes=1)
    with sqlite_db.read() as tx:
        assert latest_comparison(tx, ORGANISATION) is None


OTHER = "{name: other, title: Other, rules: [{id: share, title: Share, on: share, points: 1}]}"
