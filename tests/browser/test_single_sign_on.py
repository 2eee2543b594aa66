"""Single sign-on in a real browser: to a real provider and back, and out of both; the policy of our pages lets all of it through."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from rewards.people.accounts import create_account
from rewards.store import schema
from rewards.store.session import Database
from tests.browser.conftest import DESKTOP, PHONE, Visitor
from tests.browser.test_accessibility import faults, overflow
from tests.company import ORGANISATION, make_company
from tests.providers import SECRET, mock_provider
from tests.serving import serving
from web.session import now

pytestmark = pytest.mark.browser
PEOPLE = ({"sub": "ana", "email": "ana@acme.example", "email_verified": True},)


@pytest.fixture
def both(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """(the program's address, the provider's)."""
    make_company(sqlite_db)
    with sqlite_db.begin() as tx:
        where = schema.person_identity.c.external_id == "ana"
        tx.execute(update(schema.person_identity).where(where).values(email="ana@acme.example"))
        create_account(tx, ORGANISATION, "ana", ["employee", "admin"], None, now())
    url = sqlite_db.url.render_as_string(hide_password=False)
    with mock_provider(PEOPLE) as issuer:
        told = {"ISSUER": issuer, "CLIENT_ID": "groundswell", "CLIENT_SECRET": SECRET, "NAME": "Acme"}
        for name, value in told.items():
            monkeypatch.setenv(f"GROUNDSWELL_OIDC_{name}", value)
        with serving(url, ORGANISATION) as address:
            yield address, issuer


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_in_by_the_provider_and_out_of_both(browser: Browser, both: tuple[str, str], phone: bool) -> None:
    address, issuer = both
    context = browser.new_context(base_url=address, viewport=PHONE if phone else DESKTOP)  # type: ignore[arg-type]
    visitor = Visitor(context, address)
    page = visitor.page
    page.goto("/sign-in?next=/admin/tokens")
    assert faults(page) == []
    page.get_by_role("link", name="Sign in with Acme").click()
    expect(page).to_have_url(re.compile(re.escape(issuer)))
    page.get_by_role("button", name="ana", exact=True).click()
    expect(page).to_have_url(f"{address}/admin/tokens")
    page.get_by_label("Name it after what uses it").fill("payroll")
    page.get_by_label("send events of the last days").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("Copy it now")).to_be_visible()
    for path in ("", "/admin/tokens", "/admin/webhooks", "/account"):
        if path:
            page.goto(path)
        assert faults(page) == [], path
        assert overflow(page) <= 0, path
    expect(page.get_by_role("heading", name=re.compile("this one"))).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(re.escape(f"{issuer}/oauth2/end_session")))
    page.get_by_role("button").first.click()
    expect(page).to_have_url(re.compile(re.escape(f"{address}/sign-in")))
    page.goto("/account")
    expect(page).to_have_url(re.compile("/sign-in"))
    context.close()
    assert [said for said in visitor.complaints if said.startswith(address)] == []
