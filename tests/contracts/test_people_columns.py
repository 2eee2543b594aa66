"""Every column that names a person says what merging and erasing do with it, and does it: also columns added later."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Column, Integer, Text, or_, select
from sqlalchemy.sql.sqltypes import BigInteger

from rewards.badges.credentials import credential_for
from rewards.content.content import ChannelStatus, ContentItem, publish_item
from rewards.content.links import prepare_share
from rewards.content.suggestions import set_aside, suggest
from rewards.mail.choices import Choice, choose
from rewards.merging import merge_people
from rewards.nominations.nominations import nominate
from rewards.outside.mail import queue
from rewards.outside.webhooks import subscribe
from rewards.people.accounts import create_account, create_token, hash_password, open_session
from rewards.people.invitations import reset
from rewards.people.people import deactivate, erase, import_people, link_people, reactivate, set_leave
from rewards.people.uploads import keep_upload
from rewards.people_file import PersonRow
from rewards.shop.claims import claim_reward
from rewards.store import schema
from rewards.store.persons import find_row
from rewards.store.recognition import ERASED
from tests.conformance.helpers import HOUR, kudos
from tests.conftest import World

NAMES_PEOPLE = re.compile(
    r"person|holder|giver|receiver|nominat|nominee|manager|owner_id|merged_into|was_id|low_id|high_id|actor|subject|dedupe|alias"
)
# Columns of such names that name nobody; a digest of what the provider calls the account goes wherever its row goes.
OTHERS = {"outbox.topic", "session_token.provider_subject"}
ITEM = ContentItem(
    id="launch",
    title="Launch",
    url="https://x.org",
    channels={"x": ChannelStatus(status="green", reason="Fine")},
)
COLUMNS = [column for table in schema.metadata.sorted_tables for column in table.columns]
RICH = """
name: rich
title: Rich
rules:
  - {id: share, title: Share, on: share, points: 20, caps: [{window: day, points: 100}]}
  - {id: thanks, title: Thanked, on: kudos, beneficiary: owner, points: 1}
badges: [{id: first, title: First, groups: [[{metric: awards, of: share, at_least: 1}]]}]
recognition:
  kudos: {allowance: 100, gift: 10, per_pair: 100, reciprocal_limit: 2, spendable: true}
  nominations: [{id: helper, title: Helper, every_days: 7, per_person: 2, points: 5}]
rewards: [{id: mug, title: Mug, points: 15, stock: 3}]
fair_play: {review_above_per_hour: 3}
privacy: {minimum_group: 2}
"""


def said(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def test_every_column_that_names_a_person_says_what_becomes_of_it() -> None:
    silent = [
        said(column)
        for column in COLUMNS
        if not {"merge", "erasure"} <= column.info.keys()
        and (
            any(key.column is schema.person.c.id for key in column.foreign_keys)
            or (NAMES_PEOPLE.search(column.name) and said(column) not in OTHERS)
        )
    ]
    assert silent == [], "say it with of_person(..., merge=, erasure=) or naming(...) in rewards.store.schema"


def test_texts_that_are_swept_are_texts_that_the_sweep_reads() -> None:
    swept = [column for column in COLUMNS if column.info.get("erasure") == "swept"]
    assert swept
    assert all(type(column.type) is Text and column.table.name not in schema.APPEND_ONLY for column in swept)


@pytest.fixture
def world(db: Any) -> World:
    """Ben did everything that can be done, and took over another account before."""
    made = World(db).found(RICH)
    org, now = made.organisation, made.now
    with db.begin() as tx:
        row = PersonRow(
            id="ben2", name="Benjamin Quill", email="quill@x.org", segment="sales", team="south", timezone="UTC", contacts=1
        )  # fmt: skip
        below = PersonRow(
            id="cleo", name="Cleo", segment="sales", team="north", timezone="UTC", contacts=100, manager="ben"
        )
        import_people(tx, org, [row, below], now)
        create_account(tx, org, "ben", ["employee"], hash_password("a long enough phrase"), now)
        create_token(tx, org, "own", ("me:read",), now, person="ben")
        create_token(tx, org, "made", ("me:read",), now, made_by="ben")
        subscribe(tx, org, "https://hooks.example/in", ["event.*"], "ben", now=now)
        set_leave(tx, org, "ben", date(2026, 1, 1), date(2026, 1, 2), now=now)
        link_people(tx, org, "ben", "eva", now)
        link_people(tx, org, "ben", "ana", now)
        publish_item(tx, org, ITEM, now)
        prepare_share(tx, org, "ben", ITEM.id, "x", now=now)
        suggest(tx, org, "ben", now, url="https://x.org/2", title="By Benjamin Quill", words="Ben wrote it")
        nominate(tx, org, "ben", "helper", "dan", message="Helped", now=now)
        nominate(tx, org, "dan", "helper", "ben", message="Helped", now=now)
        deactivate(tx, org, "ben", now)
        reactivate(tx, org, "ben", now)
        open_session(tx, org, "ben", now)
        reset(tx, org, "ben", now)
        set_aside(tx, org, "ben", ITEM.id)
        keep_upload(tx, org, "ben", "people.csv", b"id\nben\n", now=now)
        queue(tx, org, "ben2", "join", {"link": "/account/ben"}, now=now)
        choose(tx, org, "ben", Choice("daily"), now)
    made.record(made.event("ben2", now - HOUR), made.event("dan", now - HOUR, owner="ben2"))
    for _ in range(5):
        made.record(made.event("ben", owner="dan"))
    kudos(made, "ben", "dan", "k1")
    kudos(made, "dan", "ben", "k2")
    with db.begin() as tx:
        claim_reward(tx, org, "ben", "mug", "k", now=now)
        credential_for(tx, org, "ben", "first", "https://advocacy.example", now=now)
        merge_people(tx, org, "ben", "ben2", now)
    return made


def holding(tx: Any, who: int) -> set[str]:
    """Columns of internal ids in which a person is named."""
    found = set()
    for column in COLUMNS:
        if column.info.get("merge") and isinstance(column.type, (BigInteger, Integer)):
            where = select(column).where(column == who)
            if tx.execute(where.limit(1)).first():
                found.add(said(column))
    return found


def declared(kind: str, *policies: str) -> set[str]:
    return {said(column) for column in COLUMNS if column.info.get(kind) in policies}


def test_merging_does_what_the_columns_say(world: World) -> None:
    with world.db.begin() as tx:
        gone = find_row(tx, world.organisation, "ben").id
        kept = find_row(tx, world.organisation, "cleo").id
        moving = declared("merge", "moves", "joins")
        assert moving - holding(tx, gone) == set(), "the account before the merge leaves nothing untried"
        merge_people(tx, world.organisation, "cleo", "ben", world.now)
        assert holding(tx, gone) & moving == set()
        # She had Ben for her manager, who is herself by now.
        assert moving - holding(tx, kept) == {"person.manager_id"}
    world.sound()


def test_erasing_does_what_the_columns_say(world: World) -> None:
    with world.db.begin() as tx:
        who = find_row(tx, world.organisation, "ben").id
        erase(tx, world.organisation, "ben", world.now)
        assert holding(tx, who) & declared("erasure", "dropped") == set()
        kudos_of = or_(schema.kudos.c.giver_id == who, schema.kudos.c.receiver_id == who)
        assert {row.message for row in tx.execute(schema.kudos.select().where(kudos_of))} == {ERASED}
        for table in schema.metadata.sorted_tables:
            for row in tx.execute(table.select()):
                for word in ("quill", "benjamin", "'ben2'", "'ben'"):
                    assert word not in str(row).casefold(), (table.name, row)
    world.sound()
