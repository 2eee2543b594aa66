"""HR's pages about people: found, added, changed, moved, merged, erased, and nothing lost where two do it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

from starlette.testclient import TestClient

from rewards.people.people import get_person
from rewards.people.profile import get_profile
from rewards.store.session import Database
from tests.company import ORGANISATION

SignIn = Callable[[str], TestClient]
NEW = {
    "id": "new.1",
    "name": "New <i>One</i>",
    "segment": "sales",
    "team": "team-9",
    "timezone": "Europe/Berlin",
    "contacts": "80",
}


def stamp_of(client: TestClient, person: str) -> str:
    found = re.search(r'name="stamp" value="(\w+)"', client.get(f"/hr/person/{person}").text)
    assert found is not None
    return found[1]


def person(db: Database, id_: str) -> object:
    with db.read() as tx:
        return get_profile(tx, ORGANISATION, id_)


def names(text: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<a href="/hr/person/[^"]+">(.*?)</a>', text)]


def test_the_list_is_searched_and_filtered(sign_in: SignIn) -> None:
    client = sign_in("hal")
    page = client.get("/hr/people").text
    assert len(names(page)) == 12
    assert "<b>" not in page
    assert names(client.get("/hr/people?q=an").text) == ["Ana <b>Field</b>"]
    assert len(names(client.get("/hr/people?segment=sales").text)) == 6
    assert names(client.get("/hr/people?role=auditor").text) == ["Max <b>Field</b>"]
    assert len(names(client.get("/hr/people?team=team-1&state=all").text)) == 4
    assert "Nobody is found so" in client.get("/hr/people?q=zz").text
    for bad in ("state=gone", "after=xx", "q=" + "x" * 250):
        answer = client.get(f"/hr/people?{bad}", headers={"accept": "text/html"})
        assert (answer.status_code, "limit" in answer.text or "cursor" in answer.text) == (422, True), bad


def test_pages_follow_each_other(sign_in: SignIn, monkeypatch: object) -> None:
    import rewards.people.directory as directory

    monkeypatch.setattr(directory.find_people, "__defaults__", (None, 5))  # type: ignore[attr-defined]
    client = sign_in("hal")
    address, found = "/hr/people?q=field", []
    while address:
        page = client.get(address).text
        found += names(page)
        following = re.search(r'href="(/hr/people\?[^"]*after=[^"]*)"', page)
        address = unescape(following[1]) if following else ""
    assert len(found) == len(set(found)) == 12


def test_adding_and_what_is_wrong_with_it(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    assert client.post("/hr/people/new", data=NEW).headers["location"] == "/hr/person/new.1?done=added"
    page = client.get("/hr/person/new.1?done=added").text
    assert "New &lt;i&gt;One&lt;/i&gt;" in page
    assert "Added." in page
    again = client.post("/hr/people/new", data=NEW | {"name": "Twice"})
    assert (again.status_code, "the id is taken" in again.text, 'value="Twice"' in again.text) == (
        409,
        True,
        True,
    )
    for wrong in (
        {"id": "a b"},
        {"timezone": "Berlin"},
        {"team": ""},
        {"hours_share": "3"},
        {"manager": "nobody"},
    ):
        answer = client.post("/hr/people/new", data=NEW | {"id": "other"} | wrong)
        assert answer.status_code in (409, 422), wrong
        assert 'role="alert"' in answer.text


def test_two_administrators_at_once(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    stamp = stamp_of(client, "ana")
    form = {
        "stamp": stamp,
        "email": "",
        "manager": "",
        "locale": "en",
        "desk": "desk",
        "hours_share": "0.5",
        "contacts": "7",
    }
    assert client.post("/hr/person/ana", data=form | {"name": "Ana First"}).status_code == 303
    second = client.post("/hr/person/ana", data=form | {"name": "Ana Second"})
    assert (second.status_code, "was changed by somebody else meanwhile" in second.text) == (409, True)
    assert 'value="Ana Second"' in second.text, "what was typed is not lost"
    assert f'value="{stamp}"' not in second.text, "the page carries the stamp of what stands there now"
    assert person(sqlite_db, "ana").person.name == "Ana First"  # type: ignore[attr-defined]
    assert (
        client.post(
            "/hr/person/ana", data=form | {"name": "x", "stamp": stamp_of(client, "ana"), "contacts": "x"}
        ).status_code
        == 422
    )


def test_moves_leave_and_links(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    today = datetime.now(UTC).date()
    for path, form in (
        ("move", {"segment": "service", "team": "team-x", "day": str(today + timedelta(days=4))}),
        ("zone", {"zone": "Asia/Tokyo", "day": str(today + timedelta(days=4))}),
        ("leave", {"first": "2026-12-24", "last": "2026-12-31"}),
        ("link", {"other": "eve"}),
    ):
        answer = client.post(f"/hr/person/ben/{path}", data=form | {"stamp": stamp_of(client, "ben")})
        assert answer.status_code == 303, (path, answer.text)
    found = person(sqlite_db, "ben")
    told = (found.moves[-1].ahead, len(found.leave), found.linked[0][0])  # type: ignore[attr-defined]
    assert told == (True, 1, "eve")
    page = client.get("/hr/person/ben").text
    begins = re.search(r'name="begins" value="([^"]+)"', page)
    assert begins
    assert client.post("/hr/person/ben/move/back", data={"begins": unescape(begins[1])}).status_code == 303
    assert client.post("/hr/person/ben/move/back", data={"begins": unescape(begins[1])}).status_code == 409
    assert (
        client.post(
            "/hr/person/ben/leave", data={"first": "2026-12-24", "last": "2026-12-31", "change": "remove"}
        ).status_code
        == 303
    )
    assert client.post("/hr/person/ben/link", data={"other": "eve", "change": "remove"}).status_code == 303
    for path, form in (
        ("move", {"segment": "s", "team": "", "day": "2026-11-01"}), ("move", {"segment": "s", "team": "t", "day": "soon"}),
        ("move", {"segment": "s", "team": "t", "day": "0001-01-01"}),
        ("leave", {"first": "2026-12-24", "last": "2026-12-01"}), ("zone", {"zone": "Mars", "day": str(today + timedelta(days=4))}),
        ("link", {"other": "ben"}), ("link", {"other": "nobody"}), ("move/back", {"begins": "x"}),
    ):  # fmt: skip
        answer = client.post(f"/hr/person/ben/{path}", data=form | {"stamp": stamp_of(client, "ben")})
        assert (answer.status_code in (409, 422), 'role="alert"' in answer.text) == (True, True), (path, form)


def test_deactivating_and_reactivating(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    stamp = stamp_of(client, "ben")
    assert (
        client.post("/hr/person/ben/state", data={"stamp": stamp, "change": "deactivate"}).status_code == 303
    )
    twice = client.post("/hr/person/ben/state", data={"stamp": stamp, "change": "deactivate"})
    assert (twice.status_code, "meanwhile" in twice.text) == (409, True)
    assert names(client.get("/hr/people?state=deactivated").text) == ["Ben <b>Field</b>"]
    back = {"stamp": stamp_of(client, "ben"), "change": "reactivate"}
    assert client.post("/hr/person/ben/state", data=back).status_code == 303
    own = client.post("/hr/person/hal/state", data={"stamp": stamp_of(client, "hal"), "change": "deactivate"})
    assert (own.status_code, "is your own" in own.text) == (409, True)


def test_merging_asks_first(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    page = client.get("/hr/person/ana/merge?other=ben").text
    assert "This cannot be undone" in page
    stamps = dict(re.findall(r'name="(stamp|other_stamp)" value="(\w+)"', page))
    assert (
        client.post("/hr/person/ana/merge", data={**stamps, "other": "ben", "other_stamp": "old"}).status_code
        == 409
    )
    assert client.post("/hr/person/ana/merge", data={**stamps, "other": "ben"}).status_code == 303
    assert client.post("/hr/person/ana/merge", data={**stamps, "other": "ben"}).status_code == 409
    assert "also ben" in client.get("/hr/person/ana").text
    for other, status in (("nobody", 404), ("ana", 409), ("", 200)):
        assert client.get(f"/hr/person/ana/merge?other={other}").status_code == status


def test_erasing_asks_for_the_id(sign_in: SignIn, sqlite_db: Database) -> None:
    client = sign_in("hal")
    page = client.get("/hr/person/ben/erase").text
    assert "cannot be undone" in page
    form = {"stamp": stamp_of(client, "ben"), "confirm": "bent"}
    wrong = client.post("/hr/person/ben/erase", data=form)
    assert (wrong.status_code, "type it as it stands" in wrong.text) == (422, True)
    assert (
        client.post("/hr/person/ben/erase", data=form | {"confirm": "ben"}).headers["location"]
        == "/hr/people?done=erased"
    )
    assert client.get("/hr/person/ben").status_code == 404
    assert client.post("/hr/person/ben/erase", data=form | {"confirm": "ben"}).status_code == 404
    with sqlite_db.read() as tx:
        assert get_person(tx, ORGANISATION, "ana").name


def test_a_page_tells_nothing_of_who_abstains(sign_in: SignIn, sqlite_db: Database) -> None:
    from rewards.people.people import pause, set_opt_out

    client = sign_in("hal")
    before = client.get("/hr/person/ben").text, client.get("/hr/people").text
    with sqlite_db.begin() as tx:
        pause(tx, ORGANISATION, "ben", datetime.now(UTC))
        set_opt_out(tx, ORGANISATION, "ben", True, datetime.now(UTC))
    assert (client.get("/hr/person/ben").text, client.get("/hr/people").text) == before
