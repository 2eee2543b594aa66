"""Awards that are announced pull before they are given; thanks that are late or come from nobody weigh less."""

import numpy as np

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.setting.setting import Audience, Content, Organisation, Phase, Recognition, Setting
from rewards.scheme.presets import PRESETS

P = Parameters(base_log_odds=-2.5)


def ran(rule: Recognition, days: int = 10) -> AdvocacyModel:
    organisation = Organisation(headcount=90, audience=Audience(size=2000))
    setting = Setting(
        organisation=organisation, phases=(Phase(recognition=rule),), horizon_days=60, burn_in_days=7
    )
    model = AdvocacyModel(setting, 1, parameters=P)
    model.run_for(days)
    return model


def pull(model: AdvocacyModel) -> np.ndarray:
    return model._offer(model.day, model.staff.present(model.day)).award


def test_a_surprise_pulls_nobody_beforehand() -> None:
    assert not pull(ran(Recognition(rule="threshold", every_days=28, shares=3))).any()


def test_whoever_is_one_share_from_the_threshold_is_pulled_most_and_whoever_has_it_no_more() -> None:
    model = ran(Recognition(rule="threshold", every_days=28, shares=3, expectation="announced"))
    near, done = pull(model), model.state.total_shares
    means = [near[done == number].mean() for number in (0, 1, 2)]
    assert means == sorted(means)
    assert means[0] < means[-1] == 1.0
    assert not near[done >= 3].any()


def test_of_few_places_those_at_the_edge_have_most_to_win() -> None:
    model = ran(Recognition(rule="exclusive", share=0.2, every_days=28, expectation="announced"))
    near, done = pull(model), model.state.total_shares
    assert 0.0 < near[done == 0].min() <= 0.2
    assert near.max() > 0.9


def test_an_announced_award_that_one_can_sell_is_pay() -> None:
    for worth, paid in (("symbolic", False), ("tangible", True)):
        model = ran(
            Recognition(rule="random", share=0.5, every_days=28, expectation="announced", worth=worth)
        )
        assert bool(model._offer(model.day, model.staff.present(model.day)).prize.any()) is paid


def test_late_thanks_come_late_and_weigh_less_and_so_do_those_from_nobody() -> None:
    on_time, late, anonymous = (
        ran(Recognition(rule="random", share=1.0, every_days=7, times=1, **more), 20)
        for more in ({}, {"delay_days": 7}, {"giver": "nobody"})
    )
    assert np.flatnonzero(on_time.outcomes()["praise"]).tolist() == [6]
    assert np.flatnonzero(late.outcomes()["praise"]).tolist() == [13]
    p = on_time.parameters
    days = 13
    kept = p.recognition_kept**days
    assert np.allclose(on_time.state.recognition, kept)
    assert np.allclose(anonymous.state.recognition, p.anonymous_thanks * kept)
    assert np.allclose(late.state.recognition, 0.5 ** (7.0 / p.late_half_life_days) * p.recognition_kept**6)


def test_the_more_and_the_less_motivated_half_can_be_thanked_apart() -> None:
    for among, wanted in (("motivation-high", True), ("motivation-low", False)):
        model = ran(Recognition(rule="random", share=1.0, every_days=1, times=1, among=among), 1)
        level = model.traits.motivation
        assert np.array_equal(model.recogniser.ever, (level >= np.median(level)) == wanted)


def test_late_thanks_come_where_meanwhile_there_are_kudos_and_nobody_to_give_them_to() -> None:
    late = Phase(recognition=Recognition(rule="random", share=1.0, every_days=1, times=1, delay_days=3))
    setting = Setting(
        organisation=Organisation(headcount=5, audience=Audience(size=50)),
        content=Content(notifications=0.0),
        phases=(late, Phase(day=1, scheme=PRESETS["clicks"])),
    )
    model = AdvocacyModel(setting, 1)
    model.run_for(5)
    assert model.outcomes()["praise"].tolist() == [0.0, 0.0, 0.0, 5.0, 0.0]
