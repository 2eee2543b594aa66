"""The strategist's page: a comparison of schemes with intervals, tables behind the charts, and provenance."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.people.people import get_person
from sims.reports.stored import latest_comparison
from web.session import ForecastReader, Store
from web.strategist.contexts import comparison_context
from web.templating import page

router = APIRouter(include_in_schema=False)


@router.get("/strategist")
def comparison(request: Request, store: Store, account: ForecastReader) -> Response:
    """The latest comparison."""
    with store.read() as tx:
        stored = latest_comparison(tx, account.organisation)
        person = get_person(tx, account.organisation, account.person)
    return page(request, "strategist/comparison.html", comparison_context(account, person, stored))
