"""The strategist's page: two schemes compared, with intervals, a table behind the chart, and where the numbers come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rewards.accounts import Account
from sims.desk import StoredComparison, latest_comparison
from web.session import Store, Strategist
from web.templating import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ComparisonContext:
    """`stored` is the latest comparison (None: none yet); `rows` are (outcome, [(scenario, interval)]); `chart` feeds the chart."""

    account: Account
    stored: StoredComparison | None
    rows: list[tuple[Mapping[str, Any], list[tuple[str, Mapping[str, Any]]]]]
    differences: Sequence[Mapping[str, Any]]
    titles: Mapping[str, str]
    chart: Mapping[str, Any]


def _context(account: Account, stored: StoredComparison | None) -> ComparisonContext:
    if stored is None:
        return ComparisonContext(account, None, [], [], {}, {})
    body = stored.body
    scenarios = list(body["scenarios"])
    titles = {s["name"]: s["title"] for s in scenarios}
    rows = [
        (
            outcome,
            [(s["title"], s["totals"][outcome["name"]]) for s in scenarios if outcome["name"] in s["totals"]],
        )
        for outcome in body["outcomes"]
    ]
    chart = {
        "outcomes": [
            {
                "title": outcome["title"],
                "unit": outcome["unit"],
                "bars": [
                    {"title": title, "median": i["median"], "p50": i["p50"], "p80": i["p80"], "p90": i["p90"]}
                    for title, i in found
                ],
            }
            for outcome, found in rows
        ]
    }
    units = {outcome["name"]: outcome for outcome in body["outcomes"]}
    differences = [{**d, "about": units[d["outcome"]]} for d in body["differences"] if d["outcome"] in units]
    return ComparisonContext(account, stored, rows, differences, titles, chart)


@router.get("/strategist")
def comparison(request: Request, store: Store, account: Strategist) -> Response:
    """The comparison stored last."""
    with store.read() as tx:
        stored = latest_comparison(tx, account.organisation)
    return page(request, "strategist/comparison.html", _context(account, stored))
