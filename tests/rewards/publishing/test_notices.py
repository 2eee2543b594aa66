"""People are told of another version before it counts: by mail, in their language, and not who declined."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from rewards.mail.choices import Choice, choose
from rewards.people.accounts import create_account
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing import notices
from rewards.publishing.notices import tell_of_announcements
from rewards.publishing.publication import publish_scheme, roll_back
from rewards.store import schema
from rewards.worker import work_once
from tests.conftest import SHARES, World

MORE = SHARES.replace("points: 20,", "points: 30,")
STILL_MORE = SHARES.replace("points: 20,", "points: 40,")
MANY = 7
KILLED = """
import os, signal, sys
from datetime import datetime
from rewards.publishing import notices
from rewards.store.session import open_database

notices.TOLD_AT_ONCE = 3
db, now = open_database(sys.argv[1]), datetime.fromisoformat(sys.argv[3])
with db.begin() as tx:
    notices.tell_of_announcements(tx, sys.argv[2], now)
with db.begin() as tx:
    notices.tell_of_announcements(tx, sys.argv[2], now)
    tx.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def company(db: Any, *schemes: str) -> World:
    """Seven people with a sign-in and an address, and these schemes published one after the other, all to count in three days."""
    world = World(db).found()
    with db.begin() as tx:
        some = [
            PersonRow(id=f"p{at}", name=f"P{at}", email=f"p{at}@acme.example", segment="sales", team="north", timezone="UTC", contacts=1)
            for at in range(MANY)
        ]  # fmt: skip
        import_people(tx, world.organisation, some, world.now)
        for one in some:
            create_account(tx, world.organisation, one.id, ["employee"], None, world.now)
    for at, text in enumerate(schemes):
        with db.begin() as tx:
            later = world.now + timedelta(days=3 + at)
            publish_scheme(tx, world.organisation, world.scheme(text), later, "hr", "why", world.now)
    return world


def mails(db: Any) -> list[tuple[int, str]]:
    """(person, when the version that is told of counts), in the order queued."""
    with db.read() as tx:
        found = tx.execute(select(schema.mail).order_by(schema.mail.c.id)).all()
    return [(row.person_id, json.loads(row.data)["from"]) for row in found]


def test_a_worker_killed_amid_its_people_leaves_nobody_out_and_tells_nobody_twice(db: Any) -> None:
    world = company(db, MORE)
    told = [db.url.render_as_string(hide_password=False), world.organisation, world.now.isoformat()]
    killed = subprocess.run([sys.executable, "-c", KILLED, *told], timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(mails(db)) == 3, "what was committed stands, what was not is undone"
    done = work_once(db, world.now, lambda *_: None)  # type: ignore[arg-type,return-value]
    assert (done.told, done.idle) == (MANY - 3, False)
    assert work_once(db, world.now, lambda *_: None).told == 0  # type: ignore[arg-type,return-value]
    assert set(Counter(person for person, _ in mails(db)).values()) == {1}
    assert len(mails(db)) == MANY


def test_everybody_hears_of_one_version_before_the_next(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "TOLD_AT_ONCE", 2)
    world = company(db, MORE, STILL_MORE)
    for _ in range(MANY + 2):
        with db.begin() as tx:
            tell_of_announcements(tx, world.organisation, world.now)
    found = mails(db)
    first, second = (world.now + timedelta(days=3)).isoformat(), (world.now + timedelta(days=4)).isoformat()
    assert [day for _, day in found] == [first] * MANY + [second] * MANY


def test_who_comes_after_the_publication_is_not_told_and_a_withdrawn_version_tells_nobody_any_more(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "TOLD_AT_ONCE", 3)
    world = company(db, MORE)
    with db.begin() as tx:
        late = PersonRow(id="late", name="Late", email="late@acme.example", segment="sales", team="north", timezone="UTC",
            contacts=1)  # fmt: skip
        import_people(tx, world.organisation, [late], world.now)
        create_account(tx, world.organisation, "late", ["employee"], None, world.now + timedelta(minutes=1))
        assert tell_of_announcements(tx, world.organisation, world.now) == 3
    with db.begin() as tx:
        roll_back(tx, world.organisation, 2, "hr", "a mistake", now=world.now)
        assert tell_of_announcements(tx, world.organisation, world.now) == 0
    assert len(mails(db)) == 3


def test_a_scheduled_version_is_told_at_once_to_those_who_want_to_know(db: Any) -> None:
    world = World(db).found()
    with db.begin() as tx:
        some = [
            PersonRow(id=id_, name=id_, email=f"{id_}@acme.example", segment="sales", team="north", timezone="UTC", contacts=1,
                locale=language)
            for id_, language in (("ana", "en"), ("ben", "de"), ("cleo", "en"), ("dan", "en"))
        ]  # fmt: skip
        import_people(tx, world.organisation, some, world.now)
        for one in ("ana", "ben", "cleo"):
            create_account(tx, world.organisation, one, ["employee"], None, world.now)
        choose(tx, world.organisation, "cleo", Choice(notices=False), world.now)
        later = world.now + timedelta(days=3)
        publish_scheme(tx, world.organisation, world.scheme(MORE), later, "hr", "why", world.now)
    with db.read() as tx:
        assert tx.execute(select(schema.mail)).all() == [], "the publication itself tells nobody"
    with db.begin() as tx:
        assert tell_of_announcements(tx, world.organisation, world.now) == 2
    with db.read() as tx:
        found = tx.execute(select(schema.mail).order_by(schema.mail.c.id)).all()
    told = {row.person_id: json.loads(row.data) for row in found}
    assert [row.kind for row in found] == ["scheme", "scheme"]
    (english, german) = (told[number]["changes"] for number in sorted(told))
    assert len(english) == len(german) == 1
    assert "30 points" in english[0]
    assert "30 Punkte" in german[0]
    assert {data["from"] for data in told.values()} == {later.isoformat()}
    assert found[0].next_us >= found[0].created_us


def test_the_first_version_is_no_change(db: Any) -> None:
    world = World(db).found()
    with world.db.read() as tx:
        assert tx.execute(select(schema.mail)).all() == []
