"""Awards by nomination over the API: named, decided by HR, told, and every refusal as a problem."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rewards.nominations.nominations import nominate
from rewards.store.session import Database
from tests.conftest import SHARES
from tests.web.api_client import Api, make_api

SCHEME = SHARES.replace(
    "recognition: {",
    "recognition: {nominations: [{id: helper, title: Helper, every_days: 7, points: 15}], ",
)
DECISION = "/nominations/rounds/helper/{}/decision"


@pytest.fixture
def praise(db: Database) -> Iterator[Api]:
    """The scheme is 60 days old; in the last round that is over, ana named ben and cleo named dan."""
    made = make_api(db, SCHEME)
    with db.begin() as tx:
        week_ago = datetime.now(UTC) - timedelta(days=7)
        nominate(tx, "acme", "ana", "helper", "ben", message="Was <b>there</b>.", now=week_ago)
        nominate(tx, "acme", "cleo", "helper", "dan", message="Was there too.", now=week_ago)
    with made.client:
        yield made


def refused(answer: Any, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_naming_a_colleague(praise: Api) -> None:
    (award,) = praise.get("/nominations", "ana").json()["awards"]
    assert (award["id"], award["left"], award["points_millipoints"]) == ("helper", 1, 15_000)
    body = {"award": "helper", "nominee": "eva", "message": "For the <i>third</i> time."}
    made = praise.post("/nominations", body, "ana", headers={"Idempotency-Key": "k1"})
    again = praise.post("/nominations", body, "ana", headers={"Idempotency-Key": "k1"})
    assert (made.status_code, made.json()) == (201, again.json())
    assert praise.get("/nominations", "ana").json()["awards"][0]["named"] == [made.json()]
    refused(praise.post("/nominations", body | {"nominee": "ben"}, "ana"), 403)
    refused(praise.post("/nominations", body | {"message": "Other."}, "ana"), 409)
    refused(praise.post("/nominations", body | {"nominee": "ben"}, "ben"), 403)
    refused(praise.post("/nominations", body | {"award": "prize"}, "ana"), 404)
    refused(praise.post("/nominations", body | {"message": " "}, "ana"), 422)
    refused(praise.post("/nominations", body, "admin"), 403)
    number = made.json()["id"]
    refused(praise.call("DELETE", f"/nominations/{number}", "ben"), 404)
    assert praise.call("DELETE", f"/nominations/{number}", "ana").status_code == 204
    refused(praise.call("DELETE", f"/nominations/{number}", "ana"), 404)


def test_deciding_once(praise: Api) -> None:
    (round_,) = praise.get("/nominations/rounds").json()["rounds"]
    assert (round_["state"], [one["person"] for one in round_["candidates"]]) == ("waiting", ["ben", "dan"])
    assert round_["candidates"][0]["said"] == [{"by": "Ana", "message": "Was <b>there</b>."}]
    place = DECISION.format(round_["first_day"])
    refused(praise.get("/nominations/rounds", "ana"), 403)
    refused(praise.post(place, {"winners": ["ben"], "reason": "Best."}, "ana"), 403)
    refused(praise.post(place, {"winners": ["ben", "dan"], "reason": "Best."}), 403)
    refused(praise.post(place, {"winners": ["eva"], "reason": "Best."}), 403)
    refused(praise.post(place, {"winners": ["ben"], "reason": ""}), 422)
    refused(praise.post(place, {"winners": ["ben"], "reason": "Best."}, "other"), 404)
    decided = praise.post(place, {"winners": ["ben"], "reason": "Best."})
    assert (decided.status_code, decided.json()["state"], decided.json()["actor"]) == (200, "decided", "token:admin")  # fmt: skip
    refused(praise.post(place, {"winners": ["ben"], "reason": "Best."}), 409)
    assert praise.get("/nominations/rounds").json() == {"rounds": []}
    assert praise.get("/nominations/rounds?state=decided").json()["rounds"] == [decided.json()]
    (outcome,) = praise.get("/nominations", "eva").json()["outcomes"]
    assert outcome["winners"] == [{"person": "ben", "name": "Ben"}]
    (entry,) = [one for one in praise.get("/entries", "ben").json()["entries"] if one["kind"] == "nomination"]
    assert (entry["millipoints"], entry["why"]) == (
        15_000,
        "You were chosen for “Helper” and 15 points.",
    )
    reversal = praise.post(f"/entries/{entry['id']}/reversal", {"reason": "Mistaken."})
    assert reversal.status_code in (200, 201)
    assert praise.get("/nominations", "eva").json()["outcomes"] == []
