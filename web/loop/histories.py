"""Download of the ledger's history, the input of calibrations, up to yesterday.

Of a large company the worker makes it once a day, since it reads every event (decision 226); of others it is made for whoever asks.
"""

from __future__ import annotations

import json
from datetime import datetime
from threading import Lock

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from rewards.daily import once_a_day
from rewards.language import gettext as _
from rewards.people.groups import groups_shown, minimum_group
from rewards.people.participation import FEW_PEOPLE
from rewards.store import people as people_rows
from rewards.store.results import latest_result, replace_result
from rewards.store.session import Database, Transaction
from rewards.store.units import digest, dump
from sims.history.counting import HistoryError
from sims.history.of_ledger import history_of_ledger
from sims.history.series import History
from web.problems import Problem
from web.session import ForecastReader, Store, now

router = APIRouter(include_in_schema=False)
PATH = "/calibrations/history"
KIND = "history"
_ONE_AT_A_TIME = Lock()


@router.get(PATH + ".json")
def as_json(store: Store, account: ForecastReader) -> Response:
    """The history as JSON, in the format of `groundswell history export`."""
    org = account.organisation
    text = _kept(store, org, now()) or _as_text(_made(store, org))
    return Response(text, media_type="application/json", headers=_named("history.json"))


@router.get(PATH + ".csv")
def as_csv(store: Store, account: ForecastReader) -> Response:
    """The history as CSV, a row for each date, group and measure."""
    org = account.organisation
    text = _kept(store, org, now())
    found = _made(store, org) if text is None else History.model_validate_json(text)
    return StreamingResponse(
        found.csv_lines(), media_type="text/csv; charset=utf-8", headers=_named("history.csv")
    )


def renew_histories(store: Database, at: datetime) -> None:
    """Make the day's history of every large company, once a day and process; called by the worker."""
    once_a_day(store, "making a history", _renew, at)


def _renew(store: Database, organisation: str, at: datetime) -> None:
    with store.read() as tx:
        if people_rows.count_present(tx, organisation) <= FEW_PEOPLE:
            return
        title = _of(tx, organisation, at)
        if latest_result(tx, organisation, KIND, title) is not None:
            return
        try:
            text = _as_text(history_of_ledger(tx, organisation, at))
        except HistoryError:
            return
    with store.begin() as tx:
        replace_result(tx, organisation, KIND, title, digest(text), body_json=text, now=at)


def _of(tx: Transaction, organisation: str, at: datetime) -> str:
    """What a history is of: its day, and which groups may be shown. Under another answer it is not shown."""
    shown = groups_shown(tx, organisation, at, kinds=("segment", "team"))
    groups = [minimum_group(tx, organisation, at), sorted(shown.segments), sorted(shown.teams)]
    return f"{at.date()} {digest(dump(groups))}"


def _kept(store: Database, organisation: str, at: datetime) -> str | None:
    with store.read() as tx:
        if people_rows.count_present(tx, organisation) <= FEW_PEOPLE:
            return None
        found = latest_result(tx, organisation, KIND, _of(tx, organisation, at))
    return None if found is None else found.body_json


def _made(store: Database, organisation: str) -> History:
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


def _as_text(found: History) -> str:
    return json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
