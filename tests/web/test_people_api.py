"""People over the API: the same use cases as the pages, with ETags and stamps, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.web.api_client import Api

NEW = {
    "id": "zoe",
    "name": "Zoë",
    "segment": "sales",
    "team": "south",
    "timezone": "Europe/Berlin",
    "manager": "ana",
}


def test_people_are_listed_added_and_changed(api: Api) -> None:
    assert [one["id"] for one in api.get("/people?limit=2").json()["people"]] == ["ana", "ben"]
    page = api.get("/people?limit=2")
    following = api.get(f"/people?limit=2&cursor={page.json()['next']}").json()
    assert [one["id"] for one in following["people"]] == ["cleo", "dan"]
    assert 'rel="next"' in page.headers["link"]
    made = api.post("/people", NEW)
    assert (made.status_code, made.json()["manager"]) == (201, "ana")
    assert api.post("/people", NEW).status_code == 409
    etag = api.get("/people/zoe").headers["etag"]
    assert etag == made.headers["etag"]
    assert api.call("PATCH", "/people/zoe", json={"name": "Zoe"}).status_code == 428
    changed = api.call("PATCH", "/people/zoe", json={"hours_share": 0.5}, headers={"if-match": etag})
    assert (changed.status_code, changed.json()["hours_share"]) == (200, 0.5)
    late = api.call("PATCH", "/people/zoe", json={"name": "Late"}, headers={"if-match": etag})
    assert (late.status_code, "changed by somebody else" in late.json()["detail"]) == (412, True)
    assert api.get("/people/zoe", "other").status_code == 404
    assert api.get("/people?q=zo&team=south").json()["people"][0]["id"] == "zoe"


def test_moves_leave_links_and_states(api: Api) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    assert (
        api.post("/people/ana/move", {"team": "south", "first": ahead}).json()["moves"][-1]["ahead"] is True
    )
    assert api.post("/people/ana/zone", {"timezone": "Asia/Tokyo", "first": ahead}).status_code == 200
    days = {"first": "2026-12-24", "last": "2026-12-31"}
    assert api.post("/people/ana/leave", days).json()["leave"] == [days]
    assert api.post("/people/ana/leave", days | {"remove": True}).json()["leave"] == []
    assert api.post("/people/ana/leave", days | {"remove": True}).status_code == 404
    assert api.post("/people/ana/links", {"other": "ben"}).json()["linked"] == ["ben"]
    assert api.post("/people/ana/deactivate", {}).json()["with_us"] is False
    assert api.post("/people/ana/reactivate", {}).json()["with_us"] is True
    assert api.post("/people/ana/merge", {"other": "dan"}).json()["former_ids"] == ["dan"]
    assert api.call("DELETE", "/people/ben").status_code == 204
    assert api.get("/people/ben").status_code == 404
    for path, body, status in (
        ("/people/ana/move", {"team": "", "first": ahead}, 422), ("/people/ana/move", {"first": "soon"}, 422),
        ("/people/ana/zone", {"timezone": "Mars"}, 422), ("/people/ana/links", {"other": "ana"}, 403),
        ("/people/ana/merge", {"other": "nobody"}, 404), ("/people", NEW | {"id": "z2", "team": ""}, 422),
    ):  # fmt: skip
        assert api.post(path, body).status_code == status, (path, body)


def test_a_file_is_compared_first_and_applied_with_its_stamp(api: Api) -> None:
    file = b"Personalnummer;Name;Dienststelle\nana;Ana Field;south\nnew;New;south\n"
    query = "map=team%3DDienststelle&segment=sales"
    shown = api.call("POST", f"/people/import?{query}", content=file).json()
    assert (shown["added"], [one["id"] for one in shown["changed"]], shown["applied"]) == (
        ["new"],
        ["ana"],
        None,
    )
    assert len(shown["missing"]) == 4
    path = f"/people/import?{query}&dry_run=false&stamp={shown['stamp']}"
    assert api.call("POST", path, content=file).json()["applied"]["added"] == 1
    assert api.call("POST", path, content=file).status_code == 412
    assert api.get("/people/new").json()["team"] == "south"
    for content in (b"", b"PK\x03\x04", b"id\n", b"name\nx\n"):
        assert api.call("POST", "/people/import", content=content).status_code == 422
    assert api.call("POST", "/people/import?map=x", content=file).status_code == 422


def test_the_log_and_periods(api: Api) -> None:
    api.post("/people", NEW)
    log = api.get("/audit?person=zoe").json()["lines"]
    assert [(one["action"], one["actor"], one["person"]) for one in log] == [
        ("people.add", "token:admin", "zoe")
    ]
    assert api.get("/audit?person=nobody").status_code == 404
    assert api.get("/periods").json() == {"closed_until": None}
    until = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert api.post("/periods", {"until": until}).status_code == 201
    assert api.post("/periods", {"until": until}).status_code == 422
