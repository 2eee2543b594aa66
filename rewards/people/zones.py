"""Changes of time zone: from the next local day on, and never back to a local date already used."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from rewards.bounds import check_day
from rewards.faults import BadValue
from rewards.language import msg
from rewards.ledger.places import places
from rewards.people.organisations import known_zone
from rewards.store import people as rows
from rewards.store.persons import BEGINNING_US, find_row, log_change
from rewards.store.rows import ZoneChangeRow
from rewards.store.session import Transaction
from rewards.store.units import to_us

MOST_DAYS_AHEAD = 400


def change_zone(
    tx: Transaction,
    organisation: str,
    external_id: str,
    zone: str,
    now: datetime,
    *,
    flagged: bool = False,
    actor: str = "self",
    first: date | None = None,
) -> datetime:
    """Change the time zone from the next local day on, or from a later one; returns the instant at which it takes effect.

    A date already used in the old zone is never used again (`floor_date`). Raises BadValue for an invalid zone or day.
    """
    if not known_zone(zone):
        raise BadValue("time zone {zone!r}: not an IANA name; write e.g. Europe/Madrid", zone=zone)
    row = find_row(tx, organisation, external_id)
    now_us = to_us(now)
    # The zone now in force: a change requested just before that begins tomorrow is replaced.
    used, zone_now = places(tx, [row])[row.id].date_at(now_us)
    if first is not None:
        check_day(first, msg("time zone from {day}: limit years {first} to {last}; name a date in them"))
        if not used < first.toordinal() <= used + MOST_DAYS_AHEAD:
            raise BadValue(
                "time zone from {first}: limit {fromordinal} to {most_days_ahead} days ahead; days that were begun keep "
                "their zone; name a later day",
                first=first,
                fromordinal=date.fromordinal(used + 1),
                most_days_ahead=MOST_DAYS_AHEAD,
            )
        used = first.toordinal() - 1
    tomorrow = date.fromordinal(used + 1)
    start = datetime.combine(tomorrow, time.min, tzinfo=ZoneInfo(zone_now)).astimezone(UTC)
    if not rows.history(tx, ZoneChangeRow, [row.id]):
        rows.add_zone_change(tx, organisation, row.id, BEGINNING_US, row.timezone, floor_date=0)
    rows.drop_zone_changes_after(tx, row.id, now_us)
    rows.add_zone_change(tx, organisation, row.id, to_us(start), zone, floor_date=used)
    rows.change(tx, row.id, {"timezone": zone, "zone_flagged": flagged, "has_history": True})
    log_change(tx, organisation, actor, "people.zone", row.id, now=now)
    return start
