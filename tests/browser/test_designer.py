"""HR designs a scheme: from a template, form and text side by side, on a desk and on a phone, with and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import faults, overflow

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def begin(visitor: Visitor) -> Page:
    page = visitor.sign_in("hr")
    page.goto("/hr/schemes")
    page.locator("button[value='template:clicks']").click()
    expect(page.locator("#text")).to_contain_text("name: clicks")
    page.wait_for_load_state("load")
    return page


@pytest.mark.parametrize("phone", [False, True])
def test_form_and_text_are_one_document_as_one_types(visit: Visit, phone: bool) -> None:
    page = begin(visit(phone=phone, dark=phone))
    expect(page.locator("#look .gap")).to_contain_text("6.4 times")
    page.fill("[id='f-rules-0-points']", "50")
    page.fill("[id='f-rules-1-points']", "20")
    expect(page.locator("#look .gap")).to_contain_text("2.0 times")
    expect(page.locator("#text")).to_have_value(having("points: 50"))
    text = page.input_value("#text")
    page.fill("#text", "# ours\n" + text.replace("title: Points for shares and clicks", "title: Ours"))
    expect(page.locator("[id='f-title']")).to_have_value("Ours")
    expect(page.locator("[id='f-rules-0-points']")).to_have_value("50")
    page.fill("[id='f-rules-0-points']", "lots")
    expect(page.locator("[id='f-rules-0-points-fault']")).to_contain_text("write one like 1.5")
    assert faults(page) == []
    assert overflow(page) <= 0
    page.fill("[id='f-rules-0-points']", "40")
    expect(page.locator("[id='f-rules-0-points-fault']")).to_have_count(0)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    expect(page.locator("#text")).to_have_value(having("# ours"))
    assert "points: 40" in page.input_value("#text")
    assert faults(page) == []


def having(part: str) -> re.Pattern[str]:
    """Any text with a part in it."""
    return re.compile(re.escape(part))


def test_typing_in_both_before_the_answer_loses_neither(visit: Visit) -> None:
    page = begin(visit())
    page.evaluate(
        """() => {
          const put = (field, value) => { field.value = value; field.dispatchEvent(new Event("input", { bubbles: true })); };
          put(document.getElementById("f-rules-0-points"), "7");
          const text = document.getElementById("text");
          put(text, text.value.replace("Ten shares", "Ten of them"));
        }"""
    )
    expect(page.locator("[id='f-badges-1-title']")).to_have_value("Ten of them")
    expect(page.locator("[id='f-rules-0-points']")).to_have_value("7")
    assert "points: 7" in page.input_value("#text")
