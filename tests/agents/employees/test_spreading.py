"""The closed form of how reposts spread, against the cascades that are drawn."""

import numpy as np
import pytest

from agents.audience.audience import Posts
from agents.employees.spreading import Spreading, spreadings
from agents.model import AdvocacyModel
from agents.setting.setting import (
    Audience,
    Channel,
    Content,
    ContentKind,
    Organisation,
    ParameterChoice,
    Segment,
    Setting,
)

CALM = ("fatigue", "trust", "unfollow", "size", "feed_lift")


def setting(visibility: float = 0.06, repost_base: float = 0.01, **audience: float) -> Setting:
    return Setting(
        organisation=Organisation(
            headcount=400,
            segments=(Segment(name="a"), Segment(name="b")),
            audience=Audience(size=60_000, **audience),
        ),
        content=Content(
            kinds=(ContentKind(name="news"),), channels=(Channel(visibility=visibility),), items_per_week=20.0
        ),
        parameters=ParameterChoice(values={"repost_base": repost_base}, off=CALM),
        burn_in_days=0,
        horizon_days=1,
    )


def spreading(asked: Setting) -> Spreading:
    return spreadings(asked, [asked.parameters.resolve()])[0]


@pytest.mark.parametrize(
    ("coworkers", "homophily", "overlap"), [(0.0, 0.0, 0.0), (0.15, 0.5, 0.0), (0.5, 0.7, 1.0)]
)
def test_an_average_repost_brings_what_the_closed_form_says(
    coworkers: float, homophily: float, overlap: float
) -> None:
    asked = setting(coworkers=coworkers, homophily=homophily, overlap=overlap)
    told = spreading(asked)
    model = AdvocacyModel(asked, 1)
    p, staff, near, deep = model.parameters, np.arange(400, dtype=np.int64), 0, 0
    care = p.effort_base + p.effort_intrinsic * p.motivation_mean
    for day in range(1, 61):
        levels = {"visibility": told.visibility, "premium": 1.0, "effort": care}
        columns = {name: np.full(400, levels.get(name, 0.0)) for name in Posts._fields}
        columns |= {"source": staff, "ordinal": np.ones_like(staff), "topic": np.full_like(staff, day % 2)}
        answer = model.feelings.answer(Posts(**columns), day)
        near += int((answer.reposts - answer.beyond_one).sum())
        deep += int(answer.beyond_one.sum())
    # Two more rounds follow the first; some meet people who have seen it already.
    assert deep / near == pytest.approx(told.reposts + told.reposts**2, rel=0.15)
    assert (near + deep) / (60 * 400 + near + deep) == pytest.approx(told.per_adoption, rel=0.12)


def test_large_networks_spread_less_than_their_size() -> None:
    whole = setting()
    rationed = whole.model_copy(
        update={"parameters": ParameterChoice(values={"repost_base": 0.01, "size_exponent": 0.5})}
    )
    assert spreading(rationed).reposts < 0.8 * spreading(whole).reposts


def test_reposts_rise_with_visibility_and_the_worst_channel_is_told() -> None:
    one, two = setting(0.05), setting(0.10)
    assert spreading(two).reposts == pytest.approx(2.0 * spreading(one).reposts)
    channels = (Channel(name="mail", visibility=0.9, share=0.01), Channel(name="feed", visibility=0.05))
    both = one.model_copy(update={"content": one.content.model_copy(update={"channels": channels})})
    assert spreading(both).channel == "mail"
    assert spreading(both).reposts > 10.0 * spreading(one).reposts


def test_without_reposts_or_anybody_to_repost_to_nothing_spreads() -> None:
    off = setting().model_copy(update={"parameters": ParameterChoice(off=("repost",))})
    assert spreading(off).reposts == spreading(off).per_adoption == 0.0
    assert spreading(setting(onward_contacts=0.0, coworkers=0.0)).reposts == 0.0
