"""HR's tasks and the strategist's, one after another as a person does them, on a desk and on a phone; axe looks at every page on the way.

One company and one server for all of it. Where a worker would compute, the test does, so that nothing depends on time: pages are only ever
waited for until they say what they should.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rewards.events import Event
from rewards.intake import record
from rewards.people.accounts import create_account
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.store.session import Database, open_database
from sims.recording.kept import keep_recording
from tests.browser.conftest import Visitor
from tests.browser.test_nominations import come
from tests.browser.test_rehearsals import ended, fill, sound
from tests.company import ORGANISATION, make_company, password_hash, people
from tests.rehearsed import carry_out
from tests.serving import serving
from tests.web.test_watch_page import BODY

pytestmark = pytest.mark.browser
LOOKS = pytest.mark.parametrize(
    ("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"]
)
Visit = Callable[..., Visitor]
WEEKS = 4


@pytest.fixture(scope="module")
def company(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Twelve people, half of them part-timers and some away from desks, who shared and thanked for some weeks; pia is a second one of
    HR."""
    path = tmp_path_factory.mktemp("workbench") / "company.sqlite"
    path.write_bytes(_sqlite_template.read_bytes())
    db = open_database(f"sqlite:///{path}")
    make_company(db)
    now = datetime.now(UTC)
    rows = [
        PersonRow.model_validate(
            {
                **row.model_dump(),
                "hours_share": 0.5 if at % 4 < 2 else 1.0,
                "desk": "non-desk" if at < 5 else "desk",
            }
        )
        for at, row in enumerate(people())
    ]
    with db.begin() as tx:
        import_people(tx, ORGANISATION, rows, now)
        create_account(tx, ORGANISATION, "pia", ["employee", "hr"], password_hash(), now)
        for week in range(WEEKS):
            at = now - timedelta(days=7 * week + 1)
            record(tx, ORGANISATION, _acts(week, at), received_at=at)
    yield db
    db.close()


def _acts(week: int, at: datetime) -> list[Event]:
    """A week in which everybody but one shares, and some are clicked on."""
    found = []
    for number, row in enumerate(people()[1:]):
        told = {"source": "test", "subject": row.id, "occurred_at": at, "object": f"item-{week}"}
        found.append(Event.model_validate({**told, "id": f"s{week}-{number}", "kind": "share"}))
        if number % 2:
            found.append(Event.model_validate({**told, "id": f"c{week}-{number}", "kind": "click"}))
    return found


@pytest.fixture(scope="module")
def server(company: Database) -> Iterator[str]:
    with serving(company.url.render_as_string(hide_password=False), ORGANISATION) as address:
        yield address


@dataclass
class Desk:
    """Somebody at work: whoever comes in next does so in the same look."""

    visit: Visit
    phone: bool
    dark: bool

    @property
    def look(self) -> str:
        return "phone-dark" if self.phone else "desk-light"

    def come(self, person: str, path: str) -> Page:
        return come(self.visit(phone=self.phone, dark=self.dark), person, path)

    def sound(self, page: Page, name: str) -> None:
        sound(page, f"{name}-{self.look}")

    def german(self, page: Page, heading: str, name: str) -> None:
        """The same page in German, and back."""
        address = page.url
        page.get_by_role("button", name="Deutsch").click()
        page.goto(address)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        self.sound(page, f"{name}-german")
        page.get_by_role("button", name="English").click()
        page.goto(address)


def designed(desk: Desk, page: Page, title: str) -> None:
    """Task 1: a draft from a template, what it says to each role, and how it differs from the one in force."""
    page.goto("/hr/schemes")
    desk.sound(page, "schemes")
    page.locator("button[value='template:recognition']").click()
    page.locator("[id='f-title']").fill(title)
    expect(page.locator("#text")).to_have_value(re.compile(re.escape(title)))
    for heading in (
        "What it would give",
        "What changes",
        "In plain words",
        "As every employee reads it",
        "As HR reads it",
    ):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    desk.sound(page, "designer")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def rehearsed(desk: Desk, page: Page, db: Database, title: str) -> str:
    """Tasks 2 and 3: side by side with intervals and three named risks, from a seed and a version; fair to part-timers too."""
    page.get_by_role("link", name="Rehearse", exact=True).last.click()
    expect(page.get_by_role("checkbox", name=re.compile(re.escape(title)))).to_be_checked()
    fill(page)
    desk.sound(page, "room")
    page.get_by_role("button", name="Rehearse", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("It waits for a worker")
    carry_out(db)
    ended(page, "It is done.")
    risks = page.get_by_role("region", name="What could go wrong").get_by_role("article")
    for at in range(risks.count()):
        expect(risks.nth(at).locator(".checks > li")).to_have_count(3)
    fair = page.get_by_role("region", name=f"{title} by groups")
    for group in ("full time", "part time", "at a desk", "not at a desk"):
        expect(fair.get_by_role("rowheader", name=re.compile(f"^{group}"))).to_be_visible()
    origin = page.get_by_role("region", name="Where these numbers come from")
    for word in ("Version", "Seed", "What was asked"):
        expect(origin.get_by_text(word, exact=True)).to_be_visible()
    owed = page.get_by_role("region", name="What it may owe").first
    for word in ("Today", "Expected", "Not exceeded in 80 %", "Worst run"):
        expect(owed.get_by_role("columnheader", name=word)).to_be_visible()
    # Where the risks turn comes later, and nobody has to ask for it.
    expect(page.get_by_text("is still being computed")).to_be_visible()
    carry_out(db)
    expect(page.get_by_text("Each scheme was also tried")).to_be_visible()
    expect(page.get_by_text("is still being computed")).to_have_count(0)
    desk.sound(page, "rehearsal")
    desk.german(page, "Was schiefgehen könnte", "rehearsal")
    return page.url


def published(desk: Desk, page: Page, title: str) -> None:
    """Task 4: staff told first, two people, earnings kept, and a way back."""
    page.get_by_role("link", name=f"Propose to publish “{title}”").click()
    page.get_by_label("Why this scheme").fill("Recognition costs less and does as much.")
    reason = page.get_by_label(re.compile("^Why "))
    for at in range(reason.count()):
        reason.nth(at).fill("A pilot of four weeks, agreed with the works council.")
    desk.sound(page, "gate")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_role("button", name="Withdraw it")).to_be_visible()
    pia = desk.come("pia", "/publishing")
    pia.get_by_label("Reason, kept with your decision").fill("The forecast convinces me.")
    pia.get_by_role("button", name="Agree, and publish").click()
    expect(pia.get_by_role("status")).to_contain_text("kept in the record")
    desk.sound(pia, "publishing")
    pia.get_by_role("link", name=re.compile(r"^Take it back")).first.click()
    desk.sound(pia, "rollback")
    ana = desk.come("ana", "/rules")
    expect(ana.get_by_text("What you have earned stays yours.")).to_be_visible()
    desk.sound(ana, "told")
    # The next one who proposes finds nothing scheduled in the way.
    pia.get_by_label("Reason, kept with your decision").fill("Only for this journey.")
    pia.get_by_role("button", name="Take it back").click()


@LOOKS
def test_what_hr_comes_for(visit: Visit, company: Database, phone: bool, dark: bool) -> None:
    desk = Desk(visit, phone, dark)
    title = f"Care on the {desk.look.partition('-')[0]}"
    page = desk.come("hal", "/hr")
    desk.sound(page, "program")
    designed(desk, page, title)
    rehearsed(desk, page, company, title)
    published(desk, page, title)
    # Tasks 5 and 6: what it owes and spends, and who is never thanked, as counts.
    page.goto("/hr/health")
    for heading in ("What it owes and spends", "Who is thanked", "Never thanked, by segment"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    desk.sound(page, "health")
    # Task 7: the works council's pack is one page to print.
    page.get_by_role("link", name="For the works council").click()
    expect(page.get_by_role("heading", name="Who sees and does what")).to_be_visible()
    desk.sound(page, "works-council")
    desk.german(page, "Wer was sieht und tut", "works-council")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("heading", name="What is kept about a person")).to_be_visible()
    page.emulate_media(media="screen")
    # Task 8: what was promised beside what came.
    page.goto("/hr/one-page")
    expect(page.get_by_role("heading", name="What was promised, and what came")).to_be_visible()
    desk.sound(page, "one-page")


def totals(text: str) -> dict[str, str]:
    """The file's numbers of the whole, by measure."""
    rows = csv.DictReader(io.StringIO(text))
    return {
        one["measure"]: one["told"]
        for one in rows
        if not one["group"] and one["section"] in ("reach", "participation")
    }


@LOOKS
def test_what_a_strategist_comes_for(visit: Visit, company: Database, phone: bool, dark: bool) -> None:
    desk = Desk(visit, phone, dark)
    # Task 1: an item on the grid, with an approver and an end.
    page = desk.come("sam", "/content/new")
    desk.sound(page, "new-item")
    page.goto("/content")
    desk.sound(page, "grid")
    page.goto("/content/items/launch")
    desk.sound(page, "item")
    # Task 2: from everybody's contacts to human clicks, one factor at a time.
    page.goto("/rehearsals")
    page.locator(".entries a").first.click()
    walk = page.get_by_role("region", name="From reach to clicks").first
    expect(walk.get_by_role("row")).to_have_count(7)
    # Task 5: every number is defined where it stands, and the file says the same.
    page.goto("/hr/health")
    for measure, told in totals(page.request.get("/hr/health.csv").text()).items():
        if told.isdecimal():
            expect(page.get_by_test_id(measure).locator("dd").first).to_have_text(
                re.compile(rf"^{int(told):,}\b")
            )
    defined = page.locator("button.define").first
    defined.focus()
    expect(defined.get_by_role("tooltip")).to_be_visible()
    # Task 8: one page for whoever pays.
    page.get_by_role("link", name="One page for the CFO").click()
    for heading in ("Cost of the last four weeks", "What it brings", "What is not known"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    desk.german(page, "Was nicht bekannt ist", "one-page")
    for path, name in (("/strategist", "compare"), ("/strategist/watch", "watch")):
        page.goto(path)
        desk.sound(page, name)


@LOOKS
def test_one_run_is_watched_to_its_end(visit: Visit, company: Database, phone: bool, dark: bool) -> None:
    met = [[day, 0, 0, 0.2, day % 2, -2.0, 0.6] for day in (3, 30)]
    with company.begin() as tx:
        keep_recording(
            tx, ORGANISATION, {**BODY, "days": BODY["days"] * 4, "reasons": met}, datetime.now(UTC)
        )
    desk = Desk(visit, phone, dark)
    page = desk.come("sam", "/strategist/watch")
    day, slider = page.locator("#today"), page.locator("#when")
    last = 4 * len(BODY["days"]) - 1
    expect(slider).to_have_attribute("max", str(last))
    # It plays by day, pauses, and steps on and back.
    page.get_by_role("button", name="Play").click()
    expect(slider).not_to_have_value("0")
    page.get_by_role("button", name="Pause").click()
    at = int(slider.input_value())
    page.get_by_role("button", name="A day on").click()
    expect(slider).to_have_value(str(at + 1))
    page.get_by_role("button", name="A day back").click()
    expect(slider).to_have_value(str(at))
    # Somebody's day is explained: what everybody begins with, what multiplies it, what came of it.
    page.get_by_role("button", name="On to the next day on which she met something").click()
    reasons = page.locator("#reasons")
    expect(reasons.locator("dt").first).to_contain_text("where everybody starts: a chance of")
    expect(reasons.locator("h3").first).to_contain_text("the chance was")
    expect(reasons.locator("dd").nth(1)).to_have_text(re.compile(r"^× \d+\.\d\d$"))
    desk.sound(page, "watched")
    with page.expect_download() as file:
        page.get_by_role("button", name="Keep this picture (PNG)").click()
    assert Path(file.value.path()).read_bytes().startswith(b"\x89PNG")
    slider.fill(str(last))
    page.get_by_role("button", name="A day on").click()
    expect(slider).to_have_value(str(last))
    expect(day).not_to_be_empty()
    expect(
        page.get_by_role("region", name="The numbers behind the picture").first.get_by_role("row").nth(1)
    ).to_be_visible()
