"""What a person of each role comes for, in a real browser over a real server."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.web.test_content_pages import BROWSER

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
ITEM = "We open-sourced our data logger"


def test_an_employee_shares_on_a_phone_in_three_interactions_and_sees_why(visit: Visit) -> None:
    visitor = visit(phone=True)
    page = visitor.sign_in("employee")
    before = visitor.earned()
    page.get_by_role("link", name=f"Share on LinkedIn: {ITEM}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ITEM)
    expect(page.get_by_label("In your own words")).to_have_value(re.compile("I work at Northwind"))
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open LinkedIn").click()
    opened.value.wait_for_load_state()
    assert visitor.elsewhere[0].startswith("https://www.linkedin.com/sharing/share-offsite/?url=http")
    page.get_by_role("button", name="I shared it").click()

    expect(page.get_by_role("status")).to_contain_text("Thank you for sharing")
    assert visitor.earned() == before + 5
    newest = page.locator(".entries li").first
    expect(newest).to_contain_text(ITEM)
    expect(newest).to_contain_text("5 points for “You share something from the list”.")
    expect(newest).to_contain_text("Scheme version 1")
    page.goto("/")
    assert visitor.earned() == before + 5
    card = page.get_by_role("article", name=ITEM)
    expect(card).to_contain_text("you shared this")


def test_a_click_by_a_person_is_worth_points_and_says_so(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("employee")
    before = visitor.earned()
    page.get_by_role("link", name="Share on X: How support moved").click()
    link = page.locator("code").inner_text()
    page.get_by_role("button", name="I shared it").click()
    expect(page.get_by_role("status")).to_be_visible()
    # Somebody else follows it, and is led on to the item.
    reader = visit().context.request.get(link, max_redirects=0, headers=BROWSER)
    assert reader.status == 302
    assert reader.headers["location"].startswith(
        "https://www.example.com/stories/four-day-support?utm_source=x"
    )

    page.goto("/points")
    expect(page.locator(".entries li").first).to_contain_text(
        "2 points for “Somebody clicks on what you shared”."
    )
    # The item was shared before on another channel, so that this share itself earns nothing, with the reason.
    expect(page.locator(".entries")).to_contain_text("this item already earned them once")
    assert visitor.earned() == before + 2


def test_an_employee_thanks_a_colleague(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("employee")
    page.get_by_role("link", name="Thank a colleague").click()
    left = page.get_by_text("You can still give 50 points")
    expect(left).to_be_visible()
    page.get_by_label("Who: a name begins with").fill("a")
    page.get_by_role("group", name="Who").get_by_role("checkbox").first.check()
    page.get_by_label("For what").fill("You stayed late so that <b>the demo</b> worked.")
    page.get_by_role("button", name="Send thanks").click()
    expect(page.get_by_role("status")).to_contain_text("Sent.")
    expect(page.get_by_text("You stayed late so that <b>the demo</b> worked.")).to_be_visible()
    expect(page.get_by_text("You can still give 40 points")).to_be_visible()
    expect(left).to_have_count(0)


def test_badges_show_the_way(visit: Visit) -> None:
    page = visit().sign_in("employee")
    page.get_by_role("link", name="All badges").click()
    expect(page.get_by_role("heading", name="First share")).to_be_visible()
    expect(page.get_by_text(re.compile(r"You share something from the list: \d+ of 10"))).to_be_visible()


def test_hr_reads_the_live_scheme_and_participation_without_names(visit: Visit) -> None:
    page = visit().sign_in("hr")
    expect(page.get_by_role("heading", level=1)).to_have_text("The live program")
    expect(page.get_by_text("5 points when you share something")).to_be_visible()
    expect(page.get_by_role("region", name="Versions")).to_contain_text("live")
    participation = page.get_by_role("complementary")
    expect(participation).to_contain_text("of 500")
    expect(participation).to_contain_text("fewer than 5")
    assert not re.search(r"\bp\d{3}\b", participation.inner_text())


def test_the_strategist_sees_intervals_the_numbers_and_their_origin(visit: Visit) -> None:
    page = visit().sign_in("strategist")
    charts = page.locator("#headlines .chart")
    expect(charts).to_have_count(8)
    clicks = charts.first
    expect(clicks.locator("svg")).to_be_visible()
    # Per scheme three bands, and a line for the median.
    bars = clicks.locator("line.median").count()
    assert bars >= 3
    assert clicks.locator("rect").count() == 3 * bars
    expect(clicks.locator("svg")).to_have_attribute(
        "aria-label", re.compile("Do nothing: median .* nine runs in ten from")
    )
    page.get_by_text("The numbers behind these charts").click()
    table = page.get_by_role("region", name="The numbers behind these charts")
    for heading in ("Median", "50 % of runs", "80 %", "90 %"):
        expect(table.get_by_role("columnheader", name=heading)).to_be_visible()
    expect(page.get_by_text("Kept: contacts' trust").first).to_be_visible()
    origin = page.get_by_role("region", name="Where these numbers come from")
    for word in ("0.1.0", "20260105", "182 days"):
        expect(origin).to_contain_text(word)
    page.get_by_text(re.compile(r"\d+ more outcomes")).click()
    expect(page.locator("#more .chart svg").first).to_be_visible()


def test_signing_out_closes_the_pages(visit: Visit) -> None:
    page = visit().sign_in("hr")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto("/hr")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/hr"))
