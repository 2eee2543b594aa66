"""Highlights live: at the end of each period the best few are thanked, by the rule that is simulated.

Who shared most items comes first, people who shared the same in an order drawn by lot, at most the scheme's part of the people. The
result is found and recorded once late events can no longer count, and stays: later events, reversals, moves and versions leave it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from math import ceil
from zoneinfo import ZoneInfo

from rewards.ledger.bonuses import bonus, take_back
from rewards.ledger.new_entries import NewEntry
from rewards.ledger.places import local_ordinal, places
from rewards.ledger.posting import post
from rewards.ledger.versions import NO_SCHEME, Schemes, in_force
from rewards.scheme.scheme import Highlight
from rewards.store import highlights as rows
from rewards.store import organisations as organisation_rows
from rewards.store import people as people_rows
from rewards.store import trail
from rewards.store.journal import person_of
from rewards.store.persons import find_row
from rewards.store.rows import HighlightRoundRow
from rewards.store.session import Transaction
from rewards.store.units import digest, from_us, to_us

HOUR_US = 3_600_000_000
SOMEBODY = "A colleague who is not shown"
SHOWN_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a highlight under the terms in force at its end. `version` states them."""

    highlight: Highlight
    first: date
    version: int
    zone: str
    grace_hours: int

    @property
    def key(self) -> str:
        """The highlight's own name in the ledger: a title can be long."""
        return key_of(self.highlight)

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.highlight.every_days - 1)

    @property
    def begins_us(self) -> int:
        """The first midnight, in microseconds."""
        return _midnight(self.first, self.zone)

    @property
    def ends_us(self) -> int:
        """The midnight after the last day, in microseconds."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def final_us(self) -> int:
        """When late events can no longer count."""
        return self.ends_us + self.grace_hours * HOUR_US


@dataclass(frozen=True, slots=True)
class Highlighted:
    """A period's outcome as one reader sees it: (id, name) of who was thanked, the id None for who is not shown."""

    title: str
    first_day: date
    last_day: date
    people: tuple[tuple[str | None, str], ...]
    decided_at: datetime


def key_of(highlight: Highlight) -> str:
    """The key of a highlight, equal across versions that keep the title."""
    return digest(highlight.title)[:16]


def periods(schemes: Schemes, now_us: int) -> Iterator[Period]:
    """Every finished period. The first began on the highlight's first day; versions with the same title and length continue the sequence.

    One that ends under a version without the highlight, or with periods of another length, is called off; one that was away and is back
    before its end goes on.
    """
    began: dict[tuple[str, int], date] = {}
    away: dict[tuple[str, int], date] = {}
    instants = sorted({one.effective_us for one in schemes.timeline if one.effective_us <= now_us})
    for at_us, until_us in pairwise([*instants, now_us + 1]):
        version = in_force(schemes.timeline, at_us)
        if version == NO_SCHEME:
            continue
        calendar = schemes.scheme(version).calendar
        day = date.fromordinal(local_ordinal(at_us, calendar.zone))
        found = {(key_of(one), one.every_days): one for one in schemes.scheme(version).recognition.highlights}
        away |= {key: first for key, first in began.items() if key not in found}
        back = {key: away.pop(key) for key in found if key in away}
        goes_on = {key: first for key, first in back.items() if day < first + timedelta(days=key[1])}
        began = {key: began.get(key, goes_on.get(key, day)) for key in found}
        for key, highlight in found.items():
            while True:
                period = Period(highlight, began[key], version, calendar.zone, calendar.grace_hours)
                if period.ends_us > until_us - 1:
                    break
                if period.ends_us > at_us:
                    yield period
                began[key] = period.last + timedelta(days=1)


def give_highlights(tx: Transaction, organisation: str, now: datetime) -> int:
    """Record the periods that are final and thank their best; returns how many periods. Doing it twice thanks once."""
    now_us = to_us(now)

    def due() -> list[Period]:
        found = [one for one in periods(Schemes.of(tx, organisation), now_us) if one.final_us <= now_us]
        done = {(row.highlight, row.first_date) for row in rows.decided(tx, organisation)} if found else set()
        return [one for one in found if (one.key, one.first.toordinal()) not in done]

    if not due():
        return 0
    # Under the lock nobody else records; what a rival gave while this one waited is seen now.
    organisation_rows.find_exclusive(tx, organisation)
    found = due()
    for one in found:
        _give(tx, organisation, one, now_us)
    return len(found)


def best(shared: dict[int, int], people: int, highlight: Highlight, lot: str) -> list[int]:
    """Internal ids of those thanked: the scheme's fraction of people, rounded up, among those who shared at all."""
    order = sorted(
        (one for one, items in shared.items() if items > 0),
        key=lambda one: (-shared[one], digest(f"{lot}:{one}")),
    )
    return order[: ceil(highlight.share * people)]


def _give(tx: Transaction, organisation: str, period: Period, now_us: int) -> None:
    first = period.first.toordinal()
    key = f"highlight:{period.key}:{first}:{period.version}:"
    asked = Schemes.of(tx, organisation).asks_enrolment(period.version)
    people = rows.active(tx, organisation, asked)
    shared = rows.shared(tx, organisation, period.begins_us, period.ends_us)
    found = people_rows.by_ids(tx, organisation, shared)
    if asked:
        where = places(tx, list(found.values()))
        shared = {who: items for who, items in shared.items() if where[who].is_enrolled(period.ends_us - 1)}
    chosen = best(shared, people, period.highlight, key)
    arguments = {
        "title": period.highlight.title, "first": period.first.isoformat(), "last": period.last.isoformat(),
    }  # fmt: skip
    drafts: list[NewEntry] = [
        bonus(
            found[who],
            "highlight",
            period.key,
            0,
            arguments,
            version=period.version,
            board_zone=period.zone,
            dedupe=f"{key}{who}",
            now_us=now_us,
        )
        for who in chosen
    ]
    post(tx, organisation, drafts, now_us)
    rows.decide(
        tx,
        {
            "organisation_id": organisation, "highlight": period.key, "first_date": first,
            "scheme_version": period.version, "people": people, "decided_us": now_us,
        },
    )  # fmt: skip
    trail.log(
        tx, organisation, "system", "highlight.give", period.key, reason=period.highlight.title, at_us=now_us
    )
    summary = {
        "highlight": period.highlight.title,
        "first_day": period.first.isoformat(),
        "people": len(chosen),
    }
    trail.tell(tx, organisation, [("highlight.given", summary)], now_us)


def highlighted(
    tx: Transaction, organisation: str, person: str, now: datetime, limit: int = 5
) -> list[Highlighted]:
    """The newest outcomes that the person may see: public ones, and their own. People hidden from boards have no name here either."""
    who, shown = find_row(tx, organisation, person), []
    schemes = Schemes.of(tx, organisation)
    for row in rows.decided(tx, organisation, SHOWN_ROUNDS):
        terms = _terms(schemes, row)
        if terms is None:
            continue
        start = f"highlight:{row.highlight}:{row.first_date}:"
        given = [person_of(entry) for entry in rows.given(tx, organisation, start)]
        heirs = people_rows.heirs(tx, organisation, given)
        won = list(dict.fromkeys(heirs.get(id_, id_) for id_ in given))
        if terms.nature.publicity == "private":
            won = [id_ for id_ in won if id_ == who.id]
        if won:
            first = date.fromordinal(row.first_date)
            last = first + timedelta(days=terms.every_days - 1)
            names = _names(tx, organisation, won, who.id)
            shown.append(Highlighted(terms.title, first, last, names, from_us(row.decided_us)))
    return shown[:limit]


def withdraw_highlights(tx: Transaction, organisation: str, closed_us: int, reason: str, now_us: int) -> None:
    """After a change of versions: reverse and delete highlights of the open period that the present versions would not give."""
    schemes = Schemes.of(tx, organisation)
    standing = {(one.key, one.first.toordinal()): one.highlight for one in periods(schemes, now_us)}
    for row in rows.decided(tx, organisation):
        place = row.highlight, row.first_date
        if row.decided_us >= closed_us and standing.get(place) != _terms(schemes, row):
            given = rows.given(tx, organisation, f"highlight:{row.highlight}:{row.first_date}:")
            take_back(tx, organisation, given, "rollback", reason, now_us=now_us)
            rows.forget(tx, organisation, row.highlight, row.first_date)


def _terms(schemes: Schemes, row: HighlightRoundRow) -> Highlight | None:
    found = schemes.scheme(row.scheme_version).recognition.highlights
    return next((one for one in found if key_of(one) == row.highlight), None)


def _names(
    tx: Transaction, organisation: str, ids: list[int], reader: int
) -> tuple[tuple[str | None, str], ...]:
    people, names = people_rows.by_ids(tx, organisation, ids), people_rows.names(tx, organisation, ids)
    unknown: tuple[str | None, str] = (None, SOMEBODY)
    return tuple(
        names.get(id_, unknown) if id_ == reader or not people[id_].hidden else unknown for id_ in ids
    )


def _midnight(day: date, zone: str) -> int:
    return to_us(datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC))
