"""Whatever phases a scenario has, the model's entries are those of the live program and of a replay of its export, person by person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import Phase as Stage
from hypothesis import strategies as st

from agents.model import AdvocacyModel
from agents.parameters.parameters import Parameters
from agents.program.record import Rows
from agents.program.running import RunningScheme
from agents.setting.setting import Audience, Channel, Content, Organisation, Phase, Setting, Turnover
from engine.scoring_tables import Awards
from rewards.events import Event
from rewards.ledger.entries import badges_for, balances
from rewards.ledger.intake import record
from rewards.people.organisations import create_organisation
from rewards.people.people import import_people
from rewards.people_file import PersonRow
from rewards.publishing.drafts import retire_version
from rewards.publishing.publication import publish_scheme, scheme_in_force
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.award import entry_of
from rewards.store.session import Database
from tests.conformance.test_export_replay import Line, exported, in_ledger, reason_of, replayed
from tests.sims.scheme_strategies import schemes
from tests.soundness import assert_sound

SPRING = date(2026, 3, 24)
ZONES = [
    ("UTC", SPRING),
    ("Europe/Madrid", SPRING),
    ("America/Los_Angeles", date(2025, 10, 28)),
    ("Pacific/Apia", date(2011, 12, 22)),
]
"""A month ends within the days simulated, clocks change, and Apia has no 30 December 2011."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
EAGER = Parameters(
    base_log_odds=-0.5, base_spread=1.0, click_base=0.02, leads_per_click=0.2, opportunities_per_week=8.0
)
WORDLESS = {"no_rule", "no_scheme"}
FOR_GOOD = {"first", "lasting", "of-daily", "of-other"}
"""Badges that can be permanent."""


def again(known: list[IncentiveScheme]) -> st.SearchStrategy[IncentiveScheme]:
    """An earlier version as it was, in other words, or in another order."""
    parts = ("rules", "caps", "badges", "streaks")
    changes = st.sampled_from(["nothing", "words", "order"])

    def changed(scheme: IncentiveScheme, what: str) -> IncentiveScheme:
        if what == "nothing":
            return scheme
        turned = {name: getattr(scheme, name)[::-1] for name in parts}
        return scheme.model_copy(update={"title": "Again"} if what == "words" else turned)

    return st.builds(changed, st.sampled_from(known), changes)


class History(NamedTuple):
    """What is simulated; by phase whether its version is published with the one before, and by event how many hours late it comes."""

    setting: Setting
    ahead: list[bool]
    late: list[int]


@st.composite
def histories(draw: st.DrawFn, late: bool = False) -> History:
    zone, start = draw(st.sampled_from(ZONES))
    horizon = draw(st.integers(8, 20))
    days = [0, *sorted(draw(st.sets(st.integers(1, horizon - 1), max_size=4)))]
    phases: list[Phase] = []
    for day in days:
        known = [phase.scheme for phase in phases if phase.scheme is not None]
        what = draw(st.sampled_from(["new", "new", "new", "again", "again", "none"]))
        if what == "none" and (known or day < days[-1]):
            phases.append(Phase(day=day))
        else:
            chosen = again(known) if what == "again" and known else schemes(zone, start)
            phases.append(Phase(day=day, scheme=draw(chosen)))
    spans = st.lists(st.tuples(st.integers(-3, horizon), st.integers(0, 4)), max_size=2)
    people = [
        PersonRow(
            id=f"p{number}", segment=draw(st.sampled_from(["north", "south"])), team="t", timezone=zone, contacts=80,
            leave=[(start + timedelta(days=first), start + timedelta(days=first + more)) for first, more in draw(spans)],
        )
        for number in range(8)
    ]  # fmt: skip
    turnover = Turnover(leavers_per_year=draw(st.sampled_from([0.0, 0.0, 0.9999])), days_to_refill=2)
    setting = Setting(
        organisation=Organisation(people=tuple(people), timezone=zone, audience=Audience(size=300), turnover=turnover,
            corporate_accounts=()),
        content=Content(
            channels=(Channel(name="linkedin", share=0.7), Channel(name="facebook", share=0.3, half_life_hours=0.5)),
            items_per_week=12,
        ),
        phases=tuple(phases), start_date=start, burn_in_days=3, horizon_days=horizon,
    )  # fmt: skip
    delays = st.lists(st.sampled_from([0, 0, 0, 1, 20, 60]), min_size=7, max_size=7) if late else st.just([0])
    return History(
        setting, draw(st.lists(st.booleans(), min_size=len(days), max_size=len(days))), draw(delays)
    )


class Told(NamedTuple):
    """What is said of everybody: entries, and at the end points, spendable points, badges. Of the model also what happened to whom."""

    people: list[PersonRow]
    events: list[Event]
    entries: Counter[Line]
    points: dict[str, int]
    spendable: dict[str, int]
    badges: dict[str, set[str]]


@contextmanager
def watched(lines: Counter[Line], badges: dict[str, set[str]]) -> Iterator[None]:
    """Keeps the entries that a model makes, and the badges that they leave everybody with."""
    scored = RunningScheme.score

    def score(running: RunningScheme, rows: Rows, *rest: Any) -> Awards:
        awards = scored(running, rows, *rest)
        for at, item, amount, reason in zip(*(column.tolist() for column in awards), strict=True):
            entry = entry_of(running.compiled, item, amount, reason)
            event = f"groundswell/simulation/{rows.event_id(at)}"
            who = running._staff.ids[int(rows.person[at])]
            lines[who, event, entry.item, entry.kind, amount, reason_of(entry.reason.value, amount)] += 1
            if entry.kind == "badge":
                badges[who].add(entry.item)
            elif entry.kind == "badge_lost":
                badges[who].remove(entry.item)
        return awards

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunningScheme, "score", score)
        yield


def simulated(setting: Setting, seed: int) -> Told:
    lines: Counter[Line] = Counter()
    badges: dict[str, set[str]] = defaultdict(set)
    with watched(lines, badges):
        model = AdvocacyModel(setting, seed, parameters=EAGER, record_events=True)
        model.run_for(setting.horizon_days)
    ids = model.staff.ids
    badges |= {name: set() for name in ids if name not in badges}
    held = [one.catalogue.held(one.earned).tolist() for one in model.program.running]
    spendable = {name: sum(each) for name, *each in zip(ids, *held, strict=True)}
    return Told(
        model.staff.rows(), model.recorded_events(), lines, model.points_by_person(), spendable, badges
    )


class Live:
    """The live program to which the same happens."""

    def __init__(self, db: Database, name: str, history: History, people: list[PersonRow]) -> None:
        self.db, self.name, self.history, self.people = db, name, history, people
        organisation = history.setting.organisation
        self.zone = ZoneInfo(organisation.timezone)
        with db.begin() as tx:
            create_organisation(tx, name, name.title(), organisation.timezone, LONG_AGO)
            import_people(tx, name, people, LONG_AGO)

    def begins(self, phase: Phase) -> datetime:
        return datetime.combine(
            self.history.setting.start_date + timedelta(days=phase.day), time(), self.zone
        ).astimezone(UTC)

    def follow(self, events: list[Event]) -> None:
        """Versions at the first instants of the phases, and every event when it comes."""
        phases, late = self.history.setting.phases, self.history.late
        coming = sorted(
            (
                (event.occurred_at + timedelta(hours=late[at % len(late)]), event)
                for at, event in enumerate(events)
            ),
            key=lambda one: one[0],
        )
        published: set[int] = set()
        for at, phase in enumerate(phases):
            now = self.begins(phase)
            self._change(at, now, published)
            if at + 1 < len(phases) and self.history.ahead[at] and phases[at + 1].scheme is not None:
                self._publish(at + 1, now, published)
            until = self.begins(phases[at + 1]) if at + 1 < len(phases) else datetime.max.replace(tzinfo=UTC)
            due = [one for one in coming if one[0] < until]
            coming = coming[len(due) :]
            for _, of_a_day in groupby(due, key=lambda one: one[0].astimezone(self.zone).date()):
                with self.db.begin() as tx:
                    for received, event in of_a_day:
                        record(tx, self.name, [event], received_at=received)

    def _change(self, at: int, now: datetime, published: set[int]) -> None:
        phases = self.history.setting.phases
        if phases[at].scheme is not None:
            self._publish(at, now, published)
            return
        with self.db.begin() as tx:
            held = scheme_in_force(tx, self.name, now)
            if held is not None and any(
                (held.scheme.rules, held.scheme.caps, held.scheme.badges, held.scheme.streaks)
            ):
                retire_version(tx, self.name, held.version, "hr", "x", now=now)

    def _publish(self, at: int, now: datetime, published: set[int]) -> None:
        phase = self.history.setting.phases[at]
        if at not in published and phase.scheme is not None:
            with self.db.begin() as tx:
                publish_scheme(tx, self.name, phase.scheme, self.begins(phase), "hr", "x", now)
            published.add(at)

    def told(self) -> Told:
        people = [row.id for row in self.people]
        lines = Counter(
            {line: times for line, times in in_ledger(self.db, self.name).items() if line[5] not in WORDLESS}
        )
        with self.db.read() as tx:
            found = {name: balances(tx, self.name, name) for name in people}
            badges = {
                name: {badge.badge for badge in badges_for(tx, self.name, name) if badge.revoked_at is None}
                for name in people
            }
        points = {name: one.earned for name, one in found.items()}
        return Told([], [], lines, points, {name: one.spendable for name, one in found.items()}, badges)


def assert_same(db: Database, name: str, history: History, seed: int) -> None:
    model = simulated(history.setting, seed)
    live = Live(db, name, history, model.people)
    live.follow(model.events)
    told, now = live.told(), live.begins(Phase(day=history.setting.horizon_days))
    only_simulated, only_live = model.entries - told.entries, told.entries - model.entries
    assert not only_simulated
    if any(history.late):
        # What is for good outlives the count that a late event corrects; nothing else does.
        assert {(line[3], line[2].split(".")[0] in FOR_GOOD) for line in only_live} <= {("badge", True)}
    else:
        assert not only_live
        assert (told.points, told.spendable) == (model.points, model.spendable)
        assert told.badges == model.badges
    assert_sound(db, name, now)
    again = replayed(*exported(db, name, now))
    assert Counter({line: n for line, n in again.items() if line[5] not in WORDLESS}) == told.entries


CONFIG: dict[str, Any] = {
    "deadline": None, "derandomize": True, "database": None, "phases": [Stage.generate], "suppress_health_check": list(HealthCheck),
}  # fmt: skip


@given(history=histories(), seed=st.integers(0, 2**40))
@settings(max_examples=12, **CONFIG)
def test_whatever_the_phases_the_model_says_what_the_live_program_says(
    sqlite_db: Database, history: History, seed: int
) -> None:
    assert_same(sqlite_db, f"h{uuid4().hex[:20]}", history, seed)


@given(history=histories(late=True), seed=st.integers(0, 2**40))
@settings(max_examples=6, **CONFIG)
def test_and_where_events_come_late(sqlite_db: Database, history: History, seed: int) -> None:
    assert_same(sqlite_db, f"h{uuid4().hex[:20]}", history, seed)


@given(history=histories(), seed=st.integers(0, 2**40))
@settings(max_examples=3, **CONFIG)
@pytest.mark.postgres
def test_and_on_postgresql(postgresql_db: Database, history: History, seed: int) -> None:
    assert_same(postgresql_db, f"h{uuid4().hex[:20]}", history, seed)
