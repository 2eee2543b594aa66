"""The demo's published forecast of two Mondays ago, from the data known then; it is scored against the weeks since."""

from datetime import UTC, datetime, time, timedelta

from rewards.store.results import save_result
from rewards.store.session import Transaction
from rewards.store.units import digest, dump
from sims.jobs.forecasts import Forecasts
from sims.loop.asking import KIND, completed, monday, specification
from sims.rehearsal.asking import Assumptions
from sims.rehearsal.measured import measured

WEEKS_AGO = 2
"""Number of its weeks that are over at first sight: too few to report drift."""
WEEKS = 4


def published_on(now: datetime) -> datetime:
    """The morning of the Monday on which the forecast was published."""
    return datetime.combine(monday(now.date()) - timedelta(weeks=WEEKS_AGO), time(9), UTC)


def publish_forecast(at: datetime, *, tx: Transaction, organisation: str) -> None:
    """Make the forecast as a worker does for a request on the page, and store it as of then."""
    assumed = Assumptions.model_validate(measured(tx, organisation, at).values)
    _title, spec = specification(tx, organisation, WEEKS, assumed, now=at)
    kind = Forecasts()
    whole = kind.whole(tx, organisation, completed(tx, organisation, dump(spec), at))
    so_far = kind.gathering(whole, digest(whole))
    for number in range(kind.pieces(whole)):
        so_far.take(kind.compute(whole, number))
    body = so_far.body()
    save_result(tx, organisation, KIND, so_far.title, digest(body), body_json=body, now=at)
