"""The posts that employees write on a day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.audience.appeal import appeal_of, channel_logs
from agents.audience.audience import Posts, template_text
from agents.employees import decision
from agents.employees.meeting import Opportunities
from agents.employees.opportunities import Occasions
from agents.employees.state import State
from agents.program.incentives import Incentives
from agents.setting.setting import Setting
from agents.world.conditions import Conditions
from agents.world.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Writing(NamedTuple):
    """Inputs of a day's posts.

    Opportunities, the rows of them that end in a share, incentives, points expected of each share, and conditions.
    """

    met: Opportunities
    shared: Ints
    offer: Incentives
    believed: Floats
    conditions: Conditions


class Writer:
    """Turns shares into posts, and counts how often each item was shared."""

    def __init__(self, world: World, setting: Setting, occasions: Occasions) -> None:
        self._world, self._occasions = world, occasions
        self._channels = setting.content.channels
        self.copies = np.zeros(len(world.items.ids))
        self._logs = np.stack(channel_logs(self._channels, np.arange(len(self._channels))))
        self._known = np.array([np.nan if c.visibility is None else c.visibility for c in self._channels])

    def written(self, today: Writing, state: State, day: int) -> Posts:
        """The posts of the day, one for each share."""
        met, shared, offer, believed, conditions = today
        items, who, item = self._world.items, met.person[shared], met.item[shared]
        p = self._world.lanes.of(who)
        value = decision.reward_value(believed, p)
        salience = decision.novelty(offer.weeks[who], p) * value / (1.0 + value)
        taught = conditions.trained[who].astype(np.float64)
        care = decision.effort(state.motivation[who], salience, offer.norm_shown[who], p, taught)
        channel = self._occasions.channels(day, who, met.ordinal[shared])
        logs = self._logs[:, channel]
        usual = np.where(np.isnan(self._known[channel]), p.visibility, self._known[channel])
        posts = Posts(
            source=self._world.staff_sources[who],
            ordinal=met.ordinal[shared],
            topic=items.topic[item],
            visibility=usual * self._reachable(who, state, conditions),
            premium=np.full(who.size, p.peer_premium),
            effort=care,
            polish=np.minimum(items.polish[item] + template_text(care, self.copies[item], p), 1.0),
            useful=items.useful[item],
            promotional=items.promotional[item],
            disclosure=items.disclosure[item],
            tangible=np.maximum(offer.tangible[who] * (believed > 0.0), offer.prize[who]),
            praises=items.praises[item],
            **appeal_of(items.appeal[item], (logs[0], logs[1], logs[2]), p),
        )
        np.add.at(self.copies, item, 1.0)
        return posts

    def _reachable(self, who: Ints, state: State, conditions: Conditions) -> Floats:
        # Exposure grows with contacts gained, less than proportionally, and falls with contacts lost.
        p, contacts = self._world.lanes.of(who), np.maximum(self._world.staff.contacts[who], 1)
        grown = np.exp((1.0 - p.size_exponent) * np.log1p(state.gained[who] / contacts))
        return np.asarray(conditions.audience[who] * grown)
