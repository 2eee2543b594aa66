"""A demo company behind a real server, and a real Chromium that reports whatever goes wrong on a page.

Without Chromium these tests skip loudly; under CI=true a skip is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from sims.demo.demo import ORGANISATION
from tests.serving import serving

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 812}
# A page violating its own policy tells nobody but the console; this tells the test which directive it was.
WATCH_POLICY = """
document.addEventListener("securitypolicyviolation", (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));
"""
# How long a page may take on a machine that has other things to do.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def _served(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The demo company on a free port, and the database behind it."""
    own = tmp_path_factory.mktemp("served") / "demo.sqlite"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), own)
    with serving(f"sqlite:///{own}", ORGANISATION, demo=True) as address:
        yield address, own


@pytest.fixture
def server(_served: tuple[str, Path], demo_url: str) -> str:
    """The demo company, as it was made: what earlier tests did in it is gone."""
    address, own = _served
    fresh = own.with_name("fresh.sqlite")
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), fresh)
    # Nothing of the old file may be left beside the new one, which the server finds in its place.
    with closing(sqlite3.connect(own, timeout=PATIENCE_MS / 1000)) as left:
        assert left.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    fresh.replace(own)
    return address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None or not Path(path).exists():
        pytest.skip("NO CHROMIUM: run tests/browser/install.sh as root, or set CHROMIUM=/path/to/chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield found
        found.close()


class Visitor:
    """Somebody at a browser. Other sites answer with a blank page, and every complaint of the console is kept."""

    def __init__(self, context: BrowserContext, server: str) -> None:
        self.context = context
        self.server = server
        context.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        context.add_init_script(WATCH_POLICY)
        context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), self._outside)
        context.on("console", lambda m: self._complain(m.text) if m.type in ("error", "warning") else None)
        context.on("weberror", lambda e: self._complain(str(e.error)))
        self.page = context.new_page()

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{self.page.url}: {text}")

    def _outside(self, route: Route) -> None:
        self.elsewhere.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>elsewhere</title>")

    def sign_in(self, role: str) -> Page:
        """Choose a role on the sign-in page."""
        self.page.goto("/sign-in")
        self.page.locator(f"button[value={role}]").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self.page

    def earned(self) -> float:
        """The points shown on the page."""
        return float(self.page.get_by_test_id("earned").inner_text())


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser window: `visit(phone=True, dark=True)`. At the end no page may have complained."""
    visitors: list[Visitor] = []

    def open_window(phone: bool = False, dark: bool = False) -> Visitor:
        context = browser.new_context(
            # What is measured is how a page looks, not how it gets there.
            reduced_motion="reduce",
            base_url=server,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            color_scheme="dark" if dark else "light",
            has_touch=phone,
        )
        visitors.append(Visitor(context, server))
        return visitors[-1]

    yield open_window
    for visitor in visitors:
        visitor.context.close()
        assert visitor.complaints == []
