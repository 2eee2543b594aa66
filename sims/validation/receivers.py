"""Receivers' response to rewarded recommendations: tangible, symbolic or no reward, weak or strong ties.

After Verlegh et al. (2013): receivers know of the reward, and the recommendation itself is the same. So the same people post the same
items on the same days with the same effort; only the scheme in force, and the strength of ties, differ.
"""

from __future__ import annotations

import numpy as np

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.program.incentives import Incentives
from agents.setting.setting import Audience, Organisation, Phase, Setting
from rewards.scheme.scheme import IncentiveScheme
from sims.validation.experiments import post
from sims.validation.laboratory import PAY, POINTS

PEOPLE, AUDIENCE, POSTING_DAYS = 100, 10_000, 10
WEAK, STRONG = 0.0, 1.0
READABLE_CLICKS = 0.03


def rewarded_share(p: Parameters, seed: int, run: int) -> dict[int, float]:
    """Clicks per exposure relative to the same posts without a reward.

    29: tangible reward, weak ties; 291: symbolic reward, weak ties; 292: loss by tangible rewards on weak ties in excess of that on strong
    ones; 293: change of trust on weak ties by tangible rewards.
    """
    clicks, trust = {}, {}
    for tie in (WEAK, STRONG):
        for scheme in (None, POINTS, PAY):
            clicks[tie, scheme], trust[tie, scheme] = _posted(p, seed, run, scheme, tie)

    def change(tie: float, scheme: IncentiveScheme) -> float:
        return clicks[tie, scheme] / clicks[tie, None] - 1.0

    return {
        29: change(WEAK, PAY),
        291: change(WEAK, POINTS),
        292: change(WEAK, PAY) - change(STRONG, PAY),
        293: trust[WEAK, PAY] - trust[WEAK, None],
    }


def _posted(
    p: Parameters, seed: int, run: int, scheme: IncentiveScheme | None, tie: float
) -> tuple[float, float]:
    # Clicks per exposure and mean trust after all have posted for some days under the scheme.
    offered: list[float] = []

    def note(model: AdvocacyModel, day: int, offer: Incentives) -> None:
        offered.append(float(offer.tangible.mean()))

    setting = Setting(
        organisation=Organisation(headcount=PEOPLE, audience=Audience(size=AUDIENCE), corporate_accounts=()),
        phases=(Phase(scheme=scheme),),
        horizon_days=1,
        burn_in_days=0,
    )
    # Click rate above the realistic one, so that a few thousand exposures distinguish the arms.
    parameters = p.without("repost", "unfollow").replace(strong_tie_share=tie, click_base=READABLE_CLICKS)
    model = AdvocacyModel(setting, seed, run, parameters=parameters, stage=note)
    model.step()
    everyone = np.arange(PEOPLE, dtype=np.int64)
    clicks, sights = 0, 0.0
    for day in range(1, 1 + POSTING_DAYS):
        answer = post(model, everyone, day, p.peer_premium, tangible=offered[0])
        clicks += int(answer.clicks.sum())
        sights += float(answer.exposures.sum())
    return clicks / max(1.0, sights), model.feelings.mean_trust(0, PEOPLE, POSTING_DAYS)
