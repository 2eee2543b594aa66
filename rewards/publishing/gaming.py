"""A red-team estimate: the weekly gain of one person who exploits a scheme, and the rule that permits it.

Synthetic acts of four weeks are scored by the production kernel. The gaming agent knows the rules: it acts on the channel and in the
segment that pay most, with the tags that a rule requires. It cannot forge a network's confirmation; clicks on its links count as
tracked, since clickers are unknown. Detection by human review is not modelled.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import product
from typing import Any

from engine import scoring_tables as codes
from engine.scoring_plain import score_plain
from rewards.document import content_hash
from rewards.publishing.behaviour import Act, Actor
from rewards.publishing.expected import occasions
from rewards.scheme.quantities import millipoints
from rewards.scheme.scheme import IncentiveScheme
from rewards.scoring.award import PersonState
from rewards.scoring.tables import CompiledScheme, compile_scheme

WEEKS, WEEK_DAYS = 4, 7
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""Four whole weeks in two months at most, so that windows of weeks are filled."""
MINUTE_US, DAY_US, HOUR = 60_000_000, 86_400_000_000, 60
TOGGLES, CLICKS, ITEMS, BUNCH = 10, 20, 20, 30
"""A day's: shares of one item taken back and made again, own clicks on it, items passed on unread, and acts of a kind at once."""
RING, MOST_THANKS = 5, 1000
TRACKED, DECLARED = 1, 0
KUDOS = "kudos"
ELSEWHERE = "elsewhere"
"""A channel of which no scheme speaks."""
THANKS = "thanks"
"""The source of a ring's gain without any rule: the scheme's gifts themselves."""
Plays = Callable[["_Setting"], list[Act]]


@dataclass(frozen=True, slots=True)
class Gain:
    """The gain of one strategy: millipoints a week in total and beyond an honest sharer's with the same items; acts a week.

    `rule`: the rule that pays most of it, "" without a gain. `looked_at`: awards await a review first.
    """

    play: str
    millipoints: float
    beyond: float
    acts: float
    rule: str
    title: str
    looked_at: bool

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Setting:
    """The setting of a gaming agent: its place and possible acts."""

    channel: str
    tags: tuple[str, ...]
    kinds: tuple[str, ...]
    thanks: int
    """Gifts that she can give, and get, in the four weeks."""

    def act(
        self, kind: str, day: int, minute: int, item: int, other: int = -1, *, owned: bool = False
    ) -> Act:
        """An act at a minute of a day, with the strongest verification that the agent can obtain."""
        at = MONDAY.timestamp() * 1e6 + day * DAY_US + minute * MINUTE_US
        proof = TRACKED if kind == "click" else 2 if kind == KUDOS else DECLARED
        return Act(
            kind, item, other, int(at), MONDAY.toordinal() + day, self.channel, self.tags, proof, 1, owned
        )


def gaming(scheme: IncentiveScheme, segments: Sequence[str]) -> tuple[Gain, ...]:
    """The gain of each gaming strategy, in a company with these segments. Raises SchemeError where the scheme cannot be scored."""
    return _gaming(content_hash(scheme), scheme.model_dump_json(), tuple(sorted(set(segments))))


@lru_cache(64)
def _gaming(_hash: str, document: str, segments: tuple[str, ...]) -> tuple[Gain, ...]:
    compiled = compile_scheme(IncentiveScheme.model_validate_json(document))
    setting, segment = _best(compiled, segments)
    found = []
    for name, (play, honest) in PLAYS.items():
        acts = play(setting)
        paid = _paid(compiled, segment, acts)
        fair = sum(_paid(compiled, segment, honest(setting)).values())
        found.append(_gain(compiled, name, acts, paid, fair))
    return tuple(found)


def _toggling(at: _Setting) -> list[Act]:
    return [at.act("share", day, turn, 1) for day in range(WEEKS * WEEK_DAYS) for turn in range(TOGGLES)]


def _one_share(at: _Setting) -> list[Act]:
    return [at.act("share", 0, 0, 1)]


def _self_clicks(at: _Setting) -> list[Act]:
    clicks = [
        at.act("click", day, turn + 1, 1, 1000 + turn)
        for day in range(WEEKS * WEEK_DAYS)
        for turn in range(CLICKS)
    ]
    return [*_one_share(at), *clicks]


def _ring(at: _Setting) -> list[Act]:
    """All members of a ring thank each other, as often as the pair limit of four weeks and the allowance permit."""
    thanks = []
    for number in range(at.thanks):
        day, other = number % (WEEKS * WEEK_DAYS), 100 + number % (RING - 1)
        thanks.append(at.act(KUDOS, day, 0, 2000 + number, other))
        thanks.append(at.act(KUDOS, day, 1, 9000 + number, other, owned=True))
    return thanks


def _careless(at: _Setting) -> list[Act]:
    return [
        at.act("share", day, turn, 10 + day * ITEMS + turn)
        for day in _workdays()
        for turn in range(ITEMS)
    ]  # fmt: skip


def _careful(at: _Setting) -> list[Act]:
    """Two items a week, on different days."""
    return [
        at.act("share", week * WEEK_DAYS + day, 0, 10 + week * WEEK_DAYS + day)
        for week in range(WEEKS)
        for day in (1, 3)
    ]


def _bunching(at: _Setting) -> list[Act]:
    """The maximum permitted each minute on Sunday evening and Monday morning, where day and week change, and no more."""
    days = [day for day in range(WEEKS * WEEK_DAYS) if day % WEEK_DAYS in (0, WEEK_DAYS - 1)]
    return [
        at.act(kind, day, turn * len(at.kinds) + number, 5000 + day * BUNCH + turn, 6000 + turn)
        for day in days
        for turn in range(BUNCH)
        for number, kind in enumerate(at.kinds)
    ]


def _nothing(_at: _Setting) -> list[Act]:
    return []


PLAYS: dict[str, tuple[Plays, Plays]] = {
    "toggling": (_toggling, _one_share),
    "self-clicks": (_self_clicks, _one_share),
    "ring": (_ring, _nothing),
    "careless": (_careless, _careful),
    "bunching": (_bunching, _careful),
}
"""Each with what an honest person would have done instead."""


def _workdays() -> list[int]:
    return [day for day in range(WEEKS * WEEK_DAYS) if day % WEEK_DAYS < 5]


def _best(compiled: CompiledScheme, segments: Sequence[str]) -> tuple[_Setting, str]:
    """The channel and the segment that pay most for a few acts of each kind."""
    words = compiled.vocabulary
    kinds = tuple(kind for kind in words.kinds if kind != KUDOS)
    kudos = compiled.scheme.recognition.kudos
    thanks = 0
    if kudos is not None:
        gift, whole = (
            millipoints(kudos.gift),
            millipoints(kudos.allowance) * (WEEKS if kudos.period == "week" else 1),
        )
        thanks = min((RING - 1) * kudos.per_pair, whole // gift if gift else MOST_THANKS)
    named = [one for one in segments if one in words.segment_codes] or [""]
    others = [one for one in segments if one not in words.segment_codes][:1]
    channels = dict.fromkeys(("linkedin", ELSEWHERE, *words.channels))
    settings = [
        _Setting(channel, tags, kinds, thanks)
        for channel, tags in product(channels, dict.fromkeys((words.tags, ())))
    ]

    def worth(each: tuple[_Setting, str]) -> int:
        at, segment = each
        little = [
            at.act(kind, day, number, day, 50 + day) for day in (0, 1) for number, kind in enumerate(kinds)
        ]
        return sum(_paid(compiled, segment, little).values())

    return max(product(settings, [*named, *others]), key=worth)


def _paid(compiled: CompiledScheme, segment: str, acts: Sequence[Act]) -> Counter[tuple[bool, int]]:
    """Millipoints by source: (True for a badge, index in the scheme)."""
    ordered = sorted(acts, key=lambda act: act.at_us)
    state = PersonState.new(compiled)
    found = Counter[tuple[bool, int]]()
    batch = occasions(compiled, Actor(segment, tuple(ordered)))
    for _event, place, amount, reason in score_plain(compiled.plain_tables, state.score, batch):
        found[codes.reason_code(reason) in (codes.BADGE, codes.BADGE_LOST), place] += amount
    return found


def _gain(
    compiled: CompiledScheme, name: str, acts: Sequence[Act], paid: Counter[tuple[bool, int]], fair: int
) -> Gain:
    scheme = compiled.scheme
    sources = {
        ((compiled.badges[place].id, compiled.badges[place].title) if badge else (scheme.rules[place].id,
            scheme.rules[place].title)): amount
        for (badge, place), amount in paid.items()
    }  # fmt: skip
    looked_at = _above_limit(scheme, acts)
    given = sum(not act.owned for act in acts)
    if name == "ring" and (kudos := scheme.recognition.kudos) is not None:
        sources[THANKS, ""] = millipoints(kudos.gift) * given
        looked_at = looked_at or 2 * kudos.per_pair > kudos.reciprocal_limit
    total = sum(sources.values())
    (rule, title), most_paid = max(sources.items(), key=lambda one: one[1], default=(("", ""), 0))
    gained = total - fair > 0 and most_paid > 0
    return Gain(
        name,
        total / WEEKS,
        max(total - fair, 0) / WEEKS,
        given / WEEKS,
        rule if gained else "",
        title if gained else "",
        looked_at,
    )


def _above_limit(scheme: IncentiveScheme, acts: Sequence[Act]) -> bool:
    """True where an hour contains more acts than the scheme permits without review."""
    most = scheme.fair_play.review_above_per_hour
    if most is None:
        return False
    times = sorted(act.at_us for act in acts if not act.owned)
    return any(
        last - first < HOUR * MINUTE_US for first, last in zip(times, times[most:], strict=False)
    )  # fmt: skip


__all__ = ["PLAYS", "THANKS", "Gain", "gaming"]
