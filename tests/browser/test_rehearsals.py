"""Rehearsing and publishing as people do it: two drafts side by side, a worker that is killed, a gate that two people open; on a desk and
on a phone, in two languages, with axe on every page."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rewards.jobs.queue import get_job
from rewards.people.accounts import create_account
from rewards.publishing.drafts import edit_draft, get_draft
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database
from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import faults, overflow
from tests.browser.test_nominations import come
from tests.commands import Command
from tests.company import ORGANISATION, make_company, password_hash
from tests.rehearsed import drafts, said_fair
from tests.serving import serving

pytestmark = pytest.mark.browser
SLOW = 240_000
SHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[str]:
    company = make_company(sqlite_db)
    with sqlite_db.begin() as tx:
        # A second one of HR, who may agree.
        create_account(tx, ORGANISATION, "pia", ["employee", "hr"], password_hash(), datetime.now(UTC))
    assert company.hr == "hal"
    with serving(sqlite_db.url.render_as_string(hide_password=False), ORGANISATION) as address:
        yield address


@pytest.fixture
def worker(sqlite_db: Database, server: str) -> Iterator[Callable[[], Command]]:
    """Starts `groundswell worker`; whatever is left ends with the test."""
    started: list[Command] = []

    def start() -> Command:
        env = os.environ | {"DATABASE_URL": sqlite_db.url.render_as_string(hide_password=False)}
        started.append(Command(["worker"], env=env))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def ended(page: Page, words: str) -> None:
    """The job's end, as the page says that is loaded for it and not what streamed before: that one is about to go."""
    expect(page.locator('#how-far-box[data-stream=""]')).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("status")).to_contain_text(words)


def sound(page: Page, name: str) -> None:
    """Nothing for axe to tell, nothing wider than the window; and a picture where somebody wants to look."""
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    assert (faults(page), overflow(page)) == ([], 0), page.url
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def fill(page: Page, runs: str = "12") -> None:
    """A small company over few weeks, so that it takes seconds."""
    page.locator("summary", has_text="What is assumed").click()
    for name, value in (
        ("weeks", "6"),
        ("quiet_weeks", "2"),
        ("audience", "400"),
        ("precision_percent", "0.5"),
        ("most_runs", runs),
    ):
        page.locator(f"#{name}").fill(value)


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_two_drafts_are_rehearsed_and_one_is_published_by_two_people(
    visit: Callable[..., Visitor],
    sqlite_db: Database,
    worker: Callable[[], Command],
    phone: bool,
    dark: bool,
) -> None:
    first, _second = drafts(sqlite_db, ORGANISATION, ("recognition", "habit"), "hal")
    look = "phone-dark" if phone else "desk-light"
    hal = visit(phone=phone, dark=dark)
    page = come(hal, "hal", "/rehearsals")
    sound(page, f"room-{look}")
    page.reload()
    for box in page.locator("input[name=draft]").all():
        box.check()
    fill(page)
    page.get_by_role("button", name="Rehearse", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("It waits for a worker")
    sound(page, f"waiting-{look}")
    worker()
    ended(page, "It is done.")
    expect(page.get_by_role("heading", name="What could go wrong")).to_be_visible()
    assert page.locator("svg.weeks").count() == 4
    sound(page, f"done-{look}")
    address = page.url
    page.get_by_role("button", name="Deutsch").click()
    page.goto(address)
    expect(page.get_by_role("heading", name="Was schiefgehen könnte")).to_be_visible()
    sound(page, f"done-german-{look}")
    page.get_by_role("button", name="English").click()
    page.goto(address)
    page.get_by_role("link", name="Propose to publish").first.click()
    sound(page, f"gate-{look}")
    page.get_by_label("Why this scheme").fill("Recognition costs less and does as much.")
    with sqlite_db.read() as tx:
        proposed = get_draft(tx, ORGANISATION, first)
    assert proposed.rehearsed
    exception = page.get_by_label(re.compile("the limit on fairness need not be kept"))
    if exception.count():
        exception.fill("A pilot of four weeks, agreed with the works council.")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_role("button", name="Withdraw it")).to_be_visible()
    expect(page.get_by_role("button", name="Agree, and publish")).to_have_count(0)

    pia = come(visit(phone=phone, dark=dark), "pia", "/publishing")
    sound(pia, f"desk-of-decisions-{look}")
    pia.get_by_label("Reason, kept with your decision").fill("The forecast convinces me.")
    pia.get_by_role("button", name="Agree, and publish").click()
    expect(pia.get_by_role("status")).to_contain_text("kept in the record")
    expect(pia.get_by_text("published as version 2")).to_be_visible()
    sound(pia, f"decided-{look}")
    pia.get_by_role("link", name="Take it back (2)").click()
    sound(pia, f"rollback-{look}")

    ana = come(visit(phone=phone, dark=dark), "ana", "/rules")
    expect(ana.get_by_text("What changes for you")).to_be_visible()
    sound(ana, f"told-{look}")


def test_a_worker_is_killed_in_the_middle(
    visit: Callable[..., Visitor], sqlite_db: Database, worker: Callable[[], Command]
) -> None:
    drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    page = come(visit(), "hal", "/rehearsals?draft=1")
    fill(page, "64")
    killed = worker()
    page.get_by_role("button", name="Rehearse", exact=True).click()
    expect(page).to_have_url(re.compile(r"/\d+$"))
    job = int(page.url.rpartition("/")[2])
    give_up = time.monotonic() + SLOW / 1000
    while time.monotonic() < give_up:
        with sqlite_db.read() as tx:
            if get_job(tx, ORGANISATION, job).partial_length:
                break
        time.sleep(0.05)
    killed.kill()
    killed.wait()
    expect(page.get_by_text("The answer so far")).to_be_visible()
    worker()
    ended(page, "It is done.")
    expect(page.get_by_text("another went on from the last piece")).to_be_visible()


def test_a_draft_changes_between_rehearsal_and_publication(
    visit: Callable[..., Visitor], sqlite_db: Database, server: str
) -> None:
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    with sqlite_db.read() as tx:
        content = get_draft(tx, ORGANISATION, number).hash
    said_fair(sqlite_db, ORGANISATION, content)
    hal = visit()
    page = come(hal, "hal", f"/publishing/{number}")
    page.get_by_label("Why this scheme").fill("Recognition costs less and does as much.")
    page.get_by_role("button", name="Propose it").click()
    with sqlite_db.begin() as tx:
        edit_draft(tx, ORGANISATION, number, PRESETS["habit"], "hal", now=datetime.now(UTC))
    pia = visit()
    other = come(pia, "pia", "/publishing")
    other.get_by_label("Reason, kept with your decision").fill("The forecast convinces me.")
    other.get_by_role("button", name="Agree, and publish").click()
    expect(other.get_by_role("alert")).to_contain_text("was changed since it was proposed")
    expect(other.get_by_label("Reason, kept with your decision")).to_have_value("The forecast convinces me.")
    # The answer's own status is what the console tells of.
    assert all("status of 409" in complaint for complaint in pia.complaints)
    pia.complaints.clear()
    page.goto(f"/publishing/{number}")
    expect(page.get_by_text("This very text was never rehearsed")).to_be_visible()


def test_two_people_edit_one_draft_and_lose_nothing(
    visit: Callable[..., Visitor], sqlite_db: Database
) -> None:
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    hal, pia = visit(), visit()
    page, other = come(hal, "hal", f"/hr/schemes/{number}"), come(pia, "pia", f"/hr/schemes/{number}")
    for each, words in ((other, "Recognition by Pia"), (page, "Recognition by Hal")):
        text = each.locator("#text")
        before = text.input_value()
        text.fill(before.replace("title: Recognition, not pay", f"title: {words}"))
        assert text.input_value() != before
        each.get_by_role("button", name="Save").first.click()
    expect(other.get_by_text("Saved.", exact=True)).to_be_visible()
    alert = page.get_by_role("alert").filter(has_text="saved meanwhile")
    expect(alert).to_contain_text("changed the same lines")
    assert "Recognition by Hal" in page.locator("#text").input_value()
    assert "Recognition by Pia" in page.locator("#theirs").input_value()
    # The answer's own status is what the console tells of.
    assert all("status of 4" in complaint for complaint in hal.complaints)
    hal.complaints.clear()
    with sqlite_db.read() as tx:
        assert get_draft(tx, ORGANISATION, number).scheme.title == "Recognition by Pia"
