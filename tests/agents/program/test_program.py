"""The scheme inside the model: the same points as replay, dated phases, arms, goals, boards, beliefs."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.program.incentives import thirds
from agents.program.record import LEAD
from agents.setting.setting import (
    Arm,
    Audience,
    Channel,
    Content,
    Organisation,
    Phase,
    Segment,
    Setting,
    Turnover,
)
from engine.scoring_tables import columns
from rewards.document import load_document
from rewards.events import canonical_order
from rewards.people_file import PersonRow
from rewards.scheme.offers import Reward
from rewards.scheme.presets import PRESETS
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.replay import replay
from rewards.scoring.tables import compile_scheme
from tests.replays import balances_of

ZONES = ("Europe/Madrid", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland")
EAGER = Parameters(base_log_odds=-4.0, click_base=0.01, leads_per_click=0.03)
STRANGE = load_document(
    """
name: strange
title: Everything at once
rules:
  - {id: share, title: Share, on: share, points: 5, per_object: once, decay: {factor: 1/2, window: day}, cooldown_minutes: 90}
  - {id: green, title: Green-lit, on: share, points: 0.125, when: {tag: [green-lit]}, caps: [{window: week, points: 0.5}]}
  - {id: click, title: Click, on: click, points: 3, verification: tracked, caps: [{window: day, points: 9}, {window: month, points: 40}]}
  - {id: lead, title: Lead, on: lead, points: 100, verification: connector, multipliers: [{factor: 3/2, when: {segment: [north]}}]}
unrewarded_channels: [facebook]
caps: [{window: week, points: 130}]
badges:
  - {id: three, title: Three, groups: [[{metric: events, of: share, at_least: 3}]], points: 7}
levels: [{id: one, title: One, points: 20}, {id: two, title: Two, points: 60}]
streaks: [{id: daily, title: Daily, kinds: [share, click]}]
""",
    IncentiveScheme,
    "strange",
)


def company(phases: tuple[Phase, ...], arms: tuple[Arm, ...] = (), **more) -> Setting:
    segments = tuple(
        Segment(name=name, timezone=zone, contacts_median=200 + 100 * place)
        for place, (name, zone) in enumerate(zip(("north", "east", "south", "west"), ZONES, strict=True))
    )
    channels = (Channel(name="linkedin", share=0.7), Channel(name="facebook", share=0.3, half_life_hours=0.5))
    usual = {
        "organisation": Organisation(headcount=80, segments=segments, audience=Audience(size=4000)),
        "start_date": date(2026, 3, 16),
        "burn_in_days": 14,
        "horizon_days": 60,
    }
    content = Content(channels=channels, items_per_week=12)
    return Setting(content=content, phases=phases, arms=arms, **(usual | more))


@pytest.mark.parametrize("scheme", [*PRESETS.values(), STRANGE], ids=lambda scheme: scheme.name)
def test_points_equal_replay_of_the_events(scheme: IncentiveScheme) -> None:
    model = AdvocacyModel(company((Phase(scheme=scheme),)), 3, parameters=EAGER, record_events=True)
    model.run_for(60)
    events = model.recorded_events()
    again = replay(events, compile_scheme(scheme), model.staff.rows())
    assert balances_of(again) == model.points_by_person()
    assert sum(balances_of(again).values()) > 0 or scheme.name == "curator"
    assert events == canonical_order(events)
    assert len({event.id for event in events}) == len(events) > 100
    assert model.outcomes()["points"].sum() == pytest.approx(sum(model.points_by_person().values()) / 1000.0)
    assert all(event.occurred_at.microsecond == 0 for event in events)


DAILY = load_document(
    """
name: daily
title: Every day
rules: [{id: share, title: Share, on: share, points: 5, caps: [{window: day, points: 5}]}]
badges: [{id: three, title: Three, points: 7, groups: [[{metric: streak, of: daily, at_least: 3}]]}]
streaks: [{id: daily, title: Daily, kinds: [share, click], days: [mon, tue, wed, thu, fri, sat, sun]}]
""",
    IncentiveScheme,
    "daily",
)


def test_who_is_on_leave_shares_nothing_and_breaks_no_streak() -> None:
    """Off from the second Wednesday to the Tuesday after: her streak goes on where everybody else's must be kept up."""
    rows = [
        PersonRow(id=f"p{number}", segment="north", team="t", timezone="Europe/Madrid", contacts=300)
        for number in range(12)
    ]
    off = (date(2026, 3, 25), date(2026, 3, 31))
    away = [row.model_copy(update={"leave": (off,)}) if at % 2 else row for at, row in enumerate(rows)]
    organisation = Organisation(people=tuple(away), audience=Audience(size=800))
    setting = company((Phase(scheme=DAILY),), organisation=organisation, burn_in_days=7, horizon_days=28)
    sharers = Parameters(base_log_odds=0.5, click_base=0.01, opportunities_per_week=20.0)
    model = AdvocacyModel(setting, 3, parameters=sharers, record_events=True)
    model.run_for(28)
    events = model.recorded_events()
    shares = [event for event in events if event.kind == "share"]
    inside = {e.subject for e in shares if off[0] <= e.occurred_at.date() <= off[1]}
    assert inside == {row.id for row in rows[::2]}
    found = replay(events, compile_scheme(DAILY), away)
    assert balances_of(found) == model.points_by_person()
    longest = {
        one.person: one.longest_streaks["daily"]
        for one in replay(events, compile_scheme(DAILY), rows).standings
    }
    assert any(one.longest_streaks["daily"] > longest[one.person] for one in found.standings)


def test_nothing_is_earned_after_leaving() -> None:
    leaving = Turnover(leavers_per_year=0.99, days_to_refill=3)
    usual = company((Phase(scheme=PRESETS["clicks"]),))
    organisation = usual.organisation.model_copy(update={"turnover": leaving})
    setting = usual.model_copy(update={"organisation": organisation})
    clicked = Parameters(base_log_odds=-2.0, click_base=0.03, leads_per_click=1.0)
    model = AdvocacyModel(setting, 3, parameters=clicked, record_events=True)
    model.run_for(60)
    rows, staff = model.program.kept_rows(), model.staff
    assert (rows.day < staff.leaves[rows.person]).all()
    assert (rows.day >= staff.joins[rows.person]).all()
    assert (staff.leaves < 60).sum() > 5
    # Their links go on being clicked.
    assert model.outcomes()["leads"].sum() > (rows.kind == LEAD).sum()
    again = replay(model.recorded_events(), compile_scheme(PRESETS["clicks"]), staff.rows())
    assert balances_of(again) == model.points_by_person()


def test_points_equal_replay_where_a_zone_left_out_a_date() -> None:
    """Apia went from 2011-12-29 to 2011-12-31."""
    organisation = Organisation(
        headcount=60,
        segments=(Segment(name="north", timezone="Pacific/Apia", contacts_median=300),),
        audience=Audience(size=3000),
    )
    setting = company(
        (Phase(scheme=DAILY),), organisation=organisation, start_date=date(2011, 12, 19), burn_in_days=7, horizon_days=28
    )  # fmt: skip
    sharers = Parameters(base_log_odds=-1.5, click_base=0.01)
    model = AdvocacyModel(setting, 3, parameters=sharers, record_events=True)
    model.run_for(28)
    again = replay(model.recorded_events(), compile_scheme(DAILY), model.staff.rows())
    assert balances_of(again) == model.points_by_person()
    assert any("three" in standing.badges for standing in again.standings)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 1 << 40), first=st.integers(1, 40))
def test_points_equal_replay_phase_by_phase_for_any_seed(seed: int, first: int) -> None:
    phases = (Phase(), Phase(day=first, scheme=STRANGE), Phase(day=first + 12, scheme=None))
    model = AdvocacyModel(company(phases, horizon_days=55), seed, parameters=EAGER, record_events=True)
    model.run_for(55)
    rows = model.program.kept_rows()
    inside = [
        event
        for event, day in zip(model.recorded_events(), rows.day, strict=True)
        if first <= day < first + 12
    ]
    again = replay(inside, compile_scheme(STRANGE), model.staff.rows())
    assert balances_of(again) == model.points_by_person()


LIMITED = load_document(
    """
name: limited
title: Limits and badges
rules:
  - {id: share, title: Share, on: share, points: 5, caps: [{window: month, points: 40}]}
  - {id: click, title: Click, on: click, points: 3, per_object: once}
badges:
  - {id: three, title: Three, groups: [[{metric: events, of: share, at_least: 3}]], points: 7}
streaks: [{id: daily, title: Daily, kinds: [share, click], freezes: 1}]
""",
    IncentiveScheme,
    "limited",
)
CLICKS = load_document(
    """
name: other
title: Clicks alone
rules:
  - {id: click, title: Click, on: click, points: 2, caps: [{window: day, points: 6}, {window: total, points: 4, scope: object}]}
""",
    IncentiveScheme,
    "other",
)


def test_points_equal_replay_through_schemes_that_come_and_go() -> None:
    phases = tuple(
        Phase(day=day, scheme=scheme)
        for day, scheme in (
            (0, LIMITED),
            (12, CLICKS),
            (20, LIMITED),
            (31, None),
            (33, STRANGE),
            (41, LIMITED),
        )
    )
    arm = Arm(name="turned", share=0.4, phases=(Phase(scheme=CLICKS), Phase(day=15, scheme=LIMITED)))
    plain = company(phases, (arm,), horizon_days=55)
    segments = tuple(one.model_copy(update={"timezone": "UTC"}) for one in plain.organisation.segments)
    setting = plain.model_copy(
        update={"organisation": plain.organisation.model_copy(update={"segments": segments})}
    )
    model = AdvocacyModel(setting, 6, parameters=EAGER, record_events=True)
    model.run_for(55)
    began = datetime(2026, 3, 16, tzinfo=UTC)
    none = IncentiveScheme(name="none", title="None")
    found = {}
    for group, told in enumerate((phases, arm.phases)):
        members = [
            row for row, at in zip(model.staff.rows(), model.timeline.group, strict=True) if at == group
        ]
        inside = {row.id for row in members}
        first, *later = [
            (began + timedelta(days=phase.day), compile_scheme(phase.scheme or none)) for phase in told
        ]
        events = [
            event
            for event in model.recorded_events()
            if event.subject in inside and event.occurred_at >= began
        ]
        found |= balances_of(replay(events, first[1], members, later))
    assert found == model.points_by_person()
    assert sum(found.values()) > 0


def test_events_fall_in_working_hours_and_clicks_follow_their_shares() -> None:
    model = AdvocacyModel(company((Phase(),)), 4, parameters=EAGER, record_events=True)
    model.run_for(60)
    zones = {row.id: row.timezone for row in model.staff.rows()}

    shares = {}
    for event in model.recorded_events():
        number = event.id.split("-")[1]
        if event.kind == "share":
            shares[number] = event
            assert 9 <= event.occurred_at.astimezone(ZoneInfo(zones[event.subject])).hour < 18
        else:
            assert event.occurred_at > shares[number].occurred_at
            assert (event.subject, event.object) == (shares[number].subject, shares[number].object)


def test_a_scheme_moves_nothing_before_its_day_and_something_after() -> None:
    plain = AdvocacyModel(company((Phase(),)), 5, parameters=EAGER)
    paid = AdvocacyModel(company((Phase(), Phase(day=20, scheme=PRESETS["clicks"]))), 5, parameters=EAGER)
    for model in (plain, paid):
        model.run_for(60)
    before, after = plain.outcomes(), paid.outcomes()
    assert all(np.array_equal(before[name][:20], after[name][:20]) for name in before)
    assert after["shares"][20:].sum() != before["shares"][20:].sum()
    assert after["points"][:20].sum() == 0.0 < after["points"][20:].sum()


def test_removal_stops_points_at_once() -> None:
    phases = (Phase(scheme=PRESETS["clicks"]), Phase(day=30))
    model = AdvocacyModel(company(phases), 6, parameters=EAGER)
    model.run_for(60)
    assert model.outcomes()["points"][30:].sum() == 0.0
    offer = model.program.incentives(40, model.state, model.staff.present(40))
    left = {f.name for f in dataclasses.fields(offer) if getattr(offer, f.name).any()}
    # What is left is that it is missed, by those who had something of it.
    assert left == {"loss"}
    assert not offer.loss[model.program.earned_millipoints() == 0].any()


def test_only_the_arm_with_a_scheme_earns() -> None:
    arm = Arm(name="paid", share=0.5, phases=(Phase(scheme=PRESETS["clicks"]),))
    model = AdvocacyModel(company((Phase(),), (arm,)), 7, parameters=EAGER)
    model.run_for(60)
    points = model.program.earned_millipoints()
    assert points[model.timeline.group == 0].sum() == 0 < points[model.timeline.group == 1].sum()
    splits = model.outcomes_by_split()
    assert splits["arm=paid"]["points"].sum() == pytest.approx(points.sum() / 1000.0)


def test_what_a_scheme_promises_is_what_it_says() -> None:
    model = AdvocacyModel(company((Phase(scheme=PRESETS["clicks"]),)), 8)
    promise = model.program.running[0].promise
    # Facebook, three tenths of the mix, is unrewarded.
    assert promise.share == pytest.approx(np.full(4, 2.0 * 0.7))
    assert promise.click == pytest.approx(np.full(4, 10.0 * 0.7))
    assert promise.tangible == pytest.approx(np.ones(4))
    assert promise.public == pytest.approx(np.zeros(4))
    symbolic = AdvocacyModel(company((Phase(scheme=PRESETS["recognition"]),)), 8)
    assert not symbolic.program.running[0].promise.tangible.any()


def test_beliefs_follow_what_is_paid() -> None:
    capped = PRESETS["clicks"].model_copy(
        update={"rules": (PRESETS["clicks"].rules[0].model_copy(update={"points": 0}),)}
    )
    generous = AdvocacyModel(company((Phase(scheme=capped),)), 9, parameters=EAGER)
    running = generous.program.running[0]
    running.share_belief[:] = 8.0
    generous.run_for(60)
    sharers = generous.state.total_shares >= 3
    assert running.share_belief[sharers].max() < 8.0
    assert (running.share_belief[generous.state.total_shares == 0] == 8.0).all()


def test_goal_is_the_nearest_unreached_badge_or_level() -> None:
    model = AdvocacyModel(company((Phase(scheme=STRANGE),)), 10)
    running = model.program.running[0]
    now = columns(running.compiled.tables, running.state)
    now.counter[0, 0, 1] = 2
    now.earned[1] = 15_000
    now.earned[2] = 30_000
    running.unsure.append(np.arange(3))
    assert running.goal()[:4].tolist() == pytest.approx([2 / 3, 0.75, 0.5, 0.0])


def test_thirds_of_a_board() -> None:
    points = np.arange(7)
    assert thirds(points, points >= 0).tolist() == [0.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0]
    assert thirds(np.array([5, 5, 5]), np.ones(3, dtype=bool)).tolist() == [0.0, 0.0, 0.0]
    tied = np.array([2, 2, 2, 2, 8, 9])
    assert thirds(tied, np.ones(6, dtype=bool)).tolist() == [-1.0, -1.0, -1.0, -1.0, 1.0, 1.0]
    assert thirds(points, points > 4).tolist() == [0.0] * 7


def test_points_buy_what_the_scheme_in_force_offers() -> None:
    shop = PRESETS["clicks"].model_copy(
        update={"rewards": (Reward(id="pen", title="Pen", points=Decimal(1), unit_cost_cents=100),)}
    )
    phases = (Phase(scheme=shop), Phase(day=30), Phase(day=45, scheme=shop))
    eager = EAGER.replace(redemption_per_week=0.3)
    model = AdvocacyModel(company(phases), 9, parameters=eager)
    model.run_for(60)
    cost, liability = model.outcomes()["cost"], model.outcomes()["liability"]
    assert cost[:30].sum() > 0.0 < cost[45:].sum()
    assert cost[30:45].sum() == 0.0
    # What was not turned in is owed all the same.
    assert (liability[30:45] == liability[29]).all()
    assert liability[29] > 0.0
