"""What the demo says of its own candidates before the product's gate is what the gate would say."""

from dataclasses import replace

import numpy as np
import pytest

from rewards.publishing.conditions import FEWEST_RUNS
from rewards.publishing.publication import get_version
from rewards.store.session import open_database
from sims.comparison.choice import Candidate, choose
from sims.comparison.comparison import Comparison, compare
from sims.demo.demo import ORGANISATION, before_the_gate
from sims.scenario.scenario import Scenario


def made(small: Scenario, runs: int, fairness: list[float]) -> Comparison:
    """A comparison of one scheme that pays its least-paid segment such parts of the usual points."""
    found = compare([small], 1, processes=1)
    ones = np.ones(len(fairness))
    guarded = {"peer_trust": ones, "motivation": ones, "fairness": np.array(fairness)}
    one, nothing = (
        Candidate("small", 9.0 * ones, ones, guarded),
        Candidate("nothing", ones, 0.0 * ones, guarded),
    )
    provenance = replace(found.control.provenance, runs=runs)
    control = replace(found.control, provenance=provenance)
    return replace(found, control=control, choice=choose([one], nothing))


@pytest.mark.parametrize(
    ("runs", "fairness", "words"),
    [
        (FEWEST_RUNS, [0.9] * 10, "“small” passes."),
        (FEWEST_RUNS - 1, [0.9] * 10, f"{FEWEST_RUNS - 1} runs, and {FEWEST_RUNS} are needed."),
        (FEWEST_RUNS, [0.5] * 10, "gets 50% of the usual points a share, at least 80% is wanted."),
        (
            FEWEST_RUNS,
            [0.9] * 8 + [0.5] * 2,
            "gets 90% of the usual points a share, at least 80% is wanted, and it is not sure enough.",
        ),
    ],
)
def test_a_candidate_passes_or_what_it_lacks_is_told(
    small: Scenario, runs: int, fairness: list[float], words: str
) -> None:
    titled = small.model_copy(update={"title": "small"})
    line, last = before_the_gate(made(small, runs, fairness), [titled])
    assert line.startswith("Before the gate of a company that has a scheme, “small” ")
    assert words in line
    assert ("would need a written reason" in line) == ("passes" not in words)
    assert last.startswith("The first scheme of a company goes into force without it")


def test_the_demos_version_carries_what_the_gate_would_say(demo_url: str) -> None:
    database = open_database(demo_url)
    with database.read() as tx:
        reason = get_version(tx, ORGANISATION, 1).reason
    database.close()
    for title in ("Points for clicks, with a board", "Recognition instead of pay"):
        assert f"Before the gate of a company that has a scheme, “{title}” " in reason
    # The demo of the tests is rehearsed in one run.
    assert f"1 runs, and {FEWEST_RUNS} are needed" in reason
