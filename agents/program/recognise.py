"""Thanks: public recognition by the rule of the phase or the scheme's highlights, and kudos between colleagues."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.setting.setting import Recognition
from agents.world.conditions import opportunity_days
from agents.world.draws import uniforms_each
from agents.world.population import Staff
from agents.world.timeline import Timeline
from engine.streams import Stream, poissons, stream_key, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RULES_DAY, KUDOS_DAY = 0, 1 << 24
NEWCOMER_DAYS = 90


class Thanks(NamedTuple):
    """One day's recognition, float64[n]: its weight for each receiver (one public thank-you counts 1), and the acts."""

    weight: Floats
    acts: Floats


class Recogniser:
    """Decides who is thanked on a day, and remembers who ever was (`ever`, bool[n])."""

    def __init__(self, timeline: Timeline, staff: Staff, p: Parameters, seed: int, run: int) -> None:
        self._timeline, self._staff, self._p = timeline, staff, p
        self._key = stream_key(seed, Stream.RECOGNITION, run)
        self._rows = np.arange(staff.size, dtype=np.int64)
        self._since: dict[tuple[int, int, Recognition], Ints] = {}
        self.ever = np.zeros(staff.size, dtype=bool)

    def thank(
        self, day: int, weekend: bool, shares: Ints, recent: Floats, present: Flags, prior: dict[str, Flags]
    ) -> Thanks:
        """Thanks of `day`: `shares` are today's, `recent` those of the last seven days; `prior` are the classes of prior activity."""
        weight, acts = np.zeros(self._rows.size), np.zeros(self._rows.size)
        for group in range(len(self._timeline.names)):
            members = present & (self._timeline.group == group)
            for since, rule in self._rules(group, day):
                counted = self._since.setdefault(
                    (group, since, rule), np.zeros(self._rows.size, dtype=np.int64)
                )
                counted += shares
                if due(since, rule, day):
                    chosen = self._chosen(rule, members & self._concerned(rule, day, prior), counted, day)
                    weight[chosen] += 1.0 if rule.publicity == "public" else self._p.kudos_weight
                    acts[chosen] += 1.0
                    counted[:] = 0
            scheme = self._timeline.phase(group, day).scheme
            if scheme is not None and scheme.recognition.kudos is not None:
                received = self._kudos(day, weekend, members, recent, present)
                weight += self._p.kudos_weight * received
                acts += received
        self.ever |= acts > 0.0
        return Thanks(weight, acts)

    def _rules(self, group: int, day: int) -> list[tuple[int, Recognition]]:
        # (first day, rule): of the phase, and of the scheme's highlights, which reward the best few.
        phase = self._timeline.phase(group, day)
        rules = [] if phase.recognition is None else [(phase.day, phase.recognition)]
        if phase.scheme is not None:
            began = self._timeline.scheme_began(group, day)
            for highlight in phase.scheme.recognition.highlights:
                share, every = float(highlight.share), highlight.every_days
                publicity = highlight.nature.publicity
                rule = Recognition(rule="exclusive", share=share, every_days=every, publicity=publicity)
                rules.append((began, rule))
        return rules

    def _concerned(self, rule: Recognition, day: int, prior: dict[str, Flags]) -> Flags:
        if rule.among == "everyone":
            return np.ones(self._rows.size, dtype=bool)
        if rule.among == "newcomers":
            return self._staff.joins > day - NEWCOMER_DAYS
        return prior[rule.among.removeprefix("prior-")]

    def _chosen(self, rule: Recognition, members: Flags, counted: Ints, day: int) -> Flags:
        draws = uniforms(self._key, RULES_DAY + day, self._rows)
        if rule.rule == "random":
            return members & (draws < rule.share)
        if rule.rule == "threshold":
            return members & (counted >= rule.shares)
        sharers = np.flatnonzero(members & (counted > 0))
        best = sharers[np.lexsort((draws[sharers], -counted[sharers]))]
        chosen = np.zeros(self._rows.size, dtype=bool)
        # Seven hundredths of a hundred people are seven, although the product of the floats is a little more.
        chosen[best[: int(np.ceil(round(rule.share * float(members.sum()), 9)))]] = True
        return chosen

    def _kudos(self, day: int, weekend: bool, members: Flags, recent: Floats, present: Flags) -> Floats:
        # Colleagues thank those whose shares they saw this week.
        givers = np.flatnonzero(members)
        worth_thanking = np.flatnonzero(present & (recent > 0.0))
        if worth_thanking.size == 0:
            return np.zeros(self._rows.size)
        factor = self._p.weekend_factor
        rate = self._p.kudos_per_week * (factor if weekend else 1.0) / opportunity_days(factor)
        counts = poissons(uniforms(self._key, KUDOS_DAY + day, givers), rate)
        giver = np.repeat(givers, counts)
        ordinal = np.arange(giver.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        draws = uniforms_each(self._key, KUDOS_DAY + day, giver, ordinal)
        receiver = worth_thanking[np.floor(draws * worth_thanking.size).astype(np.int64)]
        kept = receiver[receiver != giver]
        return np.bincount(kept, minlength=self._rows.size).astype(np.float64)


def due(first_day: int, rule: Recognition, day: int) -> bool:
    """Thanks are given at the end of every `every_days` days from `first_day`, at most `times` times."""
    passed = day - first_day + 1
    return passed % rule.every_days == 0 and (rule.times is None or passed // rule.every_days <= rule.times)
