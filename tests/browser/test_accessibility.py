"""No serious or critical fault by axe on any page, in light and dark, on a desk and on a phone; and no sideways scrolling."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visitor
from web.app import ROUTERS
from web.matrix import entrances

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
        "/rules",
        "/account/membership",
        "/account/notifications",
        "/account/data",
        "/account/days",
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
        "/hr/works-council",
        "/hr/schemes/1",
        "/hr/people",
        "/hr/people/new",
        "/hr/person/p002",
        "/hr/person/p002/erase",
        "/hr/person/p002/merge",
        "/hr/nominations",
        "/hr/import",
        "/hr/audit",
        "/hr/records",
        "/hr/membership",
        "/hr/first-scheme",
        "/publishing",
        "/publishing/1",
        "/publishing/1/shadow",
        "/publishing/versions/1/rollback",
        "/publishing/versions/1/retire",
        "/rehearsals",
    ),
    "strategist": (
        "/strategist",
        "/strategist/watch",
        "/rehearsals",
        "/strategist/lab",
        "/strategist/lab/essay",
        "/forecasts",
        "/rollouts",
    ),
    "admin": (
        "/account",
        "/account/password",
        "/admin/tokens",
        "/admin/webhooks",
        "/admin/webhooks/1",
        "/content/approval",
        "/admin/accounts",
        "/admin/accounts/p001",
        "/invitations",
        "/admin/setup",
        "/admin/settings",
        "/admin/mail",
    ),
}
WEBHOOK = {"url": "https://hooks.example.com/groundswell", "topics": "content.published"}
OUTSIDE = ("/sign-in", "/reset")
"""For whoever is not signed in."""
ELSEWHERE = {
    "/rehearsals/{id}": "test_rehearsals.py",
    "/rollouts/{id}": "test_loop.py",
    "/rollouts/power/{id}": "test_loop.py",
    "/forecasts/{id}": "test_loop.py",
    "/forecasts/recalibrations/{id}": "test_circle.py",
    "/calibrations": "test_circle.py",
    "/calibrations/{id}": "test_circle.py",
    "/calibrations/files/{upload}": "test_circle.py",
    "/hr/import/{upload}": "test_people_desk.py",
    "/setup/{token}": "test_first_hour.py",
    "/invitation/{token}": "test_first_hour.py",
    # The page of an invitation, for whoever has an account.
    "/reset/{token}": "test_first_hour.py",
    "/strategist/lab/runs/{id}": "test_lab.py",
}
"""Pages that need something done before: axe looks at them on the way of whoever does it."""
BETWEEN = {"/hr/import/job/{id}"}
"""Seen while a worker reads a large file; leads on to a page that is swept."""
NO_PAGES = re.compile(
    r"\.(csv|json|jsonl|zip|\{kind\})$|/stream$|^/api/|^/(healthz|readyz|metrics|openapi.json|l/|digest/|people/search)|/sso"
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_every_page_is_looked_at() -> None:
    """A page that nobody sweeps is one whose faults nobody sees."""
    swept = [path.partition("?")[0] for paths in PAGES.values() for path in paths] + list(OUTSIDE)
    left = [
        one.path
        for one in entrances(ROUTERS)
        if one.method == "GET" and not one.scopes and not NO_PAGES.search(one.path)
        if not any(_route(one.path).fullmatch(path) for path in swept)
    ]
    assert set(left) == {*ELSEWHERE, *BETWEEN}
    here = Path(__file__).parent
    assert all(
        re.search(r"(faults|sound)\(", (here / name).read_text("utf-8")) for name in ELSEWHERE.values()
    )


def _route(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+(:path)?\\\}", "[^/]+", re.escape(path)))


# Rules whose faults are never serious need not be looked for.
LOOK = """async ([tags, rules]) => {
  const grave = (impact) => ["serious", "critical"].includes(impact);
  const light = axe._audit.rules.filter((rule) => rule.impact && !grave(rule.impact)).map((rule) => [rule.id, {enabled: false}]);
  const runOnly = rules.length ? {type: "rule", values: rules} : {type: "tag", values: tags};
  const found = await axe.run({runOnly, rules: rules.length ? {} : Object.fromEntries(light), resultTypes: ["violations"]});
  return found.violations.filter((fault) => grave(fault.impact)).flatMap(
    (fault) => fault.nodes.map((node) => `${fault.id}: ${JSON.stringify(node.target)} ${node.failureSummary}`));
}"""
# What rules about colours look at; every other rule looks at the document, and at where things stand.
COLOURS = ["color-contrast", "link-in-text-block"]
PLACES = """() => [...document.querySelectorAll("*")].map((element) => {
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  return [element.tagName, box.x, box.y, box.width, box.height, style.display, style.visibility].join(" ");
})"""
AXE = Axe().axe_script


def faults(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Serious and critical faults by all rules, or by some."""
    # A click returns while the next page's style sheet is still under way: colours are judged when it is there.
    page.wait_for_load_state("load")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return list(page.evaluate(LOOK, [TAGS, list(rules)]))


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def settled(page: Page) -> None:
    """Colours fade in; what counts is how they stay."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")


def looked_at(page: Page, path: str, also_dark: bool) -> list[str]:
    """The faults of a page; in dark too, where nothing but its colours may be another: that is asked first."""
    page.goto(path)
    # What is folded away must be as good as the rest.
    page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    settled(page)
    found = faults(page)
    assert overflow(page) <= 0, path
    if also_dark:
        places = page.evaluate(PLACES)
        page.emulate_media(color_scheme="dark")
        settled(page)
        assert page.evaluate(PLACES) == places, path
        found += [f"in dark: {fault}" for fault in faults(page, COLOURS)]
        assert overflow(page) <= 0, path
        page.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light-and-dark", "phone-dark"])
def test_every_page(visit: Callable[..., Visitor], phone: bool) -> None:
    found: dict[str, list[str]] = {}
    for role, paths in PAGES.items():
        visitor = visit(phone=phone, dark=phone)
        # Half a megabyte, that goes to the browser once and not with each page.
        visitor.context.add_init_script(AXE)
        for path in OUTSIDE:
            if path not in found:
                found[path] = looked_at(visitor.page, path, also_dark=not phone)
        page = visitor.sign_in(role)
        if role == "admin":
            page.request.post("/admin/webhooks", form=WEBHOOK)
        for path in paths:
            found[path] = looked_at(page, path, also_dark=not phone)
    assert {path: faulty for path, faulty in found.items() if faulty} == {}


def test_what_is_wrong_is_found(browser: Browser) -> None:
    page = browser.new_page(color_scheme="light")
    page.set_content(
        """<html lang="en"><title>x</title><style>@media (prefers-color-scheme: dark) { p { color: #bbb } }</style>
        <body style="background: white"><main><h1>x</h1><p>Grey</p><img src=""><button></button></main></body></html>"""
    )
    assert {fault.partition(":")[0] for fault in faults(page)} == {"image-alt", "button-name"}
    page.emulate_media(color_scheme="dark")
    assert [fault.partition(":")[0] for fault in faults(page, COLOURS)] == ["color-contrast"]
    page.close()


def test_error_pages(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    page = visitor.sign_in("employee")
    for path in ("/nowhere", "/hr"):
        page.goto(path)
        assert faults(page) == []
    # The answers' own status is what the console tells of.
    assert all("the server responded with a status of 40" in complaint for complaint in visitor.complaints)
    visitor.complaints.clear()
