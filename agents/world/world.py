"""The exogenous part of a run: staff, audience network and content, independent of the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agents.setting.setting import Setting
from agents.world.desk import Items, publish_all, topics
from agents.world.lanes import Draw, Floats, Ints, Lanes
from agents.world.network import Networks, build_networks
from agents.world.population import Staff, Traits, build_staff, draw_traits, named_staff


@dataclass(frozen=True, eq=False)
class World:
    """The worlds of R runs, concatenated. Settings with the same organisation, content and length can share one."""

    lanes: Lanes
    staffs: tuple[Staff, ...]
    staff: Staff
    traits: Traits
    items: Items
    networks: Networks

    @classmethod
    def of(cls, setting: Setting, draws: Sequence[Draw]) -> World:
        """Build the worlds of a setting, one a draw."""
        first, last = -setting.burn_in_days, setting.horizon_days
        named = named_staff(setting.organisation)
        staffs = tuple(
            build_staff(setting.organisation, draw.seed, draw.run, first, last, named=named) for draw in draws
        )
        staff, lanes = Staff.side_by_side(staffs), Lanes(draws, [each.size for each in staffs])
        names, delay = staff.segments, setting.policy.approval_delay_days
        return cls(
            lanes=lanes,
            staffs=staffs,
            staff=staff,
            traits=draw_traits(staff, lanes),
            items=publish_all(setting.content, names, delay, first, last, draws=draws),
            networks=build_networks(setting.organisation, staffs, len(topics(setting.content, names)), lanes),
        )

    @cached_property
    def staff_sources(self) -> Ints:
        """int64[n]: index of each employee among the sources of the networks."""
        found: Ints = self.networks.sources[self.lanes.lane] + self.lanes.own
        return found

    @cached_property
    def degrees(self) -> Floats:
        """float64[sources]: number of contacts of each."""
        return np.asarray(self.networks.degrees, dtype=np.float64)

    @cached_property
    def staff_ties(self) -> tuple[Floats, Floats]:
        """float64[R, n] and float64[R], for runs of equal size: contacts of each employee, and their sum (at least 1)."""
        ties = self.degrees.reshape(self.lanes.count, -1)[:, : int(self.networks.employees[0])]
        return ties, np.maximum(1.0, ties.sum(axis=1))

    @cached_property
    def page_ties(self) -> tuple[Floats, Floats]:
        """The same for the company's pages."""
        ties = self.degrees.reshape(self.lanes.count, -1)[:, int(self.networks.employees[0]) :]
        return ties, np.maximum(1.0, ties.sum(axis=1))
