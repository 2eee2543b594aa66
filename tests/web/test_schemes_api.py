"""Schemes over the API: draft → shadow → publish → retire and back, with revisions, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.web.api_client import Api
from tests.web.test_api import WHY, refused

DOUBLE = {
    "name": "double",
    "title": "Double",
    "rules": [{"id": "share", "title": "Share", "on": "share", "points": 40}],
}
HALF = "name: half\ntitle: Half\nrules:\n  - {id: share, title: Share, on: share, points: 10}\n"


def draft(api: Api, body: Any = None) -> Any:
    answer = api.post("/schemes", body or {"document": DOUBLE}, "author")
    assert answer.status_code == 201, answer.text
    return answer


def yesterday() -> str:
    return (datetime.now(UTC) - timedelta(days=1)).isoformat()


def test_from_draft_to_published_and_retired(api: Api) -> None:
    api.share("ana", "ben")
    made = draft(api)
    path = "/schemes/" + made.json()["id"]
    assert made.headers["location"] == f"/api/v1{path}"
    assert any(line.startswith("Share: 40 points") for line in made.json()["explanation"])
    since = yesterday()
    top_up = {"mode": "top_up", "effective_at": since, "reason": "fairer"}
    assert "shadow" in refused(api.post(f"{path}/publish", top_up, "author"), 409)
    seen = api.post(f"{path}/shadow", {"effective_at": since, "mode": "top_up"}, "author").json()
    assert seen["by_person"] == {"ana": 20_000, "ben": 20_000}
    assert (seen["by_segment"], seen["risen"], seen["fallen"]) == ({"sales": 40_000}, 2, 0)
    assert api.get("/me", "ana").json()["earned_millipoints"] == 20_000
    assert api.get(path, "author").json()["steps"] == ["shadowed"]
    live = api.post(f"{path}/publish", top_up, "author")
    assert (live.status_code, live.json()["id"], live.json()["status"]) == (201, "v2", "in_force")
    assert api.get("/me", "ana").json()["earned_millipoints"] == 40_000
    assert api.get(path, "author").json()["published_as"] == "v2"
    refused(api.post(f"{path}/publish", top_up, "author"), 409)
    refused(api.post("/schemes/v1/retire", WHY, "author"), 409)
    ended = api.post("/schemes/v2/retire", WHY, "author").json()
    assert (ended["id"], ended["status"]) == ("v3", "in_force")
    api.share("ana", ago=0)
    assert api.get("/me", "ana").json()["earned_millipoints"] == 40_000
    refused(api.post("/schemes/v3/retire", WHY, "author"), 403)
    assert api.post("/schemes/v3/rollback", WHY, "author").json()["status"] == "rolled_back"
    assert api.get("/schemes/v2", "author").json()["status"] == "in_force"
    refused(api.post("/schemes/v3/rollback", WHY, "author"), 409)
    refused(api.post(f"{path}/rollback", WHY, "author"), 409)


def test_an_edit_needs_the_revision_that_was_read(api: Api) -> None:
    made = draft(api)
    path, etag = "/schemes/" + made.json()["id"], made.headers["etag"]
    refused(api.call("PUT", path, "author", json={"yaml": HALF}), 428)
    changed = api.call("PUT", path, "author", json={"yaml": HALF}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["name"]) == (200, "half")
    assert changed.headers["etag"] != etag
    assert api.get(path, "author").headers["etag"] == changed.headers["etag"]
    for stale in (etag, '"d999.1"', "nonsense", 'W/"x"'):
        refused(api.call("PUT", path, "author", json={"document": DOUBLE}, headers={"If-Match": stale}), 412)
    refused(api.post(f"{path}/publish", WHY, "author", headers={"If-Match": etag}), 412)
    live = api.post(f"{path}/publish", WHY, "author", headers={"If-Match": changed.headers["etag"]})
    assert live.status_code == 201
    refused(api.call("PUT", path, "author", json={"yaml": HALF}, headers={"If-Match": "*"}), 409)
    refused(api.call("PUT", "/schemes/v1", "author", json={"yaml": HALF}, headers={"If-Match": "*"}), 409)


def test_an_edit_after_the_shadow_asks_for_another(api: Api) -> None:
    made = draft(api)
    path = "/schemes/" + made.json()["id"]
    assert api.post(f"{path}/shadow", {"effective_at": yesterday()}, "author").status_code == 200
    api.call("PUT", path, "author", json={"yaml": HALF}, headers={"If-Match": made.headers["etag"]})
    exact = {"mode": "exact", "effective_at": yesterday(), "reason": "x"}
    refused(api.post(f"{path}/publish", exact, "author"), 409)
    assert api.get(path, "author").json()["steps"] == []


def test_a_shadow_binds_instant_and_mode(api: Api) -> None:
    api.share("ana")
    path = "/schemes/" + draft(api).json()["id"]
    since = yesterday()
    api.post(f"{path}/shadow", {"effective_at": since, "mode": "exact"}, "author")
    said = api.get(path, "author").json()
    assert (said["shadow_mode"], datetime.fromisoformat(said["shadow_since"])) == (
        "exact",
        datetime.fromisoformat(since),
    )
    earlier = (datetime.now(UTC) - timedelta(days=9)).isoformat()
    for other in ({"mode": "top_up", "effective_at": since}, {"mode": "exact", "effective_at": earlier}):
        assert "seen as exact" in refused(api.post(f"{path}/publish", other | WHY, "author"), 409)
    refused(api.post(f"{path}/publish", {"mode": "exact"} | WHY, "author"), 409)
    seen = {"mode": "exact", "effective_at": since} | WHY
    assert api.post(f"{path}/publish", seen, "author").status_code == 201


def test_a_scheduled_version_is_displaced_only_by_consent(api: Api) -> None:
    january = (datetime.now(UTC) + timedelta(days=40)).isoformat()
    later = {"effective_at": january} | WHY
    first, second, third = (draft(api, {"yaml": HALF}).json()["id"] for _ in range(3))
    made = api.post(f"/schemes/{first}/publish", later, "author").json()
    assert (made["id"], made["status"]) == ("v2", "scheduled")
    assert api.post(f"/schemes/{second}/publish", WHY, "author").json()["status"] == "in_force"
    assert api.get("/schemes/v2", "author").json()["status"] == "scheduled"
    assert "displace_scheduled" in refused(api.post(f"/schemes/{third}/publish", later, "author"), 409)
    agreed = api.post(f"/schemes/{third}/publish", {**later, "displace_scheduled": True}, "author").json()
    assert (agreed["id"], agreed["status"]) == ("v4", "scheduled")
    assert api.get("/schemes/v2", "author").json()["status"] == "rolled_back"
    assert api.post("/schemes/v3/retire", WHY, "author").json()["status"] == "in_force"
    assert api.get("/schemes/v4", "author").json()["status"] == "scheduled"
    assert api.post("/schemes/v5/rollback", WHY, "author").status_code == 200
    api.post("/schemes/v3/retire", {"displace_scheduled": True} | WHY, "author")
    assert api.get("/schemes/v4", "author").json()["status"] == "rolled_back"


def test_the_shadow_tells_what_a_version_lays_aside(api: Api) -> None:
    api.share("ana", "ben")
    path = "/schemes/" + draft(api).json()["id"]
    seen = api.post(f"{path}/shadow", {"effective_at": yesterday()}, "author").json()
    assert ("badge", "first", 2) in {(one["kind"], one["of"], one["people"]) for one in seen["loses"]}
    assert ("cap", "share", 2) in {(one["kind"], one["of"], one["people"]) for one in seen["loses"]}


def test_a_draft_is_put_aside(api: Api) -> None:
    path = "/schemes/" + draft(api).json()["id"]
    assert api.post(f"{path}/retire", WHY, "author").json()["status"] == "retired"
    refused(api.post(f"{path}/retire", WHY, "author"), 409)
    refused(api.post(f"{path}/publish", WHY, "author"), 409)


def test_what_is_no_scheme_is_told_in_one_line(api: Api) -> None:
    bad = [
        {},
        {"document": DOUBLE, "yaml": HALF},
        {"yaml": "name: [\n"},
        {"yaml": "name: half\nsurprise: 1\n"},
        {"document": {}},
        {"document": {**DOUBLE, "rules": [{**DOUBLE["rules"][0], "points": -1}]}},  # type: ignore[dict-item]
        {"document": {**DOUBLE, "name": "\ud800"}},
        {"document": {**DOUBLE, "title": "a\x00b"}},
        {"document": 3},
        {"surprise": 1},
        {"yaml": "a: &x [1]\nb: *x\n"},
    ]
    for body in bad:
        refused(api.post("/schemes", body, "author"), 422)
    for data in (b"{", b"\xff", b"[" * 50_000, b'{"document": NaN}', b'{"document": ' + b"1" * 5000 + b"}"):
        answer = api.call(
            "POST", "/schemes", "author", content=data, headers={"content-type": "application/json"}
        )
        assert answer.status_code in (400, 422), data[:20]
    refused(api.get("/schemes/x1", "author"), 422)
    for unknown in ("d77", "v77", "d999999999999999999"):
        refused(api.get(f"/schemes/{unknown}", "author"), 404)


def test_the_list_holds_everything_once_page_by_page(api: Api) -> None:
    made = [draft(api).json()["id"] for _ in range(3)]
    api.post(f"/schemes/{made[0]}/publish", WHY, "author")
    found, path = [], "/schemes?limit=2"
    while path:
        answer = api.get(path, "author")
        found += [one["id"] for one in answer.json()["schemes"]]
        link = answer.headers.get("link")
        path = link.split(">")[0].removeprefix("</api/v1") if link else ""
    assert found == [*reversed(made), "v2", "v1"]
    assert [s["id"] for s in api.get("/schemes?kind=versions", "author").json()["schemes"]] == ["v2", "v1"]
    assert [s["id"] for s in api.get("/schemes?kind=drafts", "author").json()["schemes"]] == made[::-1]
    assert [s["id"] for s in api.get("/schemes", "other").json()["schemes"]] == ["v1"]
    refused(api.get(f"/schemes/{made[0]}", "other"), 404)


def test_a_publication_is_made_once_a_key(api: Api) -> None:
    path = "/schemes/" + draft(api).json()["id"]
    key = {"Idempotency-Key": "publish"}
    first = api.post(f"{path}/publish", WHY, "author", headers=key)
    assert first.status_code == 201
    assert api.post(f"{path}/publish", WHY, "author", headers=key).json() == first.json()
    assert first.headers["location"] == "/api/v1/schemes/v2"
    refused(api.post(f"{path}/publish", {"reason": "other"}, "author", headers=key), 422)
