"""Recognition: public thanks by the rule of the phase or the scheme's highlights, and kudos between colleagues."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.setting.setting import Recognition
from agents.world.conditions import opportunity_days
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes
from agents.world.population import Staff
from agents.world.timeline import Timeline
from engine.kernels import kernel
from engine.signatures import I64, F64In, F64Out, I64In, I64Out, U8In, U64In
from engine.streams import INVERSION_LIMIT, Stream, poisson_from_uniform, uniform
from rewards.scheme.scheme import IncentiveScheme

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RULES_DAY, KUDOS_DAY = 0, 1 << 24
NEWCOMER_DAYS = 90


@kernel(U64In, I64In, U8In, F64In, I64, F64Out, I64Out, I64Out, returns=I64)
def give(
    keys: Any, first: Any, among: Any, rates: Any, day: Any, draws: Any, givers: Any, counts: Any
) -> Any:  # fmt: skip
    """Write who of `among` gives kudos today, and how many, to `givers` and `counts`; return the number of givers.

    `rates` is the expected number per person, by run; `draws` is scratch for the draws of one run.
    """
    found = 0
    for r in range(keys.size):
        if not rates[r] > 0.0:
            continue
        key, rate, there = keys[r], rates[r], among[first[r] : first[r + 1]]
        # Drawn for everybody in a loop of its own, so that the compiler takes several people at once.
        for i in range(there.size):
            draws[i] = uniform(key, day, i, 0)
        # Most people give none.
        none = math.exp(-rate) if rate <= INVERSION_LIMIT else 0.0
        for i in range(there.size):
            if draws[i] >= none and there[i] != 0:
                count = poisson_from_uniform(draws[i], rate)
                if count > 0:
                    givers[found], counts[found] = first[r] + i, count
                    found += 1
    return found


class Thanks(NamedTuple):
    """One day's recognition, float64[n] each: its weight for the receiver (one public thank-you counts 1), and the number of acts."""

    weight: Floats
    acts: Floats

    def joined_by(self, celebrated: Flags) -> Thanks:
        """The same with one more public thank-you for each of `celebrated`."""
        if not celebrated.any():
            return self
        return Thanks(self.weight + celebrated, self.acts + celebrated)


class Recogniser:
    """Decides who is thanked on a day; `ever` (bool[n]) marks those who have been thanked at least once."""

    def __init__(self, timeline: Timeline, staff: Staff, motivation: Floats, lanes: Lanes) -> None:
        self._timeline, self._staff, self._lanes = timeline, staff, lanes
        self._keys = lanes.keys(Stream.RECOGNITION)
        self._rows = np.arange(staff.size, dtype=np.int64)
        self._nothing = np.broadcast_to(0.0, staff.size)
        self._nobody = np.zeros(staff.size, dtype=bool)
        self._nobody.flags.writeable = False
        self._highlights: dict[int, list[Recognition]] = {}
        self._since: dict[tuple[int, int, Recognition], Ints] = {}
        self._late: dict[int, list[tuple[Recognition, Flags]]] = {}
        middle = np.array([np.median(motivation[part]) for part in lanes.parts()])
        self._keen: Flags = motivation >= middle[lanes.lane]
        self.ever = np.zeros(staff.size, dtype=bool)

    def thank(
        self,
        day: int,
        weekend: bool,
        shares: Ints,
        recent: Floats,
        present: Flags,
        *,
        prior: dict[str, Flags],
    ) -> Thanks:
        """The recognition of `day`: `shares` are today's, `recent` those of the last seven days, `prior` the classes of prior activity."""
        weight, acts, given = self._nothing, self._nothing, self._lanes.rows
        for group in range(len(self._timeline.names)):
            scheme, rules = self._timeline.phase(group, day).scheme, self._rules(group, day)
            kudos = scheme is not None and scheme.recognition.kudos is not None
            if not rules and not kudos:
                continue
            if rules and weight is self._nothing:
                weight, acts = np.zeros(self._rows.size), np.zeros(self._rows.size)
            alone = self._timeline.members(group) is None
            members = present if alone else present & (self._timeline.group == group)
            for since, rule in rules:
                counted = self._counted(group, since, rule)
                counted += shares
                if due(since, rule, day):
                    chosen = self._chosen(rule, members & self._concerned(rule, day, prior), counted, day)
                    if rule.delay_days:
                        self._late.setdefault(day + rule.delay_days, []).append((rule, chosen))
                    else:
                        self._give(rule, chosen, weight, acts)
                    counted[:] = 0
            if kudos:
                received = self._kudos(day, weekend, members, recent, present)
                thanks = given.kudos_weight * received
                nothing_yet = weight is self._nothing
                weight, acts = (thanks, received) if nothing_yet else (weight + thanks, acts + received)
        for rule, chosen in self._late.pop(day, []):
            if weight is self._nothing:
                weight, acts = np.zeros(self._rows.size), np.zeros(self._rows.size)
            self._give(rule, chosen & present, weight, acts)
        if acts is not self._nothing:
            self.ever |= acts > 0.0
        return Thanks(weight, acts)

    def pull(self, day: int, taking: Flags, prior: dict[str, Flags]) -> tuple[Floats, Flags]:
        """float64[n]: proximity of each employee to an announced award; bool[n]: who can still win a tangible one."""
        near, prize = self._nothing, self._nobody
        for group in range(len(self._timeline.names)):
            announced = [one for one in self._rules(group, day) if one[1].expectation == "announced"]
            members = taking & (self._timeline.group == group) if announced else taking
            for since, rule in announced:
                if rule.times is not None and (day - since) // rule.every_days >= rule.times:
                    continue
                concerned = members & self._concerned(rule, day, prior)
                within = self._within_reach(rule, concerned, self._counted(group, since, rule))
                near = np.maximum(near, within)
                if rule.worth == "tangible":
                    prize = prize | (concerned & (within > 0.0))
        return near, prize

    def _within_reach(self, rule: Recognition, concerned: Flags, counted: Ints) -> Floats:
        lanes = self._lanes
        if rule.rule == "random":
            return np.asarray(concerned * rule.share, dtype=np.float64)
        if rule.rule == "threshold":
            open_still = concerned & (counted < rule.shares)
            near = np.minimum(1.0, (counted + 1.0) / rule.shares)
            return np.asarray(open_still * np.exp(lanes.rows.goal_exponent * np.log(near)), dtype=np.float64)
        # The pull is strongest at the last awarded place; without shares so far it is the fraction of places that are awarded.
        near, heads = np.asarray(concerned * rule.share, dtype=np.float64), lanes.counts(concerned)
        sharers = np.flatnonzero(concerned & (counted > 0))
        order = sharers[np.lexsort((-counted[sharers], lanes.lane[sharers]))]
        at = lanes.starts(sharers)
        places = np.maximum(1.0, rule.share * heads)[lanes.lane[order]]
        rank = np.arange(order.size) - at[lanes.lane[order]] + 1.0
        near[order] = np.maximum(near[order], 1.0 - np.abs(rank - places) / places)
        return near

    def _counted(self, group: int, since: int, rule: Recognition) -> Ints:
        return self._since.setdefault((group, since, rule), np.zeros(self._rows.size, dtype=np.int64))

    def _give(self, rule: Recognition, chosen: Flags, weight: Floats, acts: Floats) -> None:
        rows = np.flatnonzero(chosen)
        p = self._lanes.of(rows)
        given = 1.0 if rule.publicity == "public" else p.kudos_weight
        given = given * (p.anonymous_thanks if rule.giver == "nobody" else 1.0)
        weight[rows] += given * np.exp2(-rule.delay_days / p.late_half_life_days)
        acts[rows] += 1.0

    def _rules(self, group: int, day: int) -> list[tuple[int, Recognition]]:
        # (first day, rule) of the phase's recognition, and of the scheme's highlights, which recognise the best few.
        phase = self._timeline.phase(group, day)
        rules = [] if phase.recognition is None else [(phase.day, phase.recognition)]
        if phase.scheme is not None:
            began = self._timeline.scheme_began(group, day)
            rules += [(began, rule) for rule in self._of_highlights(phase.scheme)]
        return rules

    def _of_highlights(self, scheme: IncentiveScheme) -> list[Recognition]:
        # Equal schemes are the same object in a timeline, so that the identity can be the key.
        if id(scheme) not in self._highlights:
            self._highlights[id(scheme)] = [
                Recognition(
                    rule="exclusive",
                    share=float(highlight.share),
                    every_days=highlight.every_days,
                    publicity=highlight.nature.publicity,
                    expectation="announced" if highlight.nature.expectation == "expected" else "surprise",
                )
                for highlight in scheme.recognition.highlights
            ]
        return self._highlights[id(scheme)]

    def _concerned(self, rule: Recognition, day: int, prior: dict[str, Flags]) -> Flags:
        if rule.among == "everyone":
            return np.ones(self._rows.size, dtype=bool)
        if rule.among == "newcomers":
            return self._staff.joins > day - NEWCOMER_DAYS
        if rule.among.startswith("motivation"):
            return self._keen if rule.among == "motivation-high" else ~self._keen
        return prior[rule.among.removeprefix("prior-")]

    def _chosen(self, rule: Recognition, members: Flags, counted: Ints, day: int) -> Flags:
        lanes = self._lanes
        draws = uniforms_each(self._keys, lanes.lane, RULES_DAY + day, lanes.own)
        if rule.rule == "random":
            return members & (draws < rule.share)
        if rule.rule == "threshold":
            return members & (counted >= rule.shares)
        sharers = np.flatnonzero(members & (counted > 0))
        best = sharers[np.lexsort((draws[sharers], -counted[sharers], lanes.lane[sharers]))]
        chosen, at = np.zeros(self._rows.size, dtype=bool), lanes.starts(sharers).tolist()
        for run, heads in enumerate(lanes.counts(members).tolist()):
            # 0.07 · 100 is slightly above 7 in floating point: round before taking the ceiling.
            places = int(np.ceil(round(rule.share * float(heads), 9)))
            chosen[best[at[run] : min(at[run] + places, at[run + 1])]] = True
        return chosen

    def _kudos(self, day: int, weekend: bool, members: Flags, recent: Floats, present: Flags) -> Floats:
        # Kudos go to colleagues who shared in the last seven days.
        lanes = self._lanes
        worth_thanking = np.flatnonzero(present & (recent > 0.0))
        at = lanes.starts(worth_thanking)
        several = np.diff(at)
        if not several.any():
            # Of their own: whoever is thanked beside is written to them.
            return np.zeros(self._rows.size)
        factor = lanes.laws.each.weekend_factor
        rate = lanes.laws.each.kudos_per_week * (factor if weekend else 1.0) / opportunity_days(factor)
        rates = np.where(several > 0, rate, 0.0)
        size = self._rows.size
        givers, counts, draws = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64), np.empty(size)
        among = members.view(np.uint8)
        found = give(self._keys, lanes.first, among, rates, KUDOS_DAY + day, draws, givers, counts)
        givers, counts = givers[:found], counts[:found]
        giver = np.repeat(givers, counts)
        ordinal = np.arange(giver.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        lane = lanes.lane[giver]
        drawn = uniforms_each(self._keys, lane, KUDOS_DAY + day, lanes.own[giver], ordinal)
        receiver = worth_thanking[at[lane] + np.floor(drawn * several[lane]).astype(np.int64)]
        received = np.zeros(size)
        np.add.at(received, receiver[receiver != giver], 1.0)
        return received


def due(first_day: int, rule: Recognition, day: int) -> bool:
    """True on the last day of each period of `every_days` days from `first_day`, for at most `times` periods."""
    passed = day - first_day + 1
    return passed % rule.every_days == 0 and (rule.times is None or passed // rule.every_days <= rule.times)
