"""The designer's hint tells the clicks a share that the model gives, beside a cautious assumption."""

from __future__ import annotations

import pytest

from rewards.publishing.ratio import CLICKS_PER_SHARE, MODEL_CLICKS_PER_SHARE
from sims.reach.typical import clicks_per_share


def test_the_hint_tells_the_models_clicks_and_a_cautious_number() -> None:
    assert clicks_per_share() == pytest.approx(MODEL_CLICKS_PER_SHARE, rel=0.1)
    assert CLICKS_PER_SHARE < MODEL_CLICKS_PER_SHARE
