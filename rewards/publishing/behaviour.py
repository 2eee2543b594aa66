"""Samples of behaviour, small enough to be scored on every keystroke: from a rehearsal's run, or from the last weeks.

A sample contains acts and groups, but no identities.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal, NamedTuple

from rewards.clock import month_index
from rewards.events import VERIFICATION_LEVEL, object_key
from rewards.ledger.inbox import InboxEvent
from rewards.store import events as event_rows
from rewards.store import participation as people_rows
from rewards.store.results import latest_result, replace_result
from rewards.store.rows import ScoredEventRow
from rewards.store.session import Transaction
from rewards.store.units import DAY_US, digest, to_us

DAYS = 28
MOST_ACTS, MOST_PEOPLE, CHUNK = 20_000, 4_000, 250
KIND = "behaviour"
Origin = Literal["rehearsal", "live", "none"]


class Act(NamedTuple):
    """One event from the perspective of one person; `owned`: the person earns as its owner. Scheme codes are added when it is scored."""

    kind: str
    item: int
    other: int
    at_us: int
    day: int
    channel: str | None
    tags: tuple[str, ...]
    proof: int
    quantity: int
    owned: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """One person of the sample: segment, and acts in order."""

    segment: str
    acts: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The acts of a sample of people over a number of days. `people`: population by segment, `sampled`: sample by segment."""

    origin: Origin
    title: str
    since: date
    days: int
    people: Mapping[str, int]
    sampled: Mapping[str, int]
    actors: tuple[Actor, ...]

    @property
    def acts(self) -> int:
        """Number of acts in the sample."""
        return sum(len(one.acts) for one in self.actors)

    def per_share(self) -> float | None:
        """Human clicks per share; None without a share."""
        kinds = [act.kind for one in self.actors for act in one.acts if not act.owned]
        shares = kinds.count("share")
        return kinds.count("click") / shares if shares else None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "title": self.title,
            "since": self.since.isoformat(),
            "days": self.days,
            "people": dict(self.people),
            "sampled": dict(self.sampled),
            "actors": [[one.segment, [list(act) for act in one.acts]] for one in self.actors],
        }


def behaviour(tx: Transaction, organisation: str, now: datetime) -> Behaviour:
    """The behaviour in the last rehearsal, if any; else that of the last four weeks, sampled where there are many people.

    Cached for ten minutes per process: recorded behaviour does not change while the text of a scheme does.
    """
    stored = latest_result(tx, organisation, KIND)
    key = ("behaviour", organisation)
    version = (None, to_us(now) // (DAY_US // 144)) if stored is None else (stored.id, 0)
    known: tuple[object, Behaviour] | None = tx.database.cache.get(key)
    if known is not None and known[0] == version:
        return known[1]
    found = _live(tx, organisation, now) if stored is None else _opened(json.loads(stored.body_json))
    if found.origin != "none":
        tx.database.cache[key] = version, found
    return found


def keep_behaviour(tx: Transaction, organisation: str, found: Behaviour, now: datetime) -> int:
    """Replace the stored behaviour by that of a rehearsal, for the designer's previews."""
    text = json.dumps(found.as_json(), ensure_ascii=False)
    return replace_result(tx, organisation, KIND, found.title, digest(text), body_json=text, now=now)


def _opened(body: Mapping[str, Any]) -> Behaviour:
    return Behaviour(
        "rehearsal",
        body["title"],
        date.fromisoformat(body["since"]),
        body["days"],
        body["people"],
        body["sampled"],
        tuple(
            Actor(segment, tuple(Act._make([*act[:6], tuple(act[6]), *act[7:]]) for act in acts))
            for segment, acts in body["actors"]
        ),
    )


def _live(tx: Transaction, organisation: str, now: datetime) -> Behaviour:
    """A systematic sample: every k-th person by id until there are enough. Persons are sampled whole, since limits are per person."""
    since_us = to_us(now) - DAYS * DAY_US
    segments = people_rows.segments(tx, organisation)
    ids = sorted(segments)
    step = max(1, -(-len(ids) // MOST_PEOPLE))
    # Ids follow the order of the people file, often by department: a stride covers the whole range before the sample is full.
    order = [ids[at] for start in range(step) for at in range(start, len(ids), step)][:MOST_PEOPLE]
    order = [one for start in range(16) for one in islice(order, start, None, 16)]
    sampled: dict[str, int] = {}
    actors: list[Actor] = []
    acts = 0
    for start in range(0, len(order), CHUNK):
        chunk = order[start : start + CHUNK]
        done = event_rows.scored_of(tx, chunk, since_us)
        for one in chunk:
            sampled[segments[one]] = sampled.get(segments[one], 0) + 1
            if done[one]:
                actors.append(Actor(segments[one], tuple(_acts(one, done[one]))))
                acts += len(done[one])
        if acts >= MOST_ACTS:
            break
    people: dict[str, int] = {}
    for segment in segments.values():
        people[segment] = people.get(segment, 0) + 1
    origin: Origin = "live" if acts else "none"
    return Behaviour(
        origin, "", date.fromordinal(now.toordinal() - DAYS), DAYS, people, sampled, tuple(actors)
    )


def _acts(person: int, rows: Sequence[ScoredEventRow]) -> Iterable[Act]:
    for row in rows:
        one = InboxEvent.stored(row)
        other = one.person_id if one.person_id != person else one.owner_id
        yield Act(
            one.kind,
            object_key(one.item),
            -1 if other is None or other == person else object_key(str(other)),
            one.occurred_us,
            one.local_date,
            one.channel,
            one.tags,
            VERIFICATION_LEVEL[one.verification],
            one.quantity,
            one.person_id != person,
        )


def month_of(day: int) -> int:
    """The number of a date's month, as in scoring."""
    return month_index(date.fromordinal(day))
