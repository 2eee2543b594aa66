"""Who is gone is out at once: tokens, sessions, webhooks and reviews follow the person; nobody approves her own, by no detour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from rewards.faults import Refused
from rewards.merging import merge_people
from rewards.outside.delivery import deliver_due
from rewards.outside.webhooks import rotate_secret, subscribe, subscriptions
from rewards.people.accounts import (
    SCOPES,
    account_for_session,
    authenticate_tokens,
    create_account,
    create_token,
    forget_sessions,
    hash_password,
    open_session,
)
from rewards.people.accounts import sign_in as sign_in_with
from rewards.people.people import deactivate, erase, pause, reactivate, refuse_own
from rewards.review import decide, open_reviews
from rewards.store import people as people_rows
from rewards.store import schema, trail
from rewards.store.units import to_us
from tests.conftest import World
from tests.web.api_client import Api

ASKED = (
    ("GET", "/me/export"), ("GET", "/people/ana/export"), ("GET", "/entries"), ("POST", "/schemes"), ("POST", "/schemes/d1/publish"),
    ("GET", "/rewards/claims/waiting"), ("POST", "/rewards/claims/1/approve"), ("POST", "/reviews/1/decision"), ("GET", "/webhooks"),
    ("POST", "/events"),
)  # fmt: skip


def leave(api: Any, how: str, person: str) -> None:
    """Make a person gone."""
    now = datetime.now(UTC)
    with api.db.begin() as tx:
        if how == "deactivated":
            deactivate(tx, "acme", person, now)
        else:
            erase(tx, "acme", person, now)


@pytest.mark.parametrize("how", ["deactivated", "erased"])
def test_nothing_that_speaks_for_who_is_gone_does_anything(api: Api, how: str) -> None:
    now = datetime.now(UTC)
    with api.db.begin() as tx:
        api.tokens["own"] = create_token(tx, "acme", "own", SCOPES, now, person="ben")
        api.tokens["made"] = create_token(tx, "acme", "made", SCOPES, now, made_by="ben")
        create_account(tx, "acme", "ben", ["hr"], None, now)
        session = open_session(tx, "acme", "ben", now)
    for who in ("own", "made"):
        assert api.get("/webhooks", who).status_code == 200
    leave(api, how, "ben")
    for who in ("own", "made"):
        for method, path in ASKED:
            assert api.call(method, path, who).status_code == 401, (who, path)
    with api.db.read() as tx:
        assert account_for_session(tx, session, now) is None
        assert authenticate_tokens(tx, [api.tokens["admin"]], now)[0] is not None


def test_tokens_of_an_account_that_is_merged_speak_for_the_one_that_goes_on(api: Api) -> None:
    now = datetime.now(UTC)
    with api.db.begin() as tx:
        own = create_token(tx, "acme", "own", SCOPES, now, person="ben")
        made = create_token(tx, "acme", "made", SCOPES, now, made_by="ben")
        merge_people(tx, "acme", "eva", "ben", now)
        found = authenticate_tokens(tx, [own], now)[0]
        assert found is not None
        assert found.person == "eva"
        assert authenticate_tokens(tx, [made], now)[0] is not None
        deactivate(tx, "acme", "eva", now)
        for token in (own, made):
            assert authenticate_tokens(tx, [token], now)[0] is None


def test_a_pause_ends_nothing_and_a_return_brings_tokens_back(api: Api) -> None:
    now = datetime.now(UTC)
    with api.db.begin() as tx:
        pause(tx, "acme", "ana", now)
    assert api.get("/entries", "ana").status_code == 200
    leave(api, "deactivated", "ana")
    assert api.get("/entries", "ana").status_code == 401
    with api.db.begin() as tx:
        reactivate(tx, "acme", "ana", datetime.now(UTC))
    assert api.get("/entries", "ana").status_code == 200


def test_another_password_ends_the_sessions_and_the_same_one_does_not(world: World) -> None:
    first, second = hash_password("a long enough phrase"), hash_password("another long phrase")
    with world.db.begin() as tx:
        create_account(tx, world.organisation, "ana", ["employee"], first, world.now)
        token = open_session(tx, world.organisation, "ana", world.now)
        create_account(tx, world.organisation, "ana", ["employee", "hr"], first, world.now)
        assert account_for_session(tx, token, world.now) is not None
        create_account(tx, world.organisation, "ana", ["employee"], second, world.now)
        assert account_for_session(tx, token, world.now) is None
    assert sign_in_with(world.db, world.organisation, "ana", "a long enough phrase", world.now) is None
    assert sign_in_with(world.db, world.organisation, "ana", "another long phrase", world.now) is not None


def test_expired_sessions_are_deleted(world: World) -> None:
    def kept() -> int:
        with world.db.read() as tx:
            return len(tx.execute(select(schema.session_token)).all())

    with world.db.begin() as tx:
        for person in ("ana", "ben"):
            create_account(tx, world.organisation, person, ["employee"], None, world.now)
            for _ in range(3):
                open_session(tx, world.organisation, person, world.now)
    later = world.now + timedelta(days=2)
    with world.db.begin() as tx:
        open_session(tx, world.organisation, "ana", later)
    assert kept() == 4
    with world.db.begin() as tx:
        assert forget_sessions(tx, later) == 3
    assert kept() == 1


@pytest.mark.parametrize("how", ["deactivated", "erased"])
def test_a_webhook_ends_with_whoever_made_it(api: Api, how: str) -> None:
    now = datetime.now(UTC)
    sent: list[str] = []

    def send(url: str, body: bytes, headers: Any) -> int:
        sent.append(url)
        return 200

    with api.db.begin() as tx:
        hers, _ = subscribe(tx, "acme", "https://a.example/ben", (), "ben", now=now - timedelta(minutes=1))
        create_token(tx, "acme", "made", SCOPES, now, made_by="ben")
        by_token, _ = subscribe(
            tx, "acme", "https://a.example/made", (), "token:made", now=now - timedelta(minutes=1)
        )
        subscribe(tx, "acme", "https://a.example/org", (), "token:admin", now=now - timedelta(minutes=1))
        trail.tell(tx, "acme", [("event.awarded", {"event": 1})], to_us(now))
    leave(api, how, "ben")
    deliver_due(api.db, now + timedelta(seconds=1), send)
    assert sent == ["https://a.example/org"]
    with api.db.begin() as tx:
        found = {one.id: one.status for one in subscriptions(tx, "acme")}
        assert (found[hers.id], found[by_token.id]) == ("gone", "gone")
        rotate_secret(tx, "acme", hers.id, "token:admin", now)
        trail.tell(tx, "acme", [("event.awarded", {"event": 2})], to_us(now + timedelta(seconds=2)))
    deliver_due(api.db, now + timedelta(seconds=3), send)
    assert sorted(sent[1:]) == ["https://a.example/ben", "https://a.example/org"]


OWN = "claim {claim}: is your own; ask a colleague to decide"


def test_nobody_decides_for_herself_by_a_token_or_a_former_account(world: World) -> None:
    organisation = world.organisation
    with world.db.begin() as tx:
        create_token(tx, organisation, "made", SCOPES, world.now, made_by="ana")
        create_token(tx, organisation, "plain", SCOPES, world.now)
        ids = {name: people_rows.find(tx, organisation, name).id for name in ("ana", "ben")}  # type: ignore[union-attr]
        merge_people(tx, organisation, "ana", "ben", world.now)
        for actor in ("ana", "token:made"):
            for person in ids.values():
                with pytest.raises(Refused, match="your own"):
                    refuse_own(tx, organisation, actor, person, OWN, claim=1)
        for actor in ("cleo", "token:plain", "token:none", "token:"):
            refuse_own(tx, organisation, actor, ids["ana"], OWN, claim=1)


def test_a_review_follows_into_the_account_that_goes_on(world: World) -> None:
    organisation = world.organisation
    with world.db.begin() as tx:
        person = people_rows.find(tx, organisation, "ben")
        assert person is not None
        row = {
            "organisation_id": organisation, "person_id": person.id, "event_ref": None, "kind": "velocity", "detail": "{}",
            "status": "open", "opened_us": to_us(world.now),
        }  # fmt: skip
        tx.execute(schema.review.insert(), row)
        create_token(tx, organisation, "made", SCOPES, world.now, made_by="ana")
        merge_people(tx, organisation, "ana", "ben", world.now)
        (review,) = open_reviews(tx, organisation)
        assert review.person == "ana"
        for actor in ("ana", "token:made"):
            with pytest.raises(Refused, match="your own"):
                decide(tx, organisation, review.id, "approve", actor, reason="mine", now=world.now)
