"""A run is the same bytes whoever stands beside it: alone under Mesa, or among others with other parameters."""

from __future__ import annotations

import numpy as np
import pytest

from agents.ensemble import Ensemble
from agents.model import AdvocacyModel
from agents.parameters.default_posterior import draw_parameters
from agents.parameters.parameters import Parameters
from agents.setting.setting import (
    Arm,
    Audience,
    Channel,
    Content,
    Contest,
    Organisation,
    Phase,
    Policy,
    Recognition,
    Setting,
    Turnover,
    quiet_days,
)
from agents.world.lanes import Draw
from rewards.scheme.presets import PRESETS

DAYS = 42
DIMENSIONS = ("arm", "segment", "team", "desk", "contacts", "prior", "rank")
EAGER = {"base_log_odds": -3.0, "opportunities_per_week": 6.0, "click_base": 0.02, "repost_base": 0.02}


def company(turnover: float = 0.0, arms: tuple[Arm, ...] = ()) -> Setting:
    phases = (
        Phase(leaderboard="shown"),
        Phase(
            day=14,
            scheme=PRESETS["clicks"],
            norm_message="median",
            contest=Contest(days=7),
            recognition=Recognition(rule="random", every_days=3, share=0.4),
        ),
        Phase(day=28, scheme=PRESETS["habit"], recognition=Recognition(rule="exclusive", every_days=7)),
    )
    return Setting(
        organisation=Organisation(
            headcount=60,
            audience=Audience(size=900, coworkers=0.3, onward_contacts=20.0),
            turnover=Turnover(leavers_per_year=turnover, days_to_refill=5),
        ),
        content=Content(channels=(Channel(share=0.7, visibility=0.3), Channel(name="x", share=0.3))),
        policy=Policy(sanctions_per_risky_share=0.5),
        phases=phases,
        arms=arms,
        horizon_days=DAYS,
        burn_in_days=7,
        split_day=14,
    )


ARMS = (
    Arm(name="thanked", share=0.4, by="team", phases=(Phase(), Phase(day=20, scheme=PRESETS["recognition"]))),
)


def drawn(run: int) -> Parameters:
    return draw_parameters(3, run).replace(**EAGER, norm_attention=0.1 + 0.05 * run)


@pytest.mark.parametrize("vary", [False, True], ids=["one-law", "laws-of-their-own"])
@pytest.mark.parametrize(
    "setting", [company(), company(0.9), company(0.5, ARMS)], ids=["steady", "turnover", "arms"]
)
def test_a_run_among_others_is_the_run_alone(setting: Setting, vary: bool) -> None:
    draws = [Draw(11, run, drawn(run) if vary else Parameters(**EAGER)) for run in range(4)]
    together = Ensemble(setting, draws)
    together.run_for(DAYS)
    outcomes, splits = together.outcomes(), together.splits_by_run(DIMENSIONS, crossed=True)
    assert outcomes["shares"].sum() > 100.0
    assert outcomes["reposts"].sum() > 10.0
    for run, draw in enumerate(draws):
        alone = AdvocacyModel(setting, draw.seed, run, parameters=draw.parameters)
        alone.run_for(DAYS)
        for name, values in alone.outcomes().items():
            assert values.tobytes() == outcomes[name][run].tobytes(), name
        mine = alone.outcomes_by_split(DIMENSIONS, crossed=True)
        assert list(mine) == list(splits[run])
        for label, flows in mine.items():
            for name, values in flows.items():
                assert values.tobytes() == splits[run][label][name].tobytes(), (label, name)


def test_a_run_is_the_same_wherever_it_stands() -> None:
    setting, p = company(0.5), Parameters(**EAGER)
    first = Ensemble(setting, [Draw(5, run, p) for run in (0, 1, 2)])
    other = Ensemble(setting, [Draw(5, run, p) for run in (9, 2)])
    for ensemble in (first, other):
        ensemble.run_for(DAYS)
    mine, theirs = first.outcomes(), other.outcomes()
    assert all(mine[name][2].tobytes() == theirs[name][1].tobytes() for name in mine)


def test_settings_of_one_world_share_it_and_change_nothing_of_each_other() -> None:
    setting, draws = company(), [Draw(5, run, Parameters(**EAGER)) for run in range(2)]
    quiet = setting.model_copy(update={"phases": (Phase(),)})
    alone = Ensemble(quiet, draws)
    before = Ensemble(setting, draws)
    before.run_for(DAYS)
    sharing = Ensemble(quiet, draws, world=before.world)
    for ensemble in (alone, sharing):
        ensemble.run_for(DAYS)
    mine, theirs = alone.outcomes(), sharing.outcomes()
    assert all(mine[name].tobytes() == theirs[name].tobytes() for name in mine)


def test_only_those_who_are_heard_are_drawn_and_a_whole_network_has_their_rows() -> None:
    model = AdvocacyModel(company(), 3, parameters=Parameters(**EAGER).replace(base_log_odds=-6.0))
    model.run_for(7)
    networks = model.networks
    heard = np.flatnonzero(networks.drawn)
    assert 0 < heard.size < networks.drawn.size / 2
    rows = {
        int(node): networks.targets[networks.offsets[node] : networks.offsets[node + 1]].copy()
        for node in heard
    }
    whole = AdvocacyModel(company(), 3, parameters=Parameters(**EAGER)).network.graph
    assert all(np.array_equal(row, whole.neighbours(node)) for node, row in rows.items())


def test_a_fork_is_the_setting_lived_by_itself() -> None:
    arms = (Arm(name="a", share=0.5, phases=(Phase(), Phase(day=20, scheme=PRESETS["clicks"]))),)
    none, late = Phase(), Phase(day=16, scheme=PRESETS["clicks"], leaderboard="shown")
    phases = {"nothing": (none,), "late": (none, late), "at once": (late.model_copy(update={"day": 0}),)}
    settings = [company().model_copy(update={"phases": each}) for each in phases.values()]
    settings.append(settings[0].model_copy(update={"arms": arms}))
    assert [quiet_days(each) for each in settings] == [DAYS, 16, 0, 20]
    draws = [Draw(7, run, Parameters().replace(**EAGER)) for run in (0, 3)]
    trunk = Ensemble(settings[0], draws)
    for setting in sorted(settings[1:], key=quiet_days):
        trunk.run_for(quiet_days(setting) - trunk.day)
        fork, alone = Ensemble.fork(trunk, setting), Ensemble(setting, draws)
        fork.run_for(DAYS - fork.day)
        alone.run_for(DAYS)
        assert fork.outcomes()["shares"].sum() > 0.0
        for name, values in alone.outcomes().items():
            assert fork.outcomes()[name].tobytes() == values.tobytes(), name
        for mine, theirs in zip(
            *(each.splits_by_run(DIMENSIONS, True) for each in (fork, alone)), strict=True
        ):
            assert str(mine) == str(theirs)
    alone = Ensemble(settings[0], draws)
    alone.run_for(DAYS)
    trunk.run_for(DAYS - trunk.day)
    assert str(trunk.outcomes()) == str(alone.outcomes())


def test_means_over_ties_are_summed_in_one_order_however_many_threads_linear_algebra_has() -> None:
    organisation = Organisation(headcount=12_000, audience=Audience(size=30_000))
    setting = Setting(organisation=organisation, burn_in_days=0)
    two, parted = Ensemble(setting, [Draw(3, run, Parameters()) for run in range(2)]), list[bool]()
    rng, networks = np.random.default_rng(5), two.networks
    for _ in range(5):
        values = rng.random(int(networks.sources[-1]))
        found = two.over_edges(values, pages=False)
        for run in range(2):
            first = int(networks.sources[run])
            rows = slice(first, first + 12_000)
            degrees = networks.degrees[rows].astype(np.float64)
            assert found[run] == (values[rows] * degrees).sum() / degrees.sum()
            parted.append(found[run] == values[rows] @ degrees / degrees.sum())
    assert not all(parted)
