"""How much of an answer hangs on what nothing is known of: a closed form, and a scenario."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from agents.parameters.default_posterior import WITHOUT_EVIDENCE, DefaultPosterior
from agents.parameters.parameters import DECLARATIONS
from agents.setting.setting import ParameterChoice
from sims.cli import app
from sims.comparison.assumptions import ASSUMED, TOGETHER, Hanging, Question, drawn_groups, hanging
from sims.ensemble.bridge import outcome_specs
from sims.ensemble.run import Manner
from sims.scenario.scenario import Scenario

CLICKS = outcome_specs()["human_clicks"]


def made(values: np.ndarray, anew: np.ndarray) -> Hanging:
    return Hanging("A", "fear", ("fear_weight",), CLICKS, values, anew)


def test_the_part_is_the_total_effect() -> None:
    # Y = a + 2 b: redrawing a leaves 1 of 5 parts of the variance, redrawing both all of it.
    rng = np.random.default_rng(1)
    a, b, other, another = rng.standard_normal((4, 20_000))
    assert made(a + 2 * b, other + 2 * b).part == pytest.approx(0.2, abs=0.01)
    assert made(a + 2 * b, a + 2 * another).part == pytest.approx(0.8, abs=0.02)
    assert made(a + 2 * b, a + 2 * b).part == 0.0
    few = made((a + 2 * b)[:40], (other + 2 * b)[:40])
    assert 0.01 < few.error < 0.2


def test_the_assumptions_are_all_that_is_held_flat() -> None:
    named = [each for parameters in ASSUMED.values() for each in parameters]
    assert sorted(named) == sorted(WITHOUT_EVIDENCE)
    flat = {name for name, one in DECLARATIONS.items() if "no evidence: flat prior" in one.source}
    assert flat == set(WITHOUT_EVIDENCE)


def test_what_a_scenario_states_is_known(small: Scenario) -> None:
    stated = small.model_copy(
        update={
            "parameters": ParameterChoice(values={"fear_policy": 0.5, "fear_weight": 1.0}, off=("training",))
        }
    )
    groups = drawn_groups(stated)
    assert set(groups) == {"friction", "fear", "removal", TOGETHER}
    assert groups["fear"] == ("enrol_fear",)
    question = Question(small, CLICKS, 1, (("fear_weight",),))
    own, anew = question.parameters(0, -1), question.parameters(0, 0)
    assert own.fear_weight != anew.fear_weight
    assert own == anew.replace(fear_weight=own.fear_weight)


def test_a_scenario_is_asked_and_tells(small: Scenario) -> None:
    one, two = (hanging(small, "shares", 3, 1, Manner(processes=count)) for count in (1, 2))
    assert [each.name for each in one] == [*ASSUMED, TOGETHER]
    assert [each.as_json() for each in one] == [each.as_json() for each in two]
    assert all(0.0 <= each.part <= 1.0 for each in one)
    assert one[-1].part > 0.0
    assert "All of these together" in one[-1].sentence()
    with pytest.raises(ValueError, match="choose among them"):
        hanging(small, "nonsense", 3, 1)


def test_what_a_calibrated_posterior_knows_is_drawn_from_it(small: Scenario) -> None:
    # Two vectors that know two parameters, and always together; the others are drawn from their flat priors.
    known = DefaultPosterior(("fear_weight", "enrol_fear"), np.array([[0.5, 1.0], [1.5, 0.25]]), {})
    question = Question(small, CLICKS, 1, (("fear_weight", "enrol_fear", "fear_policy"),), known)
    drawn = [question.parameters(run, 0) for run in range(40)]
    assert {(p.fear_weight, p.enrol_fear) for p in drawn} == {(0.5, 1.0), (1.5, 0.25)}
    assert len({p.fear_policy for p in drawn}) == 40
    own = [question.parameters(run, -1) for run in range(2)]
    assert {(p.fear_weight, p.enrol_fear) for p in own} == {(0.5, 1.0), (1.5, 0.25)}
    # A posterior that leaves no doubt leaves nothing to hang on.
    every = tuple(name for names in ASSUMED.values() for name in names)
    sure = DefaultPosterior(every, np.array([[DECLARATIONS[name].default for name in every]]), {})
    found = hanging(small, "shares", 2, 1, Manner(processes=1, posterior=sure))
    assert [each.part for each in found] == [0.0] * len(found)
    assert "as the posterior leaves them" in found[0].sentence()


@pytest.mark.parametrize("calibrated", [False, True])
def test_compare_tells_it_when_asked(small_file, tmp_path, calibrated: bool) -> None:
    out, known = tmp_path / "out.json", tmp_path / "p.json"
    known.write_text(json.dumps({"provenance": {}, "names": ["fear_weight"], "values": [[0.5], [1.5]]}))
    options = ["--posterior", str(known)] if calibrated else []
    found = CliRunner().invoke(
        app, ["compare", str(small_file), "--runs", "2", "--assumptions", "--json", str(out), *options]
    )
    assert found.exit_code == 0, found.output
    body = json.loads(out.read_text())["assumptions"]
    assert {each["assumption"] for each in body} == {*ASSUMED, TOGETHER}
    assert all(each["sentence"] in found.stdout for each in body)
