"""Highlights are given live by the rule that is simulated, once, and nothing late changes them."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import settings
from hypothesis import strategies as st

from agents.parameters.parameters import Parameters
from agents.program.recognise import Recogniser, Recognition
from agents.world.lanes import Draw, Lanes
from engine.streams import Stream
from rewards.boards.highlights import best, give_highlights, highlighted
from rewards.ledger.periods import close_period
from rewards.ledger.undo import reverse_entry
from rewards.merging import merge_people
from rewards.people.people import deactivate, set_opt_out
from rewards.publishing.drafts import retire_version
from rewards.publishing.publication import publish_scheme, roll_back, scheme_in_force
from rewards.scheme.offers import Highlight
from rewards.scheme.presets import PRESETS
from rewards.store import trail
from rewards.store.webhooks import take_from_outbox
from rewards.worker import work_once
from tests.conftest import World

SCHEME = """
name: best
title: Best
rules: [{id: share, title: Share, on: share, points: 1, caps: [{window: day, points: 1}]}]
calendar: {zone: Pacific/Auckland, grace_hours: 24}
recognition: {highlights: [{title: Voice of the week, share: 1/5, every_days: 7}]}
"""
# Midnight of 25 November in Auckland.
START = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FINAL = START + timedelta(days=8)


@pytest.fixture
def world(db: Any) -> World:
    made = World(db)
    made.now = START
    made.found("{name: before, title: Before}")
    publish(made, SCHEME)
    return made


def publish(world: World, text: str, **rest: Any) -> int:
    at = rest.pop("at", world.now)
    with world.db.begin() as tx:
        return publish_scheme(
            tx, world.organisation, world.scheme(text), at, "hr", "test", world.now, **rest
        ).version


def share(world: World, person: str, at: datetime, **rest: Any) -> Any:
    world.now = max(world.now, at)
    (receipt,) = world.record(world.event(person, at, **rest))
    return receipt


def work(world: World, at: datetime) -> int:
    world.now = at
    with world.db.begin() as tx:
        return give_highlights(tx, world.organisation, at)


def thanked(world: World) -> list[str]:
    return [who for who in world.people for e in standing(world, who)]


def standing(world: World, who: str) -> list[Any]:
    found = world.entries(who)
    undone = {entry.reverses for entry in found}
    return [e for e in found if e.kind == "highlight" and e.reverses is None and e.id not in undone]


def seen(world: World, reader: str = "eva") -> list[Any]:
    with world.db.read() as tx:
        return highlighted(tx, world.organisation, reader, world.now)


def busy_week(world: World) -> None:
    """ben shares three items, ana one item four times and another once, cleo one just before and one just after the week."""
    for n in range(3):
        share(world, "ben", START + n * HOUR)
    for _ in range(4):
        share(world, "ana", START + 5 * HOUR, object="the-same")
    share(world, "ana", START + 6 * HOUR)
    for n in range(5):
        share(world, "cleo", START + 7 * DAY + n * HOUR)


def test_whoever_shared_most_items_is_thanked_once_late_events_cannot_count(world: World) -> None:
    busy_week(world)
    assert work(world, FINAL - HOUR) == 0
    assert (work(world, FINAL), work(world, FINAL), thanked(world)) == (1, 0, ["ben"])
    (entry,) = standing(world, "ben")
    assert entry.why == "Thank you: “Voice of the week”. Few shared as much from 2026-11-25 to 2026-12-01."
    assert (entry.rule_title, entry.amount_millipoints) == ("Voice of the week", 0)
    (found,) = seen(world)
    assert (found.people, found.first_day, found.last_day) == (
        (("ben", "Ben"),), date(2026, 11, 25), date(2026, 12, 1),
    )  # fmt: skip
    with world.db.begin() as tx:
        told = [
            json.loads(row.payload) for row in take_from_outbox(tx, 100, 0) if row.topic == "highlight.given"
        ]
    assert told == [{"highlight": "Voice of the week", "first_day": "2026-11-25", "people": 1}]
    world.sound()


def test_the_worker_gives_them_and_every_period_has_its_own(world: World) -> None:
    busy_week(world)
    world.now = FINAL + 7 * DAY
    rounds = [work_once(world.db, world.now, lambda *_: None) for _ in range(2)]
    assert [one.highlights for one in rounds] == [2, 0]
    assert thanked(world) == ["ben", "cleo"]


def test_late_events_reversals_and_leavers_change_nothing_afterwards(world: World) -> None:
    receipt = share(world, "ben", START)
    work(world, FINAL)
    world.now = FINAL + HOUR
    world.record(*(world.event("ana", START + n * HOUR) for n in range(9)), backfill=True)
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "test", now=world.now)
        close_period(tx, world.organisation, world.now, "hr", world.now)
    assert (work(world, FINAL + DAY), thanked(world)) == (0, ["ben"])
    world.sound()


def test_what_is_taken_back_or_waits_for_a_look_does_not_count(world: World) -> None:
    receipt = share(world, "ben", START)
    share(world, "ana", START + HOUR)
    with world.db.begin() as tx:
        reverse_entry(tx, world.organisation, receipt.entries[0].id, "hr", "test", now=world.now)
    work(world, FINAL)
    assert thanked(world) == ["ana"]


def test_nobody_who_left_is_thanked_nor_anybody_where_nobody_shared(world: World) -> None:
    share(world, "ben", START)
    with world.db.begin() as tx:
        deactivate(tx, world.organisation, "ben", world.now)
    assert (work(world, FINAL), thanked(world), seen(world)) == (1, [], [])


def test_who_is_not_shown_is_told_alone(world: World) -> None:
    share(world, "ben", START)
    with world.db.begin() as tx:
        set_opt_out(tx, world.organisation, "ben", True, world.now)
    work(world, FINAL)
    assert seen(world)[0].people == ((None, "A colleague who is not shown"),)
    assert seen(world, "ben")[0].people == (("ben", "Ben"),)


def test_a_private_highlight_is_seen_by_who_is_thanked(world: World) -> None:
    publish(
        world, SCHEME.replace("every_days: 7", "every_days: 7, nature: {worth: symbolic, publicity: private}")
    )
    share(world, "ben", START)
    work(world, FINAL)
    assert (len(seen(world)), len(seen(world, "ben"))) == (0, 1)


def test_rivals_thank_once(world: World) -> None:
    share(world, "ben", START)
    world.now = FINAL
    threads = [threading.Thread(target=lambda: work(world, FINAL)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert thanked(world) == ["ben"]
    world.sound()


def test_periods_go_on_through_versions_and_end_with_the_highlight(world: World) -> None:
    share(world, "ben", START)
    world.now = START + 3 * DAY
    publish(world, SCHEME.replace("points: 1", "points: 2"))
    world.now = START + 10 * DAY
    share(world, "ana", world.now)
    publish(world, "{name: after, title: After}")
    assert (work(world, START + 30 * DAY), thanked(world)) == (1, ["ben"])


@pytest.mark.parametrize("retired", [False, True])
def test_a_period_that_was_away_for_an_hour_goes_on_where_it_was(world: World, retired: bool) -> None:
    share(world, "ben", START)
    world.now = START + 3 * DAY
    if retired:
        with world.db.begin() as tx:
            version = scheme_in_force(tx, world.organisation, world.now)
            assert version is not None
            retire_version(tx, world.organisation, version.version, "hr", "test", now=world.now)
    else:
        publish(world, "{name: after, title: After, calendar: {zone: Pacific/Auckland}}")
    world.now += HOUR
    publish(world, SCHEME)
    assert (work(world, FINAL), thanked(world)) == (1, ["ben"])
    assert [(one.first_day, one.last_day) for one in seen(world)] == [(date(2026, 11, 25), date(2026, 12, 1))]


def test_one_that_was_away_beyond_its_period_begins_anew(world: World) -> None:
    world.now = START + 3 * DAY
    publish(world, "{name: after, title: After, calendar: {zone: Pacific/Auckland}}")
    world.now = START + 9 * DAY
    publish(world, SCHEME)
    share(world, "ben", world.now)
    assert (work(world, START + 17 * DAY), [one.first_day for one in seen(world)]) == (
        1, [date(2026, 12, 4)],
    )  # fmt: skip


def test_what_a_merged_account_shared_before_a_closing_is_hers_who_took_over(world: World) -> None:
    for n in range(2):
        share(world, "ben", START + n * HOUR)
        share(world, "cleo", START + n * HOUR)
    share(world, "ana", START + HOUR)
    world.now = START + DAY
    with world.db.begin() as tx:
        close_period(tx, world.organisation, world.now, "hr", world.now)
        merge_people(tx, world.organisation, "ana", "ben", world.now)
    assert (work(world, FINAL), seen(world)[0].people) == (1, (("ana", "Ana"),))
    world.sound()


def test_shares_without_an_object_are_not_one_item(world: World) -> None:
    for n in range(2):
        share(world, "ben", START + n * HOUR, object="")
    for who in ("ana", "cleo", "dan", "eva"):
        share(world, who, START)
    assert (work(world, FINAL), thanked(world)) == (1, ["ben"])


def test_a_version_rolled_back_takes_its_highlights_along(world: World) -> None:
    with world.db.begin() as tx:
        first = publish_scheme(
            tx, world.organisation, world.scheme(SCHEME.replace("week", "month")), world.now, "hr", "test", world.now
        ).version  # fmt: skip
    share(world, "ben", START)
    assert (work(world, FINAL), thanked(world)) == (1, ["ben"])
    with world.db.begin() as tx:
        roll_back(tx, world.organisation, first, "hr", "test", now=world.now)
    assert thanked(world) == []
    assert (work(world, FINAL), [e.rule_title for e in standing(world, "ben")]) == (1, ["Voice of the week"])
    world.sound()


def test_the_preset_that_ships_highlights_gives_them(empty_world: World) -> None:
    world = empty_world.found()
    with world.db.begin() as tx:
        publish_scheme(tx, world.organisation, PRESETS["recognition"], world.now, "hr", "test", world.now)
    world.record(world.event("dan"))
    assert (work(world, world.now + 40 * DAY), thanked(world)) == (1, ["dan"])


@settings(deadline=None)
@each(
    shared=st.lists(st.integers(0, 4), min_size=1, max_size=30),
    share=st.fractions(Fraction(1, 100), 1, max_denominator=100),
)
def test_the_rule_is_the_one_that_is_simulated(shared: list[int], share: Fraction) -> None:
    counted, people = np.array(shared), len(shared)
    rule = Recognition(rule="exclusive", share=float(share), every_days=7)
    drawn = Recogniser.__new__(Recogniser)
    drawn._lanes, drawn._rows = Lanes([Draw(1, 0, Parameters())], [people]), np.arange(people, dtype=np.int64)
    drawn._keys = drawn._lanes.keys(Stream.RECOGNITION)
    simulated = drawn._chosen(rule, np.ones(people, dtype=bool), counted, 6)
    live = best(dict(enumerate(shared)), people, Highlight(title="Best", share=share), "lot")
    # Who shared the same is drawn by lot on both sides, so that the numbers shared are compared.
    assert sorted(counted[simulated].tolist()) == sorted(shared[one] for one in live)


def test_a_worker_that_dies_in_the_middle_leaves_nothing_and_the_next_one_thanks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(world, "ben", START)
    with monkeypatch.context() as patch:
        patch.setattr(trail, "tell", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work(world, FINAL)
    assert (thanked(world), seen(world)) == ([], [])
    assert (work(world, FINAL), thanked(world)) == (1, ["ben"])
