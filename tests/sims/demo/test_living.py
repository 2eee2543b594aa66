"""Colleagues act on the grid while one watches; history reaches up to now; nothing falls to zero. The clock is given, nobody waits."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import func, select, update

from rewards.content.links import reach_of
from rewards.content.overview import Filters, grid
from rewards.people.accounts import somebody_with
from rewards.people.participation import participation
from rewards.store import schema
from rewards.store.session import Database, open_database
from rewards.store.verify import verify
from rewards.thanks.recognition import give_kudos
from sims.demo import living
from sims.demo.acts import Act, Calendar, with_a_tool
from sims.demo.demo import CANDIDATES, EXAMPLES, ORGANISATION
from sims.demo.living import HISTORY, Life, mondays
from sims.ensemble.run import record_run
from sims.scenario.scenario import Scenario

SCENARIO = Scenario.load(EXAMPLES / CANDIDATES[0])


@pytest.fixture
def db(demo_url: str, tmp_path: Path) -> Iterator[Database]:
    """The demo company for one test alone."""
    own = tmp_path / "own.sqlite"
    source = open_database(demo_url)
    source.close()
    copyfile(demo_url.removeprefix("sqlite:///"), own)
    database = open_database(f"sqlite:///{own}")
    yield database
    database.close()


def life(db: Database, now: datetime, speed: float = 0) -> Life:
    return Life(db, ORGANISATION, SCENARIO, speed, now)


def counts(db: Database, at: datetime) -> tuple[int, int, int]:
    with db.read() as tx:
        found = participation(tx, ORGANISATION, at)
    return found.shares_28d, found.clicks_28d, found.kudos_28d


@pytest.mark.parametrize("away_days", [9, 200])
def test_after_a_pause_the_last_four_weeks_are_there(db: Database, away_days: int) -> None:
    later = datetime.now(UTC) + timedelta(days=away_days)
    caught = life(db, later).catch_up(later)
    assert caught.acts > 0
    assert later - caught.since <= HISTORY
    assert min(counts(db, later)) > 5
    with db.read() as tx:
        assert participation(tx, ORGANISATION, later).active_7d > 0
        fresh = [
            one
            for one in grid(tx, ORGANISATION, Filters(), later, "UTC")
            if one.day > (later - timedelta(days=8)).date()
        ]
        assert fresh
        assert fresh[0].item.expires_at is not None
        assert fresh[0].item.expires_at > later
    assert verify(db) == []
    # Reached is reached: at once again there is nothing to fill in.
    reached = counts(db, later)
    assert life(db, later).catch_up(later).since > later - timedelta(days=3)
    assert counts(db, later) == reached


@pytest.mark.parametrize("moment", ["the model runs", "acts are filled in"])
def test_pages_read_and_write_while_history_is_filled(
    db: Database, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_database(str(db.url))
    seen: list[int] = []

    def visit() -> None:
        with page.begin(wait_seconds=60) as tx:
            tx.execute(update(schema.organisation).values(name="Seen"))
        with page.read() as tx:
            assert grid(tx, ORGANISATION, Filters(), datetime.now(UTC), "UTC")
            seen.append(tx.execute(select(func.count()).select_from(schema.event)).scalar_one())

    modelled = Calendar.between

    def between(calendar: Calendar, after: datetime, until: datetime) -> list[Act]:
        visit()
        return modelled(calendar, after, until)

    later = datetime.now(UTC) + timedelta(days=9)
    if moment == "the model runs":
        monkeypatch.setattr(Calendar, "between", between)
        life(db, later).catch_up(later)
        life(db, later, speed=1000).round(later + timedelta(seconds=5))
    else:
        with ThreadPoolExecutor(1) as beside:
            filling = beside.submit(life(db, later).catch_up, later)
            while not filling.done():
                visit()
                time.sleep(0.01)
            assert filling.result().acts > 20
    page.close()
    if moment == "the model runs":
        assert len(seen) > 1
    else:
        # Whoever filled all in at one go would let pages see how it was, and how it is at last.
        assert len(set(seen)) > 2


def test_history_goes_on_where_it_was_cut_short(db: Database, tmp_path: Path) -> None:
    later = datetime.now(UTC) + timedelta(days=9)
    other = tmp_path / "whole.sqlite"
    copyfile(str(db.url.database), other)
    whole = open_database(f"sqlite:///{other}")
    life(whole, later).catch_up(later)
    bursts = iter([None, None, True])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(living, "BURST_SECONDS", 0)
        cut = Life(db, ORGANISATION, SCENARIO, 0, later, pause=lambda _: next(bursts)).catch_up(later)
    assert cut.acts <= 3
    with db.begin() as tx:
        employee = somebody_with(tx, ORGANISATION, "employee")
        assert employee
        # Whoever looks in meanwhile and does something does not end what is missing.
        given = give_kudos(
            tx, ORGANISATION, employee, "p010", "Thank you for the tour!", tags=(), key="mine", now=later
        )
        assert given.status != "duplicate"
    with whole.begin() as tx:
        give_kudos(
            tx, ORGANISATION, employee, "p010", "Thank you for the tour!", tags=(), key="mine", now=later
        )
    life(db, later).catch_up(later)
    assert counts(db, later) == counts(whole, later)
    assert verify(db) == []
    whole.close()


def test_colleagues_act_on_the_items_of_the_grid_while_one_watches(db: Database) -> None:
    now = datetime.now(UTC)
    before = counts(db, now)
    watched = life(db, now, speed=10_000)
    seconds = range(1, 120)
    done = sum(watched.round(now + timedelta(seconds=second)) for second in seconds)
    end = now + timedelta(seconds=121)
    assert done > 40
    assert all(after > earlier for earlier, after in zip(before, counts(db, end), strict=True))
    with db.read() as tx:
        assert (
            sum(
                reach_of(tx, ORGANISATION, one.item.id)[0]
                for one in grid(tx, ORGANISATION, Filters(), datetime.now(UTC), "UTC")
            )
            > 20
        )
    assert verify(db) == []


def test_the_speed_is_kept_and_zero_is_still(db: Database) -> None:
    now = datetime.now(UTC)
    assert sum(life(db, now).round(now + timedelta(seconds=second)) for second in range(1, 300)) == 0
    slow = life(db, now, speed=1)
    assert sum(slow.round(now + timedelta(seconds=second)) for second in range(1, 60)) <= 2


def test_a_machine_that_slept_goes_on_with_what_happened_meanwhile(db: Database) -> None:
    now = datetime.now(UTC)
    watched = life(db, now, speed=1)
    later = now + timedelta(days=3)
    assert watched.round(later) > 5
    assert watched.round(later + timedelta(seconds=1)) <= 1


def test_any_stretch_of_time_has_the_same_acts_however_it_is_cut() -> None:
    people = [row.split(",")[0] for row in (EXAMPLES / "people-midsize.csv").read_text().splitlines()[1:]]
    scenario, turns = with_a_tool(SCENARIO), [(date(2026, 11, 2), SCENARIO.schemes()[0])]
    start = datetime(2026, 11, 20, 7, tzinfo=UTC)
    end = start + timedelta(days=40)
    whole = Calendar(scenario, turns, people).between(start, end)
    cut = Calendar(scenario, turns, people)
    pieces = [
        cut.between(start + timedelta(days=day), start + timedelta(days=day + 5)) for day in range(0, 40, 5)
    ]
    assert [act for piece in pieces for act in piece] == whole
    assert {act.kind for act in whole} >= {"enrol", "share", "click", "thank", "redeem", "nominate", "decide"}
    assert cut.between(end, end) == []


def test_colleagues_join_and_share_as_in_the_run_that_the_demo_rehearsed() -> None:
    people = [row.split(",")[0] for row in (EXAMPLES / "people-midsize.csv").read_text().splitlines()[1:]]
    began = date(2026, 11, 2)
    scenario = with_a_tool(SCENARIO)
    start = datetime(2026, 11, 2, tzinfo=UTC)
    lived = Calendar(scenario, [(began, scenario.schemes()[0])], people).between(
        start - timedelta(days=1), start + timedelta(days=84)
    )
    run = scenario.model_copy(
        update={"start_date": began, "horizon_days": 84, "phases": scenario.phases, "arms": ()}
    )
    events = record_run(run, at_defaults=True)
    for kind, name in (("share", "share"), ("enrol", "membership.enrolled"), ("click", "click")):
        assert sum(act.kind == kind for act in lived) == sum(event.kind == name for event in events) > 0
    enrolled = {act.person for act in lived if act.kind == "enrol"}
    assert 0.12 <= len(enrolled) / len(people) <= 0.30


def test_another_scheme_changes_what_comes_and_not_what_was() -> None:
    people = [row.split(",")[0] for row in (EXAMPLES / "people-midsize.csv").read_text().splitlines()[1:]]
    scenario = with_a_tool(SCENARIO)
    start = datetime(2026, 11, 2, tzinfo=UTC)
    turn, end = start + timedelta(days=21), start + timedelta(days=56)
    kept, changed = (Calendar(scenario, [(start.date(), scenario.schemes()[0])], people) for _ in range(2))
    before = kept.between(start, turn)
    changed.turn(turn.date(), None)
    assert [act for act in changed.between(start, turn) if act.kind in ("enrol", "share")] == [
        act for act in before if act.kind in ("enrol", "share")
    ]
    assert changed.between(turn, end) != kept.between(turn, end)


def test_after_ten_years_the_last_weeks_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sims.demo.acts.MOST_DAYS", 56)
    start = datetime(2026, 11, 2, tzinfo=UTC)
    calendar = Calendar(
        with_a_tool(SCENARIO), [(start.date(), SCENARIO.schemes()[0])], ["p020", "p021", "p022", "p040"]
    )
    weeks = [
        [
            act
            for act in calendar.between(
                start + timedelta(days=28 * block), start + timedelta(days=28 * (block + 1))
            )
            if act.kind == "share"
        ]
        for block in (1, 2)
    ]
    assert [act.at + timedelta(days=28) for act in weeks[0]] == [act.at for act in weeks[1]]


def test_mondays_lie_after_the_start_up_to_the_end() -> None:
    monday = datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert mondays(monday - timedelta(hours=1), monday) == [monday]
    assert mondays(monday, monday + timedelta(days=6)) == []
    assert mondays(monday, monday + timedelta(days=14)) == [
        monday + timedelta(days=7),
        monday + timedelta(days=14),
    ]
