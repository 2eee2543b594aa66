"""The designer's hint tells the clicks a share that the model gives, beside a cautious assumption."""

from __future__ import annotations

from math import exp

import pytest

from agents.audience.audience import size_factor
from agents.parameters.parameters import Parameters
from agents.setting.company import Audience, Contacts
from rewards.publishing.clicks import CLICKS_PER_SHARE, MODEL_CLICKS_PER_SHARE


def clicks_per_share() -> float:
    """Human clicks that a share brings to an employee with the median number of contacts, in closed form.

    Active contacts who see it beside their feed, times those of them who click.
    """
    p, contacts, homophily = Parameters(), Contacts().median, Audience().homophily
    chance = p.click_base * exp(p.trust_weight * p.peer_trust + p.affinity_weight * homophily)
    shown = p.visibility * size_factor(contacts, p) / (1.0 + p.feed_load_mean / p.feed_load_scale)
    return float(contacts * p.active_share * shown * chance * p.peer_premium)


def test_the_hint_tells_the_models_clicks_and_a_cautious_number() -> None:
    assert clicks_per_share() == pytest.approx(MODEL_CLICKS_PER_SHARE, rel=0.1)
    assert CLICKS_PER_SHARE < MODEL_CLICKS_PER_SHARE
