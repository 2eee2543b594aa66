"""Everything an employee comes for works without a mouse, and the focus can always be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
MOST_TABS = 60
FOCUS_SEEN = """(element) => {
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus. Fails where it is never reached, or its focus cannot be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            assert target.evaluate(FOCUS_SEEN), "the focus cannot be seen"
            return
    raise AssertionError(f"{target} is not reached in {MOST_TABS} steps")


def test_sign_in_share_and_thank_by_keyboard(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.page
    page.goto("/sign-in")
    tab_to(page, page.get_by_role("button", name="Employee"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name="Worth sharing")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Share on LinkedIn: Meet this year's apprentices"))
    page.keyboard.press("Enter")
    words = page.get_by_label("In your own words")
    tab_to(page, words)
    page.keyboard.type("Say hello! ")
    assert "Say hello! " in words.input_value()
    tab_to(page, page.get_by_role("button", name="I shared it"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your points")

    tab_to(page, page.get_by_role("link", name="Thanks"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Who: a name begins with"))
    page.keyboard.type("a")
    colleague = page.get_by_role("group", name="Who").get_by_role("checkbox").first
    expect(colleague).to_be_visible()
    tab_to(page, colleague)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("For what"))
    page.keyboard.type("You explained it twice and smiled.")
    tab_to(page, page.get_by_role("button", name="Send thanks"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Sent.")


def test_the_strategists_boxes_open_by_keyboard(visit: Callable[..., Visitor]) -> None:
    page = visit().sign_in("strategist")
    box = page.locator("#numbers summary")
    tab_to(page, box)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="The numbers behind these charts")).to_be_visible()
