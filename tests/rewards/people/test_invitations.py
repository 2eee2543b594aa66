"""Links that let somebody choose a password: once, for a while, and only for whom they were made."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from rewards.faults import BadValue, Conflict, Fault, Gone, NotFound, Refused
from rewards.merging import merge_people
from rewards.people.account_desk import (
    account_of,
    accounts,
    change_password,
    end_account,
    has_admin,
    set_roles,
)
from rewards.people.accounts import (
    Account,
    account_for_session,
    authenticate_tokens,
    create_account,
    create_token,
    hash_password,
    sign_in,
)
from rewards.people.invitations import (
    INVITATION,
    KEPT,
    LIFETIMES,
    RESET,
    Link,
    accept,
    ask_reset,
    invite,
    look,
    reset,
)
from rewards.people.people import deactivate, erase, import_people
from rewards.people_file import PersonRow
from rewards.store import schema
from tests.conftest import World

PHRASE = "a long enough phrase"
OTHER = "quite another phrase"
HR = Account("acme", "eva", ("hr",))
ADMIN = Account("acme", "eva", ("admin",))


@pytest.fixture(scope="module")
def hashed() -> str:
    return hash_password(PHRASE)


def invited(world: World, person: str = "ana", roles: tuple[str, ...] = ("employee",)) -> Link:
    with world.db.begin() as tx:
        return invite(tx, "acme", person, roles, world.now)


def used(world: World, link: Link, password: str = PHRASE) -> str:
    return accept(world.db, "acme", link.purpose, link.secret, password, now=world.now)


def test_an_invitation_lets_in_once_with_the_password_chosen(world: World) -> None:
    link = invited(world, roles=("hr", "employee"))
    assert link.path == f"/invitation/{link.secret}"
    with world.db.read() as tx:
        waiting = look(tx, "acme", INVITATION, link.secret, world.now)
        assert (waiting.person, waiting.name, waiting.roles) == ("ana", "Ana", ("employee", "hr"))
        assert account_of(tx, "acme", "ana", world.now).state == "invited"
    token = used(world, link)
    with world.db.read() as tx:
        account = account_for_session(tx, token, world.now)
        assert account is not None
        assert account.roles == ("employee", "hr")
        assert account_of(tx, "acme", "ana", world.now).state == "active"
    assert sign_in(world.db, "acme", "ana", PHRASE, world.now)
    with pytest.raises(Gone, match="used already"):
        used(world, link, OTHER)
    assert sign_in(world.db, "acme", "ana", OTHER, world.now) is None


def test_only_a_hash_of_the_link_is_kept(world: World) -> None:
    link = invited(world)
    with world.db.read() as tx:
        rows = [str(row) for table in schema.metadata.sorted_tables for row in tx.execute(select(table))]
    assert not [row for row in rows if link.secret in row]


def test_a_link_ends_by_itself(world: World) -> None:
    link = invited(world)
    with world.db.read() as tx:
        look(tx, "acme", INVITATION, link.secret, world.now + LIFETIMES[INVITATION] - timedelta(seconds=1))
    world.now += LIFETIMES[INVITATION]
    with pytest.raises(Gone, match="expired"):
        used(world, link)
    with world.db.read() as tx:
        assert account_of(tx, "acme", "ana", world.now).state == "expired"


def test_a_newer_link_ends_the_former(world: World) -> None:
    old, new = invited(world), invited(world)
    with pytest.raises(Gone, match="newest"):
        used(world, old)
    used(world, new)


@pytest.mark.parametrize(("purpose", "secret"), [(RESET, ""), (INVITATION, "x" * 43), (INVITATION, "é")])
def test_a_link_that_never_was_is_not_known(world: World, purpose: str, secret: str) -> None:
    link = invited(world)
    with pytest.raises(NotFound, match="not known"):
        accept(world.db, "acme", purpose, secret or link.secret, PHRASE, now=world.now)
    with pytest.raises(NotFound), world.db.read() as tx:
        look(tx, "other", INVITATION, link.secret, world.now)


def test_a_password_too_short_leaves_the_link_open(world: World) -> None:
    link = invited(world)
    with pytest.raises(BadValue, match="limit 10"):
        used(world, link, "short")
    used(world, link)


def test_of_two_at_once_one_wins_and_the_other_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    link = invited(world)
    both = threading.Barrier(2, timeout=30)
    monkeypatch.setattr(
        "rewards.people.invitations.hash_password",
        lambda password: both.wait() * 0 or f"hash of {password}",
    )
    outcomes: list[str] = []

    def go(password: str) -> None:
        try:
            used(world, link, password)
            outcomes.append("in")
        except Gone as gone:
            outcomes.append(str(gone))

    threads = [threading.Thread(target=go, args=(phrase,)) for phrase in (PHRASE, OTHER)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert sorted(outcomes)[1] == "in"
    assert "used already" in min(outcomes)


def test_who_has_a_password_is_not_invited_again(world: World) -> None:
    used(world, invited(world))
    with pytest.raises(Conflict, match="has chosen a password"):
        invited(world)


def test_a_reset_ends_sessions_and_the_former_password_when_it_is_used(world: World) -> None:
    session = used(world, invited(world))
    with world.db.begin() as tx:
        link = reset(tx, "acme", "ana", world.now, ADMIN)
    assert sign_in(world.db, "acme", "ana", PHRASE, world.now)
    used(world, link, OTHER)
    with world.db.read() as tx:
        assert account_for_session(tx, session, world.now) is None
    assert sign_in(world.db, "acme", "ana", PHRASE, world.now) is None
    assert sign_in(world.db, "acme", "ana", OTHER, world.now)


def test_hr_invites_employees_and_nobody_else(world: World) -> None:
    with world.db.begin() as tx:
        assert invite(tx, "acme", "ana", ["employee"], world.now, by=HR).person == "ana"
        with pytest.raises(Refused, match="administrator"):
            invite(tx, "acme", "ben", ["employee", "hr"], world.now, by=HR)
        invite(tx, "acme", "cleo", ["admin"], world.now, by=ADMIN)
        with pytest.raises(Refused):
            invite(tx, "acme", "cleo", ["employee"], world.now, by=HR)
        end_account(tx, "acme", "ana", world.now, ADMIN)
        with pytest.raises(Refused):
            invite(tx, "acme", "ana", ["employee"], world.now, by=HR)
        for act in (
            lambda: reset(tx, "acme", "cleo", world.now, HR),
            lambda: set_roles(tx, "acme", "cleo", ["hr"], world.now, by=HR),
            lambda: end_account(tx, "acme", "cleo", world.now, HR),
            lambda: invite(
                tx, "acme", "dan", ["employee"], world.now, by=Account("acme", "ben", ("auditor",))
            ),
        ):
            with pytest.raises(Refused):
                act()


def test_who_left_gets_no_link_and_uses_none(world: World) -> None:
    link = invited(world)
    with world.db.begin() as tx:
        deactivate(tx, "acme", "ana", world.now)
        with pytest.raises(Refused, match="reactivate"):
            invite(tx, "acme", "ana", ["employee"], world.now)
        with pytest.raises(Refused):
            reset(tx, "acme", "ana", world.now)
        assert account_of(tx, "acme", "ana", world.now).state == "gone"
    with pytest.raises(Gone, match="ended"):
        used(world, link)


def test_nobody_resets_what_is_not_there(world: World) -> None:
    with world.db.begin() as tx:
        with pytest.raises(NotFound, match="no sign-in"):
            reset(tx, "acme", "ana", world.now)
        with pytest.raises(NotFound):
            invite(tx, "acme", "nobody", ["employee"], world.now)
        with pytest.raises(BadValue, match="limit employee"):
            invite(tx, "acme", "ana", ["boss"], world.now)


def test_asking_for_oneself_gives_one_link_in_a_while_and_tells_nothing(world: World) -> None:
    with world.db.begin() as tx:
        row = PersonRow(
            id="fay", name="Fay", email="Fay@x.org", segment="s", team="t", timezone="UTC", contacts=1
        )
        import_people(tx, "acme", [row, row.model_copy(update={"id": "gus", "email": ""})], world.now)
        for nobody in ("fay", "ana", "nobody@x.org", ""):
            assert ask_reset(tx, "acme", nobody, world.now) is None
        invite(tx, "acme", "gus", ["employee"], world.now)
        assert ask_reset(tx, "acme", "gus", world.now) is None, "she has no address"
        invite(tx, "acme", "fay", ["employee"], world.now)
        link = ask_reset(tx, "acme", "fay@X.org", world.now)
        assert link is not None
        assert (link.person, link.email) == ("fay", "Fay@x.org")
        assert ask_reset(tx, "acme", "fay", world.now + timedelta(minutes=4)) is None
        assert ask_reset(tx, "acme", "fay", world.now + timedelta(minutes=5)) is not None


def test_an_ended_sign_in_takes_everything_with_it_until_the_next_invitation(world: World) -> None:
    session = used(world, invited(world))
    invited(world, "eva", ("admin",))
    with world.db.begin() as tx:
        token = create_token(tx, "acme", "ana's", ("me:read",), world.now, person="ana")
        made = create_token(tx, "acme", "made", ("admin",), world.now, made_by="ana")
        end_account(tx, "acme", "ana", world.now, ADMIN)
        assert account_for_session(tx, session, world.now) is None
        assert authenticate_tokens(tx, [token], world.now)[0] is None
        assert authenticate_tokens(tx, [made], world.now)[0] is None
        assert account_of(tx, "acme", "ana", world.now).state == "ended"
        with pytest.raises(Refused, match="invite again"):
            reset(tx, "acme", "ana", world.now)
        assert ask_reset(tx, "acme", "ana", world.now) is None
    assert sign_in(world.db, "acme", "ana", PHRASE, world.now) is None
    used(world, invited(world), OTHER)
    assert sign_in(world.db, "acme", "ana", OTHER, world.now)


def test_the_last_administrator_stays(world: World) -> None:
    with world.db.begin() as tx:
        assert not has_admin(tx, "acme")
        invite(tx, "acme", "ana", ["admin"], world.now)
        assert has_admin(tx, "acme")
        for act in (set_roles, lambda *args: end_account(tx, "acme", "ana", world.now)):
            with pytest.raises(Refused, match="last administrator"):
                act(tx, "acme", "ana", ["employee"], world.now)
        invite(tx, "acme", "ben", ["admin", "hr"], world.now)
        assert set_roles(tx, "acme", "ana", ["hr", "employee"], world.now, by=ADMIN) == ("employee", "hr")
        with pytest.raises(Refused):
            set_roles(tx, "acme", "ben", ["hr"], world.now, by=ADMIN)


def test_two_administrators_cannot_remove_each_other_at_once(world: World) -> None:
    invited(world, "ana", ("admin",))
    invited(world, "ben", ("admin",))
    outcomes: list[str] = []
    both = threading.Barrier(2, timeout=30)

    def go(person: str) -> None:
        both.wait()
        try:
            with world.db.begin() as tx:
                set_roles(tx, "acme", person, ["employee"], world.now)
            outcomes.append("done")
        except Fault as fault:
            outcomes.append(str(fault))

    threads = [threading.Thread(target=go, args=(person,)) for person in ("ana", "ben")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert outcomes.count("done") == 1
    with world.db.read() as tx:
        assert has_admin(tx, "acme")


def test_changing_ones_own_password(world: World) -> None:
    session = used(world, invited(world))
    account = Account("acme", "ana", ("employee",))
    with pytest.raises(Refused, match="not right"):
        change_password(world.db, account, OTHER, OTHER, world.now)
    with pytest.raises(BadValue):
        change_password(world.db, account, PHRASE, "short", world.now)
    fresh = change_password(world.db, account, PHRASE, OTHER, world.now)
    with world.db.read() as tx:
        assert account_for_session(tx, session, world.now) is None
        assert account_for_session(tx, fresh, world.now) == account
    assert sign_in(world.db, "acme", "ana", OTHER, world.now)


def test_links_that_ended_long_ago_are_forgotten(world: World) -> None:
    invited(world)
    world.now += LIFETIMES[INVITATION] + KEPT + timedelta(days=1)
    invited(world)
    with world.db.read() as tx:
        assert len(tx.execute(select(schema.access_link)).all()) == 1


def test_accounts_are_listed_searched_and_paged(world: World) -> None:
    invited(world, "ben", ("employee", "hr"))
    with world.db.read() as tx:
        rows, after = accounts(tx, "acme", world.now, limit=2)
        assert ([row.person for row in rows], after) == (["ana", "ben"], "ben")
        assert (rows[0].state, rows[0].roles) == ("none", ())
        rows, after = accounts(tx, "acme", world.now, after=after, limit=3)
        assert ([row.person for row in rows], after) == (["cleo", "dan", "eva"], "")
        assert [row.person for row in accounts(tx, "acme", world.now, search="CLE")[0]] == ["cleo"]
        assert [row.person for row in accounts(tx, "acme", world.now, role="hr")[0]] == ["ben"]
        assert accounts(tx, "acme", world.now, search="%")[0] == []
        with pytest.raises(BadValue):
            accounts(tx, "acme", world.now, role="boss")


@pytest.mark.parametrize("leave", ["deactivate", "erase", "merge"])
def test_the_last_administrator_does_not_leave(world: World, leave: str) -> None:
    def go() -> None:
        with world.db.begin() as tx:
            if leave == "deactivate":
                deactivate(tx, "acme", "ana", world.now)
            elif leave == "erase":
                erase(tx, "acme", "ana", world.now)
            else:
                merge_people(tx, "acme", "ben", "ana", world.now)

    with world.db.begin() as tx:
        create_account(tx, "acme", "ana", ["admin"], hash_password("a long enough phrase"), world.now)
    with pytest.raises(Refused, match="last administrator"):
        go()
    with world.db.begin() as tx:
        create_account(tx, "acme", "cleo", ["admin"], hash_password("a long enough phrase"), world.now)
    go()
