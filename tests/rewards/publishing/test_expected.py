"""What a scheme would give for what people do: the same arithmetic as the ledger's, and nobody's name."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest

from rewards.disclosure import Shown
from rewards.document import load_document
from rewards.publishing.behaviour import DAYS, Actor, Behaviour, behaviour, keep_behaviour
from rewards.publishing.expected import REST, Estimates, expected
from rewards.publishing.publication import scheme_in_force
from rewards.publishing.ratio import _weeks, network_gap
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from tests.conftest import World

PAIR = "name: s\ntitle: S\nrules: [{{id: share, title: S, on: share, points: {}}}, {{id: click, title: C, on: click, points: {}{}}}]"


@pytest.mark.parametrize(("share", "click", "times"), [(2, 10, 6.4), (50, 20, 2.0), (1, 0, 1.0)])
def test_a_tenfold_network_is_paid_for_its_clicks(share: int, click: int, times: float) -> None:
    scheme = load_document(PAIR.format(share, click, ""), IncentiveScheme)
    assert network_gap(scheme).times == pytest.approx(times, abs=0.05)


def test_a_cap_narrows_the_gap_and_nothing_is_no_gap() -> None:
    capped = load_document(PAIR.format(2, 10, ", caps: [{window: day, points: 10}]"), IncentiveScheme)
    assert network_gap(capped).times == pytest.approx(2.4)
    assert network_gap(capped, limits=False).times == pytest.approx(6.4)
    assert network_gap(IncentiveScheme(name="n", title="N")).times is None


def test_the_last_weeks_are_scored_as_the_ledger_scored_them(world: World) -> None:
    for day in range(3):
        for person in ("ana", "ben"):
            world.record(world.event(person, world.now - timedelta(days=day)))
    with world.db.read() as tx:
        found = behaviour(tx, world.organisation, world.now)
        live = scheme_in_force(tx, world.organisation, world.now)
    assert live is not None
    earned = world.earned("ana") + world.earned("ben")
    assert (found.origin, found.acts, found.people) == ("live", 6, {"sales": 5})
    got = expected(live.scheme, found, {"sales"})
    assert got.whole.millipoints == pytest.approx(earned / (DAYS / 7))
    assert (got.whole.people, got.whole.earning) == (5, 2)
    assert [one.group for one in expected(live.scheme, found, set()).groups] == [REST]


def test_nothing_done_is_said(world: World) -> None:
    with world.db.read() as tx:
        found = behaviour(tx, world.organisation, world.now)
    assert (found.origin, found.per_share()) == ("none", None)


def test_a_rehearsals_behaviour_goes_before_and_comes_back_whole(world: World) -> None:
    rehearsed = Behaviour(
        "rehearsal",
        "clicks",
        date(2026, 3, 2),
        28,
        {"sales": 50},
        {"sales": 2},
        (Actor("sales", _weeks(6).acts),),
    )
    with world.db.begin() as tx:
        keep_behaviour(tx, world.organisation, rehearsed, world.now)
        assert behaviour(tx, world.organisation, world.now) == rehearsed
    assert rehearsed.per_share() == pytest.approx(0.3)


def test_a_sample_stands_for_its_group_and_a_budget_limits_the_cost() -> None:
    found = Behaviour(
        "live",
        "",
        date(2026, 3, 2),
        28,
        {"a": 100, "b": 10},
        {"a": 10, "b": 10},
        (Actor("a", _weeks(6).acts),),
    )
    scheme = load_document(
        PAIR.format(1, 0, "") + "\nrewards: [{id: r, title: R, points: 10, unit_cost_cents: 500}]",
        IncentiveScheme,
    )
    got = expected(scheme, found, {"a", "b"})
    assert got.whole.millipoints == pytest.approx(10 * 20_000 / 4)
    assert got.whole.cents == pytest.approx(50 * 50)
    assert sum(one.cents for one in got.groups) == pytest.approx(got.whole.cents)
    tight = load_document(
        "award_budget: {points: 20, window: week}\n"
        + PAIR.format(1, 0, "")
        + "\nrewards: [{id: r, title: R, points: 10, unit_cost_cents: 500}]",
        IncentiveScheme,
    )
    limited = expected(tight, found, {"a", "b"})
    assert (limited.limited, limited.whole.cents) == (True, pytest.approx(20 * 50))


def test_it_is_at_once() -> None:
    actors = tuple(Actor("a", _weeks(60).acts) for _ in range(250))
    found = Behaviour("live", "", date(2026, 3, 2), 28, {"a": 500}, {"a": 500}, actors)
    began = time.process_time()
    kept = Estimates()
    for preset in PRESETS.values():
        kept.of(preset, found, Shown(True, frozenset({"a"}), frozenset()).segments)
    assert time.process_time() - began < 2.0 * len(PRESETS)
