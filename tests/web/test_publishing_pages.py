"""Publishing on pages, over the API and by each role: the same gate everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from rewards.jobs.queue import ask as put_into_the_queue
from rewards.jobs.queue import list_jobs
from rewards.people.accounts import create_account, create_token
from rewards.people.rights import RIGHTS_OF, ROLES, Right
from rewards.publishing import counting, foreseeing
from rewards.publishing.conditions import Rules, rules_of
from rewards.publishing.drafts import edit_draft, get_draft
from rewards.publishing.gate import list_decisions
from rewards.publishing.publication import scheme_in_force, shadow, versions
from rewards.scheme.presets import PRESETS
from rewards.store.session import Database
from sims.rehearsal.asking import KIND, TURNING
from tests.company import ORGANISATION
from tests.rehearsed import SMALL, carry_out, drafts, said_fair
from web.publishing.changes import SINCE, _rows

SignIn = Callable[[str], TestClient]
REASON = "More recognition, fewer clicks."


@pytest.fixture
def draft(sqlite_db: Database, client: TestClient) -> int:
    """Hal's draft; pia is a second one of HR."""
    with sqlite_db.begin() as tx:
        create_account(tx, ORGANISATION, "pia", ["employee", "hr"], None, datetime.now(UTC))
    (number,) = drafts(sqlite_db, ORGANISATION, ("recognition",), "hal")
    return number


def content(db: Database, draft: int) -> str:
    with db.read() as tx:
        return get_draft(tx, ORGANISATION, draft).hash


def later(hours: float = 80.0) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def ask(client: TestClient, draft: int, **other: str) -> int:
    form = {"effective": later(), "reason": REASON, **other}
    return client.post(f"/publishing/{draft}", data=form).status_code


def published(db: Database) -> int:
    with db.read() as tx:
        return len(versions(tx, ORGANISATION))


def test_two_people_on_pages(sqlite_db: Database, sign_in: SignIn, draft: int) -> None:
    client = sign_in("hal")
    page = client.get(f"/publishing/{draft}").text
    assert page.count('class="broken"') == 3
    assert "was never rehearsed" in page
    refused = client.post(f"/publishing/{draft}", data={"effective": later(), "reason": REASON})
    assert refused.status_code == 409
    assert REASON in refused.text
    said_fair(sqlite_db, ORGANISATION, content(sqlite_db, draft))
    assert ask(client, draft, effective="soon") == 422
    assert ask(client, draft, effective=later(-1)) == 409
    assert ask(client, draft, reason="short") == 422
    assert ask(client, draft) == 303
    assert "Withdraw it" in client.get("/publishing").text
    with sqlite_db.read() as tx:
        (decision,) = list_decisions(tx, ORGANISATION, "open")
    own = client.post(
        f"/publishing/decisions/{decision.id}", data={"decision": "approve", "reason": "It is right."}
    )
    assert own.status_code == 409
    second = sign_in("nia")
    assert "Agree, and publish" in second.get("/publishing").text
    agreed = second.post(
        f"/publishing/decisions/{decision.id}", data={"decision": "approve", "reason": "It is right."}
    )
    assert agreed.status_code == 303
    done = second.get("/publishing").text
    assert "published as version 2" in done
    assert "52 human clicks more" in done
    assert published(sqlite_db) == 2
    told = sign_in("ana").get("/rules").text
    assert "the rules are others" in told
    assert "What changes for you" in told


def test_a_draft_changed_in_between(sqlite_db: Database, sign_in: SignIn, draft: int) -> None:
    said_fair(sqlite_db, ORGANISATION, content(sqlite_db, draft))
    client = sign_in("hal")
    assert ask(client, draft, revision="1") == 303
    with sqlite_db.begin() as tx:
        edit_draft(tx, ORGANISATION, draft, PRESETS["habit"], "hal", now=datetime.now(UTC))
        (decision,) = list_decisions(tx, ORGANISATION, "open")
    answer = sign_in("nia").post(
        f"/publishing/decisions/{decision.id}", data={"decision": "approve", "reason": "It is right."}
    )
    assert answer.status_code == 409
    assert "was changed since it was proposed" in answer.text
    assert ask(sign_in("hal"), draft, revision="1") == 409
    assert published(sqlite_db) == 1


def test_a_written_reason_below_the_limit(sqlite_db: Database, sign_in: SignIn, draft: int) -> None:
    said_fair(sqlite_db, ORGANISATION, content(sqlite_db, draft), fair=False)
    client = sign_in("hal")
    assert "Why the limit on fairness need not be kept" in client.get(f"/publishing/{draft}").text
    assert ask(client, draft) == 409
    assert ask(client, draft, exception="A pilot of four weeks.") == 303
    assert "A pilot of four weeks." in sign_in("nia").get("/publishing").text


def test_a_written_reason_for_less_precision(sqlite_db: Database, sign_in: SignIn, draft: int) -> None:
    said_fair(sqlite_db, ORGANISATION, content(sqlite_db, draft), precise=False)
    client = sign_in("hal")
    page = client.get(f"/publishing/{draft}").text
    assert (
        "move the gain by 13.1 % of its range, and 10 % of its range was stated: rehearse it with more runs"
        in page
    )
    assert "Why less precision is enough<" in page
    assert ask(client, draft) == 409
    assert ask(client, draft, exception="A pilot of four weeks.") == 303
    waiting = sign_in("nia").get("/publishing").text
    assert "Less precise than stated, because: A pilot of four weeks." in waiting
    assert "Below the limit on fairness" not in waiting


def test_an_emergency_and_the_gates_rules(sqlite_db: Database, sign_in: SignIn, draft: int) -> None:
    form = {"reason": "The live scheme pays a forged network."}
    assert sign_in("hal").post(f"/publishing/{draft}/past-gate", data=form).status_code == 403
    admin = sign_in("nia")
    assert admin.post(f"/publishing/{draft}/past-gate", data=form).status_code == 303
    assert "An emergency: published without" in admin.get("/publishing").text
    assert (
        admin.post("/publishing/rules", data={"rehearsal_days": "0", "notice_hours": "1"}).status_code == 422
    )
    assert (
        admin.post("/publishing/rules", data={"rehearsal_days": "7", "notice_hours": "0"}).status_code == 303
    )
    with sqlite_db.read() as tx:
        assert rules_of(tx, ORGANISATION) == Rules(False, 7, 0)
    assert "The gate is off here" in admin.get("/publishing").text
    (other,) = drafts(sqlite_db, ORGANISATION, ("habit",), "hal")
    assert ask(sign_in("hal"), other) == 303
    assert published(sqlite_db) == 3


def test_a_rollback_is_looked_at_first(sqlite_db: Database, sign_in: SignIn, draft: int) -> None:
    client = sign_in("hal")
    page = client.get("/publishing/versions/1/rollback")
    assert page.status_code == 200
    assert "People who would have less" in page.text
    assert published(sqlite_db) == 1
    assert client.post("/publishing/versions/1/rollback", data={"reason": " "}).status_code == 422
    assert client.post("/publishing/versions/1/rollback", data={"reason": "A mistake."}).status_code == 303
    assert client.get("/publishing/versions/1/rollback").status_code == 409
    assert client.get("/publishing/versions/9/rollback").status_code == 404


def test_what_a_draft_would_have_changed(sqlite_db: Database, sign_in: SignIn, draft: int) -> None:
    client = sign_in("hal")
    assert f'href="/publishing/{draft}/shadow"' in client.get(f"/publishing/{draft}").text
    with sqlite_db.begin() as tx:
        now = datetime.now(UTC)
        seen = shadow(tx, ORGANISATION, get_draft(tx, ORGANISATION, draft).scheme, now - SINCE, now)
        rows, whole = _rows(tx, ORGANISATION, {"a": 5, "b": -7}, now)
    page = client.get(f"/publishing/{draft}/shadow")
    assert page.status_code == 200
    if whole is None:
        assert "too few people" in page.text
    else:
        assert sum(row.change for row in rows) == whole == -2
        assert "All others together" in page.text or not seen.by_segment
    assert client.get("/publishing/99/shadow").status_code == 404
    assert sign_in("ana").get(f"/publishing/{draft}/shadow").status_code == 403


def test_the_version_in_force_is_ended(sqlite_db: Database, sign_in: SignIn, draft: int) -> None:
    client = sign_in("hal")
    assert 'href="/publishing/versions/1/retire"' in client.get("/publishing").text
    path = "/publishing/versions/1/retire"
    assert "rewards nothing" in client.get(path).text
    assert client.post(path, data={"reason": " "}).status_code == 422
    assert published(sqlite_db) == 1
    assert client.post(path, data={"reason": "It is over."}).status_code == 303
    with sqlite_db.read() as tx:
        live = scheme_in_force(tx, ORGANISATION, datetime.now(UTC))
    assert live is not None
    assert (live.version, live.scheme.rules) == (2, ())
    assert client.get(path).status_code == 409
    assert client.post("/publishing/versions/2/retire", data={"reason": "It is over."}).status_code == 409
    assert sign_in("ana").post(path, data={"reason": "It is over."}).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_the_api(sqlite_db: Database, client: TestClient, draft: int, role: str) -> None:
    """Whoever may approve publishes what was proposed; everybody else is refused, and so is everybody without a proposal."""
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        create_account(tx, ORGANISATION, "oto", [role], None, now)
        mine = create_token(tx, ORGANISATION, "oto", ("schemes:write",), now, person="oto")
        author = create_token(tx, ORGANISATION, "hal", ("schemes:write",), now, person="hal")

    def post(token: str, path: str, **body: object) -> tuple[int, str]:
        answer = client.post(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.text

    at = (now + timedelta(hours=80)).isoformat()
    status, words = post(author, f"/schemes/d{draft}/publish", reason=REASON)
    assert (status, "was never rehearsed" in words) == (403, True)
    said_fair(sqlite_db, ORGANISATION, content(sqlite_db, draft), precise=False)
    status, words = post(author, f"/schemes/d{draft}/propose", reason=REASON, effective_at=at)
    assert (status, "move the gain by 13.1 % of its range, and 10 % of its range was stated" in words) == (
        403,
        True,
    )
    said_fair(sqlite_db, ORGANISATION, content(sqlite_db, draft))
    status, _ = post(author, f"/schemes/d{draft}/publish", reason=REASON, effective_at=at)
    assert status == 403
    assert post(mine, f"/schemes/d{draft}/publish", reason=REASON, past_gate=True)[0] == 403
    status, _ = post(author, f"/schemes/d{draft}/propose", reason=REASON, effective_at=at)
    assert status == 201
    status, words = post(mine, f"/schemes/d{draft}/publish", reason="It is right.")
    assert status == (201 if Right.SCHEME_APPROVE in RIGHTS_OF[role] else 403), words
    assert published(sqlite_db) == (2 if status == 201 else 1)


def test_rehearsing_and_deciding_over_the_api(sqlite_db: Database, client: TestClient, draft: int) -> None:
    now = datetime.now(UTC)
    with sqlite_db.begin() as tx:
        author = create_token(tx, ORGANISATION, "hal", ("schemes:write",), now, person="hal")
        second = create_token(tx, ORGANISATION, "pia", ("schemes:write",), now, person="pia")
    hers, his = ({"Authorization": f"Bearer {one}"} for one in (second, author))
    job = client.post(f"/api/v1/schemes/d{draft}/rehearse", json={}, headers=his)
    assert job.status_code == 202
    where = job.headers["location"]
    assert client.get(where, headers=his).json()["status"] == "waiting"
    assert client.post(f"{where}/cancel", headers=his).json()["status"] == "cancelled"
    gate = client.get(f"/api/v1/schemes/d{draft}/gate", headers=his).json()["conditions"]
    assert [one["name"] for one in gate if not one["kept"]] == ["rehearsed", "fair", "noticed", "by-two"]
    said_fair(sqlite_db, ORGANISATION, content(sqlite_db, draft))
    at = (now + timedelta(hours=80)).isoformat()
    made = client.post(
        f"/api/v1/schemes/d{draft}/propose", json={"reason": REASON, "effective_at": at}, headers=his
    ).json()
    path = f"/api/v1/scheme-decisions/{made['id']}"
    assert client.get(path, headers=his).json()["forecast"] == [52.0, 32.0, 84.0]
    assert client.post(f"{path}/approve", json={"reason": "It is right."}, headers=his).status_code == 403
    assert (
        client.post(f"{path}/decline", json={"reason": "Not before spring."}, headers=hers).json()["status"]
        == "declined"
    )
    listed = client.get("/api/v1/scheme-decisions?status=declined", headers=his).json()["decisions"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert client.post(f"{path}/approve", json={"reason": "It is right."}, headers=hers).status_code == 409


def test_every_address_that_a_job_names_answers(
    sqlite_db: Database, sign_in: SignIn, draft: int, client: TestClient
) -> None:
    """Of a rehearsal, and of the job that follows it: its page for people, its numbers for programs, and nothing before there are any."""
    with sqlite_db.begin() as tx:
        token = create_token(tx, ORGANISATION, "hal", ("schemes:write",), datetime.now(UTC), person="hal")
    head = {"Authorization": f"Bearer {token}"}
    body = {"assumptions": SMALL.model_dump()}
    asked = client.post(f"/api/v1/schemes/d{draft}/rehearse", json=body, headers=head)
    where = asked.headers["location"]
    early = client.get(where, headers=head).json()
    assert (early["result"], early["numbers"]) == (None, None)
    answer = client.get(f"{where}/result", headers=head)
    assert (answer.status_code, "is waiting and has no result" in answer.text) == (409, True)
    carry_out(sqlite_db)
    with sqlite_db.read() as tx:
        (turning,) = list_jobs(tx, ORGANISATION, TURNING)
    carry_out(sqlite_db)
    reader = sign_in("hal")
    rehearsal = client.get(where, headers=head).json()
    other = client.get(f"/api/v1/jobs/{turning.id}", headers=head).json()
    assert (rehearsal["kind"], other["kind"]) == (KIND, TURNING)
    assert other["result"] == rehearsal["result"] == f"/rehearsals/{rehearsal['id']}"
    for one in (rehearsal, other):
        assert reader.get(one["result"]).status_code == 200
        assert client.get(one["numbers"], headers=head).json()
    assert (
        client.get(rehearsal["numbers"], headers=head).json()
        == reader.get(f"{rehearsal['result']}/result.json").json()
    )
    # What else is worked at is not theirs who design schemes.
    with sqlite_db.begin() as tx:
        spec = {"look": "people"}
        other_work = put_into_the_queue(
            tx, ORGANISATION, "people-import", "people.csv", spec, total=1, actor="hal", now=datetime.now(UTC)
        )
    path = f"/api/v1/jobs/{other_work}"
    assert client.get(path, headers=head).json()["numbers"] is None
    assert client.get(f"{path}/result", headers=head).status_code == 404
    # The page of what was done for a rehearsal is the rehearsal's.
    led = reader.get(f"/rehearsals/{turning.id}")
    assert (led.status_code, led.headers["location"]) == (303, rehearsal["result"])


@pytest.mark.parametrize(("of", "told"), [("versions/1/rollback", "<dl"), ("{draft}/shadow", "<tbody")])
def test_of_a_large_company_the_worker_counts(
    sqlite_db: Database, sign_in: SignIn, draft: int, monkeypatch: pytest.MonkeyPatch, of: str, told: str
) -> None:
    client, path = sign_in("hal"), f"/publishing/{of.format(draft=draft)}"
    at_once = client.get(path).text
    assert "Counted" in at_once
    assert "Count it now" not in at_once
    monkeypatch.setattr(counting, "AT_ONCE", 1)
    page = client.get(path).text
    assert "Count it now" in page
    assert told not in page
    assert client.post(f"{path}/count").headers["location"] == path
    assert "0 of " in client.get(path).text
    assert foreseeing.count_asked(sqlite_db) > 1
    counted = client.get(path).text
    assert (
        counted.partition(told)[2].partition("Counted")[0]
        == at_once.partition(told)[2].partition("Counted")[0]
    )
    assert "Count it now" in counted
    assert published(sqlite_db) == 1
    assert client.post(f"/publishing/{of.replace('1', '9').format(draft=99)}/count").status_code == 404
    assert sign_in("ana").post(f"{path}/count").status_code == 403
