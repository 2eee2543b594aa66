"""Programme health with the forecast's bands: what page, file, API and worker show of one organisation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from rewards.health.health import is_old, keep_health, kept_health
from rewards.health.rows import Health
from rewards.people.organisations import list_organisations
from rewards.people.participation import renew_participation
from rewards.publishing.publication import scheme_in_force
from rewards.publishing.rehearsals import latest_rehearsal
from rewards.store import participation as people_rows
from rewards.store.results import get_result
from rewards.store.session import Database, Transaction
from sims.reports.stored import StoredComparison, latest_comparison

Promised = tuple[float, float, float]
"""Median, and the 80 % band."""
OUTCOME = "weekly_sharers"


def health(store: Database, organisation: str, now: datetime) -> Health:
    """What was kept, or computed now where that is too old."""
    with store.read() as tx:
        found = kept_health(tx, organisation, now)
    return found or _renewed(store, organisation, now)


def renew_old(store: Database, now: datetime) -> None:
    """Recompute what is due, for every organisation; called by the worker."""
    with store.read() as tx:
        slugs = [home.slug for home in list_organisations(tx)]
        due = [slug for slug in slugs if is_old(tx, slug, now)]
    for slug in slugs:
        renew_participation(store, slug, now)
    for slug in due:
        _renewed(store, slug, now)


def _renewed(store: Database, organisation: str, now: datetime) -> Health:
    with store.read() as tx:
        live = scheme_in_force(tx, organisation, now)
        stored = forecast_kept(tx, organisation, "" if live is None else live.hash)
        people = sum(people_rows.sizes(tx, organisation).values())
    if live is None or stored is None:
        return keep_health(store, organisation, now)
    weeks = forecast_of(stored, live.hash, live.effective_at)
    bands = {day: (low * people, high * people) for day, (_, low, high) in weeks.get(OUTCOME, {}).items()}
    return keep_health(store, organisation, now, stored.title if bands else "", bands)


def forecast_kept(tx: Transaction, organisation: str, scheme: str) -> StoredComparison | None:
    """The last rehearsal of exactly this text (by its hash); where there was none, the comparison stored last."""
    known = latest_rehearsal(tx, organisation, scheme)
    found = None if known is None else get_result(tx, organisation, known.result)
    if found is None:
        return latest_comparison(tx, organisation)
    key = ("forecast", organisation)
    kept: StoredComparison | None = tx.database.cache.get(key)
    if kept is None or kept.id != str(found.id):
        body = json.loads(found.body_json)
        kept = StoredComparison(str(found.id), found.title, found.saved_at, found.content_hash, body)
        tx.database.cache[key] = kept
    return kept


def forecast_of(stored: StoredComparison, scheme: str, since: datetime) -> dict[str, dict[str, Promised]]:
    """What a forecast says of a scheme (by its hash): by outcome and the week's Monday, the median and the 80 % band.

    Weeks count from the one in which the scheme begins, in the forecast and in life; nothing where it describes another scheme.
    """
    body = stored.body
    names = [one["name"] for one in body["provenance"]["scenarios"] if scheme in one["schemes"].values()]
    found: Mapping[str, Any] | None = next((one for one in body["scenarios"] if one["name"] in names), None)
    if found is None:
        return {}
    first = found.get("change_days", [0])[-1] // 7
    monday = since.date() - timedelta(days=since.date().weekday())
    return {
        outcome: {
            (monday + timedelta(weeks=at)).isoformat(): (week["median"], *week["p80"])
            for at, week in enumerate(weeks[first:])
        }
        for outcome, weeks in found["weekly"].items()
    }
