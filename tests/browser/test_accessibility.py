"""No serious or critical fault by axe on any page, in light and dark, on a desk and on a phone; and no sideways scrolling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser
PAGES = {
    "employee": (
        "/",
        "/share/customer-dairy/linkedin",
        "/share/field-notes-calibration/x",
        "/share/open-source-logger/facebook",
        "/suggest",
        "/points",
        "/badges",
        "/thanks",
        "/thanks?several=1",
        "/boards",
        "/rewards",
        "/account/membership",
        "/account/notifications",
        "/mail/unsubscribe/nothing",
    ),
    "content": (
        "/content",
        "/content/calendar",
        "/content/new",
        "/content/items/open-source-logger",
        "/content/items/open-source-logger/edit",
        "/content/suggestions",
        "/content/rules",
        "/content/bring",
    ),
    "hr": (
        "/hr",
        "/hr/decisions",
        "/hr/schemes",
        "/hr/health",
        "/hr/one-page",
        "/hr/people",
        "/hr/import",
        "/hr/audit",
        "/hr/records",
        "/hr/membership",
        "/hr/first-scheme",
        "/publishing",
    ),
    "strategist": ("/strategist", "/strategist/watch", "/rehearsals", "/forecasts", "/rollouts"),
    "admin": (
        "/account",
        "/account/password",
        "/admin/tokens",
        "/admin/webhooks",
        "/admin/accounts",
        "/admin/accounts/p001",
        "/invitations",
        "/admin/setup",
        "/admin/settings",
    ),
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(page: Page) -> list[str]:
    # A click returns while the next page's style sheet is still under way: colours are judged when it is there.
    page.wait_for_load_state("load")
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found: dict[str, Any] = Axe().run(page, options=options).response
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize(
    ("phone", "dark"),
    [(False, False), (False, True), (True, True)],
    ids=["desk-light", "desk-dark", "phone-dark"],
)
def test_every_page(visit: Callable[..., Visitor], phone: bool, dark: bool) -> None:
    found: dict[str, list[str]] = {}
    for role, paths in PAGES.items():
        visitor = visit(phone=phone, dark=dark)
        if "/sign-in" not in found:
            visitor.page.goto("/sign-in")
            found["/sign-in"] = faults(visitor.page)
        page = visitor.sign_in(role)
        for path in paths:
            page.goto(path)
            # What is folded away must be as good as the rest.
            page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
            # Colours fade in; what counts is how they stay.
            page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
            found[path] = faults(page)
            assert overflow(page) <= 0, path
    assert {path: faulty for path, faulty in found.items() if faulty} == {}


def test_error_pages(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.sign_in("employee")
    for path in ("/nowhere", "/hr"):
        page.goto(path)
        assert faults(page) == []
    # The answers' own status is what the console tells of.
    assert all("the server responded with a status of 40" in complaint for complaint in visitor.complaints)
    visitor.complaints.clear()
