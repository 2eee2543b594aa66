"""The API's journeys: thanks, rewards, entries, boards, credentials, reviews, webhooks; each refusal in its place."""

from __future__ import annotations

import threading
from typing import Any

import jwt
import pytest
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from tests.web.api_client import Api
from web.api.shared import cursor_of, number_of, place_of
from web.problems import Problem

PROBLEM = "application/problem+json"
WHY = {"reason": "a test"}


def refused(answer: Any, status: int) -> str:
    """The answer is this problem, in one line."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["status"] == status
    detail: str = answer.json()["detail"]
    assert "\n" not in detail
    return detail


def test_thanks_are_given_once_a_key(api: Api) -> None:
    body = {"receiver": "ben", "message": "<b>Thank</b> you", "tags": ["help"]}
    key = {"Idempotency-Key": "k1"}
    first = api.post("/kudos", body, "ana", headers=key)
    assert (first.status_code, first.json()["status"]) == (201, "given")
    again = api.post("/kudos", body, "ana", headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert api.get("/me/allowance", "ana").json() == {"left_millipoints": 90_000}
    assert api.post("/kudos", body, "cleo", headers=key).status_code == 201, (
        "another caller's key is another key"
    )
    assert api.get("/me/allowance", "ana").json() == {"left_millipoints": 90_000}


def test_a_key_names_one_request(api: Api) -> None:
    key = {"Idempotency-Key": "k1"}
    body = {"receiver": "ben", "message": "Thank you"}
    assert api.post("/kudos", body, "ana", headers=key).status_code == 201
    for other in (body | {"receiver": "dan"}, body | {"millipoints": 5000}):
        assert "used for another request" in refused(api.post("/kudos", other, "ana", headers=key), 422)
    assert "used for another request" in refused(
        api.post("/rewards/claims", {"reward": "mug"}, "ana", headers=key), 422
    )
    assert api.get("/me/allowance", "ana").json() == {"left_millipoints": 90_000}


def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    key = {"Idempotency-Key": "k1"}
    refused(api.post("/rewards/claims", {"reward": "mug"}, "ana", headers=key), 409)
    api.share("ana")
    assert api.post("/rewards/claims", {"reward": "mug"}, "ana", headers=key).status_code == 201


def test_simultaneous_requests_of_one_key_have_one_effect(api: Api) -> None:
    body = {"receiver": "ben", "message": "Thank you"}
    answers: list[Any] = [None] * 8
    gate = threading.Barrier(8)

    def send(at: int) -> None:
        gate.wait()
        answers[at] = api.post("/kudos", body, "ana", headers={"Idempotency-Key": "k1"})

    threads = [threading.Thread(target=send, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "in_flight"
    assert api.get("/me/allowance", "ana").json() == {"left_millipoints": 90_000}


REFUSED_THANKS: list[tuple[Any, int]] = [
    ({"receiver": "ana", "message": "Well done, me"}, 403),
    ({"receiver": "nobody", "message": "Hello"}, 404),
    ({"receiver": "ben", "message": " "}, 422),
    ({"receiver": "ben", "message": "x" * 1001}, 422),
    ({"receiver": "ben", "message": "a\x00b"}, 422),
    ({"receiver": "ben", "message": "\ud800"}, 422),
    ({"receiver": "ben", "message": "x", "millipoints": -1}, 422),
    ({"receiver": "ben", "message": "x", "millipoints": 0}, 422),
    ({"message": "x"}, 422),
    ({"receiver": "ben", "receivers": ["cleo"], "message": "x"}, 422),
    ({"receivers": [], "message": "x"}, 422),
    ({"receivers": ["ben", "ben"], "message": "x"}, 422),
    ({"receivers": ["ben", "nobody"], "message": "x"}, 404),
    ({"receiver": "ben", "message": "x", "millipoints": 1.5}, 422),
    ({"receiver": "ben", "message": "x", "millipoints": 200_000}, 409),
    ({"receiver": "ben", "message": "x", "surprise": 1}, 422),
    ({"receiver": "ben"}, 422),
    ([], 422),
]


def test_thanks_that_are_refused(api: Api) -> None:
    for body, status in REFUSED_THANKS:
        refused(api.post("/kudos", body, "ana"), status)
    assert api.get("/me/allowance", "ana").json() == {"left_millipoints": 100_000}


def test_several_are_thanked_at_once_and_thanks_are_taken_back(api: Api) -> None:
    body = {"receivers": ["ben", "cleo", "dan"], "message": "Well done", "millipoints": 10_000}
    said = api.post("/kudos", body, "ana").json()
    assert [(gift["receiver"], gift["status"]) for gift in said["gifts"]] == [
        ("ben", "given"), ("cleo", "given"), ("dan", "given"),
    ]  # fmt: skip
    assert said["id"] == said["gifts"][0]["id"]
    assert api.get("/me/allowance", "ana").json() == {"left_millipoints": 100_000 - 3 * 3_333}
    refused(api.post(f"/kudos/{said['id']}/withdraw", WHY, "ben"), 404)
    refused(api.post(f"/kudos/{said['id']}/withdraw", WHY, "other"), 404)
    assert api.post(f"/kudos/{said['id']}/withdraw", WHY, "ana").status_code == 204
    assert api.get("/me/allowance", "ana").json() == {"left_millipoints": 100_000 - 2 * 3_333}
    refused(api.post(f"/kudos/{said['id']}/withdraw", WHY, "ana"), 409)
    assert api.post(f"/kudos/{said['gifts'][1]['id']}/withdraw", WHY).status_code == 204


def test_a_token_without_a_person_gives_no_thanks(api: Api) -> None:
    refused(api.post("/kudos", {"receiver": "ben", "message": "x"}, "admin"), 403)


def test_a_reward_is_claimed_approved_and_taken_back(api: Api) -> None:
    api.share("ana", "ben")
    offers = {one["id"]: one for one in api.get("/rewards", "ana").json()["rewards"]}
    assert (offers["mug"]["left"], offers["mug"]["affordable"]) == (1, True)
    trip = api.post("/rewards/claims", {"reward": "trip"}, "ana").json()
    assert trip["status"] == "requested"
    assert [c["id"] for c in api.get("/rewards/claims/waiting").json()["claims"]] == [trip["id"]]
    refused(api.post(f"/rewards/claims/{trip['id']}/approve", WHY, "ana"), 403)
    refused(api.post(f"/rewards/claims/{trip['id']}/cancel", WHY, "ben"), 404)
    refused(api.post(f"/rewards/claims/{trip['id']}/approve", WHY, "other"), 404)
    assert api.post(f"/rewards/claims/{trip['id']}/approve", WHY).json()["status"] == "approved"
    refused(api.post(f"/rewards/claims/{trip['id']}/decline", WHY), 409)
    # What was approved was handed out: HR alone takes it back.
    refused(api.post(f"/rewards/claims/{trip['id']}/cancel", WHY, "ana"), 409)
    assert api.post(f"/rewards/claims/{trip['id']}/cancel", WHY).json()["status"] == "cancelled"
    refused(api.post(f"/rewards/claims/{trip['id']}/cancel", WHY), 409)
    me = api.get("/me", "ana").json()
    assert (me["earned_millipoints"], me["spendable_millipoints"]) == (20_000, 20_000)
    again = api.post("/rewards/claims", {"reward": "trip"}, "ana").json()
    assert api.post(f"/rewards/claims/{again['id']}/decline", WHY).json()["reason"] == "a test"
    assert api.post("/rewards/claims", {"reward": "mug"}, "ana").status_code == 201
    assert "none left" in refused(api.post("/rewards/claims", {"reward": "mug"}, "ben"), 409)
    refused(api.post("/rewards/claims", {"reward": "yacht"}, "ana"), 404)
    assert [c["reward"] for c in api.get("/rewards/claims", "ana").json()["claims"]] == [
        "mug",
        "trip",
        "trip",
    ]


def test_an_entry_is_undone_once(api: Api) -> None:
    (entry,) = api.share("ana")
    refused(api.post(f"/entries/{entry}/reversal", WHY, "ana"), 403)
    refused(api.post(f"/entries/{entry}/reversal", WHY, "other"), 404)
    refused(api.post(f"/entries/{entry}/reversal", {}), 422)
    key = {"Idempotency-Key": "undo"}
    done = api.post(f"/entries/{entry}/reversal", WHY, headers=key)
    assert done.status_code == 201
    assert -20_000 in [e["millipoints"] for e in done.json()["entries"]]
    assert api.post(f"/entries/{entry}/reversal", WHY, headers=key).json() == done.json()
    refused(api.post(f"/entries/{entry}/reversal", WHY), 409)
    refused(api.post("/entries/999999/reversal", WHY), 404)
    for bad in ("0", "-1", "x", str(2**63), "9" * 400):
        refused(api.post(f"/entries/{bad}/reversal", WHY), 422)
    assert api.get("/me", "ana").json()["earned_millipoints"] == 0


def test_entries_page_by_page_are_all_of_them_once(api: Api) -> None:
    api.share(*["ana"] * 7)
    whole = api.get("/entries?limit=200", "ana").json()
    assert whole["next"] is None
    found, path = [], "/entries?limit=3"
    while path:
        answer = api.get(path, "ana")
        found += answer.json()["entries"]
        assert len(answer.json()["entries"]) <= 3
        link = answer.headers.get("link")
        assert (link is None) == (answer.json()["next"] is None)
        path = link.split(">")[0].removeprefix("</api/v1") if link else ""
    assert found == whole["entries"]
    assert api.get("/entries", "ben").json() == {"entries": [], "next": None}


def test_cursors_that_no_list_gave(api: Api) -> None:
    for cursor in ("x", "!!", "LTE", "MQ==", cursor_of("a"), cursor_of(-1), cursor_of(2**70)):
        for path, who in (("/entries", "ana"), ("/reviews", "admin"), ("/schemes", "admin")):
            refused(api.get(path, who, params={"cursor": cursor}), 422)


def test_cursors_come_back() -> None:
    assert number_of(cursor_of(77)) == 77
    assert place_of(cursor_of("d12")) == "d12"
    assert place_of(None) is number_of(None) is None
    with pytest.raises(Problem):
        number_of(cursor_of("٣"))


def test_boards_as_the_reader_sees_them(api: Api) -> None:
    api.share("ana", "ana", "ben")
    assert [b["id"] for b in api.get("/leaderboards", "ana").json()["leaderboards"]] == [
        "week",
        "hidden",
        "teams",
    ]
    board = api.get("/leaderboards/week", "ana").json()
    assert [(r["rank"], r["label"], r["is_me"]) for r in board["rows"]][:2] == [
        (1, "Ana", True),
        (2, "Ben", False),
    ]
    assert board["me"] == {"rank": 1, "label": "You", "millipoints": 30_000, "is_me": True}
    hidden = api.get("/leaderboards/hidden", "ana").json()
    assert (hidden["rows"], hidden["neighbours"]) == ([], [])
    assert hidden["suppressed"]
    refused(api.get("/leaderboards/nothing", "ana"), 404)
    refused(api.get("/leaderboards/week", "writer"), 403)


def test_case_52_over_the_api(api: Api) -> None:
    _, second = api.share("ana", "ana")
    answer = api.get("/badges/loud/credential", "ana").json()
    assert answer["status"] == "valid"
    token = answer["credential"]
    bare = api.get("/badges/loud/credential", "ana", headers={"accept": "application/vc+jwt"})
    assert (bare.text, bare.headers["content-type"]) == (token, "application/vc+jwt")
    assert api.get("/badges/loud/credential?person=ana").json()["credential"] == token
    refused(api.get("/badges/loud/credential?person=ana", "ben"), 403)
    refused(api.get("/badges/loud/credential", "ben"), 404)
    refused(api.get("/badges/loud/credential?person=ana", "other"), 404)

    def download(url: str) -> bytes:
        found = api.client.get(url)
        assert found.status_code == 200
        return bytes(found.content)

    issuer = api.client.get(answer["document"]["issuer"]["url"]).json()
    assert issuer["did"] == answer["document"]["iss"]
    assert jwt.decode(token, jwt.PyJWK(issuer["jwk"]), ["EdDSA"], options={"verify_aud": False})
    verifier = OB3Verifier.for_issuer_did(issuer["did"])
    assert verifier.verify(token, check_status=True, download=download)
    ask = lambda text: api.client.post("/api/v1/credentials/verify", json={"credential": text}).json()  # noqa: E731
    assert ask(token) == {"valid": True, "reason": "valid", "issuer": issuer["did"], "badge": "loud"}
    assert api.post(f"/entries/{second}/reversal", WHY).status_code == 201
    with pytest.raises(OB3VerificationError, match="revocation"):
        verifier.verify(token, check_status=True, download=download)
    assert ask(token)["valid"] is False
    assert ask(token[:-4] + "AAAA")["valid"] is False
    assert api.get("/badges/loud/credential", "ana").json()["status"] == "revoked"
    assert {b["id"]: b["revoked_at"] is None for b in api.get("/badges", "ana").json()["badges"]} == {
        "first": True,
        "loud": False,
    }
    refused(api.client.get("/api/v1/issuers/none"), 404)
    refused(api.client.get("/api/v1/issuers/none/status/0"), 404)


def test_a_reciprocal_pair_is_reviewed_and_the_decision_logged(api: Api) -> None:
    for n in range(3):
        for giver, receiver in (("ana", "ben"), ("ben", "ana")):
            answer = api.post("/kudos", {"receiver": receiver, "message": f"Thanks {n}"}, giver)
            assert answer.status_code == 201
    assert answer.json()["status"] == "held"
    (review,) = api.get("/reviews").json()["reviews"]
    assert (review["kind"], review["status"], review["actor"]) == ("reciprocal", "open", None)
    refused(api.get("/reviews", "ana"), 403)
    path = f"/reviews/{review['id']}/decision"
    refused(api.post(path, {"decision": "approve"}), 422)
    refused(api.post(path, {"decision": "approve", "reason": "x"}, "other"), 404)
    done = api.post(path, {"decision": "decline", "reason": "they swap thanks"}).json()
    assert (done["status"], done["actor"], done["reason"]) == ("declined", "token:admin", "they swap thanks")
    assert done["decided_at"]
    refused(api.post(path, {"decision": "approve", "reason": "x"}), 409)
    assert api.get("/reviews").json()["reviews"] == []
    assert api.get("/reviews?state=decided").json()["reviews"] == [done]


def test_webhooks_are_managed(api: Api) -> None:
    refused(api.post("/webhooks", {"url": "https://hooks.example.com/x"}, "ana"), 403)
    for url in ("http://hooks.example.com/", "https://10.0.0.1/", "nonsense"):
        refused(api.post("/webhooks", {"url": url}), 422)
    refused(api.post("/webhooks", {"url": "https://hooks.example.com/", "topics": ["Ä"]}), 422)
    made = api.post("/webhooks", {"url": "https://hooks.example.com/x", "topics": ["event.*"]})
    assert made.status_code == 201
    secret, webhook = made.json()["secret"], made.json()["webhook"]
    listed = api.get("/webhooks")
    assert [one["id"] for one in listed.json()["webhooks"]] == [webhook["id"]]
    assert secret not in listed.text
    path = f"/webhooks/{webhook['id']}"
    refused(api.post(f"{path}/rotate", {}, "other"), 404)
    rotated = api.post(f"{path}/rotate", {"overlap_hours": 1}).json()
    assert rotated["secret"] != secret
    assert rotated["webhook"]["overlap_until"]
    refused(api.post(f"{path}/rotate", {"overlap_hours": 1000}), 422)
    assert api.get(f"{path}/deliveries").json() == {"deliveries": [], "next": None}
    refused(api.post(f"{path}/deliveries/1/retry", None), 409)
    refused(api.call("DELETE", path, "other"), 404)
    assert api.call("DELETE", path).status_code == 204
    refused(api.call("DELETE", path), 404)
