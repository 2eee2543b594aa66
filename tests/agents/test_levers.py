"""The levers bite: policy, training, approval, content, capability, influence, an audience that shrinks, life after removal."""

import numpy as np
import pytest

from agents.audience.audience import Posts, click_factor, reaction_rate, shown, size_factor
from agents.model import AdvocacyModel
from agents.observe.splits import act_names
from agents.parameters.parameters import DECLARATIONS, Parameters
from agents.setting.setting import (
    Arm,
    Audience,
    Channel,
    Content,
    ContentKind,
    CorporateAccount,
    Organisation,
    Phase,
    Policy,
    PolicyChange,
    Segment,
    Setting,
    Tool,
)
from rewards.document import load_document
from rewards.scheme.scheme import IncentiveScheme

P = Parameters()
BUSY = P.replace(base_log_odds=-3.0)
USUAL, MIX = Policy(), Content()
PAYING = load_document(
    "{name: pay, title: Pay, rules: [{id: share, title: Share, on: share, points: 25}]}",
    IncentiveScheme,
    "pay",
)


def ran(
    *phases: Phase,
    p: Parameters = BUSY,
    days: int = 56,
    policy: Policy = USUAL,
    content: Content = MIX,
    **more,
) -> AdvocacyModel:
    known = {"headcount": 150, "audience": Audience(size=4000), "corporate_accounts": ()} | more
    setting = Setting(
        organisation=Organisation(**known), content=content, policy=policy, phases=phases or (Phase(),),
        horizon_days=days, burn_in_days=14,
    )  # fmt: skip
    model = AdvocacyModel(setting, 1, parameters=p)
    model.run_for(days)
    return model


def total(model: AdvocacyModel, name: str = "shares") -> float:
    return float(model.outcomes()[name].sum())


def test_strictness_can_stop_most_sharing_within_the_flat_priors() -> None:
    edge = {name: DECLARATIONS[name].high for name in ("fear_weight", "risk_floor", "fear_policy")}
    frightened = BUSY.replace(**edge, base_log_odds=-4.5, fear_mean=0.2, green_light_relief=0.2)
    free, strict = (total(ran(p=frightened, policy=Policy(strictness=level))) for level in (0.0, 1.0))
    assert strict < 0.4 * free
    unmoved = BUSY.without("fear")
    assert total(ran(p=unmoved, policy=Policy(strictness=0.0))) == total(
        ran(p=unmoved, policy=Policy(strictness=1.0))
    )


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (Policy(strictness=0.9), Policy(strictness=0.1)),
        (Policy(training=0.0), Policy(training=1.0)),
        (Policy(training=0.0, strictness=0.8), Policy(training=1.0, strictness=0.8)),
        (Policy(approval=1.0), Policy(approval=0.0)),
        (Policy(approval_delay_days=21), Policy()),
        (Policy(tools_friction=0.9), Policy(tools_friction=0.1)),
    ],
)
def test_signs_of_the_policy(less: Policy, more: Policy) -> None:
    assert total(ran(policy=more)) > 1.03 * total(ran(policy=less))


def test_a_policy_that_must_be_signed_acts_at_once_and_another_within_weeks() -> None:
    signed, told = (
        ran(Phase(), Phase(day=14, policy=PolicyChange(strictness=1.0, signed=s))).outcomes()["fear"]
        for s in (True, False)
    )
    assert signed[14] > told[14] + 0.2
    assert told[13] < told[20] < told[34]
    # Two half-lives later a quarter of the gap is left.
    assert signed[-1] - told[-1] < 0.4 * (signed[14] - told[14])


def test_training_raises_care() -> None:
    assert total(ran(policy=Policy(training=1.0)), "quality") > total(
        ran(policy=Policy(training=0.0)), "quality"
    )


def post(**levels: float) -> Posts:
    known = {"effort": 0.5, "visibility": 0.2} | levels
    return Posts(**{name: np.array([known.get(name, 0.0)]) for name in Posts._fields})


@pytest.mark.parametrize(
    ("name", "sign"), [("useful", 1), ("praises", 1), ("polish", -1), ("promotional", -1)]
)
def test_what_a_post_is_like_moves_its_own_clicks_and_reactions_at_once(name: str, sign: int) -> None:
    for rate in (click_factor, reaction_rate):
        low, high = (rate(post(**{name: level}), P)[0] for level in (0.1, 0.9))
        assert np.sign(high - low) == sign
        off = P.without("content")
        assert rate(post(**{name: 0.1}), off)[0] == rate(post(**{name: 0.9}), off)[0]


def test_praise_of_others_takes_the_sting_out_of_advertising() -> None:
    assert click_factor(post(promotional=1.0, praises=1.0), P)[0] > click_factor(post(promotional=1.0), P)[0]


def test_feeds_ration_and_what_draws_reactions_is_shown_to_more() -> None:
    assert size_factor(300.0, P) == pytest.approx(1.0)
    assert size_factor(3000.0, P) == pytest.approx(10.0**-P.size_exponent)
    assert size_factor(1.0, P) == size_factor(30.0, P)
    assert shown(post(useful=1.0), np.array([300.0]), P)[0] > shown(post(), np.array([300.0]), P)[0]
    assert shown(post(visibility=1.0, useful=1.0), np.array([300.0]), P)[0] == 1.0


def test_all_polished_content_is_clicked_less_than_fresh() -> None:
    fresh, polished = (
        ran(
            content=Content(kinds=(ContentKind(name="one", polish=level, promotional=level),)),
            p=BUSY.replace(click_base=0.02),
        )
        for level in (0.0, 1.0)
    )
    rates = [total(one, "human_clicks") / total(one, "viewers") for one in (fresh, polished)]
    assert rates[1] < 0.8 * rates[0]


def test_dormant_contacts_see_nothing_whoever_posts() -> None:
    few, all_active = (ran(p=BUSY.replace(active_share=share).without("growth")) for share in (0.5, 1.0))
    ratio = (total(few, "viewers") / total(few, "naive_reach")) / (
        total(all_active, "viewers") / total(all_active, "naive_reach")
    )
    assert ratio == pytest.approx(0.5, abs=0.08)


def test_channels_have_factors_of_their_own() -> None:
    quiet = Content(channels=(Channel(clicks=0.0, reposts=0.0, reactions=0.0, leads=0.0),))
    o = ran(content=quiet).outcomes()
    assert o["viewers"].sum() > 0.0
    assert not any(o[name].any() for name in ("human_clicks", "reposts", "reactions", "leads"))


def test_influence_weighs_on_leads_alone() -> None:
    plain, weighty = (
        ran(
            segments=(Segment(name="a", influence=factor),),
            p=BUSY.replace(click_base=0.05, leads_per_click=0.02),
        )
        for factor in (1.0, 20.0)
    )
    assert total(weighty, "leads") > 5.0 * total(plain, "leads")
    assert total(weighty, "human_clicks") == total(plain, "human_clicks")
    with pytest.raises(ValueError, match="correct the name"):
        Organisation(headcount=5, influence={"nobody": 2.0})


def test_an_expert_runs_a_page_better_than_an_intern() -> None:
    intern, expert = (
        ran(corporate_accounts=(CorporateAccount(followers=3000, capability=who),), days=28)
        for who in ("intern", "expert")
    )
    assert expert.outcomes()["corporate_trust"][0] > intern.outcomes()["corporate_trust"][0]
    assert total(expert, "corporate_clicks") > total(intern, "corporate_clicks")
    assert total(expert, "corporate_viewers") > total(intern, "corporate_viewers")


def test_an_audience_that_shrinks_on_a_day_sees_less_from_that_day_on() -> None:
    whole, half = ran(Phase(), Phase(day=28)), ran(Phase(), Phase(day=28, audience=0.5))
    views = [one.outcomes()["viewers"] for one in (whole, half)]
    assert np.array_equal(views[0][:28], views[1][:28])
    assert views[1][28:].sum() == pytest.approx(0.5 * views[0][28:].sum(), rel=0.2)


def test_an_audience_that_is_gone_is_missed() -> None:
    # People share less to fewer, though nothing else changes: what they believe in shrinks with what there is.
    quiet = BUSY.replace(feedback_weight=0.0, norm_attention=0.0)
    chances = []
    for audience in (1.0, 0.2):
        model = ran(Phase(), Phase(day=28, audience=audience), p=quiet, days=29)
        assert model.last_met is not None
        chances.append(model.last_met.chance)
    odds = [np.log(chance / (1.0 - chance)) for chance in chances]
    fewer = (odds[1] - odds[0]) / quiet.image_weight
    assert (fewer < -1.0).all()
    assert (fewer > np.log(0.2)).all()


def test_who_takes_part_and_how_unevenly_is_told_of_each_arm() -> None:
    asked, nagged = (Phase(tool=Tool(digests_per_week=n)) for n in (1.0, 20.0))
    organisation = Organisation(
        headcount=300,
        segments=(Segment(name="a", teams=4),),
        audience=Audience(size=4000),
        corporate_accounts=(),
    )
    setting = Setting(
        organisation=organisation, phases=(asked,), horizon_days=70, burn_in_days=14,
        arms=(Arm(name="nagged", share=0.5, phases=(nagged,)),),
        policy=Policy(sanctions_per_risky_share=1.0), content=Content(kinds=(ContentKind(name="k", green_lit=0.0, risk=1.0),)),
    )  # fmt: skip
    eager = BUSY.replace(enrol_base=-2.0, opt_out_base=0.02)
    model = AdvocacyModel(setting, 1, parameters=eager)
    model.run_for(70)
    whole, arms = model.outcomes(), model.outcomes_by_split(("arm",))
    control, more = arms["arm=control"], arms["arm=nagged"]
    for name in ("joined", "lapsed", "opt_outs", "sanctions", "contest_wins"):
        assert np.array_equal(control[name] + more[name], whole[name]), name
    assert more["opt_outs"].sum() > control["opt_outs"].sum()
    assert more["annoyance"][-1] > control["annoyance"][-1]
    heads = [one["headcount"][-1] for one in (control, more)]
    members = [one["enrolled"][-1] * head for one, head in zip((control, more), heads, strict=True)]
    assert sum(members) == pytest.approx(whole["enrolled"][-1] * 300)
    # Of one group of all, what is told of the whole company.
    everybody = model.outcomes_by_split(("hours",))["hours=full-time"]
    for name in ("shares_gini", "recent_gini", "annoyance", "enrolled"):
        assert everybody[name][6::7] == pytest.approx(whole[name][6::7], abs=1e-6), name


def test_inequality_of_late_forgets_what_was_five_weeks_ago() -> None:
    model = ran(Phase(), Phase(day=28, notifications=0.0), days=70)
    late, ever = (model.outcomes()[name] for name in ("recent_gini", "shares_gini"))
    assert late[:28] == pytest.approx(ever[:28])
    assert 0.0 < late[34] != ever[34]
    assert late[56:].max() == 0.0 < ever[-1]


def test_networks_grow_by_being_seen() -> None:
    model = ran(p=BUSY.replace(contacts_per_view=0.002))
    expected = 0.002 * total(model, "viewers")
    assert total(model, "contacts_gained") == pytest.approx(expected)
    assert model.state.perceived[model.state.gained > 1.0].min() > 0.0
    assert (model.state.perceived >= model.traits.perceived_log - 1e-12).all()


def test_a_reward_that_is_gone_is_missed_and_then_forgotten() -> None:
    model = ran(Phase(scheme=PAYING), Phase(day=28), days=29)
    had = model.program.earned_millipoints() > 0
    loss = [model._offer(day, model.staff.present(day)).loss for day in (29, 29 + 28)]
    assert (loss[0][had] > 0.0).all()
    assert not loss[0][~had].any()
    half_lives = 4.0 / P.loss_half_life_weeks
    assert loss[1][had] == pytest.approx(loss[0][had] * 0.5**half_lives)


def test_few_regulars_do_much_of_the_sharing() -> None:
    uneven, even = (
        ran(p=p, days=112).outcomes()["shares_gini"][-1]
        for p in (BUSY, BUSY.without("regulars", "heterogeneity"))
    )
    assert uneven > even


def test_classes_of_acts_have_names() -> None:
    assert act_names((1, 5)) == ("0", "1-4", "5+")
    assert act_names((1, 2)) == ("0", "1", "2+")
    model = ran()
    for dimension in ("acts", "median", "motivation"):
        parts = model.outcomes_by_split((dimension,))
        assert sum(one["shares"].sum() for one in parts.values()) == pytest.approx(total(model))


def test_a_scheme_may_reward_contacts_gained() -> None:
    networking = load_document(
        "{name: net, title: Net, rules: [{id: met, title: A new contact, on: contact, points: 3, verification: connector}]}",
        IncentiveScheme,
        "net",
    )
    p = BUSY.replace(contacts_per_view=0.02)
    one, plain = ran(Phase(scheme=networking), p=p), ran(p=p)
    gained = total(one, "contacts_gained")
    # Whole contacts are counted, as many as are gained in the mean: each person's count is within one of them.
    earned = one.program.earned_millipoints() / 3000.0
    assert (earned == np.round(earned)).all()
    before = one.state.gained.sum() - gained
    assert abs(earned.sum() - gained) < 3.0 * np.sqrt(earned.size / 4.0) + before
    assert total(one, "points") == pytest.approx(3.0 * earned.sum())
    # Who is paid for it believes in it; nothing is counted where nobody asks.
    assert total(one) > total(plain)
    assert not plain.program.earned_millipoints().any()
