"""Mail and membership on pages: one's own choices, links from mails, HR's invitations, the administrator's list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from rewards.events import DIGEST_VISIT
from rewards.ledger.history import export_events
from rewards.mail.choices import Choice, choice_of
from rewards.mail.tokens import token_for
from rewards.outside.mail import queue
from rewards.people.membership import invite, membership_of
from rewards.publishing.publication import publish_scheme
from rewards.scheme.presets import PRESETS
from rewards.store import mail as rows
from rewards.store import people as people_rows
from rewards.store.persons import find_row
from rewards.store.session import Database
from tests.company import ORGANISATION, Company

SignIn = Callable[[str], TestClient]
CHOICE = {
    "digest": "daily",
    "weekday": "3",
    "hour": "8",
    "quiet_from": "21",
    "quiet_until": "6",
    "notices": "true",
}


def now() -> datetime:
    return datetime.now(UTC)


def chosen(db: Database, person: str = "ana") -> Choice:
    with db.read() as tx:
        return choice_of(tx, ORGANISATION, person)


def standing(db: Database, person: str = "ana") -> str:
    with db.read() as tx:
        return membership_of(tx, ORGANISATION, person, now()).standing


def with_address(db: Database, person: str = "ana") -> int:
    with db.begin() as tx:
        row = find_row(tx, ORGANISATION, person)
        people_rows.change_identity(tx, row.id, row.name, f"{person}@acme.example")
        return row.id


def token(db: Database, about: str, purpose: str = "unsubscribe", person: str = "ana") -> str:
    with db.read() as tx:
        id_ = find_row(tx, ORGANISATION, person).id
        return token_for(tx, ORGANISATION, id_, purpose, about)  # type: ignore[arg-type]


def ask_enrolment(db: Database) -> None:
    scheme = PRESETS["clicks"].model_copy(update={"membership": "enrolled"})
    at = now()
    with db.begin() as tx:
        publish_scheme(tx, ORGANISATION, scheme, at, "hal", "a test", at)


def test_she_chooses_what_she_gets(sqlite_db: Database, sign_in: SignIn) -> None:
    client = sign_in("ana")
    assert "we have no address of yours" in client.get("/account/notifications").text
    with_address(sqlite_db)
    assert "ana@acme.example" in client.get("/account/notifications").text
    answer = client.post("/account/notifications", data=CHOICE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/notifications?saved=1")
    assert chosen(sqlite_db) == Choice("daily", 3, 8, True, 21, 6)
    assert "Saved." in client.get("/account/notifications?saved=1").text


@pytest.mark.parametrize(
    ("change", "why"),
    [({"hour": "23"}, "lies in the quiet hours"), ({"hour": "24"}, "limit 0 to 23"), ({"weekday": "7"}, "limit 0 (Monday)")],
)  # fmt: skip
def test_a_choice_that_cannot_be_is_told_in_one_line(
    sqlite_db: Database, sign_in: SignIn, change: dict[str, str], why: str
) -> None:
    answer = sign_in("ana").post("/account/notifications", data=CHOICE | change)
    assert answer.status_code == 422
    assert why in answer.text
    assert chosen(sqlite_db) == Choice()


def test_unsubscribed_in_one_click_without_signing_in(sqlite_db: Database, client: TestClient) -> None:
    path = f"/mail/unsubscribe/{token(sqlite_db, 'digest')}"
    assert client.get(path).status_code == 200
    assert chosen(sqlite_db).digest == "weekly", "programs that follow links unsubscribe nobody"
    # As mail programs send it (RFC 8058): a form, no cookie, no browser headers.
    for _ in range(2):
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert chosen(sqlite_db) == Choice("off")
    client.post(f"/mail/unsubscribe/{token(sqlite_db, 'scheme')}")
    assert chosen(sqlite_db) == Choice("off", notices=False)


def test_a_link_that_was_tampered_with_does_nothing(sqlite_db: Database, client: TestClient) -> None:
    good = token(sqlite_db, "digest")
    for bad in (good[:-1] + "x", good.replace(":digest:", ":scheme:"), "x", "acme:1:digest:" + "0" * 32):
        answer = client.post(f"/mail/unsubscribe/{bad}")
        assert answer.status_code == 404, bad
    assert chosen(sqlite_db) == Choice()


def test_a_visit_by_way_of_a_digest_is_recorded_of_her_alone(sqlite_db: Database, sign_in: SignIn) -> None:
    path = f"/digest/{token(sqlite_db, '123', 'visit')}"

    def visits() -> list[str]:
        with sqlite_db.read() as tx:
            return [event.subject for event in export_events(tx, ORGANISATION) if event.kind == DIGEST_VISIT]

    client = sign_in("sam")
    assert client.get(path).headers["location"] == "/"
    client.cookies.clear()
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.headers["location"].startswith("/sign-in?next=/digest/")
    assert visits() == []
    client = sign_in("ana")
    assert client.get(f"{path}/launch").headers["location"] == "/share/launch/linkedin"
    assert client.get(f"{path}/gone").headers["location"] == "/"
    assert visits() == ["ana"]


def test_she_joins_pauses_and_leaves_by_herself(sqlite_db: Database, sign_in: SignIn) -> None:
    ask_enrolment(sqlite_db)
    client = sign_in("ana")
    assert "You are not invited yet" in client.get("/account/membership").text
    refused = client.post("/account/membership", data={"step": "join"})
    assert refused.status_code == 409
    assert "was not invited yet" in refused.text
    with sqlite_db.begin() as tx:
        invite(tx, ORGANISATION, now(), "hal", people=["ana"])
    for step, expected in (
        ("join", "enrolled"),
        ("pause", "paused"),
        ("resume", "enrolled"),
        ("leave", "left"),
    ):
        assert f'value="{step}"' in client.get("/account/membership").text
        answer = client.post("/account/membership", data={"step": step})
        assert answer.headers["location"] == f"/account/membership?done={step}"
        # Sent twice, as by a double click.
        client.post("/account/membership", data={"step": step})
        assert standing(sqlite_db) == expected
    page = client.get("/account/membership?done=leave").text
    assert "What you earned stays yours" in page


def test_hr_invites_a_group_and_is_shown_no_names(sqlite_db: Database, sign_in: SignIn) -> None:
    ask_enrolment(sqlite_db)
    client = sign_in("hal")
    assert "Invited so far" in client.get("/hr/membership").text
    answer = client.post("/hr/membership", data={"whom": "groups", "segments": ["sales"]})
    assert answer.headers["location"] == "/hr/membership?invited=6-0-0"
    assert "6 people are invited now." in client.get(answer.headers["location"]).text
    again = client.post("/hr/membership", data={"whom": "groups", "segments": ["sales"]})
    assert again.headers["location"] == "/hr/membership?invited=0-0-0"
    nobody = client.post("/hr/membership", data={"whom": "groups"})
    assert nobody.status_code == 422
    assert "got nobody" in nobody.text
    page = client.get("/hr/membership").text
    assert not any(f"{name} &lt;b&gt;" in page for name in ("Ana", "Ben", "Eve"))
    for said in ("x", "1-2", "1-2-x", "<b>", "1-2-999999999999"):
        assert client.get("/hr/membership", params={"invited": said}).status_code == 200


def test_the_administrator_sees_what_failed_and_tries_again(
    sqlite_db: Database, sign_in: SignIn, company: Company
) -> None:
    with_address(sqlite_db)
    with sqlite_db.begin() as tx:
        mail = queue(tx, ORGANISATION, company.employee, "join", {"link": "/secret"}, now=now())
        assert mail is not None
        rows.report(tx, mail, 0, {"status": "failed", "answer": "550 no <such> user"})
    client = sign_in("nia")
    page = client.get("/admin/mail").text
    assert "550 no &lt;such&gt; user" in page
    assert "/secret" not in page
    assert "No mail server is named" in page
    assert client.post(f"/admin/mail/{mail}/again").headers["location"] == "/admin/mail?done=1"
    twice = client.post(f"/admin/mail/{mail}/again")
    assert twice.status_code == 409
    assert "did not fail" in twice.text
    assert client.get("/admin/mail?every=true").status_code == 200


def test_the_pages_speak_german(sqlite_db: Database, sign_in: SignIn) -> None:
    german = {"accept-language": "de"}
    client = sign_in("ana")
    assert "Deine Mails" in client.get("/account/notifications", headers=german).text
    assert "Mitmachen" in client.get("/account/membership", headers=german).text
    assert "Teilnahme" in sign_in("hal").get("/hr/membership", headers=german).text
