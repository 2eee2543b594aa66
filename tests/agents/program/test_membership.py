"""Taking part: who joins, what reminders bring and cost, who lapses, and what the log of events says of it."""

from __future__ import annotations

import numpy as np
import pytest

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.program.membership import GONE, MEMBER, OUTSIDE, RESTING
from agents.program.reminders import annoyed_by, in_sight, opening
from agents.setting.setting import (
    Arm,
    Audience,
    Contest,
    Invitation,
    Organisation,
    Phase,
    Request,
    Segment,
    Setting,
    Tool,
)
from rewards.document import load_document
from rewards.events import ENROLLED
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from tests.agents.closed_forms import settled_annoyance
from tests.replays import balances_of

P = Parameters()
KEEN = P.replace(enrol_base=-3.0, base_log_odds=-3.0)
PAYING = load_document(
    "{name: pay, title: Pay, rules: [{id: share, title: Share, on: share, points: 5}]}",
    IncentiveScheme,
    "pay",
)


def company(*phases: Phase, days: int = 84, arms: tuple[Arm, ...] = (), people: int = 200) -> Setting:
    segments = (Segment(name="a"), Segment(name="b"))
    organisation = Organisation(headcount=people, segments=segments, audience=Audience(size=4_000))
    return Setting(
        organisation=organisation, phases=phases or (Phase(),), arms=arms, horizon_days=days, burn_in_days=7
    )


def ran(*phases: Phase, p: Parameters = KEEN, days: int = 84, seed: int = 1, **more) -> AdvocacyModel:
    model = AdvocacyModel(company(*phases, days=days, **more), seed, parameters=p, record_events=True)
    model.run_for(days)
    return model


def joined(p: Parameters, tool: Tool | None = None, **phase) -> float:
    """Enrolled at the end of four weeks, mean of three companies."""
    told = Phase(tool=tool or Tool(), **phase)
    return float(np.mean([ran(told, p=p, days=28, seed=s).outcomes()["enrolled"][-1] for s in (1, 2, 3)]))


def test_nobody_joins_what_is_not_there_and_only_the_invited_join() -> None:
    assert not ran(days=14).outcomes()["enrolled"].any()
    some = ran(Phase(tool=Tool(invitation=Invitation(share=0.5, segments=("a",)))), days=28)
    status, staff = some.members.status, some.staff
    assert (status[staff.segment == 1] == OUTSIDE).all()
    assert 0.3 < (status[staff.segment == 0] != OUTSIDE).mean() < 0.7
    assert (status == MEMBER).any()


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        ({"motivation_mean": 0.55}, {"motivation_mean": 0.25}),
        ({"enrol_fear": 0.0}, {"enrol_fear": 2.0}),
        ({"fear_mean": 0.1}, {"fear_mean": 0.6}),
        ({"enrol_team": 2.0}, {"enrol_team": 0.0}),
        ({"enrol_leader": 1.0}, {"enrol_leader": 0.0}),
        ({"invitation_half_life_weeks": 8.0}, {"invitation_half_life_weeks": 1.0}),
    ],
)
def test_signs_of_joining(higher: dict[str, float], lower: dict[str, float]) -> None:
    base = P.replace(enrol_base=-4.0)
    assert joined(base.replace(**higher)) > joined(base.replace(**lower))


def test_less_trouble_of_signing_up_and_a_reward_bring_more() -> None:
    base = P.replace(enrol_base=-4.0)
    assert joined(base, Tool(signup_friction=0.0)) > joined(base, Tool(signup_friction=1.0))
    assert joined(base.replace(enrol_reward=0.6), scheme=PAYING) > joined(base.replace(enrol_reward=0.6))


def test_joining_alone_is_its_closed_form() -> None:
    # Without selection, pull and lapsing each working day's hazard is σ(e₀) · 2^(−days / half-life).
    p = P.without("enrolment_pull", "enrolment_selection", "lapsing").replace(enrol_base=-3.0)
    model = ran(Phase(tool=Tool(signup_friction=0.0)), p=p, people=4000, days=42)
    days = [day for day in range(42) if not model.clock.is_weekend(day)]
    hazards = np.exp2(-np.array(days) / (7.0 * p.invitation_half_life_weeks)) / (1.0 + np.exp(3.0))
    expected = 1.0 - np.prod(1.0 - hazards)
    assert model.outcomes()["enrolled"][-1] == pytest.approx(expected, abs=0.025)


def test_reminders_are_opened_less_with_time_with_number_and_with_annoyance() -> None:
    weeks = opening(np.array([0.0, P.digest_half_life_weeks, 1e6]), np.zeros(3), 1.0, P)
    assert weeks.tolist() == pytest.approx(
        [P.digest_first, (P.digest_first + P.digest_floor) / 2.0, P.digest_floor]
    )
    zero = np.zeros(1)
    assert opening(zero, zero, 4.0, P)[0] == pytest.approx(
        P.digest_first * 4.0 ** (P.digest_elasticity - 1.0)
    )
    assert opening(zero, np.ones(1), 1.0, P)[0] < P.digest_first
    assert annoyed_by(2.0, np.array([2.0, 3.0, 1.0]), P).tolist() == pytest.approx(
        [0.0, 0.0, P.annoyance_gain / 2.0]
    )


def test_opened_reminders_have_a_maximum_in_their_number() -> None:
    def a_week(n: float) -> float:
        angry = np.array([settled_annoyance(n, P.digests_wanted, P)])
        return n * float(opening(np.array([52.0]), angry, n, P)[0])

    opened = [a_week(n) for n in (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 20.0, 40.0)]
    best = int(np.argmax(opened))
    assert 1 <= best <= 5
    assert opened[:best] == sorted(opened[:best])
    assert opened[best:] == sorted(opened[best:], reverse=True)


def test_annoyance_settles_where_its_closed_form_says() -> None:
    p = KEEN.without("lapsing").replace(
        digests_wanted_spread=0.0, enrol_base=0.0, annoyance_half_life_weeks=2.0
    )
    model = ran(
        Phase(tool=Tool(digests_per_week=5.0, invitation=Invitation(enrolment="default"))), p=p, days=140
    )
    found = model.outcomes()["annoyance"][-28:].mean()
    assert found == pytest.approx(settled_annoyance(5.0, p.digests_wanted, p), rel=0.08)


def test_in_a_company_more_reminders_help_at_first_and_then_hurt() -> None:
    shares = [
        np.mean([ran(Phase(tool=Tool(digests_per_week=n)), p=KEEN.replace(base_log_odds=-5.0), days=168, seed=s)
                 .outcomes()["shares"][84:].sum() for s in (1, 2)])
        for n in (0.25, 2.0, 25.0)
    ]  # fmt: skip
    assert shares[1] > shares[0]
    assert shares[1] > shares[2]


@pytest.mark.parametrize(("per_week", "days"), [(1.0, 28), (0.5, 28), (3.0, 14), (7.0, 7), (12.0, 7)])
def test_reminders_come_on_working_days_as_many_as_are_told(per_week: float, days: int) -> None:
    monday = 739_000 - (739_000 - 1) % 7
    sent = [in_sight(per_week, monday + day) for day in range(days)]
    assert sum(sent) == pytest.approx(per_week * days / 7.0, abs=0.5)
    assert not any(number for day, number in enumerate(sent) if day % 7 >= 5)


def test_the_annoyed_turn_reminders_off_and_lapse() -> None:
    few, many = (ran(Phase(tool=Tool(digests_per_week=n)), p=KEEN).outcomes() for n in (1.0, 15.0))
    assert many["opt_outs"].sum() / many["joined"].sum() > few["opt_outs"].sum() / few["joined"].sum()
    assert many["lapsed"].sum() / many["joined"].sum() > few["lapsed"].sum() / few["joined"].sum()


def test_only_the_enrolled_earn_and_are_told_of_rewards() -> None:
    model = ran(Phase(tool=Tool(), scheme=PAYING))
    never = np.ones(200, dtype=bool)
    for change in model.members.changes:
        if change.status == MEMBER:
            never[change.person] = False
    earned = model.program.earned_millipoints()
    assert never.any()
    assert not earned[never].any()
    assert earned[~never].any()
    shared = model.outcomes_by_split(("segment",))
    assert sum(one["shares"].sum() for one in shared.values()) > model.outcomes()["points"].sum() / 5.0


@pytest.mark.parametrize("membership", ["everybody", "enrolled"])
def test_a_replay_of_the_log_counts_the_same(membership: str) -> None:
    scheme = PAYING.model_copy(update={"membership": membership})
    lapsing = KEEN.replace(lapse_per_week=0.1)
    model = ran(
        Phase(tool=Tool(), scheme=scheme), Phase(day=42, tool=Tool(), relaunch=True, scheme=scheme), p=lapsing
    )
    events = model.recorded_events()
    assert [(e.occurred_at, e.source, e.id) for e in events] == sorted(
        (e.occurred_at, e.source, e.id) for e in events
    )
    again = replay(events, compile_scheme(scheme), model.staff.rows())
    assert balances_of(again) == model.points_by_person()
    assert sum(event.kind == ENROLLED for event in events) == model.outcomes()["joined"].sum()
    assert {RESTING, GONE} <= {change.status for change in model.members.changes}


@pytest.mark.parametrize("how", [{"relaunch": True}, {"contest": Contest(days=7)}])
def test_a_relaunch_or_a_contest_brings_people_back(how: dict[str, object]) -> None:
    plain, again = (
        ran(Phase(tool=Tool()), Phase(day=56, tool=Tool(), **more), p=P.replace(enrol_base=-4.0))
        for more in ({}, how)
    )
    assert again.outcomes()["joined"][56:].sum() > plain.outcomes()["joined"][56:].sum()
    assert np.array_equal(again.outcomes()["joined"][:56], plain.outcomes()["joined"][:56])


def test_by_default_everybody_is_enrolled_at_once_and_drifts_away() -> None:
    told = ran(Phase(tool=Tool(invitation=Invitation(enrolment="default"))), p=P).outcomes()
    asked = ran(Phase(tool=Tool()), p=P).outcomes()
    assert told["enrolled"][0] == 1.0 > told["enrolled"][-1]
    assert told["lapsed"].sum() > asked["lapsed"].sum()


def test_a_request_reaches_its_arm_on_its_day_alone() -> None:
    asked = Arm(
        name="asked", share=0.5, phases=(Phase(), Phase(day=14, request=Request(items=5)), Phase(day=15))
    )
    plain = Arm(name="asked", share=0.5, phases=(Phase(), Phase(day=14), Phase(day=15)))
    with_it, without = (
        ran(p=KEEN, days=21, arms=(arm,)).outcomes_by_split(("arm",)) for arm in (asked, plain)
    )
    day = 14
    assert with_it["arm=asked"]["shares"][day] > without["arm=asked"]["shares"][day]
    assert np.array_equal(
        with_it["arm=control"]["shares"][: day + 1], without["arm=control"]["shares"][: day + 1]
    )
    assert np.array_equal(with_it["arm=asked"]["shares"][:day], without["arm=asked"]["shares"][:day])


def test_a_tool_makes_sharing_easier_and_trains() -> None:
    model = ran(Phase(tool=Tool(friction=0.0, training=1.0)), days=28)
    morning = model._morning(28)
    members = model.members.status == MEMBER
    assert not morning.conditions.friction[members].any()
    # Who is trained by the policy finds it easier by what training takes off; nobody else who has not joined does.
    trained = morning.conditions.trained
    plain = model.setting.policy.tools_friction
    assert (morning.conditions.friction[~members & ~trained] == plain).all()
    assert (~members & trained).any()
    eased = plain * (1.0 - model.lanes.rows.training_ease)
    assert np.allclose(morning.conditions.friction, np.where(members, 0.0, np.where(trained, eased, plain)))
    assert morning.conditions.trained[members].all()


def test_nonsense_is_refused_with_a_remedy() -> None:
    with pytest.raises(ValueError, match="relaunch without a tool"):
        Phase(relaunch=True)
    with pytest.raises(ValueError, match="send it to everyone"):
        Phase(request=Request(to="enrolled"))


def test_a_tool_and_a_scheme_are_paired_with_the_tool_alone() -> None:
    # One seed, two worlds: they differ only by what the scheme moves.
    with_scheme, alone = (
        ran(Phase(tool=Tool(), scheme=s), p=P.without("reward", "enrolment_reward", "crowding_out", "rank", "streak", "goal", "effort",
            "erosion", "motive"), days=42)
        for s in (PRESETS["clicks"], None)
    )  # fmt: skip
    assert np.array_equal(with_scheme.outcomes()["enrolled"], alone.outcomes()["enrolled"])
