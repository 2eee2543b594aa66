"""Mail preferences of a person: the digest, notices, and quiet hours."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from rewards.faults import BadValue
from rewards.mail.tokens import read_token
from rewards.store import mail as rows
from rewards.store import people as people_rows
from rewards.store.persons import find_row, log_change
from rewards.store.rows import DueDigestRow, MailChoiceRow
from rewards.store.session import Transaction
from rewards.store.units import to_us

Digest = Literal["off", "daily", "weekly"]
DIGESTS: tuple[Digest, ...] = get_args(Digest)
SATURDAY = 5
_DAYS_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """Mail preferences. Hours are local, from 0 to 23; weekdays count from Monday, 0.

    digest     daily (Monday to Friday), weekly on `weekday`, or off; at `hour`
    notices    whether changes of the scheme are announced by mail before they count
    quiet      from `quiet_from` until `quiet_until` nothing arrives but what lets her sign in; no such time where both are equal
    """

    digest: Digest = "weekly"
    weekday: int = 1
    hour: int = 9
    notices: bool = True
    quiet_from: int = 20
    quiet_until: int = 7

    def is_quiet(self, hour: int) -> bool:
        """True for a quiet hour of the day."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= hour < self.quiet_until
        return hour >= self.quiet_from or hour < self.quiet_until

    def awake(self, at: datetime, zone: str) -> datetime:
        """The instant itself, or the end of the quiet hours that contain it."""
        local = at.astimezone(ZoneInfo(zone))
        if not self.is_quiet(local.hour):
            return at
        day = local.date() + timedelta(days=int(local.hour >= self.quiet_until))
        return datetime.combine(day, time(self.quiet_until), local.tzinfo).astimezone(at.tzinfo)

    def next_digest(self, after: datetime, zone: str) -> datetime | None:
        """The first instant after another at which a digest is due; None for who gets none."""
        if self.digest == "off":
            return None
        place = ZoneInfo(zone)
        today = after.astimezone(place).date()
        for ahead in range(_DAYS_AHEAD + 1):
            day = today + timedelta(days=ahead)
            fits = day.weekday() == self.weekday if self.digest == "weekly" else day.weekday() < SATURDAY
            due = datetime.combine(day, time(self.hour), place).astimezone(after.tzinfo)
            if fits and due > after:
                return due
        raise AssertionError("a week has every weekday")


USUAL = Choice()
"""The default preferences."""


def choice_of(tx: Transaction, organisation: str, person: str) -> Choice:
    """The preferences of a person, or the default ones. Raises NotFound."""
    return from_row(rows.choice(tx, find_row(tx, organisation, person).id))


def from_row(row: MailChoiceRow | DueDigestRow | None) -> Choice:
    """The choice that a row holds; the usual one for None."""
    if row is None:
        return USUAL
    return Choice(
        cast("Digest", row.digest), row.weekday, row.hour, bool(row.notices), row.quiet_from, row.quiet_until
    )


def choose(tx: Transaction, organisation: str, person: str, wanted: Choice, now: datetime) -> None:
    """Store a person's preferences. Raises NotFound, BadValue for an invalid hour or day, or a digest in quiet hours."""
    if wanted.digest not in DIGESTS:
        raise BadValue(
            "digest {value!r}: limit {names}; choose one of these",
            value=str(wanted.digest)[:20],
            names=", ".join(DIGESTS),
        )
    if not 0 <= wanted.weekday <= 6:
        raise BadValue(
            "weekday {weekday}: limit 0 (Monday) to 6 (Sunday); choose one of these", weekday=wanted.weekday
        )
    for name in ("hour", "quiet_from", "quiet_until"):
        if not 0 <= getattr(wanted, name) <= 23:
            raise BadValue(
                "{name} {getattr}: limit 0 to 23; choose an hour of the day",
                name=name,
                getattr=getattr(wanted, name),
            )
    if wanted.digest != "off" and wanted.is_quiet(wanted.hour):
        raise BadValue(
            "digest at {hour}:00: lies in the quiet hours from {quiet_from}:00 to {quiet_until}:00; choose another hour",
            hour=wanted.hour,
            quiet_from=wanted.quiet_from,
            quiet_until=wanted.quiet_until,
        )
    row = find_row(tx, organisation, person)
    due = wanted.next_digest(now, row.timezone)
    values: dict[str, object] = {
        "digest": wanted.digest,
        "weekday": wanted.weekday,
        "hour": wanted.hour,
        "notices": wanted.notices,
        "quiet_from": wanted.quiet_from,
        "quiet_until": wanted.quiet_until,
        "next_us": None if due is None else to_us(due),
    }
    if rows.choice(tx, row.id) is None:
        values["last_us"] = to_us(now)
    rows.choose(tx, organisation, row.id, values)
    log_change(tx, organisation, "self", "people.mail", row.id, now=now)


def unsubscribe(tx: Transaction, token: str, now: datetime) -> bool:
    """Unsubscribe the person of a token (`rewards.mail.tokens`) from its kind of mail; False for an invalid token."""
    known = read_token(tx, token, "unsubscribe")
    if known is None:
        return False
    organisation, person_id, kind = known
    names = people_rows.names(
        tx, organisation, [people_rows.heirs(tx, organisation, [person_id]).get(person_id, person_id)]
    )
    for name, _ in names.values():
        held = choice_of(tx, organisation, name)
        wanted = replace(held, digest="off") if kind == "digest" else replace(held, notices=False)
        choose(tx, organisation, name, wanted, now)
    return True
