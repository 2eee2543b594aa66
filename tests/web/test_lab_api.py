"""The scenario lab over the API: the same rules as on the pages, on both databases."""

from __future__ import annotations

from typing import Any

from rewards.people.accounts import create_token
from tests.rehearsed import carry_out
from tests.web.api_client import Api
from web.session import now

TEXT = """title: Small
scenario:
  organisation: {people: live, audience: {size: 300}}
  horizon_days: 14
  burn_in_days: 7
  runs: 2
  phases: [{day: 0}, {day: 7, tool: {}}]
"""
EXPERIMENTS = "/lab/experiments"


def made(api: Api, text: str = TEXT) -> Any:
    answer = api.post(EXPERIMENTS, {"yaml": text})
    assert answer.status_code == 201, answer.text
    return answer


def test_kept_changed_and_never_overwritten(api: Api) -> None:
    first = made(api)
    assert first.json()["revision"] == 1
    path = f"{EXPERIMENTS}/{first.json()['id']}"
    read = api.get(path)
    assert (read.json()["yaml"], read.headers["etag"]) == (TEXT, first.headers["etag"])
    changed = {"yaml": TEXT.replace("Small", "Changed")}
    assert api.call("PUT", path, json=changed).status_code == 428
    headers = {"If-Match": read.headers["etag"]}
    done = api.call("PUT", path, json=changed, headers=headers)
    assert (done.status_code, done.json()["revision"], done.json()["title"]) == (200, 2, "Changed")
    late = api.call("PUT", path, json={"yaml": TEXT}, headers=headers)
    assert late.status_code == 412
    assert "revision 2 stands" in late.json()["detail"]
    assert api.call("PUT", path, json={"yaml": TEXT}, headers={"If-Match": "*"}).status_code == 200
    other = made(api).json()["id"]
    page = api.get(f"{EXPERIMENTS}?limit=1").json()
    assert [one["id"] for one in page["experiments"]] == [other]
    assert page["experiments"][0]["yaml"] is None
    rest = api.get(f"{EXPERIMENTS}?cursor={page['next']}").json()
    assert [one["id"] for one in rest["experiments"]] == [first.json()["id"]]
    assert api.post(f"{path}/put-aside", {}).json()["put_aside"] is True
    assert [one["id"] for one in api.get(EXPERIMENTS).json()["experiments"]] == [other]
    assert api.get(path, who="other").status_code == 404


def test_bad_texts_are_one_line(api: Api) -> None:
    for text, words in (
        ("", "a mapping of fields is required"),
        ("title: [", "yaml:1"),
        (TEXT.replace("live", "/etc/passwd"), "files are not read here"),
        (TEXT + "sweep: {lever: colour}\n", "lever 'colour'"),
    ):
        answer = api.post(EXPERIMENTS, {"yaml": text})
        assert answer.status_code == 422
        assert words in answer.json()["detail"]
        assert "\n" not in answer.json()["detail"]


def test_run_followed_taken_away_and_the_same_again(api: Api) -> None:
    number = made(api).json()["id"]
    asked = api.post(f"{EXPERIMENTS}/{number}/runs", {})
    assert (asked.status_code, asked.json()["status"]) == (201, "waiting")
    run = f"/lab/runs/{asked.json()['id']}"
    assert asked.headers["location"] == f"/api/v1{run}"
    assert api.get(f"{run}/result.json").status_code == 404
    carry_out(api.db)
    assert api.get(run).json()["status"] == "done"
    body = api.get(f"{run}/result.json")
    assert body.json()["provenance"]["live_people"] == 5
    assert api.get(f"{run}/outcomes.csv").headers["content-type"].startswith("text/csv")
    assert api.get(f"{run}/as-it-is.svg").headers["content-type"] == "image/svg+xml"
    assert api.get(f"{run}/curve.csv").status_code == 404
    again = api.post(f"{run}/again", {})
    assert again.status_code == 201
    carry_out(api.db)
    assert api.get(f"/lab/runs/{again.json()['id']}/result.json").content == body.content
    listed = api.get(f"{EXPERIMENTS}/{number}/runs").json()["runs"]
    assert [(one["id"], one["again_of"]) for one in listed] == [
        (again.json()["id"], asked.json()["id"]),
        (asked.json()["id"], None),
    ]
    waiting = api.post(f"{EXPERIMENTS}/{number}/runs", {}).json()["id"]
    assert api.post(f"/lab/runs/{waiting}/cancel", {}).json()["status"] == "cancelled"
    assert api.post(f"/lab/runs/{waiting}/cancel", {}).status_code == 409
    assert api.get(run, who="other").status_code == 404


def test_who_reads_does_not_write(api: Api) -> None:
    with api.db.begin() as tx:
        api.tokens["reader"] = create_token(tx, "acme", "reader", ("lab:read",), now())
    path = f"{EXPERIMENTS}/{made(api).json()['id']}"
    assert api.get(path, who="reader").status_code == 200
    assert api.post(f"{path}/runs", {}, who="reader").status_code == 403
    assert api.get(path, who="ana").status_code == 403


def test_the_essays_figures(api: Api) -> None:
    body = api.get("/lab/essay?employees=10&contacts=500&networks=1").json()
    assert (body["page_visits"], body["added_up"]) == (50.0, 5000)
    assert body["waterfall"]["steps"][-1]["unit"] == "human clicks"
    wrong = api.get("/lab/essay?employees=0")
    assert wrong.status_code == 422
    assert "employees" in wrong.json()["detail"]
