"""A plan is drawn by chance within alike teams, sealed, and judged by itself alone and not before its last day."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from rewards.document import DocumentError
from sims.rollout.analysis import MORE, TOO_EARLY, UNTOLD, analyse, units_of_plan
from sims.rollout.plan import (
    DESIGNS,
    Design,
    Plan,
    RolloutError,
    Team,
    Wish,
    drawn,
    fewest_teams,
    load_plan,
    sealed,
)

FIRST = date(2026, 3, 2)


def teams(count: int) -> list[Team]:
    return [Team(f"t{at:02d}", f"s{at % 3}", 5 + at) for at in range(count)]


def plan(wish: Wish, count: int = 24) -> Plan:
    return sealed(wish, drawn(wish, teams(count)), FIRST, groundswell="test", expected={"spill_over": 0.0})


@pytest.mark.parametrize(
    ("wish", "shares"),
    [
        (Wish(design="cluster"), {"control": 12, "treated": 12}),
        (Wish(design="holdout", holdout=4), {"control": 6, "treated": 18}),
        (Wish(design="stepped-wedge", steps=4), {f"step-{at}": 6 for at in range(1, 5)}),
    ],
    ids=["cluster", "holdout", "stepped-wedge"],
)
def test_every_arm_gets_its_part_in_every_block(wish: Wish, shares: dict[str, int]) -> None:
    found = drawn(wish, teams(24))
    assert Counter(one.arm for one in found) == shares
    in_block = [
        Counter(one.arm for one in found if one.block == block) for block in {one.block for one in found}
    ]
    assert all(each == in_block[0] for each in in_block)
    other = drawn(wish.model_copy(update={"seed": 2}), teams(24))
    assert [one.arm for one in found] != [one.arm for one in other]
    assert found == drawn(wish, list(reversed(teams(24))))


def test_each_team_is_as_likely_treated_as_another() -> None:
    counts: Counter[str] = Counter()
    for seed in range(400):
        counts.update(one.name for one in drawn(Wish(seed=seed), teams(10)) if one.arm == "treated")
    assert all(abs(counts[one.name] - 200) < 4 * 10 for one in teams(10))


def test_too_few_teams_are_refused_in_one_line() -> None:
    with pytest.raises(RolloutError, match="at least 2 are needed in each arm"):
        drawn(Wish(), teams(3))
    with pytest.raises(RolloutError, match=r"no result could be rarer than 0\.33"):
        drawn(Wish(), teams(4))
    with pytest.raises(ValueError, match="each step takes at least one"):
        Wish(design="stepped-wedge", weeks=3, steps=4)
    drawn(Wish(), teams(10))
    with pytest.raises(RolloutError, match="got 6 for 10 steps, of which 4 would have none"):
        drawn(Wish(design="stepped-wedge", steps=10), teams(6))


def test_a_plan_that_was_changed_says_so(tmp_path: Path) -> None:
    body = plan(Wish()).model_dump(mode="json")
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(body))
    assert load_plan(path).hash == body["hash"]
    body["wish"]["metric"] = "clicks"
    path.write_text(json.dumps(body))
    with pytest.raises(DocumentError, match="was changed since it was registered"):
        load_plan(path)


def sums(made: Plan, effect: float, noise: float = 0.3) -> dict[str, np.ndarray]:
    rng, wish = np.random.default_rng(5), made.wish
    found = {}
    for one in made.clusters:
        start = wish.starts[one.arm]
        rate = 2.0 + rng.normal(0, 0.3) + rng.normal(0, noise, wish.periods)
        if start is not None:
            rate[start:] += effect
        found[one.name] = rate * one.people
    return found


@pytest.mark.parametrize("design", ["cluster", "stepped-wedge", "holdout"])
def test_it_finds_an_effect_that_is_there_and_none_that_is_not(design: str) -> None:
    made = plan(Wish.model_validate({"design": design}))
    for effect, verdict in ((1.0, MORE), (0.0, UNTOLD)):
        body = analyse(made, units_of_plan(made, sums(made, effect)), made.last)
        assert body["verdict"] == verdict
        assert body["effect"]["low"] <= effect <= body["effect"]["high"]
        assert body["brought"]["estimate"] == pytest.approx(
            body["effect"]["estimate"] * body["brought"]["person_periods"]
        )


def test_who_looks_early_is_told_nothing_of_the_effect() -> None:
    made = plan(Wish())
    for early in (FIRST - timedelta(days=1), FIRST + timedelta(days=40), made.last - timedelta(days=1)):
        body = analyse(made, units_of_plan(made, sums(made, 9.0)), early)
        assert (body["verdict"], body["effect"]) == (TOO_EARLY, None)
    assert body["weeks_known"] == made.wish.periods - 1


def test_what_weakens_the_comparison_is_noted() -> None:
    made = sealed(Wish(), drawn(Wish(), teams(24)), FIRST, groundswell="test", expected={"spill_over": 0.4})
    body = analyse(made, units_of_plan(made, sums(made, 1.0)), made.last, 0.3, FIRST)
    assert body["notes"] == ["spill-over", "crossed", "stopped"]
    bare = sealed(Wish(), drawn(Wish(), teams(24)), FIRST, groundswell="test")
    assert analyse(bare, units_of_plan(bare, sums(bare, 1.0)), bare.last)["notes"] == ["no-power"]


def test_teams_and_weeks_that_are_missing_are_told() -> None:
    made = plan(Wish())
    whole = units_of_plan(made, sums(made, 1.0))
    few = units_of_plan(made, {name: row for name, row in sums(made, 1.0).items() if name != "t03"})
    body = analyse(made, few, made.last)
    assert (body["units_missing"], body["notes"]) == (1, ["missing"])
    whole.rates[4, 9:] = np.nan
    assert analyse(made, whole, made.last)["notes"] == ["gaps"]
    never = {one.name: np.zeros(made.wish.periods) for one in made.clusters}
    body = analyse(made, units_of_plan(made, never), made.last)
    assert (body["verdict"], body["effect"]["low"], body["notes"]) == (UNTOLD, None, ["unvaried"])
    assert body["brought"]["low"] is None


@pytest.mark.parametrize("design", DESIGNS)
def test_the_fewest_teams_are_just_enough(design: Design) -> None:
    wish = Wish(design=design)
    fewest = fewest_teams([wish])

    assert len(drawn(wish, teams(fewest))) == fewest
    with pytest.raises(RolloutError):
        drawn(wish, teams(fewest - 1))
    assert fewest_teams([Wish(design=one) for one in DESIGNS]) == 5
