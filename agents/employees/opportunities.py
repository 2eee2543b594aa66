"""Sharing opportunities of a day: items on offer, and the channel and time of each share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.employees.meeting import ItemColumns
from agents.setting.setting import Content
from agents.world.clock import WORKDAY_BEGINS_SECONDS, WORKDAY_SECONDS
from agents.world.desk import Items
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes
from engine.streams import Stream

Ints = NDArray[np.int64]


class Occasions:
    """Draws items, channels and times; every draw is keyed by (seed, run, day, person, ordinal)."""

    def __init__(self, items: Items, content: Content, lanes: Lanes) -> None:
        self._items, self._lanes = items, lanes
        weights = np.cumsum([channel.share for channel in content.channels])
        self._channels = weights / weights[-1]
        self.opportunity_keys = lanes.keys(Stream.OPPORTUNITY)
        self.decision_keys = lanes.keys(Stream.DECISION)
        self._channel = lanes.keys(Stream.CHANNEL)
        self._time = lanes.keys(Stream.CALENDAR)

    def on_offer(self, day: int) -> ItemColumns:
        """Columns of the items that can be shared on `day`."""
        index, items = self._items.on(day), self._items
        at = np.searchsorted(index, items.first)
        return ItemColumns(index, items.topic[index], items.risk[index], items.green_lit[index], at)

    def channels(self, day: int, person: Ints, ordinal: Ints) -> Ints:
        """Channel of each share."""
        draws = uniforms_each(self._channel, self._lanes.lane[person], day, self._lanes.own[person], ordinal)
        return np.searchsorted(self._channels, draws, side="right").astype(np.int64)

    def seconds(self, day: int, person: Ints, ordinal: Ints) -> Ints:
        """Second of the local day at which each share goes out, in working hours."""
        draws = uniforms_each(self._time, self._lanes.lane[person], day, self._lanes.own[person], ordinal)
        return WORKDAY_BEGINS_SECONDS + np.floor(WORKDAY_SECONDS * draws).astype(np.int64)
