"""The lab as strategists use it.

Play with the figures, change a form and see the text follow, run variants and a sweep with a worker, share the address with a reader; on a
desk and on a phone, in two languages, with axe on every page.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from rewards.store.session import Database
from tests.browser.conftest import Visitor
from tests.browser.test_nominations import come
from tests.browser.test_rehearsals import ended, sound
from tests.commands import Command
from tests.company import ORGANISATION, make_company
from tests.serving import serving

pytestmark = pytest.mark.browser
SLOW = 240_000
LAB = "/strategist/lab"
SMALL = """title: Small
scenario:
  organisation: {people: live, audience: {size: 300}}
  horizon_days: 28
  burn_in_days: 7
  runs: 4
  phases: [{day: 0}, {day: 7, tool: {}}]
variants:
  - {name: strict, title: A strict policy, changes: {policy: {strictness: 1.0}}}
"""


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[str]:
    make_company(sqlite_db)
    with serving(sqlite_db.url.render_as_string(hide_password=False), ORGANISATION) as address:
        yield address


@pytest.fixture
def worker(sqlite_db: Database, server: str) -> Iterator[Callable[[], None]]:
    """Starts `groundswell worker`; it ends with the test."""
    started: list[Command] = []

    def start() -> None:
        env = os.environ | {"DATABASE_URL": sqlite_db.url.render_as_string(hide_password=False)}
        started.append(Command(["worker"], env=env))

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def german(page: Page, words: str) -> None:
    """The same page in German, and back."""
    address = page.url
    page.get_by_role("button", name="Deutsch").click()
    page.goto(address)
    expect(page.get_by_role("heading", name=words).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="English").click()
    page.goto(address)


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_from_the_figures_to_a_run_that_others_read(
    visit: Callable[..., Visitor], worker: Callable[[], None], phone: bool, dark: bool
) -> None:
    look = "phone-dark" if phone else "desk-light"
    page = come(visit(phone=phone, dark=dark), "sam", LAB)
    sound(page, f"lab-{look}")
    page.get_by_role("link", name="Play with the figures").click()
    page.get_by_label("Employees who share").fill("10")
    page.get_by_label("Contacts of each").fill("500")
    page.get_by_label("Networks").fill("1")
    # The script asks for the page with what was typed; without one the button does.
    expect(page.get_by_role("heading", name="Of 5,000 contacts added up")).to_be_visible(timeout=SLOW)
    sound(page, f"lab-essay-{look}")
    german(page, "Die fünfzig, die halbe Million, die Millionen")
    page.goto(LAB)
    page.get_by_label("Policy, training and approval").check()
    page.get_by_role("button", name="Begin", exact=True).click()
    strict = page.get_by_label("Strictness of the policy, 0 to 1").first
    strict.fill("0.55")
    expect(page.get_by_text("Up to date with what you typed; not saved.")).to_be_visible(timeout=SLOW)
    assert "strictness: 0.55" in page.locator("#text").input_value()
    sound(page, f"lab-editor-{look}")
    page.locator("#text").fill(SMALL)
    expect(page.get_by_text("3 companies lived 4 times at most, for 4 weeks")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Save and run").click()
    expect(page.get_by_role("status")).to_contain_text("It waits for a worker")
    sound(page, f"lab-waiting-{look}")
    worker()
    ended(page, "It is done.")
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    assert page.locator("svg.weeks").count() == 2
    sound(page, f"lab-run-{look}")
    german(page, "Nebeneinander")
    address = page.url
    reader = come(visit(phone=phone, dark=dark), "max", address[address.index(LAB) :])
    expect(reader.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(reader.get_by_role("button", name="Run it again")).to_have_count(0)


# So few people that the usual gain is nothing would be known precisely at once.
LONG = """title: A thousand
precision_percent: 0.5
scenario:
  organisation: {headcount: 150, audience: {size: 5000}}
  horizon_days: 56
  burn_in_days: 7
  runs: 1000
  phases: [{day: 0}, {day: 7, tool: {}}]
variants:
  - {name: strict, title: A strict policy, changes: {policy: {strictness: 1.0}}}
"""
LOOKS = pytest.mark.parametrize(
    ("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"]
)


def written(page: Page, text: str) -> None:
    """An experiment begun from a template, with this text in its place, run."""
    page.get_by_label("Policy, training and approval").check()
    page.get_by_role("button", name="Begin", exact=True).click()
    page.locator("#text").fill(text)
    expect(page.get_by_text("Up to date with what you typed; not saved.")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="Save and run").click()
    expect(page.get_by_role("heading", name="How far it is")).to_be_visible()


@LOOKS
def test_a_thousand_runs_are_queued_followed_ranked_and_cancelled(
    visit: Callable[..., Visitor], worker: Callable[[], None], phone: bool, dark: bool
) -> None:
    page = come(visit(phone=phone, dark=dark), "sam", LAB)
    written(page, LONG)
    expect(page.get_by_role("status")).to_contain_text("It waits for a worker")
    worker()
    # Answers narrow while it runs; what is not known is ranked as soon as there are runs enough.
    hangs = page.get_by_role("heading", name="What the range hangs on most")
    expect(hangs).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("The answer so far; it still narrows")).to_be_visible()
    expect(page.get_by_text("With more of them the estimate would move by at most")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("At most")
    page.get_by_role("button", name="Cancel it").click()
    ended(page, "It was cancelled.")
    sound(page, f"lab-thousand-{'phone-dark' if phone else 'desk-light'}")
    expect(page.get_by_role("button", name="Run it again")).to_be_visible()


def test_what_is_typed_before_the_script_is_there_is_looked_at(visit: Callable[..., Visitor]) -> None:
    page, held = come(visit(), "sam", LAB), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/designer.js*", hold)
    page.get_by_label("Policy, training and approval").check()
    page.get_by_role("button", name="Begin", exact=True).click(no_wait_after=True)
    page.locator("#text").fill(SMALL)
    assert held
    for route in held:
        route.continue_()
    expect(page.get_by_text("Up to date with what you typed; not saved.")).to_be_visible(timeout=SLOW)


@LOOKS
def test_cadence_is_chosen_by_what_one_more_brings(
    visit: Callable[..., Visitor], worker: Callable[[], None], phone: bool, dark: bool
) -> None:
    worker()
    page = come(visit(phone=phone, dark=dark), "sam", LAB)
    written(page, SMALL + "sweep: {lever: cadence, least: 1, most: 20, steps: 3}\n")
    ended(page, "It is done.")
    # Where the sign turns, and beyond which setting one more brings less, or that it never does.
    answer = page.locator("#answer").inner_text()
    assert "doing nothing" in answer
    assert any(words in answer for words in ("one more brings less", "More of it brings less", "more of it"))
    with page.expect_download() as file:
        page.locator("#curves").locator("xpath=..").get_by_role("link", name="Table (CSV)").click()
    lines = file.value.path().read_text(encoding="utf-8").splitlines()
    assert {line.split(",")[1] for line in lines[1:]} == {"1.0", "10.5", "20.0"}
    assert "one_more_brings_less_beyond" in lines[0]
    sound(page, f"lab-cadence-{'phone-dark' if phone else 'desk-light'}")


def test_a_sweep_by_the_keyboard(visit: Callable[..., Visitor], worker: Callable[[], None]) -> None:
    page = come(visit(), "sam", LAB)
    page.get_by_label("How strict is too strict").press("Space")
    page.get_by_role("button", name="Begin", exact=True).press("Enter")
    page.locator("#text").fill(SMALL + "sweep: {lever: reminders, least: 0, most: 4, steps: 3}\n")
    expect(page.get_by_text("Reminders a week at 0, 2, 4")).to_be_visible(timeout=SLOW)
    worker()
    page.get_by_role("button", name="Save and run").press("Enter")
    ended(page, "It is done.")
    expect(page.get_by_role("heading", name="Reminders a week", exact=True)).to_be_visible()
    assert page.locator("svg.weeks").count() == 9
    sound(page, "lab-sweep")
    page.locator("summary", has_text="The numbers behind this chart").first.press("Enter")
    expect(page.get_by_role("table").first).to_be_visible()
