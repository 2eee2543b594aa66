"""Sharing opportunities of a day: what is on offer, on which channel and at what time a share goes out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.employees.meeting import ItemColumns
from agents.setting.setting import Content
from agents.world.clock import WORKDAY_BEGINS_SECONDS, WORKDAY_SECONDS
from agents.world.desk import Items
from agents.world.draws import uniforms_each
from engine.streams import Stream, stream_key

Ints = NDArray[np.int64]


class Occasions:
    """Every draw is keyed by (seed, run, day, person, ordinal)."""

    def __init__(self, items: Items, content: Content, seed: int, run: int) -> None:
        self._items = items
        weights = np.cumsum([channel.share for channel in content.channels])
        self._channels = weights / weights[-1]
        self.opportunity_key = stream_key(seed, Stream.OPPORTUNITY, run)
        self.decision_key = stream_key(seed, Stream.DECISION, run)
        self._channel = stream_key(seed, Stream.CHANNEL, run)
        self._time = stream_key(seed, Stream.CALENDAR, run)

    def on_offer(self, day: int) -> ItemColumns:
        """Columns of the items that can be shared on `day`."""
        index, items = self._items.on(day), self._items
        return ItemColumns(index, items.topic[index], items.risk[index], items.green_lit[index])

    def channels(self, day: int, person: Ints, ordinal: Ints) -> Ints:
        """Channel of each share."""
        draws = uniforms_each(self._channel, day, person, ordinal)
        return np.searchsorted(self._channels, draws, side="right").astype(np.int64)

    def seconds(self, day: int, person: Ints, ordinal: Ints) -> Ints:
        """Second of the local day at which each share goes out, in working hours."""
        draws = uniforms_each(self._time, day, person, ordinal)
        return WORKDAY_BEGINS_SECONDS + np.floor(WORKDAY_SECONDS * draws).astype(np.int64)
