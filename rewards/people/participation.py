"""Participation by group, under disclosure control."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from rewards.ledger.versions import Schemes
from rewards.people.groups import groups_shown, joined_shown, minimum_group
from rewards.store import participation as participation_rows
from rewards.store import people as people_rows
from rewards.store.results import latest_result, replace_result
from rewards.store.session import Database, Transaction
from rewards.store.units import DAY_US, digest, to_us

KIND = "participation"
FEW_PEOPLE = 2_000
"""Up to this many people are counted on request."""
KEPT_FOR, RENEWED_AFTER = timedelta(hours=6), timedelta(minutes=10)
"""The worker renews what is older; a page counts itself only where no worker ran for long."""


@dataclass(frozen=True, slots=True)
class Participation:
    """Participation of all people, or of the enrolled where the scheme is for them only.

    `by_segment`: (segment, people, active in 28 days), with suppressed segments left out.
    """

    people: int
    active_7d: int
    active_28d: int
    shares_28d: int
    clicks_28d: int
    kudos_28d: int
    by_segment: tuple[tuple[str, int, int], ...]
    suppressed_segments: int


def participation(tx: Transaction, organisation: str, now: datetime) -> Participation:
    """Participation in numbers; segments that are too small, or would reveal a small one, are suppressed."""
    now_us = to_us(now)
    may: Collection[str] = groups_shown(tx, organisation, now, kinds=["segment"]).segments
    schemes = Schemes.of(tx, organisation)
    # People who have not joined are not counted as inactive.
    asked = schemes.asks_enrolment(schemes.at(now_us))
    sizes = participation_rows.sizes(tx, organisation, asked)
    if asked:
        whole = participation_rows.sizes(tx, organisation)
        joined = {one: (sizes.get(one, 0), people - sizes.get(one, 0)) for one, people in whole.items()}
        may = set(may) & joined_shown(joined, minimum_group(tx, organisation, now))
    month_us, week_us = now_us - 28 * DAY_US, now_us - 7 * DAY_US
    active = participation_rows.active(tx, organisation, month_us, week_us, now_us, enrolled_only=asked)
    counts = participation_rows.kinds(tx, organisation, month_us, now_us)
    shown = tuple(
        (segment, size, active.get(segment, (0, 0))[0])
        for segment, size in sorted(sizes.items())
        if segment in may
    )
    return Participation(
        people=sum(sizes.values()),
        active_7d=sum(week for _, week in active.values()),
        active_28d=sum(month for month, _ in active.values()),
        shares_28d=counts.get("share", 0),
        clicks_28d=counts.get("click", 0),
        kudos_28d=counts.get("kudos", 0),
        by_segment=shown,
        suppressed_segments=len(sizes) - len(shown),
    )


def participation_shown(
    db: Database, organisation: str, now: datetime
) -> tuple[Participation, datetime | None]:
    """Participation, and the time of the count: None for a fresh count, else that of the cached count of a large company."""
    with db.read() as tx:
        if not _is_large(tx, organisation):
            return participation(tx, organisation, now), None
        found = _kept(tx, organisation, now, KEPT_FOR)
    return found or keep_participation(db, organisation, now)


def renew_participation(db: Database, organisation: str, now: datetime) -> None:
    """Refresh the cached counts of a large company where they are due; called by the worker."""
    with db.read() as tx:
        due = _is_large(tx, organisation) and _kept(tx, organisation, now, RENEWED_AFTER) is None
    if due:
        keep_participation(db, organisation, now)


def keep_participation(db: Database, organisation: str, now: datetime) -> tuple[Participation, datetime]:
    """Count and cache, with the versions that determine which groups may be shown."""
    with db.read() as tx:
        found, versions = participation(tx, organisation, now), _versions(tx, organisation, now)
    body = {"as_of": now.astimezone(UTC).isoformat(), "versions": versions, "found": asdict(found)}
    text = json.dumps(body, ensure_ascii=False)
    with db.begin() as tx:
        replace_result(tx, organisation, KIND, KIND, digest(text), body_json=text, now=now)
    return found, now


def _is_large(tx: Transaction, organisation: str) -> bool:
    return len(people_rows.ids_after(tx, organisation, 0, FEW_PEOPLE + 1)) > FEW_PEOPLE


def _kept(
    tx: Transaction, organisation: str, now: datetime, age: timedelta
) -> tuple[Participation, datetime] | None:
    stored = latest_result(tx, organisation, KIND)
    if stored is None:
        return None
    body = json.loads(stored.body_json)
    as_of = datetime.fromisoformat(body["as_of"])
    if body["versions"] != _versions(tx, organisation, now) or not timedelta(0) <= now - as_of <= age:
        return None
    shown = tuple(
        (str(segment), int(people), int(active)) for segment, people, active in body["found"]["by_segment"]
    )
    return Participation(**{**body["found"], "by_segment": shown}), as_of


def _versions(tx: Transaction, organisation: str, now: datetime) -> list[int]:
    """The version in force and its minimum group size, which determine the groups that may be shown."""
    return [Schemes.of(tx, organisation).at(to_us(now)), minimum_group(tx, organisation, now)]
