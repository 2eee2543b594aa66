"""Which version of a scheme holds when, what a top-up covers, and which versions a new one displaces."""

from typing import Any

import pytest

from rewards.ledger.versions import DEFAULT_GRACE_HOURS, NO_SCHEME, InForce, Schemes, TopUp
from rewards.publishing.publication import publish_scheme, roll_back
from rewards.scoring.tables import compile_scheme
from rewards.scoring.timeline import in_force, in_turn
from tests.conformance.helpers import DAY, HOUR


def version(
    number: int, effective: int, published: int = 0, since: int | None = None, mode: str = "prospective"
) -> InForce:
    return InForce(number, effective, effective if since is None else since, published, mode)


class Known(Schemes):
    """Versions without a database."""

    def __init__(self, *timeline: InForce) -> None:
        self.timeline = timeline


def test_a_version_holds_from_its_instant_on() -> None:
    timeline = (version(1, 10), version(2, 20, 15))
    assert [in_force(timeline, at) for at in (9, 10, 19, 20, 21)] == [NO_SCHEME, 1, 1, 2, 2]


def test_what_is_scheduled_stays_so_and_what_holds_already_yields() -> None:
    # Version 2 was published at 5 for 30; version 3 at 6 for 20: the later instant follows the earlier one.
    timeline = (version(1, 0), version(2, 30, 5), version(3, 20, 6))
    assert [in_force(timeline, at) for at in (10, 20, 29, 30, 99)] == [1, 3, 3, 2, 2]
    # Published once version 2 held, a version that looks back takes its place.
    timeline = (version(1, 0), version(2, 30, 5), version(3, 20, 30, mode="exact"))
    assert [in_force(timeline, at) for at in (19, 20, 30, 99)] == [1, 3, 3, 3]
    assert [in_force((version(1, 30, 5), version(2, 30, 6)), at) for at in (29, 30)] == [NO_SCHEME, 2]


def test_changes_are_told_once_and_in_order() -> None:
    assert in_turn((version(1, 10), version(2, 30, 5), version(3, 20, 6))) == [(10, 1), (20, 3), (30, 2)]
    assert in_turn((version(1, 10), version(2, 20, 5), version(3, 20, 6))) == [(10, 1), (20, 3)]
    # A version that looks back beyond the first leaves nothing of it.
    assert in_turn((version(1, 10), version(2, 5, 12, mode="exact"))) == [(5, 2)]
    assert in_turn(()) == []


def test_a_top_up_covers_what_lies_before_it_and_before_a_later_exact_version() -> None:
    first, up = version(1, 0), version(2, 50, 50, since=20, mode="top_up")
    assert Known(first, up).top_ups(20) == [TopUp(2, 20, 50, (first,))]
    assert Known(first, up).top_ups(21) == []
    for exact, until in ((40, 40), (50, 50), (60, 50), (10, 20)):
        later = version(3, exact, 70, mode="exact")
        assert Known(first, up, later).top_ups(0) == [TopUp(2, 20, until, (first,))]
        assert Known(first, later, up).top_ups(0) == [TopUp(2, 20, 50, (first, later))]
    other = version(3, 40, 70)
    assert Known(first, up, other).top_ups(0) == [TopUp(2, 20, 50, (first,))]
    again = version(3, 80, 80, since=30, mode="top_up")
    assert [one.version for one in Known(first, up, again).top_ups(0)] == [2, 3]


def test_a_version_displaces_what_was_scheduled_and_would_never_hold() -> None:
    first, planned = version(1, 0), version(2, 100, 5)
    known = Known(first, planned)
    assert known.displaced(10, version(3, 100, 10)) == [planned]
    assert known.displaced(10, version(3, 99, 10)) == []
    assert known.displaced(10, version(3, 101, 10)) == []
    # What holds already is replaced, not displaced.
    assert known.displaced(100, version(3, 100, 100)) == []
    assert known.displaced(99, version(3, 100, 99)) == [planned]


def test_versions_that_are_known_are_held() -> None:
    known = Known(version(1, 0), version(3, 5))
    assert [known.holds(number) for number in (0, 1, 2, 3)] == [False, True, False, True]


PLAIN = "{name: plain, title: Plain, rules: [{id: share, title: Shared, on: share, points: 1}]}"
FULL = """
name: full
title: Full
membership: enrolled
rules: [{id: share, title: Sharing, on: share, points: 1}]
badges:
  - {id: kept, title: Kept, description: Stays., groups: [[{metric: awards, of: share, at_least: 1}]]}
  - {id: lent, title: Lent, permanent: false, groups: [[{metric: awards, of: share, at_least: 2}]]}
  - {id: each, title: Each, once_per: object, groups: [[{metric: events, of: share, at_least: 2, scope: object}]]}
challenges: [{id: spring, title: Spring, goal: 10, days: 5}]
calendar: {zone: Asia/Tokyo, grace_hours: 5}
fair_play: {review_above_per_hour: 9}
"""


@pytest.fixture
def two(empty_world: Any) -> Any:
    world = empty_world.found(PLAIN)
    with world.db.begin() as tx:
        publish_scheme(tx, "acme", world.scheme(FULL), world.now, "hr", "test", world.now)
    return world


def test_each_version_answers_for_itself(two: Any) -> None:
    with two.db.read() as tx:
        schemes = Schemes.of(tx, "acme")
        assert [schemes.grace_hours(v) for v in (0, 1, 2)] == [DEFAULT_GRACE_HOURS, 72, 5]
        assert [schemes.zone(v) for v in (0, 1, 2)] == ["UTC", "UTC", "Asia/Tokyo"]
        assert [schemes.review_limit(v) for v in (0, 1, 2)] == [None, None, 9]
        assert [schemes.asks_enrolment(v) for v in (0, 1, 2)] == [False, False, True]
        assert [schemes.is_permanent(2, name) for name in ("kept", "lent", "each", "none")] == [
            True,
            False,
            True,
            False,
        ]
        assert [schemes.is_once_per_object(2, name) for name in ("kept", "each", "none")] == [
            False,
            True,
            False,
        ]
        assert schemes.badge_words(2, "kept") == ("Kept", "Stays.")
        assert schemes.badge_words(1, "kept") == schemes.badge_words(0, "kept") == ("kept", "")
        assert [schemes.title(v, "share") for v in (0, 1, 2)] == ["share", "Shared", "Sharing"]
        assert schemes.title(2, "challenge:spring") == "Spring"
        assert schemes.title(2, "kept") == "Kept"
        assert schemes.has_review_limits
        assert not schemes.has_top_ups
        assert Schemes.of(tx, "acme") is schemes
        for mode, tops_up in (("top_up", True), ("exact", False)):
            candidate = schemes.with_candidate(compile_scheme(two.scheme(PLAIN)), 10, 0, 10, mode)
            assert (candidate.has_top_ups, schemes.has_top_ups) == (tops_up, False)
            assert [one.version for one in candidate.timeline] == [1, 2, Schemes.CANDIDATE]


def test_a_withdrawn_version_is_forgotten_in_the_same_transaction(two: Any) -> None:
    two.now += HOUR
    with two.db.begin() as tx:
        assert Schemes.of(tx, "acme").has_review_limits
        roll_back(tx, "acme", 2, "hr", "mistake", now=two.now)
        schemes = Schemes.of(tx, "acme")
        assert [one.version for one in schemes.timeline] == [1]
        assert not schemes.has_review_limits
        assert schemes.at(int((two.now - DAY).timestamp() * 1_000_000)) == 1
