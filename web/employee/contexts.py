"""Page contexts of the employee's pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rewards.badges.outlook import level_held
from rewards.badges.progress import BadgeProgress
from rewards.boards.highlights import Highlighted
from rewards.challenges.challenges import ChallengeView
from rewards.content.content import ContentItem, Recall
from rewards.content.links import ShareDraft
from rewards.ledger.entries import BadgeView, Balances, EntryView
from rewards.nominations.nominations import Award, Honour
from rewards.people.accounts import Account
from rewards.people.directory import Colleague
from rewards.people.people import Person
from rewards.scheme.networks import NetworkRules
from rewards.scheme.scheme import IncentiveScheme
from rewards.thanks.recognition import Kudos

TREND_WEEKS = 8
NEAREST_BADGES = 2


@dataclass(frozen=True)
class WeekBar:
    """One bar of the employee's own trend: a week's points and the height in percent of the highest bar."""

    start: date
    millipoints: int
    height: int


@dataclass(frozen=True)
class Goal:
    """The next level to reach: its title, the progress, and the points missing (millipoints)."""

    title: str
    percent: int
    left_millipoints: int


@dataclass(frozen=True)
class Note:
    """A traffic light for some channels of an item: green, amber or red, the reason, whom to ask and how."""

    status: str
    channels: tuple[str, ...]
    reason: str
    ask: str
    how: str


@dataclass(frozen=True)
class ItemCard:
    """An item, its traffic lights by channel, whom to ask, and whether the reader has shared it."""

    item: ContentItem
    notes: Sequence[Note]
    ask: str
    shared: bool


@dataclass(frozen=True)
class HomeContext:
    """Page context of the home page: recalled items, items to share (`cards`, of page `number`) or not yet (`closed`), own progress."""

    account: Account
    person: Person
    cards: Sequence[ItemCard]
    closed: Sequence[ItemCard]
    aside: Sequence[ItemCard]
    recalls: Sequence[Recall]
    number: int
    more: bool
    balances: Balances
    trend: Sequence[WeekBar]
    goal: Goal | None
    badges: Sequence[BadgeProgress]
    kudos: Sequence[Kudos]


@dataclass(frozen=True)
class ShareContext:
    """Page context of one item on one channel, with an editor for the sharer's own words.

    `template`: URL of the network's share dialogue with placeholders for the text. `copies`: the dialogue takes only a link, so the text
    is copied. `forbids`: the rules of a network that forbids rewards or ready-made texts: title, reason and sources.
    """

    account: Account
    person: Person
    item: ContentItem
    draft: ShareDraft
    words: str
    fault: str
    ask: str
    how: str
    status: str
    reason: str
    rewarded: bool
    template: str
    copies: bool
    forbids: NetworkRules | None


@dataclass(frozen=True)
class EntryRow:
    """One ledger entry. `counts`: whether its amount is part of the earned balance; points of thanks are counted separately."""

    entry: EntryView
    about: str
    counts: bool


@dataclass(frozen=True)
class PointsContext:
    """Page context of ledger entries with their reasons; `older`: cursor of the next page of older entries (None: this is the last)."""

    account: Account
    person: Person
    balances: Balances
    rows: Sequence[EntryRow]
    links: Sequence[tuple[str, str, int, int]]
    older: int | None
    shared: bool


@dataclass(frozen=True)
class BadgesContext:
    """Page context: badges held, progress towards the others, and challenges."""

    account: Account
    person: Person
    held: Sequence[BadgeView]
    open: Sequence[BadgeProgress]
    challenges: Sequence[ChallengeView]


@dataclass(frozen=True)
class ThanksContext:
    """Page context of thanks and awards by nomination, with the error message and the words typed.

    `left`: the rest of the allowance (None: thanks carry no points).

    `picked` and `nominee` are the colleagues chosen in the two forms; `found`: colleagues whose names begin with `find`, for the form
    `asking`.
    """

    account: Account
    person: Person
    left: int | None
    received: Sequence[Kudos]
    given: Sequence[Kudos]
    key: str
    fault: str
    words: str
    picked: Sequence[Colleague]
    found: Sequence[Colleague]
    find: str
    asking: str
    nominee: Sequence[Colleague]
    award: str
    most: int
    most_receivers: int
    thanked: bool
    withdrawn: bool
    awards: Sequence[Award]
    honours: Sequence[Honour]
    highlights: Sequence[Highlighted]
    named: bool
    naming_fault: str
    reason: str


def notes_of(item: ContentItem, name_of: Callable[[str], str]) -> list[Note]:
    """The item's channels grouped by status, reason and contact, green first; a green light without a reason needs no note."""
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for channel, found in item.channels.items():
        groups.setdefault((found.status, found.reason, found.ask, found.how), []).append(channel)
    order = ("green", "amber", "red")
    notes = [
        Note(status, tuple(channels), reason, name_of(ask) if ask else "", how)
        for (status, reason, ask, how), channels in groups.items()
    ]
    return sorted(
        (note for note in notes if note.reason or note.ask or note.how or note.status != "green"),
        key=lambda n: order.index(n.status),
    )


def trend_of(entries: Sequence[EntryView], now: datetime, zone: str) -> list[WeekBar]:
    """Points earned per week over the last TREND_WEEKS weeks, the current week last.

    Weeks begin on Monday in the reader's time zone. Bars are at least 2 high where points were earned.
    """
    where = ZoneInfo(zone)
    monday = _monday(now.astimezone(where).date())
    starts = [monday - timedelta(weeks=back) for back in range(TREND_WEEKS - 1, -1, -1)]
    sums = dict.fromkeys(starts, 0)
    for entry in entries:
        start = _monday(entry.occurred_at.astimezone(where).date())
        if start in sums and is_earned(entry):
            sums[start] += entry.amount_millipoints
    most = max(*sums.values(), 1)
    return [
        WeekBar(start, amount, max(2, round(100 * amount / most)) if amount > 0 else 0)
        for start, amount in sums.items()
    ]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def is_earned(entry: EntryView) -> bool:
    """True where an entry counts towards the earned balance, on which ranks and levels are based."""
    return entry.kind in ("points", "badge", "challenge", "nomination")


def next_goal(scheme: IncentiveScheme | None, earned: int) -> Goal | None:
    """The first level not yet reached; None where the scheme has no levels or all are reached."""
    held = None if scheme is None else level_held(scheme, earned)
    if held is None or held.left_millipoints is None:
        return None
    needed = earned + held.left_millipoints
    return Goal(held.next_title, int(100 * max(earned, 0) / needed), held.left_millipoints)


def nearest(badges: Sequence[BadgeProgress]) -> list[BadgeProgress]:
    """The badges not held with the most progress, at most NEAREST_BADGES."""
    return sorted((b for b in badges if not b.held), key=lambda b: -b.share)[:NEAREST_BADGES]
