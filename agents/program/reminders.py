"""Reminders to the enrolled: opening rates that decline, and annoyance where there are more than people want."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes
from agents.world.population import Staff
from engine.streams import normals

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WORKING_DAYS, MOST_A_WEEK = 5, 50.0
# Ordinals of the MEMBERSHIP stream, after those of joining and lapsing; and a day number beyond any horizon, for traits.
REQUEST, OPT_OUT, OPEN = 8, 16, 64
TRAITS_DAY, WANTED = 1 << 40, 2


def in_sight(per_week: float, ordinal: int) -> int:
    """Number of reminders sent on a date (ordinal): spread evenly over working days."""
    week, weekday = divmod(ordinal - 1, 7)
    if weekday >= WORKING_DAYS:
        return 0
    number = WORKING_DAYS * week + weekday
    before, after = (np.floor(round(per_week * at / WORKING_DAYS, 9)) for at in (number, number + 1))
    return int(after - before)


def opening(weeks: Floats, annoyance: Floats, per_week: float, p: Parameters) -> Floats:
    """Chance that a reminder is opened: decays with the weeks to a floor, and falls with the number sent and with annoyance.

    (o∞ + (o₀ − o∞) · 2^(−weeks / τ_o)) · max(1, n)^(ε − 1) · exp(−θ_o · A)
    """
    curious = p.digest_floor + (p.digest_first - p.digest_floor) * np.exp2(-weeks / p.digest_half_life_weeks)
    crowd = max(1.0, per_week) ** (p.digest_elasticity - 1.0)
    chance: Floats = np.minimum(1.0, curious * crowd * np.exp(-p.annoyance_opening * annoyance))
    return chance


def annoyed_by(per_week: float, wanted: Floats, p: Parameters) -> Floats:
    """Annoyance added by one reminder, g · max(0, 1 − wanted / n): 0 up to the wanted number a week."""
    felt: Floats = p.annoyance_gain * np.maximum(0.0, 1.0 - wanted / max(per_week, 1e-9))
    return felt


def best_a_week(p: Parameters) -> float:
    """The number of reminders a week that maximises opened reminders at stationary annoyance.

    Averaged over people who want different numbers. `MOST_A_WEEK` where there is no interior maximum.
    """
    points, weights = np.polynomial.hermite_e.hermegauss(15)
    wanted = p.digests_wanted * np.exp(p.digests_wanted_spread * points)
    numbers = np.arange(0.25, MOST_A_WEEK + 0.25, 0.25)
    strain = p.annoyance_opening * p.annoyance_gain * p.annoyance_half_life_weeks / np.log(2.0)
    left = np.exp(-strain * np.maximum(0.0, numbers[:, np.newaxis] - wanted)) @ weights
    return float(numbers[np.argmax(numbers * np.maximum(1.0, numbers) ** (p.digest_elasticity - 1.0) * left)])


class Reminders:
    """State of reminders: `annoyance` and the fraction `opened` of recent digests, float64[n] each.

    `since` is int64[n], the day of joining; `off` marks those who turned reminders off.
    """

    def __init__(self, staff: Staff, lanes: Lanes, keys: NDArray[np.uint64]) -> None:
        n = staff.size
        self._lanes, self._keys = lanes, keys
        self.since = np.zeros(n, dtype=np.int64)
        self._fresh_from = np.zeros(n)
        self._by_default, self.off = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self.annoyance, self.opened = np.zeros(n), np.ones(n)
        self._wanted: Floats | None = None
        self._halves: Floats | float = 0.0

    @property
    def wanted(self) -> Floats:
        """float64[n]: number of reminders a week up to which each is not annoyed."""
        if self._wanted is None:
            p, lanes = self._lanes.rows, self._lanes
            drawn = [
                normals(key, TRAITS_DAY, lanes.own[part], WANTED)
                for key, part in zip(self._keys, lanes.parts(), strict=True)
            ]
            self._wanted = p.digests_wanted * np.exp(p.digests_wanted_spread * np.concatenate(drawn))
            self._halves = np.exp2(-1.0 / (7.0 * p.annoyance_half_life_weeks))
        return self._wanted

    def begin(self, day: int, joining: Flags, by_default: bool) -> None:
        """Start reminders for those who enrol today."""
        self.since[joining], self._fresh_from[joining] = day, day
        self._by_default[joining], self.opened[joining] = by_default, 1.0
        self.off[joining] = False

    def renew(self, day: int, members: Flags) -> None:
        """Relaunch: reset a part of the time since enrolment, so that reminders are partly novel again."""
        kept = 1.0 - np.broadcast_to(self._lanes.rows.novelty_renewal, self.annoyance.shape)[members]
        self._fresh_from[members] = day - (day - self._fresh_from[members]) * kept

    def fade(self) -> None:
        """Let annoyance decay by one day."""
        _ = self.wanted
        self.annoyance *= self._halves

    def send(self, day: int, to: Flags, number: int, per_week: float) -> tuple[Floats, Floats]:
        """float64[n] each: number of today's reminders opened, and 1 for those who turn reminders off for good."""
        rows = np.flatnonzero(to & ~self.off)
        opened, out = np.zeros(self.off.size), np.zeros(self.off.size)
        p, lanes = self._lanes.of(rows), self._lanes
        weeks = (day - self._fresh_from[rows]) / 7.0
        chance = opening(weeks, self.annoyance[rows], per_week, p)
        chance = np.where(self._by_default[rows], p.default_opening, 1.0) * chance
        memory = 1.0 / np.maximum(1.0, p.opened_memory_weeks * per_week)
        staying = 1.0 - np.minimum(1.0, p.opt_out_base * np.exp(p.annoyance_leaving * self.annoyance[rows]))
        for one in range(number):
            drawn = uniforms_each(self._keys, lanes.lane[rows], day, lanes.own[rows], OPEN + one) < chance
            opened[rows] += drawn
            self.opened[rows] += (drawn - self.opened[rows]) * memory
        turned = uniforms_each(self._keys, lanes.lane[rows], day, lanes.own[rows], OPT_OUT)
        leaving = rows[turned >= staying**number]
        out[leaving] = 1.0
        self.off[leaving] = True
        self.annoyance[rows] += number * annoyed_by(per_week, self.wanted[rows], p)
        return opened, out

    def request(self, day: int, to: Flags) -> Ints:
        """Rows of those who read a request sent to `to` today; the message annoys like one unwanted reminder."""
        rows = np.flatnonzero(to)
        p, lanes = self._lanes.of(rows), self._lanes
        chance = p.digest_first * np.exp(-p.annoyance_opening * self.annoyance[rows])
        self.annoyance[rows] += p.annoyance_gain
        drawn = uniforms_each(self._keys, lanes.lane[rows], day, lanes.own[rows], REQUEST)
        found: Ints = rows[drawn < chance]
        return found
