"""Cached program health: computed by the worker, and on request where the cache is out of date."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from rewards.health.desk import desk_rows
from rewards.health.money import money_rows
from rewards.health.rows import Health, HealthRow, opened
from rewards.health.taking_part import (
    Band,
    cohort_rows,
    fairness_rows,
    part_rows,
    reach_rows,
    recognition_rows,
    tenure_rows,
    week_rows,
)
from rewards.people.groups import groups_shown, minimum_group
from rewards.store import participation as people_rows
from rewards.store.results import latest_result, replace_result
from rewards.store.session import Database, Transaction
from rewards.store.units import digest

KIND = "health"
FEW_PEOPLE = 2_000
KEPT_FOR, KEPT_FOR_MANY = timedelta(minutes=1), timedelta(hours=6)
RENEWED_AFTER = timedelta(hours=1)
"""The worker renews what is older; a page of a large company computes them only where no worker ran for long."""


def health_of(
    tx: Transaction,
    organisation: str,
    now: datetime,
    forecast: str = "",
    bands: Mapping[str, Band] | None = None,
) -> Health:
    """The current program health. `bands`: by Monday, the forecast's 80 % band of the week's sharers."""
    minimum = minimum_group(tx, organisation, now)
    shown = groups_shown(tx, organisation, now, kinds=["segment"])
    sizes = people_rows.sizes(tx, organisation)
    people = sum(sizes.values())
    rows: list[HealthRow] = [
        *part_rows(tx, organisation, now, minimum),
        *cohort_rows(tx, organisation, now, minimum),
        *reach_rows(tx, organisation, now),
        *recognition_rows(tx, organisation, now, shown, minimum),
        *fairness_rows(tx, organisation, now, shown, minimum),
        *tenure_rows(tx, organisation, now, minimum),
        *money_rows(tx, organisation, now),
        *desk_rows(tx, organisation, now, people, minimum),
    ]
    weeks = week_rows(tx, organisation, now, people=people, minimum=minimum, bands=bands or {})
    hidden = len(sizes) - len(shown.segments & set(sizes))
    return Health(now.astimezone(UTC).isoformat(), minimum, hidden, forecast, tuple(rows), tuple(weeks))


def kept_health(tx: Transaction, organisation: str, now: datetime) -> Health | None:
    """The stored health of the program, where it is recent enough to be shown."""
    found = _latest(tx, organisation)
    if found is None:
        return None
    many = (next((row.value or 0 for row in found.rows if row.measure == "people"), 0)) > FEW_PEOPLE
    age = now - datetime.fromisoformat(found.as_of)
    return found if -KEPT_FOR <= age <= (KEPT_FOR_MANY if many else KEPT_FOR) else None


def keep_health(
    db: Database,
    organisation: str,
    now: datetime,
    forecast: str = "",
    bands: Mapping[str, Band] | None = None,
) -> Health:
    """Compute and cache program health."""
    with db.read() as tx:
        found = health_of(tx, organisation, now, forecast, bands)
    text = json.dumps(found.as_json(), ensure_ascii=False)
    with db.begin() as tx:
        replace_result(tx, organisation, KIND, KIND, digest(text), body_json=text, now=now)
    return found


def is_old(tx: Transaction, organisation: str, now: datetime) -> bool:
    """True where the stored health is due for recomputation; what is of a later time was counted before the clock was set back."""
    found = _latest(tx, organisation)
    return found is None or not -KEPT_FOR <= now - datetime.fromisoformat(found.as_of) <= RENEWED_AFTER


def _latest(tx: Transaction, organisation: str) -> Health | None:
    row = latest_result(tx, organisation, KIND)
    if row is None:
        return None
    try:
        return opened(json.loads(row.body_json))
    except (TypeError, KeyError):
        return None
