"""Pages of the loop with something on them.

Light and dark, on a desk and on a phone, in German, with the keyboard, and no serious fault by axe.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from rewards.forecasts.recalibrations import propose
from rewards.jobs import work
from rewards.store.results import save_result
from rewards.store.session import open_database
from sims.demo.demo import ORGANISATION
from sims.rehearsal.asking import Assumptions
from sims.rollout.asking import ask_for_power
from sims.rollout.live import register
from sims.rollout.plan import DESIGNS, Wish
from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import faults, overflow
from tests.serving import serving

pytestmark = pytest.mark.browser
NOW = datetime.now(UTC)
MONDAY = date(2026, 3, 2)
WEEKS = 3


def numbers(design: str) -> dict[str, Any]:
    return {
        "runs": 20, "usable": 20 if design != "cluster" else 0, "design": design, "power": 0.55 if design != "cluster" else None,
        "power_error": 0.1, "false_alarms": 0.05, "full_effect": {"mean": 0.4}, "estimate": {"mean": 0.3},
        "spill_over": 0.25, "smallest_found": 0.28,
    }  # fmt: skip


def spread(middle: float) -> dict[str, Any]:
    return {
        "median": middle,
        "mean": middle,
        **{f"p{each}": [middle * (1 - each / 100), middle * (1 + each / 100)] for each in (50, 80, 90)},
    }


def published() -> dict[str, Any]:
    names = ("enrolled", "weekly_sharers", "shares", "human_clicks", "cost", "peer_trust")
    return {
        "kind": "published-forecast",
        "forecast": {
            "hash": "f" * 64,
            "provenance": {"runs": 20, "cut_off": "2026-03-01"},
            "first": MONDAY.isoformat(),
            "weeks": WEEKS,
            "weekly": {name: [spread(10.0 + week) for week in range(WEEKS)] for name in names},
            "warnings": ["a warning of the model"],
        },
        "brought": {
            "days": 28, "clicks": 300.0, "beyond_nothing": spread(120.0), "beyond_tool": spread(40.0), "runs": 20,
            "label": "general", "plausible": True, "model_clicks": spread(280.0),
        },
    }  # fmt: skip


def scored() -> dict[str, Any]:
    weeks = [{"date": MONDAY.isoformat(), "actual": 40.0, "median": 10.0}]
    one = {
        "points": 1, "coverage": {"p50": 0.0, "p80": 0.0, "p90": 0.0}, "crps": 22.5, "weeks": weeks, "pit": [1.0],
        "skill": {"last value": -0.5, "autoregression": None},
    }  # fmt: skip
    miss = {"outcome": "shares", "date": MONDAY.isoformat(), "actual": 40.0, "p90": [1.0, 19.0]}
    return {"points": 1, "misses": [miss], "outcomes": {"shares": one}, "drift": ["shares"]}


@pytest.fixture(scope="module")
def looped(
    browser: Browser, demo_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, list[str]]]:
    """The demo company with a rollout, its power, a forecast that missed, and a recalibration to decide: an address, and the pages."""
    own = tmp_path_factory.mktemp("looped") / "demo.sqlite"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), own)
    db = open_database(f"sqlite:///{own}")
    wishes = [Wish(design=design, gives="digests") for design in DESIGNS]
    with db.begin() as tx:
        job = ask_for_power(tx, ORGANISATION, None, wishes, Assumptions(), actor="p001", now=NOW)
    held = work.take(db, "a test", NOW)
    assert held is not None
    assert held.id == job
    body = {
        "wishes": [one.model_dump(mode="json") for one in wishes],
        "designs": [numbers(one) for one in DESIGNS],
    }
    with db.begin() as tx:
        work.finish(tx, held, json.dumps(body), "A scheme", NOW)
        first = (NOW + timedelta(days=3)).date()
        rollout = register(
            tx, ORGANISATION, wishes[1], first, title="Digests", expected=numbers("stepped-wedge"), actor="p001", now=NOW
        )  # fmt: skip
        forecast = save_result(
            tx, ORGANISATION, "forecast", "A scheme", "x", body_json=json.dumps(published()), now=NOW
        )
        kind = f"score:{forecast}"
        save_result(tx, ORGANISATION, kind, "A scheme", "x", body_json=json.dumps(scored()), now=NOW)
        propose(
            tx, ORGANISATION, {"provenance": {}, "names": ["a"], "values": [[1.0]]}, actor="p001", now=NOW
        )
    db.close()
    pages = [
        "/rollouts", f"/rollouts/power/{job}", f"/rollouts/{rollout}", "/forecasts", f"/forecasts/{forecast}",
        "/hr/one-page", "/hr/health",
    ]  # fmt: skip
    with serving(f"sqlite:///{own}", ORGANISATION, demo=True) as address:
        yield address, pages


@pytest.mark.parametrize(
    ("phone", "dark", "german"),
    [(False, False, False), (True, True, True)],
    ids=["desk-light", "phone-dark-german"],
)
def test_every_page_of_the_loop(
    looped: tuple[str, list[str]], visit: Callable[..., Visitor], phone: bool, dark: bool, german: bool
) -> None:
    address, pages = looped
    visitor = visit(phone=phone, dark=dark)
    page = visitor.page
    page.goto(f"{address}/sign-in")
    page.locator("button[value=hr]").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    if german:
        page.get_by_role("button", name="Deutsch").click()
        expect(page.get_by_role("button", name="Abmelden")).to_be_visible()
    found = {}
    for path in pages:
        page.goto(f"{address}{path}")
        page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
        found[path] = faults(page)
        assert overflow(page) <= 0, path
    assert {path: faulty for path, faulty in found.items() if faulty} == {}
    word = "Vorhersage" if german else "forecast"
    expect(page.get_by_role("status").filter(has_text=word).first).to_be_visible()


def test_a_recalibration_is_accepted_and_a_rollout_stopped_with_the_keyboard(
    looped: tuple[str, list[str]], visit: Callable[..., Visitor]
) -> None:
    address, pages = looped
    page = visit().page
    page.goto(f"{address}/sign-in")
    page.locator("button[value=hr]").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.goto(f"{address}/forecasts")
    page.get_by_label("Why? The reason stays with it.").focus()
    page.keyboard.type("it fits")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Accept it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("it fits")).to_be_visible()
    page.goto(f"{address}{pages[2]}")
    page.get_by_label("Why? The reason stays with the rollout.").focus()
    page.keyboard.type("enough")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It was stopped by hand.")).to_be_visible()
