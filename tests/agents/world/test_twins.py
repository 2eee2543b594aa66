"""A scheme under another name is the same scheme: nobody meets anything new."""

import numpy as np
import pytest

from agents.model import AdvocacyModel
from agents.observe import outcomes
from agents.parameters.parameters import Parameters
from agents.setting.setting import Audience, Organisation, Phase, Setting
from agents.world.twins import newness, offered, scoring_form
from rewards.document import load_document
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme

BUSY = Parameters(base_log_odds=-3.5)
RULES = """
name: {name}
title: {title}
note: {note}
rules:
  - {{id: {first}, title: {title}, on: share, points: {points}, caps: [{{window: week, points: 12}}]}}
  - {{id: {second}, title: Click, on: click, points: 1}}
badges:
  - {{id: {badge}, title: {title}, description: {note}, groups: [[{{metric: awards, of: {first}, at_least: 4}}]], points: 3}}
challenges: [{{id: go, title: {title}, metric: awards, of: {first}, goal: 10, days: 21}}]
privacy: {{minimum_group: {group}}}
"""


def scheme(**said: object) -> IncentiveScheme:
    usual = {
        "name": "one", "title": "One", "note": "First", "first": "share", "second": "click", "badge": "four",
        "points": 4, "group": 5,
    }  # fmt: skip
    return load_document(RULES.format(**(usual | said)), IncentiveScheme, "scheme")


ONE = scheme()
TWIN = scheme(name="two", title="Brand new", note="Never seen before", group=7)
RENAMED = scheme(first="posting", second="visit", badge="quartet")
DEARER = scheme(points=5)


def new_after(one: IncentiveScheme, other: IncentiveScheme) -> float:
    return newness(offered(one), offered(other))


def ran(*phases: Phase, days: int = 126) -> AdvocacyModel:
    organisation = Organisation(headcount=150, audience=Audience(size=4000), corporate_accounts=())
    model = AdvocacyModel(
        Setting(organisation=organisation, phases=phases, horizon_days=days), 1, parameters=BUSY
    )
    model.run_for(days)
    return model


def test_words_make_no_scheme_new() -> None:
    assert ONE != TWIN
    assert scoring_form(ONE) == scoring_form(TWIN)
    assert new_after(ONE, TWIN) == new_after(ONE, RENAMED) == 0.0
    assert scoring_form(ONE) != scoring_form(RENAMED)
    assert scoring_form(ONE) != scoring_form(DEARER)
    assert new_after(DEARER, ONE) > 0.0
    reordered = ONE.model_copy(update={"rules": ONE.rules[::-1]})
    assert new_after(reordered, ONE) == 0.0
    # What a badge counts is told by the rule it names, not by the name.
    other = ONE.model_copy(
        update={
            "badges": tuple(
                b.model_copy(update={"groups": ((b.groups[0][0].model_copy(update={"of": "click"}),),)})
                for b in ONE.badges
            )
        }
    )
    assert new_after(other, ONE) == 1.0


def test_swapping_a_scheme_for_its_twin_changes_no_number() -> None:
    kept = ran(Phase(scheme=ONE))
    swapped = ran(*(Phase(day=day, scheme=(ONE, TWIN)[day // 14 % 2]) for day in range(0, 126, 14)))
    for name in outcomes.MEASURED:
        assert np.array_equal(kept.outcomes()[name], swapped.outcomes()[name]), name
    assert kept.points_by_person() == swapped.points_by_person()
    assert len(swapped.program.running) == 1


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_no_preset_is_new_under_another_name(preset: str) -> None:
    twin = PRESETS[preset].model_copy(update={"name": "other", "title": "Other", "note": "Something else"})
    kept, swapped = (
        ran(Phase(scheme=PRESETS[preset]), days=42),
        ran(Phase(scheme=PRESETS[preset]), Phase(day=21, scheme=twin), days=42),
    )
    for name in outcomes.MEASURED:
        assert np.array_equal(kept.outcomes()[name], swapped.outcomes()[name]), name


def test_the_novelty_clock_knows_a_scheme_by_what_it_offers() -> None:
    for second, turned_back in ((TWIN, 0.0), (RENAMED, 0.0), (DEARER, 0.2), (PRESETS["recognition"], 1.0)):
        model = ran(Phase(scheme=ONE), Phase(day=14, scheme=second), days=15)
        weeks = model.timeline.novelty_weeks(0, 14, BUSY)
        assert weeks == pytest.approx(2.0 * (1.0 - BUSY.novelty_renewal * turned_back))


def test_a_scheme_is_as_new_as_what_is_newest_in_it_or_gone() -> None:
    assert new_after(DEARER, ONE) == new_after(ONE, DEARER) == pytest.approx(0.2)
    assert new_after(scheme(points="4.001"), ONE) < 0.001
    assert new_after(bare_of(ONE), ONE) == new_after(ONE, bare_of(ONE)) == 1.0


@pytest.mark.parametrize("how", ["a little dearer", "to and fro"])
def test_changes_that_are_none_do_not_keep_a_scheme_new(how: str) -> None:
    if how == "a little dearer":
        schemes = [scheme(name=f"s{at}", points=f"4.{at:03d}") for at in range(13)]
    else:
        schemes = [(ONE, bare_of(ONE))[at % 2] for at in range(13)]
    phases = tuple(Phase(day=28 * at, scheme=one) for at, one in enumerate(schemes))
    organisation = Organisation(headcount=10, audience=Audience(size=400), corporate_accounts=())
    model = AdvocacyModel(
        Setting(organisation=organisation, phases=phases, horizon_days=364), 1, parameters=BUSY
    )
    weeks = [model.timeline.novelty_weeks(0, day, BUSY) for day in (363, 335)]
    # Of the first effect at most a third is left after a year: novelty is nearly where it ends.
    for week in weeks:
        left = BUSY.novelty_floor + (1.0 - BUSY.novelty_floor) * 2.0 ** (-week / BUSY.novelty_half_life_weeks)
        assert left < 1.0 / 3.0
    once = 364 / 7.0
    assert weeks[0] > 0.97 * once or how == "to and fro"


def bare_of(one: IncentiveScheme) -> IncentiveScheme:
    return one.model_copy(update={"name": "bare", "badges": ()})
