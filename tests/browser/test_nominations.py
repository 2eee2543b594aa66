"""A colleague is named, HR decides, and the winner finds the award; challenges stand with the badges. On both pages axe looks too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from rewards.document import load_document
from rewards.nominations.nominations import nominate
from rewards.publishing.publication import publish_scheme
from rewards.scheme.scheme import IncentiveScheme
from rewards.store.session import Database
from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import faults, overflow
from tests.company import ORGANISATION, PASSWORD, make_company
from tests.serving import serving

pytestmark = pytest.mark.browser
SCHEME = """
name: praise
title: Praise
rules: [{id: share, title: Share, on: share, points: 2}]
challenges:
  - {id: all, title: A thousand together, goal: 1000, days: 90, unit: everyone, points: 5}
  - {id: teams, title: Clicks by team, metric: events, of: click, goal: 40, days: 90}
privacy: {minimum_group: 2}
recognition: {nominations: [{id: helper, title: Helper of the week, every_days: 7, points: 15}]}
"""


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[str]:
    """A small company whose award is 20 days old; in the round that is over, sam named ana."""
    make_company(sqlite_db)
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        scheme = load_document(SCHEME, IncentiveScheme, "test")
        publish_scheme(tx, ORGANISATION, scheme, now - timedelta(days=20), "hal", "test", now, "exact")
        nominate(
            tx,
            ORGANISATION,
            "sam",
            "helper",
            "ana",
            message="Read every draft twice.",
            now=now - timedelta(days=7),
        )
    with serving(sqlite_db.url.render_as_string(hide_password=False), ORGANISATION) as address:
        yield address


def come(visitor: Visitor, person: str, path: str) -> Page:
    page = visitor.page
    page.goto(f"/sign-in?next={path}")
    page.get_by_label("Your id").fill(person)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return page


def test_from_naming_to_the_award(visit: Callable[..., Visitor]) -> None:
    page = come(visit(phone=True, dark=True), "ana", "/thanks")
    page.get_by_label("Whom: a name begins with").fill("be")
    page.get_by_role("radio", name="Ben").check()
    page.get_by_label("What for").fill("Found <b>it</b> at night.")
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_role("status")).to_contain_text("Named.")
    expect(page.get_by_text("Found <b>it</b> at night.")).to_be_visible()
    assert (faults(page), overflow(page)) == ([], 0)
    page.get_by_role("button", name="Withdraw the nomination of Ben").click()
    expect(page.get_by_text("Found <b>it</b> at night.")).to_have_count(0)
    page.goto("/badges")
    expect(page.get_by_role("heading", name="A thousand together")).to_be_visible()
    assert (faults(page), overflow(page)) == ([], 0)

    desk = come(visit(), "hal", "/hr")
    desk.get_by_role("link", name="Awards by nomination").click()
    assert (faults(desk), overflow(desk)) == ([], 0)
    desk.get_by_role("checkbox", name="Ana").check()
    desk.get_by_label("Why this choice").fill("Nobody reads as she does.")
    desk.get_by_role("button", name="Decide for good").click()
    expect(desk.get_by_role("status")).to_contain_text("Decided.")
    expect(desk.get_by_role("cell", name="Nobody reads as she does.")).to_be_visible()
    assert (faults(desk), overflow(desk)) == ([], 0)

    page.goto("/points")
    expect(page.locator(".entries li").first).to_contain_text("chosen for “Helper of the week” and 15 points")
    page.goto("/thanks")
    expect(page.get_by_text("Helper of the week: Ana")).to_be_visible()
