"""Where a person is signed in: listed, noted as in use now and then, ended one by one or all others at once."""

from datetime import timedelta

import pytest

from rewards.faults import NotFound
from rewards.people.accounts import ProviderSession, account_for_session, create_account, open_session
from rewards.people.sessions import (
    SEEN_EVERY,
    end_other_sessions,
    end_session,
    note_seen,
    provider_hint,
    sessions_of,
)
from rewards.store import audit
from tests.conftest import World

MINUTE = timedelta(minutes=1)


@pytest.fixture
def signed(world: World) -> World:
    with world.db.begin() as tx:
        for person in ("ana", "ben"):
            create_account(tx, world.organisation, person, ["employee"], None, world.now)
    return world


def opened(world: World, person: str, device: str, after: int = 0, **rest: str) -> str:
    with world.db.begin() as tx:
        return open_session(tx, world.organisation, person, world.now + after * MINUTE, device, **rest)


def devices(world: World, person: str, token: str) -> list[tuple[str, bool]]:
    with world.db.read() as tx:
        found = sessions_of(tx, world.organisation, person, token, world.now + timedelta(hours=1))
    return [(one.device, one.this) for one in found]


def test_this_one_stands_first_and_then_the_one_in_use_last(signed: World) -> None:
    first = opened(signed, "ana", "Firefox, Windows")
    opened(signed, "ana", "Safari, iPhone", 1)
    opened(signed, "ana", "Chrome, Android", 2)
    opened(signed, "ben", "Edge, Windows", 3)
    found = [("Firefox, Windows", True), ("Chrome, Android", False), ("Safari, iPhone", False)]
    assert devices(signed, "ana", first) == found


def test_use_is_noted_now_and_then(signed: World) -> None:
    token = opened(signed, "ana", "")
    org, later = signed.organisation, signed.now + SEEN_EVERY + MINUTE
    for at, noted in (
        (signed.now + MINUTE, signed.now),
        (later, later),
        (later + MINUTE, later),
    ):
        with signed.db.read() as tx:
            account = account_for_session(tx, token, at)
        assert account is not None
        note_seen(signed.db, account, token, at)
        with signed.db.read() as tx:
            assert [one.seen_at for one in sessions_of(tx, org, "ana", token, at)] == [noted]


def test_one_is_ended_and_nobody_elses_can_be(signed: World) -> None:
    mine, other = opened(signed, "ana", "Firefox"), opened(signed, "ana", "Safari", 1)
    hers = opened(signed, "ben", "Edge")
    org, now = signed.organisation, signed.now + 2 * MINUTE
    with signed.db.begin() as tx:
        ids = {one.device: one.id for one in sessions_of(tx, org, "ana", mine, now)}
        (foreign,) = sessions_of(tx, org, "ben", hers, now)
        for wrong in (foreign.id, "", "nothing"):
            with pytest.raises(NotFound):
                end_session(tx, org, "ana", wrong, now)
        end_session(tx, org, "ana", ids["Safari"], now)
        with pytest.raises(NotFound):
            end_session(tx, org, "ana", ids["Safari"], now)
        assert [line.action for line in audit.page(tx, org, audit.Asked(), None, 1)] == ["session.end"]
    with signed.db.read() as tx:
        open_still = {token: account_for_session(tx, token, now) for token in (mine, other, hers)}
    assert {token for token, account in open_still.items() if account} == {mine, hers}


def test_all_others_end_at_once(signed: World) -> None:
    mine, hers = opened(signed, "ana", "Firefox"), opened(signed, "ben", "Edge")
    for number in range(3):
        opened(signed, "ana", f"Other {number}")
    with signed.db.begin() as tx:
        assert end_other_sessions(tx, signed.organisation, "ana", mine, signed.now) == 3
        assert end_other_sessions(tx, signed.organisation, "ana", mine, signed.now) == 0
    assert devices(signed, "ana", mine) == [("Firefox", True)]
    assert devices(signed, "ben", hers) == [("Edge", True)]


def test_signing_in_again_ends_the_session_of_before(signed: World) -> None:
    first = opened(signed, "ana", "Firefox")
    second = opened(signed, "ana", "Firefox", 1, former=first)
    assert first != second
    assert devices(signed, "ana", second) == [("Firefox", True)]


def test_a_device_of_any_length_is_cut_and_the_hint_of_a_provider_kept(signed: World) -> None:
    token = opened(signed, "ana", "x" * 500, provider=ProviderSession("s", "", "ey.a.b"))
    assert devices(signed, "ana", token) == [("x" * 64, True)]
    with signed.db.read() as tx:
        assert provider_hint(tx, token) == "ey.a.b"
        assert provider_hint(tx, "another") is None
