"""A small rehearsal of the demo's draft, as data for pages.

A forecast, a recorded run, what the designer scores anew.
"""

from datetime import datetime

from rewards.jobs.queue import list_jobs
from rewards.publishing.drafts import list_drafts
from rewards.publishing.rehearsals import LOOSEST_PERCENT
from rewards.store.session import open_database
from sims.rehearsal.asking import KIND, Assumptions, ask_for_rehearsal

SMALL = Assumptions(weeks=12, quiet_weeks=2, precision_percent=LOOSEST_PERCENT, most_runs=32)


def rehearse_once(url: str, organisation: str, strategist: str, now: datetime) -> bool:
    """Enqueue the rehearsal for the demo's worker, unless there is one already."""
    database = open_database(url, create=False)
    try:
        with database.begin() as tx:
            drafts = [one.id for one in list_drafts(tx, organisation) if one.status == "draft"]
            if list_jobs(tx, organisation, KIND, 1) or not drafts:
                return False
            ask_for_rehearsal(tx, organisation, drafts[-1:], True, SMALL, actor=strategist, now=now)
        return True
    finally:
        database.close()
