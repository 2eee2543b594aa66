"""A contest has a standing that pulls those near the top, and a winner."""

import numpy as np

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.setting.setting import Audience, Contest, Organisation, Phase, Segment, Setting

BUSY = Parameters(base_log_odds=-3.0)


def ran(contest: Contest, days: int = 20, *after: Phase) -> AdvocacyModel:
    segments = (Segment(name="a", teams=4),)
    organisation = Organisation(headcount=80, segments=segments, audience=Audience(size=2000))
    model = AdvocacyModel(
        Setting(
            organisation=organisation,
            phases=(Phase(contest=contest), *after),
            horizon_days=30,
            burn_in_days=7,
        ),
        1,
        parameters=BUSY,
    )
    model.run_for(days)
    return model


def test_the_best_team_a_head_wins_on_the_last_day_and_is_thanked() -> None:
    model = ran(Contest(days=14, winner_thanked=True))
    wins = model.outcomes_by_split(("team",))
    heads = {label: one["headcount"][13] for label, one in wins.items()}
    means = {label: one["shares"][:14].sum() / heads[label] for label, one in wins.items()}
    best = max(means, key=lambda label: means[label])
    assert wins[best]["contest_wins"][13] == heads[best]
    assert sum(one["contest_wins"].sum() for one in wins.values()) == model.outcomes()["contest_wins"].sum()
    assert model.outcomes()["contest_wins"][13] == model.outcomes()["praise"][13]
    assert not np.delete(model.outcomes()["contest_wins"], 13).any()


def test_a_shown_standing_pulls_the_best_more_than_the_last() -> None:
    model = ran(Contest(days=28, standing="shown"), 10)
    offer = model._offer(10, model.staff.present(10))
    place = model.contests.standing(10, model.staff.present(10))
    assert place is not None
    assert place.max() == 1.0
    best, last = np.argmax(place), np.argmin(place)
    assert offer.contest[best] > 1.0 > offer.contest[last]
    plain = ran(Contest(days=28), 10)
    assert plain.contests.standing(10, plain.staff.present(10)) is None


def test_a_contest_whose_phase_ends_is_won_with_it() -> None:
    model = ran(Contest(days=28, winner_thanked=True), 20, Phase(day=14))
    whole = ran(Contest(days=14, winner_thanked=True), 20, Phase(day=14))
    for name in ("contest_wins", "praise"):
        assert model.outcomes()[name][13] > 0.0
        assert np.array_equal(model.outcomes()[name], whole.outcomes()[name])
