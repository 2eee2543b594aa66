"""The digest mail: news, thanks and the next goal of a person, on the weekday and at the hour chosen, or never.

It never mentions inactivity, and is not sent without news. Only participants get it, and not before their turn where digests are
rolled out at random. Digests that became due while no worker ran are skipped: sending them late would repeat news, or send it
all at once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rewards.badges.progress import BadgeProgress, badge_progress
from rewards.content.content import green_lit_for
from rewards.events import DIGEST_VISIT, Event
from rewards.faults import NotFound
from rewards.ledger.intake import record
from rewards.mail.choices import USUAL, Choice, from_row
from rewards.mail.queue import queue
from rewards.mail.tokens import read_token, token_for
from rewards.people.membership import asks_enrolment
from rewards.store import enrolment as enrolment_rows
from rewards.store import mail as rows
from rewards.store import people as people_rows
from rewards.store import rollouts as rollout_rows
from rewards.store.rows import DueDigestRow
from rewards.store.session import Transaction
from rewards.store.units import from_us, to_us
from rewards.thanks.recognition import kudos_received

SOURCE = "groundswell:digest"
LATE = timedelta(hours=3)
"""Digests overdue by more than this are skipped."""
LIFETIME = timedelta(hours=6)
MOST_NEWS = timedelta(days=28)
MOST_AT_ONCE = 50
HOUR_SECONDS = 3600
MOST_ITEMS = 5
MOST_THANKS = 3
MOST_WORDS = 200


def make_digests(tx: Transaction, organisation: str, now: datetime) -> int:
    """Queue the digests that are due, MOST_AT_ONCE at most; returns the number of people processed."""
    _begin(tx, organisation, now)
    due = rows.due_digests(tx, organisation, to_us(now), MOST_AT_ONCE)
    asked = asks_enrolment(tx, organisation, now) if due else False
    whose = [row.person_id for row in due]
    held = rollout_rows.held_back(tx, organisation, "digests", whose, now.date().toordinal())
    for row in due:
        choice, at = from_row(row), from_us(row.next_us or 0)
        values: dict[str, object] = {"next_us": _next_us(choice, now, row.timezone)}
        if now - at <= LATE and row.email and row.person_id not in held and _takes_part(row, asked):
            values["last_us"] = to_us(now)
            _queue(tx, organisation, row, choice, now)
        rows.choose(tx, organisation, row.person_id, values)
    return len(due)


def _begin(tx: Transaction, organisation: str, now: datetime) -> None:
    """Store the default preferences for people with an account and an address who have none, a few at a time."""
    key, hour = ("digests", organisation), int(now.timestamp()) // HOUR_SECONDS
    if tx.database.cache.get(key) == hour:
        return
    found = rows.without_choice(tx, organisation, MOST_AT_ONCE)
    if len(found) < MOST_AT_ONCE:
        # Scans all people: done once an hour, when everybody has preferences.
        tx.database.cache[key] = hour
    for row in found:
        values = {
            "digest": USUAL.digest, "weekday": USUAL.weekday, "hour": USUAL.hour, "notices": USUAL.notices,
            "quiet_from": USUAL.quiet_from, "quiet_until": USUAL.quiet_until,
            "next_us": _next_us(USUAL, now, row.timezone), "last_us": to_us(now),
        }  # fmt: skip
        rows.choose(tx, organisation, row.id, values)


def _next_us(choice: Choice, now: datetime, zone: str) -> int | None:
    due = choice.next_digest(now, zone)
    return None if due is None else to_us(due)


def _takes_part(row: DueDigestRow, asked: bool) -> bool:
    if row.status != "active":
        return False
    if asked:
        return bool(row.standing == people_rows.ENROLLED)
    return row.standing not in (enrolment_rows.PAUSED, enrolment_rows.LEFT)


def _queue(tx: Transaction, organisation: str, row: DueDigestRow, choice: Choice, now: datetime) -> None:
    """Queue a digest of the news since the last one, including skipped ones, but nothing old."""
    at = from_us(row.next_us or 0)
    since = max(at - MOST_NEWS, from_us(row.last_us or 0))
    token = token_for(tx, organisation, row.person_id, "visit", str(row.next_us))
    data = digest_of(tx, organisation, row.external_id, since, now, link=f"/digest/{token}")
    if data is not None:
        key = f"digest:{row.person_id}:{row.next_us}"
        until = _before_quiet(choice, at, row.timezone)
        queue(tx, organisation, row.external_id, "digest", data, now=now, expires_at=until, key=key)


def digest_of(
    tx: Transaction, organisation: str, person: str, since: datetime, now: datetime, *, link: str
) -> dict[str, Any] | None:
    """The news since an instant; None without any. `link`: URL of the person's page, which records the visit."""
    found = green_lit_for(tx, organisation, person, now, since)
    items = [
        {"title": item.title, "link": f"{link}/{item.id}", "note": _short(item.summary)}
        for item in found[:MOST_ITEMS]
    ]
    thanks = [
        {"giver": one.giver_name, "message": _short(one.message)}
        for one in kudos_received(tx, organisation, person, MOST_THANKS)
        if one.given_at > since
    ]
    if not items and not thanks:
        return None
    goal = _goal(badge_progress(tx, organisation, person, now))
    return {"items": items, "thanks": thanks, "goal": goal, "link": link}


def visit(tx: Transaction, organisation: str, person: str, token: str, now: datetime) -> bool:
    """Record a visit from a digest, once per digest; False for another person's token. Raises NotFound for an unknown person.

    Machines that follow links in mails are not signed in, and so are never counted.
    """
    who = people_rows.find(tx, organisation, person)
    if who is None:
        raise NotFound("person {person!r}: unknown; sign in again", person=person)
    known = read_token(tx, token, "visit")
    if known is None or known[0] != organisation or known[1] not in people_rows.accounts_of(tx, who.id):
        return False
    event = Event(
        source=SOURCE,
        id=f"visit:{known[1]}:{known[2]}",
        kind=DIGEST_VISIT,
        subject=person,
        occurred_at=now,
        verification="tracked",
    )
    if not rows.visited(tx, organisation, SOURCE, event.id):
        record(tx, organisation, [event], received_at=now)
    return True


def _goal(progress: Sequence[BadgeProgress]) -> dict[str, str] | None:
    """The badge with the most progress, and its requirement with the least."""
    waiting = [one for one in progress if not one.held and one.steps]
    if not waiting:
        return None
    nearest = max(waiting, key=lambda one: one.share)
    step = min(nearest.steps, key=lambda one: one.share)
    return {"badge": nearest.title, "reached": step.done, "needed": step.needed}


def _before_quiet(choice: Choice, at: datetime, zone: str) -> datetime:
    """The deadline for a digest: some hours, and before the quiet hours begin."""
    hours = int(LIFETIME / timedelta(hours=1))
    return next(
        (
            at + timedelta(hours=hour)
            for hour in range(1, hours + 1)
            if choice.awake(at + timedelta(hours=hour), zone) != at + timedelta(hours=hour)
        ),
        at + LIFETIME,
    )


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= MOST_WORDS else plain[: MOST_WORDS - 1] + "…"
