"""The first hour in a browser: from an empty database by the printed link to an employee's first earned point, on a desk and on a phone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_accessibility import faults, overflow
from tests.serving import COMMAND, START_SECONDS, STOP_SECONDS, answers

pytestmark = pytest.mark.browser
PHRASE = "a long enough phrase"
PEOPLE = "id,name,segment,team,timezone,contacts\nana,Ana Field,office,people,Europe/Madrid,80\nben,Ben,shop,north,Europe/Madrid,50\n"


@contextmanager
def nothing_yet(folder: Path) -> Iterator[tuple[str, str]]:
    """A server over a database that is not there yet: its address, and the set-up link that it prints."""
    env = os.environ | {"DATABASE_URL": f"sqlite:///{folder}/company.sqlite", "GROUNDSWELL_DEMO": "false"}
    env.pop("GROUNDSWELL_ORGANISATION", None)
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        said = "".join(process.stdout.readline() for _ in range(4))
        found = re.search(r"(http://[^/\s]+)(/setup/\S+)", said)
        assert found, said
        for _ in range(START_SECONDS * 10):
            if answers(found[1]):
                break
        yield found[1], found[2]
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, err) == (0, ""), (out, err)


def looked_at(page: Page) -> None:
    """No serious fault by axe, no sideways scrolling."""
    assert faults(page) == []
    assert overflow(page) <= 0
    if shots := os.environ.get("SHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        name = re.sub(r"\W+", "-", page.url.split("/", 3)[-1])[:24]
        page.screenshot(path=f"{shots}/{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_from_nothing_to_the_first_point(browser: Browser, tmp_path: Path, phone: bool) -> None:
    with nothing_yet(tmp_path) as (server, link):
        contexts: list[BrowserContext] = []

        def visitor() -> Visitor:
            viewport = PHONE if phone else DESKTOP
            contexts.append(browser.new_context(base_url=server, viewport=viewport, has_touch=phone))  # type: ignore[arg-type]
            return Visitor(contexts[-1], server)

        admin, late, ben = visitor(), visitor(), visitor()
        late.page.goto(link)
        set_up(admin.page, link)
        late.page.goto(link)
        expect(late.page.get_by_text("This company is set up already")).to_be_visible()
        late.complaints.clear()
        import_people(admin.page)
        choose_scheme(admin.page)
        put_up(admin.page)
        join(ben.page, invite(admin.page))
        share(ben)
        assert [one for each in (admin, ben) for one in each.complaints] == []
        for context in contexts:
            context.close()


def set_up(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up your company")
    looked_at(page)
    page.get_by_label("Its name").fill("Acme")
    page.get_by_label("Its time zone").select_option("Europe/Madrid")
    page.get_by_label("Your id, as the table of people has it").fill("ana")
    page.get_by_label("Your name").fill("Ana Field")
    page.get_by_label("New password").fill(PHRASE)
    page.get_by_label("The same once more").fill(PHRASE)
    page.get_by_role("button", name="Make the company").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme")
    looked_at(page)


def import_people(page: Page) -> None:
    page.get_by_role("link", name="Import people").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.encode()}
    )
    page.locator("main form button[type=submit]").first.click()
    looked_at(page)
    page.get_by_role("button", name=re.compile("Apply|Take|Save|Import")).first.click()
    expect(page.locator("main")).to_contain_text("1")
    page.goto("/admin/setup")


def choose_scheme(page: Page) -> None:
    page.get_by_role("link", name="Choose a scheme").click()
    looked_at(page)
    page.get_by_role("button", name="Publish “Points for shares and clicks”").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The live program")


def put_up(page: Page) -> None:
    page.goto("/content/bring")
    item = b"id,title,url,channels\nhello,Hello world,https://example.org/hello,linkedin\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "items.csv", "mimeType": "text/csv", "buffer": item}
    )
    page.locator("form:has(input[type=file]) button[type=submit]").click()
    page.goto("/content/items/hello")
    page.locator("form[action$=submit] button, button[formaction$=submit]").first.click()
    page.locator("form[action$=approve] button, button[formaction$=approve]").first.click()


def invite(page: Page) -> str:
    page.goto("/invitations")
    looked_at(page)
    page.get_by_role("button", name="Make the invitations").click()
    slip = page.get_by_role("region", name="Link for Ben")
    expect(slip).to_be_visible()
    looked_at(page)
    return slip.locator("code").inner_text()


def join(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Ben")
    looked_at(page)
    page.get_by_label("New password").fill(PHRASE)
    page.get_by_label("The same once more").fill(PHRASE)
    page.get_by_role("button", name="Choose this password and sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def share(visitor: Visitor) -> None:
    page = visitor.page
    assert visitor.earned() == 0
    page.get_by_role("link", name="Share on LinkedIn: Hello world").click()
    page.get_by_role("button", name="I shared it").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you for sharing")
    assert visitor.earned() == 2
