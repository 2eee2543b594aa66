"""Sharing in a real browser: three taps on every network, one's own words at once, copied in one tap, and content first on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]
ITEM = "We open-sourced our data logger"
PLACES = {
    "LinkedIn": "https://www.linkedin.com/sharing/share-offsite/?url=",
    "X": "https://x.com/intent/post?text=",
    "Bluesky": "https://bsky.app/intent/compose?text=",
    "Mastodon": "https://mastodon.social/share?text=",
    "XING": "https://www.xing.com/social_plugins/share?url=",
    "Facebook": "https://www.facebook.com/sharer/sharer.php?u=",
    "Threads": "https://www.threads.net/intent/post?url=",
    "WhatsApp": "https://wa.me/?text=http",
}
META = ("Facebook", "Threads", "WhatsApp")


class Taps:
    """Counts what the employee taps."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def tap(self, role: str, name: str) -> None:
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]


@pytest.mark.parametrize("network", PLACES)
def test_three_taps_on_every_network(visit: Visit, network: str) -> None:
    visitor = visit(phone=True)
    page = visitor.sign_in("employee")
    taps = Taps(page)
    taps.tap("link", f"Share on {network}: {ITEM}")
    words = page.get_by_label("In your own words")
    if network in META:
        expect(words).to_have_value("")
    else:
        expect(words).to_have_value(re.compile("I work at Northwind"))
    with page.expect_popup() as opened:
        taps.tap("link", f"Open {network}")
    opened.value.wait_for_load_state()
    opened.value.close()
    assert visitor.elsewhere[-1].startswith(PLACES[network])
    if network in META:
        assert "work" not in visitor.elsewhere[-1]
    taps.tap("button", "I shared it")
    expect(page.get_by_role("status")).to_contain_text("Thank you for sharing")
    assert taps.count <= 3


def test_mail_takes_the_words_too(visit: Visit) -> None:
    page = visit(phone=True).sign_in("employee")
    page.get_by_role("link", name=f"Share on E-mail: {ITEM}").click()
    href = page.locator("#open").get_attribute("href") or ""
    assert href.startswith("mailto:?subject=We%20open-sourced")
    assert "I%20work%20at%20Northwind" in href


def test_typing_changes_the_address_at_once_and_says_what_it_is_like(visit: Visit) -> None:
    page = visit().sign_in("employee")
    page.get_by_role("link", name=f"Share on X: {ITEM}").click()
    expect(page.get_by_role("button", name="Take over my words")).to_be_hidden()
    page.get_by_label("In your own words").fill("My own (first) words & more, 100 % mine")
    query = parse_qs(urlsplit(page.locator("#open").get_attribute("href") or "").query)
    assert query["text"] == ["My own (first) words & more, 100 % mine I work at Northwind Instruments."]
    assert re.search(r"/l/[\w-]+$", query["url"][0])
    expect(page.locator("#checks")).to_contain_text("colleague")


@pytest.mark.parametrize("network", ["LinkedIn", "Facebook"])
def test_text_disclosure_and_link_are_copied_in_the_tap_that_opens(visit: Visit, network: str) -> None:
    visitor = visit()
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.sign_in("employee")
    page.get_by_role("link", name=f"Share on {network}: {ITEM}").click()
    page.get_by_label("In your own words").fill("Quite my own")
    with page.expect_popup() as opened:
        page.get_by_role("link", name=f"Copy the text and open {network}").click()
    opened.value.close()
    page.bring_to_front()
    copied = page.evaluate("navigator.clipboard.readText()")
    link = page.locator("code").inner_text()
    assert copied == f"Quite my own I work at Northwind Instruments. {link}"
    assert visitor.elsewhere[-1].startswith(PLACES[network])


def test_without_javascript_own_words_are_taken_over_by_a_button(visit: Visit, server: str) -> None:
    visitor = visit()
    context = visitor.context.browser.new_context(base_url=server, java_script_enabled=False)  # type: ignore[union-attr]
    try:
        page = context.new_page()
        page.goto("/sign-in")
        page.locator("button[value=employee]").click()
        page.get_by_role("link", name=f"Share on X: {ITEM}").click()
        page.get_by_label("In your own words").fill("Typed without a script")
        page.get_by_role("button", name="Take over my words").click()
        query = parse_qs(urlsplit(page.locator("#open").get_attribute("href") or "").query)
        assert query["text"] == ["Typed without a script I work at Northwind Instruments."]
        page.get_by_role("button", name="I shared it").click()
        expect(page.get_by_role("status")).to_contain_text("Thank you for sharing")
    finally:
        context.close()


def test_on_a_phone_the_account_is_one_tap_away(visit: Visit) -> None:
    """What only she decides, a break, her data, being erased, needs no desk."""
    page = visit(phone=True).sign_in("employee")
    page.locator(".who-name").click()
    expect(page.get_by_role("link", name="Take a break, or leave the program")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_on_a_phone_content_comes_before_statistics(visit: Visit) -> None:
    page = visit(phone=True).sign_in("employee")
    content, points = page.get_by_role("heading", name="Worth sharing"), page.get_by_test_id("earned")
    first, second = content.bounding_box(), points.bounding_box()
    assert first is not None
    assert second is not None
    assert first["y"] < second["y"]
    assert first["y"] < 812
