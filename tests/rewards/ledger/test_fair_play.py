"""What is counted once, held or refused, and what a reviewer's decision does; nobody is accused."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.faults import Conflict, NotFound, Refused
from rewards.ledger.holds import release_due
from rewards.people.people import link_people
from rewards.review import decide, get_review, open_reviews, reviews_page
from rewards.store.migrate import upgrade
from rewards.store.session import open_database
from rewards.thanks.recognition import give_kudos, kudos_received
from rewards.thanks.rings import LONGEST
from tests.conftest import World

FAST = """
name: fast
title: Fast
rules: [{id: share, title: Share, on: share, points: 10}]
fair_play: {review_above_per_hour: 3}
recognition: {kudos: {allowance: 1000, gift: 10, per_pair: 100, reciprocal_limit: 1}}
"""


@pytest.fixture
def fast(db: Any) -> World:
    return World(db).found(FAST)


def thank(world: World, giver: str, receiver: str, key: str) -> Any:
    with world.db.begin() as tx:
        return give_kudos(tx, world.organisation, giver, receiver, "Thanks", tags=(), key=key, now=world.now)


def reviews(world: World) -> list[Any]:
    with world.db.read() as tx:
        return open_reviews(tx, world.organisation)


def settle(world: World, review: int, decision: Any) -> None:
    with world.db.begin() as tx:
        decide(tx, world.organisation, review, decision, "hal", reason="looked at it", now=world.now)


@pytest.mark.parametrize(("decision", "earned"), [("approve", 40_000), ("decline", 30_000)])
def test_unusual_speed_waits_for_a_person(fast: World, decision: str, earned: int) -> None:
    *usual, unusual = [fast.record(fast.event("ana", fast.now + timedelta(seconds=n)))[0] for n in range(4)]
    assert [r.reason for r in usual] == ["awarded"] * 3
    assert unusual.reason == "held_for_review"
    assert unusual.entries[0].held_until is None
    assert "once a person has looked" in unusual.entries[0].why
    assert (fast.balances().earned, fast.balances().held) == (30_000, 10_000)
    (review,) = reviews(fast)
    assert (review.person, review.kind) == ("ana", "velocity")
    assert review.detail == {"events_in_an_hour": 4, "limit": 3}
    with fast.db.begin() as tx:
        assert release_due(tx, fast.organisation, fast.now + timedelta(days=365)) == 0
    settle(fast, review.id, decision)
    assert (fast.balances().earned, fast.balances().held) == (earned, 0)
    with fast.db.begin() as tx:
        logged = get_review(tx, fast.organisation, review.id)
        assert (logged.actor, logged.reason, logged.decided_at) == ("hal", "looked at it", fast.now)
        assert reviews_page(tx, fast.organisation, "decided") == [logged]
        assert reviews_page(tx, fast.organisation, "open") == []
        with pytest.raises(Conflict):
            decide(tx, fast.organisation, review.id, "approve", "hal", reason="again", now=fast.now)
        with pytest.raises(NotFound):
            get_review(tx, "bolt", review.id)
    fast.sound()


def test_a_ring_of_three_is_held_where_its_last_gift_closes_it(fast: World) -> None:
    ring = ("ana", "ben", "cleo")
    for turn in range(2):
        for at, giver in enumerate(ring):
            answer = thank(fast, giver, ring[(at + 1) % 3], f"{turn}")
            closes = turn == 1 and giver == "cleo"
            assert (answer.status == "held") is closes
    (review,) = reviews(fast)
    assert (review.kind, review.detail["people_in_ring"], review.detail["limit"]) == ("ring", 3, 1)
    with fast.db.read() as tx:
        assert len(kudos_received(tx, fast.organisation, "ana")) == 1
    settle(fast, review.id, "approve")
    with fast.db.read() as tx:
        assert len(kudos_received(tx, fast.organisation, "ana")) == 2
    fast.sound()


def test_a_chain_is_no_ring(fast: World) -> None:
    for turn in range(3):
        for giver, receiver in (("ana", "ben"), ("ben", "cleo"), ("cleo", "dan"), ("ana", "dan")):
            assert thank(fast, giver, receiver, f"{turn}{receiver}").status != "held"
    assert {review.kind for review in reviews(fast)} == {"velocity"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('rings')}/one.sqlite")
    upgrade(db)
    yield db
    db.close()


gifts = st.lists(st.sampled_from(list(permutations(World.people, 2))), max_size=24)


@given(given_order=gifts)
@settings(max_examples=25, deadline=None)
def test_held_exactly_when_a_gift_closes_a_pair_or_ring(
    given_order: list[tuple[str, str]], shared: Any
) -> None:
    """Against a search of all circles that shares nothing with the code."""
    slug = f"o{uuid.uuid4().hex}"
    world = World(shared).found(FAST, slug)
    edges: dict[tuple[str, str], int] = {}
    for at, (giver, receiver) in enumerate(given_order):
        edges[giver, receiver] = edges.get((giver, receiver), 0) + 1
        often = {pair for pair, count in edges.items() if count > 1}
        others = [p for p in World.people if p not in (giver, receiver)]
        circles = [
            (giver, receiver, *middle) for n in range(LONGEST - 1) for middle in permutations(others, n)
        ]
        closes = any(all((c[i], c[(i + 1) % len(c)]) in often for i in range(len(c))) for c in circles)
        with world.db.begin() as tx:
            answer = give_kudos(tx, slug, giver, receiver, "Thanks", tags=(), key=str(at), now=world.now)
        assert (answer.status == "held") is closes


def test_accounts_of_one_human_are_one_also_by_way_of_a_third(world: World) -> None:
    with world.db.begin() as tx:
        link_people(tx, world.organisation, "ana", "ben", world.now)
        link_people(tx, world.organisation, "ben", "cleo", world.now)
    for giver, receiver in permutations(("ana", "ben", "cleo"), 2):
        with pytest.raises(Refused, match="linked"):
            thank(world, giver, receiver, f"{giver}{receiver}")
    assert thank(world, "ana", "dan", "k").status == "awarded"


def test_a_connectors_thanks_to_ones_own_other_account_earn_nothing(world: World) -> None:
    with world.db.begin() as tx:
        link_people(tx, world.organisation, "ana", "ben", world.now)
    own, honest, self_ = world.record(
        world.event("ana", kind="kudos", owner="ben"),
        world.event("ana", kind="kudos", owner="cleo"),
        world.event("dan", kind="kudos", owner="dan"),
    )
    assert (world.earned("ben"), world.earned("cleo"), world.earned("dan")) == (0, 1000, 0)
    assert (own.status, honest.status, self_.status) == ("zero", "awarded", "zero")
    world.sound()
