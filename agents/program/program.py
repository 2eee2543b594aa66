"""The simulated program: the incentives of each day, and the scoring of its events by the same kernel as the live program's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from agents.employees.decision import reward_value
from agents.employees.framing import felt_more
from agents.employees.state import State
from agents.parameters.parameters import Parameters
from agents.program.incentives import Incentives, thirds_by_run
from agents.program.membership import Membership
from agents.program.membership_events import membership_events
from agents.program.record import KINDS, LEAD, SOURCE, VERIFICATIONS, Rows, Waiting, joined
from agents.program.redemption import Shop
from agents.program.running import RunningScheme, item_tags
from agents.setting.setting import Phase, Setting, Terms
from agents.world.clock import Clock
from agents.world.desk import Items
from agents.world.lanes import Lanes
from agents.world.population import Staff
from agents.world.timeline import Timeline
from engine.scoring_tables import new_objects
from rewards.clock import microseconds
from rewards.events import Event
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.absences import absences, with_absences
from rewards.scoring.carrying import NOTHING_ASIDE, Aside
from rewards.scoring.tables import CompiledScheme

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
PLAIN = Terms()


class Scored(NamedTuple):
    """One day's awards: person and millipoints of each, and the sharers of the day's leads."""

    person: Ints
    millipoints: Ints
    leads: Ints


class Program:
    """Schemes in force, their scores, and the pending events.

    An event is scored by the scheme in force for its person on its local day. When a group changes schemes, counters and streaks are
    carried over as between two versions in the live program.
    """

    def __init__(
        self,
        timeline: Timeline,
        staff: Staff,
        items: Items,
        setting: Setting,
        clock: Clock,
        *,
        lanes: Lanes,
        record_events: bool,
        members: Membership,
    ) -> None:
        self._members = members
        self._timeline, self._staff, self._items, self._setting = timeline, staff, items, setting
        self._clock, self._lanes = clock, lanes
        self._shop = Shop(staff.size, lanes.lane)
        self.running = [
            RunningScheme(scheme, staff, items, setting.content, clock, lanes=lanes, shop=self._shop)
            for scheme in timeline.schemes
        ]
        self._waiting = Waiting()
        groups = len(timeline.names)
        self._last: list[RunningScheme | None] = [None] * groups
        self._aside: list[Aside] = [NOTHING_ASIDE] * groups
        self._known: dict[tuple[int, int], CompiledScheme] = {}
        # Counters by object or by pair are kept in one table across schemes.
        self._objects, self._used = new_objects()
        self._board_base: dict[tuple[int, int], Ints] = {}
        self._kept: list[Rows] | None = [] if record_events else None

    def in_force(self, group: int, day: int) -> RunningScheme | None:
        """The scheme of a group on a day, None without one. Call with ascending days: on its first day a scheme takes over the counters."""
        scheme = self._timeline.phase(group, day).scheme
        if scheme is None:
            return None
        running = next(running for running in self.running if running.scheme is scheme)
        before, self._last[group] = self._last[group], running
        if before is not None and before is not running:
            members = np.flatnonzero(self._timeline.group == group)
            self._aside[group] = running.take_over(before, members, self._aside[group])
        return running

    def _knowing(self, running: RunningScheme, group: int, day: int) -> CompiledScheme:
        """The scheme in force for a group, with the days on which no phase of the group had its streaks (they do not break streaks)."""
        began = self._timeline.phase(group, day).day
        if (group, began) not in self._known:
            none = IncentiveScheme(name="none", title="None")
            zone = ZoneInfo(running.scheme.calendar.zone)
            history = [
                (
                    microseconds(datetime.combine(self._clock.date_of(phase.day), time(), zone)),
                    phase.scheme or none,
                )
                for phase in self._timeline.phases(group)
                if phase.day <= day
            ]
            self._known[group, began] = with_absences(running.compiled, absences(history))
        return self._known[group, began]

    @property
    def counts_contacts(self) -> bool:
        """True where some scheme counts contacts gained, so that they must be recorded as events."""
        return any(running.counts_contacts for running in self.running)

    def add(self, rows: Rows) -> None:
        """Add events caused by a day's shares to the pending ones."""
        self._waiting.add(rows)

    def go_on_from(self, other: Program) -> None:
        """Copy the pending events of another program, under which no scheme was in force so far."""
        self._waiting = other._waiting.copy()

    def settle(self, day: int) -> Scored:
        """Score the events whose local day is `day`."""
        rows = self._waiting.due(day)
        leads = rows.person[rows.kind == LEAD]
        # Clicks and leads of those who left the company are no longer events of the program.
        if not self._staff.steady:
            rows = rows.take(rows.day < self._staff.leaves[rows.person])
        # Shares of those who do not take part carry no tracked link, so that they are no events of the program.
        taking = self._members.taking_part(day)
        if not taking.all():
            rows = rows.take(taking[rows.person])
        if self._kept is not None:
            self._kept.append(rows)
        people, amounts = [], []
        by_group = [self.in_force(group, day) for group in range(len(self._timeline.names))]
        for group, running in enumerate(by_group):
            alone = self._timeline.members(group) is None
            mine = rows if alone else rows.take(self._timeline.group[rows.person] == group)
            if running is not None and mine.person.size:
                running.state = running.state._replace(objects=self._objects, used=self._used)
                awards = running.score(mine, self._knowing(running, group, day))
                self._objects, self._used = running.state.objects, running.state.used
                people.append(mine.person[awards.event])
                amounts.append(awards.amount_millipoints)
                running.catalogue.award(people[-1], amounts[-1], self._clock.date_of(day))
        empty = [np.empty(0, dtype=np.int64)]
        return Scored(np.concatenate(people or empty), np.concatenate(amounts or empty), leads)

    def kept_rows(self) -> Rows:
        """All events so far. Raises RuntimeError where the model was created without `record_events`."""
        if self._kept is None:
            raise RuntimeError(
                "events were not kept; they take memory; build the model with record_events=True"
            )
        return joined(self._kept).ordered()

    def recorded_events(self) -> list[Event]:
        """All events so far in canonical order. Raises RuntimeError where the model was created without `record_events`."""
        rows, channels = self.kept_rows(), self._setting.content.channels
        tags = [item_tags(self._items, item) for item in range(len(self._items.ids))]
        happened = self._shared(rows, tags, [channel.name for channel in channels])
        # Enrolment in the morning comes before the shares of that day.
        steps = membership_events(self._members, self._staff, self._clock, self._timeline, self.running)
        return (
            sorted([*steps, *happened], key=lambda one: (one.occurred_at, one.source, one.id))
            if steps
            else happened
        )

    def _shared(self, rows: Rows, tags: Sequence[tuple[str, ...]], channels: Sequence[str]) -> list[Event]:
        return [
            Event(
                source=SOURCE,
                id=rows.event_id(at),
                kind=KINDS[kind],
                subject=self._staff.ids[person],
                occurred_at=datetime.fromtimestamp(second, UTC),
                object=self._items.ids[item],
                channel=channels[channel],
                tags=tags[item],
                verification=VERIFICATIONS[kind],
            )
            for at, (person, kind, second, _, item, channel, _, _) in enumerate(
                zip(*(column.tolist() for column in rows), strict=True)
            )
        ]

    def earned_millipoints(self) -> Ints:
        """int64[n]: millipoints earned so far over all schemes; totals are carried over, so the last scheme of each group has them.

        To be read only, and before the next day.
        """
        if len(self.running) == 1:
            return self.running[0].earned
        total = np.zeros(self._staff.size, dtype=np.int64)
        for running in self.running:
            total += running.earned
        return total

    def redeem(self, draws: Floats, day: int, present: Flags) -> Floats:
        """float64[R]: money paid today for rewards that those present redeem under the scheme in force, by one draw each."""
        chance, on, paid = (
            self._lanes.rows.redemption_per_week,
            self._clock.date_of(day),
            np.zeros(self._lanes.count),
        )
        for group in range(len(self._timeline.names)):
            running = self.in_force(group, day)
            if running is not None:
                there = np.where(present & (self._timeline.group == group), running.earned, 0)
                paid += running.catalogue.redeem_each(there, draws, chance, on)
        return paid

    def liability(self) -> Floats:
        """float64[R]: liability for unredeemed points, in money."""
        first = self._lanes.first
        return sum(
            (running.catalogue.liability_each(running.earned, first) for running in self.running),
            start=np.zeros(self._lanes.count),
        )

    def promised(self, day: int, clicks: Floats) -> Floats:
        """float64[n]: points that each employee expects of a share with `clicks` clicks, under the scheme of their group."""
        found = np.zeros(self._staff.size)
        for group in range(len(self._timeline.names)):
            running = self.in_force(group, day)
            if running is not None:
                mine = self._timeline.group == group
                found[mine] = (running.share_belief + running.click_belief * clicks)[mine]
        return found

    def incentives(self, day: int, state: State, present: Flags) -> Incentives:
        """The incentives of every employee on `day`."""
        offer, lanes = Incentives.none(self._staff.size), self._lanes
        for group in range(len(self._timeline.names)):
            members = self._timeline.members(group)
            phase = self._timeline.phase(group, day)
            if phase.norm_message == "median":
                offer.put("norm_shown", members, 1.0)
            contest = lanes.by_law(partial(self._contest, group, day))
            if np.any(contest):
                offer.put("contest", members, contest)
            running = self.in_force(group, day)
            if running is not None:
                self._offer_scheme(offer, running, phase, group, members, day=day, present=present)
                if phase.terms != PLAIN:
                    self._put_terms(offer, phase, members, state)
            elif phase.leaderboard == "shown":
                among = self._among(present, members)
                offer.put("rank", members, self._places_by_shares(group, phase, state, among))
            if running is None:
                self._put_loss(offer, group, members, day, state)
        return offer

    def _put_terms(self, offer: Incentives, phase: Phase, members: Ints | None, state: State) -> None:
        if phase.terms.publicity is not None:
            offer.put("public", members, phase.terms.publicity)
        believed = offer.share_points + offer.click_points * state.clicks_belief
        team = self._lanes.lane * len(self._staff.teams) + self._staff.team
        heads = np.bincount(team)[team].astype(np.float64)
        offer.put("felt_more", members, felt_more(believed, phase.terms, heads, self._lanes.rows))

    def _put_loss(self, offer: Incentives, group: int, members: Ints | None, day: int, state: State) -> None:
        # The loss of a scheme is felt in proportion to the value of its reward and to motivation.
        weeks, last = self._timeline.weeks_without_scheme(group, day), self._last[group]
        if weeks is None or last is None:
            return
        p = self._lanes.rows
        value = reward_value(last.share_belief + last.click_belief * state.clicks_belief, p)
        value = value * state.motivation
        offer.put("loss", members, (last.earned > 0) * value * np.exp2(-weeks / p.loss_half_life_weeks))

    def _contest(self, group: int, day: int, p: Parameters) -> float:
        return self._timeline.contest(group, day, p.contest_half_life_weeks)

    def _among(self, present: Flags, members: Ints | None) -> Flags:
        if members is None:
            return present
        among = np.zeros_like(present)
        among[members] = present[members]
        return among

    def _places_by_shares(self, group: int, phase: Phase, state: State, among: Flags) -> Floats:
        # A leaderboard without points counts the shares since its phase began.
        base = self._board_base.setdefault((group, phase.day), state.total_shares.copy())
        return thirds_by_run(state.total_shares - base, among, self._lanes)

    def _offer_scheme(
        self,
        offer: Incentives,
        running: RunningScheme,
        phase: Phase,
        group: int,
        members: Ints | None,
        *,
        day: int,
        present: Flags,
    ) -> None:
        offer.put("share_points", members, running.share_belief)
        offer.put("click_points", members, running.click_belief)
        for name in ("tangible", "public", "expected"):
            offer.put(name, members, getattr(running, name))
        prize, prize_public = running.prizes(day - self._timeline.scheme_began(group, day))
        offer.put("prize", members, prize)
        offer.put("prize_public", members, prize_public)
        offer.put("weeks", members, self._lanes.by_law(partial(self._timeline.novelty_weeks, group, day)))
        offer.put("goal", members, running.goal())
        if running.scheme.streaks:
            people = np.arange(self._staff.size) if members is None else members
            standing = running.streaks(day, people, self._knowing(running, group, day))
            for name, values in zip(("intact", "broken"), standing, strict=True):
                everybody = np.zeros(self._staff.size)
                everybody[people] = values
                offer.put(name, members, everybody)
        if phase.leaderboard == "shown" or (phase.leaderboard == "scheme" and running.scheme.leaderboards):
            offer.put("rank", members, running.places(day, self._among(present, members)))
