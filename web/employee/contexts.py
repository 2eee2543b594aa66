"""What the employee's pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rewards.accounts import Account
from rewards.content import ContentItem
from rewards.links import ShareDraft
from rewards.people import Person
from rewards.program import Balances, EntryView
from rewards.recognition import Kudos
from rewards.scheme import IncentiveScheme, millipoints

CHANNEL_TITLES = {
    "linkedin": "LinkedIn",
    "x": "X",
    "facebook": "Facebook",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "threads": "Threads",
    "whatsapp": "WhatsApp",
    "xing": "XING",
    "instagram": "Instagram",
    "mail": "E-mail",
    "email": "E-mail",
}
TREND_WEEKS = 8


def channel_title(channel: str) -> str:
    """The channel's own spelling."""
    return CHANNEL_TITLES.get(channel, channel)


@dataclass(frozen=True)
class WeekBar:
    """One bar of the own trend: the week's points and its height in percent of the highest."""

    label: str
    millipoints: int
    height: int


@dataclass(frozen=True)
class Goal:
    """The next thing to reach: title, how far, what is left (millipoints)."""

    title: str
    percent: int
    left_millipoints: int


@dataclass(frozen=True)
class HomeContext:
    """The home page: what may be shared, own points, own trend, next goal."""

    account: Account
    person: Person
    items: Sequence[ContentItem]
    balances: Balances
    trend: Sequence[WeekBar]
    goal: Goal | None
    kudos: Sequence[Kudos]


@dataclass(frozen=True)
class ShareContext:
    """One item on one channel, ready in the sharer's own words."""

    account: Account
    item: ContentItem
    draft: ShareDraft
    status: str
    reason: str
    declared: bool


def trend_of(entries: Sequence[EntryView], now: datetime) -> list[WeekBar]:
    """Points a week over the last TREND_WEEKS weeks, this week last; bars are at least 2 high where something was earned."""
    monday = (now - timedelta(days=now.weekday())).date()
    starts = [monday - timedelta(weeks=back) for back in range(TREND_WEEKS - 1, -1, -1)]
    sums = dict.fromkeys(starts, 0)
    for entry in entries:
        day = entry.occurred_at.date()
        start = day - timedelta(days=day.weekday())
        if start in sums:
            sums[start] += entry.amount_millipoints
    most = max(max(sums.values()), 1)
    return [
        WeekBar(start.strftime("%-d %b"), amount, max(2, round(100 * amount / most)) if amount > 0 else 0)
        for start, amount in sums.items()
    ]


def next_goal(scheme: IncentiveScheme | None, earned: int) -> Goal | None:
    """The first level not yet reached, if the scheme has levels."""
    for level in scheme.levels if scheme else ():
        needed = millipoints(level.points)
        if needed > earned:
            return Goal(level.title, int(100 * max(earned, 0) / needed), needed - earned)
    return None
