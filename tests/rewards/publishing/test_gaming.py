"""The red team: what each play gains under schemes that let it and under schemes that do not."""

from __future__ import annotations

from typing import Any

import pytest

from rewards.publishing.gaming import PLAYS, THANKS, Gain, gaming
from rewards.scheme.scheme import IncentiveScheme


def played(play: str, **scheme: Any) -> Gain:
    found = gaming(IncentiveScheme.model_validate({"name": "s", "title": "S", **scheme}), ["it", "sales"])
    assert [one.play for one in found] == list(PLAYS)
    return next(one for one in found if one.play == play)


def rule(on: str = "share", points: int = 5, **other: Any) -> dict[str, Any]:
    return {"id": on, "title": f"By {on}", "on": on, "points": points, **other}


def test_toggling_gains_where_an_item_earns_each_time() -> None:
    open_ = played("toggling", rules=[rule()])
    assert (open_.millipoints, open_.rule, open_.title) == (350_000, "share", "By share")
    assert open_.beyond == 350_000 - 5_000 / 4
    shut = played("toggling", rules=[rule(per_object="once")])
    assert (shut.beyond, shut.rule, shut.title) == (0, "", "")


def test_own_clicks_gain_up_to_the_cap_and_not_where_the_network_has_to_say() -> None:
    assert played("self-clicks", rules=[rule("click")]).millipoints == 7 * 20 * 5_000
    capped = played("self-clicks", rules=[rule("click", caps=[{"window": "week", "points": 30}])])
    assert (capped.millipoints, capped.rule) == (30_000, "click")
    assert played("self-clicks", rules=[rule("click", verification="connector")]).beyond == 0


def test_a_ring_gains_what_pair_and_allowance_let_it() -> None:
    kudos = {"allowance": 100, "gift": 10, "period": "month", "per_pair": 3, "reciprocal_limit": 2}
    ring = played("ring", recognition={"kudos": kudos})
    assert (ring.millipoints, ring.rule, ring.looked_at) == (10 * 10_000 / 4, THANKS, True)
    assert ring.acts == 10 / 4
    few = played("ring", recognition={"kudos": {**kudos, "per_pair": 1}})
    assert (few.millipoints, few.looked_at) == (4 * 10_000 / 4, False)
    paid = played("ring", recognition={"kudos": kudos}, rules=[rule("kudos", 50)])
    assert (paid.millipoints, paid.rule) == (10 * 60_000 / 4, "kudos")
    assert played("ring", rules=[rule()]).millipoints == 0


def test_volume_without_care_is_held_by_a_cap_and_by_the_hour() -> None:
    assert played("careless", rules=[rule(per_object="once")]).millipoints == 100 * 5_000
    capped = played("careless", rules=[rule(caps=[{"window": "day", "points": 10}])])
    assert (capped.millipoints, capped.beyond) == (50_000, 40_000)
    assert not capped.looked_at
    assert played("careless", rules=[rule()], fair_play={"review_above_per_hour": 19}).looked_at
    assert not played("careless", rules=[rule()], fair_play={"review_above_per_hour": 20}).looked_at


def test_bunching_fills_a_cap_of_the_day_on_two_days_a_week() -> None:
    found = played("bunching", rules=[rule("comment", caps=[{"window": "day", "points": 15}])])
    assert (found.millipoints, found.rule) == (2 * 15_000, "comment")
    wait = played("bunching", rules=[rule("comment", cooldown_minutes=1000)])
    assert wait.millipoints == 2 * 5_000


@pytest.mark.parametrize(
    "when",
    [
        {"tag": ["launch"]},
        {"not": {"tag": ["launch"]}},
        {"channel": ["xing"]},
        {"not": {"channel": ["linkedin"]}},
        {"segment": ["sales"]},
    ],
)
def test_she_acts_where_it_pays(when: dict[str, Any]) -> None:
    assert played("toggling", rules=[rule(when=when)]).millipoints == 350_000
