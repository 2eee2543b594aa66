"""Sharing opportunities of a day: who meets which item, on which channel, at what time of the working day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.clock import WORKDAY_BEGINS_SECONDS, WORKDAY_SECONDS
from agents.desk import Items
from agents.draws import uniforms_each
from agents.setting import Content
from engine.streams import Stream, poissons, stream_key, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEKEND_FACTOR = 0.1
DAYS_A_WEEK = 5.0 + 2.0 * WEEKEND_FACTOR


class Opportunities(NamedTuple):
    """One row an opportunity, ordered by person.

    person, ordinal   who, and which of the person's opportunities of the day (from 1)
    item, channel     indexes
    second            of the local day, in working hours
    draw              uniform that decides
    """

    person: Ints
    ordinal: Ints
    item: Ints
    channel: Ints
    second: Ints
    draw: Floats


class Occasions:
    """Draws opportunities: every draw is keyed by (seed, run, day, person, ordinal)."""

    def __init__(self, items: Items, content: Content, seed: int, run: int) -> None:
        self._items = items
        self._notifications = content.notifications
        weights = np.cumsum([channel.share for channel in content.channels])
        self._channels = weights / weights[-1]
        self._rate = stream_key(seed, Stream.OPPORTUNITY, run)
        self._channel = stream_key(seed, Stream.CHANNEL, run)
        self._time = stream_key(seed, Stream.CALENDAR, run)
        self._decide = stream_key(seed, Stream.DECISION, run)

    def on(self, day: int, weekend: bool, people: Ints, per_week: Floats) -> Opportunities:
        """Opportunities of `people` on `day`, Poisson at `per_week` spread over the week, few at weekends."""
        on_offer = self._items.on(day)
        factor = WEEKEND_FACTOR if weekend else 1.0
        rates = per_week * (self._notifications * factor / DAYS_A_WEEK)
        counts = poissons(uniforms(self._rate, day, people), rates)
        if on_offer.size == 0:
            counts = np.zeros_like(counts)
        total = int(counts.sum())
        person = np.repeat(people, counts)
        ordinal = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        which = uniforms_each(self._rate, day, person, ordinal)
        item = on_offer[np.floor(which * on_offer.size).astype(np.int64)] if total else person
        channel = np.searchsorted(
            self._channels, uniforms_each(self._channel, day, person, ordinal), side="right"
        )
        time = np.floor(WORKDAY_SECONDS * uniforms_each(self._time, day, person, ordinal)).astype(np.int64)
        return Opportunities(
            person=person,
            ordinal=ordinal,
            item=item,
            channel=channel.astype(np.int64),
            second=WORKDAY_BEGINS_SECONDS + time,
            draw=uniforms_each(self._decide, day, person, ordinal),
        )
