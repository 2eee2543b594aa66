"""People are told of another version before it counts: by mail, in their language, and not who declined."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from rewards.mail.choices import Choice, choose
from rewards.people.accounts import create_account
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.publication import publish_scheme
from rewards.store import schema
from tests.conftest import SHARES, World

MORE = SHARES.replace("points: 20,", "points: 30,")


def test_a_scheduled_version_is_told_at_once_to_those_who_want_to_know(db: Any) -> None:
    world = World(db).found()
    with db.begin() as tx:
        some = [
            PersonRow(id=id_, name=id_, email=f"{id_}@acme.example", segment="sales", team="north", timezone="UTC", contacts=1, locale=language)
            for id_, language in (("ana", "en"), ("ben", "de"), ("cleo", "en"), ("dan", "en"))
        ]  # fmt: skip
        import_people(tx, world.organisation, some, world.now)
        for one in ("ana", "ben", "cleo"):
            create_account(tx, world.organisation, one, ["employee"], None, world.now)
        choose(tx, world.organisation, "cleo", Choice(notices=False), world.now)
        later = world.now + timedelta(days=3)
        publish_scheme(tx, world.organisation, world.scheme(MORE), later, "hr", "why", world.now)
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
