"""The designer's hint reckons with the clicks that the model gives a share."""

from __future__ import annotations

from rewards.publishing.ratio import CLICKS_PER_SHARE
from sims.reach.typical import clicks_per_share


def test_the_hint_reckons_with_the_models_closed_form() -> None:
    assert round(clicks_per_share(), 1) == CLICKS_PER_SHARE
