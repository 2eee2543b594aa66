"""API tokens: no wider than their maker, listed with their last use, ended; a form sent twice makes one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rewards.faults import BadValue, Conflict, Refused
from rewards.people.account_desk import set_roles
from rewards.people.accounts import (
    SCOPES,
    Account,
    authenticate_tokens,
    create_account,
    create_token,
    revoke_token,
)
from rewards.people.rights import ROLES
from rewards.people.scopes import MEANINGS, PERSONAL, WANTED
from rewards.people.tokens import AGAIN, USED_EVERY, make_token, note_used, scopes_for, tokens_of
from tests.conftest import World

SECOND = timedelta(seconds=1)


@pytest.fixture
def made(world: World) -> World:
    with world.db.begin() as tx:
        create_account(tx, world.organisation, "ana", ["employee", "admin"], None, world.now)
        create_account(tx, world.organisation, "ben", ["hr", "admin"], None, world.now)
    return world


def who(person: str, *roles: str) -> Account:
    return Account("acme", person, roles)


def test_every_scope_has_a_meaning_and_wants_a_right() -> None:
    assert set(MEANINGS) == set(WANTED) == set(SCOPES)
    assert all(WANTED.values())
    assert set(PERSONAL) < set(SCOPES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("scope", SCOPES)
def test_nobody_gives_more_than_she_has(made: World, role: str, scope: str) -> None:
    maker = who("ana", role)
    allowed = maker.rights >= WANTED[scope]
    with made.db.begin() as tx:
        if allowed:
            assert make_token(tx, maker, "one", [scope], made.now, own=scope in PERSONAL)
        else:
            with pytest.raises(Refused, match=scope):
                make_token(tx, maker, "one", [scope], made.now, own=scope in PERSONAL)
            assert tokens_of(tx, "acme", made.now) == []


def test_an_administrator_alone_does_not_give_what_hr_may() -> None:
    assert set(scopes_for(who("ana", "admin"))) == {"events:write", "events:backfill"}
    everything = who("ana", "admin", "hr", "content", "employee")
    assert set(scopes_for(everything)) == set(SCOPES)


def test_personal_scopes_are_for_a_token_that_speaks_for_its_maker(made: World) -> None:
    maker = who("ana", "employee", "admin")
    with made.db.begin() as tx:
        with pytest.raises(BadValue, match="kudos:write"):
            make_token(tx, maker, "bot", ["kudos:write"], made.now)
        secret = make_token(tx, maker, "bot", ["kudos:write"], made.now, own=True)
        found = authenticate_tokens(tx, [secret], made.now)[0]
    assert found is not None
    assert (found.person, found.scopes) == ("ana", ("kudos:write",))


@pytest.mark.parametrize("name", ["", " ", "x" * 129, "two\nlines", "\u202eevil", " padded"])
def test_a_name_is_a_line_of_text(made: World, name: str) -> None:
    with made.db.begin() as tx, pytest.raises(BadValue, match="name it after what uses it"):
        create_token(tx, "acme", name, ["events:write"], made.now)


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_days_have_limits(made: World, days: int) -> None:
    with made.db.begin() as tx, pytest.raises(BadValue, match="1 to 3650"):
        make_token(tx, who("ana", "admin"), "one", ["events:write"], made.now, days=days)


def test_the_list_says_what_stands(made: World) -> None:
    maker = who("ana", "employee", "admin")
    with made.db.begin() as tx:
        make_token(tx, maker, "ends", ["events:write"], made.now, days=30)
        make_token(tx, maker, "own", ["me:read"], made.now, own=True)
        create_token(tx, "acme", "by command", ["admin"], made.now)
        revoke_token(tx, "acme", "own", made.now, "ana")
        later = tokens_of(tx, "acme", made.now + timedelta(days=31))
        found = {one.name: (one.state, one.person, one.made_by) for one in later}
        assert found == {
            "by command": ("in force", None, None), "ends": ("expired", None, "ana"), "own": ("revoked", "ana", "ana"),
        }  # fmt: skip
        assert [one.name for one in tokens_of(tx, "acme", made.now, 1, "by command")] == ["ends"]


def test_use_is_noted_once_an_hour(made: World) -> None:
    with made.db.begin() as tx:
        secret = create_token(tx, "acme", "one", ["events:write"], made.now)
    for after, noted in (
        (SECOND, SECOND),
        (USED_EVERY, SECOND),
        (USED_EVERY + 2 * SECOND, USED_EVERY + 2 * SECOND),
    ):
        with made.db.read() as tx:
            token = authenticate_tokens(tx, [secret], made.now + after)[0]
        assert token is not None
        note_used(made.db, [token], made.now + after)
        with made.db.read() as tx:
            assert [one.used_at for one in tokens_of(tx, "acme", made.now)] == [made.now + noted]


def test_whoever_sends_a_form_twice_makes_one_token_with_the_secret_shown_last(made: World) -> None:
    maker, other = who("ana", "employee", "admin"), who("ben", "hr", "admin")
    now = made.now
    with made.db.begin() as tx:
        first = make_token(tx, maker, "bot", ["events:write"], now)
        second = make_token(tx, maker, "bot", ["events:write"], now + SECOND)
        assert authenticate_tokens(tx, [first], now)[0] is None
        assert authenticate_tokens(tx, [second], now)[0] is not None
        assert len(tokens_of(tx, "acme", now)) == 1
        for again, at, scopes in (
            (other, now, ["events:write"]),
            (maker, now, ["events:backfill"]),
            (maker, now + AGAIN + SECOND, ["events:write"]),
        ):
            with pytest.raises(Conflict):
                make_token(tx, again, "bot", scopes, at)
        assert authenticate_tokens(tx, [second], now)[0] is not None


def test_whoever_loses_a_right_takes_it_from_the_tokens_that_she_made(made: World) -> None:
    maker = who("ben", "hr", "admin")
    with made.db.begin() as tx:
        both = make_token(tx, maker, "both", ["events:write", "schemes:write"], made.now)
        schemes = make_token(tx, maker, "schemes", ["schemes:write"], made.now)
        set_roles(tx, "acme", "ben", ["admin"], made.now)
        left = authenticate_tokens(tx, [both], made.now)[0]
        assert left is not None
        assert left.scopes == ("events:write",)
        assert authenticate_tokens(tx, [schemes], made.now)[0] is None
        create_account(tx, "acme", "ben", ["hr"], None, made.now)
        assert authenticate_tokens(tx, [both], made.now)[0] is None
