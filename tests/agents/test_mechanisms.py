"""Every mechanism does something, and its switch takes it away; phases change what they say from their day on."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.model import AdvocacyModel
from agents.observe import outcomes
from agents.parameters.parameters import DECLARATIONS, MECHANISMS, Parameters
from agents.setting.setting import (
    Arm,
    Audience,
    Contest,
    CorporateAccount,
    Organisation,
    Phase,
    Policy,
    PolicyChange,
    Recognition,
    Reward,
    Segment,
    Setting,
    Terms,
    Tool,
)
from rewards.document import load_document
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from tests.replays import balances_of

BUSY = Parameters(
    base_log_odds=-2.5,
    opportunities_per_week=10.0,
    click_base=0.01,
    repost_base=0.005,
    enrol_base=-3.0,
    lapse_per_week=0.1,
)
RICH = load_document(
    """
name: rich
title: Something of everything
rules:
  - {id: share, title: Share, on: share, points: 3}
  - {id: click, title: Click, on: click, points: 5, verification: tracked}
badges: [{id: five, title: Five, groups: [[{metric: events, of: share, at_least: 5}]]}]
streaks: [{id: daily, title: Daily, kinds: [share]}]
leaderboards: [{id: month, title: This month}]
recognition: {kudos: {}}
rewards: [{id: mug, title: A mug, points: 20, unit_cost_cents: 900, stock: 500}]
""",
    IncentiveScheme,
    "rich",
)
EVERYTHING = Phase(
    scheme=RICH,
    norm_message="median",
    contest=Contest(days=14),
    recognition=Recognition(rule="exclusive", share=0.3, every_days=7),
)
WITH_A_TOOL = (
    Phase(
        scheme=RICH,
        norm_message="median",
        contest=Contest(days=14, standing="shown", winner_thanked=True),
        recognition=Recognition(
            rule="exclusive", share=0.3, every_days=7, expectation="announced", worth="tangible", delay_days=2
        ),
        tool=Tool(digests_per_week=7.0, signup_friction=0.0),
        terms=Terms(framing="loss", odds=0.5, hangs_on="team"),
    ),
    Phase(day=28, tool=Tool(digests_per_week=1.0)),
)


def company(*phases: Phase, arms: tuple[Arm, ...] = (), days: int = 42, **more) -> Setting:
    segments = (Segment(name="a"), Segment(name="b", desk="non-desk", contacts_median=150))
    organisation = Organisation(headcount=60, segments=segments, audience=Audience(size=3000))
    policy = Policy(strictness=0.6, training=0.5, sanctions_per_risky_share=0.5)
    known = {"policy": policy, "burn_in_days": 14, "horizon_days": days} | more
    return Setting(organisation=organisation, phases=phases or (Phase(),), arms=arms, **known)


def ran(setting: Setting, p: Parameters = BUSY, seed: int = 1, **more) -> AdvocacyModel:
    model = AdvocacyModel(setting, seed, parameters=p, **more)
    model.run_for(setting.horizon_days)
    return model


def with_everything() -> Setting:
    strict = Policy(strictness=0.6, training=0.5, sanctions_per_risky_share=0.5, approval=0.3)
    page = CorporateAccount(capability="expert", followers=2000)
    asked = company(*WITH_A_TOOL, policy=strict)
    organisation = asked.organisation.model_copy(update={"corporate_accounts": (page,), "headcount": 200})
    return asked.model_copy(update={"organisation": organisation})


@pytest.fixture(scope="module")
def whole() -> dict[str, np.ndarray]:
    return ran(with_everything()).outcomes()


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_each_mechanism_matters_and_can_be_switched_off(mechanism: str, whole) -> None:
    without = ran(with_everything(), BUSY.without(mechanism)).outcomes()
    assert any(not np.array_equal(whole[name], without[name]) for name in outcomes.MEASURED)


def test_switching_everything_off_leaves_no_trace_of_a_program() -> None:
    bare = BUSY.without(*MECHANISMS)
    with_program, alone = (ran(company(phase), bare).outcomes() for phase in (EVERYTHING, Phase()))
    untouched = set(outcomes.MEASURED) - {
        "points",
        "points_gini",
        "contest_wins",
        "liability",
        "praise",
        "recognition_coverage",
    }
    for name in untouched:
        assert np.array_equal(with_program[name], alone[name]), name
    assert with_program["bought_shares"].sum() == with_program["cost"].sum() == 0.0


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    draws=st.fixed_dictionaries({name: st.floats(0.0, 0.999) for name in DECLARATIONS}),
    seed=st.integers(0, 99),
)
def test_points_equal_replay_and_cascades_die_out_for_any_draw_of_the_priors(draws, seed) -> None:
    p = Parameters.draw(draws).replace(base_log_odds=-2.5, opportunities_per_week=8.0)
    model = ran(company(EVERYTHING, days=28), p, seed, record_events=True)
    again = replay(model.recorded_events(), compile_scheme(RICH), model.staff.rows())
    assert balances_of(again) == model.points_by_person()
    o = {name: values.sum() for name, values in model.outcomes().items()}
    # Were each repost to bring one more, two thirds of the reposts of three rounds would be of reposts.
    assert o["deep_reposts"] < 2.0 / 3.0 * o["reposts"] + 3.0 * (o["reposts"] + 1.0) ** 0.5
    assert o["gamed_shares"] <= o["bought_shares"] <= o["shares"]
    assert o["engagement"] == o["human_clicks"] + o["reposts"]
    assert ((model.last_met.chance >= 0.0) & (model.last_met.chance <= 1.0)).all()


def test_a_phase_changes_policy_and_notifications_from_its_day_on_for_its_arm_only() -> None:
    quiet = Phase(day=14, notifications=0.0, policy=PolicyChange(training=1.0, tools_friction=0.9))
    model = ran(company(arms=(Arm(name="quiet", share=0.5, phases=(Phase(), quiet)),)))
    before, after = model.conditions.on(13), model.conditions.on(14)
    silenced = model.timeline.group == 1
    assert (after.rates[0][silenced] == 0.0).all()
    assert np.array_equal(after.rates[0][~silenced], before.rates[0][~silenced])
    assert after.trained[silenced].all()
    assert (after.trained | ~before.trained).all()
    # All of the arm are trained, and who is trained has less trouble.
    eased = 1.0 - model.lanes.rows.training_ease
    assert np.allclose(after.friction[silenced], 0.9 * np.broadcast_to(eased, silenced.shape)[silenced])
    splits = model.outcomes_by_split(("arm",))
    assert splits["arm=quiet"]["shares"][:14].sum() > 0.0 == splits["arm=quiet"]["shares"][14:].sum()
    assert splits["arm=control"]["shares"][14:].sum() > 0.0


def test_the_novelty_clock_runs_is_turned_back_and_fades() -> None:
    other = RICH.model_copy(update={"badges": ()})
    model = AdvocacyModel(
        company(
            Phase(scheme=RICH),
            Phase(day=14, scheme=other),
            Phase(day=28),
            Phase(day=63, scheme=RICH),
            days=80,
        ),
        1,
    )
    p = model.parameters
    weeks = [model.timeline.novelty_weeks(0, day, p) for day in (0, 7, 13, 14, 21, 28, 63)]
    kept = 1.0 - p.novelty_renewal
    ends = 2.0 * kept + 2.0
    faded = ends * 2.0 ** (-5.0 / p.novelty_half_life_weeks)
    # What was there before is new again as far as two weeks of something else made it forgotten.
    again = 1.0 - p.novelty_renewal * (1.0 - 2.0 ** (-2.0 / p.novelty_half_life_weeks))
    assert weeks == pytest.approx([0.0, 1.0, 13 / 7, 2.0 * kept, 2.0 * kept + 1.0, ends, faded * again])


def test_a_contest_pulls_until_its_end_and_then_halves() -> None:
    timeline = AdvocacyModel(company(Phase(contest=Contest(days=14)), days=60), 1).timeline
    levels = [timeline.contest(0, day, 1.0) for day in (0, 13, 20, 27)]
    assert levels == pytest.approx([1.0, 1.0, 0.5, 0.25])
    challenge = load_document(
        "{name: c, title: C, challenges: [{id: go, title: Go, goal: 10, days: 7}]}", IncentiveScheme, "c"
    )
    timeline = AdvocacyModel(company(Phase(scheme=challenge), days=30), 1).timeline
    assert [timeline.contest(0, day, 1.0) for day in (6, 13)] == pytest.approx([1.0, 0.5])


def test_a_board_without_points_ranks_by_shares() -> None:
    model = AdvocacyModel(company(Phase(), Phase(day=7, leaderboard="shown"), days=30), 1, parameters=BUSY)
    model.run_for(8)
    model.state.total_shares += np.arange(60)
    offer = model.program.incentives(8, model.state, model.staff.present(8))
    assert (offer.rank[-15:] == 1.0).all()
    assert (offer.rank[1:15] == -1.0).all()
    assert not model.program.incentives(6, model.state, model.staff.present(6)).rank.any()


def test_surprises_are_not_announced_but_learnt_and_do_not_erode() -> None:
    known, secret = (
        AdvocacyModel(company(Phase(scheme=Reward(size="large", expectation=e).scheme())), 1, parameters=BUSY)
        for e in ("expected", "surprise")
    )
    assert known.program.running[0].share_belief == pytest.approx(np.full(60, 25.0))
    assert not secret.program.running[0].share_belief.any()
    for model in (known, secret):
        model.run_for(42)
    assert secret.program.running[0].share_belief.max() > 10.0
    assert known.outcomes()["motivation"][-1] < secret.outcomes()["motivation"][-1]


def test_a_bonus_for_leads_counts_at_the_chance_of_a_lead() -> None:
    bonus = load_document(
        "{name: b, title: B, rules: [{id: lead, title: Lead, on: lead, points: 1000, verification: connector}]}",
        IncentiveScheme,
        "b",
    )
    model = AdvocacyModel(company(Phase(scheme=bonus)), 1, parameters=BUSY)
    assert model.program.running[0].click_belief == pytest.approx(np.full(60, 1000 * BUSY.leads_per_click))


def test_recognition_reaches_those_it_is_for() -> None:
    for among, wanted in (("prior-none", 0), ("prior-regular", 2)):
        rule = Recognition(rule="random", share=1.0, every_days=1, times=1, among=among)
        model = AdvocacyModel(
            company(Phase(recognition=rule)), 1, parameters=BUSY.replace(base_log_odds=-4.5)
        )
        codes = np.searchsorted((0.02, 0.25), model.prior_rate, side="right")
        model.step()
        assert np.array_equal(model.recogniser.ever, codes == wanted)
        assert model.recogniser.ever.any()
