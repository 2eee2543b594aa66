"""The company's own accounts: they post from the same content desk, to followers of their own, without a
peer premium.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.audience.audience import Posts
from agents.parameters.parameters import Parameters
from agents.setting.setting import Setting
from agents.world.conditions import opportunity_days
from agents.world.desk import Items
from agents.world.draws import uniforms_each
from engine.streams import Stream, poissons, stream_key, uniforms


class CorporateDesk:
    """Draws each account's posts of a day, Poisson at its weekly cadence."""

    def __init__(
        self, setting: Setting, first_node: int, items: Items, p: Parameters, seed: int, run: int
    ) -> None:
        accounts = setting.organisation.corporate_accounts
        self._nodes = first_node + np.arange(len(accounts), dtype=np.int64)
        self._weekly = np.array([account.posts_per_week for account in accounts], dtype=np.float64)
        self._items, self._p = items, p
        channel = setting.content.channels[0]
        self.visibility = p.visibility if channel.visibility is None else channel.visibility
        self._key = stream_key(seed, Stream.CORPORATE, run)

    @property
    def posts_per_day(self) -> NDArray[np.float64]:
        """float64[accounts]: over weekdays and weekends."""
        return self._weekly / 7.0

    def posts(self, day: int, weekend: bool) -> Posts:
        """The accounts' posts on `day`."""
        on_offer = self._items.on(day)
        factor = self._p.weekend_factor
        rate = self._weekly * ((factor if weekend else 1.0) / opportunity_days(factor))
        counts = poissons(uniforms(self._key, day, self._nodes), rate)
        if on_offer.size == 0:
            counts = np.zeros_like(counts)
        source = np.repeat(self._nodes, counts)
        ordinal = np.arange(source.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        which = uniforms_each(self._key, day, source, ordinal)
        item = on_offer[np.floor(which * on_offer.size).astype(np.int64)] if source.size else source
        ones = np.ones(source.size)
        return Posts(
            source=source,
            ordinal=ordinal,
            topic=self._items.topic[item],
            visibility=ones * self.visibility,
            premium=ones,
            effort=ones * self._p.corporate_effort,
            polish=self._items.polish[item],
            useful=self._items.useful[item],
            promotional=self._items.promotional[item],
            disclosure=0.0 * ones,
            tangible=0.0 * ones,
        )
