"""Prizes that are no points a share: tangible ones are taken for pay, and what is paid once is not expected again."""

import numpy as np
import pytest

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.setting.setting import Audience, Organisation, Phase, Setting
from rewards.document import load_document
from rewards.scheme.scheme import IncentiveScheme

# Nobody steers towards the badge and it brings no thanks, so that only what kind of reward it is can matter.
BUSY = Parameters(base_log_odds=-2.0, opportunities_per_week=8.0, steerer_share=0.0).without(
    "contest", "recognition"
)
OFFERED = {
    "badge": "badges: [{{id: b, title: B, groups: [[{{metric: events, of: share, at_least: 60}}]], nature: {nature}}}]",
    "level of a badge": "badges: [{{id: b, title: B, groups: [[{{metric: events, of: share, at_least: 1}}]], nature: {nature}, "
    "levels: [{{id: l, title: L, times: 60}}]}}]",
    "challenge": "challenges: [{{id: c, title: C, goal: 100000, days: 90, nature: {nature}}}]",
    "highlight": "recognition: {{highlights: [{{title: H, share: 1/20, every_days: 14, nature: {nature}}}]}}",
}


def scheme(
    kind: str, worth: str, expectation: str = "expected", publicity: str = "private"
) -> IncentiveScheme:
    nature = f"{{worth: {worth}, publicity: {publicity}, expectation: {expectation}}}"
    text = "name: prize\ntitle: A prize\n" + OFFERED[kind].format(nature=nature)
    return load_document(text, IncentiveScheme, "prize")


def ran(offered: IncentiveScheme | None, days: int = 56, p: Parameters = BUSY) -> AdvocacyModel:
    organisation = Organisation(headcount=150, audience=Audience(size=4000), corporate_accounts=())
    setting = Setting(organisation=organisation, phases=(Phase(scheme=offered),), horizon_days=days)
    model = AdvocacyModel(setting, 1, parameters=p)
    model.run_for(days)
    return model


@pytest.mark.parametrize("kind", OFFERED)
def test_a_tangible_prize_crowds_out_erodes_and_costs_trust(kind: str) -> None:
    paid, symbolic = (ran(scheme(kind, worth)) for worth in ("tangible", "symbolic"))
    offer = paid.program.incentives(0, paid.state, paid.staff.present(0))
    assert offer.prize.all()
    day_one = [ran(scheme(kind, worth), days=1).last_met.chance.sum() for worth in ("tangible", "symbolic")]
    assert day_one[0] < day_one[1]
    for level in ("motivation", "peer_trust"):
        assert paid.outcomes()[level][-1] < symbolic.outcomes()[level][-1], level


def test_a_symbolic_prize_is_no_pay_and_a_surprise_is_not_known() -> None:
    for offered in (scheme("badge", "symbolic"), scheme("badge", "tangible", "surprise")):
        model = ran(offered, days=1)
        offer = model.program.incentives(0, model.state, model.staff.present(0))
        assert not offer.prize.any()
        assert not offer.of_share(np.arange(150), model.state.clicks_belief)[1].any()


def test_a_badge_that_is_held_is_no_prize_any_more() -> None:
    text = (
        "{name: b, title: B, badges: [{id: b, title: B, groups: [[{metric: events, of: share, at_least: 3}]], nature: {worth: "
        "tangible}}]}"
    )
    model = ran(load_document(text, IncentiveScheme, "b"), days=42)
    offer = model.program.incentives(42, model.state, model.staff.present(42))
    reached = model.program.running[0].state.people[:, 0] >= 0
    held = model.state.total_shares >= 3
    assert reached.all()
    assert held.any()
    assert (offer.prize[held] == 0.0).all()
    assert offer.prize[~held].all()


def test_a_public_prize_is_public() -> None:
    for publicity, public in (("public", 1.0), ("private", 0.0)):
        model = ran(scheme("badge", "tangible", publicity=publicity), days=1)
        offer = model.program.incentives(0, model.state, model.staff.present(0))
        assert (offer.prize_public == public).all()


def test_the_points_of_a_badge_are_not_expected_of_every_share() -> None:
    text = """
name: once
title: Once
rules: [{id: share, title: Share, on: share, points: 2}]
badges: [{id: first, title: First, groups: [[{metric: events, of: share, at_least: 2}]], points: 1000}]
"""
    model = ran(load_document(text, IncentiveScheme, "once"))
    running = model.program.running[0]
    assert max(model.points_by_person().values()) > 1_000_000
    assert running.share_belief == pytest.approx(np.full(150, 2.0))
    assert not running.click_belief.any()
