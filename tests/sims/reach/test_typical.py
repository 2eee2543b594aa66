"""The designer's hint reckons with clicks a share of the order that the model gives."""

from __future__ import annotations

from math import exp

from agents.audience.audience import size_factor
from agents.parameters.parameters import Parameters
from agents.setting.company import Audience, Contacts
from rewards.publishing.ratio import CLICKS_PER_SHARE


def clicks_per_share() -> float:
    """Human clicks that a share brings to an employee with the median number of contacts, in closed form.

    Active contacts who see it beside their feed, times those of them who click.
    """
    p, contacts, homophily = Parameters(), Contacts().median, Audience().homophily
    chance = p.click_base * exp(p.trust_weight * p.peer_trust + p.affinity_weight * homophily)
    shown = p.visibility * size_factor(contacts, p) / (1.0 + p.feed_load_mean / p.feed_load_scale)
    return float(contacts * p.active_share * shown * chance * p.peer_premium)


def test_the_hint_reckons_with_clicks_of_the_models_order() -> None:
    assert 1 / 3 < clicks_per_share() / CLICKS_PER_SHARE < 3
