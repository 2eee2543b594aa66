"""What the worker makes anew of every organisation once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rewards.logs import log_error
from rewards.people.organisations import list_organisations
from rewards.store.session import Database


def once_a_day(
    db: Database, task: str, renew: Callable[[Database, str, datetime], object], now: datetime
) -> None:
    """Call `renew` for every organisation, once a day and process; what fails for one is logged and keeps nobody else waiting."""
    with db.read() as tx:
        slugs = [home.slug for home in list_organisations(tx)]
    for slug in slugs:
        key = ("once a day", task, slug)
        if db.cache.get(key) == now.date():
            continue
        db.cache[key] = now.date()
        try:
            renew(db, slug, now)
        except Exception as error:
            log_error(f"{task} failed", error, organisation=slug)
