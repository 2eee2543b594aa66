"""The whole model: closed forms, common random numbers, invariants, and that arrays and agents decide
alike.
"""

import gc
import weakref

import mesa
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.employees import decision
from agents.model import AdvocacyModel
from agents.observe import outcomes
from agents.parameters.parameters import DECLARATIONS, MECHANISMS, Parameters
from agents.setting.setting import Audience, Content, Organisation, Phase, Recognition, Setting
from agents.world.conditions import opportunity_days
from rewards.scheme.presets import PRESETS


def small(headcount: int = 120, **more) -> Setting:
    organisation = Organisation(headcount=headcount, audience=Audience(size=3000))
    return Setting(organisation=organisation, **({"burn_in_days": 0, "horizon_days": 60} | more))


def eager(**values: float) -> Parameters:
    """Everybody shares often, so that short runs have something to count."""
    return Parameters().replace(base_log_odds=-3.5, **values)


def test_it_is_a_mesa_model_with_employees_as_agents() -> None:
    model = AdvocacyModel(small(), 1)
    model.run_for(3)
    assert isinstance(model, mesa.Model)
    assert model.steps == 3
    assert len(model.agents) == 120
    sales = model.agents.select(lambda employee: employee.segment == "sales")
    assert len(sales) == 24
    assert max(sales.get("contacts")) == model.staff.contacts[model.staff.segment == 0].max()
    assert len(model.observe.get_model_vars_dataframe()) == 3


@pytest.mark.parametrize("scheme", [None, "clicks", "recognition"])
def test_employees_one_by_one_decide_as_the_arrays_do(scheme: str | None) -> None:
    phase = Phase(scheme=PRESETS[scheme] if scheme else None, leaderboard="shown", norm_message="median")
    model = AdvocacyModel(small(phases=(phase,)), 2, parameters=eager())
    model.explain = True
    agents = {employee.row: employee for employee in model.agents}
    decided = 0
    for _ in range(40):
        model.step()
        met, occasion = model.last_met, model.last_occasion
        alone = [
            agents[int(who)].decides(occasion, row, float(met.draw[row]))
            for row, who in enumerate(met.person)
        ]
        assert alone == (met.draw < met.chance).tolist()
        terms = decision.share_chance(decision.log_odds(occasion, model.parameters))
        assert met.chance == pytest.approx(terms, abs=1e-12)
        decided += sum(alone)
    assert decided > 20


def test_with_every_mechanism_off_sharing_is_a_thinned_poisson_process() -> None:
    bare = eager(opportunities_per_week=5.0).without(*MECHANISMS)
    setting = small(600, content=Content(items_per_week=400.0), horizon_days=140)
    model = AdvocacyModel(setting, 4, parameters=bare)
    model.run_for(140)
    chance = 1.0 / (1.0 + np.exp(3.5))
    expected = float(model.traits.opportunities_per_week.sum()) * 20 * chance
    assert model.outcomes()["shares"].sum() == pytest.approx(expected, abs=4.0 * expected**0.5)
    assert opportunity_days(bare.weekend_factor) == pytest.approx(5.2)


def test_sights_and_clicks_have_their_closed_form_without_feelings() -> None:
    bare = eager(click_base=0.01).without("repost", "fatigue", "trust", "unfollow", "effort", "feed_load")
    bare = bare.without("dormant", "size", "content", "feed_lift", "growth", "appeal")
    bare = bare.replace(affinity_weight=0.0, effort_base=0.5)
    model = AdvocacyModel(small(400), 5, parameters=bare)
    model.run_for(60)
    o = model.outcomes()
    sights = o["naive_reach"].sum() * bare.visibility
    assert o["viewers"].sum() == pytest.approx(sights, abs=4.0 * sights**0.5)
    clicks = sights * 0.01 * bare.peer_premium * np.exp(bare.trust_weight * bare.peer_trust)
    assert o["human_clicks"].sum() == pytest.approx(clicks, abs=4.0 * clicks**0.5)


def test_one_seed_one_history_and_runs_differ() -> None:
    first, again, other = (AdvocacyModel(small(), 7, run) for run in (0, 0, 1))
    for model in (first, again, other):
        model.run_for(40)
    assert all(np.array_equal(first.outcomes()[n], again.outcomes()[n]) for n in outcomes.MEASURED)
    assert not np.array_equal(first.outcomes()["viewers"], other.outcomes()["viewers"])


def test_two_settings_are_equal_until_they_differ() -> None:
    later = (Phase(), Phase(day=20, recognition=Recognition(rule="random", share=0.5, every_days=1)))
    plain, thanked = AdvocacyModel(small(), 8), AdvocacyModel(small(phases=later), 8)
    for model in (plain, thanked):
        model.run_for(40)
    left, right = plain.outcomes(), thanked.outcomes()
    for name in outcomes.MEASURED:
        assert np.array_equal(left[name][:20], right[name][:20]), name
    assert right["praise"][20:].sum() > 0.0
    assert right["motivation"][-1] > left["motivation"][-1]


def test_splits_add_up_to_the_whole() -> None:
    model = AdvocacyModel(small(), 9, parameters=eager())
    model.run_for(30)
    splits, whole = model.outcomes_by_split(), model.outcomes()
    for name in ("shares", "viewers", "human_clicks", "naive_reach"):
        for dimension in ("segment=", "team=", "contacts=", "prior=", "rank=", "hours=", "desk="):
            parts = [values[name] for label, values in splits.items() if label.startswith(dimension)]
            assert sum(parts) == pytest.approx(whole[name]), (dimension, name)
    heads = sum(values["headcount"] for label, values in splits.items() if label.startswith("team="))
    assert heads.tolist() == [120.0] * 30


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    draws=st.fixed_dictionaries({name: st.floats(0.0, 0.999) for name in DECLARATIONS}),
    seed=st.integers(0, 1 << 40),
)
def test_invariants_hold_for_any_draw_of_the_priors(draws, seed) -> None:
    model = AdvocacyModel(small(60), seed, parameters=Parameters.draw(draws).replace(base_log_odds=-3.5))
    model.run_for(21)
    o = model.outcomes()
    assert (o["unique_reach"] <= o["viewers"] + 1e-9).all()
    assert (o["unique_reach"] <= o["naive_reach"] + 1e-9).all()
    assert (o["human_clicks"] <= o["viewers"] + 1e-9).all()
    assert (o["active_sharers"] <= o["shares"]).all()
    assert 0.0 <= model.feelings.trust.min() <= model.feelings.trust.max() <= 1.0
    assert model.feelings.fatigue.min() >= 0.0
    for level in (model.state.motivation, model.state.fear, model.state.habit, model.state.feedback):
        assert 0.0 <= level.min() <= level.max() <= 1.0


def test_mean_trust_and_fatigue_equal_the_edges_they_summarise() -> None:
    model = AdvocacyModel(small(), 10, parameters=eager(trust_rate=0.05))
    model.run_for(50)
    feelings, edges = model.feelings, model.network.graph.offsets[model.staff.size]
    feelings._refresh(np.arange(model.network.n_sources), model.day)
    assert feelings.mean_trust(0, model.staff.size, model.day) == pytest.approx(
        feelings.trust[:edges].mean(dtype=np.float64), abs=1e-6
    )
    everybody = slice(0, model.staff.size)
    fatigue = np.average(
        feelings.means_of_sources(model.day)[1][everybody], weights=model.network.degrees[everybody]
    )
    assert fatigue == pytest.approx(feelings.fatigue[:edges].mean(dtype=np.float64), abs=1e-6)


def test_a_baseline_company_is_sane() -> None:
    model = AdvocacyModel(Setting(organisation=Organisation(headcount=500), horizon_days=182), 1)
    model.run_for(182)
    o = model.outcomes()
    assert 0.01 <= o["weekly_sharers"][6::7].mean() <= 0.05
    assert o["reposts"].sum() / (o["shares"].sum() + o["reposts"].sum()) < 0.5
    # Without a program both bring clicks: neither the page nor the employees bring nearly all of them.
    assert 0.05 <= o["human_clicks"].sum() / (o["human_clicks"].sum() + o["corporate_clicks"].sum()) <= 0.7


def test_a_model_that_nobody_holds_is_given_back() -> None:
    model = AdvocacyModel(Setting(organisation=Organisation(headcount=20), horizon_days=7), 1)
    model.step()
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
