"""The import page: a file is sent, looked at with its columns, and applied as it was shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from starlette.testclient import TestClient

from rewards.jobs import importing, work
from rewards.people.people import get_person, list_people
from rewards.store import uploads
from rewards.store.session import Database
from tests.company import ORGANISATION
from tests.rewards.workbook import workbook
from web.security import MOST_OTHER_BODY_BYTES
from web.session import now

SignIn = Callable[[str], TestClient]
FILE = "Personalnummer;Nachname;Vorname;Dienststelle\nana;<b>Groß</b>;Änne;Süd\nnew-1;Neu;Nele;Süd\n"


def send(client: TestClient, data: bytes | str, name: str = "people.csv") -> str:
    """The address of the preview."""
    raw = data.encode() if isinstance(data, str) else data
    answer = client.post("/hr/import", files={"file": (name, raw, "text/csv")})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def hidden(page: str) -> dict[str, str]:
    """The fields that the form which applies carries."""
    form = page[page.index('aria-label="Apply"') :]
    return {
        name: unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    }


def figures(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"<dd>(\d+)</dd>", page)]


def test_from_the_file_to_the_people(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    at = send(client, FILE)
    page = client.get(at).text
    assert figures(page) == [0, 1, 0, 11, 1]
    assert "the row of a new person must say it" in page
    columns = {name: value for name, value in hidden(page).items() if name.startswith(("column_", "new_"))}
    told = columns | {"column_team": "4", "new_segment": "sales"}
    page = client.get(at, params=told).text
    assert figures(page) == [1, 1, 0, 11, 0]
    assert "&lt;b&gt;Groß&lt;/b&gt;" in page
    assert "<b>Groß" not in page
    answer = client.post(at, data=hidden(page))
    assert answer.headers["location"] == "/hr/import?added=1&changed=1&deactivated=0&left_out=0"
    assert "1 added, 1 changed" in client.get(answer.headers["location"]).text
    with sqlite_db.read() as tx:
        assert get_person(tx, ORGANISATION, "new-1").team == "Süd"
        assert get_person(tx, ORGANISATION, "ana").name == "Änne <b>Groß</b>"
    again = client.post(at, data=hidden(page), headers={"accept": "text/html"})
    assert (again.status_code, "no longer kept" in again.text) == (404, True)


def test_a_workbook_with_who_is_missing_deactivated(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    rows = [
        ["id", "name", "segment", "team"],
        *([one, one.title(), "sales", "t"] for one in ("ana", "hal", "nia", "sam")),
    ]
    page = client.get(send(client, workbook(rows), "people.xlsx"))
    form = hidden(page.text) | {"deactivate_missing": "1"}
    answer = client.post(str(page.url.path), data=form)
    assert "deactivated=8" in answer.headers["location"]
    with sqlite_db.read() as tx:
        assert [one.id for one in list_people(tx, ORGANISATION)] == ["ana", "hal", "nia", "sam"]


def test_a_file_without_the_last_administrator_deactivates_nobody(
    sign_in: SignIn, sqlite_db: Database
) -> None:
    client = sign_in("hal")
    page = client.get(send(client, "id,name,segment,team\nana,Ana,sales,t\nhal,Hal,sales,t\n"))
    refused = client.post(str(page.url.path), data=hidden(page.text) | {"deactivate_missing": "1"})
    assert refused.status_code == 409
    assert "This is the last administrator" in refused.text
    with sqlite_db.read() as tx:
        assert "sam" in [one.id for one in list_people(tx, ORGANISATION)]


def test_what_changed_since_is_shown_again_and_nothing_applied(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    text = "id,name\nana,Ana First\n"
    first, second = send(client, text), send(client, text.replace("First", "Second"))
    forms = [hidden(client.get(at).text) for at in (first, second)]
    assert client.post(first, data=forms[0]).status_code == 303
    late = client.post(second, data=forms[1])
    assert (late.status_code, "the people changed since this was shown" in late.text) == (409, True)
    assert "Ana First" in late.text
    assert client.post(second, data=hidden(late.text)).status_code == 303


def test_rows_that_cannot_be_read_keep_all_from_being_applied(sign_in: SignIn) -> None:
    client = sign_in("hal")
    at = send(client, "id,name,contacts\nana,Ana,lots\nben,Bent,5\n")
    form = hidden(client.get(at).text)
    refused = client.post(at, data=form)
    assert (refused.status_code, "nothing was applied" in refused.text) == (409, True)
    assert "left_out=1" in client.post(at, data=form | {"leave_out": "1"}).headers["location"]


@pytest.mark.parametrize(
    "data",
    [b"", b"id,name\n", b"\xff\x00\xd8", b"PK\x03\x04 no", b'id\n"x\n', b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
)
def test_files_that_cannot_be_read(sign_in: SignIn, data: bytes) -> None:
    answer = sign_in("hal").post("/hr/import", files={"file": ("x.csv", data, "text/csv")})
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)


def test_odd_requests_are_refused_in_words(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    at = send(client, FILE)
    for query in ("column_id=99", "column_id=x", "column_id=0", "column_id=-1", "column_id=1&new_contacts=x"):
        answer = client.get(f"{at}?{query}")
        assert answer.status_code in (200, 422), query
    assert client.post("/hr/import", data={"file": "text"}).status_code == 422
    assert client.post(
        "/hr/import", content=b"\x00", headers={"content-type": "multipart/form-data; boundary=x"}
    ).status_code in (400, 422)
    assert client.get("/hr/import/nothing", headers={"accept": "text/html"}).status_code == 404
    assert client.post(at, data={}).status_code in (409, 422)
    big = client.post(
        "/hr/import", files={"file": ("big.csv", b"id\n" + b"x\n" * MOST_OTHER_BODY_BYTES, "text/csv")}
    )
    assert big.status_code in (303, 422), "a file may be larger than any other form"
    assert client.post(f"{at}/forget").status_code == 303
    assert client.get(at, headers={"accept": "text/html"}).status_code == 404


def test_another_organisation_sees_no_file_of_this_one(sign_in: SignIn, sqlite_db: Database) -> None:
    at = send(sign_in("hal"), FILE)
    with sqlite_db.read() as tx:
        assert uploads.find(tx, "bolt", at.rpartition("/")[2], 0) is None


def test_only_who_may_change_people_sends_files(sign_in: SignIn) -> None:
    for person in ("ana", "sam", "max", "nia"):
        answer = sign_in(person).post("/hr/import", files={"file": ("x.csv", FILE.encode(), "text/csv")})
        assert answer.status_code == 403


def test_a_large_file_is_read_and_applied_by_a_worker(
    sign_in: SignIn, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGE_BYTES", 10)
    client = sign_in("hal")
    at = send(client, FILE)
    assert at == "/hr/import/job/1"
    page = client.get(at).text
    assert "It waits for a worker" in page
    assert 'action="/hr/import/job/1/cancel"' in page
    carry_out_next(sqlite_db)
    preview = str(client.get(at).headers["location"])
    page = client.get(preview).text
    assert figures(page) == [0, 1, 0, 11, 1]
    told = hidden(page) | {"column_team": "4", "new_segment": "sales"}
    at = str(client.post(f"{preview}/look", data=told).headers["location"])
    carry_out_next(sqlite_db)
    page = client.get(preview).text
    assert (client.get(at).headers["location"], figures(page)) == (preview, [1, 1, 0, 11, 0])
    at = str(client.post(preview, data=hidden(page)).headers["location"])
    assert client.post(f"{at}/cancel").headers["location"] == at
    page_of_job = client.get(at).text
    assert "It was cancelled. Nothing was changed." in page_of_job
    assert f'href="{preview}"' in page_of_job
    at = str(client.post(preview, data=hidden(page)).headers["location"])
    carry_out_next(sqlite_db)
    done = client.get(at).headers["location"]
    assert done == "/hr/import?added=1&changed=1&deactivated=0&left_out=0"
    with sqlite_db.read() as tx:
        assert get_person(tx, ORGANISATION, "new-1").team == "Süd"


def test_a_large_file_that_nobody_looked_at_is_not_applied(
    sign_in: SignIn, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGE_BYTES", 10)
    client = sign_in("hal")
    send(client, "id,name\nnobody,Nobody\n")
    with sqlite_db.read() as tx:
        (upload,) = uploads.ids(tx, ORGANISATION)
    page = client.get(f"/hr/import/{upload}").text
    assert f'action="/hr/import/{upload}/look"' in page
    assert client.post(f"/hr/import/{upload}", data={"column_id": "1"}).status_code == 409
    client.post(f"/hr/import/{upload}/look")
    carry_out_next(sqlite_db)
    assert client.get("/hr/import/job/99", headers={"accept": "text/html"}).status_code == 404


def carry_out_next(db: Database) -> None:
    """What a worker does with the next job."""
    held = work.take(db, "worker", now())
    assert held is not None
    importing.carry_out(db, held, now)
