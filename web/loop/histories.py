"""Download of the ledger's history, the input of calibrations, up to yesterday."""

from __future__ import annotations

import json
from threading import Lock

from fastapi import APIRouter
from fastapi.responses import Response

from rewards.language import gettext as _
from rewards.store.session import Database
from sims.history.counting import HistoryError
from sims.history.of_ledger import history_of_ledger
from sims.history.series import History
from web.problems import Problem
from web.session import ForecastReader, Store, now

router = APIRouter(include_in_schema=False)
PATH = "/calibrations/history"
_ONE_AT_A_TIME = Lock()


@router.get(PATH + ".json")
def as_json(store: Store, account: ForecastReader) -> Response:
    """The history as JSON, in the format of `groundswell history export`."""
    found = _history(store, account.organisation)
    text = json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1)
    return _sent(text + "\n", "history.json", "application/json")


@router.get(PATH + ".csv")
def as_csv(store: Store, account: ForecastReader) -> Response:
    """The history as CSV, a row for each date, group and measure."""
    return _sent(_history(store, account.organisation).as_csv(), "history.csv", "text/csv; charset=utf-8")


def _sent(text: str, name: str, kind: str) -> Response:
    return Response(text, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _history(store: Database, organisation: str) -> History:
    """The history, cached for the day; built by one request at a time, since it reads every event."""
    key = ("history", organisation, now().date())
    with _ONE_AT_A_TIME:
        found: History | None = store.cache.get(key)
        if found is None:
            try:
                with store.read() as tx:
                    found = history_of_ledger(tx, organisation, now())
            except HistoryError:
                raise Problem(409, _("Nothing has happened here yet that a history could count.")) from None
            store.cache[key] = found
        return found
