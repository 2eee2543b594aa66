"""Offline replay: events and a scheme in; every entry with its reason, balances, badges, streaks and challenges out.

The same kernel as live and simulated, compiled over all people at once. Events go by canonical order, whatever order they are
given in; a repeated event counts once. Where an event says when it was recorded, the grace period and the future limit apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import numpy as np

from engine import scoring_tables as codes
from engine.scoring import score_batch
from engine.scoring_tables import EventBatch, ScoreState, columns, new_state
from rewards.clock import FUTURE_LIMIT, left_out, local_date, microseconds, month_index
from rewards.document import DocumentError
from rewards.events import (
    VERIFICATION_LEVEL,
    Event,
    canonical_order,
    object_key,
    parse_cloudevent,
    payload_hash,
)  # fmt: skip
from rewards.people_file import PersonRow
from rewards.scoring.absences import in_time
from rewards.scoring.award import Reason, ScoredEntry, badge_arguments, entry_of
from rewards.scoring.carrying import NOTHING_ASIDE, carry_people
from rewards.scoring.enrolments import NOTHING_FROZEN, Enrolments, enrolments, takes_part
from rewards.scoring.recorded import Kept, Person, RecordedPerson, days_off
from rewards.scoring.tables import CompiledScheme

NO_VERSION, DEFAULT_GRACE_HOURS = 0, 72


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event as it concerns one person: the subject, or the owner. `version` counts schemes from 1; 0 is before the first."""

    event: Event
    row: int
    role: int
    day: date
    zone: str
    version: int


@dataclass(frozen=True, slots=True)
class ReplayEntry:
    """An entry with the person and occasion it belongs to."""

    person: str
    occasion: Occasion
    entry: ScoredEntry


@dataclass(frozen=True, slots=True)
class Standing:
    """One person's balance, badges and streaks. `zone_flagged`: the zone is not known, and the scheme's was taken."""

    person: str
    segment: str
    team: str
    zone: str
    zone_flagged: bool
    millipoints: int
    level: str | None
    badges: tuple[str, ...]
    streaks: dict[str, int]
    longest_streaks: dict[str, int]


@dataclass(frozen=True, slots=True)
class Replay:
    """The result of a replay under the scheme (the last version, where there are several)."""

    compiled: CompiledScheme
    occasions: tuple[Occasion, ...]
    entries: tuple[ReplayEntry, ...]
    standings: tuple[Standing, ...]
    duplicates: int


def replay(
    events: Iterable[Event],
    compiled: CompiledScheme,
    people: Sequence[Person] | None = None,
    later: Sequence[tuple[datetime, CompiledScheme]] = (),
    numbered: Mapping[int, CompiledScheme] | None = None,
    *,
    kept: Sequence[Kept] = (),
) -> Replay:
    """Score the events offline. Without `people` everyone named is taken, in the calendar's zone and no segment.

    `later` holds further versions of the scheme, each from an instant on, rising: an event is scored by the version in force when it
    occurred. Where versions are `numbered`, each event says by which of them it was scored, and `compiled` is the one in force at the
    end. An event that was undone after its period was closed stays counted, and what it gave is left out.
    Raises DocumentError for a person that `people` lacks, one id with two payloads, and versions out of order.
    """
    if any(one >= other for (one, _), (other, _) in pairwise(later)):
        raise DocumentError("versions: got instants out of order; they rise; reorder them")
    ordered, duplicates = distinct(events)
    home = compiled.scheme.calendar.zone
    if people is None:
        names = dict.fromkeys(n for e in ordered for n in (e.subject, e.owner) if n)
        people = [PersonRow(id=n, segment="all", team="all", timezone=home, contacts=0) for n in names]
    changes = [(microseconds(instant), scheme) for instant, scheme in later]
    in_turn = in_time([(microseconds(datetime.min.replace(tzinfo=UTC)), compiled), *changes])
    versions = dict(numbered) if numbered else dict(enumerate(in_turn, 1))
    joined = enrolments(ordered)
    chosen = _chooser(versions, [instant for instant, _ in later], recorded=numbered is not None)
    occasions = list(_occasions(ordered, people, home, chosen))
    people = _excused(people, occasions, home)
    found: list[list[ScoredEntry]] = [[] for _ in occasions]
    last = compiled if numbered else versions[len(versions)]
    state, aside, now = new_state(last.tables, len(people)), NOTHING_ASIDE, last
    for version, stretch in groupby(range(len(occasions)), key=lambda at: occasions[at].version):
        mine = _counted(versions.get(version), occasions, list(stretch), found, joined)
        if version == NO_VERSION:
            continue
        scheme = versions[version]
        state, aside = carry_people(state, aside, now.parts, scheme.parts, scheme.tables)
        batch = _batch(scheme, [occasions[at] for at in mine], people)
        state, now = _score(scheme, state, batch, mine, found), scheme
    state, _ = carry_people(state, aside, now.parts, last.parts, last.tables)
    entries: list[ReplayEntry] = []
    for occasion, got in zip(occasions, found, strict=True):
        lines = got or ([ScoredEntry("", "", "points", 0, Reason.NO_RULE)] if occasion.role == 0 else [])
        standing = _standing_of(lines, occasion, versions.get(occasion.version))
        entries.extend(ReplayEntry(people[occasion.row].id, occasion, entry) for entry in standing)
    for_good = list(_kept_for_good(kept, versions, people, entries))
    held = {_held(one, versions) for one in for_good}
    entries = [one for one in entries if one.entry.kind != "badge" or _held(one, versions) not in held]
    entries += for_good
    return Replay(last, tuple(occasions), tuple(entries), _standings(last, state, people, home), duplicates)


def _held(one: ReplayEntry, versions: Mapping[int, CompiledScheme]) -> tuple[str, str, str]:
    """The key under which a badge is held once: by person, and by object for badges earned per object."""
    scheme = versions.get(one.occasion.version)
    by_object = scheme is not None and any(
        badge.id == one.entry.item and badge.once_per == "object" for badge in scheme.badges
    )
    return one.person, one.entry.item, one.occasion.event.item if by_object else ""


def _kept_for_good(
    kept: Sequence[Kept],
    versions: Mapping[int, CompiledScheme],
    people: Sequence[Person],
    entries: Sequence[ReplayEntry],
) -> Iterator[ReplayEntry]:
    """Permanent badges that outlived events undone since, where the events left do not earn them."""
    rows = {person.id: row for row, person in enumerate(people)}
    earned = {
        (one.person, one.occasion.event.source, one.occasion.event.id, one.entry.item) for one in entries
    }
    for one in kept:
        scheme, event = versions.get(one.version), parse_cloudevent(one.event)
        badge = next((badge for badge in scheme.badges if badge.id == one.badge), None) if scheme else None
        if badge is None or not badge.permanent or (one.person, event.source, event.id, badge.id) in earned:
            continue
        role, day = int(one.person != event.subject), event.local_date or event.occurred_at.date()
        occasion = Occasion(event, rows[one.person], role, day, event.zone or "UTC", one.version)
        arguments = badge_arguments(badge, one.millipoints)
        yield ReplayEntry(
            one.person,
            occasion,
            ScoredEntry(badge.id, badge.title, "badge", one.millipoints, Reason.BADGE, 0, arguments),
        )


def _chooser(
    versions: Mapping[int, CompiledScheme], changes: Sequence[datetime], *, recorded: bool
) -> Callable[[Event], int]:
    """A function from events to scheme versions: the version in the log, or the one in force when the event occurred."""

    def logged(event: Event) -> int:
        version = event.frozen.version if event.frozen is not None else None
        if version is None or (version != NO_VERSION and version not in versions):
            raise DocumentError(
                f"event {event.id!r}: got scheme version {version}; the export's program has {', '.join(map(str, versions)) or 'none'}; "
                "export events and program together"
            )
        return version

    def by_instant(event: Event) -> int:
        return 1 + sum(event.occurred_at >= instant for instant in changes)

    return logged if recorded else by_instant


def _standing_of(
    lines: list[ScoredEntry], occasion: Occasion, scheme: CompiledScheme | None
) -> list[ScoredEntry]:
    """The remaining entries of an event: all, or only permanent ones where it was undone after its period was closed."""
    frozen = occasion.event.frozen
    if frozen is None or frozen.reversed_at is None or scheme is None:
        return lines
    kept = {badge.id for badge in scheme.badges if badge.permanent}
    return [entry for entry in lines if entry.kind == "badge" and entry.item in kept]


def distinct(events: Iterable[Event]) -> tuple[list[Event], int]:
    """Events in canonical order, each (source, id) once, and how many were repeated. Raises DocumentError for two payloads."""
    first: dict[tuple[str, str], Event] = {}
    duplicates = 0
    for event in events:
        known = first.setdefault((event.source, event.id), event)
        if known is not event:
            duplicates += 1
            if payload_hash(known) != payload_hash(event):
                raise DocumentError(
                    f"event {event.id!r} of {event.source!r}: got two payloads; an id stands for one; rename one"
                )
    return canonical_order(first.values()), duplicates


def _occasions(
    ordered: list[Event], people: Sequence[Person], home: str, chosen: Callable[[Event], int]
) -> Iterator[Occasion]:
    """Each event for its subject and for another owner; local dates frozen person by person, none used twice."""
    rows = {person.id: row for row, person in enumerate(people)}
    last: dict[int, date] = {}
    for event in ordered:
        version = chosen(event)
        frozen = event.frozen or NOTHING_FROZEN
        for name, role in ((event.subject, 0), (event.counterpart(of_owner=False), 1)):
            if name is None:
                continue
            if name not in rows:
                raise DocumentError(
                    f"event {event.id!r}: got person {name!r}; not among the people; add the person or drop the event"
                )
            row = rows[name]
            zone = (event.zone if role == 0 else frozen.owner_zone) or people[row].timezone or home
            given = event.local_date if role == 0 else frozen.owner_date
            day = local_date(event.occurred_at, zone) if given is None else given
            last[row] = day = max(day, last.get(row, day))
            yield Occasion(event, row, role, day, zone, version)


def _excused(people: Sequence[Person], occasions: Iterable[Occasion], home: str) -> list[Person]:
    """The people, the dates that they never had among their leave: left out by a zone, or passed over by a move across the date line.

    Of a move the log says between which events it was; the date after the first of them is taken for the one passed over.
    """
    missing: dict[int, set[date]] = {}
    before: dict[int, Occasion] = {}
    for row, person in enumerate(people):
        missing[row] = (
            set() if _is_recorded(person) else {day for _, day in left_out(person.timezone or home)}
        )
    for one in occasions:
        if one.role == 1 or _is_recorded(people[one.row]):
            continue
        last = before.get(one.row)
        if last is None or last.zone != one.zone:
            missing[one.row] |= {day for _, day in left_out(one.zone)} | _passed_over(last or one, one)
        before[one.row] = one
    return [
        person.model_copy(update={"leave": (*person.leave, *((day, day) for day in sorted(missing[row])))})
        if missing[row]
        else person
        for row, person in enumerate(people)
    ]


def _is_recorded(person: Person) -> bool:
    """True for a person of an export, whose leave contains those dates already."""
    return isinstance(person, RecordedPerson)


def _passed_over(last: Occasion, one: Occasion) -> set[date]:
    """Dates lost between two events of a person whose clocks went a day or more ahead."""
    at = one.event.occurred_at
    ahead = at.astimezone(ZoneInfo(one.zone)).replace(tzinfo=None) - at.astimezone(
        ZoneInfo(last.zone)
    ).replace(tzinfo=None)
    lost = max(0, ahead // timedelta(days=1))
    return {last.day + timedelta(days=day) for day in range(1, lost + 1)} - {one.day}


def _set_aside(compiled: CompiledScheme | None, event: Event) -> ScoredEntry | None:
    """The entry of zero of an event that came too late or from the future, or None for one that counts."""
    grace = DEFAULT_GRACE_HOURS if compiled is None else compiled.scheme.calendar.grace_hours
    if event.frozen is not None:
        if event.frozen.taken != "scored":
            reason = Reason(event.frozen.taken)
            return ScoredEntry("", "", "points", 0, reason, arguments={"grace_hours": str(grace)})
        return None if compiled is not None else ScoredEntry("", "", "points", 0, Reason.NO_SCHEME)
    if event.recorded_at is None:
        return None
    if event.occurred_at > event.recorded_at + FUTURE_LIMIT:
        return ScoredEntry("", "", "points", 0, Reason.QUARANTINED)
    if event.recorded_at - event.occurred_at > timedelta(hours=grace):
        return ScoredEntry("", "", "points", 0, Reason.LATE, arguments={"grace_hours": str(grace)})
    return None


def _counted(
    compiled: CompiledScheme | None, occasions: list[Occasion], stretch: list[int], found: list[list[ScoredEntry]], joined: Enrolments
) -> list[int]:  # fmt: skip
    """The occasions of one version that count; entries of the others are added to `found`."""
    mine: list[int] = []
    for at in stretch:
        aside = _set_aside(compiled, occasions[at].event)
        if aside is None and not takes_part(compiled, joined, occasions[at].event, occasions[at].role):
            aside = ScoredEntry("", "", "points", 0, Reason.NOT_ENROLLED)
        if aside is None:
            mine.append(at)
        elif occasions[at].role == 0:
            found[at].append(aside)
    return mine


def _score(
    compiled: CompiledScheme,
    state: ScoreState,
    batch: EventBatch,
    mine: list[int],
    found: list[list[ScoredEntry]],
) -> ScoreState:
    """Score a batch, the occasions `mine` of one version; their entries go to `found`."""
    state, awards = score_batch(compiled.tables, state, batch)
    for at, item, amount, reason in zip(*(column.tolist() for column in awards), strict=True):
        found[mine[at]].append(entry_of(compiled, item, amount, reason))
    return state


def _batch(compiled: CompiledScheme, occasions: list[Occasion], people: Sequence[Person]) -> EventBatch:
    v = compiled.vocabulary
    rows = []
    for occasion in occasions:
        event, day = occasion.event, occasion.day
        frozen = event.frozen or NOTHING_FROZEN
        segment = frozen.owner_segment if occasion.role else frozen.segment
        other = event.counterpart(occasion.role == 1)
        rows.append(
            (
                occasion.row,
                v.kind_codes.get(event.kind, -1),
                object_key(event.item),
                -1 if other is None else object_key(other),
                microseconds(event.occurred_at),
                day.toordinal(),
                month_index(day),
                v.channel_code(event.channel),
                v.tag_mask(event.tags),
                v.segment_codes.get(segment or people[occasion.row].segment, -1),
                VERIFICATION_LEVEL[event.verification],
                event.quantity,
                occasion.role,
            )
        )
    leave = [
        (row, first, codes.NOT_OFF if end is None else end)
        for row, person in enumerate(people)
        for first, end in days_off(person, compiled.scheme.calendar.holidays)
    ]
    numbers = np.array(rows, dtype=np.int64).reshape(len(rows), len(EventBatch._fields) - 1)
    return EventBatch._make([*numbers.T.copy(), np.array(leave, dtype=np.int64).reshape(len(leave), 3)])


def _standings(
    compiled: CompiledScheme, state: ScoreState, people: Sequence[Person], home: str
) -> tuple[Standing, ...]:
    now = columns(compiled.tables, state)
    streaks = [streak.id for streak in compiled.scheme.streaks]
    standings = []
    for row, person in enumerate(people):
        earned = int(now.earned[row])
        reached = [level.id for level in compiled.scheme.levels if earned >= level.points * 1000]
        held = zip(compiled.badges, now.badge[row], strict=True)
        standings.append(
            Standing(
                person=person.id,
                segment=person.segment,
                team=person.team,
                zone=person.timezone or home,
                zone_flagged=not person.timezone,
                millipoints=earned,
                level=reached[-1] if reached else None,
                badges=tuple(badge.id for badge, has in held if has == codes.HELD),
                streaks=dict(zip(streaks, now.streak[row, :, codes.LENGTH].tolist(), strict=True)),
                longest_streaks=dict(zip(streaks, now.streak[row, :, codes.LONGEST].tolist(), strict=True)),
            )
        )
    return tuple(standings)
