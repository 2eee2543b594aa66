"""The gate, tried by each role on the page, over the API and by command.

The same people are let through everywhere, and for the same reasons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from rewards.people.accounts import create_account, create_token, open_session
from rewards.people.rights import RIGHTS_OF, ROLES, Right
from rewards.publishing.conditions import Plan
from rewards.publishing.drafts import get_draft
from rewards.publishing.gate import list_decisions, propose
from rewards.publishing.publication import versions
from rewards.store.session import Database
from sims.cli import app as commands
from tests.company import ORGANISATION, make_company
from tests.rehearsed import drafts, said_fair
from web.app import create_app
from web.problems import COOKIE
from web.settings import Settings

PEOPLE = dict(zip(ROLES, ("ben", "eve", "lea", "oto", "ria", "pia"), strict=True))
REASON = "The forecast convinces me."
Way = Callable[[str, int, int], bool]
"""Tries to publish as a person: the draft, and the decision that waits (0: none). Whether it was let through."""


@pytest.fixture
def program(db: Database) -> Database:
    """A company whose gate is on, with somebody of each role alone."""
    make_company(db)
    with db.begin() as tx:
        for role, person in PEOPLE.items():
            create_account(tx, ORGANISATION, person, [role], None, datetime.now(UTC))
    return db


@pytest.fixture
def client(program: Database) -> Iterator[TestClient]:
    url = program.url.render_as_string(hide_password=False)
    served = create_app(Settings(DATABASE_URL=url, organisation=ORGANISATION))
    with TestClient(served, base_url="http://testserver", follow_redirects=False) as found:
        yield found


def by_page(program: Database, client: TestClient) -> Way:
    def publish(person: str, draft: int, decision: int) -> bool:
        with program.begin() as tx:
            client.cookies.set(COOKIE, open_session(tx, ORGANISATION, person, datetime.now(UTC)))
        form = {"reason": REASON, "effective": _at().strftime("%Y-%m-%dT%H:%M")}
        if not decision:
            return client.post(f"/publishing/{draft}/past-gate", data=form).status_code == 303
        answer = client.post(f"/publishing/decisions/{decision}", data={**form, "decision": "approve"})
        assert answer.status_code in (303, 403, 409), re.findall(r'role="alert">([^<]*)', answer.text)
        return answer.status_code == 303

    return publish


def by_api(program: Database, client: TestClient) -> Way:
    def publish(person: str, draft: int, decision: int) -> bool:
        with program.begin() as tx:
            now = datetime.now(UTC)
            scopes = ("schemes:write",) if decision else ("schemes:write", "admin")
            token = create_token(tx, ORGANISATION, f"{person} {draft}", scopes, now, person=person)
        body = {"reason": REASON, **({} if decision else {"past_gate": True})}
        path = f"/api/v1/schemes/d{draft}/publish"
        answer = client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (201, 403), answer.text
        return answer.status_code == 201

    return publish


def by_command(program: Database, client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Way:
    monkeypatch.setenv("DATABASE_URL", program.url.render_as_string(hide_password=False))

    def publish(person: str, draft: int, decision: int) -> bool:
        more = [] if decision else ["--past-gate"]
        typed = ["scheme", "publish", f"d{draft}", "--by", person, "--reason", REASON]
        done = CliRunner().invoke(commands, [*typed, "--organisation", ORGANISATION, *more])
        assert done.exit_code in (0, 2), (done.stdout, done.stderr)
        return done.exit_code == 0

    return publish


def _at() -> datetime:
    return datetime.now(UTC) + timedelta(hours=80)


def proposed(db: Database) -> tuple[int, int]:
    """A fair draft of hal's that waits for a second person: (draft, decision)."""
    (draft,) = drafts(db, ORGANISATION, ("recognition",), "hal")
    with db.read() as tx:
        content = get_draft(tx, ORGANISATION, draft).hash
    said_fair(db, ORGANISATION, content)
    now = datetime.now(UTC)
    with db.begin() as tx:
        plan = Plan(mode="prospective", effective_at=_at(), reason="Recognition costs less.")
        return draft, propose(tx, ORGANISATION, draft, plan, "hal", now=now).id


@pytest.mark.parametrize("way", ["page", "api", "command"])
def test_the_same_roles_are_let_through_everywhere(
    program: Database, client: TestClient, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    ways = {
        "page": by_page(program, client),
        "api": by_api(program, client),
        "command": by_command(program, client, monkeypatch),
    }
    publish = ways[way]
    for role, person in PEOPLE.items():
        draft, decision = proposed(program)
        with program.read() as tx:
            before = len(versions(tx, ORGANISATION))
        # Whoever proposed it is no second person, whatever way she takes.
        assert not publish("hal", draft, decision)
        let_in = publish(person, draft, decision)
        assert let_in is (Right.SCHEME_APPROVE in RIGHTS_OF[role]), role
        with program.read() as tx:
            (found,) = list_decisions(tx, ORGANISATION, draft=draft)
            assert len(versions(tx, ORGANISATION)) == before + let_in
        assert found.status == ("published" if let_in else "open")
        assert found.decider == (person if let_in else None)


@pytest.mark.parametrize("way", ["page", "api", "command"])
def test_an_emergency_is_the_same_roles_everywhere(
    program: Database, client: TestClient, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    ways = {
        "page": by_page(program, client),
        "api": by_api(program, client),
        "command": by_command(program, client, monkeypatch),
    }
    for role, person in PEOPLE.items():
        (draft,) = drafts(program, ORGANISATION, ("habit",), "hal")
        assert ways[way](person, draft, 0) is (Right.PAST_GATE in RIGHTS_OF[role]), role
