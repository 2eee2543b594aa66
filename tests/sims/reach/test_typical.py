"""The designer's hint reckons with clicks a share of the order that the model gives."""

from __future__ import annotations

from rewards.publishing.ratio import CLICKS_PER_SHARE
from sims.reach.typical import clicks_per_share


def test_the_hint_reckons_with_clicks_of_the_models_order() -> None:
    assert 1 / 3 < clicks_per_share() / CLICKS_PER_SHARE < 3
