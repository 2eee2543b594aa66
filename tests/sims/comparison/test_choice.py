"""The rule of choice on hand-made runs, one test for each of its clauses."""

import numpy as np
import pytest

from sims.comparison.choice import NOTHING, Candidate, assess, choose

RUNS = 10


def candidate(
    name: str,
    clicks: float | list[float],
    points: float = 100.0,
    trust: float = 0.5,
    motivation: float = 0.5,
    fairness: float = 1.0,
) -> Candidate:
    ones = np.ones(RUNS)
    guarded = {"peer_trust": trust * ones, "motivation": motivation * ones, "fairness": fairness * ones}
    return Candidate(name, np.asarray(clicks) * ones, points * ones, guarded)


NOTHING_DONE = candidate("nothing", 100.0, points=0.0)


def test_more_clicks_win_clearly() -> None:
    found = choose([candidate("a", 150.0), candidate("b", 200.0, points=900.0)], NOTHING_DONE)
    assert (found.scenario, found.verdict) == ("b", "clear")
    assert "100 more human clicks than doing nothing" in found.reason


def test_a_lead_in_too_few_runs_goes_to_the_cheaper_scheme() -> None:
    rich = candidate("rich", [210.0] * 7 + [190.0] * 3, points=900.0)
    found = choose([rich, candidate("cheap", 200.0, points=100.0)], NOTHING_DONE)
    assert (found.scenario, found.verdict) == ("cheap", "toss-up")
    assert "'rich' has a higher median but no clear lead" in found.reason


@pytest.mark.parametrize("broken", [{"trust": 0.47}, {"motivation": 0.44}, {"fairness": 0.79}])
def test_a_scheme_that_breaks_a_limit_cannot_win(broken: dict[str, float]) -> None:
    greedy = candidate("greedy", 999.0, **broken)
    assert not assess(greedy, NOTHING_DONE).admissible
    assert choose([greedy, candidate("modest", 120.0)], NOTHING_DONE).scenario == "modest"


def test_a_limit_may_be_broken_in_one_run_of_ten() -> None:
    edge = candidate("edge", 150.0)
    trust = np.full(RUNS, 0.5)
    trust[0] = 0.1
    guarded = {**edge.guarded, "peer_trust": trust}
    assert assess(Candidate("edge", edge.clicks, edge.points, guarded), NOTHING_DONE).admissible


def test_doing_nothing_wins_when_nothing_helps() -> None:
    found = choose([candidate("a", [150.0] * 7 + [90.0] * 3)], NOTHING_DONE)
    assert (found.scenario, found.verdict) == (NOTHING, "do nothing")
    assert "beats doing nothing in only 70% of the runs" in found.reason


def test_json_says_which_limit_was_broken() -> None:
    body = choose([candidate("a", 150.0, fairness=0.5)], NOTHING_DONE).as_json()
    failed = [check for check in body["candidates"][0]["checks"] if not check["passed"]]
    assert [(check["value"], check["allowed"]) for check in failed] == [(0.5, 0.8)]
    assert body["scenario"] == NOTHING


@pytest.mark.parametrize(("ahead", "verdict"), [(8, "clear"), (7, "toss-up")])
def test_a_lead_in_exactly_eight_runs_of_ten_is_clear(ahead: int, verdict: str) -> None:
    rich = candidate("rich", [210.0] * ahead + [190.0] * (RUNS - ahead), points=900.0)
    found = choose([rich, candidate("cheap", 200.0)], NOTHING_DONE)
    assert (found.scenario, found.verdict) == ("rich" if verdict == "clear" else "cheap", verdict)


@pytest.mark.parametrize(
    ("better", "equal", "scenario"),
    [(8, 0, "a"), (7, 0, NOTHING), (7, 2, "a"), (7, 1, NOTHING), (0, 10, NOTHING)],
)
def test_more_than_nothing_in_exactly_eight_runs_of_ten_is_enough(
    better: int, equal: int, scenario: str
) -> None:
    # As many clicks as doing nothing count half.
    clicks = [150.0] * better + [100.0] * equal + [90.0] * (RUNS - better - equal)
    assert choose([candidate("a", clicks)], NOTHING_DONE).scenario == scenario


@pytest.mark.parametrize(("broken", "kept"), [(0, True), (1, True), (2, False)])
def test_a_limit_is_kept_in_nine_runs_of_ten_and_at_its_floor(broken: int, kept: bool) -> None:
    edge = candidate("edge", 150.0)
    fairness = np.full(RUNS, 0.8)
    fairness[:broken] = np.nextafter(0.8, 0.0)
    assessment = assess(
        Candidate("edge", edge.clicks, edge.points, {**edge.guarded, "fairness": fairness}), NOTHING_DONE
    )
    assert assessment.admissible is kept
    (check,) = (check for check in assessment.checks if check.limit.outcome == "fairness")
    assert check.share_of_runs_kept == pytest.approx((RUNS - broken) / RUNS)


def test_trust_and_motivation_are_held_against_doing_nothing_and_fairness_by_itself() -> None:
    low = candidate("nothing", 100.0, trust=0.25, motivation=0.25, fairness=0.5)
    values = {check.limit.outcome: check.value for check in assess(candidate("a", 150.0), low).checks}
    assert values == {"peer_trust": 0.25, "motivation": 0.25, "fairness": 1.0}


def test_medians_decide_and_no_single_run_does() -> None:
    wild = [150.0] * 9 + [1e6]
    found = choose([candidate("wild", wild), candidate("steady", 200.0, points=900.0)], NOTHING_DONE)
    assert (found.scenario, found.verdict) == ("steady", "clear")
    one = candidate("one", [210.0] * 7 + [190.0] * 3)
    dear = Candidate("one", one.clicks, np.array([100.0] * 9 + [1e6]), one.guarded)
    found = choose([dear, candidate("other", 200.0, points=200.0)], NOTHING_DONE)
    assert (found.scenario, found.verdict) == ("one", "toss-up")
    fairness = np.array([0.9] * 6 + [5.0] * 4)
    guarded = {**one.guarded, "fairness": fairness}
    (check,) = (
        c
        for c in assess(Candidate("x", one.clicks, one.points, guarded), NOTHING_DONE).checks
        if c.limit.outcome == "fairness"
    )
    assert check.value == 0.9


def test_of_several_tied_the_cheapest_is_chosen() -> None:
    lead = candidate("lead", [210.0] * 7 + [190.0] * 3, points=900.0)
    tied = [candidate("b", 200.0, points=300.0), candidate("c", 200.0, points=200.0)]
    beaten = candidate("beaten", 150.0, points=1.0)
    found = choose([lead, *tied, beaten], NOTHING_DONE)
    assert (found.scenario, found.verdict) == ("c", "toss-up")
