"""What a share brings to a typical network, in closed form: active contacts who see it beside their feed, times those who click.

The points' hint of the designer reckons with it (`rewards.publishing.ratio`), where no model is at hand.
"""

from math import exp


def clicks_per_share() -> float:
    """Human clicks that a share brings to an employee with the median number of contacts, by the parameters as they are declared."""
    from agents.audience.audience import size_factor
    from agents.parameters.parameters import Parameters
    from agents.setting.company import Audience, Contacts

    p, contacts, homophily = Parameters(), Contacts().median, Audience().homophily
    chance = p.click_base * exp(p.trust_weight * p.peer_trust + p.affinity_weight * homophily)
    seen = (
        p.active_share
        * p.visibility
        * size_factor(contacts, p)
        / (1.0 + p.feed_load_mean / p.feed_load_scale)
    )
    return float(contacts * seen * chance * p.peer_premium)
