"""Program health with the forecast's bands, cached per organisation for page, file, API and worker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from rewards.health.health import is_old, keep_health, kept_health
from rewards.health.rows import Health
from rewards.people.organisations import list_organisations
from rewards.people.participation import renew_participation
from rewards.publishing.publication import SchemeVersion, scheme_in_force
from rewards.publishing.rehearsals import latest_rehearsal
from rewards.store import participation as people_rows
from rewards.store.results import StoredResult, get_result, list_results
from rewards.store.session import Database, Transaction
from sims.loop.asking import KIND as FORECAST
from sims.reports.stored import StoredComparison, latest_comparison

Promised = tuple[float, float, float]
"""Median, and the 80 % band."""
Weeks = dict[str, dict[str, Promised]]
"""By outcome, and the Monday of the week."""
OUTCOME = "weekly_sharers"
MOST_FORECASTS = 5


def health(store: Database, organisation: str, now: datetime) -> Health:
    """The cached result, or a new one where the cache is out of date."""
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
        title, weeks = ("", {}) if live is None else promised(tx, organisation, live)
        people = sum(people_rows.sizes(tx, organisation).values())
    bands = {day: (low * people, high * people) for day, (_, low, high) in weeks.get(OUTCOME, {}).items()}
    return keep_health(store, organisation, now, title if bands else "", bands)


def promised(tx: Transaction, organisation: str, live: SchemeVersion) -> tuple[str, Weeks]:
    """The forecast of the scheme in force, by outcome and the week's Monday, and the name of the newest forecast used.

    A week covered by published forecasts takes the last one published before it; every other week takes the rehearsal.
    """
    stored = forecast_kept(tx, organisation, live.hash)
    weeks = {} if stored is None else forecast_of(stored, live.hash, live.effective_at)
    title = stored.title if stored is not None and weeks else ""
    for one in reversed(list_results(tx, organisation, FORECAST, MOST_FORECASTS)):
        if one.saved_at >= live.published_at:
            title = one.title
            for outcome, found in _published(tx, one).items():
                weeks.setdefault(outcome, {}).update(found)
    return title, weeks


def _published(tx: Transaction, one: StoredResult) -> Weeks:
    """The weeks of a published forecast, cached without expiry because a published forecast never changes."""
    key = ("published", one.id)
    kept: Weeks | None = tx.database.cache.get(key)
    if kept is None:
        body = json.loads(one.body_json)["forecast"]
        first = date.fromisoformat(body["first"])
        kept = {
            outcome: {
                (first + timedelta(weeks=at)).isoformat(): (week["median"], *week["p80"])
                for at, week in enumerate(found)
            }
            for outcome, found in body["weekly"].items()
        }
        tx.database.cache[key] = kept
    return kept


def forecast_kept(tx: Transaction, organisation: str, scheme: str) -> StoredComparison | None:
    """The last rehearsal of exactly this text (by its hash); the comparison stored last where there is none."""
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


def forecast_of(stored: StoredComparison, scheme: str, since: datetime) -> Weeks:
    """Forecast of a scheme (by its hash): median and 80 % band by outcome and the week's Monday.

    Weeks count from the one in which the scheme starts, in the forecast as in the calendar; empty where the result is of another scheme.
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
