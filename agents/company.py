"""R runs of one setting simulated together as arrays. Read `Company.live` first: it simulates one day of all runs.

`agents.model.AdvocacyModel` wraps a company of one run for Mesa; an ensemble is a company of many runs, so that the cost of Python is
paid once a day and not once a day and run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Answer
from agents.audience.corporate import CorporateDesk
from agents.audience.feelings import Feelings
from agents.employees import decision, state
from agents.employees.learning import Acted, count_acts, fear_of_day, feel, learn, whole_contacts
from agents.employees.meeting import Inputs, Opportunities, meet
from agents.employees.meeting_kernel import Known, OfferColumns, PersonColumns, Weights
from agents.employees.occasion import occasion_of
from agents.employees.opportunities import Occasions
from agents.employees.settling import settled
from agents.employees.sharing import Shared
from agents.observe import outcomes, splits
from agents.observe.flows import FlowLog
from agents.observe.measure import measure
from agents.program.contests import Contests
from agents.program.happenings import NewShares, happenings
from agents.program.incentives import Incentives
from agents.program.membership import Membership, Morning
from agents.program.program import Program
from agents.program.recognise import Recogniser, Thanks
from agents.program.writing import Writer, Writing
from agents.setting.setting import Setting
from agents.world.clock import Clock
from agents.world.conditions import ConditionBook, Conditions
from agents.world.desk import Items
from agents.world.draws import uniforms_each
from agents.world.lanes import Draw, Floats, Ints, Lanes, distinct, medians
from agents.world.population import Staff, Traits
from agents.world.timeline import Timeline, assign
from agents.world.world import World
from engine.streams import Stream

Flags = NDArray[np.bool_]


class Company:
    """The state of all runs of one setting, and the step that advances it by a day.

    draws          seed, run number and parameter values of each run; random numbers are keyed by these alone, so that two settings under
                   one seed differ only by what the settings change (common random numbers)
    record_events  keep the simulated events (`Program.events`)
    world          a world already built for the same organisation, content, days and draws; built here where none is given
    trunk          a company of the same draws to fork from: its setting may differ in phases and arms only, and none of them may have been
                   in force so far (`agents.setting.setting.quiet_days`)

    `burn_in` simulates the days before day 0. `today` holds the last day's value of each outcome, float64[R].
    """

    def __init__(
        self,
        setting: Setting,
        draws: Sequence[Draw],
        record_events: bool = False,
        world: World | None = None,
        trunk: Company | None = None,
    ) -> None:
        first = -setting.burn_in_days
        self.setting = setting
        self.world: World = trunk.world if trunk is not None else world or World.of(setting, draws)
        self.lanes: Lanes = self.world.lanes
        self.staff: Staff = self.world.staff
        self.traits: Traits = self.world.traits
        self.items: Items = self.world.items
        self.networks, lanes = self.world.networks, self.world.lanes
        self.clock = Clock(self.staff.zones, setting.start_date, first, setting.horizon_days)
        groups = [
            assign(setting, one, draw.seed, draw.run)
            for one, draw in zip(self.world.staffs, draws, strict=True)
        ]
        self.timeline = Timeline.of(setting, np.concatenate(groups))
        self.members = Membership(self.timeline, self.staff, self.traits, self.clock, lanes)
        self.program = Program(
            self.timeline,
            self.staff,
            self.items,
            setting,
            self.clock,
            lanes=lanes,
            record_events=record_events,
            members=self.members,
        )
        self.recogniser = Recogniser(self.timeline, self.staff, self.traits.motivation, lanes)
        self.contests = Contests(self.timeline, self.staff, lanes)
        self.occasions = Occasions(self.items, setting.content, lanes)
        self.conditions = ConditionBook(self.timeline, setting, self.staff, self.traits, lanes.rows)
        self.corporate = CorporateDesk(setting, self.networks, self.items, lanes)
        self.writer = Writer(self.world, setting, self.occasions)
        self._influence = np.array([setting.organisation.weight_of(name) for name in self.staff.segments])
        self._channel_leads = np.array([channel.leads for channel in setting.content.channels])
        streams = (Stream.CLICK, Stream.SANCTION, Stream.REDEMPTION)
        self._keys = {stream: lanes.keys(stream) for stream in streams}
        self._goal: tuple[Conditions, Floats] | None = None
        self.explain = False
        self.last_met: Opportunities | None = None
        self.last_occasion: decision.Occasion | None = None
        self._weights = Weights.of(lanes.laws)
        self._known = Known.none(self.staff.size)
        self._team = lanes.lane * len(self.staff.teams) + self.staff.team
        if trunk is None:
            self._begin(draws, first)
        else:
            self._go_on_from(trunk)

    def _begin(self, draws: Sequence[Draw], first: int) -> None:
        lanes, setting = self.lanes, self.setting
        fear, usual = self._fear_goal(first), self.conditions.weekly(first)
        before = settled(self.staff, self.traits, setting.content, *usual, fear=fear, lanes=lanes)
        self.state = state.State.fresh(self.staff, self.traits, before, fear, lanes.rows)
        page = {"page_sight": self.corporate.visibility, "page_trust": self.corporate.trust}
        self.feelings = Feelings(
            self.networks, lanes.laws, draws, first, self.corporate.posts_per_day, **page
        )
        self._shared = Shared(self.items, lanes)
        self._share_number = np.zeros(lanes.count, dtype=np.int64)
        self.flows, self.pictures = FlowLog(), splits.Pictures()
        self.today: dict[str, Floats] = {name: np.zeros(lanes.count) for name in outcomes.MEASURED}
        self._norms: tuple[Floats, Floats] | None = None
        self.prior_rate = np.zeros(self.staff.size)
        self._prior = splits.prior_flags(self.prior_rate)
        self.rank = np.zeros(self.staff.size, dtype=np.int64)
        self.acts, self.above_median = self.rank.copy(), np.zeros(self.staff.size, dtype=bool)
        self.day = first

    def _go_on_from(self, trunk: Company) -> None:
        # Arrays that a day replaces are shared with the trunk; arrays that a day writes to in place are copied.
        self.state, self.feelings = trunk.state.copy(), trunk.feelings.copy()
        self._shared, self._share_number = trunk._shared.copy(), trunk._share_number.copy()
        self.writer.copies[:] = trunk.writer.copies
        self.flows, self.pictures = trunk.flows.copy(), trunk.pictures.copy()
        self.program.go_on_from(trunk.program)
        self.today, self._norms = dict(trunk.today), trunk._norms
        self.prior_rate, self._prior, self.rank = trunk.prior_rate, trunk._prior, trunk.rank
        self.acts, self.above_median = trunk.acts, trunk.above_median
        self.day = trunk.day

    def burn_in(self) -> None:
        """Simulate the burn-in days before day 0, and reset the counters that start at day 0."""
        while self.day < 0:
            self.live()
        self._class_people()
        self.state.total_shares[:] = 0

    def meet_another_chance(self, draws: Sequence[Draw]) -> None:
        """Key all further random numbers by these draws; people, ties and state so far are kept."""
        self.lanes.rename(draws)
        self.feelings.rename(draws)

    @property
    def days_observed(self) -> int:
        """Days since day 0 that have been simulated."""
        return max(0, self.day)

    @property
    def staff_sources(self) -> Ints:
        """int64[n]: index of each employee among the sources of the networks."""
        return self.world.staff_sources

    def over_edges(self, values: Floats, pages: bool) -> Floats:
        """float64[R]: edge-weighted mean of a per-source value, over a run's employees or over its company pages."""
        # Not as a product of vectors, which sums in as many parts as linear algebra has threads: then the bits would tell of the cores.
        networks, lanes = self.networks, self.lanes
        if lanes.even:
            ties, weight = self.world.page_ties if pages else self.world.staff_ties
            split = int(networks.employees[0])
            mine = (
                values.reshape(lanes.count, -1)[:, split:]
                if pages
                else values.reshape(lanes.count, -1)[:, :split]
            )
            return np.asarray((mine * ties).sum(axis=1) / weight)
        degrees, bounds = self.world.degrees, networks.sources
        found = np.zeros(lanes.count)
        for run, people in enumerate(networks.employees.tolist()):
            split = int(bounds[run]) + people
            rows = slice(split, int(bounds[run + 1])) if pages else slice(int(bounds[run]), split)
            found[run] = (values[rows] * degrees[rows]).sum() / max(1.0, float(degrees[rows].sum()))
        return found

    def live(self) -> None:
        """Simulate one day of every run."""
        day = self.day
        if day == self.setting.split_day > 0:
            self._class_people()
        present, morning = self.staff.present(day), self._morning(day)
        conditions, taking = morning.conditions, present & self.members.taking_part(day)
        offer = self._offer(day, taking)
        met = self._meet(day, offer, present, morning)
        shared = self._shared.today(met)
        who = met.person[shared]
        # Points that each sharer expected of it, and the part of them that crowds out motivation.
        believed, crowded = offer.of_share(who, self.state.clicks_belief)
        written = self.writer.written(Writing(met, shared, offer, believed, conditions), self.state, day)
        posts = self.corporate.beside(
            written, day, quiet=self.clock.is_weekend(day), there=self.timeline.phase(0, day).audience
        )
        answer = self.feelings.answer(posts, day)
        self._remember(met, shared, answer, day)
        scored = self.program.settle(day)
        shares = count_acts(self.state, who, day)
        won, celebrated = self.contests.close(day, shares, taking)
        thanked = self._thank(shares, taking).joined_by(celebrated)
        acted = Acted(*distinct(who))
        learn(self.state, self.traits, met.person, acted, answer, shares=shares, lanes=self.lanes)
        rewarded = crowded[acted.bounds[:-1]]
        feel(
            self.state, self.traits, acted.person, shares, rewarded, thanked=thanked.weight, lanes=self.lanes
        )
        sanctioned = fear_of_day(
            self.state, self.staff, conditions, self._fear_goal(day, conditions), self.items, met=met, shared=shared, acted=acted,
            present=present, keys=self._keys[Stream.SANCTION], day=day, lanes=self.lanes
        )  # fmt: skip
        sunday = self.clock.date_of(day).weekday() == 6
        paid = self._redeem() if sunday else np.zeros(self.lanes.count)
        if day >= 0:
            counted = {"sanctions": sanctioned, "contest_wins": np.flatnonzero(won)}
            self.today = measure(
                self, met, shared, posts, answer, scored=scored, thanked=thanked.acts, present=present, cost=paid, people=counted,
                earlier=self.pictures.shares_before(day, self.staff.size)
            )  # fmt: skip
            if day % splits.WEEK_DAYS == splits.WEEK_DAYS - 1:
                self.pictures.take(self, day)
        if sunday:
            before = self.state.own_rate
            state.close_week(self.state, self.lanes.rows)
            # Employees who are not hired yet keep the rate that they were initialised with.
            self.state.own_rate = np.where(present, self.state.own_rate, before)
            self._norms = None
        self.day += 1

    def _morning(self, day: int) -> Morning:
        promised = (
            self.program.promised(day, self.state.clicks_belief)
            if self.members.active and day >= 0
            else self.prior_rate
        )
        return self.members.morning(
            day, self.staff.present(day), self.state, promised, self.conditions.on(day)
        )

    def _offer(self, day: int, taking: Flags) -> Incentives:
        offer = self.program.incentives(day, self.state, taking)
        everybody = self.members.taking_part(day)
        near, prize = self.recogniser.pull(day, taking, self._prior)
        offer.put("award", None, near)
        if prize.any():
            offer.put("prize", None, np.maximum(offer.prize, prize))
        standing = self.contests.standing(day, taking)
        if standing is not None:
            offer.put("contest", None, offer.contest * (1.0 + self.lanes.rows.contest_standing * standing))
        return offer if everybody.all() else offer.only(everybody)

    def _class_people(self) -> None:
        # Groups by prior activity and by rank are fixed on the morning of the split day.
        earned = self.program.earned_millipoints().astype(np.float64)
        self.prior_rate = self.state.own_rate.copy()
        self.acts, self._norms = self.state.total_shares.copy(), None
        self.above_median = self.state.amount >= self._norm(self.staff.present(self.day))[1][self.lanes.lane]
        self._prior = splits.prior_flags(self.prior_rate)
        self.rank = splits.rank_codes(
            earned, self.state.total_shares.astype(np.float64), self.staff.present(self.day), self.lanes.lane
        )

    def _thank(self, shares: Ints, present: Flags) -> Thanks:
        quiet = self.clock.is_weekend(self.day)
        return self.recogniser.thank(
            self.day, quiet, shares, self.state.recent_total, present, prior=self._prior
        )

    def _redeem(self) -> Floats:
        draws = uniforms_each(self._keys[Stream.REDEMPTION], self.lanes.lane, self.day, self.lanes.own)
        return self.program.redeem(draws, self.day, self.staff.present(self.day))

    def _meet(self, day: int, offer: Incentives, present: Flags, morning: Morning) -> Opportunities:
        conditions = morning.conditions
        quiet, state_now, traits = int(self.clock.is_weekend(day)), self.state, self.traits
        seen, median = self._norm(present)
        perceived = state_now.perceived
        if not conditions.whole_audience:
            perceived = state.perceived_of(perceived, conditions.audience)
        person = PersonColumns(
            base=traits.base,
            motivation=state_now.motivation,
            perceived_log=perceived,
            feedback=state_now.feedback,
            clicks_belief=state_now.clicks_belief,
            connectedness=traits.connectedness,
            steerer=traits.steerer,
            own_rate=state_now.amount,
            norm_rate=seen,
            recognition=state_now.recognition,
            rank_sensitivity=traits.rank_sensitivity,
            habit=state_now.habit,
            friction=conditions.friction,
            fear=state_now.fear,
            fear_sensitivity=traits.fear_sensitivity,
            recent=state_now.recent_total,
        )
        inputs = Inputs(person, OfferColumns(asked=morning.asked, **vars(offer)), median)
        date = self.clock.start_ordinal + day
        met = meet(
            present & ~self.staff.is_off(date) if self.staff.days_off.size else present,
            conditions.rates[quiet],
            conditions.silent[quiet],
            self.staff.segment,
            inputs,
            items=self.occasions.on_offer(day),
            known=self._known,
            weights=self._weights,
            lanes=self.lanes,
            opportunity_keys=self.occasions.opportunity_keys,
            decision_keys=self.occasions.decision_keys,
            day=day,
        )
        self.last_met = met
        if self.explain:
            self.last_occasion = occasion_of(met, inputs, self.staff, self.items, self.lanes)
        return met

    def _norm(self, present: Flags) -> tuple[Floats, Floats]:
        # Mean shares a month of each employee's team, and of each run the median over all who share at all, which a norm message shows.
        # Both move on Sundays only.
        if self._norms is None:
            lanes, rate, amount = self.lanes, self.state.own_rate, self.state.amount
            team, teams = self._team, lanes.count * len(self.staff.teams)
            here = slice(None) if present.all() else present
            heads = np.bincount(team[here], minlength=teams)
            sums = np.bincount(team[here], weights=amount[here], minlength=teams)
            active = np.flatnonzero(present & (rate > 1.0 / (2.0 * lanes.rows.rate_weeks)))
            shown = medians(amount[active], lanes.starts(active), lanes.lane[active])
            self._norms = (sums / np.maximum(heads, 1))[team], shown
        return self._norms

    def _fear_goal(self, day: int, conditions: Conditions | None = None) -> Floats:
        now = self.conditions.on(day) if conditions is None else conditions
        # Conditions are the same object for as long as they do not change.
        if self._goal is None or self._goal[0] is not now:
            goal = state.fear_goal(self.traits.fear, now.strictness, now.trained, self.lanes.rows)
            self._goal = now, goal
        return self._goal[1]

    def _remember(self, met: Opportunities, shared: Ints, answer: Answer, day: int) -> None:
        if day < 0:
            return
        who, ordinal = met.person[shared], met.ordinal[shared]
        lane, at = self.lanes.lane[who], self.lanes.starts(who)
        number = self._share_number[lane] + np.arange(who.size, dtype=np.int64) - at[lane]
        self._share_number += np.diff(at)
        channel, second = (of(day, who, ordinal) for of in (self.occasions.channels, self.occasions.seconds))
        made = NewShares(who, ordinal, met.item[shared], channel, second, number)
        half_lives = np.array([c.half_life_hours for c in self.setting.content.channels])[channel]
        asked, keys = self.program.counts_contacts, self._keys[Stream.CLICK]
        gained = whole_contacts(self.state, who, answer, keys, self.lanes) if asked else None
        self.program.add(
            happenings(
                made,
                answer.clicks[: who.size],
                self.staff.zone[who],
                half_lives,
                self.clock,
                keys=keys,
                lanes=self.lanes,
                day=day,
                lead_factor=self._influence[self.staff.segment[who]] * self._channel_leads[channel],
                contacts=gained,
            )
        )

    def splits_by_run(self, dimensions: tuple[str, ...], crossed: bool) -> list[dict[str, dict[str, Floats]]]:
        """Daily outcomes of every group of employees, one mapping a run; `crossed` adds the groups within each arm."""
        return splits.by_split(self, self.pictures, self.days_observed, dimensions, crossed)
