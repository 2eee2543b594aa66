"""The grid as the database narrows, orders and cuts it is the grid that is read whole and narrowed one item at a time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from rewards.content.content import green_lit_for, offered, publish_item, recall, zone_steps
from rewards.content.desk import discard, save_draft, submit
from rewards.content.items import ContentItem
from rewards.content.overview import Filters, GridRow, calendar, grid, grid_page, week_of
from rewards.content.suggestions import set_aside
from rewards.fields import name_of
from rewards.people.people import erase, import_people
from rewards.people.zones import change_zone
from rewards.people_file import PersonRow
from rewards.store.facts import told_by
from tests.conftest import World

ORG, ZONE = "acme", "Africa/Casablanca"
# Changes of the clock, of which this zone has four in most years, and the edges of weeks.
WORDS = ("Straße", "Fair", "field", "Über", "50 % off", "a_b", "“quoted”")


class Plain:
    """What was written, kept by the test itself."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.live: dict[str, tuple[ContentItem, datetime, bool]] = {}
        self.drafts: dict[str, tuple[ContentItem, str, datetime]] = {}

    def fill(self, rng: random.Random, count: int) -> None:
        now = self.world.now
        with self.world.db.begin() as tx:
            for number in range(count):
                at = now - timedelta(
                    days=rng.choice((0, 1, 6, 7, 20, 55, 56, 80)), minutes=rng.randrange(1500)
                )
                one = made(rng, f"{rng.choice('aAbB-.')}{number}", at.date(), now)
                if rng.random() < 0.75:
                    publish_item(tx, ORG, one, at)
                    gone = rng.random() < 0.15
                    self.live[one.id] = (one, at, gone)
                    if rng.random() < 0.3:
                        self._draft(
                            tx,
                            made(rng, one.id, at.date(), now),
                            at + timedelta(hours=rng.randrange(99)),
                            rng,
                            0,
                        )
                    if gone:
                        recall(tx, ORG, one.id, "wrong", at)
                else:
                    self._draft(tx, one, at, rng, None)

    def _draft(
        self, tx: object, one: ContentItem, at: datetime, rng: random.Random, revision: int | None
    ) -> None:
        save_draft(tx, ORG, one, "ana", at, revision=revision)  # type: ignore[arg-type]
        status = "draft"
        if rng.random() < 0.4 and (one.expires_at is None or one.expires_at > at):
            submit(tx, ORG, one.id, "ana", at)  # type: ignore[arg-type]
            status = "in_review"
        if rng.random() < 0.1:
            discard(tx, ORG, one.id, "ana", at)  # type: ignore[arg-type]
            return
        self.drafts[one.id] = (one, status, at)

    def rows(self, zone: str) -> list[GridRow]:
        where, now = ZoneInfo(zone), self.world.now
        found: list[tuple[datetime, str, GridRow]] = []
        for one, at, gone in self.live.values():
            draft = self.drafts.get(one.id)
            state = "live"
            if gone:
                state = "recalled"
            elif one.expires_at is not None and one.expires_at <= now:
                state = "expired"
            elif one.starts_on is not None and one.starts_on > now.astimezone(where).date():
                state = "planned"
            day = one.starts_on or at.astimezone(where).date()
            row = GridRow(one, state, draft[1] if draft else None, day)  # type: ignore[arg-type]
            found.append((max(at, draft[2]) if draft else at, one.id, row))
        for one, status, at in self.drafts.values():
            if one.id not in self.live:
                day = one.starts_on or at.astimezone(where).date()
                found.append((at, one.id, GridRow(one, status, None, day)))
        return [row for _, _, row in sorted(found, key=lambda pair: pair[:2], reverse=True)]


def made(rng: random.Random, id_: str, day: date, now: datetime) -> ContentItem:
    starts = rng.choice((None, None, day + timedelta(days=rng.randrange(-5, 40))))
    ends = rng.choice((None, None, now + timedelta(days=rng.randrange(1, 60)), now - timedelta(hours=1)))
    if starts and ends and ends.date() <= starts:
        ends = None
    return ContentItem.model_validate(
        {
            "id": id_,
            "title": " ".join(rng.sample(WORDS, 2)),
            "summary": rng.choice(("", "Fußball", "100 % wool")),
            "url": "https://acme.example/x",
            "topic": rng.choice(("", "People", "finance", "Work Life")),
            "tags": rng.sample(("lab", "Work  Life", "öl", 'a "b"'), rng.randrange(3)),
            "language": rng.choice(("en", "de", "")),
            "segments": rng.choice(([], [], ["sales"], ["sales", "it"], ['x", "sales'], ["nobody"])),
            "channels": {name: {"status": rng.choice(("green", "red", "amber"))} for name in rng.sample(("x", "LinkedIn", "mail"), 2)},
            "starts_on": starts,
            "expires_at": ends,
        }
        if rng.random() < 0.9
        else {"id": id_, "title": "Plain", "url": "https://acme.example/y", "channels": {"x": {"status": "green"}}}
    )  # fmt: skip


def met(filters: Filters, row: GridRow) -> bool:
    item = row.item
    text = f"{item.id} {item.title} {item.summary}".casefold()
    return (
        all(word in text for word in filters.words.casefold().split())
        and (not filters.segment or item.is_for(filters.segment))
        and (not filters.channel or name_of(filters.channel) in item.channels)
        and (not filters.language or item.language == filters.language)
        and (not filters.tag or name_of(filters.tag) in (*item.tags, item.topic))
        and (not filters.week or row.week == filters.week)
        and (not filters.state or filters.state in (row.state, row.draft))
    )


@pytest.fixture
def plain(world: World) -> Plain:
    return Plain(world)


@pytest.mark.parametrize("seed", [1, 2])
def test_filters_and_pages_take_what_each_item_says(plain: Plain, seed: int) -> None:
    world = plain.world
    plain.fill(random.Random(seed), 70)
    every = plain.rows(ZONE)
    weeks = sorted({row.week for row in every})
    asked = [
        Filters(),
        *(Filters(words=word) for word in ("strasse", "FAIR field", "%", "a_b", "fussball über", "nothing", '"', "“q")),
        *(Filters(segment=one) for one in ("sales", "it", "nobody", 'x", "sales', ",")),
        *(Filters(channel=one) for one in ("X", "linkedin", "fax")),
        *(Filters(tag=one) for one in ("WORK LIFE", "people", 'a "b"', "ÖL", "b")),
        *(Filters(week=one) for one in (*weeks[:3], weeks[-1], "2026-W99", "2026-w10", "never", "0001-W01", "9999-W52")),
        *(Filters(state=one) for one in ("draft", "in_review", "rejected", "live", "planned", "expired", "recalled", "none")),
        *(Filters(segment=s, language=x, state=t) for s, x, t in product(("sales", ""), ("de", "en"), ("live", "draft"))),
    ]  # fmt: skip
    with world.db.read() as tx:
        for filters in asked:
            wanted = [row for row in every if met(filters, row)]
            assert grid(tx, ORG, filters, world.now, ZONE) == wanted, filters
            page = grid_page(tx, ORG, filters, world.now, ZONE, first=3, limit=5)
            assert (page.rows, page.count) == (wanted[3:8], len(wanted)), filters
        assert page.segments == sorted({one for row in every for one in row.item.segments})
        assert page.channels == sorted({one for row in every for one in row.item.channels})
        assert page.languages == sorted({row.item.language for row in every} - {""})
        assert page.tags == sorted({one for row in every for one in (*row.item.tags, row.item.topic)} - {""})
        assert page.weeks == weeks[::-1]
        for week in calendar(tx, ORG, world.now.date(), world.now, ZONE):
            begins = [row for row in every if row.week == week.name]
            assert week.begins == sorted(begins, key=lambda row: (row.day, row.item.id))
            assert week.ends == [row for row in every if _ends_in(row, week.name)]


def _ends_in(row: GridRow, week: str) -> bool:
    ends = row.item.expires_at
    return (
        row.state != "recalled"
        and ends is not None
        and week_of(ends.astimezone(ZoneInfo(ZONE)).date()) == week
    )


@pytest.mark.parametrize("seed", [3, 4])
def test_what_is_offered_stands_in_the_order_that_each_item_asks_for(plain: Plain, seed: int) -> None:
    world, rng = plain.world, random.Random(seed)
    plain.fill(rng, 70)
    with world.db.begin() as tx:
        change_zone(tx, ORG, "ana", ZONE, world.now - timedelta(days=90))
        aside = set(rng.sample(sorted(plain.live), 6))
        for id_ in aside:
            set_aside(tx, ORG, "ana", id_)
    shared = set(rng.sample(sorted(plain.live), 8)) | {"gone"}
    open_, closed = _offered(plain, shared)
    with world.db.read() as tx:
        free = [one for one in open_ if one.id not in aside]
        for first in range(0, len(free) + 4, 4):
            found = offered(tx, ORG, "ana", world.now, shared, first=first, limit=4)
            assert [one.id for one in found.open] == [one.id for one in free[first : first + 4]]
            assert found.more == (len(free) > first + 4)
        assert [one.id for one in found.closed] == [one.id for one in closed[:4]]
        assert [one.id for one in found.aside] == [one.id for one in open_ if one.id in aside][:4]
        lit = [one.id for one in green_lit_for(tx, ORG, "ana", world.now)]
        newest = sorted(sorted(one.id for one in open_), key=lambda id_: plain.live[id_][1], reverse=True)
        assert lit == newest
        since = world.now - timedelta(days=7)
        fresh = [one.id for one in green_lit_for(tx, ORG, "ana", world.now, since)]
        assert fresh == [id_ for id_ in newest if plain.live[id_][1] > since]


def _offered(plain: Plain, shared: set[str]) -> tuple[Sequence[ContentItem], Sequence[ContentItem]]:
    """As each item asks for it, one after another."""
    now, where = plain.world.now, ZoneInfo(ZONE)
    there = [
        (one, at)
        for one, at, gone in plain.live.values()
        if not gone
        and (one.expires_at is None or one.expires_at > now)
        and one.is_for("sales")
        and (one.starts_on is None or one.starts_on <= now.astimezone(where).date())
    ]
    topics = {one.topic for one, _ in there if one.id in shared and one.topic}

    def place(pair: tuple[ContentItem, datetime]) -> tuple[bool, int, float, float, str]:
        one, at = pair
        since = at
        if one.starts_on is not None:
            since = max(at, datetime.combine(one.starts_on, datetime.min.time(), where))
        weeks = min(max((now - since) // timedelta(weeks=1), 0), 8)
        rank = weeks - 2 * bool(one.segments) - (one.topic in topics)
        return one.id in shared, rank, -since.timestamp(), -at.timestamp(), one.id

    there.sort(key=place)

    def green(one: ContentItem) -> bool:
        return any(channel.status != "red" for channel in one.channels.values())

    return [one for one, _ in there if green(one)], [one for one, _ in there if not green(one)]


@pytest.mark.parametrize("zone", ["UTC", ZONE, "Pacific/Apia", "Australia/Lord_Howe", "America/Sao_Paulo"])
def test_every_day_begins_where_the_zone_says(zone: str) -> None:
    steps = zone_steps(zone, 2027)
    where, at = ZoneInfo(zone), 0
    for day in range(date(2000, 1, 1).toordinal(), date(2027, 12, 31).toordinal() + 1):
        while at + 1 < len(steps) and steps[at + 1][0] <= day:
            at += 1
        begins = datetime.combine(date.fromordinal(day), datetime.min.time(), where)
        assert begins.utcoffset() == timedelta(microseconds=steps[at][1]), date.fromordinal(day)


def test_whoever_is_erased_is_not_found_by_her_name_any_more(world: World) -> None:
    one = ContentItem.model_validate(
        {"id": "portrait", "title": "Frau Weiß erzählt", "tags": ["Weiß"], "url": "https://acme.example/w",
            "channels": {"x": {"status": "green"}}}
    )  # fmt: skip
    with world.db.begin() as tx:
        publish_item(tx, ORG, one, world.now)
        save_draft(tx, ORG, one, "ana", world.now, revision=0)
        person = {"id": "w1", "name": "Weiß", "segment": "s", "team": "t", "timezone": "UTC", "contacts": 1}
        import_people(tx, ORG, [PersonRow.model_validate(person)], world.now)
        assert len(grid(tx, ORG, Filters(words="weiss"), world.now, "UTC")) == 1
        erase(tx, ORG, "w1", world.now)
        for filters in (Filters(words="weiss"), Filters(words="weiß"), Filters(tag="weiß")):
            assert grid(tx, ORG, filters, world.now, "UTC") == []
        assert "weiß" not in "".join(grid_page(tx, ORG, Filters(), world.now, "UTC", first=0, limit=9).tags)


def test_documents_of_earlier_versions_are_told_by_too() -> None:
    old = (
        '{"id":"a","title":"T\\u0000x","url":"https://x.org","channels":{" LinkedIn ":{"status":"red"}},'
        '"topic":"Work  Life","tags":["LAB"],"expires_at":"2026-03-01T00:00:00+01:00","starts_on":"2026-02-01"}'
    )
    told = told_by(old)
    assert (told["channels"], told["tags"], told["topic"]) == (
        '\n"linkedin"\n',
        '\n"lab"\n"work life"\n',
        "work life",
    )
    assert (told["searched"], told["segments"], told["open_somewhere"]) == ("a tx ", "", False)
    assert told["starts_on"] == date(2026, 2, 1).toordinal()
