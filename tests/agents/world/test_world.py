"""Clock, population, content desk, timeline: the fixed world of a run."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pydantic import ValidationError

from agents.parameters.parameters import DECLARATIONS, PRESETS, Parameters
from agents.setting.setting import Arm, Contacts, Organisation, Phase, Reward, Setting, Turnover
from agents.world.clock import Clock
from agents.world.desk import publish_all
from agents.world.lanes import Draw, Lanes
from agents.world.population import ALWAYS, build_staff, contact_counts, draw_traits
from agents.world.timeline import Timeline
from engine.streams import stream_key

ZONES = ("Europe/Madrid", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")


def test_clock_agrees_with_the_standard_library_through_changes_of_offset() -> None:
    clock = Clock(ZONES, date(2026, 1, 5), -28, 365)
    for day in range(-28, 365, 7):
        for code, name in enumerate(ZONES):
            seconds = clock.utc_of_local(day, np.array([9 * 3600, 17 * 3600]), np.array([code, code]))
            for second, hour in zip(seconds, (9, 17), strict=True):
                local = datetime.fromtimestamp(int(second), UTC).astimezone(ZoneInfo(name))
                assert (local.date(), local.hour, local.minute) == (clock.date_of(day), hour, 0)
            assert clock.local_day(seconds, np.array([code, code])).tolist() == [day, day]


def test_clock_finds_the_change_to_the_second() -> None:
    clock = Clock(("Europe/Madrid",), date(2026, 3, 1), 0, 60)
    change = int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp())
    offsets = clock.offsets(np.array([change - 1, change]), np.zeros(2, dtype=np.int64))
    assert offsets.tolist() == [3600, 7200]


def test_contact_counts_are_lognormal_with_a_tail() -> None:
    rows = np.arange(100_000, dtype=np.int64)
    law = Contacts(median=300, sigma=1.0, tail_share=0.01)
    counts = contact_counts(law, np.full(rows.size, 300.0), stream_key(1, 1), rows)
    assert np.median(counts) == pytest.approx(300, rel=0.02)
    assert np.quantile(counts, 0.999) > 300 * np.exp(3.0)
    assert counts.max() <= law.most


def test_segments_add_up_and_traits_keep_their_means() -> None:
    staff = build_staff(Organisation(headcount=4001), 3, 0, 0, 100)
    assert np.bincount(staff.segment).tolist() == [800, 1601, 800, 800]
    traits = draw_traits(staff, Lanes([Draw(3, 0, Parameters())], [staff.size]))
    assert traits.motivation.mean() == pytest.approx(Parameters().motivation_mean, abs=0.02)
    assert traits.steerer.mean() == pytest.approx(0.2, abs=0.03)
    assert traits.connectedness.std() == pytest.approx(1.0)


def test_turnover_loses_the_stated_share_and_refills() -> None:
    organisation = Organisation(headcount=5000, turnover=Turnover(leavers_per_year=0.2))
    staff = build_staff(organisation, 5, 0, 0, 364)
    first = staff.leaves[:5000] < ALWAYS
    assert first.mean() == pytest.approx(0.2, abs=0.02)
    assert staff.size > 5000
    assert (staff.joins[5000:] > 0).all()
    assert abs(int(staff.present(364).sum()) - 5000) < 200
    assert len(set(staff.ids)) == staff.size


def test_the_desk_keeps_its_cadence() -> None:
    content = Setting(organisation=Organisation(headcount=5)).content
    items = publish_all(content, ("a", "b"), 3, 0, 699, draws=[Draw(1, 0, Parameters())])
    offered = [items.on(day).size for day in range(700)]
    assert np.mean(offered) == pytest.approx(content.items_per_week / 7 * content.lifetime_days, rel=0.03)
    assert set(items.topic) == {0, 1}


def setting(**more) -> Setting:
    return Setting(organisation=Organisation(headcount=400), **more)


def test_phases_hold_until_the_next_and_nothing_comes_before_day_0() -> None:
    phases = (Phase(day=0), Phase(day=10, norm_message="median"), Phase(day=20))
    chosen = setting(phases=phases)
    timeline = Timeline(chosen, build_staff(chosen.organisation, 1, 0, 0, 30), 1, 0)
    shown = [timeline.phase(0, day).norm_message for day in (-5, 0, 9, 10, 19, 20, 300)]
    assert shown == ["none", "none", "none", "median", "median", "none", "none"]


def test_arms_are_drawn_at_random_by_person_or_by_whole_teams() -> None:
    arms = tuple(
        Arm(name=name, share=0.3, by=by, phases=(Phase(),)) for name, by in (("x", "person"), ("y", "person"))
    )
    chosen = setting(arms=arms)
    staff = build_staff(chosen.organisation, 1, 0, 0, 30)
    counts = np.bincount(Timeline(chosen, staff, 1, 0).group, minlength=3)
    assert counts[1:] == pytest.approx([120, 120], abs=30)
    by_team = setting(arms=(Arm(name="x", share=0.5, by="team", phases=(Phase(),)),))
    group = Timeline(by_team, staff, 1, 0).group
    assert all(len(set(group[staff.team == team])) == 1 for team in range(len(staff.teams)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"organisation": {}}, "exactly one is needed"),
        ({"phases": [{"day": 3}]}, "first phase is day 0"),
        ({"phases": [{"day": 0}, {"day": 0}]}, "days rise"),
        ({"parameters": {"values": {"crowding": 1.0}}}, "none of the"),
        ({"parameters": {"values": {"peer_trust": 1.5}}}, "its prior is"),
        ({"parameters": {"off": ["gravity"]}}, "mechanism 'gravity'"),
        ({"parameters": {"preset": "bank"}}, "preset 'bank'"),
        (
            {
                "arms": [
                    {"name": "a", "share": 0.7, "phases": [{}]},
                    {"name": "b", "share": 0.7, "phases": [{}]},
                ]
            },
            "at most 1",
        ),
        ({"organisation": {"headcount": 5, "timezone": "Mars/Base"}}, "IANA name"),
        ({"horizon": 5}, "Extra inputs"),
    ],
)
def test_bad_settings_say_value_limit_and_remedy(change, said) -> None:
    with pytest.raises(ValidationError, match=said):
        Setting.model_validate({"organisation": {"headcount": 5}} | change)


def test_defaults_lie_within_priors_and_presets_are_valid() -> None:
    for name, stated in DECLARATIONS.items():
        assert stated.low <= stated.default <= stated.high, name
        assert stated.least <= stated.low, name
        assert stated.high <= stated.most, name
        assert stated.source, name
        assert stated.unit, name
    for preset in PRESETS:
        Parameters.preset(preset)


@pytest.mark.parametrize(
    ("reward", "points"),
    [({"size": "token"}, 2), ({"size": "large"}, 25), ({"size": 7, "worth": "symbolic"}, 7)],
)
def test_a_reward_is_a_scheme_written_short(reward, points) -> None:
    phase = Phase.model_validate({"reward": reward})
    assert phase.reward is None
    assert phase.scheme.rules[0].points == points
    assert phase.scheme.rules[0].nature.worth == reward.get("worth", "tangible")
    assert Phase.model_validate(phase.model_dump()) == phase
    assert Phase.model_validate({"reward": "none"}).scheme is Phase(reward=Reward(size="none")).scheme is None


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ({"reward": {"size": "huge"}}, "none, token, large, or whole points"),
        ({"reward": {"size": True}}, "whole points"),
        ({"reward": {}, "scheme": {"name": "s", "title": "S"}}, "keep one of the two"),
    ],
)
def test_a_bad_reward_is_refused(phase, said) -> None:
    with pytest.raises(ValidationError, match=said):
        Phase.model_validate(phase)
