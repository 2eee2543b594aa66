"""The model: a Mesa model whose day works on arrays. Read `_day` first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import mesa
import numpy as np
from mesa.datacollection import DataCollector
from numpy.typing import NDArray

from agents.audience.audience import Answer, Feelings, Posts, settled_fatigue, template_text
from agents.audience.corporate import CorporateDesk
from agents.employee import Employee
from agents.employees import decision, state
from agents.employees.learning import count_acts, fear_of_day, feel, learn
from agents.employees.meeting import Met, PersonColumns, RewardValues, Weights, meet
from agents.employees.occasion import occasion_of
from agents.employees.opportunities import Occasions
from agents.employees.settling import settled
from agents.observe import outcomes, splits
from agents.observe.flows import FlowLog
from agents.observe.measure import measure
from agents.parameters.parameters import Parameters
from agents.program.happenings import Made, happenings
from agents.program.incentives import Incentives
from agents.program.program import Programme
from agents.program.recognise import Recogniser, Thanks
from agents.setting.setting import Setting
from agents.world.clock import Clock
from agents.world.conditions import ConditionBook, Conditions
from agents.world.desk import publish_all, topics
from agents.world.network import Network, build_network
from agents.world.population import build_staff, draw_traits
from agents.world.timeline import Timeline
from engine.streams import Stream, stream_key, uniforms
from rewards.events import Event

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Stage: TypeAlias = "Callable[[AdvocacyModel, int, Incentives], None]"


class AdvocacyModel(mesa.Model):  # type: ignore[misc]
    """One company over one horizon.

    setting         what is simulated
    seed, run       name every draw; nothing else does, so two settings under one seed differ only where
                    they differ
    parameters      instead of the setting's own
    record_events   keep what happened as events (`recorded_events`)
    network         of a model of the same organisation, topics, parameters, days, seed and run: spares building it
    stage           called each day with (model, day, offer) to change what the program offers: for
                    experiments
                    whose reward is not a scheme

    Set `explain` to keep each day's occasions as arrays (`last_occasion`), for tests and teaching.
    `model.agents` holds an `Employee` view for each post-holder; `model.observe` is Mesa's DataCollector
    with a reporter for every
    outcome. One `step` is one calendar day; the burn-in days before day 0 are over when the constructor
    returns.
    """

    def __init__(
        self,
        setting: Setting,
        seed: int,
        run: int = 0,
        parameters: Parameters | None = None,
        record_events: bool = False,
        stage: Stage | None = None,
        network: Network | None = None,
    ) -> None:
        super().__init__(seed=seed % (1 << 32))
        self.setting, self.world_seed, self.run_number = setting, seed, run
        self.parameters = parameters or setting.parameters.resolve()
        first, last = -setting.burn_in_days, setting.horizon_days
        p = self.parameters
        self.staff = build_staff(setting.organisation, seed, run, first, last)
        self.traits = draw_traits(self.staff, p, seed, run)
        self.clock = Clock(self.staff.zones, setting.start_date, first, last)
        names = self.staff.segments
        delay = setting.policy.approval_delay_days
        self.items = publish_all(setting.content, names, delay, first, last, seed, run)
        n_topics = len(topics(setting.content, names))
        self.network = network or build_network(setting.organisation, self.staff, n_topics, p, seed, run)
        self.timeline = Timeline(setting, self.staff, seed, run)
        self.programme = Programme(
            self.timeline, self.staff, self.items, setting, self.clock, p, record_events
        )
        self.recogniser = Recogniser(self.timeline, self.staff, p, seed, run)
        self.occasions = Occasions(self.items, setting.content, seed, run)
        self.conditions = ConditionBook(self.timeline, setting, self.staff, self.traits, p.weekend_factor)
        before = settled(
            self.staff, self.traits, setting.content, *self.conditions.weekly(first), p, seed, run
        )
        self.state = state.State.fresh(self.staff, self.traits, before, p)
        self.corporate = CorporateDesk(setting, self.staff.size, self.items, p, seed, run)
        pages = settled_fatigue(self.network, self.corporate.posts_per_day, self.corporate.visibility, p)
        self.feelings = Feelings(self.network, p, seed, run, first, pages)
        self._keys = {s: stream_key(seed, s, run) for s in (Stream.CLICK, Stream.SANCTION, Stream.REDEMPTION)}
        self._stage = stage
        self._shared: set[int] = set()
        self._share_number = 0
        self._copies = np.zeros(len(self.items.ids))
        self.flows, self.pictures = FlowLog(), splits.Pictures()
        self.reached = np.zeros(self.network.graph.n_nodes, dtype=bool)
        self.today: dict[str, float] = dict.fromkeys(outcomes.MEASURED, 0.0)
        self.explain = False
        self.last_met: Met | None = None
        self.last_occasion: decision.Occasion | None = None
        self._weights = Weights.of(p)
        self._reward_values = RewardValues.none(self.staff.size)
        self._norms: tuple[Floats, float] | None = None
        for row in range(self.staff.size):
            Employee(self, row)
        # Mesa counts ids in a registry of all models ever made, which would keep each of them for good.
        Employee._ids.pop(self, None)
        self.observe = DataCollector(model_reporters={name: _reporter(name) for name in outcomes.MEASURED})
        self.prior_rate, self.rank = np.zeros(self.staff.size), np.zeros(self.staff.size, dtype=np.int64)
        self.day = first
        while self.day < 0:
            self._day()
        self._class_people()
        self.state.total_shares[:] = 0
        self.reached[:] = False

    @property
    def days_observed(self) -> int:
        """Days since day 0 that have been simulated."""
        return max(0, self.day)

    def step(self) -> None:
        """Simulate one day and collect its outcomes."""
        self._day()
        self.observe.collect(self)

    def run_for(self, days: int) -> None:
        """Simulate so many days."""
        for _ in range(days):
            self.step()

    def outcomes(self) -> dict[str, Floats]:
        """Daily values of every flow and stock: {name: float64[days]}."""
        collected = self.observe.model_vars
        return {name: np.array(collected[name], dtype=np.float64) for name in outcomes.MEASURED}

    def outcomes_by_split(
        self, dimensions: tuple[str, ...] = splits.DIMENSIONS, crossed: bool = False
    ) -> dict[str, dict[str, Floats]]:
        """Daily values of every group of employees; `crossed` adds each arm's part of each group (see `agents.observe.splits.by_split`)."""
        return splits.by_split(self, self.pictures, self.days_observed, dimensions, crossed)

    def recorded_events(self) -> list[Event]:
        """Events so far in canonical order. Raises RuntimeError when the model was told not to keep them."""
        return self.programme.recorded_events()

    def points_by_person(self) -> dict[str, int]:
        """Millipoints earned by everybody who was ever employed."""
        return dict(zip(self.staff.ids, (int(x) for x in self.programme.earned_millipoints()), strict=True))

    def _day(self) -> None:
        day = self.day
        if day == self.setting.split_day > 0:
            self._class_people()
        present, conditions = self.staff.present(day), self.conditions.on(day)
        offer = self.programme.incentives(day, self.state, present)
        if self._stage is not None and day >= 0:
            self._stage(self, day, offer)
        met = self._meet(day, offer, present, conditions)
        shared = self._sharers(met)
        posts = self._write(met, shared, offer, day)
        answer = self.feelings.answer(posts, day)
        self._remember(met, shared, answer, day)
        scored = self.programme.settle(day)
        shares = count_acts(self.state, met.person[shared], day)
        thanked = self._thank(shares, present)
        sanctions = self._learn(met, shared, answer, offer, conditions, shares, thanked.weight)
        sunday = self.clock.date_of(day).weekday() == 6
        paid = self._redeem() if sunday else 0.0
        if day >= 0:
            self.reached[self.feelings.last_seen_staff] = True
            self.today = measure(
                self,
                met,
                shared,
                posts,
                answer,
                scored,
                thanked.acts,
                present,
                {"sanctions": sanctions, "cost": paid},
            )
            if day % splits.WEEK_DAYS == splits.WEEK_DAYS - 1:
                self.pictures.take(self, day)
        if sunday:
            before = self.state.own_rate
            state.close_week(self.state, self.parameters)
            # Who has not joined yet comes with the memory of another place.
            self.state.own_rate = np.where(present, self.state.own_rate, before)
            self._norms = None
        self.day += 1

    def _class_people(self) -> None:
        # Prior activity and rank as they are on the morning of the split day.
        earned = self.programme.earned_millipoints().astype(np.float64)
        self.prior_rate = self.state.own_rate.copy()
        self.rank = splits.rank_codes(
            earned, self.state.total_shares.astype(np.float64), self.staff.present(self.day)
        )

    def _thank(self, shares: Ints, present: NDArray[np.bool_]) -> Thanks:
        codes = splits.prior_codes(self.prior_rate)
        prior = {name: codes == code for code, name in enumerate(splits.PRIOR)}
        quiet = self.clock.is_weekend(self.day)
        return self.recogniser.thank(self.day, quiet, shares, self.state.recent_total, present, prior)

    def _redeem(self) -> float:
        rows = np.arange(self.staff.size, dtype=np.int64)
        draws = uniforms(self._keys[Stream.REDEMPTION], self.day, rows)
        return self.programme.redeem(draws, self.day, self.staff.present(self.day))

    def _meet(self, day: int, offer: Incentives, present: NDArray[np.bool_], conditions: Conditions) -> Met:
        quiet, state_now, traits = int(self.clock.is_weekend(day)), self.state, self.traits
        seen, median = self._norm(present)
        columns = PersonColumns(
            base=traits.base,
            motivation=state_now.motivation,
            perceived_log=traits.perceived_log,
            feedback=state_now.feedback,
            weeks=offer.weeks,
            share_points=offer.share_points,
            click_points=offer.click_points,
            clicks_belief=state_now.clicks_belief,
            crowded=offer.crowding(self._points(offer)),
            public=np.maximum(offer.public, offer.prize_public),
            connectedness=traits.connectedness,
            steerer=traits.steerer,
            goal=offer.goal,
            own_rate=state_now.own_rate,
            norm_rate=seen,
            norm_message=offer.norm_shown * median,
            recognition=state_now.recognition,
            rank=offer.rank,
            rank_sensitivity=traits.rank_sensitivity,
            contest=offer.contest,
            intact=offer.intact,
            broken=offer.broken,
            habit=state_now.habit,
            friction=conditions.friction,
            fear=state_now.fear,
            fear_sensitivity=traits.fear_sensitivity,
            recent=state_now.recent_total,
        )
        at_work = present & ~self.staff.is_off(self.clock.start_ordinal + day)
        met = meet(
            np.flatnonzero(at_work),
            conditions.rates[quiet],
            conditions.silent[quiet],
            self.staff.segment,
            columns,
            self.occasions.on_offer(day),
            self._reward_values,
            self._weights,
            self.occasions.opportunity_key,
            self.occasions.decision_key,
            day,
        )
        self.last_met = met
        if self.explain:
            self.last_occasion = occasion_of(met, columns, self.staff, self.items, self.parameters)
        return met

    def _norm(self, present: NDArray[np.bool_]) -> tuple[Floats, float]:
        # The team's mean rate, and the median of those who share at all, which a message shows. Rates move on Sundays only.
        if self._norms is None:
            team, rate = self.staff.team[present], self.state.own_rate[present]
            heads = np.bincount(team, minlength=len(self.staff.teams))
            sums = np.bincount(team, weights=rate, minlength=heads.size)
            active = rate[rate > 1.0 / (2.0 * self.parameters.rate_weeks)]
            shown = float(np.median(active)) if active.size else 0.0
            self._norms = (sums / np.maximum(heads, 1))[self.staff.team], shown
        return self._norms

    def _sharers(self, met: Met) -> Ints:
        # Rows that end in a share; nobody shares one item twice.
        wanted = np.flatnonzero(met.draw < met.chance)
        keys = met.person[wanted] * len(self.items.ids) + met.item[wanted]
        fresh = []
        for row, key in zip(wanted.tolist(), keys.tolist(), strict=True):
            if key not in self._shared:
                self._shared.add(key)
                fresh.append(row)
        return np.array(fresh, dtype=np.int64)

    def _write(self, met: Met, shared: Ints, offer: Incentives, day: int) -> Posts:
        who, item, p = met.person[shared], met.item[shared], self.parameters
        believed = self._points(offer)
        points = believed[who]
        value = decision.reward_value(points, p)
        salience = decision.novelty(offer.weeks[who], p) * value / (1.0 + value)
        care = decision.effort(self.state.motivation[who], salience, offer.norm_shown[who], p)
        channels = self.setting.content.channels
        visibility = np.array([p.visibility if c.visibility is None else c.visibility for c in channels])
        own = Posts(
            source=who,
            ordinal=met.ordinal[shared],
            topic=self.items.topic[item],
            visibility=visibility[self.occasions.channels(day, who, met.ordinal[shared])],
            premium=np.full(who.size, p.peer_premium),
            effort=care,
            polish=np.minimum(self.items.polish[item] + template_text(care, self._copies[item], p), 1.0),
            useful=self.items.useful[item],
            promotional=self.items.promotional[item],
            disclosure=self.items.disclosure[item],
            tangible=offer.inferred(believed)[who],
        )
        np.add.at(self._copies, item, 1.0)
        pages = self.corporate.posts(day, self.clock.is_weekend(day))
        return Posts(*(np.concatenate(columns) for columns in zip(own, pages, strict=True)))

    def _remember(self, met: Met, shared: Ints, answer: Answer, day: int) -> None:
        if day < 0:
            return
        who, ordinal = met.person[shared], met.ordinal[shared]
        number = self._share_number + np.arange(who.size, dtype=np.int64)
        self._share_number += who.size
        channel = self.occasions.channels(day, who, ordinal)
        second = self.occasions.seconds(day, who, ordinal)
        made = Made(who, ordinal, met.item[shared], channel, second, number)
        half_lives = np.array([c.half_life_hours for c in self.setting.content.channels])[channel]
        self.programme.add(
            happenings(
                made,
                answer.clicks[: who.size],
                self.staff.zone[who],
                half_lives,
                self.parameters.leads_per_click,
                self.clock,
                self._keys[Stream.CLICK],
                day,
            )
        )

    def _learn(
        self,
        met: Met,
        shared: Ints,
        answer: Answer,
        offer: Incentives,
        conditions: Conditions,
        shares: Ints,
        thanked: Floats,
    ) -> int:
        p = self.parameters
        paid = offer.crowding(self._points(offer))
        learn(self.state, met, shared, answer, shares, p)
        feel(self.state, self.traits, shares, paid, thanked, p)
        key = self._keys[Stream.SANCTION]
        present = self.staff.present(self.day)
        return fear_of_day(
            self.state, self.staff, conditions, self.items, met, shared, present, key, self.day, p
        )

    def _points(self, offer: Incentives) -> Floats:
        # Points that everybody believes a share to bring.
        return offer.share_points + offer.click_points * self.state.clicks_belief


def _reporter(name: str) -> Callable[[AdvocacyModel], float]:
    def report(model: AdvocacyModel) -> float:
        return model.today[name]

    return report
