"""The plain Mesa models that this one is measured against live their days: a benchmark that cannot run measures nothing."""

import pytest

from agents.model import AdvocacyModel
from agents.setting.setting import Audience, Organisation, Phase, Setting
from benchmarks.model import PlainModel
from benchmarks.plain_company import PlainCompany
from rewards.scheme.presets import PRESETS

PEOPLE = 12


@pytest.mark.parametrize("plain", [PlainModel, PlainCompany])
def test_a_plain_model_lives_a_week(plain) -> None:
    setting = Setting(
        organisation=Organisation(headcount=PEOPLE, audience=Audience(size=200)),
        phases=(Phase(scheme=PRESETS["clicks"]),),
        horizon_days=7,
        burn_in_days=0,
    )
    model = plain(AdvocacyModel(setting, 1))
    for _ in range(7):
        model.step()
    assert (model.steps, len(model.agents)) == (7, PEOPLE)
