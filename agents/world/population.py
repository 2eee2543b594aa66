"""The simulated staff as arrays, from people rows or generated, with fixed traits and turnover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from agents.parameters.parameters import Parameters
from agents.setting.setting import Contacts, Organisation, Segment
from agents.world.draws import normals_each, uniforms_each
from agents.world.lanes import Lanes, keys_of
from engine.streams import Stream, normals, stream_key, uniforms
from rewards.clock import left_out
from rewards.people_file import PersonRow

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ALWAYS = 1 << 30
# Ordinals of the POPULATION stream, one for each trait.
CONTACT_BODY, CONTACT_TAIL, TAIL_SIZE, BASE, MOTIVATION, FEAR = 0, 1, 2, 3, 4, 5
STEERER, RANK, FEAR_SENSITIVITY, TRAINING, PART_TIME, LEAVING, REFILL, REGULAR = 6, 7, 8, 9, 10, 11, 12, 24


@dataclass(frozen=True)
class Staff:
    """The staff: one row an employee, joiners after the employees of the first day.

    joins, leaves   first day present and first day gone (`ALWAYS` where outside the simulated days)
    leave           int64[l, 3]: person, first and last date (ordinals) of leave, by person
    since           date (ordinal) of joining the company; 0 where it is not known
    """

    ids: tuple[str, ...]
    segment: Ints
    team: Ints
    zone: Ints
    contacts: Ints
    hours_share: Floats
    desk: Flags
    joins: Ints
    leaves: Ints
    since: Ints
    leave: Ints
    segments: tuple[str, ...]
    teams: tuple[str, ...]
    zones: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(self.ids)

    @classmethod
    def side_by_side(cls, staffs: Sequence[Staff]) -> Staff:
        """The staff of several runs of one organisation, concatenated."""
        if len(staffs) == 1:
            return staffs[0]
        first = np.cumsum([0, *(one.size for one in staffs)])
        leave = [one.leave + np.array([at, 0, 0]) for at, one in zip(first.tolist(), staffs, strict=False)]
        columns = ("segment", "team", "zone", "contacts", "hours_share", "desk", "joins", "leaves", "since")
        return cls(
            ids=tuple(chain.from_iterable(one.ids for one in staffs)),
            **{name: np.concatenate([getattr(one, name) for one in staffs]) for name in columns},
            leave=np.concatenate(leave),
            segments=staffs[0].segments,
            teams=staffs[0].teams,
            zones=staffs[0].zones,
        )

    def rows(self) -> list[PersonRow]:
        """The staff as rows of a people file, for the live program and `replay`."""
        leave: list[list[tuple[date, date]]] = [[] for _ in self.ids]
        for person, first, last in self.leave.tolist():
            leave[person].append((date.fromordinal(first), date.fromordinal(last)))
        return [
            PersonRow(
                id=name,
                segment=self.segments[int(self.segment[at])],
                team=self.teams[int(self.team[at])],
                timezone=self.zones[int(self.zone[at])],
                contacts=int(self.contacts[at]),
                desk="desk" if self.desk[at] else "non-desk",
                hours_share=float(self.hours_share[at]),
                leave=tuple(leave[at]),
                first_day=date.fromordinal(int(self.since[at])) if self.since[at] else None,
            )
            for at, name in enumerate(self.ids)
        ]

    def present(self, day: int) -> Flags:
        """bool[n]: employed on that day."""
        return self._always if self.steady else (self.joins <= day) & (day < self.leaves)

    @cached_property
    def steady(self) -> bool:
        """True where nobody ever joins or leaves."""
        return bool((self.joins == -ALWAYS).all() and (self.leaves == ALWAYS).all())

    @cached_property
    def _always(self) -> Flags:
        found = np.ones(self.size, dtype=bool)
        found.flags.writeable = False
        return found

    @cached_property
    def days_off(self) -> Ints:
        """int64[l, 3]: person, first and last date (ordinals) of leave and of dates skipped by the person's time zone, by person."""
        found = [tuple(row) for row in self.leave.tolist()]
        for code, zone in enumerate(self.zones):
            never = [day.toordinal() for _, day in left_out(zone)]
            people = np.flatnonzero(self.zone == code).tolist() if never else []
            found += [(person, day, day) for person in people for day in never]
        return np.array(sorted(found), dtype=np.int64).reshape(len(found), 3)

    def is_off(self, date: int) -> Flags:
        """bool[n]: on leave on `date` (ordinal), or in a time zone that skipped it."""
        off = np.zeros(self.size, dtype=bool)
        if self.days_off.size == 0:
            return off
        off[self.days_off[(self.days_off[:, 1] <= date) & (date <= self.days_off[:, 2]), 0]] = True
        return off


@dataclass(frozen=True)
class Traits:
    """Fixed traits of each employee, float64[n] unless stated otherwise (docs/model.md)."""

    base: Floats
    motivation: Floats
    fear: Floats
    connectedness: Floats
    perceived_log: Floats
    steerer: Floats
    rank_sensitivity: Floats
    fear_sensitivity: Floats
    training_draw: Floats
    opportunities_per_week: Floats


def contact_counts(law: Contacts, medians: Floats, key: np.uint64, rows: Ints) -> Ints:
    """int64[n]: lognormal counts, with a Pareto tail from the body's upper end for `tail_share` of the people."""
    body = medians * np.exp(law.sigma * normals(key, 0, rows, CONTACT_BODY))
    in_tail = uniforms(key, 0, rows, CONTACT_TAIL) < law.tail_share
    start = medians * np.exp(2.33 * law.sigma)
    tail = start * (1.0 - uniforms(key, 0, rows, TAIL_SIZE)) ** (-1.0 / law.tail_exponent)
    return np.clip(np.rint(np.where(in_tail, tail, body)), law.least, law.most).astype(np.int64)


def build_staff(
    organisation: Organisation,
    seed: int,
    run: int,
    first_day: int,
    last_day: int,
    *,
    named: Staff | None = None,
) -> Staff:
    """The staff of a run, including those who join between `first_day` and `last_day`.

    `named`: the result of `named_staff`, where it is already at hand.
    """
    staff = named or named_staff(organisation) or _generated(organisation, seed, run)
    if organisation.turnover.leavers_per_year == 0.0:
        return staff
    return _with_turnover(staff, organisation, seed, run, first_day, last_day=last_day)


def named_staff(organisation: Organisation) -> Staff | None:
    """The staff from the organisation's people rows, the same in every run; None where it has none and staff is generated."""
    return _from_rows(organisation.people) if organisation.people else None


def _from_rows(people: tuple[PersonRow, ...]) -> Staff:
    segments, segment = _codes([row.segment for row in people])
    teams, team = _codes([row.team for row in people])
    zones, zone = _codes([row.timezone for row in people])
    size = len(people)
    leave = [
        (at, first.toordinal(), last.toordinal())
        for at, row in enumerate(people)
        for first, last in row.leave
    ]
    return Staff(
        ids=tuple(row.id for row in people),
        segment=segment,
        team=team,
        zone=zone,
        contacts=np.array([row.contacts for row in people], dtype=np.int64),
        hours_share=np.array([row.hours_share for row in people], dtype=np.float64),
        desk=np.array([row.desk == "desk" for row in people], dtype=bool),
        joins=np.full(size, -ALWAYS, dtype=np.int64),
        leaves=np.full(size, ALWAYS, dtype=np.int64),
        since=np.array([row.first_day.toordinal() if row.first_day else 0 for row in people], dtype=np.int64),
        leave=np.array(leave, dtype=np.int64).reshape(len(leave), 3),
        segments=segments,
        teams=teams,
        zones=zones,
    )


def _codes(names: list[str]) -> tuple[tuple[str, ...], Ints]:
    known = {name: code for code, name in enumerate(dict.fromkeys(names))}
    return tuple(known), np.array([known[name] for name in names], dtype=np.int64)


def _generated(organisation: Organisation, seed: int, run: int) -> Staff:
    key = stream_key(seed, Stream.POPULATION, run)
    size = organisation.headcount or 0
    parts = organisation.segments
    rows = np.arange(size, dtype=np.int64)
    segment = _apportion(np.array([part.share for part in parts]), size)
    place = rows - np.searchsorted(segment, segment)
    first_team = np.concatenate([[0], np.cumsum([part.teams for part in parts])])
    team = first_team[segment] + place % np.array([part.teams for part in parts])[segment]
    zones, zone_of_part = _codes([part.timezone or organisation.timezone for part in parts])
    medians = np.array([part.contacts_median or organisation.contacts.median for part in parts])[segment]
    part_time = uniforms(key, 0, rows, PART_TIME) < np.array([part.part_time for part in parts])[segment]
    return Staff(
        ids=organisation.ids,
        segment=segment,
        team=team.astype(np.int64),
        zone=zone_of_part[segment],
        contacts=contact_counts(organisation.contacts, medians, key, rows),
        hours_share=np.where(part_time, 0.5, 1.0),
        desk=np.array([part.desk == "desk" for part in parts])[segment],
        joins=np.full(size, -ALWAYS, dtype=np.int64),
        leaves=np.full(size, ALWAYS, dtype=np.int64),
        since=np.zeros(size, dtype=np.int64),
        leave=np.empty((0, 3), dtype=np.int64),
        segments=tuple(part.name for part in parts),
        teams=tuple(_team_names(parts)),
        zones=zones,
    )


def _team_names(parts: tuple[Segment, ...]) -> list[str]:
    return [f"{part.name}-{number + 1}" for part in parts for number in range(part.teams)]


def _apportion(shares: Floats, size: int) -> Ints:
    # Largest remainders: the parts add up to the headcount exactly.
    exact = shares / shares.sum() * size
    counts = np.floor(exact).astype(np.int64)
    most = np.argsort(-(exact - counts), kind="stable")[: size - int(counts.sum())]
    counts[most] += 1
    return np.repeat(np.arange(shares.size, dtype=np.int64), counts)


def _with_turnover(
    staff: Staff, organisation: Organisation, seed: int, run: int, first_day: int, *, last_day: int
) -> Staff:
    key = stream_key(seed, Stream.ATTRITION, run)
    hazard = 1.0 - (1.0 - min(organisation.turnover.leavers_per_year, 0.999999)) ** (1.0 / 365.0)
    origin, joins, leaves = [np.arange(staff.size)], [staff.joins], []
    start = np.full(staff.size, first_day, dtype=np.int64)
    begin, waiting = 0, np.arange(staff.size)
    refill = organisation.turnover.days_to_refill
    while waiting.size:
        rows = np.arange(begin, begin + waiting.size, dtype=np.int64)
        stay = np.floor(np.log1p(-uniforms(key, 0, rows, LEAVING)) / np.log1p(-hazard)).astype(np.int64)
        gone = start + np.minimum(stay, ALWAYS)
        leaves.append(np.where(gone <= last_day, gone, ALWAYS))
        begin += waiting.size
        refilled = (gone + refill <= last_day) & (
            uniforms(key, 0, rows, REFILL) < organisation.turnover.replaced
        )
        waiting, start = waiting[refilled], gone[refilled] + refill
        if waiting.size:
            origin.append(waiting)
            joins.append(start)
    source = np.concatenate(origin)
    newcomers = source.size - staff.size
    rows = np.arange(staff.size, source.size, dtype=np.int64)
    median = max(float(np.median(staff.contacts)), 1.0)
    fresh = contact_counts(organisation.contacts, np.full(newcomers, median), key, rows)
    return Staff(
        ids=staff.ids + tuple(f"new{number + 1:06d}" for number in range(newcomers)),
        segment=staff.segment[source],
        team=staff.team[source],
        zone=staff.zone[source],
        contacts=np.concatenate([staff.contacts, fresh]),
        hours_share=staff.hours_share[source],
        desk=staff.desk[source],
        joins=np.concatenate(joins),
        leaves=np.concatenate(leaves),
        since=np.concatenate([staff.since, np.zeros(newcomers, dtype=np.int64)]),
        leave=staff.leave,
        segments=staff.segments,
        teams=staff.teams,
        zones=staff.zones,
    )


def draw_traits(staff: Staff, lanes: Lanes) -> Traits:
    """Draw the fixed traits of everybody in each run, each trait from its own ordinal of the POPULATION stream.

    `training_draw` is uniform: a policy that trains a share of the staff trains those with a draw below it, so that a larger share
    includes everybody of a smaller one.
    """
    keys, p = keys_of(lanes.draws, Stream.POPULATION), lanes.rows

    def uniform(ordinal: int) -> Floats:
        return uniforms_each(keys, lanes.lane, 0, lanes.own, ordinal)

    def normal(ordinal: int) -> Floats:
        return normals_each(keys, lanes.lane, 0, lanes.own, ordinal)

    motivation = _logistic(lanes.by_law(_usual_motivation) + p.motivation_spread * normal(MOTIVATION))
    mean: Floats | float = p.motivation_mean
    extreme = np.equal(mean, 0.0) | np.equal(mean, 1.0)
    fear = np.clip(p.fear_mean + p.fear_spread * normal(FEAR), 0.0, 1.0)
    hours = staff.hours_share * np.where(staff.desk, 1.0, p.non_desk_opportunities)
    regular = uniform(REGULAR) < p.regular_share
    # Lognormal with mean 1.
    spread, shift = p.sensitivity_spread, lanes.by_law(lambda one: 0.5 * one.sensitivity_spread**2)
    return Traits(
        base=p.base_log_odds + p.base_spread * normal(BASE) + p.regular_log_odds * regular,
        motivation=np.where(extreme, mean, motivation),
        fear=fear,
        connectedness=_standardised(np.log(np.maximum(staff.contacts, 1)), lanes),
        perceived_log=np.log1p(p.perceived_share * staff.contacts),
        steerer=(uniform(STEERER) < p.steerer_share).astype(np.float64),
        rank_sensitivity=np.exp(spread * normal(RANK) - shift),
        fear_sensitivity=np.exp(spread * normal(FEAR_SENSITIVITY) - shift),
        training_draw=uniform(TRAINING),
        opportunities_per_week=p.opportunities_per_week * hours,
    )


def _usual_motivation(p: Parameters) -> float:
    """The log-odds around which motivation spreads."""
    # The variance of a logit-normal level shifts its mean towards one half; a small correction keeps the stated mean.
    centre = np.log(p.motivation_mean / (1.0 - p.motivation_mean)) if 0.0 < p.motivation_mean < 1.0 else 0.0
    return float(centre * np.sqrt(1.0 + np.pi * p.motivation_spread**2 / 8.0))


def _standardised(values: Floats, lanes: Lanes) -> Floats:
    """The values less their mean in standard deviations, both of each run; 0 where nobody differs."""
    found = np.zeros(values.size)
    # Runs of one size at once, in the order of sums that one alone has.
    parts = (
        [(values.reshape(lanes.count, -1), found.reshape(lanes.count, -1))]
        if lanes.even
        else [(values[part][np.newaxis], found[part][np.newaxis]) for part in lanes.parts()]
    )
    for mine, out in parts:
        spread = mine.std(axis=1, keepdims=True)
        np.divide(mine - mine.mean(axis=1, keepdims=True), spread, out=out, where=spread > 0.0)
    return found


def _logistic(x: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-x))
    return result
