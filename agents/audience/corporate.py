"""The company's own accounts: they post the same content to their own followers, without the premium of a peer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.audience.appeal import appeal_of, channel_logs
from agents.audience.audience import Posts
from agents.setting.setting import Setting
from agents.world.conditions import opportunity_days
from agents.world.desk import Items
from agents.world.draws import uniforms_each
from agents.world.lanes import Lanes
from agents.world.network import Networks
from engine.streams import Stream, poissons

Floats = NDArray[np.float64]


class CorporateDesk:
    """Draws the daily posts of each company account: Poisson, with the account's weekly cadence."""

    def __init__(self, setting: Setting, networks: Networks, items: Items, lanes: Lanes) -> None:
        accounts = setting.organisation.corporate_accounts
        weekly = np.array([account.posts_per_week for account in accounts], dtype=np.float64)
        self._pages, self._lane = networks.pages, networks.lane[networks.pages]
        self._node, self._p = networks.own[networks.pages], lanes.laws.at(self._lane)
        self._weekly = np.tile(weekly, lanes.count)
        levels = np.array([account.level for account in accounts], dtype=np.float64)
        self._levels = np.tile(levels, lanes.count)
        clicks, reposts, reactions = channel_logs(setting.content.channels[:1], np.zeros(1, dtype=np.int64))
        self._logs = clicks, reposts, reactions
        self.trust: Floats = np.clip(
            self._p.corporate_trust + self._p.page_trust * (self._levels - 0.5), 0.0, 1.0
        )
        """float64[pages]: initial trust of followers in each page of each run."""
        self._items, self._laws = items, lanes.laws
        self._visibility = setting.content.channels[0].visibility
        self._keys = lanes.keys(Stream.CORPORATE)
        self.posts_per_day = weekly / 7.0
        """float64[accounts]: posts a day, averaged over weekdays and weekends."""

    @property
    def visibility(self) -> Floats:
        """float64[R]: visibility of the pages' channel in each run."""
        known = self._visibility
        return self._laws.column("visibility") if known is None else np.full(len(self._laws.all), known)

    def beside(self, own: Posts, day: int, *, quiet: bool, there: float) -> Posts:
        """The posts of employees followed by those of the accounts."""
        pages = self.posts(day, quiet, there)
        return Posts(*(np.concatenate(columns) for columns in zip(own, pages, strict=True)))

    def posts(self, day: int, weekend: bool, there: float = 1.0) -> Posts:
        """The accounts' posts on `day`; `there` is the part of their followers who still use the channel."""
        on_offer = self._items.on(day)
        factor = self._p.weekend_factor
        rate = self._weekly * ((factor if weekend else 1.0) / opportunity_days(factor))
        at = np.searchsorted(on_offer, self._items.first)
        offered = np.diff(at)
        counts = poissons(uniforms_each(self._keys, self._lane, day, self._node), rate)
        counts[offered[self._lane] == 0] = 0
        page = np.repeat(np.arange(self._pages.size), counts)
        source, lane = self._pages[page], self._lane[page]
        ordinal = np.arange(source.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        which = uniforms_each(self._keys, lane, day, self._node[page], ordinal)
        item = (
            on_offer[at[lane] + np.floor(which * offered[lane]).astype(np.int64)] if source.size else source
        )
        ones, p = np.ones(source.size), self._laws.at(lane)
        return Posts(
            source=source,
            ordinal=ordinal,
            topic=self._items.topic[item],
            visibility=there * self.visibility[lane],
            premium=ones,
            effort=np.clip(p.corporate_effort + p.page_effort * (self._levels[page] - 0.5), 0.0, 1.0),
            polish=self._items.polish[item],
            useful=self._items.useful[item],
            promotional=self._items.promotional[item],
            disclosure=0.0 * ones,
            tangible=0.0 * ones,
            praises=self._items.praises[item],
            **appeal_of(self._items.appeal[item], self._logs, p),
        )
