"""Once around in a browser: a scheme is rehearsed, and people live it through the API of the running server.

The model is calibrated on them and somebody accepts what it learnt, a forecast is published and held against what came, and the next
scheme is rehearsed for this company. What workers do is done here, in this process; how near forecasts come is what the executed
example holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from rewards.publishing.rehearsals import LOOSEST_PERCENT
from rewards.store.migrate import upgrade
from rewards.store.session import Database, open_database
from sims.commands.events_file import write_events
from sims.commands.posting import TAKEN, post_file
from sims.ensemble.run import record_run
from sims.jobs import calibrations
from sims.loop.scores import renew_scores_of
from sims.scenario.scenario import Scenario
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_accessibility import faults, overflow
from tests.company import ORGANISATION, make_company, people
from tests.rehearsed import carry_out, drafts
from tests.serving import serving
from tests.web.test_calibration_pages import WEEKS, Inline
from tests.web.test_calibration_pages import carry_out as calibrate

pytestmark = pytest.mark.browser
NOW = datetime.now(UTC)
START = (NOW - timedelta(days=28)).date()
SMALL = {
    "weeks": "6",
    "quiet_weeks": "2",
    "audience": "400",
    "precision_percent": f"{LOOSEST_PERCENT:g}",
    "most_runs": "12",
}


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Database, str, int]]:
    """A small company behind a server: its address, its database, a token, and a draft to be tried next."""
    url = f"sqlite:///{tmp_path_factory.mktemp('circle') / 'company.sqlite'}"
    db = open_database(url, create=True)
    upgrade(db)
    company = make_company(db)
    (draft,) = drafts(db, ORGANISATION, ("recognition",), "hal")
    with serving(url, ORGANISATION, demo=True) as address:
        yield address, db, company.token, draft
    db.close()


def lived(folder: Path, address: str, token: str) -> None:
    """Four weeks of people by parameters that the program is not told, posted to the running server."""
    rows = [
        {
            "id": one.id,
            "segment": one.segment,
            "team": one.team,
            "timezone": one.timezone,
            "contacts": one.contacts,
        }
        for one in people()
    ]
    truth = Scenario.model_validate(
        {
            "name": "truth",
            "start_date": START.isoformat(),
            "horizon_days": 27,
            "organisation": {"people": rows, "timezone": "Europe/Madrid", "audience": {"size": 2000}},
            "phases": [{"day": 0, "scheme": "clicks"}],
            "parameters": {"values": {"base_log_odds": -3.5}},
        }
    )
    file = folder / "lived.jsonl"
    # The people share what was approved by then.
    write_events(file, record_run(truth, 7))
    counts = post_file(file, address, token)
    assert counts.total() > 0
    assert set(counts) <= set(TAKEN), counts


def rehearse(page: Page, address: str, db: Database, draft: int = 0) -> None:
    page.goto(f"{address}/rehearsals?draft={draft}")
    page.get_by_text("What is assumed").click()
    for name, value in SMALL.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("button", name="Rehearse").click()
    expect(page.locator("#progress")).to_be_visible()
    carry_out(db)
    expect(page.locator("#answer")).to_be_visible()


def sound(page: Page, where: str) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    assert faults(page) == [], where
    assert overflow(page) <= 0, where


def decided(page: Page, words: str, button: str) -> None:
    page.get_by_label("Why? The reason stays with it.").fill(words)
    page.get_by_role("button", name=button).click()


def test_once_around(
    browser: Browser,
    circle: tuple[str, Database, str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def busy(children: Sequence[Any], _seconds: float) -> list[Any]:
        return [child for child in children if child.piece is not None]

    monkeypatch.setattr(calibrations, "answering", busy)
    address, db, token, draft = circle
    visitor = Visitor(browser.new_context(base_url=address, viewport=DESKTOP), address)  # type: ignore[arg-type]
    page = visitor.sign_in("strategist")
    rehearse(page, address, db)
    expect(page.get_by_text("published findings alone").first).to_be_visible()

    lived(tmp_path, address, token)

    page.goto(f"{address}/calibrations")
    page.locator("#runs").fill("400")
    page.get_by_role("button", name="Calibrate", exact=True).click()
    expect(page.locator("#progress")).to_be_visible()
    calibrate(db, Inline())
    page.get_by_role("link", name="Look at recalibration 1").click()
    expect(page.get_by_role("heading", name="What your history says")).to_be_visible()
    expect(page.locator("svg.strip").first).to_be_visible()
    decided(page, "the model lives what we saw", "Accept it")
    expect(page.get_by_text("This is what rehearsals, the lab")).to_be_visible()

    page.goto(f"{address}/forecasts")
    page.locator("#weeks").fill("2")
    page.locator("#runs").fill("20")
    page.get_by_role("button", name="Make and publish it").click()
    expect(page.get_by_text("waits for a worker")).to_be_visible()
    carry_out(db)
    assert renew_scores_of(db, ORGANISATION, NOW + timedelta(weeks=5)) == 1
    page.goto(f"{address}/forecasts")
    page.locator("section[aria-labelledby=published] a").first.click()
    expect(page.get_by_role("heading", name="What it got wrong")).to_be_visible()
    expect(page.get_by_text("The model went by recalibration 1")).to_be_visible()

    rehearse(page, address, db, draft)
    expect(
        page.get_by_text("The model went by recalibration 1, which your company accepted.")
    ).to_be_visible()
    assert visitor.complaints == []
    visitor.context.close()

    publisher = Visitor(browser.new_context(base_url=address, viewport=DESKTOP), address)  # type: ignore[arg-type]
    publisher.sign_in("hr").goto(f"{address}/publishing/{draft}")
    expect(publisher.page.get_by_text("It went by recalibration 1")).to_be_visible()
    assert publisher.complaints == []
    publisher.context.close()

    for dark, size in ((False, DESKTOP), (True, PHONE)):
        scheme = "dark" if dark else "light"
        context = browser.new_context(
            base_url=address, viewport=size, color_scheme=scheme, reduced_motion="reduce"
        )  # type: ignore[arg-type]
        other = Visitor(context, address)
        other.sign_in("strategist")
        for path in ("/calibrations", "/forecasts/recalibrations/1", "/forecasts", "/rehearsals"):
            other.page.goto(f"{address}{path}")
            sound(other.page, path)
        other.page.goto(f"{address}/calibrations")
        other.page.locator("section[aria-labelledby=before] a").first.click()
        sound(other.page, "a calibration")
        other.page.goto(f"{address}/calibrations")
        other.page.locator("#file").set_input_files(
            {"name": "tool.csv", "mimeType": "text/csv", "buffer": WEEKS.encode()}
        )
        other.page.get_by_role("button", name="Show what is in it").click()
        sound(other.page, "a file of another tool")
        assert other.complaints == []
        context.close()
