"""HR at her desk with people: found, changed by two at once, imported, erased; on a desk and on a phone, with axe on every page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rewards.store.session import Database
from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import faults, overflow
from tests.browser.test_nominations import come
from tests.company import ORGANISATION, make_company
from tests.serving import serving

pytestmark = pytest.mark.browser
FILE = (
    "Personalnummer;Nachname;Vorname;Dienststelle;Bereich\nana;Groß;Änne;Süd;engineering\nnew-1;Neu;Nele;Süd;sales\n;Nobody;No;Sü"
    "d;sales\n"
)


@pytest.fixture
def server(sqlite_db: Database) -> Iterator[str]:
    make_company(sqlite_db)
    with serving(sqlite_db.url.render_as_string(hide_password=False), ORGANISATION) as address:
        yield address


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (True, True)], ids=["desk-light", "phone-dark"])
def test_hr_finds_changes_and_imports_people(
    visit: Callable[..., Visitor], tmp_path: Path, phone: bool, dark: bool
) -> None:
    visitor = visit(phone=phone, dark=dark)
    page = come(visitor, "hal", "/hr/people")

    def sound() -> None:
        assert (faults(page), overflow(page)) == ([], 0), page.url

    sound()
    page.get_by_label("Name, id, address, team or segment begins with").fill("an")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Ana <b>Field</b>").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ana <b>Field</b>")
    sound()
    beside = page.context.new_page()
    beside.goto(page.url)
    beside.get_by_label("Share of full time").fill("0.5")
    beside.get_by_role("button", name="Save").click()
    expect(beside.get_by_role("status")).to_have_text("Saved.")
    page.get_by_label("Name", exact=True).fill("Ana Second")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("was changed by somebody else meanwhile")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ana Second")
    # The answer's own status is what the console tells of.
    assert all("status of 409" in complaint for complaint in visitor.complaints)
    visitor.complaints.clear()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.get_by_label("First day", exact=True).fill("2026-12-24")
    page.get_by_label("Last day").fill("2026-12-31")
    page.get_by_role("button", name="Add the leave").click()
    expect(page.get_by_text("24 Dec 2026 to 31 Dec 2026")).to_be_visible()
    sound()

    page.goto("/hr/import")
    sound()
    file = tmp_path / "people.csv"
    file.write_text(FILE)
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What the file would do")
    page.get_by_label("Team").first.select_option("Dienststelle")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("heading", name="Rows that cannot be read")).to_be_visible()
    expect(page.get_by_role("cell", name="every row needs an id; fill the cell")).to_be_visible()
    sound()
    page.get_by_role("checkbox", name="Leave the rows out that cannot be read").check()
    page.get_by_role("button", name="Apply what is shown").click()
    expect(page.get_by_role("status")).to_contain_text("1 added, 1 changed, 0 deactivated, 1 rows left out")

    page.goto("/hr/person/new-1")
    page.get_by_role("link", name="Erase this person").click()
    sound()
    page.get_by_label("Type the id new-1 to confirm").fill("new-1")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("status")).to_contain_text("Erased.")
    page.goto("/hr/person/ana/merge?other=ben")
    sound()
    page.goto("/hr/people/new")
    sound()
    for path in ("/hr/audit", "/hr/records"):
        page.goto(path)
        sound()
    page.get_by_label("Up to the beginning of this day").fill("2026-01-01")
    page.get_by_role("button", name="Show what it means").click()
    expect(page.get_by_text("is frozen for good. This cannot be undone.")).to_be_visible()
    sound()
    page.get_by_role("button", name="Close it for good").click()
    expect(page.get_by_role("status")).to_contain_text("Closed.")


def test_a_colleague_is_found_as_one_types(visit: Callable[..., Visitor]) -> None:
    page = come(visit(phone=True), "ana", "/thanks")
    if page.get_by_label("Who: a name begins with").count():
        page.get_by_label("Who: a name begins with").fill("ben")
        page.get_by_role("checkbox", name="Ben").check()
        page.get_by_label("Who: a name begins with").fill("ha")
        expect(page.get_by_role("checkbox", name="Hal")).to_be_visible()
        expect(page.get_by_role("checkbox", name="Ben")).to_be_checked()
        assert (faults(page), overflow(page)) == ([], 0)
        page.get_by_label("Who: a name begins with").fill("zz")
        expect(page.get_by_text("Nobody has such a name.")).to_be_visible()
