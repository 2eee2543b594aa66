"""The audit log for readers: who did what to whom, when and why.

People's changes to their own participation (a break, the boards, mail) appear only in their own exports: here they would disclose who
abstains.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rewards.bounds import check_day
from rewards.faults import BadValue
from rewards.language import msg
from rewards.store import audit as rows
from rewards.store import people as people_rows
from rewards.store.persons import accounts_of, find_row
from rewards.store.rows import AuditRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us

PAGE = 50
PERSON = "person:"
HERSELF = "self"
"""The actor of what somebody did about herself."""
OWN = frozenset(
    {
        "people.pause", "people.resume", "people.opt_out", "people.opt_in", "people.export", "people.mail",
        "people.leave_given_back", "people.paused", "people.enrolled", "people.left", "people.declined", "people.resumed",
        "people.active", "kudos.withdraw", "nomination.make", "nomination.withdraw", "credential.issue", "claim.cancelled",
        "claim.cancel", "session.end", "session.end_others",
    }
)  # fmt: skip
"""Actions by which people decide about their own participation."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter of log lines: person, actor, action, and days in the organisation's time zone; '' and None filter nothing."""

    person: str = ""
    actor: str = ""
    action: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `subject`: as stored; `about`: the id where the subject is a person who may be named."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    about: str | None
    about_name: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Log:
    """One page, and the cursor of the next (None: this is the last)."""

    lines: tuple[Line, ...]
    next: str | None


def read_log(
    tx: Transaction,
    organisation: str,
    asked: Asked,
    zone: str,
    cursor: str | None = None,
    *,
    limit: int = PAGE,
) -> Log:
    """Log lines, newest first. Raises NotFound for a person, BadValue for an invalid day or cursor."""
    place = None if cursor is None else _place(cursor)
    found = rows.page(tx, organisation, _asked(tx, organisation, asked, zone), place, limit + 1)
    shown = _lines(tx, organisation, found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return Log(tuple(shown), None if last is None else _cursor(last))


def every_line(tx: Transaction, organisation: str, asked: Asked, zone: str) -> Iterator[Line]:
    """All matching lines, for an export."""
    piece: list[AuditRow] = []
    for row in rows.every(tx, organisation, _asked(tx, organisation, asked, zone)):
        piece.append(row)
        if len(piece) == PAGE:
            yield from _lines(tx, organisation, piece)
            piece = []
    yield from _lines(tx, organisation, piece)


def known_actions(tx: Transaction, organisation: str) -> list[str]:
    """The actions that can be filtered by."""
    return [one for one in rows.actions(tx, organisation) if one not in OWN]


def _asked(tx: Transaction, organisation: str, asked: Asked, zone: str) -> rows.Asked:
    subjects: list[str] | None = None
    if asked.person:
        who = find_row(tx, organisation, asked.person)
        subjects = [f"{PERSON}{account}" for account in accounts_of(tx, who)]
    if asked.action in OWN:
        raise BadValue(
            "action {action!r}: is somebody's own affair and not listed; choose another", action=asked.action
        )
    return rows.Asked(
        subjects=subjects,
        actors=[asked.actor] if asked.actor else None,
        action=asked.action or None,
        from_us=None if asked.first is None else _begins(asked.first, zone),
        until_us=None if asked.last is None else _begins(asked.last, zone, 1),
        without=sorted(OWN),
        without_actor=HERSELF,
    )


def _begins(day: date, zone: str, later: int = 0) -> int:
    check_day(day, msg("lines of {day}: limit years {first} to {last}; name a date in them"))
    return to_us(datetime.combine(day + timedelta(days=later), time(), ZoneInfo(zone)).astimezone(UTC))


def _lines(tx: Transaction, organisation: str, found: Iterable[AuditRow]) -> list[Line]:
    listed = list(found)
    ids = {row.id: _person_of(row.subject) for row in listed}
    heirs = people_rows.heirs(tx, organisation, [one for one in ids.values() if one is not None])
    now = {one: heirs.get(one, one) for one in ids.values() if one is not None}
    names = people_rows.names(tx, organisation, now.values())
    made = []
    for row in listed:
        number = ids[row.id]
        about = None if number is None else names.get(now[number])
        made.append(
            Line(
                row.id, from_us(row.recorded_us), row.actor, row.action, row.subject,
                None if about is None else about[0], None if about is None else about[1] or about[0], row.reason,
            )
        )  # fmt: skip
    return made


def _person_of(subject: str) -> int | None:
    number = subject.removeprefix(PERSON)
    return int(number) if subject.startswith(PERSON) and number.isascii() and number.isdecimal() else None


def _cursor(row: AuditRow) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.recorded_us, row.id]).encode()).decode().rstrip("=")


def _place(cursor: str) -> rows.Place:
    try:
        at_us, number = json.loads(
            base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        )
        if type(at_us) is int and type(number) is int and abs(at_us) < 2**62 and 0 < number < 2**63:
            return at_us, number
    except (binascii.Error, ValueError, TypeError):
        pass
    raise BadValue("cursor: not one that this list gave; begin with its first page")
