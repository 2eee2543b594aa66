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
