"""Days off that people enter for themselves, from today on, and remove while they have not begun."""

from dataclasses import dataclass
from datetime import date, datetime

from rewards.bounds import check_day
from rewards.faults import BadValue, Conflict, NotFound
from rewards.language import msg
from rewards.ledger.places import places
from rewards.people.people import drop_leave, locked, set_leave
from rewards.store import people as rows
from rewards.store.persons import find_row
from rewards.store.session import Transaction
from rewards.store.units import to_us

MOST_DAYS = 366
MOST_AHEAD_DAYS = 2 * 366
MOST_SPANS = 60


@dataclass(frozen=True, slots=True)
class DaysOff:
    """A span of days off, both ends included. `begun`: it can no longer be removed."""

    first: date
    last: date
    begun: bool


def days_off(tx: Transaction, organisation: str, person: str, now: datetime) -> list[DaysOff]:
    """The person's present and future days off, earliest first. Raises NotFound."""
    row = find_row(tx, organisation, person)
    today = places(tx, [row])[row.id].date_at(to_us(now))[0]
    spans = sorted(rows.leave_of(tx, [row.id]).get(row.id, ()))
    return [
        DaysOff(date.fromordinal(first), date.fromordinal(last), first <= today)
        for first, last in spans
        if last >= today
    ]


def take_days_off(
    tx: Transaction, organisation: str, person: str, first: date, last: date, *, now: datetime
) -> None:
    """Add days off, during which streaks pause. Raises BadValue for past or too many days, Conflict for an overlap."""
    check_day(first, msg("first day {day}: limit years {first} to {last}; name a date in them"))
    check_day(last, msg("last day {day}: limit years {first} to {last}; name a date in them"))
    row = locked(tx, organisation, person)
    today = date.fromordinal(places(tx, [row])[row.id].date_at(to_us(now))[0])
    if last < first:
        raise BadValue(
            "days off {first} to {last}: the last day precedes the first; swap them", first=first, last=last
        )
    if first < today:
        raise BadValue(
            "days off from {first}: limit today, {today}; ask HR about days that are past",
            first=first,
            today=today,
        )
    if (last - first).days >= MOST_DAYS or (first - today).days > MOST_AHEAD_DAYS:
        raise BadValue(
            "days off {first} to {last}: limit {most_days} days at once, begun within {most_ahead_days}; choose fewer",
            first=first,
            last=last,
            most_days=MOST_DAYS,
            most_ahead_days=MOST_AHEAD_DAYS,
        )
    taken = rows.leave_of(tx, [row.id]).get(row.id, set())
    if len(taken) >= MOST_SPANS:
        raise Conflict("days off: limit {most_spans} spans; give some back first", most_spans=MOST_SPANS)
    low, high = first.toordinal(), last.toordinal()
    if any(start <= high and low <= end for start, end in taken):
        raise Conflict(
            "days off {first} to {last}: some of these days are off already; choose the others",
            first=first,
            last=last,
        )
    set_leave(tx, organisation, person, first, last, now=now, actor="self")


def give_back_days_off(tx: Transaction, organisation: str, person: str, first: date, now: datetime) -> None:
    """Remove a span by its first day. Raises NotFound where none begins on it, Conflict where it has begun."""
    locked(tx, organisation, person)
    found = next((one for one in days_off(tx, organisation, person, now) if one.first == first), None)
    if found is None:
        raise NotFound("days off from {first}: none begin on that day; see your list", first=first)
    if found.begun:
        raise Conflict("days off from {first}: have begun; ask HR to change them", first=first)
    drop_leave(tx, organisation, person, found.first, found.last, now=now, actor="self")
